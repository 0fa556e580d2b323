"""Questions that are harder or easier in one language than students' other answers suggest. Pure.

Source: the standardization approach to differential item functioning (N. J. Dorans and E. Kulick, 1986): compare
students who do equally well otherwise. Here a student's credit on a question is compared with that on all others.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean, variance

from quizzes.phrases import gettext
from quizzes.reports.item_analysis.analysis import MIN_ATTEMPTS
from quizzes.reports.item_analysis.figures import Column, Flag, Item

# The chance that a set with equal translations gets any flag; each question has its part of it.
LEVEL = 0.02
# A smaller difference is of no use to a teacher, however certain it is. In credit, 0 to 1.
LEAST_DIFFERENCE = 0.15


def language_flags(
    items: Sequence[Item], columns: Sequence[Column], languages: Sequence[str]
) -> list[tuple[Flag, ...]]:
    """For each question, a flag if it differs between two languages; () for any other.

    languages: of each attempt; "" does not count. Only languages with at least `MIN_ATTEMPTS` attempts are compared,
    each with the one that most attempts have.
    """
    numbers = {
        language: [number for number, own in enumerate(languages) if own == language]
        for language in dict.fromkeys(languages)
        if language
    }
    large = sorted((own for own in numbers.items() if len(own[1]) >= MIN_ATTEMPTS), key=lambda own: -len(own[1]))
    counting = [place for place, item in enumerate(items) if item.points]
    if len(large) < 2 or len(counting) < 2:
        return [() for _ in items]
    credits = [[float(column.answers[code].credit) for code in column.codes] for column in columns]
    totals = [
        sum(credits[place][number] * items[place].points for place in counting) for number in range(len(languages))
    ]
    all_points = sum(items[place].points for place in counting)

    def gaps(place: int, group: Sequence[int]) -> list[float]:
        """The credit of these attempts for a question, less their share of all other points."""
        points = items[place].points
        return [
            (credit := credits[place][number]) - (totals[number] - credit * points) / (all_points - points)
            for number in group
        ]

    (first, first_group), *others = large
    tests = len(counting) * len(others)
    found: list[tuple[Flag, ...]] = []
    for place, item in enumerate(items):
        flags = []
        for language, group in others if item.points else ():
            difference = _difference(gaps(place, group), gaps(place, first_group), tests=tests)
            if difference is not None:
                flags.append(Flag("language", _reason(language, first, difference)))
        found.append(tuple(flags))
    return found


def _difference(one: Sequence[float], other: Sequence[float], *, tests: int) -> float | None:
    """The difference of the means if chance does not explain it, else None. tests: how many are made of the set."""
    difference = fmean(one) - fmean(other)
    error = sqrt(variance(one) / len(one) + variance(other) / len(other))
    limit = NormalDist().inv_cdf(1 - LEVEL / (2 * tests))
    return difference if abs(difference) >= max(LEAST_DIFFERENCE, limit * error) else None


def _reason(language: str, other: str, difference: float) -> str:
    text = (
        gettext("harder in “{language}” than in “{other}”, compared with the other answers: check the translation")
        if difference < 0
        else gettext("easier in “{language}” than in “{other}”, compared with the other answers: check the translation")
    )
    return text.format(language=language, other=other)
