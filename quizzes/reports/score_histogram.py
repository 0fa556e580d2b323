"""How many students of an assignment have how many points, in ranges of equal width."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# More bars than this are too narrow for their labels on a phone. Fewer than the other say too little about the class.
MIN_RANGES, MAX_RANGES = 4, 9


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """The scores from `low` points up to the next range. high: the last whole point in it.

    help_count: those of `count` who need help.
    """

    low: int
    high: int
    count: int
    help_count: int

    @property
    def label(self) -> str:
        """The whole points of the range: “4–7”, or “8” for one."""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


def score_histogram(scores: Sequence[Fraction], *, max_points: int, help_below: Fraction) -> tuple[ScoreRange, ...]:
    """The ranges from 0 to `max_points`, at most 9, of equal width if possible. A part of a point is rounded down.

    help_below: a student with less than this many points needs help.
    """
    width = _width(max_points + 1)
    ranges = []
    for low in range(0, max_points + 1, width):
        inside = [score for score in scores if low <= score < low + width]
        helped = sum(score < help_below for score in inside)
        ranges.append(ScoreRange(low, min(low + width - 1, max_points), len(inside), helped))
    return tuple(ranges)


def _width(count: int) -> int:
    """The smallest width that divides so many points equally into 4 to 9 ranges, else the smallest for 9."""
    narrowest = -(-count // MAX_RANGES)
    return next((width for width in range(narrowest, count // MIN_RANGES + 1) if count % width == 0), narrowest)
