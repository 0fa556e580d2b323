"""Save a draft part by part, without overwriting what another window saved."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F

from quizzes.content.drafts import text
from quizzes.content.drafts.document import (
    MAX_QUESTIONS,
    OBJECTIVES,
    READING,
    SOURCE,
    VOICES,
    anchor_evidence,
    question_of,
    question_part,
    replace_evidence,
    sentence_tables,
)
from quizzes.content.drafts.removals import put_back, remember_removals
from quizzes.content.question_types.registry import TYPES, add_row, change_type
from quizzes.content.tables import Table
from quizzes.models import Draft, QuestionSet, User

# How many times a save retries if others save other parts of the draft at the same time.
_TRIES = 8
# The fields of a new question that every type has. The author fills in the rest.
_NEW_QUESTION = {"stem": "", "skill": "recall", "points": 1, "evidence": [], "explanation": "", "anchors": {}}

Change = Callable[[Table], None]


class DraftChanged(Exception):
    """Another window saved the part after the sender loaded it, so nothing was written. draft: as stored now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"the draft is at revision {draft.revision}")
        self.draft = draft


class TooManyQuestions(Exception):
    """The set already has MAX_QUESTIONS questions."""


class NoSuchQuestion(Exception):
    """The question is not in the draft."""


# --- Parts of a draft ---------------------------------------------------------------------------------------------
# seen: the draft's revision on the sender's page. A save of what is already stored is not a conflict, because a page
# may send the same data twice: automatically and with its button.


def save_source(draft: Draft, *, seen: int, by: User, now: datetime, **fields: Any) -> Draft:
    """Save title, summary, minutes, source and rights; other fields stay. Raises DraftChanged."""

    def change(document: Table) -> None:
        write_source(document, **fields)

    saved = _save(draft, change, touches=[SOURCE], seen=seen, by=by, now=now)
    question_set = QuestionSet.objects.filter(pk=draft.question_set_id, editions=None)
    question_set.update(title=saved.document["title"] or "Untitled question set", summary=saved.document["summary"])
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
    return _save(
        draft, lambda document: text.replace_text(document, new_text), touches=[READING], seen=seen, by=by, now=now
    )


def save_reading(
    draft: Draft,
    fields: Mapping[str, str],
    texts: Mapping[str, str],
    voices: Mapping[str, str],
    *,
    then: Change | None = None,
    then_touches: Sequence[str] = (),
    seen: int,
    by: User,
    now: datetime,
) -> Draft:
    """Save title, language, level, and texts and speakers of sentences by key, then apply `then`.

    then_touches: parts beside the reading that `then` changes. Raises DraftChanged and what `then` raises, before
    anything is written.
    """

    def change(document: Table) -> None:
        document["reading"] |= fields
        text.set_sentences(document, texts, voices)

    return _save(draft, change, then=then, touches=[READING, *then_touches], seen=seen, by=by, now=now)


def save_voices(draft: Draft, voices: Sequence[Table], *, seen: int, by: User, now: datetime) -> Draft:
    """Save the speakers of the source; raises DraftChanged."""
    return _save(draft, lambda document: text.set_voices(document, voices), touches=[VOICES], seen=seen, by=by, now=now)


def save_objectives(
    draft: Draft, objectives: Sequence[Table], minimum: Mapping[str, int], *, seen: int, by: User, now: datetime
) -> Draft:
    """Save the objectives and how many questions each needs; raises DraftChanged."""

    def change(document: Table) -> None:
        document["objectives"] = [dict(objective) for objective in objectives]
        document["minimum"] = dict(minimum)

    return _save(draft, change, touches=[OBJECTIVES], seen=seen, by=by, now=now)


# --- Questions ----------------------------------------------------------------------------------------------------


def add_question(draft: Draft, type_name: str, *, after: str = "", by: User, now: datetime) -> tuple[Draft, str]:
    """Add a question after this one, or as the last; also returns its key. Raises TooManyQuestions."""
    key = new_question_key()
    change = partial(insert_question, type_name=type_name, key=key, after=after)
    return _save(draft, change, touches=[question_part(key)], seen=None, by=by, now=now), key


