"""Charts as SVG. Each figure of a chart is also in a table next to it."""

from collections.abc import Iterable, Sequence
from math import floor
from typing import Any

from django import template

from quizzes.reports.item_report import QuestionReport
from quizzes.reports.score_histogram import ScoreRange
from quizzes.reports.trend import TrendPoint

register = template.Library()

# With more points the numbers on the chart would touch. The table has all.
TREND_POINTS = 12
# In units of the view box. The design draws 7 bars of 44 units, 52 apart, 99 units high.
_STEP, _BAR, _HEIGHT, _BASE = 52, 44, 99, 124
# A chart with more than 7 bars uses these, so that its labels stay legible.
_NARROW_STEP, _NARROW_BAR = 50, 42
# The area of the dots: left, top, width, height. A digit, half the height of a line, the distance from its dot.
_LEFT, _TOP, _WIDE, _TALL = 44, 30, 388, 220
_DIGIT, _LINE, _GAP = 9, 7, 7


@register.inclusion_tag("parts/score_histogram.html")
def score_histogram(ranges: Sequence[ScoreRange], max_points: int) -> dict[str, Any]:
    """A bar for each range of scores. The outlined part of a bar is the students who need help."""
    unit = _HEIGHT / max([part.count for part in ranges] + [1])
    step, bar = (_STEP, _BAR) if len(ranges) <= 7 else (_NARROW_STEP, _NARROW_BAR)
    bars = []
    for place, part in enumerate(ranges):
        rest, helped = round((part.count - part.help_count) * unit), round(part.help_count * unit)
        bars.append(
            {
                "part": part,
                "x": place * step + 4,
                "middle": place * step + 4 + bar // 2,
                "rest": rest,
                "rest_top": _BASE - helped - rest,
                "helped": helped,
                "helped_top": _BASE - helped,
                "count_line": _BASE - helped - rest - 6,
            }
        )
    return {
        "bars": bars,
        "bar_width": bar,
        "width": len(ranges) * step,
        "count": sum(part.count for part in ranges),
        "max_points": max_points,
    }


@register.inclusion_tag("parts/trend.html")
def trend(points: Sequence[TrendPoint], name: str) -> dict[str, Any]:
    """A line through the share of each quiz, the newest 12. Empty below 2 quizzes. name: whose scores these are."""
    first = max(0, len(points) - TREND_POINTS)
    dots = [
        {
            "number": first + place + 1,
            "x": place * _STEP + _STEP // 2,
            "y": _BASE - round(_HEIGHT * point.share),
            "share": point.share,
        }
        for place, point in enumerate(points[first:])
    ]
    return {
        "name": name,
        "points": points,
        "dots": dots if len(points) > 1 else [],
        "line": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "width": max(len(dots), 8) * _STEP,
        "top": _BASE - _HEIGHT,
        "half": _BASE - _HEIGHT // 2,
    }


@register.inclusion_tag("parts/item_scatter.html")
def item_scatter(questions: Iterable[QuestionReport]) -> dict[str, Any]:
    """A dot for each question by points earned and discrimination, outlined if it has a flag. Empty below 2 dots."""
    shown = [
        (question, float(question.figures.facility), float(question.figures.discrimination))
        for question in questions
        if question.figures.facility is not None
        and question.figures.discrimination is not None
        and not question.ungraded_count
    ]
    lowest = min([0.0, *(floor(2 * height) / 2 for _, _, height in shown)])
    unit = _TALL / (1 - lowest)
    dots, taken = list[dict[str, Any]](), list[tuple[float, float, int]]()
    spots = [(round(_LEFT + share * _WIDE), round(_TOP + (1 - height) * unit)) for _, share, height in shown]
    for (question, _, _), (x, y) in zip(shown, spots, strict=True):
        label = str(question.number)
        label_x, label_y = _free_place(x, y, len(label), spots, taken)
        taken.append((label_x, label_y, len(label)))
        dots.append(
            {
                "number": question.number,
                "x": x,
                "y": y,
                "label_x": round(label_x),
                "label_y": round(label_y) + _LINE - 2,
                "is_flagged": bool(question.figures.flags),
            }
        )
    levels = [level / 2 for level in range(int(2 * lowest), 3)]
    return {
        "dots": dots if len(dots) > 1 else [],
        "rows": [{"label": f"{level:g}", "y": round(_TOP + (1 - level) * unit)} for level in levels],
        "columns": [{"share": share, "x": round(_LEFT + share * _WIDE)} for share in (0, 0.5, 1)],
        "left": _LEFT,
        "wide": _WIDE,
        "bottom": _TOP + _TALL,
    }


def _free_place(
    x: int, y: int, length: int, dots: Sequence[tuple[int, int]], taken: Sequence[tuple[float, float, int]]
) -> tuple[float, float]:
    """The middle of the number of the dot at x, y, where it covers the fewest other numbers and dots."""
    aside = _GAP + length * _DIGIT / 2
    places = [
        (x + right * aside, y + down * (_LINE + _GAP))
        for right, down in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
    ]

    def covered(place: tuple[float, float]) -> int:
        own_x, own_y = place
        numbers = sum(
            abs(own_x - other_x) < (length + other) * _DIGIT / 2 and abs(own_y - other_y) < 2 * _LINE
            for other_x, other_y, other in taken
        )
        return numbers + sum(
            abs(own_x - dot_x) < length * _DIGIT / 2 + 4 and abs(own_y - dot_y) < _LINE + 4 for dot_x, dot_y in dots
        )

    return min(places, key=covered)
