"""How many students have how many points, in ranges."""

from fractions import Fraction

import pytest

from quizzes.reports.score_histogram import score_histogram


@pytest.mark.parametrize(
    ("max_points", "labels"),
    [
        (5, "0 1 2 3 4 5"),
        (8, "0 1 2 3 4 5 6 7 8"),
        (26, "0–2 3–5 6–8 9–11 12–14 15–17 18–20 21–23 24–26"),
        (9, "0–1 2–3 4–5 6–7 8–9"),
        # 17 scores do not divide into equal ranges.
        (16, "0–1 2–3 4–5 6–7 8–9 10–11 12–13 14–15 16"),
    ],
)
def test_ranges_are_equally_wide_where_the_points_divide(max_points: int, labels: str) -> None:
    ranges = score_histogram([Fraction(max_points)], max_points=max_points, help_below=Fraction(max_points, 2))

    assert " ".join(part.label for part in ranges) == labels
    assert [part.count for part in ranges] == [0] * (len(ranges) - 1) + [1]
