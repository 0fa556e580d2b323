"""Numbers, times, and lists in words of pages. Numbers are rounded half up, however they are stored."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from quizzes.formatting import (
    dated_moment,
    either,
    listed,
    listed_names,
    moment,
    percent,
    percent_number,
    points,
    points_number,
)


@pytest.mark.parametrize("value", [23 / 40, Fraction(23, 40), Decimal("0.575")])
def test_half_a_percent_rounds_up_for_every_kind_of_number(value: float | Fraction | Decimal) -> None:
    assert percent(value) == "58%"


@pytest.mark.parametrize("value", [23 / 400, Fraction(23, 400), Decimal("0.0575")])
def test_percent_of_a_file_rounds_half_a_tenth_up(value: float | Fraction | Decimal) -> None:
    assert percent_number(value) == 5.8


@pytest.mark.parametrize("value", [2 / 3, Fraction(2, 3), Decimal("0.66665")])
def test_points_of_a_file_have_four_decimals(value: float | Fraction | Decimal) -> None:
    assert points_number(value) == 0.6667


@pytest.mark.parametrize("value", [2.675, Fraction(107, 40), Decimal("2.675")])
def test_half_a_hundredth_of_a_point_rounds_up_for_every_kind_of_number(value: float | Fraction | Decimal) -> None:
    assert points(value) == "2.68"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ["", "A", "A and B", "A, B, and C"]), ("es", ["", "A", "A y B", "A, B y C"])],
)
def test_list_has_the_word_of_its_language_before_the_last(language: str, expected: list[str]) -> None:
    with override(language):
        assert [listed("ABC"[:count]) for count in range(4)] == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [("Inés", "e Inés"), ("“Hilda”", "e “Hilda”"), ("Ian", "y Ian"), ("hielo", "y hielo"), ("Sí", "y Sí")],
)
def test_spanish_says_e_before_the_sound_of_i(last: str, expected: str) -> None:
    with override("es"):
        assert [listed(["A", last]), listed(["A", "B", last])] == [f"A {expected}", f"A, B {expected}"]
    with override("en"):
        assert listed(["A", last]) == f"A and {last}"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("ocho", "u ocho"),
        ("“Hortensia”", "u “Hortensia”"),
        ("Óscar", "u Óscar"),
        ("8", "u 8"),
        ("11", "u 11"),
        ("110", "o 110"),
        ("siete", "o siete"),
        ("hielo", "o hielo"),
    ],
)
def test_spanish_says_u_before_the_sound_of_o(last: str, expected: str) -> None:
    with override("es"):
        assert [either([]), either([last]), either(["A", last])] == ["", last, f"A {expected}"]
        assert either(["A", last, "B"]) == f"A {expected} o B"
    with override("en"):
        assert either(["A", last, "B"]) == f"A or {last} or B"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["A", "A, B, C, D, E, F, G, H, I, and J", "A, B, C, D, E, F, G, H, I, J, and 2 more"]),
        ("es", ["A", "A, B, C, D, E, F, G, H, I y J", "A, B, C, D, E, F, G, H, I, J y 2 más"]),
    ],
)
def test_list_of_names_counts_those_after_the_tenth(language: str, expected: list[str]) -> None:
    with override(language):
        assert [listed_names("ABCDEFGHIJKL"[:count]) for count in (1, 10, 12)] == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Fri,\xa0Oct\xa023, 3:00\xa0pm EDT"),
        ("es", "vie\xa023\xa0de\xa0oct, 3:00\xa0p.\xa0m. EDT"),
    ],
)
def test_line_ends_between_the_day_and_the_time_only(language: str, expected: str) -> None:
    with override(language):
        assert moment(datetime(2026, 10, 23, 19, tzinfo=UTC), ZoneInfo("America/New_York")) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Phoenix", "12:00\xa0pm MST"),
        ("America/St_Johns", "4:30\xa0pm NDT"),
        ("America/Sao_Paulo", "4:00\xa0pm GMT-3"),
        ("Asia/Kathmandu", "12:45\xa0am GMT+5:45"),
        ("Australia/Lord_Howe", "6:00\xa0am GMT+11"),
    ],
)
def test_zone_has_its_name_or_its_distance_from_greenwich(zone: str, expected: str) -> None:
    at = datetime(2026, 10, 23, 19, tzinfo=UTC)
    assert moment(at, ZoneInfo(zone)).endswith(f", {expected}")
    assert dated_moment(at, ZoneInfo(zone)).endswith(f", 2026, {expected}")
