"""Stored scores: updated while the site runs."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from quizzes.grading import manual_grades, scores
from quizzes.grading.queue import queued_counts
from quizzes.grading.regrades import preview
from quizzes.models import Assignment, Attempt, Classroom, User
from quizzes.reports.answer_table import answer_rows
from tests.factories import make_answered_attempt, make_assignment, make_attempt, make_regrade, make_student

pytestmark = pytest.mark.django_db


def test_all_scores_are_computed_again_batch_by_batch(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    quiz = make_assignment(created_at=now)
    for number in range(5):
        student = make_student(classroom=quiz.classroom, name=f"Student {number}", created_at=now)
        if number < 4:
            make_answered_attempt(assignment=quiz, student=student, started_at=now)
        else:
            make_attempt(assignment=quiz, student=student, started_at=now)
    right = list(Attempt.objects.order_by("pk").values_list("pk", "score", "max_score", "ungraded_count"))
    first, second, *_ = [row[0] for row in right]
    Attempt.objects.filter(pk=first).update(score=Decimal("0.25"))
    Attempt.objects.filter(pk=second).update(ungraded_count=7)
    monkeypatch.setattr(scores, "BATCH", 2)

    assert scores.rescore_all() == 1
    assert list(Attempt.objects.order_by("pk").values_list("pk", "score", "max_score", "ungraded_count")) == right
    assert scores.rescore_all() == 0


def test_scores_of_many_attempts_are_computed_without_too_many_ids_in_a_query(
    monkeypatch: pytest.MonkeyPatch, queries: Callable[[], Any]
) -> None:
    quiz = make_assignment()
    attempts = [
        make_answered_attempt(assignment=quiz, student=make_student(classroom=quiz.classroom)) for _ in range(3)
    ]
    right = [attempt.score for attempt in attempts]
    Attempt.objects.update(score=Decimal("0.25"))
    monkeypatch.setattr(scores, "MAX_IDS", 2)

    with queries() as seen:
        assert len(scores.rescore(Attempt.objects.select_related("assignment"))) == 3

    assert list(Attempt.objects.order_by("pk").values_list("score", flat=True)) == right
    assert sum('FROM "quizzes_answer"' in query for query in seen) == 2


def test_pages_about_many_attempts_send_no_list_of_their_ids(
    teacher: User, classroom: Classroom, queries: Callable[[], Any]
) -> None:
    quiz = make_assignment(classroom=classroom, assigned_by=teacher)
    question = quiz.edition.questions.get(key="who")
    for _ in range(2):
        make_answered_attempt(assignment=quiz, student=make_student(classroom=classroom))

    with queries() as seen:
        assert len(answer_rows(classroom)) == 2 * quiz.edition.questions.count()
        assert preview([quiz], question, policy="drop", document=None).attempt_count == 2
        assert queued_counts([quiz]) == {}

    of_attempts = [query for query in seen if '"attempt_id" IN (' in query]
    assert of_attempts != []
    assert [query for query in of_attempts if '"attempt_id" IN (SELECT ' not in query] == []


def test_adjustments_of_an_answer_are_those_of_its_attempt(
    assignment: Assignment, teacher: User, now: datetime
) -> None:
    attempt, other = (make_answered_attempt(assignment=assignment, started_at=now) for _ in range(2))
    questions = list(assignment.edition.questions.order_by("position"))
    for number, undone_at in ((1, None), (1, None), (2, now), (3, None)):
        make_regrade(assignment=assignment, number=number, undone_at=undone_at, made_at=now)
    make_regrade(assignment=make_assignment(edition=assignment.edition), number=4)
    for question, points in ((questions[0], 0), (questions[0], 1), (questions[1], 2)):
        manual_grades.grade_answer(attempt, question, points=Decimal(points), comment="", by=teacher, now=now)
    manual_grades.grade_answer(other, questions[3], points=Decimal(1), comment="", by=teacher, now=now)
    whole = scores.adjustments([attempt])[attempt.pk]
    assert [len(whole.regrades.get(question.key, ())) for question in questions] == [2, 0, 1, 0]
    assert set(whole.grades) == {questions[0].key, questions[1].key}
    for question in questions:
        one = scores.adjustments_of_answer(attempt.pk, question.pk, edition_id=assignment.edition_id, key=question.key)
        assert one.regrades[question.key] == whole.regrades.get(question.key, [])
        assert one.grades.get(question.key) == whole.grades.get(question.key)
