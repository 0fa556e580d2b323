"""The charts as SVG: where they put what they draw."""

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string

from quizzes.reports.score_histogram import score_histogram as ranges_of
from quizzes.templatetags.charts import item_scatter, score_histogram


def question(number: int, facility: float | None, discrimination: float | None, **changes: Any) -> Any:
    figures = SimpleNamespace(facility=facility, discrimination=discrimination, flags=changes.pop("flags", ()))
    return SimpleNamespace(number=number, figures=figures, ungraded_count=changes.pop("ungraded_count", 0))


def test_only_a_range_of_1_point_is_in_the_singular() -> None:
    labels = []
    for max_points in (8, 9):
        ranges = ranges_of([], max_points=max_points, help_below=Fraction(0))
        page = render_to_string("parts/score_histogram.html", score_histogram(ranges, max_points))
        labels.append(re.findall(r'<th scope="row">\s*(.*?)\s*</th>', page)[:3])
    assert labels == [["0 points", "1 point", "2 points"], ["0–1 points", "2–3 points", "4–5 points"]]


def test_scatter_puts_hard_questions_left_and_telling_ones_high() -> None:
    drawn = item_scatter([question(1, 0, 1), question(2, 1, 0), question(3, 0.5, -0.3, flags=("low",))])
    easy, telling = drawn["dots"][1], drawn["dots"][0]
    assert telling["x"] < easy["x"]
    assert telling["y"] < easy["y"]
    rows = {row["label"]: row["y"] for row in drawn["rows"]}
    assert list(rows) == ["-0.5", "0", "0.5", "1"]
    assert rows["1"] == telling["y"]
    assert rows["0"] == easy["y"]
    assert [column["x"] for column in drawn["columns"]] == [telling["x"], drawn["dots"][2]["x"], easy["x"]]
    assert [dot["is_flagged"] for dot in drawn["dots"]] == [False, False, True]


def test_scatter_draws_only_questions_with_both_figures() -> None:
    sound = [question(1, 0.5, 0.5), question(2, 0.6, 0.4)]
    without = [question(3, None, 0.1), question(4, 0.1, None), question(5, 0.1, 0.1, ungraded_count=2)]
    assert [dot["number"] for dot in item_scatter([*sound, *without])["dots"]] == [1, 2]
    assert item_scatter([sound[0], *without])["dots"] == []


def test_numbers_of_equal_questions_do_not_cover_each_other() -> None:
    drawn = item_scatter([question(number, 0.6, 0.4) for number in (1, 2, 13, 14)])
    places = {(dot["label_x"], dot["label_y"]) for dot in drawn["dots"]}
    assert len(places) == 4
    for one in drawn["dots"]:
        for other in drawn["dots"]:
            if one is not other:
                apart = abs(one["label_x"] - other["label_x"]), abs(one["label_y"] - other["label_y"])
                assert apart[0] >= 9 or apart[1] >= 14
