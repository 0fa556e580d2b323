"""The data classes of item analysis: questions and answers in, figures and flags out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from quizzes.content.question_types.results import Option


@dataclass(frozen=True, slots=True)
class Item:
    """One question. points: in the total, 0 if it was dropped.

    options: that an answer can contain. chance_share: the facility from guessing, 0 to 1, None if unknown.
    """

    key: str
    points: int
    options: tuple[Option, ...] = ()
    chance_share: float | None = None


@dataclass(frozen=True, slots=True)
class DistinctAnswer:
    """One distinct answer to a question. credit: 0 to 1. picks: the ids of the options that it contains.

    is_answered: False for no answer, which earns credit if everyone gets full credit.
    """

    credit: Fraction
    picks: tuple[str, ...]
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One question over all attempts. codes: for each attempt, the index of its answer in `answers`."""

    answers: Sequence[DistinctAnswer]
    codes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Flag:
    """A problem of one question that a teacher should check. reason: in words, written to follow a colon.

    texts: the parts of the reason that are texts of the question.
    """

    kind: Literal["key", "discrimination", "chance", "unused", "not_reached", "language"]
    reason: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """How many attempts gave an option, their share, and the share in the upper and lower group (0 to 1)."""

    option: Option
    count: int
    share: float | None
    upper_share: Fraction | None
    lower_share: Fraction | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one question over `attempt_count` attempts; None for a figure that needs more attempts.

    facility: mean credit, 0 (hard) to 1 (easy); unanswered counts as 0. discrimination: correlation of the question
    with the rest of the score, -1 to 1. upper_share, lower_share: mean credit of the upper and the lower group.
    omitted_count: unanswered, with a later question answered. not_reached_count: unanswered, like all later questions.
    """

    item: Item
    attempt_count: int
    answered_count: int
    omitted_count: int
    not_reached_count: int
    facility: float | None
    choices: tuple[ChoiceFigures, ...]
    discrimination: float | None = None
    upper_share: Fraction | None = None
    lower_share: Fraction | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def upper_lower(self) -> float | None:
        """The upper group's share minus the lower group's, -1 to 1; None without groups."""
        if self.upper_share is None or self.lower_share is None:
            return None
        return float(self.upper_share - self.lower_share)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a whole test. mean, median, spread, standard_error: in points. group_size: attempts in each group.

    spread: the standard deviation. alpha: Cronbach's alpha, at most 1. items: one for each question, in order.
    """

    attempt_count: int
    max_points: int
    mean: float | None
    median: float | None
    spread: float | None
    alpha: float | None
    standard_error: float | None
    group_size: int | None
    items: tuple[ItemFigures, ...]

    @property
    def counting_count(self) -> int:
        """The number of questions in the totals. Alpha and the standard error need 2."""
        return sum(bool(one.item.points) for one in self.items)
