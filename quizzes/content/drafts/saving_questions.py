"""Save the questions of a draft: add, change, move, remove."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import partial
from typing import Any

from quizzes.content.drafts.document import (
    MAX_OBJECTIVES,
    MAX_QUESTIONS,
    MAX_SPEAKERS,
    OBJECTIVES,
    READING,
    SPEAKERS,
    WORDS,
    anchor_evidence,
    first_objective,
    question_of,
    question_part,
    replace_evidence,
    sentence_keys,
)
from quizzes.content.drafts.removals import CannotPutBack, put_back, removed_rows
from quizzes.content.drafts.saving import NoSuchQuestion, found_question, save_parts
from quizzes.content.drafts.validation import orphans
from quizzes.content.drafts.words import MAX_WORDS, explained_words
from quizzes.content.languages import carry_texts
from quizzes.content.question_types.registry import TYPES, add_row, change_type, text_fields
from quizzes.content.tables import Table
from quizzes.models import Draft, User

# The fields of a new question that every type has. The author fills in the rest.
_NEW_QUESTION = {"stem": "", "skill": "recall", "points": 1, "evidence": [], "explanation": "", "anchors": {}}


class TooManyQuestions(Exception):
    """The set already has MAX_QUESTIONS questions."""


def add_question(
    draft: Draft, type_name: str, *, after: str = "", new_key: str, by: User, now: datetime
) -> tuple[Draft, str]:
    """Add a question after this one, or as the last; also returns its key. Raises TooManyQuestions.

    new_key: of the form, "" for any. A form that is sent twice adds one.
    """
    make = partial(_new_question, type_name=type_name, after=after)
    return _save_new(draft, make, after=after, new_key=new_key, by=by, now=now)


def insert_question(document: Table, type_name: str, *, key: str) -> None:
    """Add an empty question to a draft's document as the last. Raises TooManyQuestions."""
    _insert(document, {**_new_question(document, type_name=type_name, after=""), "key": key}, after="")


def _new_question(document: Table, *, type_name: str, after: str) -> Table:
    objective = next((table["objective"] for table in document["questions"] if table["key"] == after), "")
    return {
        "key": "",
        "type": type_name,
        "objective": objective or first_objective(document),
        **deepcopy(_NEW_QUESTION),
        **TYPES[type_name].draft.blank(document["voices"]),
    }


def _save_new(
    draft: Draft, make: Callable[[Table], Table], *, after: str, new_key: str, by: User, now: datetime
) -> tuple[Draft, str]:
    """Add the question that `make` returns, unless the draft has one with this key; also returns its key."""
    key = new_key or new_question_key()

    def change(document: Table) -> None:
        if question_of(document, key) is None:
            _insert(document, {**make(document), "key": key}, after=after)

    return save_parts(draft, change, touches=[question_part(key)], seen=None, by=by, now=now), key


def add_questions(draft: Draft, questions: Sequence[Table], *, by: User, now: datetime) -> Draft:
    """Add these questions after the last one. Those with a key that the draft has are left out, so twice is once.

    A question without an objective gets the first. Raises TooManyQuestions, and then adds none.
    """

    parts = list[str]()

    def change(document: Table) -> None:
        new = [question for question in questions if question_of(document, question["key"]) is None]
        # A question that is there keeps its revision, so that an undo knows whether it changed.
        parts[:] = [question_part(question["key"]) for question in new]
        for question in new:
            _insert(document, as_added(document, question), after="")

    return save_parts(draft, change, touches=parts, seen=None, by=by, now=now)


def as_added(document: Table, question: Table) -> Table:
    """The question as `add_questions` adds it to this document."""
    return {**deepcopy(question), "objective": question["objective"] or first_objective(document)}


