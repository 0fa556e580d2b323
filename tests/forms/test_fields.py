"""Points that a teacher types, and time zones in words."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from quizzes.forms.fields import zone_name
from quizzes.forms.grading import GradeForm


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("typed", "points"),
    [("1.5", "1.5"), ("1,5", "1.5"), (" 0,25 ", "0.25"), ("2", "2"), ("1,5,0", ""), ("1.234,5", ""), ("1,000", "")],
)
def test_points_take_a_decimal_comma(typed: str, points: str, language: str) -> None:
    with translation.override(language):
        form = GradeForm({"points": typed}, possible=3, release="after_close")
        form.full_clean()
    assert form.cleaned_data.get("points") == (Decimal(points) if points else None)
    assert ("points" in form.errors) is not bool(points)


@pytest.mark.parametrize(
    ("language", "zone", "name"),
    [
        ("en", "America/New_York", "New York time"),
        ("es", "America/New_York", "Hora de Nueva York"),
        ("es", "America/Los_Angeles", "Hora de Los Ángeles"),
        ("es", "America/Denver", "Hora de Denver"),
    ],
)
def test_zone_name_is_in_the_language_of_the_page(language: str, zone: str, name: str) -> None:
    with translation.override(language):
        assert zone_name(ZoneInfo(zone)) == name
