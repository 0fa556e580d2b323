"""Accommodations, extensions and excuses, and the deadlines that they change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from quizzes.assignments.deadlines import Window, deadline, granted_time, needed_close
from quizzes.assignments.student_settings import (
    attempt_limit,
    later_time,
    personal_window,
    student_settings,
    time_factors,
)
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Classroom, Excuse, Extension, Student, User
from quizzes.models.locks import lock_rows, read_locked, read_row
from quizzes.models.reasons import EXTRA_MINUTES, FITS_EXTRA_TIME


class ExtensionChanged(Exception):
    """The student got another extension after the page was opened."""


@dataclass(frozen=True, slots=True)
class ExtendedTime:
    """The time of a student with an accommodation on one assignment. time_factor, time_limit None: no timer.

    starts_at: when the attempt started, else the earliest possible start.
    """

    student: Student
    time_factor: Decimal | None
    time_limit: timedelta | None
    starts_at: datetime
    closes_at: datetime | None

    @property
    def ends_at(self) -> datetime | None:
        """The deadline with this start, None for no deadline."""
        return deadline(started_at=self.starts_at, time_limit=self.time_limit, closes_at=self.closes_at)

    @property
    def needed_close_at(self) -> datetime | None:
        """The close that leaves all of the granted time; None if the time fits."""
        return needed_close(starts_at=self.starts_at, granted=self.time_limit, closes_at=self.closes_at)


def accommodations_of(classroom: Classroom) -> dict[int, Accommodation]:
    """The accommodations in a classroom, by student id. One query."""
    accommodations = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    return {accommodation.student_id: accommodation for accommodation in accommodations}


def extended_times(
    classroom: Classroom,
    window: Window,
    time_limit: timedelta | None,
    *,
    now: datetime,
    assignment: Assignment | None,
) -> list[ExtendedTime]:
    """The time of each student with an accommodation in this window, by name; empty without a time limit.

    assignment: to change it. Its extensions and attempts count, and students who submitted are left out. One query,
    three with an assignment.
    """
    if time_limit is None:
        return []
    extensions = _extensions(assignment) if assignment is not None else {}
    attempts = assignment.attempts.order_by("number") if assignment is not None else ()
    latest_attempts = {attempt.student_id: attempt for attempt in attempts}
    times = []
    accommodations = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    for accommodation in accommodations.select_related("student").order_by("student__sort_key", "student"):
        student = accommodation.student
        attempt = latest_attempts.get(student.pk)
        if attempt is not None and not attempt.is_open:
            continue
        granted = granted_time(time_limit, time_factor=accommodation.time_factor)
        starts_at = attempt.started_at + attempt.paused_for if attempt is not None else max(window.opens_at or now, now)
        extension = extensions.get(student.pk)
        closes_at = later_time(extension.closes_at if extension is not None else None, window.closes_at)
        times.append(ExtendedTime(student, accommodation.time_factor, granted, starts_at, closes_at))
    return times


def time_on(
    assignment: Assignment,
    student: Student,
    *,
    time_factor: Decimal | None,
    closes_at: datetime | None,
    max_attempts: int | None,
    attempts: Sequence[Attempt],
    now: datetime,
) -> ExtendedTime | None:
    """The student's time in the open attempt or in one that starts now; None if there is no limit or no such attempt.

    time_factor, closes_at, max_attempts: the student's own. attempts: all of this student on the assignment.
    """
    working = next((attempt for attempt in attempts if attempt.is_open), None)
    has_none_left = max_attempts is not None and len(attempts) >= max_attempts
    is_closed = closes_at is not None and closes_at <= now
    can_work = working is not None or not (has_none_left or is_closed)
    if assignment.time_limit is None or not can_work:
        return None
    granted = granted_time(assignment.time_limit, time_factor=time_factor)
    starts_at = working.started_at + working.paused_for if working is not None else max(assignment.opens_at or now, now)
    if working is not None and granted is not None:
        # An open attempt keeps a longer time that it has.
        granted = None if working.time_limit is None else max(granted, working.time_limit)
    return ExtendedTime(student, time_factor, granted, starts_at, closes_at)


def times_with_factor(
    student: Student, *, time_factor: Decimal | None, now: datetime
) -> list[tuple[Assignment, ExtendedTime]]:
    """The student's time with this factor on each assignment that has a limit and is not done. Three queries."""
    limited = student.classroom.assignments.filter(time_limit__isnull=False, closes_at__isnull=False)
    assignments = list(limited.exclude(excuses__student=student).with_set())
    attempts = defaultdict(list)
    for attempt in Attempt.objects.made_by(student.pk).filter(assignment__in=assignments).order_by("number"):
        attempts[attempt.assignment_id].append(attempt)
    extensions = {extension.assignment_id: extension for extension in student.extensions.all()}
    found = []
    for assignment in assignments:
        extension = extensions.get(assignment.pk)
        extra = extension.extra_attempts if extension is not None else 0
        time = time_on(
            assignment,
            student,
            time_factor=time_factor,
            closes_at=personal_window(assignment, extension).closes_at,
            max_attempts=attempt_limit(assignment.max_attempts, extra),
            attempts=attempts[assignment.pk],
            now=now,
        )
        if time is not None:
            found.append((assignment, time))
    return found


