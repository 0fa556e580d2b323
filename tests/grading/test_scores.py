"""Stored scores: updated while the site runs."""

from datetime import datetime
from decimal import Decimal

import pytest

from quizzes.grading import scores
from quizzes.models import Attempt
from tests.factories import make_answered_attempt, make_assignment, make_attempt, make_student

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
