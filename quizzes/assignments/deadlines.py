"""When an attempt ends, and whether an answer that arrives counts. Every other module asks `is_over` or `cutoff`.

All moments are aware datetimes; durations are timedeltas.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from zoneinfo import ZoneInfo

# Answers in flight when the time ends still count. A minute covers a phone that has to find the Wi-Fi again
# and is what Moodle's quizzes allow at most by default.
GRACE = timedelta(seconds=60)


def granted_time(time_limit: timedelta | None, *, time_factor: Decimal | None = Decimal(1)) -> timedelta | None:
    """The time limit times a student's factor, to the microsecond; None (no timer) when either is None."""
    if time_limit is None or time_factor is None:
        return None
    factor = Fraction(time_factor)
    return time_limit * factor.numerator / factor.denominator


def deadline(*, started_at: datetime, time_limit: timedelta | None, closes_at: datetime | None) -> datetime | None:
    """The moment at which an attempt ends: the earlier of its limit and the close; None when neither is set."""
    ends = [moment for moment in (started_at + time_limit if time_limit else None, closes_at) if moment is not None]
    return min(ends, default=None)


def needed_close(*, starts_at: datetime, granted: timedelta | None, closes_at: datetime | None) -> datetime | None:
    """The close, to the next whole minute, that leaves who begins `starts_at` the granted time; None where it fits.

    granted: None for no timer, which fits every window.
    """
    if granted is None or closes_at is None or starts_at + granted <= closes_at:
        return None
    needed = starts_at + granted
    whole = needed.replace(second=0, microsecond=0)
    return whole if whole == needed else whole + timedelta(minutes=1)


def cutoff(at: datetime) -> datetime:
    """The earliest deadline that an answer which arrives `at` still meets. A query compares a column with it."""
    return at - GRACE


def is_over(*, at: datetime, deadline_at: datetime | None) -> bool:
    """Whether an answer that arrives `at` is too late to count; the end of the grace itself is not."""
    return deadline_at is not None and deadline_at < cutoff(at)


def minutes_left(*, at: datetime, deadline_at: datetime | None) -> int | None:
    """Whole minutes until the deadline, rounded up, at least 0; None without a deadline."""
    if deadline_at is None:
        return None
    seconds = max(0.0, (deadline_at - at).total_seconds())
    return -int(-seconds // 60)


@dataclass(frozen=True, slots=True)
class Window:
    """When an assignment may be done; None means no such limit."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None

    def state(self, *, at: datetime) -> "WindowState":
        """Where `at` lies. The due and the close moments themselves still belong to the time before them."""
        if self.opens_at is not None and at < self.opens_at:
            return WindowState.NOT_OPEN
        if self.closes_at is not None and at > self.closes_at:
            return WindowState.CLOSED
        if self.due_at is not None and at > self.due_at:
            return WindowState.PAST_DUE
        return WindowState.OPEN


class WindowState(Enum):
    """Where a moment lies in a window."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    PAST_DUE = "past_due"
    CLOSED = "closed"


class NoSuchLocalTime(ValueError):
    """A wall-clock time that the zone skips. suggestion: the same as long after the gap, naive: 3:30 for 2:30."""

    def __init__(self, suggestion: datetime) -> None:
        super().__init__("The clocks skip this time.")
        self.suggestion = suggestion


def in_zone(wall_time: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which clocks in `zone` show the naive `wall_time`, the earlier one where they show it twice.

    Raises NoSuchLocalTime where clocks are put forward over it (PEP 495).
    """
    # In UTC, since Python holds a time that clocks show twice for unequal to every moment of another zone.
    moment = wall_time.replace(tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    if shown != wall_time:
        gap = shown - wall_time
        raise NoSuchLocalTime(max(shown, wall_time + abs(gap)).replace(fold=0))
    return moment
