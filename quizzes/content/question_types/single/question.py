"""Single choice: several choices, exactly one of them correct."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from quizzes.content.question_types.choices import ChoiceQuestion, parse_choices, regraded_choices, tempting
from quizzes.content.question_types.question import (
    Choose,
    Submitted,
    Value,
    common_fields,
    flag_of,
)
from quizzes.content.question_types.results import Option, Review, choice_row
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of
from quizzes.phrases import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(ChoiceQuestion):
    """A question with exactly one correct choice. Its value: a choice id."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        choices = parse_choices(tables_of(document, "choices"))
        keys = sum(choice.right for choice in choices)
        if keys != 1:
            raise InvalidDocument(f"a single-choice question needs exactly one key and this one has {keys}")
        return cls(**common_fields(document), choices=choices, keep_order=flag_of(document, "keep_order"))

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, choices in the attempt's order, own choice."""
        choices = [
            (
                choice.id,
                {
                    "token": shuffle.token(self.key, choice.id),
                    "text": choice.text,
                    "chosen": choice.id == value,
                },
            )
            for choice in self.choices
        ]
        return {"stem": self.stem, "choices": shuffle.order(self.key, choices, keep_order=self.keep_order)}

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The chosen id, None without one; raises NotAChoice."""
        tokens = submitted.get("choice", ())
        if not tokens:
            return None
        if len(tokens) > 1:
            raise NotAChoice(gettext("Choose one answer."))
        return shuffle.choice_id(self.key, tokens[0], [choice.id for choice in self.choices])

    def grade(self, value: Value) -> Fraction:
        """1 for the correct answer, else 0."""
        return Fraction(any(choice.right and choice.id == value for choice in self.choices))

    def review(self, value: Value, reading: Reading) -> Review:
        """The choices, with the correct one."""
        return Review(
            credit=self.grade(value),
            rows=tuple(
                choice_row(
                    choice.text,
                    right=choice.right,
                    chosen=choice.id == value,
                    why=choice.rationale,
                    fault=choice.fault(reading),
                )
                for choice in self.choices
            ),
            given="".join(choice.text for choice in self.choices if choice.id == value),
            correct="".join(choice.text for choice in self.choices if choice.right),
        )

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return next(choice.id for choice in self.choices if choice.right)

    def wrong_answer(self, choose: Choose) -> Value:
        """A wrong choice, more often one that a sentence suggests."""
        return choose(tempting(self.choices)).id

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this choice as its key."""
        return {**document, "choices": regraded_choices(document, [value])}

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The chosen one; () for no answer."""
        return tuple(option for option in self.options(reading) if option.id == value)

    def guess_share(self) -> Fraction | None:
        """One in the number of choices."""
        return Fraction(1, len(self.choices))
