"""Numbers in words of pages: rounded half up, however the number is stored."""

from decimal import Decimal
from fractions import Fraction

import pytest

from quizzes.formatting import percent, points


@pytest.mark.parametrize("value", [23 / 40, Fraction(23, 40), Decimal("0.575")])
def test_half_a_percent_rounds_up_for_every_kind_of_number(value: float | Fraction | Decimal) -> None:
    assert percent(value) == "58%"


@pytest.mark.parametrize("value", [2.675, Fraction(107, 40), Decimal("2.675")])
def test_half_a_hundredth_of_a_point_rounds_up_for_every_kind_of_number(value: float | Fraction | Decimal) -> None:
    assert points(value) == "2.68"
