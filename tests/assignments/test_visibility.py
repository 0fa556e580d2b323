"""The moment from which a student could see the answers, also by earlier settings."""

from datetime import datetime, timedelta

import pytest

from quizzes.assignments.accommodations import extend
from quizzes.assignments.deadlines import GRACE, Window
from quizzes.assignments.lifecycle import give_more_time, pause, resume
from quizzes.assignments.release import answers_shown_at, can_see_answers
from quizzes.assignments.student_statuses import answers_shown_times
from quizzes.assignments.visibility import visible_since
from quizzes.attempts.answers import check_answer
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Student, User
from quizzes.people.rosters import move_student, remove_student
from tests.assignments.test_lifecycle import change
from tests.factories import NOW, loaded, make_answered_attempt, make_assignment, make_attempt, make_classroom, save

pytestmark = pytest.mark.django_db
MICROSECOND, MINUTE, HOUR, DAY = (
    timedelta(microseconds=number) for number in (1, 60_000_000, 3_600_000_000, 86_400_000_000)
)
LATER = NOW + 9 * DAY


@pytest.fixture
def other_classroom(teacher: User) -> Classroom:
    """Another class of the same teacher."""
    return make_classroom(teacher=teacher, name="Period 5")


@pytest.fixture
def given(edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    """Two attempts, closes after a day, assigned an hour ago."""
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW - HOUR,
        closes_at=NOW + DAY,
        max_attempts=2,
    )


def since(attempt: Attempt, *, now: datetime = LATER) -> datetime | None:
    return visible_since([attempt.assignment], now=now, first_sets=None).get(
        (attempt.student_id, attempt.assignment_id)
    )


def released(assignment: Assignment, release: str) -> Assignment:
    assignment.release = release
    assignment.save()
    return assignment


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("at_once", NOW + MINUTE),
        ("after_hand_in", NOW + MINUTE),
        ("after_last", NOW + DAY + GRACE),
        ("after_close", NOW + DAY + GRACE + MICROSECOND),
        ("never", None),
    ],
)
def test_visible_since_follows_the_release(
    release: str, expected: datetime | None, given: Assignment, student: Student
) -> None:
    attempt = make_attempt(assignment=released(given, release), student=student)
    assert since(attempt) is None
    submit_attempt(attempt, now=NOW + MINUTE)

    assert since(attempt) == expected
    for moment in (NOW, NOW + MINUTE, NOW + HOUR, NOW + DAY, NOW + DAY + GRACE, NOW + DAY + 2 * GRACE):
        shown_at = answers_shown_at(attempt.assignment, student.pk)
        is_shown = moment >= NOW + MINUTE and can_see_answers(
            attempt.assignment, attempt, shown_at=shown_at, now=moment
        )
        assert (since(attempt, now=moment) is not None) is is_shown


def test_visible_since_the_last_attempt(given: Assignment, student: Student) -> None:
    make_answered_attempt(assignment=released(given, "after_last"), student=student)
    second = make_attempt(assignment=given, student=student, number=2, started_at=NOW + HOUR)
    assert since(second, now=NOW + HOUR) is None
    submit_attempt(second, now=NOW + 2 * HOUR)

    assert since(second) == NOW + 2 * HOUR


def test_visible_since_waits_for_an_attempt_that_is_open_after_the_close(given: Assignment, student: Student) -> None:
    make_answered_attempt(assignment=released(given, "after_last"), student=student)
    second = make_attempt(assignment=given, student=student, number=2, deadline_at=NOW + 3 * DAY)
    given.max_attempts = 3
    given.save()
    assert since(second, now=NOW + 2 * DAY) is None
    submit_attempt(second, now=NOW + 2 * DAY)

    assert since(second) == NOW + 2 * DAY


def test_visible_since_the_first_check(given: Assignment, student: Student) -> None:
    attempt = make_attempt(assignment=released(given, "at_once"), student=student)
    save(attempt, "one", "c")
    question = attempt.assignment.edition.questions.get(key="one")
    check_answer(loaded(attempt), question.pk, seen_revision=1, now=NOW + MINUTE)

    assert since(attempt, now=NOW + HOUR) == NOW + MINUTE


def test_visible_since_counts_a_release_that_was_taken_back(given: Assignment, student: Student, teacher: User) -> None:
    attempt = make_answered_attempt(assignment=given, student=student)
    assert attempt.submitted_at is not None
    change(given, by=teacher, window=Window(closes_at=NOW + DAY), release="never", max_attempts=2, now=NOW + HOUR)

    assert since(attempt) == attempt.submitted_at


def test_visible_since_reads_a_log_that_has_none_as_a_word(given: Assignment, student: Student, teacher: User) -> None:
    """As 0.7 and before wrote it."""
    attempt = make_answered_attempt(assignment=released(given, "never"), student=student)
    before = {"release": "after_last", "max_attempts": "None", "closes_at": "None"}
    AuditEvent.objects.record(
        "assignment_changed",
        actor=teacher,
        classroom=given.classroom,
        at=NOW + HOUR,
        assignment=given.public_id,
        before=before,
    )
    assert since(attempt) is None
    before["release"] = "after_hand_in"
    AuditEvent.objects.record(
        "assignment_changed",
        actor=teacher,
        classroom=given.classroom,
        at=NOW + 2 * HOUR,
        assignment=given.public_id,
        before=before,
    )

    assert since(attempt) == NOW + HOUR


