"""Single choice: several choices, exactly one of them right."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.question_types.single import choices as choice_lists
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of

LABEL = "Single choice"
HINT = "Choose one answer"
PARTIAL_CREDIT = ""
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(base.Question):
    """A question with exactly one right choice. Its value: a choice id."""

    choices: tuple[choice_lists.Choice, ...]


def parse(document: Mapping[str, Any]) -> Single:
    """The question from its document; raises InvalidDocument."""
    choices = choice_lists.parse_choices(document, tables_of(document, "choices"))
    keys = sum(choice.right for choice in choices)
    if keys != 1:
        raise InvalidDocument(f"a single-choice question needs exactly one key and this one has {keys}")
    return Single(**base.common_fields(document), choices=choices)


def problems(question: Single, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return [
        *base.evidence_problems(question.evidence, question.facts, reading),
        *choice_lists.leaning_problems(question.choices, reading),
        *choice_lists.mark_problems(question.choices, reading),
    ]


def public(question: Single, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, choices in this sitting's order, the own choice."""
    choices = [
        (
            choice.id,
            {
                "token": presentation.token(question, choice.id),
                "text": choice.text,
                "chosen": choice.id == value,
            },
        )
        for choice in question.choices
    ]
    return {"stem": question.stem, "choices": presentation.order(question.key, choices)}


def read_answer(
    question: Single, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The chosen id, None when nothing was chosen; raises NotAChoice."""
    tokens = submitted.get("choice", ())
    if not tokens:
        return None
    if len(tokens) > 1:
        raise base.NotAChoice("Choose one answer.")
    return presentation.choice_id(question, tokens[0], [choice.id for choice in question.choices])


def grade(question: Single, value: base.Value) -> Fraction:
    """1 for the key, else 0."""
    return Fraction(any(choice.right and choice.id == value for choice in question.choices))


def right(question: Single) -> base.Value:
    """The answer that earns everything."""
    return next(choice.id for choice in question.choices if choice.right)


def wrong(question: Single, choose: base.Choose) -> base.Value:
    """A wrong choice, more often one that a sentence tempts to."""
    return choose(choice_lists.tempting(question.choices)).id


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this choice as its key."""
    return {**document, "choices": choice_lists.rekeyed_choices(document, [value])}


doubtful = base.never_doubtful


def review(question: Single, value: base.Value, reading: Reading) -> base.Review:
    """The question with its key, for after release."""
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.choice_row(
                choice.text,
                right=choice.right,
                chosen=choice.id == value,
                why=choice.rationale,
                fault=choice.fault(reading),
            )
            for choice in question.choices
        ),
        given="".join(choice.text for choice in question.choices if choice.id == value),
        correct="".join(choice.text for choice in question.choices if choice.right),
    )


def answer_key(question: Single, reading: Reading) -> tuple[base.KeyRow, ...]:
    """Every choice with its rationale, for teachers."""
    return choice_lists.choice_keys(question.choices, reading)


def options(question: Single, reading: Reading) -> tuple[base.Option, ...]:
    """Its choices, in the order written."""
    return choice_lists.choice_options(question.choices)


def picked(question: Single, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The chosen one; () for no answer."""
    return tuple(option for option in options(question, reading) if option.id == value)
