"""Multiple answers: several choices, one or more of them correct, with partial credit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from quizzes.content.question_types.choices import ChoiceQuestion, parse_choices, regraded_choices, tempting
from quizzes.content.question_types.question import (
    Choose,
    Submitted,
    Value,
    asked_count_of,
    common_fields,
    has_lost_all,
    share_of_choices,
)
from quizzes.content.question_types.results import Review
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, flag_of
from quizzes.phrases import gettext, gettext_noop

# Both are also shown at the first step of answer and evidence.
ALL_OR_NOTHING = gettext_noop("You earn the points only if you choose every correct answer and no other.")
PARTIAL_CREDIT = gettext_noop("Correct choices add points. Wrong choices take points away. You can’t go below 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(ChoiceQuestion):
    """A question with one or more correct choices. Its value: a sorted list of choice ids.

    all_or_nothing: without partial credit.
    """

    all_or_nothing: bool = False
    asked_count: int | None = None

    @property
    def right_ids(self) -> tuple[str, ...]:
        """Ids of the correct choices."""
        return tuple(choice.id for choice in self.choices if choice.right)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        choices = parse_choices(document)
        keys = sum(choice.right for choice in choices)
        if not keys:
            raise InvalidDocument(gettext("choose at least 1 correct answer"))
        if keys == len(choices):
            raise InvalidDocument(gettext("all choices are correct, and at least 1 needs to be wrong"))
        return cls(
            **common_fields(document),
            choices=choices,
            keep_order=flag_of(document, "keep_order"),
            all_or_nothing=flag_of(document, "all_or_nothing"),
            asked_count=asked_count_of(document, 2),
        )

    def chosen_ids(self, value: Value) -> Sequence[str]:
        """The ids of the chosen ones; () for no answer."""
        return value or ()

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: as other choices. The hint has the count that it asks for."""
        asked = self.asked_count
        own = {"hint": gettext("Choose {count} answers").format(count=asked)} if asked is not None else {}
        # Not `super()`, which fails in a dataclass with slots before Python 3.14.
        return {**own, **ChoiceQuestion.public(self, shuffle, value, reading)}

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The chosen ids, sorted, None without any; raises NotAChoice."""
        ids = [choice.id for choice in self.choices]
        chosen = {shuffle.choice_id(self.key, token, ids) for token in submitted.get("choice", ())}
        return sorted(chosen) or None

    def grade(self, value: Value) -> Fraction:
        """Correct choices minus wrong ones, as a share of the correct ones, at least 0; or all or nothing."""
        if self.all_or_nothing:
            return Fraction(set(value or ()) == set(self.right_ids))
        return share_of_choices(value or (), self.right_ids)

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """Whether there is partial credit."""
        return (self.all_or_nothing,)

    def review(self, value: Value, reading: Reading) -> Review:
        """The choices, with the correct ones."""
        # Not `super()`, which fails in a dataclass with slots before Python 3.14.
        review = ChoiceQuestion.review(self, value, reading)
        if not has_lost_all(review.credit, self.chosen_ids(value), self.right_ids):
            return review
        return replace(review, note=gettext(self.credit_rule(PARTIAL_CREDIT)))

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return list(self.right_ids)

    def wrong_answer(self, choose: Choose) -> Value:
        """One wrong choice."""
        return [choose(tempting(self.choices)).id]

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with these choices as its keys."""
        return {**document, "choices": regraded_choices(document, value)}

    def credit_rule(self, of_type: str) -> str:
        """How it gives credit."""
        return ALL_OR_NOTHING if self.all_or_nothing else of_type
