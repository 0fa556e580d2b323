"""Single choice: several choices, exactly one of them correct."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from quizzes.content.question_types.choices import ChoiceQuestion, parse_choices, regraded_choices, tempting
from quizzes.content.question_types.question import Choose, Submitted, Value, common_fields
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, flag_of
from quizzes.phrases import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(ChoiceQuestion):
    """A question with exactly one correct choice. Its value: a choice id."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        choices = parse_choices(document)
        keys = sum(choice.right for choice in choices)
        if keys != 1:
            raise InvalidDocument(f"a single-choice question needs exactly one key and this one has {keys}")
        return cls(**common_fields(document), choices=choices, keep_order=flag_of(document, "keep_order"))

    def chosen_ids(self, value: Value) -> tuple[str, ...]:
        """The id of the chosen one; () for no answer."""
        return () if value is None else (value,)

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

    def guess_share(self) -> Fraction | None:
        """One in the number of choices."""
        return Fraction(1, len(self.choices))
