"""When an attempt ends, and whether an answer arrives in time. Every other module calls `is_over` or `cutoff`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from zoneinfo import ZoneInfo

# Answers that are on the way at the deadline still count. 60 seconds let a phone reconnect to the Wi-Fi. It is also
# the default grace period of Moodle's quizzes.
GRACE = timedelta(seconds=60)
# An answer that has arrived in time can wait this long for its turn on a loaded server: three times the longest wait
# for a lock. No periodic job submits the attempt meanwhile.
LONGEST_WAIT = timedelta(seconds=30)


# Without a time limit, pages count the minutes only in the last hour before the close.
COUNTDOWN = timedelta(hours=1)


def granted_time(time_limit: timedelta | None, *, time_factor: Decimal | None = Decimal(1)) -> timedelta | None:
    """The time limit times a student's factor, to the microsecond; None (no timer) if either is None."""
    if time_limit is None or time_factor is None:
        return None
    factor = Fraction(time_factor)
    return time_limit * factor.numerator / factor.denominator


def deadline(*, started_at: datetime, time_limit: timedelta | None, closes_at: datetime | None) -> datetime | None:
    """The earlier of the end of the time limit and the close; None if neither is set."""
    moments = [moment for moment in (started_at + time_limit if time_limit else None, closes_at) if moment is not None]
    return min(moments, default=None)


def needed_close(*, starts_at: datetime, granted: timedelta | None, closes_at: datetime | None) -> datetime | None:
    """The close, at a whole minute, that leaves the granted time after `starts_at`; None if the time fits already.

    granted: None for no timer, which always fits.
    """
    if granted is None or closes_at is None or starts_at + granted <= closes_at:
        return None
    needed = starts_at + granted
    whole_minute = needed.replace(second=0, microsecond=0)
    return whole_minute if whole_minute == needed else whole_minute + timedelta(minutes=1)


def cutoff(at: datetime) -> datetime:
    """The earliest deadline that an answer can meet if it arrives `at`. Queries compare a column with it."""
    return at - GRACE


def is_over(*, at: datetime, deadline_at: datetime | None) -> bool:
    """Whether an answer that arrives `at` is too late to count. The last moment of the grace time is not."""
    return deadline_at is not None and deadline_at < cutoff(at)


def minutes_left(*, at: datetime, deadline_at: datetime | None) -> int | None:
    """Whole minutes until the deadline, rounded up, at least 0; None without a deadline."""
    if deadline_at is None:
        return None
    seconds = max(0.0, (deadline_at - at).total_seconds())
    return -int(-seconds // 60)


def has_countdown(*, at: datetime, deadline_at: datetime | None, has_time_limit: bool) -> bool:
    """Whether pages count the minutes that are left: under a time limit, or in the last hour before the close."""
    return deadline_at is not None and (has_time_limit or deadline_at - at <= COUNTDOWN)


@dataclass(frozen=True, slots=True)
class Window:
    """When an assignment opens, is due and closes. None: no such limit."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None

    def state(self, *, at: datetime) -> "WindowState":
        """The state at this moment. At the due time itself it is not past due, and at the close not closed."""
        if self.opens_at is not None and at < self.opens_at:
            return WindowState.NOT_OPEN
        if self.closes_at is not None and at > self.closes_at:
            return WindowState.CLOSED
        if self.due_at is not None and at > self.due_at:
            return WindowState.PAST_DUE
        return WindowState.OPEN


class WindowState(Enum):
    """The state of a window at one moment."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    PAST_DUE = "past_due"
    CLOSED = "closed"


class NoSuchLocalTime(ValueError):
    """A local time that the zone skips. suggestion: the naive local time moved past the gap, 3:30 for 2:30."""

    def __init__(self, suggestion: datetime) -> None:
        super().__init__("The clocks skip this time.")
        self.suggestion = suggestion


def in_zone(wall_time: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of the naive `wall_time` in `zone`, the earlier one if the clocks show that time twice.

    Raises NoSuchLocalTime if the clocks skip it. Source: PEP 495.
    """
    # In UTC: for a time that clocks show twice, `==` between two zones is always False.
    moment = wall_time.replace(tzinfo=zone).astimezone(UTC)
    round_trip = moment.astimezone(zone).replace(tzinfo=None)
    if round_trip != wall_time:
        gap = round_trip - wall_time
        raise NoSuchLocalTime(max(round_trip, wall_time + abs(gap)).replace(fold=0))
    return moment
