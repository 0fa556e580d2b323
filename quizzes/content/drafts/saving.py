"""Save a draft part by part, without overwriting what another window saved. Questions: `saving_questions`."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from quizzes.content.drafts import text
from quizzes.content.drafts.document import (
    LANGUAGES,
    OBJECTIVES,
    READING,
    READING_TITLE,
    SOURCE,
    SPEAKERS,
    WORDS,
    question_of,
    question_part,
    set_language,
)
from quizzes.content.drafts.removals import remember_removals
from quizzes.content.drafts.words import ExplainedWord, set_words
from quizzes.content.pictures import set_picture
from quizzes.content.tables import Table
from quizzes.models import Draft, QuestionSet, User
from quizzes.models.locks import read_row
from quizzes.models.question_sets import UNTITLED

# How many times a save retries if others save other parts of the draft at the same time.
_TRIES = 8
Change = Callable[[Table], None]
# With another language of the reading, the speakers that every story has get other names.
_WITH_LANGUAGE = (SPEAKERS, LANGUAGES)


class DraftChanged(Exception):
    """Another window saved the part after the sender loaded it, so nothing was written. draft: as stored now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"the draft is at revision {draft.revision}")
        self.draft = draft


class NoSuchQuestion(Exception):
    """The question is not in the draft."""


# --- Parts of a draft ---------------------------------------------------------------------------------------------
# seen: the draft's revision on the sender's page. A save of what is already stored is not a conflict, because a page
# may send the same data twice: automatically and with its button.


@transaction.atomic
def save_source(draft: Draft, *, seen: int, by: User, now: datetime, **fields: Any) -> Draft:
    """Save title, summary, minutes, source and rights; other fields stay. Raises DraftChanged.

    A reading with the title of its set is renamed with it.
    """
    also: list[str] = []

    def change(document: Table) -> None:
        shares_title, before = document["reading"]["title"] == document["title"], document["title"]
        write_source(document, **fields)
        also[:] = (READING_TITLE,) if shares_title and document["title"] != before else ()
        if also:
            document["reading"]["title"] = document["title"]

    saved = save_parts(draft, change, touches=[SOURCE], also=also, seen=seen, by=by, now=now)
    question_set = QuestionSet.objects.filter(pk=draft.question_set_id, editions=None)
    question_set.update(title=saved.document["title"] or UNTITLED, summary=saved.document["summary"])
    return saved


def write_source(document: Table, **fields: Any) -> None:
    """Write the fields of the source page to a draft's document."""
    for name, value in fields.items():
        if name in {"title", "summary", "about_minutes"}:
            document[name] = value
        elif name in {"rights", "rights_note"}:
            document["reading"][name] = value
        else:
            document["citation"][name.removeprefix("story_")] = value