def test_visible_since_a_release_that_came_later(given: Assignment, student: Student, teacher: User) -> None:
    attempt = make_answered_attempt(assignment=released(given, "never"), student=student)
    assert since(attempt) is None
    change(given, by=teacher, window=Window(closes_at=NOW + DAY), release="after_hand_in", now=NOW + 2 * HOUR)

    assert since(attempt, now=NOW + HOUR) is None
    assert since(attempt) == NOW + 2 * HOUR


def test_visible_since_counts_a_submission_that_was_undone(given: Assignment, student: Student, teacher: User) -> None:
    attempt = make_answered_attempt(assignment=given, student=student)
    submitted_at = attempt.submitted_at
    reopen(attempt, more_time=None, reason="The fire alarm.", by=teacher, now=NOW + 2 * HOUR)
    assert attempt.is_open

    assert since(attempt) == submitted_at


def test_visible_since_counts_answers_from_before_an_extra_attempt(
    given: Assignment, student: Student, teacher: User
) -> None:
    given.max_attempts = 1
    attempt = make_answered_attempt(assignment=released(given, "after_last"), student=student)
    extend(
        given,
        student,
        due_at=None,
        closes_at=None,
        extra_attempts=1,
        reason="Was ill.",
        by=teacher,
        now=NOW + 2 * HOUR,
    )
    assert answers_shown_at(given, student.pk) == NOW + DAY + GRACE

    assert since(attempt) == attempt.submitted_at


def test_visible_since_an_extra_attempt_that_came_before_the_first(
    given: Assignment, student: Student, teacher: User
) -> None:
    given.max_attempts = 1
    attempt = make_answered_attempt(assignment=released(given, "after_last"), student=student, submitted=False)
    extend(given, student, due_at=None, closes_at=NOW + 2 * DAY, extra_attempts=1, reason="Ill.", by=teacher, now=NOW)
    submit_attempt(attempt, now=NOW + HOUR)

    assert since(attempt) == NOW + 2 * DAY + GRACE


def test_visible_since_counts_answers_from_before_another_class_got_the_set(
    given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    make_assignment(
        edition=given.edition,
        classroom=other_classroom,
        assigned_by=teacher,
        created_at=NOW + 2 * DAY,
        closes_at=NOW + 5 * DAY,
    )
    assert answers_shown_at(given, student.pk) == NOW + 5 * DAY

    assert since(attempt, now=NOW + 3 * DAY) == NOW + DAY + GRACE + MICROSECOND


@pytest.mark.parametrize("is_extended", [False, True])
@pytest.mark.parametrize("resumed_after", [None, 3 * DAY])
def test_visible_since_waits_for_the_end_of_a_pause(
    resumed_after: timedelta | None, is_extended: bool, given: Assignment, student: Student, teacher: User
) -> None:
    """A quiz does not close in a pause, also for a student with an extension."""
    attempt = make_answered_attempt(assignment=released(given, "after_last"), student=student)
    if is_extended:
        close = NOW + DAY + HOUR
        extend(given, student, due_at=None, closes_at=close, extra_attempts=0, reason="", by=teacher, now=NOW)
    attempt.assignment = pause(given, by=teacher, now=NOW + HOUR)
    moment = NOW + 2 * DAY
    shown_at = answers_shown_at(attempt.assignment, student.pk)
    assert not can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=moment)
    assert since(attempt, now=moment) is None
    if resumed_after is None:
        return
    attempt.assignment = resume(attempt.assignment, by=teacher, now=NOW + resumed_after)

    assert since(attempt, now=NOW + resumed_after) is None
    assert since(attempt) == answers_shown_at(attempt.assignment, student.pk)