def remove_unchanged_questions(
    draft: Draft, prefix: str, *, revision: int, by: User, now: datetime
) -> tuple[Draft, int]:
    """Remove the questions whose keys start with prefix and that this revision added, unless they changed since.

    Also returns how many.
    """
    count = 0

    def change(document: Table) -> None:
        nonlocal count
        saved = document["saved"]
        own = [question["key"] for question in document["questions"] if question["key"].startswith(prefix)]
        gone = {key for key in own if saved.get(question_part(key), 0) == revision}
        document["questions"] = [question for question in document["questions"] if question["key"] not in gone]
        for key in gone:
            saved.pop(question_part(key), None)
        count = len(gone)

    return save_parts(draft, change, touches=[], seen=None, by=by, now=now), count


def save_evidence(draft: Draft, chosen: Mapping[str, Sequence[str]], *, by: User, now: datetime) -> Draft:
    """Save the evidence of questions that have none yet. chosen: sentence keys by question key.

    A question does not change if it is gone, already has evidence, or lost its sentences.
    """

    def change(document: Table) -> None:
        known = sentence_keys(document)
        for key, sentences in chosen.items():
            question = question_of(document, key)
            kept = [sentence for sentence in sentences if sentence in known]
            if question is not None and not question.get("evidence") and kept:
                question["evidence"] = kept
                anchor_evidence(document, question)

    parts = [question_part(key) for key in chosen]
    return save_parts(draft, change, touches=parts, seen=None, by=by, now=now)


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
        question = found_question(document, key)
        change_type(question, shown_type or question["type"], document["voices"])
        before = deepcopy(question)
        question.update({name: deepcopy(value) for name, value in fields.items() if name != "type"})
        carry_texts(before, question, text_fields(question))
        change_type(question, fields.get("type", question["type"]), document["voices"])
        anchor_evidence(document, question)

    def then(document: Table) -> None:
        add_row(found_question(document, key), document["voices"], add_row_to)

    return save_parts(
        draft,
        change,
        then=then if add_row_to else None,
        touches=[question_part(key)],
        needs=[READING],
        seen=seen,
        by=by,
        now=now,
    )


def duplicate_question(draft: Draft, key: str, *, new_key: str, by: User, now: datetime) -> tuple[Draft, str]:
    """Add a copy after the question; also returns its key. Raises NoSuchQuestion and TooManyQuestions.

    new_key: as in `add_question`.
    """

    def copied(document: Table) -> Table:
        return deepcopy(found_question(document, key))

    return _save_new(draft, copied, after=key, new_key=new_key, by=by, now=now)


def move_question(draft: Draft, key: str, *, to: int, by: User, now: datetime) -> Draft:
    """Make a question the one with this number, at most the last, so that twice is once; raises NoSuchQuestion."""

    def change(document: Table) -> None:
        question = found_question(document, key)
        document["questions"].remove(question)
        # Clamped: `insert` refuses a number of more than 64 bits.
        document["questions"].insert(max(0, min(to - 1, len(document["questions"]))), question)

    return save_parts(draft, change, touches=[], seen=None, by=by, now=now)


