"""Save the texts of a draft in other languages."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from quizzes.content.drafts import translations
from quizzes.content.drafts.document import LANGUAGES, OBJECTIVES, READING, SOURCE, SPEAKERS, WORDS, question_part
from quizzes.content.drafts.saving import save_parts
from quizzes.content.tables import Table
from quizzes.models import Draft, User


def add_language(draft: Draft, language: str, *, by: User, now: datetime) -> Draft:
    """Add this language to the draft, with the texts that the draft still has of it. Safe to repeat."""
    change = partial(translations.add_language, language=language)
    return save_parts(draft, change, touches=[LANGUAGES], seen=None, by=by, now=now)


def remove_language(draft: Draft, language: str, *, by: User, now: datetime) -> Draft:
    """Remove this language from the draft. Its texts stay in the draft. Safe to repeat."""
    change = partial(translations.remove_language, language=language)
    return save_parts(draft, change, touches=[LANGUAGES], seen=None, by=by, now=now)


def save_translations(
    draft: Draft, key: str, language: str, values: Mapping[str, Any], *, kept: str, seen: int, by: User, now: datetime
) -> Draft:
    """Save the texts of a question, or of the set itself, in this language, by id.

    kept: the id of a text that changed and whose translation is still right, "" for none.
    Raises DraftChanged also if a text that they translate changed.
    """

    def change(document: Table) -> None:
        translations.add_language(document, language)
        translations.set_translations(document, key, values, language, kept=kept)

    of_set = [SOURCE, READING, OBJECTIVES, SPEAKERS, WORDS, LANGUAGES]
    parts = of_set if key == translations.SET else [question_part(key)]
    return save_parts(draft, change, touches=parts[-1:], needs=parts, seen=seen, by=by, now=now)
