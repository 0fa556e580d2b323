"""Accommodations, extensions and excuses, and the deadlines that move with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from quizzes.assignments.deadlines import Window, deadline, granted_time, needed_close
from quizzes.assignments.student_settings import student_settings, time_factors
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Classroom, Excuse, Extension, Student, User


@dataclass(frozen=True, slots=True)
class ExtendedTime:
    """What an accommodated student gets on an assignment. time_factor, time_limit None: no timer.

    starts_at: when the attempt began, else the earliest moment at which it can. ends_at: of who begins then, None for
    no end. needed_close_at: the close that would leave all of the granted time; None where it fits.
    """

    student: Student
    time_factor: Decimal | None
    time_limit: timedelta | None
    starts_at: datetime
    ends_at: datetime | None
    closes_at: datetime | None
    needed_close_at: datetime | None


def accommodations_of(classroom: Classroom) -> dict[int, Accommodation]:
    """What students of a classroom always get, by student id; one statement."""
    given = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    return {accommodation.student_id: accommodation for accommodation in given}


def extended_times(
    classroom: Classroom,
    window: Window,
    time_limit: timedelta | None,
    *,
    now: datetime,
    assignment: Assignment | None = None,
) -> list[ExtendedTime]:
    """What each accommodated student of a classroom would get in this window, by name; [] where there is no limit.

    assignment: what is changed, with the extensions and attempts that it has; who has handed in is left out. One
    statement, three for a change.
    """
    if time_limit is None:
        return []
    extensions = _extensions(assignment) if assignment is not None else {}
    attempts = assignment.attempts.order_by("number") if assignment is not None else ()
    begun = {attempt.student_id: attempt for attempt in attempts}
    found = []
    given = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    for accommodation in given.select_related("student").order_by("student__display_name", "student"):
        student = accommodation.student
        attempt = begun.get(student.pk)
        if attempt is not None and not attempt.is_open:
            continue
        granted = granted_time(time_limit, time_factor=accommodation.time_factor)
        starts_at = attempt.started_at if attempt is not None else max(window.opens_at or now, now)
        extension = extensions.get(student.pk)
        closes_at = extension.closes_at if extension is not None and extension.closes_at else window.closes_at
        found.append(
            ExtendedTime(
                student,
                accommodation.time_factor,
                granted,
                starts_at,
                deadline(started_at=starts_at, time_limit=granted, closes_at=closes_at),
                closes_at,
                needed_close(starts_at=starts_at, granted=granted, closes_at=closes_at),
            )
        )
    return found


@transaction.atomic
def extend_to_fit(assignment: Assignment, times: Iterable[ExtendedTime], *, by: User, now: datetime) -> None:
    """Extend for these students until their granted time fits; what else an extension of theirs says stays."""
    extensions = _extensions(assignment)
    for own in times:
        there = extensions.get(own.student.pk)
        extend(
            assignment,
            own.student,
            due_at=there.due_at if there is not None else None,
            closes_at=own.needed_close_at,
            extra_attempts=there.extra_attempts if there is not None else 0,
            reason=there.reason if there is not None and there.reason else "The granted time did not fit.",
            by=by,
            now=now,
        )


def move_deadlines(attempts: Iterable[Attempt]) -> int:
    """Give open attempts the deadline that follows from today's settings, never less time than they began with.

    Returns how many moved. Five statements an assignment.
    """
    moved: list[Attempt] = []
    for attempt in attempts:
        settings = student_settings(attempt.assignment, attempt.student)
        limits = (settings.time_limit, attempt.time_limit)
        limit = None if None in limits else max(limit for limit in limits if limit is not None)
        ends = deadline(started_at=attempt.started_at, time_limit=limit, closes_at=settings.window.closes_at)
        if (limit, ends) != (attempt.time_limit, attempt.deadline_at):
            attempt.time_limit, attempt.deadline_at = limit, ends
            moved.append(attempt)
    Attempt.objects.bulk_update(moved, ["time_limit", "deadline_at"])
    return len(moved)


@transaction.atomic
def set_accommodation(student: Student, *, time_factor: Decimal | None, by: User, now: datetime) -> None:
    """Give a student more time in every assignment; None: no timer; 1 takes the accommodation away.

    An attempt that is running gets its new end at once.
    """
    list(Student.objects.select_for_update().filter(pk=student.pk).values_list("pk"))
    if time_factors([student.pk]).get(student.pk, Decimal(1)) == time_factor:
        return
    if time_factor == 1:
        Accommodation.objects.filter(student=student).delete()
    else:
        Accommodation.objects.update_or_create(
            student=student, defaults={"time_factor": time_factor, "changed_at": now}
        )
    move_deadlines(_open_attempts(student=student))
    AuditEvent.objects.record(
        AuditEvent.Action.ACCOMMODATION_CHANGED,
        actor=by,
        classroom=student.classroom,
        student=student,
        at=now,
        time_factor=None if time_factor is None else str(time_factor),
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
    """Give one student another end or more attempts on one assignment; a second one replaces the first.

    Where what is given is what the student has, nothing is written.
    """
    list(Student.objects.select_for_update().filter(pk=student.pk).values_list("pk"))
    there = assignment.extensions.filter(student=student).first()
    given = (due_at, closes_at, extra_attempts, reason)
    if there is not None and (there.due_at, there.closes_at, there.extra_attempts, there.reason) == given:
        return there
    extension, _ = Extension.objects.update_or_create(
        assignment=assignment,
        student=student,
        defaults={
            "due_at": due_at,
            "closes_at": closes_at,
            "extra_attempts": extra_attempts,
            "reason": reason,
            "given_by": by,
            "given_at": now,
        },
    )
    move_deadlines(_open_attempts(student=student, assignment=assignment))
    AuditEvent.objects.record(
        AuditEvent.Action.EXTENSION_GIVEN,
        actor=by,
        classroom=assignment.classroom,
        student=student,
        at=now,
        assignment=assignment.public_id,
        reason=reason,
        due_at=due_at and due_at.isoformat(),
        closes_at=closes_at and closes_at.isoformat(),
        extra_attempts=extra_attempts,
    )
    return extension


@transaction.atomic
def set_excused(
    assignment: Assignment, student: Student, *, is_excused: bool, reason: str, by: User, now: datetime
) -> None:
    """Excuse a student from an assignment, or take that back; answers are kept either way. Twice changes nothing."""
    list(Student.objects.select_for_update().filter(pk=student.pk).values_list("pk"))
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


def _extensions(assignment: Assignment) -> dict[int, Extension]:
    return {extension.student_id: extension for extension in assignment.extensions.all()}


def _open_attempts(**of: Any) -> Iterable[Attempt]:
    return Attempt.objects.open().filter(**of).select_related("assignment", "student")
