"""Accommodations, extensions and excuses, and the deadlines that they change."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Unpack

from django.db import transaction
from django.db.models import Q

from quizzes.assignments.deadlines import deadline
from quizzes.assignments.extended_times import ExtendedTime
from quizzes.assignments.student_settings import extensions_of, personal_window, student_settings, time_factor_of
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Classroom, Excuse, Extension, Student, User
from quizzes.models.assignments import ExtensionValues
from quizzes.models.locks import lock_rows, read_locked, read_row
from quizzes.models.reasons import EXTRA_MINUTES, FITS_EXTRA_TIME


class ExtensionChanged(Exception):
    """The student got another extension after the page was opened."""


def accommodations_of(classroom: Classroom) -> dict[int, Accommodation]:
    """The accommodations in a classroom, by student id. One query."""
    accommodations = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    return {accommodation.student_id: accommodation for accommodation in accommodations}


def lock_quizzes_of(students: Sequence[Student]) -> None:
    """Lock all quizzes of these students: those of their classes, and those that they have open."""
    started = Attempt.objects.open().filter(student__in=students).order_by().values("assignment")
    of_class = Q(classroom__in={student.classroom_id for student in students})
    quizzes = Assignment.objects.filter(of_class | Q(pk__in=started)).order_by()
    keys = [student.pk for student in students]
    lock_rows(assignments=quizzes.values_list("pk", flat=True), students=keys, with_starts=True)


@transaction.atomic
def extend_to_fit(assignment: Assignment, times: Sequence[ExtendedTime], *, by: User, now: datetime) -> None:
    """Extend the close for these students so that their granted time fits. A due time at the close moves along.

    The rest of an extension stays.
    """
    if not times:
        return
    lock_rows(assignments=[assignment.pk], students=[time.student.pk for time in times], with_starts=True)
    extensions = extensions_of(assignment)
    for time in times:
        before = extensions.get(time.student.pk)
        values = extended(before, due_at=time.needed_due_at, closes_at=time.needed_close_at, reason=FITS_EXTRA_TIME)
        _give(assignment, time.student, values, before=before, by=by, now=now)


def extended(
    extension: Extension | None, *, due_at: datetime | None, closes_at: datetime | None, reason: str
) -> ExtensionValues:
    """What an extension gives with these times. Other times (None), attempts and a reason of its own stay."""
    kept = extension or Extension()
    return {
        "due_at": due_at or kept.due_at,
        "closes_at": closes_at or kept.closes_at,
        "extra_attempts": kept.extra_attempts,
        "reason": kept.reason or reason,
    }


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
    if time_factor_of(student) == time_factor:
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
    by: User,
    now: datetime,
    **values: Unpack[ExtensionValues],
) -> Extension:
    """Give one student later times or more attempts on one assignment, instead of an earlier extension.

    Writes nothing if the student already has this extension.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    before = assignment.extensions.filter(student=student).first()
    return _give(assignment, student, values, before=before, by=by, now=now)


@transaction.atomic
def change_extension(
    assignment: Assignment,
    student: Student,
    *,
    seen: datetime | None,
    by: User,
    now: datetime,
    **values: Unpack[ExtensionValues],
) -> None:
    """`extend`, unless another teacher has extended since the page was opened. Raises ExtensionChanged.

    seen: when the extension on the page was given, None for none.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    before = assignment.extensions.filter(student=student).first()
    if before is not None and before.given_at != seen and not before.has(values):
        raise ExtensionChanged
    _give(assignment, student, values, before=before, by=by, now=now)


@transaction.atomic
def extend_students(
    assignment: Assignment, students: Sequence[Student], *, by: User, now: datetime, **values: Unpack[ExtensionValues]
) -> None:
    """Give several students later times or more attempts. Whoever has later or more keeps it. Safe to repeat."""
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)
    extensions = extensions_of(assignment)
    for student in students:
        before = extensions.get(student.pk)
        _give(assignment, student, _at_least(before, values), before=before, by=by, now=now)


def _at_least(extension: Extension | None, values: ExtensionValues) -> ExtensionValues:
    """What an extension gives with these values, and never less than before. If it gives no more, its reason stays."""
    kept = extension or Extension()
    more: ExtensionValues = {
        "due_at": max(filter(None, (kept.due_at, values["due_at"])), default=None),
        "closes_at": max(filter(None, (kept.closes_at, values["closes_at"])), default=None),
        "extra_attempts": max(kept.extra_attempts, values["extra_attempts"]),
        "reason": kept.reason,
    }
    return more if kept.has(more) else {**more, "reason": values["reason"]}


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
        values = extended(
            extension,
            due_at=ends_at if is_due_later else None,
            closes_at=ends_at if closes_later else None,
            reason=EXTRA_MINUTES,
        )
        _give(row.assignment, row.student, values, before=extension, by=by, now=now)
    else:
        move_deadlines([row], now=now)
        detail = {"reason": EXTRA_MINUTES, "ends_at": ends_at.isoformat()}
        _record(AuditEvent.Action.EXTENSION_GIVEN, row.assignment, row.student, by=by, now=now, **detail)
    return ends_at


@transaction.atomic
def excuse(assignment: Assignment, student: Student, *, reason: str, by: User, now: datetime) -> bool:
    """Excuse a student from an assignment; returns whether it changed. Answers stay."""
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    if assignment.excuses.filter(student=student).exists():
        return False
    Excuse.objects.create(assignment=assignment, student=student, reason=reason, given_by=by, given_at=now)
    _record(AuditEvent.Action.EXCUSED, assignment, student, by=by, now=now, reason=reason)
    return True


@transaction.atomic
def undo_excuse(assignment: Assignment, student: Student, *, reason: str, by: User, now: datetime) -> bool:
    """Let an assignment count for an excused student again; returns whether it changed."""
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    deleted, _ = assignment.excuses.filter(student=student).delete()
    if deleted:
        _record(AuditEvent.Action.EXCUSE_TAKEN_BACK, assignment, student, by=by, now=now, reason=reason)
    return deleted > 0


@transaction.atomic
def excuse_students(
    assignment: Assignment, students: Sequence[Student], *, reason: str, by: User, now: datetime
) -> list[Student]:
    """Excuse several students; returns those who were not excused before."""
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)
    return [student for student in students if excuse(assignment, student, reason=reason, by=by, now=now)]


@transaction.atomic
def undo_excuses(
    assignment: Assignment, students: Sequence[Student], *, reason: str, by: User, now: datetime
) -> list[Student]:
    """Let an assignment count for several students again; returns those who were excused."""
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)
    return [student for student in students if undo_excuse(assignment, student, reason=reason, by=by, now=now)]


def _give(
    assignment: Assignment,
    student: Student,
    values: ExtensionValues,
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
    _record(AuditEvent.Action.EXTENSION_GIVEN, assignment, student, by=by, now=now, **logged)
    return extension


def _record(action: str, assignment: Assignment, student: Student, *, by: User, now: datetime, **detail: Any) -> None:
    AuditEvent.objects.record(
        action,
        actor=by,
        classroom=assignment.classroom,
        student=student,
        at=now,
        assignment=assignment.public_id,
        **detail,
    )


def _open_attempts(**lookups: Any) -> Iterable[Attempt]:
    return Attempt.objects.open().filter(**lookups).select_related("assignment", "student")
