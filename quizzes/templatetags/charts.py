"""Charts as SVG. Each figure of a chart also stands in a table beside it."""

from collections.abc import Sequence
from typing import Any

from django import template

from quizzes.reports.score_histogram import ScoreRange
from quizzes.reports.trend import TrendPoint

register = template.Library()

# With more points the numbers on the chart would touch. The table has all.
TREND_POINTS = 12
# In units of the view box. The design draws 7 bars of 44 units, 52 apart, 99 units high.
_STEP, _BAR, _HEIGHT, _BASE = 52, 44, 99, 124


@register.inclusion_tag("parts/score_histogram.html")
def score_histogram(ranges: Sequence[ScoreRange], max_points: int) -> dict[str, Any]:
    """A bar for each range of scores. The outlined part of a bar is the students who need help."""
    unit = _HEIGHT / max([part.count for part in ranges] + [1])
    bars = []
    for place, part in enumerate(ranges):
        rest, helped = round((part.count - part.help_count) * unit), round(part.help_count * unit)
        bars.append(
            {
                "part": part,
                "x": place * _STEP + 4,
                "middle": place * _STEP + 4 + _BAR // 2,
                "rest": rest,
                "rest_top": _BASE - helped - rest,
                "helped": helped,
                "helped_top": _BASE - helped,
                "count_line": _BASE - helped - rest - 6,
            }
        )
    return {
        "bars": bars,
        "bar_width": _BAR,
        "width": len(ranges) * _STEP,
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