def insert_question(document: Table, type_name: str, *, key: str, after: str = "") -> None:
    """Add an empty question to a draft's document after this one, or as the last. Raises TooManyQuestions."""
    objective = next((table["objective"] for table in document["questions"] if table["key"] == after), "")
    first = document["objectives"][0]["key"] if document["objectives"] else ""
    question = {
        "key": key,
        "type": type_name,
        "objective": objective or first,
        **deepcopy(_NEW_QUESTION),
        **TYPES[type_name].draft.blank(document["voices"]),
    }
    _insert(document, question, after=after)


def add_questions(draft: Draft, questions: Sequence[Table], *, by: User, now: datetime) -> Draft:
    """Add these questions after the last one. Those with a key that the draft has are left out, so twice is once.

    A question without an objective gets the first. Raises TooManyQuestions, and then adds none.
    """

    def change(document: Table) -> None:
        first = document["objectives"][0]["key"] if document["objectives"] else ""
        for question in questions:
            if question_of(document, question["key"]) is None:
                added = deepcopy(question)
                _insert(document, {**added, "objective": added["objective"] or first}, after="")

    parts = [question_part(question["key"]) for question in questions]
    return _save(draft, change, touches=parts, seen=None, by=by, now=now)


def remove_unchanged_questions(
    draft: Draft, prefix: str, *, revision: int, by: User, now: datetime
) -> tuple[Draft, int, int]:
    """Remove the questions whose keys start with prefix, unless they changed after this revision.

    Also returns how many are removed and how many stay.
    """
    counts = [0, 0]

    def change(document: Table) -> None:
        saved = document["saved"]
        own = [question["key"] for question in document["questions"] if question["key"].startswith(prefix)]
        gone = {key for key in own if saved.get(question_part(key), 0) <= revision}
        document["questions"] = [question for question in document["questions"] if question["key"] not in gone]
        for key in gone:
            saved.pop(question_part(key), None)
        counts[:] = [len(gone), len(own) - len(gone)]

    saved = _save(draft, change, touches=[], seen=None, by=by, now=now)
    return saved, counts[0], counts[1]


def save_evidence(draft: Draft, chosen: Mapping[str, Sequence[str]], *, by: User, now: datetime) -> Draft:
    """Save the evidence of questions that have none yet. chosen: sentence keys by question key.

    A question that is gone or has evidence by now stays as it is, and so does one whose sentences are gone.
    """

    def change(document: Table) -> None:
        known = {table["key"] for table in sentence_tables(document)}
        for key, sentences in chosen.items():
            question = question_of(document, key)
            kept = [sentence for sentence in sentences if sentence in known]
            if question is not None and not question.get("evidence") and kept:
                question["evidence"] = kept
                anchor_evidence(document, question)

    parts = [question_part(key) for key in chosen]
    return _save(draft, change, touches=parts, seen=None, by=by, now=now)


def save_question(
    draft: Draft,
    key: str,
    fields: Mapping[str, Any],
    *,
    shown_type: str = "",
    add_row_to: str = "",
    seen: int,
    by: User,
    now: datetime,
) -> Draft:
    """Save these fields of a question; other fields stay. With another `type`, fields of the old type are set aside.

    shown_type: the type that the fields belong to, "" for the type of the question. add_row_to: the list of the
    question that gets an empty row.
    New evidence is anchored to the current text. Raises NoSuchQuestion, and DraftChanged also if the reading changed.
    """

    def change(document: Table) -> None:
        question = _question(document, key)
        change_type(question, shown_type or question["type"], document["voices"])
        question.update({name: deepcopy(value) for name, value in fields.items() if name != "type"})
        change_type(question, fields.get("type", question["type"]), document["voices"])
        anchor_evidence(document, question)

    def then(document: Table) -> None:
        add_row(_question(document, key), document["voices"], add_row_to)

    return _save(
        draft,
        change,
        then=then if add_row_to else None,
        touches=[question_part(key)],
        needs=[READING],
        seen=seen,
        by=by,
        now=now,
    )


def duplicate_question(draft: Draft, key: str, *, by: User, now: datetime) -> tuple[Draft, str]:
    """Add a copy after the question; also returns its key. Raises NoSuchQuestion and TooManyQuestions."""
    new = new_question_key()

    def change(document: Table) -> None:
        _insert(document, {**deepcopy(_question(document, key)), "key": new}, after=key)

    return _save(draft, change, touches=[question_part(new)], seen=None, by=by, now=now), new


