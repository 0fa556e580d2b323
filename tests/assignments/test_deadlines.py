"""When an attempt ends and which answers count: tables of worked moments."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.assignments.deadlines import (
    GRACE,
    NoSuchLocalTime,
    Window,
    WindowState,
    deadline,
    earliest_deadline_in_grace,
    granted_time,
    in_zone,
    is_over,
    minutes_left,
)

END = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TICK = timedelta(microseconds=1)


def test_grace_is_a_minute() -> None:
    assert GRACE == MINUTE


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-timedelta(days=400), False),
        (-SECOND, False),
        (-TICK, False),
        (timedelta(0), False),
        (TICK, False),
        (SECOND, False),
        (59 * SECOND, False),
        (60 * SECOND, False),
        (60 * SECOND + TICK, True),
        (61 * SECOND, True),
        (timedelta(days=400), True),
    ],
)
def test_attempt_is_over_once_the_grace_has_ended(offset: timedelta, expected: bool) -> None:
    assert is_over(at=END + offset, deadline_at=END) is expected
    assert (earliest_deadline_in_grace(END + offset) > END) is expected


def test_attempt_without_a_deadline_is_never_over() -> None:
    assert is_over(at=datetime.max.replace(tzinfo=UTC), deadline_at=None) is False


@pytest.mark.parametrize(
    ("limit", "closes_at", "expected"),
    [
        (None, None, None),
        (45 * MINUTE, None, END + 45 * MINUTE),
        (None, END + 10 * MINUTE, END + 10 * MINUTE),
        (45 * MINUTE, END + 10 * MINUTE, END + 10 * MINUTE),
        (45 * MINUTE, END + 45 * MINUTE, END + 45 * MINUTE),
        (45 * MINUTE, END + 50 * MINUTE, END + 45 * MINUTE),
        # The close may be moved to before the start.
        (45 * MINUTE, END - MINUTE, END - MINUTE),
    ],
)
def test_deadline_is_the_earlier_of_limit_and_close(
    limit: timedelta | None, closes_at: datetime | None, expected: datetime | None
) -> None:
    assert deadline(started_at=END, time_limit=limit, closes_at=closes_at) == expected


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        # 40 minutes over the spring gap (2:00 to 3:00 is skipped) and over the fall fold (1:00 to 2:00 comes twice).
        ("2026-03-08T01:40:00-05:00", "2026-03-08T03:20:00-04:00"),
        ("2026-11-01T01:40:00-04:00", "2026-11-01T01:20:00-05:00"),
    ],
)
def test_time_limit_is_time_on_a_watch_not_on_the_wall(started: str, expected: str) -> None:
    start = datetime.fromisoformat(started)

    assert deadline(started_at=start.astimezone(UTC), time_limit=40 * MINUTE, closes_at=None) == datetime.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    ("factor", "minutes"),
    [("1", "30"), ("1.5", "45"), ("1.25", "37.5"), ("2", "60"), ("1.1", "33")],
)
def test_granted_time_is_the_limit_times_the_factor(factor: str, minutes: str) -> None:
    assert granted_time(30 * MINUTE, time_factor=Decimal(factor)) == timedelta(minutes=float(minutes))


def test_granted_time_is_none_without_a_timer() -> None:
    assert granted_time(None, time_factor=Decimal(2)) is None
    assert granted_time(30 * MINUTE, time_factor=None) is None


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-60, 0), (0, 0), (1, 1), (59, 1), (60, 1), (61, 2), (2700, 45), (2700.5, 46)]
)
def test_minutes_left_are_rounded_up_and_never_negative(seconds: float, expected: int) -> None:
    assert minutes_left(at=END - timedelta(seconds=seconds), deadline_at=END) == expected


def test_minutes_left_without_a_deadline_is_none() -> None:
    assert minutes_left(at=END, deadline_at=None) is None


OPENS, DUE, CLOSES = END, END + timedelta(days=1), END + timedelta(days=2)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - TICK, WindowState.NOT_OPEN),
        (OPENS, WindowState.OPEN),
        (DUE, WindowState.OPEN),
        (DUE + TICK, WindowState.PAST_DUE),
        (CLOSES, WindowState.PAST_DUE),
        (CLOSES + TICK, WindowState.CLOSED),
    ],
)
def test_window_includes_its_due_time_and_close(at: datetime, expected: WindowState) -> None:
    assert Window(OPENS, DUE, CLOSES).state(at=at) is expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(), WindowState.OPEN),
        (Window(opens_at=END + TICK), WindowState.NOT_OPEN),
        (Window(due_at=END - TICK), WindowState.PAST_DUE),
        (Window(closes_at=END - TICK), WindowState.CLOSED),
        (Window(due_at=END - TICK, closes_at=END - TICK), WindowState.CLOSED),
    ],
)
def test_window_without_a_close_never_closes(window: Window, expected: WindowState) -> None:
    assert window.state(at=END) is expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(due_at=END, closes_at=END), True),
        (Window(due_at=END - TICK, closes_at=END), False),
        (Window(due_at=END), False),
        (Window(), False),
    ],
)
def test_due_time_is_at_the_close_only_if_there_are_both(window: Window, expected: bool) -> None:
    assert window.is_due_at_close is expected


# --- Wall-clock times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-10-23T15:00", "America/New_York", "2026-10-23T19:00+00:00"),
        ("2026-12-23T15:00", "America/New_York", "2026-12-23T20:00+00:00"),
        ("2026-07-23T15:00", "America/Phoenix", "2026-07-23T22:00+00:00"),
        ("2026-10-23T15:00", "Asia/Kathmandu", "2026-10-23T09:15+00:00"),
        # In New York, clocks skip 2:00 to 3:00 on March 8, 2026.
        ("2026-03-08T01:59", "America/New_York", "2026-03-08T06:59+00:00"),
        ("2026-03-08T03:00", "America/New_York", "2026-03-08T07:00+00:00"),
        # They show 1:00 to 2:00 twice on November 1, 2026. The earlier one is used.
        ("2026-11-01T00:59", "America/New_York", "2026-11-01T04:59+00:00"),
        ("2026-11-01T01:00", "America/New_York", "2026-11-01T05:00+00:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30+00:00"),
        ("2026-11-01T02:00", "America/New_York", "2026-11-01T07:00+00:00"),
    ],
)
def test_in_zone_gives_the_moment_that_clocks_show(wall: str, zone: str, expected: str) -> None:
    assert in_zone(datetime.fromisoformat(wall), ZoneInfo(zone)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("wall", "zone", "suggestion"),
    [
        ("2026-03-08T02:00", "America/New_York", "2026-03-08T03:00"),
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T03:30"),
        ("2026-03-08T02:59", "America/New_York", "2026-03-08T03:59"),
        # A gap of half an hour, and one of a whole day.
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-04T02:40"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-31T12:00"),
    ],
)
def test_in_zone_refuses_a_time_that_clocks_skip(wall: str, zone: str, suggestion: str) -> None:
    with pytest.raises(NoSuchLocalTime) as refused:
        in_zone(datetime.fromisoformat(wall), ZoneInfo(zone))

    assert refused.value.suggestion == datetime.fromisoformat(suggestion)
    # The suggested time exists.
    in_zone(refused.value.suggestion, ZoneInfo(zone))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["America/New_York", "Asia/Tokyo"]))
def test_in_zone_shows_the_wall_time_or_the_one_suggested_for_it(wall: datetime, zone: str) -> None:
    try:
        in_zone(wall, ZoneInfo(zone))
    except NoSuchLocalTime as refused:
        wall = refused.suggestion

    assert in_zone(wall, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
