"""Assignments: given once, changed without harm to attempts, taken back before the first attempt; when answers show."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.assignments.accommodations import window_of
from quizzes.assignments.deadlines import GRACE, Standing, Window
from quizzes.assignments.lifecycle import (
    HasAttempts,
    Terms,
    answers_shown,
    answers_shown_at,
    assign,
    change_assignment,
    standing,
    withdraw_assignment,
)
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Extension, Student, User
from quizzes.reports.student_assignments import task_of
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt, make_classroom, save

pytestmark = pytest.mark.django_db

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
WINDOW = Window(NOW, NOW + DAY, NOW + 2 * DAY)
TERMS = Terms(
    time_limit=30 * MINUTE,
    max_attempts=2,
    attempt_policy="first",
    shuffle_questions=True,
    shuffle_choices=False,
    release="after_close",
)


# --- Give ---------------------------------------------------------------------------------------------------------


def test_assign_gives_each_classroom_its_own_window(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    later = Window(WINDOW.opens_at, WINDOW.due_at, NOW + 3 * DAY)
    group = uuid.uuid4()

    made = assign(edition, {classroom: WINDOW, other_classroom: later}, terms=TERMS, group=group, by=teacher, now=now)

    assert [one.classroom for one in made] == [classroom, other_classroom]
    assert [window_of(one) for one in Assignment.objects.order_by("pk")] == [WINDOW, later]
    for one in Assignment.objects.all():
        assert (one.edition, one.group, one.assigned_by, one.created_at) == (edition, group, teacher, now)
        assert (one.time_limit, one.max_attempts, one.attempt_policy) == (30 * MINUTE, 2, "first")
        assert (one.shuffle_questions, one.shuffle_choices, one.release) == (True, False, "after_close")
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "classroom")) == [
        ("assignment_given", classroom.pk),
        ("assignment_given", other_classroom.pk),
    ]


def test_assign_sent_twice_gives_once(edition: Edition, classroom: Classroom, teacher: User, now: datetime) -> None:
    group = uuid.uuid4()
    assign(edition, {classroom: WINDOW}, terms=TERMS, group=group, by=teacher, now=now)
    more = make_classroom(teacher=teacher, name="Period 4")

    again = assign(edition, {classroom: WINDOW, more: WINDOW}, terms=TERMS, group=group, by=teacher, now=now)

    assert [one.classroom for one in again] == [more]
    assert Assignment.objects.count() == AuditEvent.objects.count() == 2


def test_assign_the_same_set_again_on_purpose(
    edition: Edition, classroom: Classroom, teacher: User, now: datetime
) -> None:
    for _ in range(2):
        assign(edition, {classroom: WINDOW}, terms=TERMS, group=uuid.uuid4(), by=teacher, now=now)

    assert classroom.assignments.count() == 2


def test_assignments_of_a_teacher_are_those_of_the_own_classes(
    assignment: Assignment, teacher: User, other_teacher: User
) -> None:
    assert list(Assignment.objects.taught_by(teacher)) == [assignment]
    assert list(Assignment.objects.taught_by(other_teacher)) == []


def test_standing_is_that_of_the_window(edition: Edition) -> None:
    assignment = make_assignment(
        edition=edition, opens_at=WINDOW.opens_at, due_at=WINDOW.due_at, closes_at=WINDOW.closes_at
    )

    assert standing(assignment, now=NOW - SECOND) is Standing.NOT_OPEN
    assert standing(assignment, now=NOW) is Standing.OPEN
    assert standing(assignment, now=NOW + DAY + SECOND) is Standing.PAST_DUE
    assert standing(assignment, now=NOW + 2 * DAY + SECOND) is Standing.CLOSED


# --- Change -------------------------------------------------------------------------------------------------------


def change(assignment: Assignment, *, window: Window = WINDOW, by: User, **terms: Any) -> Assignment:
    return change_assignment(assignment, window=window, terms=replace(TERMS, **terms), by=by, now=NOW)


def test_change_records_what_was_there(assignment: Assignment, teacher: User, now: datetime) -> None:
    change(assignment, by=teacher)

    assignment.refresh_from_db()
    assert window_of(assignment) == WINDOW
    assert (assignment.time_limit, assignment.release) == (30 * MINUTE, "after_close")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.at) == ("assignment_changed", teacher, now)
    assert event.detail["assignment"] == assignment.public_id
    assert (event.detail["before"]["release"], event.detail["before"]["closes_at"]) == ("after_hand_in", "None")


def test_change_leaves_answers_order_and_finished_attempts_alone(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    running = make_answered_attempt(assignment=assignment, student=student, answers={"one": "b"}, submitted=False)
    order = [question.key for question in content_of(running).questions]
    done = make_answered_attempt(assignment=assignment, student=classmate)

    change(assignment, by=teacher, shuffle_questions=True, shuffle_choices=False)

    running = Attempt.objects.select_related("assignment").get(pk=running.pk)
    assert [question.key for question in content_of(running).questions] == order
    assert (running.shuffle_questions, running.shuffle_choices) == (False, True)
    assert running.answers.get().value == "b"
    after = Attempt.objects.get(pk=done.pk)
    assert (after.receipt, after.score, after.deadline_at) == (done.receipt, done.score, done.deadline_at)


@pytest.mark.parametrize(
    ("before", "after", "limit"),
    [
        # Begun with a limit: never less than that.
        (30, 45, 45),
        (30, 20, 30),
        (30, None, None),
        # Begun without one: none is put on.
        (None, 20, None),
    ],
)
def test_change_of_the_time_limit_never_takes_time_from_who_has_begun(
    edition: Edition, student: Student, teacher: User, before: int | None, after: int | None, limit: int | None
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, time_limit=None if before is None else before * MINUTE
    )
    attempt = make_attempt(assignment=assignment, student=student)

    change(
        assignment,
        by=teacher,
        window=Window(),
        time_limit=None if after is None else after * MINUTE,
        release="after_hand_in",
    )

    attempt.refresh_from_db()
    assert attempt.time_limit == (None if limit is None else limit * MINUTE)
    assert attempt.deadline_at == (None if limit is None else NOW + limit * MINUTE)


@pytest.mark.parametrize(("closes", "ends"), [(10, 10), (30, 30), (60, 30), (None, 30)])
def test_change_of_the_close_moves_the_end_of_who_is_at_work(
    edition: Edition, student: Student, teacher: User, closes: int | None, ends: int
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=30 * MINUTE)
    attempt = make_attempt(assignment=assignment, student=student)

    window = Window(closes_at=None if closes is None else NOW + closes * MINUTE)
    change(assignment, by=teacher, window=window, release="after_hand_in")

    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + ends * MINUTE


def test_change_costs_the_same_whatever_the_number_of_finished_attempts(
    assignment: Assignment, teacher: User, statements: Callable[[], Any]
) -> None:
    counts = []
    for _ in range(2):
        make_answered_attempt(assignment=assignment)
        with statements() as seen:
            change(assignment, by=teacher)
        counts.append(len(seen))

    assert counts[0] == counts[1]


# --- Take back ----------------------------------------------------------------------------------------------------


def test_withdraw_takes_back_what_nobody_has_begun(assignment: Assignment, teacher: User, now: datetime) -> None:
    public_id = assignment.public_id

    withdraw_assignment(assignment, by=teacher, now=now)

    assert Assignment.objects.count() == 0
    assert AuditEvent.objects.get().detail == {"assignment": public_id, "withdrawn": True}


def test_withdraw_is_refused_once_a_student_has_begun(attempt: Attempt, teacher: User, now: datetime) -> None:
    with pytest.raises(HasAttempts):
        withdraw_assignment(attempt.assignment, by=teacher, now=now)

    assert Assignment.objects.count() == 1
    assert AuditEvent.objects.count() == 0


# --- When answers show --------------------------------------------------------------------------------------------


def shown(attempt: Attempt, *, now: datetime) -> bool:
    return answers_shown(attempt.assignment, attempt, shown_at=answers_shown_at(attempt.assignment), now=now)


@pytest.mark.parametrize(
    ("release", "while_open", "once_submitted", "once_closed"),
    [
        # "At once" shows one question at a time, as it is checked; the whole attempt is shown once handed in.
        ("at_once", False, True, True),
        ("after_hand_in", False, True, True),
        ("after_close", False, False, True),
        ("never", False, False, False),
    ],
)
def test_answers_show_as_the_release_has_it(
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
    edition: Edition, student: Student, other_classroom: Classroom, after: timedelta, expected: bool
) -> None:
    group = uuid.uuid4()
    first = make_assignment(
        edition=edition, classroom=student.classroom, group=group, closes_at=NOW + DAY, release="after_close"
    )
    make_assignment(
        edition=edition, classroom=other_classroom, group=group, closes_at=NOW + 2 * DAY, release="after_close"
    )
    # Another teacher's assignment of the same set is another matter.
    make_assignment(edition=edition, closes_at=NOW + 9 * DAY, release="after_close")
    attempt = make_answered_attempt(assignment=first, student=student)

    assert answers_shown_at(first) == NOW + 2 * DAY
    assert shown(attempt, now=NOW + 2 * DAY + after) is expected
    # The student's list, which asks once for all assignments, says the same.
    task = task_of(student, first.public_id, now=NOW + 2 * DAY + after)
    assert task is not None
    assert (task.shown_at, task.is_shown) == (NOW + 2 * DAY, expected)


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
    """One classroom's terms may be changed alone, to have no close: answers shown now would be its answers, too."""
    group = uuid.uuid4()
    first, other = (
        make_assignment(edition=edition, classroom=classroom, group=group, closes_at=NOW + DAY, release="after_close")
        for classroom in (student.classroom, other_classroom)
    )
    attempt = make_answered_attempt(assignment=first, student=student)
    change(other, by=teacher, window=Window(), release="after_hand_in")

    assert answers_shown_at(first) is None
    assert shown(attempt, now=NOW + 9 * DAY) is False
    task = task_of(student, first.public_id, now=NOW + 9 * DAY)
    assert task is not None
    assert (task.shown_at, task.is_shown) == (None, False)


def test_answers_shown_at_is_one_statement(edition: Edition, statements: Callable[[], Any]) -> None:
    waiting = make_assignment(edition=edition, closes_at=NOW + DAY, release="after_close")
    other = make_assignment(edition=edition)

    with statements() as seen:
        assert answers_shown_at(waiting) == NOW + DAY
        assert answers_shown_at(other) is None

    assert len(seen) == 1


def test_late_answers_do_not_show_anything_before_the_hand_in(attempt: Attempt) -> None:
    save(attempt, "one", "b")

    assert shown(attempt, now=NOW + 9 * DAY) is False
