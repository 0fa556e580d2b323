"""Save the levels of a draft's reading."""

from collections.abc import Mapping
from datetime import datetime

from quizzes.content.drafts import levels
from quizzes.content.drafts.document import LEVELS, READING, sentence_tables
from quizzes.content.drafts.removals import put_back_levels, removed_rows
from quizzes.content.drafts.saving import save_parts
from quizzes.content.tables import Table
from quizzes.models import Draft, User


class NoSuchLevel(Exception):
    """The level is not in the draft."""


def save_level_text(draft: Draft, level: str, new_text: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Give the reading this level with this text; sentences that it had keep their match. Raises DraftChanged."""

    def change(document: Table) -> None:
        levels.set_level_text(document, level, new_text, sentence_tables(document))

    return save_parts(draft, change, touches=[LEVELS], needs=[READING], seen=seen, by=by, now=now)


def save_level(
    draft: Draft,
    level: str,
    fields: Mapping[str, str],
    texts: Mapping[str, str],
    matches: Mapping[str, str],
    *,
    kept: str,
    seen: int,
    by: User,
    now: datetime,
) -> Draft:
    """Save title, level and note, and texts and matches by row id, as `levels.set_level`.

    Raises DraftChanged and NoSuchLevel.
    """

    def change(document: Table) -> None:
        variant = levels.level_of(document, level)
        if variant is None:
            raise NoSuchLevel
        levels.set_level(variant, fields, texts, matches, standard=sentence_tables(document), kept=kept)

    return save_parts(draft, change, touches=[LEVELS], needs=[READING], seen=seen, by=by, now=now)


def restore_level(draft: Draft, level: str, *, by: User, now: datetime) -> Draft:
    """Put back this level if the draft remembers it."""

    def change(document: Table) -> None:
        put_back_levels(document, [table for table in removed_rows(document, "levels") if table["key"] == level])

    return save_parts(draft, change, touches=[LEVELS], seen=None, by=by, now=now)


def remove_level(draft: Draft, level: str, *, by: User, now: datetime) -> Draft:
    """Remove this level of the reading. The next page can put it back."""
    return save_parts(
        draft, lambda document: levels.remove_level(document, level), touches=[LEVELS], seen=None, by=by, now=now
    )
