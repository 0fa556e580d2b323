"""The status of one student on one assignment, whether work is late, and which attempt counts.

Every page and every file shows this status and no other. Counts are counts of this status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Protocol

from quizzes.assignments.deadlines import Window, WindowState, is_over
from quizzes.phrases import gettext, gettext_noop

# With unlimited attempts, a student has no more than these: 2 on each day of 10 school weeks. A page lists each of
# them, and a script could start thousands.
MOST_ATTEMPTS = 100


class Status(Enum):
    """Where one student is on one assignment."""

    EXCUSED = "excused"
    IN_PROGRESS = "in_progress"
    TIME_UP = "time_up"
    SUBMITTED = "submitted"
    NOT_OPEN = "not_open"
    MISSING = "missing"
    NOT_STARTED = "not_started"

    @property
    def label(self) -> str:
        """The label on pages and in files. `status_label` adds the day on which a quiz opens."""
        return gettext(_LABELS[self])


_LABELS = {
    Status.EXCUSED: gettext_noop("Excused"),
    Status.IN_PROGRESS: gettext_noop("In progress"),
    Status.TIME_UP: gettext_noop("Time’s up"),
    Status.SUBMITTED: gettext_noop("Turned in"),
    Status.NOT_OPEN: gettext_noop("Not open yet"),
    Status.MISSING: gettext_noop("Missing"),
    Status.NOT_STARTED: gettext_noop("Not started"),
}
_BEFORE_START = {
    WindowState.NOT_OPEN: Status.NOT_OPEN,
    WindowState.OPEN: Status.NOT_STARTED,
    WindowState.PAST_DUE: Status.MISSING,
    WindowState.CLOSED: Status.MISSING,
}


class Scored(Protocol):
    """The attributes of an attempt that decide which attempt counts."""

    @property
    def number(self) -> int: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def score(self) -> Decimal | None: ...
    @property
    def max_score(self) -> int | None: ...


class SubmittedAttempt(Protocol):
    """The attributes of an attempt that decide whether it is late."""

    @property
    def submitted_at(self) -> datetime | None: ...
    @property
    def is_on_paper(self) -> bool: ...


class Made(Scored, SubmittedAttempt, Protocol):
    """The attributes of an attempt that decide the status. Large pages have rows with these columns only."""

    @property
    def deadline_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class StudentStatus[A]:
    """The status of one student on one assignment.

    due_at: the student's own. is_late: whether the counting attempt is late. can_start: whether the student may start a
    new attempt now. latest_attempt: None before the first. counting_attempt: None before one is submitted, and for an
    excused student.
    """

    status: Status
    due_at: datetime | None
    is_late: bool
    can_start: bool
    open_attempt: A | None
    latest_attempt: A | None
    counting_attempt: A | None


def status_of[A: Made](
    window: Window,
    attempts: Sequence[A],
    *,
    is_excused: bool,
    policy: str,
    max_attempts: int | None,
    now: datetime,
) -> StudentStatus[A]:
    """The status of one student on one assignment.

    window: the student's own. attempts: all of this student, by number. policy: first, best or latest.
    max_attempts: the student's own, None for no limit.
    """
    open_attempt = next((attempt for attempt in attempts if attempt.is_open), None)
    is_running = open_attempt is not None and not is_over(at=now, deadline_at=open_attempt.deadline_at)
    state = window.state(at=now)
    if is_excused:
        status = Status.EXCUSED
    elif is_running:
        status = Status.IN_PROGRESS
    elif open_attempt is not None:
        status = Status.TIME_UP
    elif attempts:
        status = Status.SUBMITTED
    else:
        status = _BEFORE_START[state]
    may_start = state.is_open and not is_running and not is_excused
    counting = None if is_excused else counting_attempt(attempts, policy)
    return StudentStatus(
        status=status,
        due_at=window.due_at,
        is_late=counting is not None and is_late(counting, window.due_at),
        can_start=may_start and has_attempts_left(max_attempts, len(attempts)),
        open_attempt=open_attempt,
        latest_attempt=attempts[-1] if attempts else None,
        counting_attempt=counting,
    )


def attempt_limit(max_attempts: int | None, extra_attempts: int) -> int | None:
    """How many attempts a student has with these extra ones. None: no limit but `MOST_ATTEMPTS`."""
    if max_attempts is None:
        return MOST_ATTEMPTS + extra_attempts if extra_attempts else None
    return max_attempts + extra_attempts


def has_attempts_left(max_attempts: int | None, made_count: int) -> bool:
    """Whether a student who made this many attempts may make another. No other code decides.

    max_attempts: the student's own, None for no limit but `MOST_ATTEMPTS`.
    """
    return made_count < (MOST_ATTEMPTS if max_attempts is None else max_attempts)


def is_late(attempt: SubmittedAttempt, due_at: datetime | None) -> bool:
    """Whether the attempt was submitted after the student's own due time.

    Paper answers are never late: a teacher enters them after the class.
    """
    return (
        due_at is not None
        and attempt.submitted_at is not None
        and attempt.submitted_at > due_at
        and not attempt.is_on_paper
    )


def counting_attempt[A: Scored](attempts: Sequence[A], policy: str) -> A | None:
    """The submitted attempt that counts by the policy (first, best, latest). Of two equal scores, the earlier one."""
    submitted = sorted((attempt for attempt in attempts if not attempt.is_open), key=lambda attempt: attempt.number)
    if not submitted:
        return None
    match policy:
        case "first":
            return submitted[0]
        case "latest":
            return submitted[-1]
    return max(submitted, key=lambda attempt: (score_share(attempt) or Decimal(0), -attempt.number))


def score_share(attempt: Scored) -> Decimal | None:
    """The score as a share of its maximum, 0 to 1. None before it is submitted, or when no question counts."""
    return attempt.score / attempt.max_score if attempt.score is not None and attempt.max_score else None
