"""Paper answers entered at the same time by two teachers, by a repeated form, and as a student starts."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from quizzes.attempts.lifecycle import NoAttemptsLeft, start_attempt
from quizzes.attempts.paper.answers import PaperAnswers, save_paper_answers
from quizzes.models import AnswerEvent, Assignment, Attempt, AuditEvent, Student, User
from tests.attempts.paper.test_answers import values_of
from tests.factories import make_student
from tests.integration.test_at_once import at_once
from tests.integrity import broken

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_page_sent_many_times_at_once_is_stored_once(assignment: Assignment, teacher: User, now: datetime) -> None:
    sheets = [
        PaperAnswers(make_student(classroom=assignment.classroom), "A", values_of(assignment), 0) for _ in range(3)
    ]

    outcomes = at_once([lambda: save_paper_answers(assignment, sheets, operation="page", by=teacher, now=now)] * 8)

    assert Counter(map(tuple, outcomes)) == {("saved",) * 3: 1, ("unchanged",) * 3: 7}
    assert (Attempt.objects.count(), AnswerEvent.objects.count()) == (3, 12)
    assert AuditEvent.objects.filter(action=AuditEvent.Action.PAPER_TYPED).count() == 3
    assert broken() == []


def test_two_teachers_at_once_never_overwrite_one_another(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    def typing(choice: str) -> Callable[[], list[str]]:
        sheet = PaperAnswers(student, "A", values_of(assignment, one=choice), 0)
        return lambda: [*save_paper_answers(assignment, [sheet], operation=f"page {choice}", by=teacher, now=now)]

    outcomes = at_once([typing(choice) for choice in "abc"])

    assert Counter(outcome for [outcome] in outcomes) == {"saved": 1, "changed": 2}
    assert AnswerEvent.objects.count() == 4
    assert broken() == []


def test_paper_answers_entered_as_the_student_starts_use_no_second_attempt(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    """One attempt is allowed: on paper or on screen."""
    sheet = PaperAnswers(student, "A", values_of(assignment), 0)

    def begin() -> str:
        try:
            return start_attempt(student, assignment, now=now).medium
        except NoAttemptsLeft as error:
            return type(error).__name__

    def type_in() -> str:
        return save_paper_answers(assignment, [sheet], operation="page", by=teacher, now=now)[0]

    begun, typed = at_once([begin, type_in])

    assert Attempt.objects.count() == 1
    assert (begun, typed) in {("screen", "no_attempt_left"), ("NoAttemptsLeft", "saved"), ("paper", "saved")}
    assert broken() == []
