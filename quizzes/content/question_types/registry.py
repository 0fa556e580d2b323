"""Question types: one module each, all with the same functions, reached by the name in a question's document."""

from collections.abc import Mapping
from fractions import Fraction
from types import ModuleType
from typing import Any

from quizzes.content.question_types.answer_and_proof import question as answer_and_proof
from quizzes.content.question_types.blanks import question as blanks
from quizzes.content.question_types.evidence import question as evidence
from quizzes.content.question_types.free_text import question as free_text
from quizzes.content.question_types.matching import question as matching
from quizzes.content.question_types.multiple import question as multiple
from quizzes.content.question_types.numeric import question as numeric
from quizzes.content.question_types.ordering import question as ordering
from quizzes.content.question_types.question import (
    Choose,
    KeyRow,
    MarkedBy,
    NotAChoice,
    Option,
    Presentation,
    Question,
    Review,
    ReviewRow,
    Submitted,
    Value,
)
from quizzes.content.question_types.short_answer import question as short_answer
from quizzes.content.question_types.single import question as single
from quizzes.content.question_types.true_false import question as true_false
from quizzes.content.question_types.who_says_so import question as who_says_so
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, text_of

__all__ = [
    "TYPES",
    "Choose",
    "KeyRow",
    "MarkedBy",
    "NotAChoice",
    "Option",
    "Presentation",
    "Question",
    "Review",
    "ReviewRow",
    "answer_key",
    "doubtful",
    "grade",
    "grounded",
    "label",
    "marked_by",
    "options",
    "parse_question",
    "picked",
    "problems",
    "public",
    "read_answer",
    "rearranges",
    "rekey",
    "review",
    "right_value",
    "wrong_value",
]

TYPES: dict[str, ModuleType] = {
    "single": single,
    "multiple": multiple,
    "who_says_so": who_says_so,
    "evidence": evidence,
    "true_false": true_false,
    "matching": matching,
    "ordering": ordering,
    "short_answer": short_answer,
    "numeric": numeric,
    "blanks": blanks,
    "free_text": free_text,
    "answer_and_proof": answer_and_proof,
}


def parse_question(document: Mapping[str, Any]) -> Question:
    """The typed question of a document; raises InvalidDocument with the reason."""
    name = text_of(document, "type")
    if name not in TYPES:
        raise InvalidDocument(f"there is no question type “{name}”; there are {', '.join(TYPES)}")
    question: Question = TYPES[name].parse(document)
    return question


def problems(question: Question, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading, one line each; [] when nothing does."""
    found: list[str] = TYPES[question.type].problems(question, reading)
    return found


def public(question: Question, presentation: Presentation, value: Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: an allowlist that is the same whichever choice is right."""
    module = TYPES[question.type]
    view: dict[str, Any] = module.public(question, presentation, value, reading)
    return {"type": question.type, "hint": module.HINT, "partial_credit": module.PARTIAL_CREDIT, **view}


def read_answer(question: Question, submitted: Submitted, presentation: Presentation, reading: Reading) -> Value:
    """The value (JSON) that the submitted fields give, None for no answer; raises NotAChoice."""
    return TYPES[question.type].read_answer(question, submitted, presentation, reading)


def rearranges(question: Question, submitted: Submitted) -> bool:
    """Whether these fields were sent to change an answer step by step: then the question comes again, unchecked."""
    module = TYPES[question.type]
    is_step: bool = module.rearranges(question, submitted) if hasattr(module, "rearranges") else False
    return is_step


def grade(question: Question, value: Value) -> Fraction:
    """The credit of a value, 0 to 1; no answer (None) gives 0."""
    credit: Fraction = TYPES[question.type].grade(question, value)
    return credit


def marked_by(question: Question) -> MarkedBy:
    """Who gives the credit: a rule at once, or a teacher later, until which it is 0."""
    name: MarkedBy = TYPES[question.type].MARKED_BY
    return name


def doubtful(question: Question, value: Value) -> bool:
    """Whether a person should look before this answer counts as wrong; False for one that earns everything."""
    in_doubt: bool = TYPES[question.type].doubtful(question, value)
    return in_doubt


def grounded(question: Question, value: Value) -> bool:
    """Whether the proof that the question asks for is right; True where it asks for none."""
    module = TYPES[question.type]
    is_grounded: bool = module.grounded(question, value) if hasattr(module, "grounded") else True
    return is_grounded


def right_value(question: Question) -> Value:
    """The answer that earns everything; of a type that a teacher marks, one good answer."""
    return TYPES[question.type].right(question)


def wrong_value(question: Question, choose: Choose) -> Value:
    """An answer that earns nothing, None where the question knows of none. choose: picks one of several."""
    return TYPES[question.type].wrong(question, choose)


def rekey(document: Mapping[str, Any], value: Value) -> dict[str, Any]:
    """A new document in which `value`, given as an answer, earns everything; raises InvalidDocument where it cannot.

    It parses. Whether the reading proves its new key is for `problems` to say.
    """
    if value is None:
        raise InvalidDocument("no answer cannot be the key")
    rekeyed: dict[str, Any] = TYPES[parse_question(document).type].rekey(document, value)
    parse_question(rekeyed)
    return rekeyed


def review(question: Question, value: Value, reading: Reading) -> Review:
    """The question with its key and rationale; only for those who may see them."""
    reviewed: Review = TYPES[question.type].review(question, value, reading)
    return reviewed


def answer_key(question: Question, reading: Reading) -> tuple[KeyRow, ...]:
    """The question line by line with key and rationale; only for its teachers."""
    rows: tuple[KeyRow, ...] = TYPES[question.type].answer_key(question, reading)
    return rows


def options(question: Question, reading: Reading) -> tuple[Option, ...]:
    """What an answer can be made of, right and wrong; () for a type whose answers are free.

    A type that has no `options` and `picked` of its own is counted by what was given, in words.
    """
    module = TYPES[question.type]
    offered: tuple[Option, ...] = module.options(question, reading) if hasattr(module, "options") else ()
    return offered


def picked(question: Question, value: Value, reading: Reading) -> tuple[Option, ...]:
    """The options that this answer is made of; () for no answer."""
    module = TYPES[question.type]
    if value is None:
        return ()
    if hasattr(module, "picked"):
        given: tuple[Option, ...] = module.picked(question, value, reading)
        return given
    reviewed = review(question, value, reading)
    return (Option(reviewed.given, reviewed.given, reviewed.credit == 1, "", listed=False),)


def label(question: Question) -> str:
    """The name of the question's type as people read it."""
    name: str = TYPES[question.type].LABEL
    return name
