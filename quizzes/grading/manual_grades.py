"""Points that a teacher gives to one answer."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from quizzes.grading.scores import rescore
from quizzes.models import Attempt, AuditEvent, ManualGrade, Question, User


@transaction.atomic
def grade_answer(
    attempt: Attempt, question: Question, *, points: Decimal, comment: str, by: User, now: datetime
) -> ManualGrade:
    """Give one answer a grade, 0 to the question's points. It counts until a newer grade.

    A grade that equals the newest one is not added.
    """
    list(Attempt.objects.select_for_update().filter(pk=attempt.pk))
    newest = ManualGrade.objects.filter(attempt=attempt, question=question).order_by("made_at", "pk").last()
    if newest is not None and (newest.points, newest.comment) == (points, comment):
        return newest
    grade = ManualGrade.objects.create(
        attempt=attempt, question=question, points=points, comment=comment, made_by=by, made_at=now
    )
    rescore([attempt])
    AuditEvent.objects.record(
        AuditEvent.Action.ANSWER_GRADED,
        actor=by,
        classroom=attempt.classroom,
        student=attempt.student,
        at=now,
        attempt=attempt.public_id,
        question=question.key,
        points=str(points),
        comment=comment,
    )
    return grade
