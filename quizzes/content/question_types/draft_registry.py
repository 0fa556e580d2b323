"""Kinds of question while they are written: one module each, all with the same names, reached by the question's type.

OWN: the fields that only this type has. USES_PICKER: whether the question's evidence is picked beside it.
ROWS, MAX: the lists that rows can be added to, and how many each may have. blank: what a new question starts with.
opened (where it is needed): from an edition's shape to that in which it is written. finish: back to an edition's.
faults: what is not done yet, in the words of the page; question_types would say it to a programmer. shown: a finished
question made complete where it has no key yet, so that its public view can be shown.
"""

from collections.abc import Sequence
from types import ModuleType

from quizzes.content.question_types import registry as question_types
from quizzes.content.question_types.answer_and_proof import draft as answer_and_proof
from quizzes.content.question_types.blanks import draft as blanks
from quizzes.content.question_types.evidence import draft as evidence
from quizzes.content.question_types.free_text import draft as free_text
from quizzes.content.question_types.matching import draft as matching
from quizzes.content.question_types.numeric import draft as numeric
from quizzes.content.question_types.ordering import draft as ordering
from quizzes.content.question_types.short_answer import draft as short_answer
from quizzes.content.question_types.single import draft as choices
from quizzes.content.question_types.true_false import draft as true_false
from quizzes.content.question_types.who_says_so import draft as who_says_so
from quizzes.content.tables import Table

KINDS: dict[str, ModuleType] = {
    "single": choices,
    "multiple": choices,
    "true_false": true_false,
    "who_says_so": who_says_so,
    "evidence": evidence,
    "matching": matching,
    "ordering": ordering,
    "short_answer": short_answer,
    "numeric": numeric,
    "blanks": blanks,
    "free_text": free_text,
    "answer_and_proof": answer_and_proof,
}


def label(name: str) -> str:
    """The name of the type as people read it."""
    text: str = question_types.TYPES[name].LABEL
    return text


def kind(question: Table) -> ModuleType:
    """The module of the question's type."""
    return KINDS[question["type"]]


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
    """Give a question of an edition the shape in which it is written, without its facts."""
    question.pop("facts", None)
    for row in rows(question):
        row.pop("facts", None)
    module = kind(question)
    if hasattr(module, "opened"):
        module.opened(question)


def retype(question: Table, name: str, voices: Sequence[Table]) -> None:
    """Let the question be of another type. What only the old one has is set aside, and comes back with it."""
    if question["type"] == name:
        return
    old, new = KINDS[question["type"]], KINDS[name]
    question["type"] = name
    if old is new:
        return
    aside = question.setdefault("set_aside", {})
    names = {module: module.__name__.rpartition(".")[2] for module in (old, new)}
    aside[names[old]] = {field: question.pop(field) for field in old.OWN if field in question}
    question.update(aside.pop(names[new], None) or blank(name, voices))


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """The question as an edition has it; incomplete where the draft is."""
    finished: Table = kind(question).finish(question, sentence_keys, voices)
    return finished


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet in the type's own part."""
    found: list[str] = kind(question).faults(question, sentence_keys, voices)
    return found


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """A finished question, made complete where it has no key."""
    complete: Table = kind(question).shown(question, sentence_keys)
    return complete


def add_row(question: Table, voices: Sequence[Table], name: str) -> None:
    """Give this list of the question one more empty row, as long as it may have more."""
    module = KINDS[question["type"]]
    if name in module.ROWS and len(question[name]) < module.MAX:
        question[name].append(module.blank(voices)[name][0])
