"""Whom wrong PINs lock out, as their teachers see it, and “Let in now”."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from quizzes.models import AuditEvent, Classroom, FailedTry, Student, User
from quizzes.models.locks import read_locked
from quizzes.people import guess_limits
from quizzes.people.guess_limits import LET_IN_DURATION, PIN_SPAN, Failure
from quizzes.people.student_sign_in import FAILURE_COLUMNS, let_in_since

# A button that a teacher presses twice lets a student in once. Whoever wants 10 minutes again waits.
REPEATED = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class GuessedStudent:
    """A student for whom a device or new devices typed PIN_TRIES wrong PINs or more, or whose address had too many.

    is_locked: whether such a device must wait or needs the teacher now. let_in_until: while “Let in now” works.
    needs_teacher: locked, and no teacher let the student in after the last wrong PIN.
    """

    student: Student
    is_locked: bool
    let_in_until: datetime | None
    needs_teacher: bool


@dataclass(frozen=True, slots=True)
class SignInTrouble:
    """Where wrong PINs keep someone out. attacked: ids of classes where new devices need the teacher."""

    students: list[GuessedStudent]
    attacked: frozenset[int]


@transaction.atomic
def let_in(student: Student, *, by: User, now: datetime) -> datetime:
    """Let a student sign in on a new device for LET_IN_DURATION. Returns when that began. Safe to repeat.

    After another wrong PIN it is no repeat. Raises RowDeleted.
    """
    read_locked(student, "let_in_at")
    last = student.let_in_at
    if last and last > now - REPEATED and not FailedTry.objects.filter(student=student, at__gt=last).exists():
        return last
    student.let_in_at = now
    student.save(update_fields=["let_in_at"])
    AuditEvent.objects.record(AuditEvent.Action.LET_IN, actor=by, classroom=student.classroom, student=student, at=now)
    return now


def sign_in_trouble(classrooms: list[Classroom], *, now: datetime) -> SignInTrouble:
    """The students and devices that wrong PINs lock out of these classrooms, students by name. Two queries."""
    by_classroom: defaultdict[int, list[Failure]] = defaultdict(list)
    # When each student last met the limit of an address.
    refused: dict[int, datetime] = {}
    rows = FailedTry.objects.filter(student__classroom__in=classrooms, at__gt=now - PIN_SPAN).order_by("at")
    for kind, classroom_id, *columns in rows.values_list("kind", "student__classroom", *FAILURE_COLUMNS):
        failure = Failure(*columns)
        if kind == FailedTry.Kind.ADDRESS and failure.student_id is not None:
            refused[failure.student_id] = failure.at
        else:
            by_classroom[classroom_id].append(failure)
    tried = {one.student_id for failures in by_classroom.values() for one in failures}
    students = Student.objects.enrolled().filter(pk__in={*tried, *refused}).select_related("classroom")
    found = (_guessed(one, by_classroom.get(one.classroom_id, []), refused.get(one.pk), now) for one in students)
    attacked = (pk for pk, failures in by_classroom.items() if guess_limits.is_class_locked(failures))
    return SignInTrouble([one for one in found if one is not None], frozenset(attacked))


def _guessed(
    student: Student, failures: list[Failure], refused_at: datetime | None, now: datetime
) -> GuessedStudent | None:
    let_in_at, open_since = student.let_in_at, let_in_since(student, now)
    if refused_at is not None and let_in_at is not None and let_in_at > refused_at and open_since is None:
        # The teacher let the student in after it, and that is over.
        refused_at = None
    if guess_limits.most_failures(failures, student.pk) < guess_limits.PIN_TRIES and refused_at is None:
        return None
    is_locked = refused_at is not None or guess_limits.is_locked(failures, student.pk, now)
    moments = [one.at for one in failures if one.student_id == student.pk]
    last = max(moments if refused_at is None else [*moments, refused_at])
    return GuessedStudent(
        student,
        is_locked,
        open_since + LET_IN_DURATION if open_since is not None else None,
        needs_teacher=is_locked and (let_in_at is None or let_in_at < last),
    )
