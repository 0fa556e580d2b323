"""Excuses: quizzes that do not count for a student."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction

from quizzes.models import Assignment, AuditEvent, Excuse, Student, User
from quizzes.models.locks import lock_rows
from quizzes.models.reasons import ReasonValues, reason_detail


def excuse(assignment: Assignment, student: Student, *, by: User, now: datetime, **why: Unpack[ReasonValues]) -> bool:
    """Excuse a student from an assignment; returns whether it changed. Answers stay."""
    return bool(excuse_students(assignment, [student], by=by, now=now, **why))


def undo_excuse(
    assignment: Assignment,
    student: Student,
    *,
    given_at: datetime | None = None,
    by: User,
    now: datetime,
    **why: Unpack[ReasonValues],
) -> bool:
    """Let an assignment count for an excused student again; returns whether it changed. given_at: of `undo_excuses`."""
    return bool(undo_excuses(assignment, [student], given_at=given_at, by=by, now=now, **why))


@transaction.atomic
def excuse_students(
    assignment: Assignment, students: Sequence[Student], *, by: User, now: datetime, **why: Unpack[ReasonValues]
) -> list[Student]:
    """Excuse several students; returns those who were not excused before."""
    _lock(assignment, students)
    excused = set(assignment.excuses.order_by().values_list("student", flat=True))
    new = [student for student in students if student.pk not in excused]
    Excuse.objects.give(
        [Excuse(assignment=assignment, student=one, given_by=by, given_at=now, **why) for one in new],
        by=by,
        now=now,
    )
    return new


@transaction.atomic
def undo_excuses(
    assignment: Assignment,
    students: Sequence[Student],
    *,
    given_at: datetime | None = None,
    by: User,
    now: datetime,
    **why: Unpack[ReasonValues],
) -> list[Student]:
    """Let an assignment count for several students again; returns those who were excused.

    given_at: of the excuses to undo, so that a later one stays; None for all.
    """
    _lock(assignment, students)
    given = assignment.excuses.all() if given_at is None else assignment.excuses.filter(given_at=given_at)
    excused = set(given.order_by().values_list("student", flat=True))
    undone = [student for student in students if student.pk in excused]
    assignment.excuses.filter(student__in=undone).delete()
    detail = {"assignment": assignment.public_id, **reason_detail(**why)}
    rows = [(assignment.classroom_id, student, detail) for student in undone]
    AuditEvent.objects.record_each(AuditEvent.Action.EXCUSE_TAKEN_BACK, rows, actor=by, at=now)
    return undone


def _lock(assignment: Assignment, students: Sequence[Student]) -> None:
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)