def move_question(draft: Draft, key: str, *, places: int, by: User, now: datetime) -> Draft:
    """Move a question down by `places` (up if negative), at most to an end; raises NoSuchQuestion."""

    def change(document: Table) -> None:
        question = _question(document, key)
        place = document["questions"].index(question)
        document["questions"].remove(question)
        document["questions"].insert(max(0, place + places), question)

    return _save(draft, change, touches=[], seen=None, by=by, now=now)


def remove_question(draft: Draft, key: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Remove a question from the draft; raises DraftChanged if another window changed it."""

    def change(document: Table) -> None:
        document["questions"] = [question for question in document["questions"] if question["key"] != key]
        document["saved"].pop(question_part(key), None)

    return _save(draft, change, needs=[question_part(key)], touches=[], seen=seen, by=by, now=now)


def undo_removal(draft: Draft, *, by: User, now: datetime) -> tuple[Draft, list[str]]:
    """Put back what the last removal took; also returns the parts that changed. Raises CannotPutBack."""
    parts: list[str] = []

    def change(document: Table) -> None:
        parts[:] = put_back(document)

    return _save(draft, change, touches=parts, seen=None, by=by, now=now), parts


def keep_evidence(draft: Draft, key: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Anchor a question's evidence to the current text. Raises DraftChanged and NoSuchQuestion."""

    def change(document: Table) -> None:
        question = _question(document, key)
        anchor_evidence(document, question, again=list(question.get("anchors", {})))

    return _save(draft, change, touches=[question_part(key)], needs=[READING], seen=seen, by=by, now=now)


def move_evidence(draft: Draft, key: str, moved: Mapping[str, str], *, seen: int, by: User, now: datetime) -> Draft:
    """Replace the evidence of a question; raises DraftChanged and NoSuchQuestion.

    moved: new sentence key by old key, "" for none.
    """

    def change(document: Table) -> None:
        replace_evidence(document, _question(document, key), moved)

    return _save(draft, change, touches=[question_part(key)], needs=[READING], seen=seen, by=by, now=now)


def keep_wording(draft: Draft, key: str, *, hint: str, about: str, because: str, by: User, now: datetime) -> Draft:
    """Store why the author keeps the wording despite a tip; "" deletes the reason. Raises NoSuchQuestion."""

    def change(document: Table) -> None:
        question = _question(document, key)
        kept = [table for table in question.get("kept", []) if (table["hint"], table["about"]) != (hint, about)]
        question["kept"] = [*kept, {"hint": hint, "about": about, "because": because}] if because else kept

    return _save(draft, change, touches=[], seen=None, by=by, now=now)


def new_question_key() -> str:
    """A random key, which reveals nothing about the question."""
    return f"q-{secrets.token_hex(4)}"


def _question(document: Table, key: str) -> Table:
    question = question_of(document, key)
    if question is None:
        raise NoSuchQuestion
    return question


def _insert(document: Table, question: Table, *, after: str) -> None:
    if len(document["questions"]) >= MAX_QUESTIONS:
        raise TooManyQuestions
    keys = [table["key"] for table in document["questions"]]
    place = keys.index(after) + 1 if after in keys else len(keys)
    document["questions"].insert(place, question)


def _save(
    draft: Draft,
    change: Change,
    *,
    then: Change | None = None,
    touches: Sequence[str],
    needs: Sequence[str] = (),
    seen: int | None,
    by: User,
    now: datetime,
) -> Draft:
    """Write `change` and `then` with a conditional update; retry if another save came first.

    seen: None if the change does not depend on other saves. Raises DraftChanged if a part of `touches` or `needs` was
    saved after `seen`, unless the change alters nothing: then the sender's page shows what is stored.
    """
    for _ in range(_TRIES):
        current = Draft.objects.select_related("question_set").get(pk=draft.pk)
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
        document["saved"] |= {part: current.revision + 1 for part in touches}
        rows = Draft.objects.filter(pk=draft.pk, revision=current.revision)
        if rows.update(document=document, revision=F("revision") + 1, changed_at=now, changed_by=by):
            current.document, current.revision = document, current.revision + 1
            current.changed_at, current.changed_by = now, by
            return current
    raise DraftChanged(current)
