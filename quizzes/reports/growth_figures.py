"""The mean growth between two checks, with its standard error. Pure.

Half of the class takes form A first, the other half form B. The mean of the two halves' means does not depend on which
form is harder. `python -m tools.growth` simulates how often the interval holds; docs/growth.md has its table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean

# With fewer students in a half, the spread within it is not known well enough for an interval.
MIN_HALF = 6
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class GrowthFigure:
    """Growth as a share of the points, -1 to 1. low, high: the 95 % interval."""

    mean: float
    standard_error: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0, so that the direction is known."""
        return self.low > 0 or self.high < 0


def growth_figure(a_first: Sequence[float], b_first: Sequence[float]) -> GrowthFigure | None:
    """Mean growth over both halves; None with too few students in one or without any spread.

    a_first, b_first: of each student in a half, the share of the points after minus the share before.
    Source: mean of two group means with a pooled variance, Snedecor and Cochran, Statistical Methods (1989), ch. 6.
    """
    if min(len(a_first), len(b_first)) < MIN_HALF:
        return None
    mean = (fmean(a_first) + fmean(b_first)) / 2
    freedom = len(a_first) + len(b_first) - 2
    pooled = (_squares(a_first) + _squares(b_first)) / freedom
    if not pooled:
        return None
    error = sqrt(pooled * (1 / len(a_first) + 1 / len(b_first))) / 2
    margin = t_quantile(freedom) * error
    return GrowthFigure(mean, error, mean - margin, mean + margin)


def t_quantile(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t; exact to 0.001 from 10 degrees of freedom on.

    Source: the Cornish-Fisher expansion, Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _squares(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)
