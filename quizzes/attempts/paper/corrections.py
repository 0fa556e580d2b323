"""Correct paper answers that were entered for the wrong student: move them to another one, or take them away."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from quizzes.attempts.paper.answers import StoredPaperAnswers, stored_paper_answers
from quizzes.models import AnswerEvent, Assignment, Attempt, AuditEvent, Student, User
from quizzes.models.locks import lock_rows
from quizzes.people.erased_rows import allow_deleting_logs


class PaperAnswersChanged(Exception):
    """Someone else changed, moved or took away the answers after the page was opened."""


class CannotReceive(Exception):
    """The other student has answers on paper already, or no attempt left."""


def move_paper_answers(
    assignment: Assignment, student: Student, to: Student, *, seen: int, by: User, now: datetime
) -> Attempt:
    """Give the paper answers of a student to another one, with receipt, grades and log. The attempt is free again.

    seen: the version of the answers on the page. Raises PaperAnswersChanged and CannotReceive.
    """
    with transaction.atomic():
        _lock(assignment, student, to)
        stored, target = stored_paper_answers(assignment, [student, to])
        attempt = _current(stored, seen)
        if not _can_receive(target):
            raise CannotReceive
        # The log of answers belongs to the attempt, so it moves along.
        attempt.student, attempt.number = to, len(target.on_screen) + 1
        # No undo of a merge takes it from this student.
        attempt.made_as = None
        attempt.save(update_fields=["student", "number", "made_as"])
        _close_gap(assignment, student)
        for one, direction in ((student, "from"), (to, "to")):
            _record(AuditEvent.Action.PAPER_MOVED, assignment, attempt, one, by=by, now=now, direction=direction)
    return attempt


def delete_paper_answers(assignment: Assignment, student: Student, *, seen: int, by: User, now: datetime) -> None:
    """Delete the paper answers of a student with their log, and record it. The student can use the attempt again.

    seen: as in `move_paper_answers`. Raises PaperAnswersChanged.
    """
    with transaction.atomic():
        _lock(assignment, student)
        [stored] = stored_paper_answers(assignment, [student])
        attempt = _current(stored, seen)
        detail = {
            "form": stored.letter or "",
            "answers": len(stored.values),
            "score": str(attempt.score),
            "max_score": attempt.max_score,
        }
        _record(AuditEvent.Action.PAPER_DELETED, assignment, attempt, student, by=by, now=now, **detail)
        with allow_deleting_logs():
            AnswerEvent.objects.filter(attempt=attempt).delete()
            Attempt.objects.filter(pk=attempt.pk).delete()
        _close_gap(assignment, student)


def receivers(rows: Iterable[StoredPaperAnswers], giver: Student) -> list[Student]:
    """The students of these rows who may get the paper answers of the giver."""
    return [row.student for row in rows if row.student != giver and _can_receive(row)]


def _can_receive(stored: StoredPaperAnswers) -> bool:
    return stored.attempt is None and stored.may_type


def _lock(assignment: Assignment, *students: Student) -> None:
    """Wait for others who enter answers of this assignment, and for starts of these students."""
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)


def _current(stored: StoredPaperAnswers, seen: int) -> Attempt:
    if stored.attempt is None or stored.version != seen:
        raise PaperAnswersChanged
    return stored.attempt


def _close_gap(assignment: Assignment, student: Student) -> None:
    """Number the student's other attempts from 1 again: a new attempt gets their count plus 1."""
    attempts = assignment.attempts.made_by(student.pk).order_by("number")
    for number, attempt in enumerate(attempts, start=1):
        if attempt.number != number:
            attempt.number = number
            attempt.save(update_fields=["number"])


def _record(
    action: AuditEvent.Action,
    assignment: Assignment,
    attempt: Attempt,
    student: Student,
    *,
    by: User,
    now: datetime,
    **detail: Any,
) -> None:
    AuditEvent.objects.record(
        action,
        actor=by,
        classroom=assignment.classroom,
        student=student,
        at=now,
        assignment=assignment.public_id,
        attempt=attempt.public_id,
        receipt=attempt.receipt,
        **detail,
    )