def save_text(draft: Draft, new_text: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Replace the text of the reading; sentences that match keep their keys. Raises DraftChanged."""
    also: list[str] = []

    def change(document: Table) -> None:
        before = document["reading"]["language"]
        text.replace_text(document, new_text)
        also[:] = _WITH_LANGUAGE if document["reading"]["language"] != before else ()

    return save_parts(draft, change, touches=[READING], also=also, seen=seen, by=by, now=now)


def save_reading(
    draft: Draft,
    fields: Mapping[str, str],
    texts: Mapping[str, str],
    speakers: Mapping[str, str],
    *,
    then: Change | None = None,
    then_touches: Sequence[str] = (),
    seen: int,
    by: User,
    now: datetime,
) -> Draft:
    """Save title, language, level, and texts and speakers of sentences by key, then apply `then`.

    Another language names the speakers that every story has. then_touches: parts besides the reading that `then`
    changes. Raises DraftChanged and what `then` raises, before anything is written.
    """
    also: list[str] = []

    def change(document: Table) -> None:
        before = document["reading"]["language"]
        document["reading"] |= fields
        also[:] = _WITH_LANGUAGE if document["reading"]["language"] != before else ()
        if also:
            set_language(document, document["reading"]["language"])
        text.set_sentences(document, texts, speakers)

    touches, needs = [READING, *then_touches], [READING_TITLE]
    return save_parts(draft, change, then=then, touches=touches, needs=needs, also=also, seen=seen, by=by, now=now)


def save_picture(
    draft: Draft, picture: Table | None, *, question: str = "", seen: int, by: User, now: datetime
) -> Draft:
    """Save the picture of the reading, or of the question with this key; None removes it.

    Raises DraftChanged and NoSuchQuestion.
    """

    def change(document: Table) -> None:
        set_picture(found_question(document, question) if question else document["reading"], picture)

    part = question_part(question) if question else READING
    return save_parts(draft, change, touches=[part], seen=seen, by=by, now=now)


def save_speakers(draft: Draft, speakers: Sequence[Table], *, seen: int, by: User, now: datetime) -> Draft:
    """Save the speakers of the source; raises DraftChanged."""
    return save_parts(
        draft, lambda document: text.set_speakers(document, speakers), touches=[SPEAKERS], seen=seen, by=by, now=now
    )


def save_words(draft: Draft, words: Sequence[ExplainedWord], *, seen: int, by: User, now: datetime) -> Draft:
    """Save the words of the reading that are explained to students; raises DraftChanged."""
    # The page with the texts in another language also has the meanings.
    return save_parts(
        draft,
        lambda document: set_words(document, words),
        touches=[WORDS],
        needs=[LANGUAGES],
        seen=seen,
        by=by,
        now=now,
    )


def save_objectives(
    draft: Draft,
    objectives: Sequence[Table],
    minimum: Mapping[str, int],
    *,
    moved: Mapping[str, str] | None = None,
    seen: int,
    by: User,
    now: datetime,
) -> Draft:
    """Save the objectives and how many questions each needs; raises DraftChanged.

    moved: by the key of a removed objective, the one that its questions get.
    """

    also: list[str] = []

    def change(document: Table) -> None:
        before = {table["key"]: table for table in document["objectives"]}
        document["objectives"] = [{**before.get(objective["key"], {}), **objective} for objective in objectives]
        document["minimum"] = dict(minimum)
        new = moved or {}
        moving = [question for question in document["questions"] if question["objective"] in new]
        for question in moving:
            question["objective"] = new[question["objective"]]
        also[:] = [question_part(question["key"]) for question in moving]

    return save_parts(draft, change, touches=[OBJECTIVES], also=also, seen=seen, by=by, now=now)


def save_parts(
    draft: Draft,
    change: Change,
    *,
    then: Change | None = None,
    touches: Sequence[str],
    needs: Sequence[str] = (),
    also: Sequence[str] = (),
    seen: int | None,
    by: User,
    now: datetime,
) -> Draft:
    """Write `change` and `then` with a conditional update; retry if another save came first.

    also: other parts that `change` alters; it may fill the list. Pages of them become out of date, but an older `seen`
    of them is no conflict.
    seen: None if the change does not depend on other saves. Raises DraftChanged if a part of `touches` or `needs` was
    saved after `seen`, unless the change alters nothing: then the sender's page shows what is stored.
    Raises RowDeleted.
    """
    for _ in range(_TRIES):
        current = read_row(Draft.objects.select_related("question_set"), draft.pk)
        document, saved = deepcopy(current.document), current.document["saved"]
        change(document)
        is_stale = seen is not None and any(saved.get(part, 0) > seen for part in (*touches, *needs))
        if is_stale and document != current.document:
            raise DraftChanged(current)
        if then is not None:
            then(document)
        if document == current.document:
            return current
        # An undo drops what was remembered, and is itself nothing to undo.
        if document.get("removed") == current.document.get("removed"):
            remember_removals(current.document, document, revision=current.revision + 1)
        document["saved"] |= dict.fromkeys((*touches, *also), current.revision + 1)
        rows = Draft.objects.filter(pk=draft.pk, revision=current.revision)
        if rows.update(document=document, revision=F("revision") + 1, changed_at=now, changed_by=by):
            current.document, current.revision = document, current.revision + 1
            current.changed_at, current.changed_by = now, by
            return current
    raise DraftChanged(current)


def found_question(document: Table, key: str) -> Table:
    """The question with this key. Raises NoSuchQuestion."""
    question = question_of(document, key)
    if question is None:
        raise NoSuchQuestion
    return question
