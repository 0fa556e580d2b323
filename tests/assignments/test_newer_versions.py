"""A newer version goes to the students who have not started."""

import uuid
from datetime import datetime, timedelta

import pytest

from quizzes.assignments.newer_versions import split_by_edition
from quizzes.assignments.student_settings import window_of
from quizzes.attempts.attempt_content import content_of
from quizzes.models import Classroom, Excuse, Extension, User
from tests.factories import NOW, make_answered_attempt, make_assignment, make_document, make_edition, make_student

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_split_gives_each_student_one_edition(classroom: Classroom, teacher: User, now: datetime) -> None:
    first = make_edition()
    newer = make_edition(question_set=first.question_set, document=make_document(title="Small set, corrected"))
    given = make_assignment(
        edition=first,
        classroom=classroom,
        assigned_by=teacher,
        own_title="T" * 100,
        due_at=NOW + DAY,
        closes_at=NOW + 2 * DAY,
        time_limit=30 * MINUTE,
        max_attempts=2,
    )
    started, waiting, excused = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy"))
    make_student(classroom=classroom, name="Gone", removed_at=now)
    attempt = make_answered_attempt(assignment=given, student=started)
    Excuse.objects.create(assignment=given, student=excused, reason="Away", given_by=teacher, given_at=now)
    for student in (started, waiting):
        Extension.objects.create(
            assignment=given, student=student, closes_at=NOW + 3 * DAY, given_by=teacher, given_at=now
        )
    group = uuid.uuid4()

    for _ in range(2):
        made = split_by_edition(given, newer, group=group, by=teacher, now=now)

    assert classroom.assignments.count() == 2
    assert (made.edition, made.title, made.max_attempts, made.time_limit) == (
        *(newer, "T" * 89 + ", version 2"),
        *(2, 30 * MINUTE),
    )
    assert window_of(made) == window_of(given)
    assert set(Excuse.objects.values_list("assignment", "student", "reason")) == {
        (given.pk, waiting.pk, "Has version 2 of this quiz."),
        (made.pk, started.pk, "Has version 1 of this quiz."),
        (given.pk, excused.pk, "Away"),
        (made.pk, excused.pk, "Excused from this quiz."),
    }
    assert [extension.student for extension in made.extensions.all()] == [waiting]
    assert given.extensions.count() == 2
    attempt.refresh_from_db()
    assert (attempt.assignment, content_of(attempt).published.document.title) == (given, "Small set")
