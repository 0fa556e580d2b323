"""Kinds of question while they are written: one module each, all with the same names, reached by the question's type.

OWN: the fields that only this type has. USES_PICKER: whether the question's evidence is picked beside it.
ROWS, MAX: the field with its rows and how many there may be. blank: what a new question starts with. finish: as an
edition has it. faults: what is not done yet, in the words of the page, which question_types would say to a programmer.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from quizzes import question_types
from quizzes.drafts.kinds import choices, evidence, matching, ordering, true_false, who_says_so

Table = dict[str, Any]

KINDS: dict[str, ModuleType] = {
    "single": choices,
    "multiple": choices,
    "true_false": true_false,
    "who_says_so": who_says_so,
    "evidence": evidence,
    "matching": matching,
    "ordering": ordering,
}


def label(name: str) -> str:
    """The name of the type as people read it."""
    text: str = question_types.TYPES[name].LABEL
    return text


def kind(question: Table) -> ModuleType | None:
    """The module of the question's type; None for a type that can be published but not yet written here."""
    return KINDS.get(question["type"])


def rows(question: Table) -> list[Table]:
    """Every row of the question: its choices, statements or lines."""
    return [
        row
        for name, value in question.items()
        if isinstance(value, list) and name != "kept"
        for row in value
        if isinstance(row, dict)
    ]


def blank(name: str, voices: Sequence[Table]) -> Table:
    """The type's own part of a new question."""
    own: Table = KINDS[name].blank(voices)
    return own


def opened(question: Table) -> None:
    """Give a question of an edition the shape in which it is written: facts left out, lines in their right order."""
    question.pop("facts", None)
    for row in rows(question):
        row.pop("facts", None)
    if question["type"] == "ordering":
        question["items"] = [
            {name: value for name, value in row.items() if name != "place"}
            for row in sorted(question["items"], key=lambda row: row["place"])
        ]


def retype(question: Table, name: str, voices: Sequence[Table]) -> None:
    """Let the question be of another type. What only the old one has is set aside, and comes back with it."""
    if question["type"] == name:
        return
    old, new = KINDS[question["type"]], KINDS[name]
    question["type"] = name
    if old is new:
        return
    aside = question.setdefault("set_aside", {})
    aside[old.__name__] = {field: question.pop(field) for field in old.OWN if field in question}
    question.update(aside.pop(new.__name__, None) or blank(name, voices))


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """The question as an edition has it; incomplete where the draft is."""
    module = kind(question)
    finished: Table = module.finish(question, sentence_keys, voices) if module else dict(question)
    return finished


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet in the type's own part."""
    module = kind(question)
    found: list[str] = module.faults(question, sentence_keys, voices) if module else []
    return found


def add_row(question: Table, voices: Sequence[Table]) -> None:
    """Give the question one more empty row, as long as it may have more."""
    module = KINDS[question["type"]]
    if module.ROWS and len(question[module.ROWS]) < module.MAX:
        question[module.ROWS].append(module.blank(voices)[module.ROWS][0])