def lock_quizzes_of(students: Sequence[Student]) -> None:
    """Lock all quizzes of these students: those of their classes, and those that they have open."""
    started = Attempt.objects.open().filter(student__in=students).order_by().values("assignment")
    of_class = Q(classroom__in={student.classroom_id for student in students})
    quizzes = Assignment.objects.filter(of_class | Q(pk__in=started)).order_by()
    keys = [student.pk for student in students]
    lock_rows(assignments=quizzes.values_list("pk", flat=True), students=keys, with_starts=True)


@transaction.atomic
def extend_to_fit(assignment: Assignment, times: Sequence[ExtendedTime], *, by: User, now: datetime) -> None:
    """Extend the close for these students so that their granted time fits. The rest of an extension stays."""
    if not times:
        return
    lock_rows(assignments=[assignment.pk], students=[time.student.pk for time in times], with_starts=True)
    extensions = _extensions(assignment)
    for time in times:
        before = extensions.get(time.student.pk)
        kept = before or Extension()
        values = {
            "due_at": kept.due_at,
            "closes_at": time.needed_close_at,
            "extra_attempts": kept.extra_attempts,
            "reason": kept.reason or FITS_EXTRA_TIME,
        }
        _give(assignment, time.student, values, before=before, by=by, now=now)


def move_deadlines(attempts: Iterable[Attempt], *, now: datetime, more_time: timedelta = timedelta(0)) -> int:
    """Recompute the deadlines of open attempts, never with a shorter time limit; returns how many changed.

    more_time: added to the time limit of each attempt. No deadline moves into the past: an attempt that started in an
    extension would end before its start. Two queries per attempt, three with a time limit, and one update.
    """
    moved = []
    for attempt in attempts:
        before = attempt.time_limit, attempt.deadline_at
        if attempt.time_limit is not None:
            attempt.time_limit += more_time
        set_deadline(attempt)
        earliest = min(now, before[1] or now)
        if attempt.deadline_at is not None and attempt.deadline_at < earliest:
            attempt.deadline_at = earliest
        if (attempt.time_limit, attempt.deadline_at) != before:
            moved.append(attempt)
    Attempt.objects.bulk_update(moved, ["time_limit", "deadline_at"])
    return len(moved)


def set_deadline(attempt: Attempt) -> None:
    """Recompute the time limit and the deadline of an open attempt without saving them."""
    settings = student_settings(attempt.assignment, attempt.student)
    limits = (settings.time_limit, attempt.time_limit)
    attempt.time_limit = None if None in limits else max(limit for limit in limits if limit is not None)
    attempt.deadline_at = deadline(
        started_at=attempt.started_at,
        time_limit=attempt.time_limit,
        closes_at=settings.window.closes_at,
        paused_for=attempt.paused_for,
        paused_at=attempt.assignment.paused_at,
    )


@transaction.atomic
def set_accommodation(student: Student, *, time_factor: Decimal | None, by: User, now: datetime) -> None:
    """Give a student more time on every assignment, open attempts included. Safe to repeat.

    time_factor: None for no timer, 1 to remove the accommodation.
    """
    lock_quizzes_of([student])
    if time_factors([student.pk]).get(student.pk, Decimal(1)) == time_factor:
        return
    if time_factor == 1:
        Accommodation.objects.filter(student=student).delete()
    else:
        Accommodation.objects.update_or_create(
            student=student, defaults={"time_factor": time_factor, "changed_at": now}
        )
    move_deadlines(_open_attempts(student=student), now=now)
    AuditEvent.objects.record(
        AuditEvent.Action.ACCOMMODATION_CHANGED,
        actor=by,
        classroom=student.classroom,
        student=student,
        at=now,
        time_factor=None if time_factor is None else str(time_factor),
    )


@transaction.atomic
def set_reading_level(student: Student, *, variant: str, by: User, now: datetime) -> None:
    """Set the level of a student's readings, "" for as the class; drops the student's own choice. Safe to repeat."""
    read_locked(student, "reading_variant", "chosen_variant")
    if student.reading_variant == variant and not student.chosen_variant:
        return
    student.reading_variant, student.chosen_variant = variant, ""
    student.save(update_fields=["reading_variant", "chosen_variant"])
    AuditEvent.objects.record(
        AuditEvent.Action.ACCOMMODATION_CHANGED,
        actor=by,
        classroom=student.classroom,
        student=student,
        at=now,
        reading_level=variant,
    )


