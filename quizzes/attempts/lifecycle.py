"""Start, submit and reopen attempts, and submit those whose time is over."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from quizzes.assignments.accommodations import extend, longer_limit
from quizzes.assignments.deadlines import WindowState, deadline, earliest_deadline_in_grace, is_over
from quizzes.assignments.lifecycle import change_assignment, lock_settings, settings_of
from quizzes.assignments.status import has_attempts_left
from quizzes.assignments.student_settings import (
    extensions_of,
    personal_window,
    student_settings,
    time_factors,
    window_of,
)
from quizzes.assignments.supports import supports_at_start
from quizzes.attempts.breaks import breaks_of, end_break, is_on_break, paused_until, set_breaks
from quizzes.attempts.receipts import free_receipts
from quizzes.grading.manual_grades import undo_outdated
from quizzes.grading.scores import ScoreColumns, adjustments, computed
from quizzes.models import Assignment, Attempt, AuditEvent, Extension, Student, User
from quizzes.models.attempts import MIXED_LANGUAGES
from quizzes.models.locks import RowDeleted, lock_rows, locked_with_keys, read_again, read_row
from quizzes.models.reasons import ReasonKind, reason_detail

logger = logging.getLogger(__name__)

# What a reopened attempt clears, and its new times.
_REOPENED_COLUMNS = [
    *("submitted_at", "submitted_by", "receipt", *ScoreColumns._fields),
    *("deadline_at", "time_limit", "paused_for", "break_time", "break_ends_at"),
]


class NotOpenYet(Exception):
    """The assignment has not opened."""


class AssignmentClosed(Exception):
    """The assignment has closed."""


class IsExcused(Exception):
    """The student is excused and has no open attempt."""


class NoAttemptsLeft(Exception):
    """The student has used every attempt that the assignment allows."""


class StillOpen(Exception):
    """The student has another open attempt of this assignment."""


class NoTimeLeft(Exception):
    """The attempt has no time left, and the teacher granted none."""


@dataclass(frozen=True, slots=True)
class UndoneClose:
    """What undoing a close changed. working: how many attempts are open now. reopened: how many of them it reopened.

    still_submitted: how many attempts stay submitted.
    """

    working: int
    reopened: int
    still_submitted: int


def start_attempt(student: Student, assignment: Assignment, *, now: datetime) -> Attempt:
    """The student's open attempt; a new one if there is none. Safe to repeat.

    Raises IsExcused, NotOpenYet, AssignmentClosed or NoAttemptsLeft.
    """
    attempts = list(assignment.attempts.made_by(student.pk).order_by("number"))
    for attempt in attempts:
        if attempt.is_open:
            if not is_over(at=now, deadline_at=attempt.deadline_at):
                return attempt
            submit_attempt(attempt, now=now)
    try:
        with transaction.atomic():
            return _start(student, assignment, attempts, now=now)
    except IntegrityError:
        return assignment.attempts.made_by(student.pk).latest("number")


def _start(student: Student, assignment: Assignment, earlier: Sequence[Attempt], *, now: datetime) -> Attempt:
    # A close, a pause, more time, or other supports that another request saves now come before this start or after it.
    lock_settings(assignment)
    students = Student.objects.select_related("classroom").only("supports", "classroom__supports")
    fresh = read_row(students, student.pk)
    settings = student_settings(assignment, student)
    if settings.is_excused:
        raise IsExcused
    match settings.window.state(at=now):
        case WindowState.NOT_OPEN:
            raise NotOpenYet
        case WindowState.CLOSED:
            raise AssignmentClosed
    if not has_attempts_left(settings.max_attempts, len(earlier)):
        raise NoAttemptsLeft
    return Attempt.objects.create(
        assignment=assignment,
        student=student,
        classroom_id=assignment.classroom_id,
        number=len(earlier) + 1,
        shuffle_questions=assignment.shuffle_questions,
        shuffle_choices=assignment.shuffle_choices,
        supports=supports_at_start(fresh, earlier).stored(),
        time_limit=settings.time_limit,
        started_at=now,
        deadline_at=deadline(
            started_at=now,
            time_limit=settings.time_limit,
            closes_at=settings.window.closes_at,
            paused_at=settings.window.paused_at,
        ),
    )


def submit_attempt(attempt: Attempt, *, now: datetime, language: str = "") -> Attempt:
    """Submit an attempt with a receipt and a score. Later calls change nothing. language: of the student's pages.

    After the deadline and the grace time, `submitted_at` is the deadline. A break ends, so that its unused time is
    there if a teacher reopens the attempt.
    """
    _end_break(attempt, now=now)
    if is_over(at=now, deadline_at=attempt.deadline_at):
        return submit_at_deadline(attempt, now=now, language=language)
    return _submit_once(attempt, at=now, by=Attempt.SubmittedBy.STUDENT, conditions={}, language=language)


def submit_at_deadline(attempt: Attempt, *, now: datetime, language: str = "") -> Attempt:
    """Submit an attempt with its deadline as the time. Safe to repeat.

    Call it once the grace time is over, or when the clock of the page is at 0. The page counts whole seconds, so it can
    call this less than a second before the deadline.
    """
    _end_break(attempt, now=now)
    # Submit only if the row still has this deadline: a teacher may have moved it since the row was read.
    deadline_at = attempt.deadline_at
    at, conditions = min(now, deadline_at or now), {"deadline_at": deadline_at}
    return _submit_once(attempt, at=at, by=Attempt.SubmittedBy.DEADLINE, conditions=conditions, language=language)


def is_ended_by_teacher(attempt: Attempt) -> bool:
    """Whether a teacher closed the quiz at the moment at which the attempt was turned in. At most one query."""
    if attempt.submitted_by != Attempt.SubmittedBy.DEADLINE or attempt.submitted_at is None:
        return False
    closed = AuditEvent.objects.filter(
        classroom=attempt.assignment.classroom_id,
        action=AuditEvent.Action.ASSIGNMENT_CHANGED,
        at=attempt.submitted_at,
        detail__assignment=attempt.assignment.public_id,
    )
    return closed.exists()


@transaction.atomic
def reopen(attempt: Attempt, *, more_time: timedelta | None, reason: str, by: User, now: datetime) -> Attempt:
    """Reopen a submitted attempt with its answers and the time that was left.

    A longer time limit that the student or the class got since then counts too. more_time: added to what was left of
    the time limit, or to the close. It is needed if no time was left. If the new deadline is after the close, the
    student gets an extension until then, and a due time at the close moves along. In a pause, the clock starts when
    the pause ends.
    Raises StillOpen, NoTimeLeft or RowDeleted.
    """
    lock_rows(assignments=[attempt.assignment_id], students=[attempt.student_id], with_starts=True)
    lock_settings(attempt.assignment)
    read_again(attempt, rows=locked_with_keys(Attempt.objects.all()))
    if attempt.is_open:
        return attempt
    extension = attempt.assignment.extensions.filter(student=attempt.student_id).first()
    submission = _submission(attempt)
    time_limit = longer_limit(attempt, time_factors([attempt.student_id]))
    ends_at = _open_again(attempt, extension, time_limit=time_limit, more_time=more_time or timedelta(0), now=now)
    try:
        with transaction.atomic():
            attempt.save(update_fields=_REOPENED_COLUMNS)
    except IntegrityError as error:
        raise StillOpen from error
    if ends_at is not None:
        _extend_until(ends_at, attempt, extension, reason=reason, by=by, now=now)
    action = AuditEvent.Action.ATTEMPT_REOPENED
    attempt.record_event(action, by=by, now=now, **reason_detail(reason=reason), **submission)
    return attempt


def _open_again(
    attempt: Attempt, extension: Extension | None, *, time_limit: timedelta | None, more_time: timedelta, now: datetime
) -> datetime | None:
    """Open a submitted attempt without saving it; returns its end if that is after the close. Raises NoTimeLeft.

    extension: of the student. time_limit: of the attempt from now on, before more_time.
    """
    paused_at = attempt.assignment.paused_at
    at = paused_at or now
    closes_at = personal_window(attempt.assignment, extension).closes_at
    before, attempt.time_limit = attempt.time_limit, time_limit
    deadline_at = _reopened_deadline(attempt, more_time, before=before, closes_at=closes_at, now=at)
    if deadline_at is not None and deadline_at <= at:
        raise NoTimeLeft
    # If the close submitted the attempt during a break, the break ended then.
    set_breaks(attempt, breaks_of(attempt).ended(at=attempt.submitted_at or at))
    attempt.time_limit = _reopened_time_limit(attempt, more_time, deadline_at=deadline_at)
    attempt.deadline_at = None if paused_at is not None else deadline_at
    attempt.submitted_at, attempt.submitted_by, attempt.receipt = None, "", None
    attempt.score, attempt.max_score, attempt.ungraded_count = None, None, 0
    return deadline_at if deadline_at is not None and closes_at is not None and deadline_at > closes_at else None


def _submission(attempt: Attempt) -> dict[str, Any]:
    """What the log keeps of a submission that is undone."""
    return {"receipt": attempt.receipt, "submitted_at": attempt.submitted_at and attempt.submitted_at.isoformat()}


def _extend_until(
    deadline_at: datetime, attempt: Attempt, extension: Extension | None, *, reason: str, by: User, now: datetime
) -> None:
    """Move the student's close to the deadline, and a due time at the close too. extension: the one of before."""
    before = extension or Extension()
    is_due_at_close = personal_window(attempt.assignment, extension).is_due_at_close
    extend(
        attempt.assignment,
        attempt.student,
        due_at=deadline_at if is_due_at_close else before.due_at,
        closes_at=deadline_at,
        extra_attempts=before.extra_attempts,
        reason_kind=ReasonKind.TYPED,
        reason=reason,
        by=by,
        now=now,
    )


