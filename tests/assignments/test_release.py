from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.assignments.deadlines import GRACE, Window
from quizzes.assignments.release import answers_shown, answers_shown_at
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Attempt, Classroom, Edition, Extension, Student, User
from quizzes.reports.student_assignments import student_assignment
from tests.assignments.test_lifecycle import change
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt, make_edition, save

pytestmark = pytest.mark.django_db
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def shown(attempt: Attempt, *, now: datetime) -> bool:
    return answers_shown(attempt.assignment, attempt, shown_at=answers_shown_at(attempt.assignment), now=now)


@pytest.mark.parametrize(
    ("release", "while_open", "once_submitted", "once_closed"),
    [
        # "At once" shows each question after its check, and the whole attempt after submitting.
        ("at_once", False, True, True),
        ("after_hand_in", False, True, True),
        ("after_close", False, False, True),
        ("never", False, False, False),
    ],
)
def test_answers_show_by_the_release(
    edition: Edition, student: Student, release: str, while_open: bool, once_submitted: bool, once_closed: bool
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, closes_at=NOW + DAY, release=release)
    attempt = make_attempt(assignment=assignment, student=student)

    assert shown(attempt, now=NOW) is while_open
    assert shown(attempt, now=NOW + 2 * DAY) is False
    submit_attempt(attempt, now=NOW + MINUTE)
    assert shown(attempt, now=NOW + 2 * MINUTE) is once_submitted
    assert shown(attempt, now=NOW + 2 * DAY) is once_closed


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-SECOND, False), (timedelta(0), False), (GRACE, False), (GRACE + SECOND, True)],
)
def test_answers_after_the_close_wait_for_the_last_classroom_and_its_grace(
    edition: Edition, student: Student, other_classroom: Classroom, teacher: User, after: timedelta, expected: bool
) -> None:
    first = make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, closes_at=NOW + DAY, release="after_close"
    )
    # Given with another form, of another edition of the set, and with another release.
    newer = make_edition(question_set=edition.question_set, document=edition.document | {"title": "Corrected"})
    make_assignment(edition=newer, classroom=other_classroom, assigned_by=teacher, closes_at=NOW + 2 * DAY)
    # Another teacher's assignment of the same set does not count.
    make_assignment(edition=edition, closes_at=NOW + 9 * DAY, release="after_close")
    attempt = make_answered_attempt(assignment=first, student=student)

    assert answers_shown_at(first) == NOW + 2 * DAY
    assert shown(attempt, now=NOW + 2 * DAY + after) is expected
    # The student's list, which uses one query for all assignments, has the same moment.
    given = student_assignment(student, first.public_id, now=NOW + 2 * DAY + after)
    assert given is not None
    assert (given.shown_at, given.is_shown) == (NOW + 2 * DAY, expected)


def test_answers_after_the_close_wait_for_a_students_extension(
    edition: Edition, student: Student, classmate: Student, teacher: User
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, closes_at=NOW + DAY, release="after_close"
    )
    attempt = make_answered_attempt(assignment=assignment, student=student)
    Extension.objects.create(
        assignment=assignment, student=classmate, closes_at=NOW + 3 * DAY, given_by=teacher, given_at=NOW
    )

    assert shown(attempt, now=NOW + 2 * DAY) is False
    assert shown(attempt, now=NOW + 3 * DAY + MINUTE + SECOND) is True


def test_answers_after_the_close_wait_for_a_classroom_that_never_closes(
    edition: Edition, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    """One classroom can lose its close. Its students have the same questions, so the answers stay hidden."""
    first, other = (
        make_assignment(
            edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + DAY, release="after_close"
        )
        for classroom in (student.classroom, other_classroom)
    )
    attempt = make_answered_attempt(assignment=first, student=student)
    change(other, by=teacher, window=Window(), release="after_hand_in")

    assert answers_shown_at(first) is None
    assert shown(attempt, now=NOW + 9 * DAY) is False
    given = student_assignment(student, first.public_id, now=NOW + 9 * DAY)
    assert given is not None
    assert (given.shown_at, given.is_shown) == (None, False)


def test_answers_after_the_close_do_not_wait_for_an_archived_classroom(
    edition: Edition, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    first, other = (
        make_assignment(
            edition=edition, classroom=classroom, assigned_by=teacher, closes_at=closes_at, release="after_close"
        )
        for classroom, closes_at in ((student.classroom, NOW + DAY), (other_classroom, NOW + 9 * DAY))
    )
    assert answers_shown_at(first) == NOW + 9 * DAY
    Classroom.objects.filter(pk=other_classroom.pk).update(archived_at=NOW)

    assert answers_shown_at(first) == NOW + DAY
    # The archived class still has its own close.
    assert answers_shown_at(other) == NOW + 9 * DAY


def test_answers_shown_at_is_one_query(edition: Edition, queries: Callable[[], Any]) -> None:
    waiting = make_assignment(edition=edition, closes_at=NOW + DAY, release="after_close")
    other = make_assignment(edition=edition)

    with queries() as seen:
        assert answers_shown_at(waiting) == NOW + DAY
        assert answers_shown_at(other) is None

    assert len(seen) == 1


def test_late_answers_show_nothing_before_the_submit(attempt: Attempt) -> None:
    save(attempt, "one", "b")

    assert shown(attempt, now=NOW + 9 * DAY) is False