@transaction.atomic
def extend(
    assignment: Assignment,
    student: Student,
    *,
    due_at: datetime | None,
    closes_at: datetime | None,
    extra_attempts: int,
    reason: str,
    by: User,
    now: datetime,
) -> Extension:
    """Give one student later times or more attempts on one assignment, instead of an earlier extension.

    Writes nothing if the student already has this extension.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    values = {"due_at": due_at, "closes_at": closes_at, "extra_attempts": extra_attempts, "reason": reason}
    before = assignment.extensions.filter(student=student).first()
    return _give(assignment, student, values, before=before, by=by, now=now)


@transaction.atomic
def change_extension(
    assignment: Assignment, student: Student, *, seen: datetime | None, by: User, now: datetime, **values: Any
) -> None:
    """`extend`, unless another teacher has extended since the page was opened. Raises ExtensionChanged.

    seen: when the extension on the page was given, None for none. values: the times, attempts and reason of `extend`.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    before = assignment.extensions.filter(student=student).first()
    if before is not None and before.given_at != seen and not before.has(values):
        raise ExtensionChanged
    _give(assignment, student, values, before=before, by=by, now=now)


@transaction.atomic
def add_minutes(attempt: Attempt, *, more_time: timedelta, seen: datetime, by: User, now: datetime) -> datetime | None:
    """Move the end of an open attempt, and the student's due time and close where they come before the new end.

    seen: the end that the teacher saw. Returns the new end. None, and no change, if the attempt is submitted or has
    another end, or is paused: then no end is known.
    """
    lock_rows(
        assignments=[attempt.assignment_id], students=[attempt.student_id], attempts=[attempt.pk], with_starts=True
    )
    row = read_row(Attempt.objects.select_related("assignment", "student", "classroom"), attempt.pk)
    if not row.is_open or row.deadline_at != seen or row.assignment.paused_at is not None:
        return None
    ends_at = max(seen, now) + more_time
    if row.time_limit is not None:
        # From the start of the attempt, so that a later change of the settings does not remove the added time.
        row.time_limit = max(row.time_limit, ends_at - row.started_at - row.paused_for)
        row.save(update_fields=["time_limit"])
    extension = row.assignment.extensions.filter(student=row.student_id).first()
    window = personal_window(row.assignment, extension)
    is_due_later = window.due_at is not None and seen <= window.due_at < ends_at
    closes_later = window.closes_at is not None and window.closes_at < ends_at
    if is_due_later or closes_later:
        kept = extension or Extension()
        values = {
            "due_at": ends_at if is_due_later else kept.due_at,
            "closes_at": ends_at if closes_later else kept.closes_at,
            "extra_attempts": kept.extra_attempts,
            "reason": kept.reason or EXTRA_MINUTES,
        }
        _give(row.assignment, row.student, values, before=extension, by=by, now=now)
    else:
        move_deadlines([row], now=now)
        AuditEvent.objects.record(
            AuditEvent.Action.EXTENSION_GIVEN,
            actor=by,
            classroom=row.classroom,
            student=row.student,
            at=now,
            assignment=row.assignment.public_id,
            reason=EXTRA_MINUTES,
            ends_at=ends_at.isoformat(),
        )
    return ends_at


@transaction.atomic
def set_excused(
    assignment: Assignment, student: Student, *, is_excused: bool, reason: str, by: User, now: datetime
) -> None:
    """Excuse a student from an assignment, or undo that. Answers stay in both cases. Safe to repeat."""
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    if assignment.excuses.filter(student=student).exists() == is_excused:
        return
    if is_excused:
        Excuse.objects.update_or_create(
            assignment=assignment, student=student, defaults={"reason": reason, "given_by": by, "given_at": now}
        )
    else:
        Excuse.objects.filter(assignment=assignment, student=student).delete()
    action = AuditEvent.Action.EXCUSED if is_excused else AuditEvent.Action.EXCUSE_TAKEN_BACK
    AuditEvent.objects.record(
        action,
        actor=by,
        classroom=assignment.classroom,
        student=student,
        at=now,
        assignment=assignment.public_id,
        reason=reason,
    )


def _give(
    assignment: Assignment,
    student: Student,
    values: Mapping[str, Any],
    *,
    before: Extension | None,
    by: User,
    now: datetime,
) -> Extension:
    """Store an extension with these values. assignment, student: locked. before: the one that the student has."""
    if before is not None and before.has(values):
        return before
    extension, _ = Extension.objects.update_or_create(
        assignment=assignment, student=student, defaults={**values, "given_by": by, "given_at": now}
    )
    move_deadlines(_open_attempts(student=student, assignment=assignment), now=now)
    logged = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
    AuditEvent.objects.record(
        AuditEvent.Action.EXTENSION_GIVEN,
        actor=by,
        classroom=assignment.classroom,
        student=student,
        at=now,
        assignment=assignment.public_id,
        **logged,
    )
    return extension


def _extensions(assignment: Assignment) -> dict[int, Extension]:
    return {extension.student_id: extension for extension in assignment.extensions.all()}


def _open_attempts(**lookups: Any) -> Iterable[Attempt]:
    return Attempt.objects.open().filter(**lookups).select_related("assignment", "student")