@transaction.atomic
def undo_close_now(
    assignment: Assignment, *, due_at: datetime | None, closes_at: datetime | None, by: User, now: datetime
) -> UndoneClose:
    """Restore the due and closing times from before a close, and reopen the attempts that the close turned in.

    Each attempt gets back the time that it had left. The same number of queries for any number of attempts.
    """
    lock_settings(assignment)
    ended = assignment.attempts.filter(submitted_by=Attempt.SubmittedBy.DEADLINE, submitted_at=assignment.closes_at)
    lock_rows(students=ended.order_by().values_list("student", flat=True), with_starts=True)
    window = replace(window_of(assignment), due_at=due_at, closes_at=closes_at)
    change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)
    attempts = list(locked_with_keys(ended.select_related("student")).order_by("pk"))
    extensions = extensions_of(assignment)
    working = set(assignment.attempts.open().values_list("student", flat=True))
    reopened, rows = list[Attempt](), list[tuple[int, Student, dict[str, Any]]]()
    for attempt in attempts:
        if attempt.student_id in working:
            continue
        attempt.assignment = assignment
        detail = {"attempt": attempt.public_id, **reason_detail(reason=""), **_submission(attempt)}
        more_time = _time_left(attempt, closes_at=closes_at, now=now) or timedelta(0)
        with suppress(NoTimeLeft):
            # What was left fits before the close, so no one needs an extension.
            extension, time_limit = extensions.get(attempt.student_id), attempt.time_limit
            _open_again(attempt, extension, time_limit=time_limit, more_time=more_time, now=now)
            working.add(attempt.student_id)
            reopened.append(attempt)
            rows.append((attempt.classroom_id, attempt.student, detail))
    Attempt.objects.bulk_update(reopened, _REOPENED_COLUMNS)
    AuditEvent.objects.record_each(AuditEvent.Action.ATTEMPT_REOPENED, rows, actor=by, at=now)
    working_count = assignment.attempts.open().filter(student__removed_at=None).count()
    return UndoneClose(working_count, len(reopened), len(attempts) - len(reopened))


