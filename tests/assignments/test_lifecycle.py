"""Assignments are made once, changed without loss for attempts, and deleted only before the first attempt."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.assignments.deadlines import Window, WindowState
from quizzes.assignments.lifecycle import (
    AssignmentSettings,
    assign,
    change_assignment,
    open_now,
    pause,
    settings_of,
    window_state,
)
from quizzes.assignments.student_settings import window_of
from quizzes.attempts.attempt_content import content_of
from quizzes.models import (
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Edition,
    Student,
    User,
)
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
)

pytestmark = pytest.mark.django_db

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
WINDOW = Window(NOW, NOW + DAY, NOW + 2 * DAY)
SETTINGS = AssignmentSettings(
    time_limit=30 * MINUTE,
    max_attempts=2,
    attempt_policy="first",
    shuffle_questions=True,
    shuffle_choices=False,
    release="after_close",
)


# --- Assign -------------------------------------------------------------------------------------------------------


def test_default_settings_are_those_of_the_model() -> None:
    assert AssignmentSettings() == settings_of(Assignment())


def test_assign_gives_each_classroom_its_own_window(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    later = Window(WINDOW.opens_at, WINDOW.due_at, NOW + 3 * DAY)
    group = uuid.uuid4()

    made = assign(
        edition, {classroom: WINDOW, other_classroom: later}, settings=SETTINGS, group=group, by=teacher, now=now
    )

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
    assign(edition, {classroom: WINDOW}, settings=SETTINGS, group=group, by=teacher, now=now)
    more = make_classroom(teacher=teacher, name="Period 4")

    again = assign(edition, {classroom: WINDOW, more: WINDOW}, settings=SETTINGS, group=group, by=teacher, now=now)

    assert [one.classroom for one in again] == [more]
    assert Assignment.objects.count() == AuditEvent.objects.count() == 2


def test_assign_the_same_set_again_on_purpose(
    edition: Edition, classroom: Classroom, teacher: User, now: datetime
) -> None:
    for _ in range(2):
        assign(edition, {classroom: WINDOW}, settings=SETTINGS, group=uuid.uuid4(), by=teacher, now=now)

    assert classroom.assignments.count() == 2


def test_assignments_of_a_teacher_are_those_of_the_own_classes(
    assignment: Assignment, teacher: User, other_teacher: User
) -> None:
    assert list(Assignment.objects.taught_by(teacher)) == [assignment]
    assert list(Assignment.objects.taught_by(other_teacher)) == []


def test_window_state_is_that_of_the_window(edition: Edition) -> None:
    assignment = make_assignment(
        edition=edition, opens_at=WINDOW.opens_at, due_at=WINDOW.due_at, closes_at=WINDOW.closes_at
    )

    assert window_state(assignment, now=NOW - SECOND) is WindowState.NOT_OPEN
    assert window_state(assignment, now=NOW) is WindowState.OPEN
    assert window_state(assignment, now=NOW + DAY + SECOND) is WindowState.PAST_DUE
    assert window_state(assignment, now=NOW + 2 * DAY + SECOND) is WindowState.CLOSED


# --- Change -------------------------------------------------------------------------------------------------------


def change(
    assignment: Assignment, *, window: Window = WINDOW, by: User, now: datetime = NOW, **settings: Any
) -> Assignment:
    return change_assignment(assignment, window=window, settings=replace(SETTINGS, **settings), by=by, now=now)


def test_change_records_the_old_settings_once(assignment: Assignment, teacher: User, now: datetime) -> None:
    for _ in range(2):
        change(assignment, by=teacher)

    assignment.refresh_from_db()
    assert window_of(assignment) == WINDOW
    assert (assignment.time_limit, assignment.release) == (30 * MINUTE, "after_close")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.at) == ("assignment_changed", teacher, now)
    assert event.detail["assignment"] == assignment.public_id
    assert (event.detail["before"]["release"], event.detail["before"]["closes_at"]) == ("after_hand_in", None)


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
        # Started with a limit: it never gets shorter.
        (30, 45, 45),
        (30, 20, 30),
        (30, None, None),
        # Started without a limit: it never gets one.
        (None, 20, None),
    ],
)
def test_change_of_the_time_limit_never_shortens_an_open_attempt(
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
def test_change_of_the_close_moves_the_deadline_of_open_attempts(
    edition: Edition, student: Student, teacher: User, closes: int | None, ends: int
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=30 * MINUTE)
    attempt = make_attempt(assignment=assignment, student=student)

    window = Window(closes_at=None if closes is None else NOW + closes * MINUTE)
    change(assignment, by=teacher, window=window, release="after_hand_in")

    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + ends * MINUTE


def test_change_costs_the_same_whatever_the_number_of_finished_attempts(
    assignment: Assignment, teacher: User, queries: Callable[[], Any]
) -> None:
    counts = []
    for shuffles in (True, False):
        make_answered_attempt(assignment=assignment)
        with queries() as seen:
            change(assignment, by=teacher, shuffle_questions=shuffles)
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_start_after_the_due_time_drops_it(assignment: Assignment, teacher: User, now: datetime) -> None:
    Assignment.objects.update(waits_for_teacher=True, due_at=now, closes_at=now + DAY)
    assignment.refresh_from_db()

    opened = open_now(assignment, by=teacher, now=now + MINUTE)

    assert (opened.opens_at, opened.due_at, opened.closes_at) == (now + MINUTE, None, now + DAY)


def test_change_that_was_started_before_a_pause_leaves_the_clock_stopped(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    Assignment.objects.update(time_limit=10 * MINUTE)
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=student)
    pause(Assignment.objects.get(), by=teacher, now=now + MINUTE)

    change_assignment(assignment, window=WINDOW, settings=settings_of(assignment), by=teacher, now=now + MINUTE)

    attempt.refresh_from_db()
    assert attempt.deadline_at is None
