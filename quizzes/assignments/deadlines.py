"""When an attempt ends, and whether an answer arrives in time. Only this module computes deadlines and grace time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from zoneinfo import ZoneInfo

# Answers that are on the way at the deadline still count. 60 seconds let a phone reconnect to the Wi-Fi. It is also
# the default grace period of Moodle's quizzes.
GRACE = timedelta(seconds=60)
# A periodic job submits an attempt at its deadline + GRACE + LOCK_WAIT. An answer that has arrived in time can wait
# this long for a lock on a loaded server: three times the longest wait for one lock.
LOCK_WAIT = timedelta(seconds=30)
# Without a time limit, pages count the minutes only in the last hour before the close.
COUNTDOWN = timedelta(hours=1)


def granted_time(time_limit: timedelta | None, *, time_factor: Decimal | None) -> timedelta | None:
    """The time limit times a student's factor, to the microsecond; None (no time limit) if either is None."""
    if time_limit is None or time_factor is None:
        return None
    factor = Fraction(time_factor)
    return time_limit * factor.numerator / factor.denominator


def deadline(
    *,
    started_at: datetime,
    time_limit: timedelta | None,
    closes_at: datetime | None,
    paused_for: timedelta = timedelta(0),
    paused_at: datetime | None = None,
) -> datetime | None:
    """The earlier of the end of the time limit and the close; None if neither is set, and during a pause.

    paused_for: added to the time limit. paused_at: the start of a pause. If the deadline was over by then, it stays.
    """
    limit_ends_at = started_at + paused_for + time_limit if time_limit else None
    ends_at = min((moment for moment in (limit_ends_at, closes_at) if moment is not None), default=None)
    return ends_at if paused_at is None or is_over(at=paused_at, deadline_at=ends_at) else None


def needed_close(*, starts_at: datetime, granted: timedelta | None, closes_at: datetime | None) -> datetime | None:
    """The close, rounded up to a whole minute, that a student needs who starts at `starts_at`.

    None if the close is late enough, or without a timer (granted None).
    """
    if granted is None or closes_at is None or starts_at + granted <= closes_at:
        return None
    needed = starts_at + granted
    whole_minute = needed.replace(second=0, microsecond=0)
    return whole_minute if whole_minute == needed else whole_minute + timedelta(minutes=1)


def earliest_deadline_in_grace(at: datetime) -> datetime:
    """The earliest deadline whose grace time is not over at `at`. For Python and for queries."""
    return at - GRACE


def is_over(*, at: datetime, deadline_at: datetime | None) -> bool:
    """Whether both the deadline and its grace time are over. At the end of the grace time, an answer still counts.

    This is about time only. attempts/answers.py, `save_answer`, has the other reasons to refuse an answer.
    """
    return deadline_at is not None and deadline_at < earliest_deadline_in_grace(at)


def grace_ends_at(deadline_at: datetime) -> datetime:
    """The last moment at which an answer still counts."""
    return deadline_at + GRACE


def minutes_left(*, at: datetime, deadline_at: datetime | None) -> int | None:
    """Whole minutes until the deadline, rounded up, at least 0; None without a deadline."""
    return None if deadline_at is None else max(0, whole_minutes(deadline_at - at))


def whole_minutes(duration: timedelta) -> int:
    """The minutes of a duration, rounded up."""
    return -(-duration // timedelta(minutes=1))


def has_countdown(*, at: datetime, deadline_at: datetime | None, has_time_limit: bool) -> bool:
    """Whether pages count the minutes that are left: under a time limit, or in the last hour before the close."""
    return deadline_at is not None and (has_time_limit or deadline_at - at <= COUNTDOWN)


@dataclass(frozen=True, slots=True)
class Breaks:
    """The breaks of one attempt. They move its deadline as a pause does.

    used: the time of all breaks, including all of a current one. ends_at: when the clock starts again after the
    last break, by itself or because the student came back; None if there was none. A return in a pause ends the break
    at the start of the pause.
    """

    used: timedelta = timedelta(0)
    ends_at: datetime | None = None

    def is_on(self, *, at: datetime) -> bool:
        """Whether this moment is in a break. The end of a break is not."""
        return self.ends_at is not None and at < self.ends_at

    def left(self, allowance: timedelta) -> timedelta:
        """The break time that is left, at least 0."""
        return max(timedelta(0), allowance - self.used)

    def used_by(self, at: datetime) -> timedelta:
        """The time of all breaks until this moment."""
        return self.ended(at=at).used

    def started(self, *, at: datetime, allowance: timedelta) -> "Breaks":
        """The breaks with a new one that takes all time left. Unchanged in a break, or if nothing is left."""
        left = self.left(allowance)
        return self if self.is_on(at=at) or not left else Breaks(self.used + left, at + left)

    def ended(self, *, at: datetime) -> "Breaks":
        """The breaks with the current one ended at this moment. Unchanged outside a break."""
        if self.ends_at is None or at >= self.ends_at:
            return self
        # The server's clock may have been set back to before the break.
        return Breaks(max(timedelta(0), self.used - (self.ends_at - at)), at)


@dataclass(frozen=True, slots=True)
class Window:
    """When an assignment opens, is due and closes. None: no such limit.

    waits_for_teacher: it opens when the teacher starts it. paused_at: since when it is paused.
    """

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    waits_for_teacher: bool = False
    paused_at: datetime | None = None

    @property
    def is_due_at_close(self) -> bool:
        """Whether the due time is the close. If the close moves, such a due time moves along."""
        return self.due_at is not None and self.due_at == self.closes_at

    def state(self, *, at: datetime) -> "WindowState":
        """The state at this moment. At the due time itself it is not past due, and at the close not closed."""
        if self.paused_at is not None:
            at = min(at, self.paused_at)
        if self.opens_at is not None and at < self.opens_at:
            return WindowState.NOT_OPEN
        if self.closes_at is not None and at > self.closes_at:
            return WindowState.CLOSED
        if self.waits_for_teacher:
            return WindowState.NOT_OPEN
        if self.due_at is not None and at > self.due_at:
            return WindowState.PAST_DUE
        return WindowState.OPEN


class WindowState(Enum):
    """The state of a window at one moment."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    PAST_DUE = "past_due"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether students can work, late or not."""
        return self in {WindowState.OPEN, WindowState.PAST_DUE}


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