def test_visible_since_the_first_close_although_a_student_got_more_time_later(
    given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    closed = NOW + DAY + GRACE + MICROSECOND
    assert since(attempt, now=NOW + 2 * DAY) == closed
    close = NOW + 5 * DAY
    extend(
        given, classmate, due_at=None, closes_at=close, extra_attempts=0, reason="Ill.", by=teacher, now=NOW + 2 * DAY
    )
    assert answers_shown_at(given, student.pk) == close

    assert since(attempt, now=NOW + 3 * DAY) == closed


@pytest.mark.parametrize("is_outdated", [False, True])
def test_visible_since_waits_for_an_extension_that_changed_later(
    is_outdated: bool, given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    """A longer extension, or a later close of the class, which then holds."""
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    first, last, changed_at = NOW + 3 * DAY, NOW + 5 * DAY, NOW + 2 * DAY
    late = {"due_at": None, "extra_attempts": 0, "reason": "Ill.", "by": teacher}
    extend(given, classmate, closes_at=first, now=NOW, **late)
    if is_outdated:
        give_more_time(
            given, more_time=3 * DAY, seen_close=given.closes_at, by=teacher, now=changed_at, seen_limit=None
        )
        assert given.extensions.get().closes_at == first
    else:
        extend(given, classmate, closes_at=last, now=changed_at, **late)
    attempt.assignment.refresh_from_db()
    shown_at = answers_shown_at(attempt.assignment, student.pk)
    assert shown_at == last

    assert since(attempt, now=NOW + 4 * DAY) is None
    assert since(attempt) == last + GRACE + MICROSECOND


def test_visible_since_the_removal_of_the_last_student_with_an_extension(
    given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    late = {"due_at": None, "extra_attempts": 0, "reason": "Ill.", "by": teacher}
    extend(given, classmate, closes_at=NOW + 5 * DAY, now=NOW, **late)
    removed_at = NOW + 3 * DAY
    assert since(attempt, now=removed_at) is None
    remove_student(classmate, by=teacher, now=removed_at)
    assert answers_shown_at(given, student.pk) == NOW + DAY

    assert since(attempt) == removed_at


@pytest.mark.parametrize("of_other_class", [False, True])
def test_visible_since_the_first_close_although_a_class_got_more_time_later(
    of_other_class: bool, given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    other = make_assignment(
        edition=given.edition,
        classroom=other_classroom,
        assigned_by=teacher,
        created_at=NOW - HOUR,
        closes_at=NOW + HOUR,
    )
    closed = NOW + DAY + GRACE + MICROSECOND
    moved = other if of_other_class else given
    give_more_time(moved, more_time=5 * DAY, seen_close=moved.closes_at, by=teacher, now=NOW + 2 * DAY, seen_limit=None)
    shown_at = answers_shown_at(given, student.pk)
    assert shown_at is not None
    assert shown_at > NOW + 5 * DAY

    assert since(attempt, now=NOW + 3 * DAY) == closed


def test_visible_since_an_early_close_and_not_before(
    given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    """Another class kept the answers back until it closed early."""
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    other = make_assignment(
        edition=given.edition, classroom=other_classroom, assigned_by=teacher, created_at=NOW - HOUR
    )
    assert since(attempt) is None
    changed_at = NOW + 3 * DAY
    change(other, by=teacher, window=Window(closes_at=NOW + HOUR), now=changed_at)

    assert since(attempt, now=NOW + 4 * DAY) == changed_at


def test_visible_since_another_class_was_archived(
    given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_close"), student=student)
    make_assignment(edition=given.edition, classroom=other_classroom, assigned_by=teacher, created_at=NOW - HOUR)
    other_classroom.archived_at = NOW + 3 * DAY
    other_classroom.save()

    assert since(attempt, now=NOW + 2 * DAY) is None
    assert since(attempt) == other_classroom.archived_at


@pytest.mark.parametrize("is_open", [False, True])
def test_last_attempt_of_a_student_who_left_the_class_is_the_one_made_there(
    is_open: bool, given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    """They start no other attempt, and a quiz without a close would never show its answers."""
    given.closes_at = None
    moved_at, now = NOW + HOUR, NOW + 3 * HOUR
    attempt = make_attempt(assignment=released(given, "after_last"), student=student)
    if not is_open:
        submit_attempt(attempt, now=NOW + MINUTE)
    move_student(student, to=other_classroom, by=teacher, now=moved_at)
    if is_open:
        assert answers_shown_at(given, student.pk) is None
        submit_attempt(attempt, now=NOW + 2 * HOUR)
    shown_at = answers_shown_at(given, student.pk)
    attempts = Attempt.objects.made_by(student.pk).with_left_class()
    attempt.refresh_from_db()
    assert shown_at is not None
    assert shown_at == attempt.submitted_at
    assert answers_shown_times(student.pk, attempts.select_related("assignment")) == {given.pk: shown_at}
    assert can_see_answers(given, attempt, shown_at=shown_at, now=now)

    assert since(attempt) == max(moved_at, shown_at)


def test_answers_wait_for_a_student_whose_new_class_has_the_question_set(
    given: Assignment, student: Student, other_classroom: Classroom, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=released(given, "after_last"), student=student)
    make_assignment(edition=given.edition, classroom=other_classroom, assigned_by=teacher)
    move_student(student, to=other_classroom, by=teacher, now=NOW + HOUR)
    attempts = Attempt.objects.made_by(student.pk).with_left_class().select_related("assignment")
    assert answers_shown_at(given, student.pk) == NOW + DAY + GRACE
    assert answers_shown_times(student.pk, attempts) == {given.pk: NOW + DAY + GRACE}

    assert since(attempt) == NOW + DAY + GRACE


def test_attempts_that_do_not_say_who_left_are_refused(classroom: Classroom, student: Student) -> None:
    make_attempt(assignment=make_assignment(classroom=classroom, release="after_last"), student=student)
    attempts = Attempt.objects.made_by(student.pk).select_related("assignment")

    with pytest.raises(AttributeError, match="has_left_class"):
        answers_shown_times(student.pk, attempts)
    assert answers_shown_times(student.pk, attempts.with_none_left_class()) == answers_shown_times(
        student.pk, attempts.with_left_class()
    )