def submit_overdue(now: datetime) -> int:
    """Submit every attempt whose deadline and grace time are over at `now`; returns how many.

    The periodic job subtracts LOCK_WAIT from the time: an answer that arrived in time may still wait for a lock.
    An attempt that raises an error is logged with its id and stays open until the next round. The others are submitted.
    """
    count = 0
    for attempt in list(Attempt.objects.overdue(before=earliest_deadline_in_grace(now)).select_related("assignment")):
        try:
            submit_attempt(attempt, now=now)
        except RowDeleted:
            # The student or the class was erased in the meantime.
            continue
        except Exception:
            logger.exception("Attempt %s is overdue and could not be submitted.", attempt.public_id)
        else:
            count += 1
    return count


def note_change_of_language(attempt_id: int) -> None:
    """Note that the student worked on this attempt in more than one language. 1 query. Safe to repeat."""
    Attempt.objects.filter(pk=attempt_id).update(language=MIXED_LANGUAGES)


def _time_left(attempt: Attempt, *, closes_at: datetime | None, now: datetime) -> timedelta | None:
    """What an attempt had left of its time limit when it was submitted, at most until the close; None without one."""
    if attempt.time_limit is None or attempt.submitted_at is None:
        return None
    # If the close came during a break, the rest of the break is available again.
    paused_for = paused_until(attempt, attempt.submitted_at)
    left = attempt.started_at + attempt.time_limit + paused_for - attempt.submitted_at
    return left if closes_at is None else min(left, closes_at - now)


