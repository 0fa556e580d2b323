"""True or false: one statement, held against the reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.question_types.single import choices as choice_lists
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, text_of, texts_of

LABEL = "True or false"
HINT = "Choose true or false"
PARTIAL_CREDIT = ""
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse(base.Question):
    """A statement that the reading bears out (answer True) or refutes. Its value: a bool.

    choices: true, then false, always in this order.
    """

    statement: str
    answer: bool
    choices: tuple[choice_lists.Choice, choice_lists.Choice]


def parse(document: Mapping[str, Any]) -> TrueFalse:
    """The question from its document; raises InvalidDocument."""
    answer = document.get("answer")
    if not isinstance(answer, bool):
        raise InvalidDocument("“answer” must be true or false")
    leans_on = texts_of(document, "leans_on")
    because, otherwise = text_of(document, "rationale_true"), text_of(document, "rationale_false")
    return TrueFalse(
        **base.common_fields(document),
        statement=text_of(document, "statement"),
        answer=answer,
        choices=(
            choice_lists.Choice("true", "True", answer, because, () if answer else leans_on),
            choice_lists.Choice("false", "False", not answer, otherwise, leans_on if answer else ()),
        ),
    )


def problems(question: TrueFalse, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return [
        *base.evidence_problems(question.evidence, question.facts, reading),
        *choice_lists.leaning_problems(question.choices, reading),
    ]


def public(question: TrueFalse, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, statement, and both choices in their fixed order."""
    return {
        "stem": question.stem,
        "statement": question.statement,
        "choices": [
            {"token": choice.id, "text": choice.text, "chosen": choice.id == _id(value)} for choice in question.choices
        ],
    }


def read_answer(
    question: TrueFalse, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """True or False, None when nothing was chosen; raises NotAChoice."""
    tokens = submitted.get("choice", ())
    if not tokens:
        return None
    if len(tokens) > 1 or tokens[0] not in ("true", "false"):
        raise base.NotAChoice("Choose true or false.")
    return tokens[0] == "true"


def grade(question: TrueFalse, value: base.Value) -> Fraction:
    """1 for the key, else 0."""
    return Fraction(value is question.answer)


def right(question: TrueFalse) -> base.Value:
    """The answer that earns everything."""
    return question.answer


def wrong(question: TrueFalse, choose: base.Choose) -> base.Value:
    """The other word."""
    return not question.answer


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this answer as its key."""
    return {**document, "answer": value}


doubtful = base.never_doubtful


def review(question: TrueFalse, value: base.Value, reading: Reading) -> base.Review:
    """Both choices with the key, for after release."""
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.choice_row(choice.text, right=choice.right, chosen=choice.id == _id(value), why=choice.rationale)
            for choice in question.choices
        ),
        given="".join(choice.text for choice in question.choices if choice.id == _id(value)),
        correct="True" if question.answer else "False",
    )


def answer_key(question: TrueFalse, reading: Reading) -> tuple[base.KeyRow, ...]:
    """Both choices with their rationale, for teachers."""
    return choice_lists.choice_keys(question.choices, reading)


def options(question: TrueFalse, reading: Reading) -> tuple[base.Option, ...]:
    """True, then false."""
    return choice_lists.choice_options(question.choices)


def picked(question: TrueFalse, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The chosen one; () for no answer."""
    return tuple(option for option in options(question, reading) if option.id == _id(value))


def _id(value: base.Value) -> str:
    return {True: "true", False: "false"}.get(value, "")
