"""From attempts to figures: one row of credits an attempt in, the figures of the test and its questions out."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from statistics import median

from quizzes.item_analysis.figures import ChoiceFigures, Figures, Item, ItemFigures
from quizzes.item_analysis.flags import find_flags
from quizzes.item_analysis.formulas import (
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

# Below this a correlation says more about who happened to sit than about the question: its standard error is
# 1 / sqrt(n - 1), a third of its whole range at ten attempts.
MIN_ATTEMPTS = 10

Credits = Sequence[Fraction | None]


def analyze(
    items: Sequence[Item],
    credits: Sequence[Credits],
    *,
    picks: Sequence[Sequence[tuple[str, ...]]] | None = None,
    orders: Sequence[Sequence[int]] | None = None,
) -> Figures:
    """All figures of a test. 10,000 attempts at 20 questions take about a quarter of a second.

    credits: one row an attempt, one credit (0 to 1) a question in the order of `items`, None for unanswered.
    picks: in the same shape, the ids of the options given. orders: for each attempt the places of the questions in
    the order it showed them; None when all showed them in the order of `items`.
    """
    width, enough = len(items), len(credits) >= MIN_ATTEMPTS
    scale = lcm(*{credit.denominator for row in credits for credit in row if credit is not None})
    columns = [_scaled(column, scale) for column in _columns(credits, width)]
    points = [_times(item.points, column) for item, column in zip(items, columns, strict=True)]
    totals = [sum(row) for row in zip(*points, strict=True)]
    unanswered = [sum([credit is None for credit in column]) for column in _columns(credits, width)]
    unreached = _unreached(credits, orders, width)
    given = _columns(picks, width) if picks is not None else [()] * width
    groups = extreme_groups(totals) if enough else None
    figures = []
    for place, item in enumerate(items):
        one = ItemFigures(
            item=item,
            attempt_count=len(credits),
            answered_count=len(credits) - unanswered[place],
            omitted_count=unanswered[place] - unreached[place],
            not_reached_count=unreached[place],
            facility=facility_index(columns[place], scale),
            choices=_choices(item, given[place], len(credits), groups),
        )
        if groups is not None:
            one = _compared(one, columns[place], points[place], totals, scale, groups)
        figures.append(one)
    deviation = _unscaled(spread(totals), scale) if enough else None
    counting = [column for item, column in zip(items, points, strict=True) if item.points]
    alpha = cronbachs_alpha(counting) if enough else None
    return Figures(
        attempt_count=len(credits),
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
    scale: int,
    groups: tuple[Group, Group],
) -> ItemFigures:
    upper, lower = groups
    # A dropped question is in no total, so nothing of it has to be taken out.
    is_dropped = not figures.item.points
    compared = replace(
        figures,
        discrimination=correlation(scores, totals) if is_dropped else discrimination_index(points, totals),
        upper_share=upper.mean(scores) / scale,
        lower_share=lower.mean(scores) / scale,
    )
    return replace(compared, flags=tuple(find_flags(compared)))


def _choices(
    item: Item, given: Sequence[tuple[str, ...]], attempt_count: int, groups: tuple[Group, Group] | None
) -> tuple[ChoiceFigures, ...]:
    counts = count_options(given)
    upper, lower = (group.shares(given) for group in groups) if groups is not None and given else ({}, {})
    return tuple(
        ChoiceFigures(
            option,
            counts[option.id],
            counts[option.id] / attempt_count if attempt_count else None,
            upper.get(option.id, 0.0) if groups is not None else None,
            lower.get(option.id, 0.0) if groups is not None else None,
        )
        for option in item.options
        if option.listed or counts[option.id]
    )


def _times(points: int, column: Sequence[int]) -> Sequence[int]:
    return column if points == 1 else [points * score for score in column]


def _unscaled(value: float | None, scale: int) -> float | None:
    return None if value is None else value / scale


def _scaled(column: Credits, scale: int) -> list[int]:
    return [0 if credit is None else credit.numerator * (scale // credit.denominator) for credit in column]


def _columns[Cell](rows: Sequence[Sequence[Cell]], width: int) -> list[Sequence[Cell]]:
    """One column a question, empty ones where there is no row."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _unreached(credits: Sequence[Credits], orders: Sequence[Sequence[int]] | None, width: int) -> list[int]:
    """How many attempts did not reach each question: left unanswered, and with it all that they showed after it.

    Source: Ludlow, L. H. and O'Leary, M. (1999), "Scoring omitted and not-reached items", Educational and
    Psychological Measurement 59, 615-630.
    """
    counts = [0] * width
    for row, order in zip(credits, orders or [range(width)] * len(credits), strict=True):
        for place in reversed(order):
            if row[place] is not None:
                break
            counts[place] += 1
    return counts
