"""The figures of a test and its questions, computed from the credits of each attempt."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from statistics import median

from quizzes.reports.item_analysis.figures import ChoiceFigures, Column, Figures, Item, ItemFigures
from quizzes.reports.item_analysis.flags import find_flags
from quizzes.reports.item_analysis.formulas import (
    Group,
    correlation,
    count_options,
    cronbachs_alpha,
    discrimination_index,
    extreme_groups,
    facility_index,
    spread,
    standard_error,
)

# With fewer attempts a correlation depends more on who took the test than on the question: its standard error is
# 1 / sqrt(n - 1), one third at 10 attempts.
MIN_ATTEMPTS = 10

Order = Sequence[int]


def analyze_columns(items: Sequence[Item], columns: Sequence[Column], *, order_of: Callable[[int], Order]) -> Figures:
    """All figures of a test, from one column for each question. Equal answers are evaluated once.

    order_of: for the index of an attempt, the positions of the questions in the order that it showed. It is called for
    attempts with an unanswered question.
    """
    count = len(columns[0].codes) if columns else 0
    has_enough_attempts = count >= MIN_ATTEMPTS
    numbers = [Counter(column.codes) for column in columns]
    scale = lcm(*{credit.denominator for credit in _used_credits(columns, numbers)})
    scores = [_scaled(column, scale) for column in columns]
    points = [_times(item.points, column_scores) for item, column_scores in zip(items, scores, strict=True)]
    totals = [sum(row) for row in zip(*points, strict=True)]
    unreached = _unreached(columns, order_of)
    groups = extreme_groups(totals) if has_enough_attempts else None
    figures = []
    for place, item in enumerate(items):
        column = columns[place]
        unanswered = sum(number for answer, number in numbers[place].items() if not column.answers[answer].is_answered)
        item_figures = ItemFigures(
            item=item,
            attempt_count=count,
            answered_count=count - unanswered,
            omitted_count=unanswered - unreached[place],
            not_reached_count=unreached[place],
            facility=facility_index(scores[place], scale),
            choices=_choices(item, column, numbers[place], count, groups),
        )
        if groups is not None:
            item_figures = _compared(
                item_figures,
                scores[place],
                points[place],
                totals,
                scale=scale,
                groups=groups,
                question_count=len(items),
            )
        figures.append(item_figures)
    deviation = _unscaled(spread(totals), scale) if has_enough_attempts else None
    counting = [item_points for item, item_points in zip(items, points, strict=True) if item.points]
    alpha = cronbachs_alpha(counting, totals) if has_enough_attempts else None
    return Figures(
        attempt_count=count,
        max_points=sum(item.points for item in items),
        mean=sum(totals) / (len(totals) * scale) if totals else None,
        median=_unscaled(median(totals), scale) if totals else None,
        spread=deviation,
        alpha=alpha,
        standard_error=standard_error(deviation, alpha),
        group_size=groups[0].size if groups else None,
        items=tuple(figures),
    )


def _compared(
    figures: ItemFigures,
    scores: Sequence[int],
    points: Sequence[int],
    totals: Sequence[int],
    *,
    scale: int,
    groups: tuple[Group, Group],
    question_count: int,
) -> ItemFigures:
    upper, lower = groups
    # The totals do not contain a dropped question, so it is not subtracted from them.
    is_dropped = not figures.item.points
    compared = replace(
        figures,
        discrimination=correlation(scores, totals) if is_dropped else discrimination_index(points, totals),
        upper_share=upper.mean(scores) / scale,
        lower_share=lower.mean(scores) / scale,
    )
    return replace(compared, flags=tuple(find_flags(compared, question_count=question_count)))


def _choices(
    item: Item,
    column: Column,
    numbers: Mapping[int, int],
    attempt_count: int,
    groups: tuple[Group, Group] | None,
) -> tuple[ChoiceFigures, ...]:
    picks = [answer.picks for answer in column.answers]
    counts = count_options(numbers, picks)
    upper, lower = (group.shares(column.codes, picks) for group in groups) if groups is not None else ({}, {})
    return tuple(
        ChoiceFigures(
            option,
            counts[option.id],
            counts[option.id] / attempt_count if attempt_count else None,
            upper.get(option.id, Fraction(0)) if groups is not None else None,
            lower.get(option.id, Fraction(0)) if groups is not None else None,
        )
        for option in item.options
        if option.listed or counts[option.id]
    )


def _times(points: int, column: Sequence[int]) -> Sequence[int]:
    return column if points == 1 else [points * score for score in column]


def _unscaled(value: float | None, scale: int) -> float | None:
    return None if value is None else value / scale


def _used_credits(columns: Sequence[Column], numbers: Sequence[Mapping[int, int]]) -> Iterator[Fraction]:
    """The credits of at least one attempt."""
    for column, counts in zip(columns, numbers, strict=True):
        for answer in counts:
            yield column.answers[answer].credit


def _scaled(column: Column, scale: int) -> list[int]:
    # The credit of an answer that no one gave may not fit the scale. Its rounded value is never used.
    worth = [int(answer.credit * scale) for answer in column.answers]
    return [worth[code] for code in column.codes]


def _unreached(columns: Sequence[Column], order_of: Callable[[int], Order]) -> list[int]:
    """How many attempts did not reach each question: it and all questions after it are unanswered.

    Source: Ludlow, L. H. and O'Leary, M. (1999), "Scoring omitted and not-reached items", Educational and
    Psychological Measurement 59, 615-630.
    """
    # One bit for each question: most attempts have no bit set and need no further work.
    left_out = [0] * (len(columns[0].codes) if columns else 0)
    for place, column in enumerate(columns):
        bits = [0 if answer.is_answered else 1 << place for answer in column.answers]
        if any(bits):
            left_out = [mask | bits[code] for mask, code in zip(left_out, column.codes, strict=True)]
    counts = [0] * len(columns)
    for number, mask in enumerate(left_out):
        if mask:
            for place in reversed(order_of(number)):
                if not mask >> place & 1:
                    break
                counts[place] += 1
    return counts
