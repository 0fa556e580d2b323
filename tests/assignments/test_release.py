from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from quizzes.assignments.deadlines import GRACE, Window
from quizzes.assignments.release import (
    answers_shown_at,
    attempts_ended_at,
    can_see_answers,
    can_see_score,
    given_with,
    last_attempt_ended_at,
    shows_before_last_attempt,
)
from quizzes.assignments.visibility import visible_since
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.drafts.lifecycle import copy_set
from quizzes.models import Assignment, Attempt, Classroom, Edition, Extension, Student, Teaching, User
from quizzes.people.accounts import close_account
from quizzes.people.class_people import add_person
from quizzes.people.classrooms import hand_over
from quizzes.people.rosters import remove_student, restore_student
from quizzes.reports.student_assignments import student_assignment
from tests.assignments.test_lifecycle import change
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_user,
    save,
)

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=number) for number in (1, 60, 3600, 86400))


@pytest.fixture
def other_classroom(teacher: User) -> Classroom:
    """Another class of the same teacher."""
    return make_classroom(teacher=teacher, name="Period 5")


def shown(attempt: Attempt, *, now: datetime) -> bool:
    shown_at = answers_shown_at(attempt.assignment, attempt.student_id)
    return can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now)


def listed(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the answers are shown, which the page of the attempt and the student's list must agree on."""
    given = student_assignment(attempt.student, attempt.assignment.public_id, now=now)
    assert given is not None
    assert given.is_shown is shown(attempt, now=now)
    return given.is_shown


@pytest.mark.parametrize(
    ("release", "while_open", "once_submitted", "once_closed"),
    [
        # "At once" shows each question after its check, and the whole attempt after submitting.
        ("at_once", False, True, True),
        ("after_hand_in", False, True, True),
        ("after_last", False, True, True),
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
    ("release", "shows_scores", "once_submitted", "once_closed"),
    [
        ("after_hand_in", False, True, True),
        ("after_close", False, False, True),
        ("after_close", True, True, True),
        ("never", False, False, False),
        ("never", True, True, True),
    ],
)
def test_score_shows_with_the_answers_or_once_the_teacher_shows_scores(
    edition: Edition, student: Student, release: str, shows_scores: bool, once_submitted: bool, once_closed: bool
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, closes_at=NOW + DAY, release=release, shows_scores=shows_scores
    )
    attempt = make_attempt(assignment=assignment, student=student)

    def score_shown(now: datetime) -> bool:
        given = student_assignment(student, assignment.public_id, now=now)
        times = {
            "shown_at": answers_shown_at(assignment, student.pk),
            "ended_at": attempts_ended_at(assignment, student.pk),
        }
        is_shown = can_see_score(assignment, attempt, **times, now=now)
        assert given is not None
        assert (given.is_score_shown, given.is_shown) == (is_shown, shown(attempt, now=now))
        return is_shown

    assert [score_shown(NOW), score_shown(NOW + 2 * DAY)] == [False, False]
    submit_attempt(attempt, now=NOW + MINUTE)
    assert [score_shown(NOW + 2 * MINUTE), score_shown(NOW + 2 * DAY)] == [once_submitted, once_closed]


def test_attempt_that_counts_is_listed_once_scores_show(edition: Edition, student: Student) -> None:
    """Before, which attempt is the best would tell something about the key."""
    assignment = make_assignment(edition=edition, classroom=student.classroom, release="never", max_attempts=2)
    best, last = (make_answered_attempt(assignment=assignment, student=student, number=number) for number in (1, 2))
    Attempt.objects.filter(pk=last.pk).update(score=0)
    for max_attempts, shows_scores, attempt in ((2, False, last), (2, True, best), (3, True, last)):
        Assignment.objects.update(max_attempts=max_attempts, shows_scores=shows_scores)
        given = student_assignment(student, assignment.public_id, now=NOW + MINUTE)
        assert given is not None
        # With another attempt left, a second score would tell the key of an answer that changed.
        assert (given.attempt, given.is_score_shown) == (attempt, attempt == best)


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

    assert answers_shown_at(first, 0) == NOW + 2 * DAY
    assert shown(attempt, now=NOW + 2 * DAY + after) is expected
    # The student's list, which uses one query for all assignments, has the same moment.
    given = student_assignment(student, first.public_id, now=NOW + 2 * DAY + after)
    assert given is not None
    assert (given.shown_at, given.is_shown) == (NOW + 2 * DAY, expected)


def test_answers_after_the_close_wait_for_copies_of_the_question_set(
    edition: Edition, student: Student, classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    """A copy of a copy, two copies of one set, and the set of a copy. A retry has the same questions and is no copy."""
    copy = copy_set(edition, by=other_teacher, now=NOW).question_set
    of_copy = make_edition(question_set=copy, document=edition.document | {"title": "A copy"})
    second = copy_set(of_copy, by=teacher, now=NOW).question_set
    retry = make_edition(document=edition.document | {"title": "Retry"})
    of_second = make_edition(question_set=second, document=edition.document | {"title": "A copy of a copy"})
    given = [
        make_assignment(
            edition=one,
            classroom=classroom if one is edition else make_classroom(teacher=teacher, name=f"Period {days}"),
            assigned_by=teacher,
            closes_at=NOW + days * DAY,
            release="after_close",
        )
        for days, one in enumerate((edition, of_copy, of_second, retry), start=1)
    ]
    # Another teacher's class with the copy does not count.
    make_assignment(edition=of_copy, closes_at=NOW + 9 * DAY, release="after_close")
    attempt = make_answered_attempt(assignment=given[0], student=student)

    assert [answers_shown_at(one, 0) for one in given] == [NOW + days * DAY for days in (3, 3, 3, 4)]
    assert set(given_with(given[:1])) == set(given[:3])
    assert listed(attempt, now=NOW + 2 * DAY) is False
    assert listed(attempt, now=NOW + 4 * DAY) is True
    assert visible_since(given[:1], now=NOW + 2 * DAY, first_sets=None) == {}
    assert visible_since(given[:1], now=NOW + 4 * DAY, first_sets=None)[student.pk, given[0].pk] > NOW + 3 * DAY


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


def test_answers_after_the_close_wait_for_the_classes_of_the_teacher_who_has_the_class_now(
    edition: Edition, student: Student, other_classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    """After a hand-over, neither teacher sees or closes the classes of the other."""
    theirs = make_classroom(teacher=other_teacher, name="Period 8")
    first, left, new = (
        make_assignment(
            edition=edition, classroom=classroom, assigned_by=by, closes_at=NOW + days * DAY, release="after_close"
        )
        for classroom, by, days in (
            (student.classroom, teacher, 1),
            (other_classroom, teacher, 5),
            (theirs, other_teacher, 3),
        )
    )
    attempt = make_answered_attempt(assignment=first, student=student)
    assert [answers_shown_at(one, 0) for one in (first, left, new)] == [NOW + 5 * DAY, NOW + 5 * DAY, NOW + 3 * DAY]
    hand_over(student.classroom, giver=teacher, to=other_teacher, by=teacher, now=NOW)
    assert [answers_shown_at(one, 0) for one in (first, left, new)] == [NOW + 3 * DAY, NOW + 5 * DAY, NOW + 3 * DAY]
    assert listed(attempt, now=NOW + 2 * DAY) is False
    assert listed(attempt, now=NOW + 4 * DAY) is True
    key = student.pk, first.pk
    assert visible_since([first], now=NOW + 4 * DAY, first_sets=None)[key] > NOW + 3 * DAY
    assert set(given_with([first])) == {first, new}
    if connection.vendor == "sqlite":  # The query plans of PostgreSQL depend on the number of rows.
        assert "quizzes_assignment_edition_id" not in given_with([first]).explain()


def test_answers_after_the_close_wait_for_the_classes_of_the_owner_who_can_sign_in(
    edition: Edition, classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    """The teacher who assigned the quiz left the class, and the first of its owners left the school."""
    assigned_by = make_user()
    add_person(classroom, other_teacher, role=Teaching.Role.OWNER, by=teacher, now=NOW)
    own, of_owner = (
        make_assignment(
            edition=edition, classroom=place, assigned_by=by, closes_at=NOW + days * DAY, release="after_close"
        )
        for place, by, days in (
            (classroom, assigned_by, 1),
            (make_classroom(teacher=other_teacher, name="Period 8"), other_teacher, 3),
        )
    )
    assert answers_shown_at(own, 0) == NOW + DAY
    close_account(teacher, now=NOW)
    assert answers_shown_at(own, 0) == NOW + 3 * DAY
    assert set(given_with([of_owner])) == {own, of_owner}


def test_answers_after_the_close_do_not_wait_for_the_extension_of_a_removed_student(
    edition: Edition, student: Student, classmate: Student, teacher: User
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, closes_at=NOW + DAY, release="after_close"
    )
    attempt = make_answered_attempt(assignment=assignment, student=student)
    Extension.objects.create(
        assignment=assignment, student=classmate, closes_at=NOW + 5 * DAY, given_by=teacher, given_at=NOW
    )
    remove_student(classmate, by=teacher, now=NOW + HOUR)
    assert listed(attempt, now=NOW + 2 * DAY) is True

    restore_student(classmate, by=teacher, now=NOW + 2 * DAY)
    assert listed(attempt, now=NOW + 3 * DAY) is False


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

    assert answers_shown_at(first, 0) is None
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
    assert answers_shown_at(first, 0) == NOW + 9 * DAY
    Classroom.objects.filter(pk=other_classroom.pk).update(archived_at=NOW)

    assert answers_shown_at(first, 0) == NOW + DAY
    # The archived class still has its own close.
    assert answers_shown_at(other, 0) == NOW + 9 * DAY


@pytest.mark.parametrize(
    ("submitted_at", "max_attempts", "closes_at", "expected"),
    [
        ([NOW], 1, None, NOW),
        ([NOW, NOW - HOUR], 2, NOW + DAY, NOW),
        ([NOW], 2, NOW + DAY, NOW + DAY + GRACE),
        ([NOW], None, NOW + DAY, NOW + DAY + GRACE),
        ([NOW], 2, None, None),
        # An open attempt after the close: its time is over and it is not submitted yet, or a teacher reopened it.
        ([NOW, None], 2, NOW - DAY, None),
        # The extra attempt was taken back while the student works on it.
        ([NOW, None], 1, None, None),
    ],
)
def test_last_attempt_ended_at_waits_for_open_and_unused_attempts(
    submitted_at: list[datetime | None],
    max_attempts: int | None,
    closes_at: datetime | None,
    expected: datetime | None,
) -> None:
    assert last_attempt_ended_at(submitted_at, max_attempts=max_attempts, closes_at=closes_at) == expected


def test_answers_after_the_last_attempt_wait_for_it(edition: Edition, student: Student) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, closes_at=NOW + DAY, max_attempts=2, release="after_last"
    )
    first = make_answered_attempt(assignment=assignment, student=student)
    assert listed(first, now=NOW + HOUR) is False

    second = make_answered_attempt(assignment=assignment, student=student, number=2, submitted=False)
    assert listed(first, now=NOW + HOUR) is False
    submit_attempt(second, now=NOW + HOUR)

    assert (listed(first, now=NOW + HOUR), shown(second, now=NOW + HOUR)) == (True, True)


@pytest.mark.parametrize(
    ("after", "expected"), [(timedelta(0), False), (GRACE - SECOND, False), (GRACE, True), (DAY, True)]
)
def test_answers_after_the_last_attempt_appear_after_the_students_own_close(
    edition: Edition, student: Student, teacher: User, after: timedelta, expected: bool
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, closes_at=NOW + DAY, max_attempts=2, release="after_last"
    )
    attempt = make_answered_attempt(assignment=assignment, student=student)
    Extension.objects.create(
        assignment=assignment, student=student, closes_at=NOW + 3 * DAY, given_by=teacher, given_at=NOW
    )

    assert listed(attempt, now=NOW + 2 * DAY) is False
    assert listed(attempt, now=NOW + 3 * DAY + after) is expected


def test_answers_after_the_last_attempt_wait_for_an_extra_attempt(
    edition: Edition, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, release="after_last")
    attempt = make_answered_attempt(assignment=assignment, student=student)
    assert listed(attempt, now=NOW + DAY) is True
    Extension.objects.create(assignment=assignment, student=student, extra_attempts=1, given_by=teacher, given_at=NOW)

    assert listed(attempt, now=NOW + DAY) is False


@pytest.mark.parametrize("release", Assignment.Release.values)
@pytest.mark.parametrize("max_attempts", [1, 2, None])
def test_answers_show_before_the_last_attempt_only_where_the_teacher_confirms_it(
    edition: Edition, student: Student, release: str, max_attempts: int | None
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=student.classroom,
        closes_at=NOW + DAY,
        max_attempts=max_attempts,
        release=release,
    )
    attempt = make_answered_attempt(assignment=assignment, student=student)
    given = student_assignment(student, assignment.public_id, now=NOW + MINUTE)
    assert given is not None

    is_early = shown(attempt, now=NOW + MINUTE) and given.can_start
    assert is_early is shows_before_last_attempt(release, max_attempts)


def test_release_that_no_rule_knows_is_refused(classroom: Classroom, student: Student) -> None:
    attempt = make_answered_attempt(assignment=make_assignment(classroom=classroom), student=student)
    attempt.assignment.release = "later"

    with pytest.raises(ValueError, match="later"):
        can_see_answers(attempt.assignment, attempt, shown_at=None, now=NOW)
    with pytest.raises(ValueError, match="later"):
        answers_shown_at(attempt.assignment, student.pk)


def test_answers_shown_at_takes_few_queries(edition: Edition, classroom: Classroom, queries: Callable[[], Any]) -> None:
    waiting = make_assignment(edition=edition, classroom=classroom, closes_at=NOW + DAY, release="after_close")
    other = make_assignment(edition=edition)
    attempt = make_answered_attempt(assignment=make_assignment(edition=edition, release="after_last"))

    with queries() as seen:
        assert answers_shown_at(waiting, 0) == NOW + DAY
        assert answers_shown_at(other, 0) is None
    # The teacher, the copies in their classes, the closes.
    assert len(seen) == 3
    with queries() as seen:
        assert answers_shown_at(attempt.assignment, attempt.student_id) == attempt.submitted_at
    assert len(seen) == 1


def test_late_answers_show_nothing_before_the_submit(attempt: Attempt) -> None:
    save(attempt, "one", "b")

    assert shown(attempt, now=NOW + 9 * DAY) is False
