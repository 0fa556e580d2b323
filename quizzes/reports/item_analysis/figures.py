"""What is known of a test and of each question once attempts are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from quizzes.content.question_types.question import Option


@dataclass(frozen=True, slots=True)
class Item:
    """One question. points: what it counts in the total, 0 where it was dropped.

    options: what its answers are made of. chance_share: the facility that guessing gives, None where none is known.
    """

    key: str
    points: int
    options: tuple[Option, ...] = ()
    chance_share: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What equal answers to a question come to. credit: 0 to 1, None for no answer that earned nothing.

    picks: the ids of the options that it is made of.
    """

    credit: Fraction | None
    picks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One question over all attempts. codes: for each attempt, the place of its answer among the kinds."""

    kinds: Sequence[Kind]
    codes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing about a question that wants a teacher's eye, with its reason in words, as after a colon."""

    kind: Literal["key", "discrimination", "chance", "unused", "not_reached"]
    reason: str


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """How often an option was given: by how many attempts, their share, and the share of the upper and lower group."""

    option: Option
    count: int
    share: float | None
    upper_share: float | None = None
    lower_share: float | None = None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one question over `attempt_count` attempts; None for a figure that so few cannot carry.

    facility: mean credit, 0 hard to 1 easy; unanswered counts as none. discrimination: correlation of the question
    with the rest of the score, -1 to 1. upper_share, lower_share: mean credit of the best and the weakest attempts.
    omitted: left out, with a later one answered. not reached: nothing answered from there on.
    """

    item: Item
    attempt_count: int
    answered_count: int
    omitted_count: int
    not_reached_count: int
    facility: float | None
    choices: tuple[ChoiceFigures, ...]
    discrimination: float | None = None
    upper_share: float | None = None
    lower_share: float | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def upper_lower(self) -> float | None:
        """How much better the upper group did, -1 to 1."""
        return None if self.upper_share is None or self.lower_share is None else self.upper_share - self.lower_share


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a whole test. mean, median, spread, standard_error: in points. group_size: attempts in each group.

    spread: the standard deviation. alpha: Cronbach's, at most 1. items: one a question, in the order given.
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
