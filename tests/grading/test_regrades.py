"""Regrades in the order in which they were made, whatever the clock says."""

import uuid
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import published
from quizzes.grading import manual_grades, regrades
from quizzes.grading.points import Adjustments, AppliedRegrade, Earned, earned
from quizzes.models import Attempt, Question
from tests.factories import NOW, make_attempt, make_user, regrade_document, right_value

# A clock that was fast is set back by a time server, or another machine answers.
EARLIER = NOW - timedelta(seconds=30)


def submitted() -> tuple[Attempt, Question]:
    """An attempt with no answers that is turned in, and its first question."""
    attempt = submit_attempt(make_attempt(started_at=NOW - timedelta(hours=1)), now=NOW - timedelta(minutes=50))
    question = Question.objects.get(pk=published(attempt.assignment.edition_id).question_ids["one"])
    return attempt, question


@pytest.mark.django_db
def test_newer_regrade_counts_after_the_clock_was_set_back() -> None:
    attempt, question = submitted()
    teacher = make_user()
    scores = []
    new_key = regrade_document(question.edition_id, question.key, "new_key", "c")
    for policy, document, now in (("new_key", new_key, NOW), ("full_credit", None, EARLIER)):
        chosen = {"policy": policy, "document": document}
        preview = regrades.preview([attempt.assignment], question, **chosen)
        regrades.apply(
            [attempt.assignment],
            question,
            **chosen,
            reason="It was unclear.",
            stamp=preview.stamp,
            group=uuid.uuid4(),
            by=teacher,
            now=now,
        )
        attempt.refresh_from_db()
        # What the preview showed.
        assert attempt.score is not None
        assert attempt.max_score is not None
        assert Fraction(attempt.score) / attempt.max_score == preview.mean_after
        scores.append(attempt.score)

    assert scores == [Decimal(0), Decimal(1)]


@pytest.mark.django_db
def test_newer_grade_counts_after_the_clock_was_set_back() -> None:
    attempt, question = submitted()
    teacher = make_user()
    for points, now in ((Decimal(0), NOW), (Decimal(1), EARLIER)):
        manual_grades.grade_answer(attempt, question, points=points, comment="", by=teacher, now=now)

    attempt.refresh_from_db()
    assert attempt.score == Decimal(1)


@pytest.mark.django_db
def test_only_a_drop_overrides_a_grade() -> None:
    attempt, _ = submitted()
    question = published(attempt.assignment.edition_id).document.questions[0]
    graded = {question.key: Decimal("0.5")}
    for policy, points, possible in (("full_credit", Fraction(1, 2), 1), ("drop", Fraction(0), 0)):
        adjustments = Adjustments({question.key: [AppliedRegrade(policy)]}, graded)
        assert earned(question, right_value(question), adjustments) == Earned(points, possible)
