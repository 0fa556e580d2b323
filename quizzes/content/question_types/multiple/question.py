"""Multiple choice: several choices, one or more of them right, with partial credit."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.question_types.single import choices as choice_lists
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of

LABEL = "Multiple answers"
HINT = "Choose every answer the reading supports"
PARTIAL_CREDIT = "Each right pick earns a share of the points and each wrong pick takes one away, never below zero."
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(base.Question):
    """A question with one or more right choices. Its value: a sorted list of choice ids."""

    choices: tuple[choice_lists.Choice, ...]

    @property
    def right_ids(self) -> tuple[str, ...]:
        """Ids of the keys."""
        return tuple(choice.id for choice in self.choices if choice.right)


def parse(document: Mapping[str, Any]) -> Multiple:
    """The question from its document; raises InvalidDocument."""
    choices = choice_lists.parse_choices(document, tables_of(document, "choices"))
    keys = sum(choice.right for choice in choices)
    if not keys:
        raise InvalidDocument("a multiple-choice question needs at least one key and this one has none")
    if keys == len(choices):
        raise InvalidDocument("every choice is a key, so the question asks nothing")
    return Multiple(**base.common_fields(document), choices=choices)


def problems(question: Multiple, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return [
        *base.evidence_problems(question.evidence, question.facts, reading),
        *choice_lists.leaning_problems(question.choices, reading),
        *choice_lists.mark_problems(question.choices, reading),
    ]


def public(question: Multiple, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, choices in this sitting's order, the own picks."""
    picked = value or ()
    choices = [
        (
            choice.id,
            {
                "token": presentation.token(question, choice.id),
                "text": choice.text,
                "chosen": choice.id in picked,
            },
        )
        for choice in question.choices
    ]
    return {"stem": question.stem, "choices": presentation.order(question.key, choices)}


def read_answer(
    question: Multiple, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The picked ids, sorted, None when nothing was picked; raises NotAChoice."""
    ids = [choice.id for choice in question.choices]
    picked = {presentation.choice_id(question, token, ids) for token in submitted.get("choice", ())}
    return sorted(picked) or None


def grade(question: Multiple, value: base.Value) -> Fraction:
    """Right picks minus wrong picks, as a share of the keys, at least 0."""
    return base.share_of_picks(value or (), question.right_ids)


def right(question: Multiple) -> base.Value:
    """The answer that earns everything."""
    return list(question.right_ids)


def wrong(question: Multiple, choose: base.Choose) -> base.Value:
    """A wrong choice alone."""
    return [choose(choice_lists.tempting(question.choices)).id]


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with these choices as its keys."""
    return {**document, "choices": choice_lists.rekeyed_choices(document, value)}


doubtful = base.never_doubtful


def review(question: Multiple, value: base.Value, reading: Reading) -> base.Review:
    """The question with its keys, for after release."""
    picked = value or ()
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.choice_row(
                choice.text,
                right=choice.right,
                chosen=choice.id in picked,
                why=choice.rationale,
                fault=choice.fault(reading),
            )
            for choice in question.choices
        ),
        given="; ".join(choice.text for choice in question.choices if choice.id in picked),
        correct="; ".join(choice.text for choice in question.choices if choice.right),
    )


def answer_key(question: Multiple, reading: Reading) -> tuple[base.KeyRow, ...]:
    """Every choice with its rationale, for teachers."""
    return choice_lists.choice_keys(question.choices, reading)


def options(question: Multiple, reading: Reading) -> tuple[base.Option, ...]:
    """Its choices, in the order written."""
    return choice_lists.choice_options(question.choices)


def picked(question: Multiple, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The chosen ones, in the order written; () for no answer."""
    return tuple(option for option in options(question, reading) if option.id in (value or ()))
