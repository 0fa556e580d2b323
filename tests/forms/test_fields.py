"""Time zones in words."""

from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from quizzes.forms.fields import zone_name


@pytest.mark.parametrize(
    ("language", "zone", "name"),
    [
        ("en", "America/New_York", "New York time"),
        ("es", "America/New_York", "hora de Nueva York"),
        ("es", "America/Los_Angeles", "hora de Los Ángeles"),
        ("es", "America/Denver", "hora de Denver"),
    ],
)
def test_zone_name_is_in_the_language_of_the_page(language: str, zone: str, name: str) -> None:
    with translation.override(language):
        assert zone_name(ZoneInfo(zone)) == name
