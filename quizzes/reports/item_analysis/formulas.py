"""The formulas of item analysis with their sources. Scores are integers on one scale, so that sums are exact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt, sumprod

# Kelley, T. L. (1939), "The selection of upper and lower groups for the validation of test items", Journal of
# Educational Psychology 30, 17-24: in a normal distribution, 27 % at each end separates the two groups best.
GROUP_SHARE = Fraction(27, 100)


@dataclass(frozen=True, slots=True)
class Group:
    """An upper or lower group of `size` attempts, as indexes in the list of attempts.

    whole: attempts that are in the group. ties: attempts with the last total of the group; each counts `weight`.
    """

    size: int
    whole: tuple[int, ...]
    ties: tuple[int, ...]
    weight: Fraction

    def mean(self, scores: Sequence[int]) -> Fraction:
        """The mean score of the group."""
        inside = sum([scores[place] for place in self.whole])
        return (inside + self.weight * sum([scores[place] for place in self.ties])) / self.size

    def shares(self, codes: Sequence[int], picks: Sequence[tuple[str, ...]]) -> dict[str, Fraction]:
        """The share of the group that gave each option, 0 to 1, without options that no one gave.

        codes: for each attempt, the index of its distinct answer. picks: the options of each.
        """
        inside = count_options(Counter([codes[place] for place in self.whole]), picks)
        tied = count_options(Counter([codes[place] for place in self.ties]), picks)
        return {option: (inside[option] + self.weight * tied[option]) / self.size for option in inside | tied}


def facility_index(scores: Sequence[int], max_score: int) -> float | None:
    """Mean score as a share of the maximum, from 0 (hard) to 1 (easy). None without scores.

    scores: one for each attempt; an unanswered question scores 0.
    Source: Moodle, question/classes/statistics/questions/calculator.php (`facility`); the "p value" of Crocker, L. and
    Algina, J. (1986), Introduction to Classical and Modern Test Theory, ch. 14.
    """
    return sum(scores) / (len(scores) * max_score) if scores else None


def correlation(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Pearson's product-moment correlation, -1 to 1. None if either does not vary.

    (n Σxy - Σx Σy) / sqrt((n Σx² - (Σx)²) (n Σy² - (Σy)²)). Only the root and the division round.
    Source: Pearson, K. (1896), Philosophical Transactions of the Royal Society A 187, 253-318.
    """
    product = _variation(first) * _variation(second)
    if not product:
        return None
    together = len(first) * sumprod(first, second) - sum(first) * sum(second)
    return max(-1.0, min(1.0, together / sqrt(product)))


def discrimination_index(scores: Sequence[int], totals: Sequence[int]) -> float | None:
    """Correlation of a question with the rest of the score, -1 to 1. None if either does not vary.

    scores: points on the question for each attempt, contained in totals. They are subtracted from the totals, because
    the question would otherwise correlate with itself.
    Source: Henrysson, S. (1963), "Correction of item-total correlations in item analysis", Psychometrika 28, 211-218;
    Moodle, question/classes/statistics/questions/calculator.php (`discriminationindex`, there times 100).
    """
    return correlation(scores, [total - score for total, score in zip(totals, scores, strict=True)])


def spread(scores: Sequence[int]) -> float | None:
    """The sample standard deviation, sqrt(Σ(x - mean)² / (n - 1)). None below 2 scores.

    Sample, not population: the class is a sample of possible students, the standard error estimates other scores, and
    Moodle and the spreadsheet function STDEV give the same figure.
    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.6; Moodle,
    mod/quiz/report/statistics/classes/calculator.php (`standarddeviation`).
    """
    count = len(scores)
    return sqrt(_variation(scores) / (count * (count - 1))) if count > 1 else None


def cronbachs_alpha(columns: Sequence[Sequence[int]], totals: Sequence[int]) -> float | None:
    """Internal consistency: k / (k - 1) x (1 - Σ variances of the questions / variance of the totals), at most 1.

    columns: for each question, the points by attempt; totals: their sums by attempt. None below 2 questions or if the
    totals do not vary. For questions that are right or wrong it equals KR-20. It is negative if questions correlate
    negatively.
    Source: Cronbach, L. J. (1951), "Coefficient alpha and the internal structure of tests", Psychometrika 16, 297-334;
    Kuder, G. F. and Richardson, M. W. (1937), Psychometrika 2, 151-160, formula 20.
    """
    count = len(columns)
    if count < 2:
        return None
    whole = _variation(totals)
    if not whole:
        return None
    parts = sum(_variation(column) for column in columns)
    return (count * (whole - parts)) / ((count - 1) * whole)


def standard_error(deviation: float | None, alpha: float | None) -> float | None:
    """The standard error of measurement: spread x sqrt(1 - alpha), in the unit of `deviation`.

    About 2 of 3 scores are within one standard error of the student's average score. A negative alpha counts as 0,
    because a reliability is at least 0. None if either figure is None.
    Source: Lord, F. M. and Novick, M. R. (1968), Statistical Theories of Mental Test Scores, ch. 3.
    """
    if deviation is None or alpha is None:
        return None
    return deviation * sqrt(1 - max(0.0, alpha))


def extreme_groups(totals: Sequence[int]) -> tuple[Group, Group]:
    """The upper and the lower 27 % by total score, rounded half up and at least 1 attempt.

    Tied attempts share the last places of a group with equal weight, so that the order of attempts does not matter.
    Raises ValueError without attempts.
    Source: Kelley (1939), see `GROUP_SHARE`.
    """
    if not totals:
        raise ValueError("no attempts")
    size = max(1, int(len(totals) * GROUP_SHARE + Fraction(1, 2)))
    ranked = sorted(totals)
    low, high = ranked[size - 1], ranked[-size]
    return (
        _group(size, [p for p, t in enumerate(totals) if t > high], [p for p, t in enumerate(totals) if t == high]),
        _group(size, [p for p, t in enumerate(totals) if t < low], [p for p, t in enumerate(totals) if t == low]),
    )


def _group(size: int, whole: list[int], ties: list[int]) -> Group:
    return Group(size, tuple(whole), tuple(ties), Fraction(size - len(whole), len(ties)))


def count_options(numbers: Mapping[int, int], picks: Sequence[tuple[str, ...]]) -> Counter[str]:
    """How often each option was given. numbers: how many attempts gave each answer; picks: its options."""
    counts: Counter[str] = Counter()
    for answer, number in numbers.items():
        for option_id in picks[answer]:
            counts[option_id] += number
    return counts


def _variation(scores: Sequence[int]) -> int:
    """n Σx² - (Σx)², which is n (n - 1) times the sample variance."""
    total = sum(scores)
    return len(scores) * int(sumprod(scores, scores)) - total * total
