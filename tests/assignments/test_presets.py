"""What each preset sets, in the time zone of the class."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quizzes.assignments.presets import Preset, PresetValues, preset_values

NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
# 11:00 am on a Friday in New York.
MORNING = datetime(2026, 10, 23, 15, tzinfo=UTC)


def values(preset: Preset, *, zone: ZoneInfo = NEW_YORK, now: datetime = MORNING) -> PresetValues:
    return preset_values(preset, zone=zone, now=now, copied=None)


@pytest.mark.parametrize(
    ("preset", "due", "closes", "minutes", "release"),
    [
        (Preset.IN_CLASS, None, None, None, "after_last"),
        (Preset.HOMEWORK, datetime(2026, 10, 26, 8), None, None, "after_last"),
        (Preset.TEST, None, datetime(2026, 10, 23, 16), 40, "after_close"),
    ],
)
def test_presets(
    preset: Preset, due: datetime | None, closes: datetime | None, minutes: int | None, release: str
) -> None:
    found = values(preset)
    assert (found.opens, found.due, found.closes) == (None, due, closes)
    assert found.settings.time_limit == (timedelta(minutes=minutes) if minutes else None)
    assert (found.settings.release, found.settings.max_attempts) == (release, 1)


def test_tomorrow_is_that_of_the_zone() -> None:
    night = datetime(2026, 10, 22, 4, 30, tzinfo=UTC)  # Thursday, 12:30 am in New York; Wednesday, 11:30 pm in Chicago
    assert values(Preset.HOMEWORK, now=night).due == datetime(2026, 10, 23, 8)
    assert values(Preset.HOMEWORK, zone=CHICAGO, now=night).due == datetime(2026, 10, 22, 8)


@pytest.mark.parametrize(("today", "due"), [(22, 23), (23, 26), (24, 26), (25, 26), (26, 27)])
def test_homework_is_due_on_a_school_day(today: int, due: int) -> None:
    """From Thursday to Monday: homework of a Friday is not due on Saturday."""
    now = datetime(2026, 10, today, 15, tzinfo=UTC)
    assert values(Preset.HOMEWORK, now=now).due == datetime(2026, 10, due, 8)


@pytest.mark.parametrize(
    ("today", "hour", "minute", "closes"), [(22, 18, 0, 22), (22, 18, 1, 23), (23, 18, 1, 26), (24, 13, 0, 26)]
)
def test_a_test_closes_on_the_next_school_day_if_time_is_short(today: int, hour: int, minute: int, closes: int) -> None:
    """From a Thursday to a Saturday."""
    now = datetime(2026, 10, today, hour, minute, tzinfo=UTC)
    assert values(Preset.TEST, now=now).closes == datetime(2026, 10, closes, 16)


def test_same_needs_a_quiz_to_copy() -> None:
    with pytest.raises(ValueError, match="no quiz to copy"):
        values(Preset.SAME)