def remove_question(draft: Draft, key: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Remove a question from the draft; raises DraftChanged if another window changed it."""

    def change(document: Table) -> None:
        document["questions"] = [question for question in document["questions"] if question["key"] != key]
        document["saved"].pop(question_part(key), None)

    return save_parts(draft, change, needs=[question_part(key)], touches=[], seen=seen, by=by, now=now)


def undo_removal(draft: Draft, *, seen: int, by: User, now: datetime) -> tuple[Draft, list[str]]:
    """Restore what the save to revision `seen` removed; also returns the parts that changed, [] if it is already back.

    Raises CannotPutBack, also if a later save removed something else or if the set or a list of it is full.
    """
    # Filled by the change: `save_parts` reads it after that.
    parts: list[str] = []

    def change(document: Table) -> None:
        removed = document.get("removed")
        if removed is not None and removed["at"] != seen:
            raise CannotPutBack
        parts[:] = put_back(document)
        if len(document["questions"]) > MAX_QUESTIONS or _exceeds_limit(document, parts, since=seen):
            raise CannotPutBack

    return save_parts(draft, change, touches=parts, seen=None, by=by, now=now), parts


def _exceeds_limit(document: Table, parts: Sequence[str], *, since: int) -> bool:
    # A file can bring more than the editor allows. These come back, unless a later save changed their list.
    lists = (
        (OBJECTIVES, document["objectives"], MAX_OBJECTIVES),
        (SPEAKERS, document["voices"], MAX_SPEAKERS),
        (WORDS, explained_words(document), MAX_WORDS),
    )
    changed = {part for part in parts if document["saved"].get(part, 0) > since}
    return any(part in changed and len(rows) > limit for part, rows, limit in lists)


def restore_question(draft: Draft, key: str, *, by: User, now: datetime) -> Draft:
    """Put back a removed question. Raises NoSuchQuestion if the draft doesn’t remember it, or if the set is full."""

    def change(document: Table) -> None:
        place, table = next((row for row in removed_rows(document, "questions") if row[1]["key"] == key), (0, None))
        if table is None or len(document["questions"]) >= MAX_QUESTIONS:
            raise NoSuchQuestion
        if question_of(document, key) is None:
            document["questions"].insert(place, deepcopy(table))

    return save_parts(draft, change, touches=[question_part(key)], seen=None, by=by, now=now)


def keep_evidence(draft: Draft, key: str, *, seen: int, by: User, now: datetime) -> Draft:
    """Anchor a question's evidence to the current text. Raises DraftChanged and NoSuchQuestion."""

    def change(document: Table) -> None:
        _anchor_again(found_question(document, key), document)

    return save_parts(draft, change, touches=[question_part(key)], needs=[READING], seen=seen, by=by, now=now)


def keep_all_evidence(draft: Draft, *, seen: int, by: User, now: datetime) -> tuple[Draft, int]:
    """Keep the evidence of each question that lost some and still has all its sentences; also returns how many.

    Raises DraftChanged.
    """
    # This works as in `undo_removal`.
    parts: list[str] = []

    def change(document: Table) -> None:
        kept = [orphan.key for orphan in orphans(document) if orphan.can_be_kept]
        for key in kept:
            _anchor_again(found_question(document, key), document)
        parts[:] = map(question_part, kept)

    saved = save_parts(draft, change, touches=parts, needs=[READING], seen=seen, by=by, now=now)
    return saved, len(parts)


def _anchor_again(question: Table, document: Table) -> None:
    anchor_evidence(document, question, again=list(question.get("anchors", {})))


def move_evidence(draft: Draft, key: str, moved: Mapping[str, str], *, seen: int, by: User, now: datetime) -> Draft:
    """Replace the evidence of a question; raises DraftChanged and NoSuchQuestion.

    moved: new sentence key by old key, "" for none.
    """

    def change(document: Table) -> None:
        replace_evidence(document, found_question(document, key), moved)

    return save_parts(draft, change, touches=[question_part(key)], needs=[READING], seen=seen, by=by, now=now)


def keep_wording(draft: Draft, key: str, *, hint: str, about: str, because: str, by: User, now: datetime) -> Draft:
    """Store why the author keeps the wording despite a tip; "" deletes the reason. Raises NoSuchQuestion."""

    def change(document: Table) -> None:
        question = found_question(document, key)
        kept = [table for table in question.get("kept", []) if (table["hint"], table["about"]) != (hint, about)]
        question["kept"] = [*kept, {"hint": hint, "about": about, "because": because}] if because else kept

    return save_parts(draft, change, touches=[], seen=None, by=by, now=now)


def new_question_key() -> str:
    """A random key, which reveals nothing about the question."""
    return f"q-{secrets.token_hex(4)}"


def _insert(document: Table, question: Table, *, after: str) -> None:
    if len(document["questions"]) >= MAX_QUESTIONS:
        raise TooManyQuestions
    keys = [table["key"] for table in document["questions"]]
    place = keys.index(after) + 1 if after in keys else len(keys)
    document["questions"].insert(place, question)