def _reopened_deadline(
    attempt: Attempt, more_time: timedelta, *, before: timedelta | None, closes_at: datetime | None, now: datetime
) -> datetime | None:
    """The deadline of a reopened attempt. before: its time limit when it was turned in."""
    if attempt.time_limit is not None and before is not None:
        submitted_at, paused_at = attempt.submitted_at or now, attempt.assignment.paused_at
        if attempt.deadline_at is None and paused_at is not None and paused_at <= submitted_at:
            return None
        # An attempt that was turned in during a pause has no deadline. Its copy in another class never gets one.
        time_is_up_at = attempt.started_at + before + attempt.paused_for
        ends_at = attempt.deadline_at or time_is_up_at
        # Where the close came first, a longer time limit gives no more time.
        if ends_at == time_is_up_at:
            longest = ends_at + (attempt.time_limit - before)
            ends_at = longest if closes_at is None else max(ends_at, min(longest, closes_at))
        return now + max(timedelta(0), ends_at - submitted_at) + more_time
    # Without a time limit, the close is the only deadline.
    return None if closes_at is None else max(closes_at, now) + more_time


def _reopened_time_limit(attempt: Attempt, more_time: timedelta, *, deadline_at: datetime | None) -> timedelta | None:
    """The time limit with the granted time, so that a later change of the settings does not remove that."""
    if attempt.time_limit is None:
        return None
    if deadline_at is None:
        return attempt.time_limit + more_time
    return deadline_at - attempt.started_at - attempt.paused_for


def _end_break(attempt: Attempt, *, now: datetime) -> None:
    if is_on_break(attempt, now=now):
        end_break(attempt.pk, now=now)
        read_again(attempt, "deadline_at")


@transaction.atomic
def _submit_once(attempt: Attempt, *, at: datetime, by: str, conditions: Mapping[str, Any], language: str) -> Attempt:
    """Submit the attempt unless another call has. Returns it as stored. conditions: lookups that its row must match."""
    # The first query locks the row: a save on another connection comes before it or is late.
    open_rows = Attempt.objects.open().order_by().filter(pk=attempt.pk, **conditions)
    locked = list(locked_with_keys(open_rows).values_list("pk", flat=True))
    if not locked:
        read_again(attempt, "deadline_at", "submitted_at", "submitted_by", "receipt", *ScoreColumns._fields)
        return attempt
    adjusted = adjustments([attempt])
    # Answers may have changed since an earlier submission.
    if adjusted[attempt.pk].grades and undo_outdated([attempt], now=at):
        adjusted = adjustments([attempt])
    columns = computed([attempt], adjusted=adjusted)[attempt.pk]._asdict()
    fields = {
        "submitted_at": at,
        "submitted_by": by,
        "receipt": free_receipts(1)[0],
        "language": attempt.language or language,
        **columns,
    }
    Attempt.objects.filter(pk=attempt.pk).update(**fields)
    for name, value in fields.items():
        setattr(attempt, name, value)
    return attempt
