"""A quiz that waits for its teacher, and a pause: the window, deadlines, and what moves when the pause ends."""

from datetime import datetime, timedelta

import pytest

from quizzes.assignments import accommodations, lifecycle
from quizzes.assignments.deadlines import Window, WindowState, deadline
from quizzes.assignments.release import Release, answers_shown_at, can_see_answers
from quizzes.attempts.answers import save_answer
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.lifecycle import NotOpenYet, reopen, start_attempt, submit_attempt, submit_overdue
from quizzes.content.editions import published
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Student, User
from tests.factories import NOW, make_assignment

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("window", "state"),
    [
        (Window(waits_for_teacher=True), WindowState.NOT_OPEN),
        (Window(closes_at=NOW + MINUTE, waits_for_teacher=True), WindowState.NOT_OPEN),
        (Window(closes_at=NOW - MINUTE, waits_for_teacher=True), WindowState.CLOSED),
        (Window(closes_at=NOW - MINUTE, paused_at=NOW - 2 * MINUTE), WindowState.OPEN),
        (Window(due_at=NOW - MINUTE, paused_at=NOW - 2 * MINUTE), WindowState.OPEN),
        (Window(due_at=NOW - 3 * MINUTE, paused_at=NOW - 2 * MINUTE), WindowState.PAST_DUE),
    ],
)
def test_window_waits_and_does_not_change(window: Window, state: WindowState) -> None:
    assert window.state(at=NOW) is state


@pytest.mark.parametrize(
    ("paused_at", "ends_at"),
    [
        (None, NOW + 15 * MINUTE),
        (NOW, None),
        # The grace time is not over.
        (NOW + 16 * MINUTE, None),
        (NOW + 17 * MINUTE, NOW + 15 * MINUTE),
    ],
)
def test_deadline_has_no_end_in_a_pause(paused_at: datetime | None, ends_at: datetime | None) -> None:
    ends = deadline(started_at=NOW, time_limit=10 * MINUTE, closes_at=None, paused_for=5 * MINUTE, paused_at=paused_at)
    assert ends == ends_at


@pytest.fixture
def given(db: None, edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW,
        due_at=NOW + 20 * MINUTE,
        closes_at=NOW + 40 * MINUTE,
        time_limit=30 * MINUTE,
    )


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("assignment", "student", "classroom").get(pk=attempt.pk)


@pytest.mark.django_db
def test_waiting_quiz_opens_once_when_the_teacher_starts_it(given: Assignment, student: Student, teacher: User) -> None:
    Assignment.objects.update(waits_for_teacher=True)
    given.refresh_from_db()
    with pytest.raises(NotOpenYet):
        start_attempt(student, given, now=NOW)
    with pytest.raises(lifecycle.NotOpen):
        lifecycle.close_now(given, by=teacher, now=NOW)
    for seconds in (1, 2):
        opened = lifecycle.open_now(given, by=teacher, now=NOW + timedelta(seconds=seconds))
        assert (opened.waits_for_teacher, opened.opens_at) == (False, NOW + timedelta(seconds=1))
    assert (opened.due_at, opened.closes_at) == (NOW + 20 * MINUTE, NOW + 40 * MINUTE)
    assert start_attempt(student, opened, now=NOW + MINUTE).number == 1


@pytest.mark.django_db
def test_pause_stops_every_clock_and_no_time_is_lost(
    given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    before = start_attempt(student, given, now=NOW)
    accommodations.extend(
        given, student, due_at=None, closes_at=NOW + 60 * MINUTE, extra_attempts=0, reason="", by=teacher, now=NOW
    )
    for at in (NOW + 10 * MINUTE, NOW + 15 * MINUTE):
        given = lifecycle.pause(given, by=teacher, now=at)
    assert given.paused_at == NOW + 10 * MINUTE
    # Long after each deadline, answers count, nobody is turned in, and a student can still start.
    late = NOW + 100 * MINUTE
    question = next(iter(published(given.edition_id).question_ids.values()))
    assert save_answer(fresh(before), question, "b", operation="x", seen_revision=0, now=late).outcome == "saved"
    assert submit_overdue(late) == 0
    joined = start_attempt(classmate, given, now=late)
    assert (fresh(before).deadline_at, joined.deadline_at) == (None, None)
    for at in (NOW + 110 * MINUTE, NOW + 120 * MINUTE):
        given = lifecycle.resume(given, by=teacher, now=at)
    assert (given.due_at, given.closes_at) == (NOW + 120 * MINUTE, NOW + 140 * MINUTE)
    assert given.extensions.get().closes_at == NOW + 160 * MINUTE
    # 20 of 30 minutes were left; who started in the pause has all 30.
    assert fresh(before).deadline_at == NOW + 130 * MINUTE
    assert fresh(joined).deadline_at == NOW + 140 * MINUTE
    assert fresh(before).time_limit == 30 * MINUTE
    assert [finding.broken for finding in check_integrity()] == [()] * 4
    changes = AuditEvent.objects.filter(action=AuditEvent.Action.ASSIGNMENT_CHANGED).order_by("pk")
    assert [event.detail["paused"] for event in changes] == [True, False]


@pytest.mark.django_db
def test_clock_that_is_set_back_in_a_pause_takes_no_time_away(
    given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    before = start_attempt(student, given, now=NOW)
    given = lifecycle.pause(given, by=teacher, now=NOW + 10 * MINUTE)
    joined = start_attempt(classmate, given, now=NOW + 11 * MINUTE)
    given = lifecycle.resume(given, by=teacher, now=NOW + 2 * MINUTE)
    assert (given.due_at, given.closes_at) == (NOW + 20 * MINUTE, NOW + 40 * MINUTE)
    assert (fresh(before).deadline_at, fresh(joined).deadline_at) == (NOW + 30 * MINUTE, NOW + 40 * MINUTE)
    # A class file has no negative length.
    assert (fresh(before).paused_for, fresh(joined).paused_for) == (timedelta(0), timedelta(0))


@pytest.mark.django_db
def test_time_granted_later_comes_on_top_of_the_pause(given: Assignment, student: Student, teacher: User) -> None:
    attempt = start_attempt(student, given, now=NOW)
    given = lifecycle.pause(given, by=teacher, now=NOW + MINUTE)
    given = lifecycle.resume(given, by=teacher, now=NOW + 6 * MINUTE)
    accommodations.set_accommodation(student, time_factor=None, by=teacher, now=NOW + 7 * MINUTE)
    assert fresh(attempt).deadline_at == NOW + 45 * MINUTE
    second = lifecycle.pause(given, by=teacher, now=NOW + 10 * MINUTE)
    lifecycle.resume(second, by=teacher, now=NOW + 11 * MINUTE)
    assert fresh(attempt).paused_for == 6 * MINUTE


@pytest.mark.django_db
def test_what_was_over_before_the_pause_stays_over(given: Assignment, student: Student, teacher: User) -> None:
    Assignment.objects.update(time_limit=5 * MINUTE)
    given.refresh_from_db()
    attempt = start_attempt(student, given, now=NOW)
    given = lifecycle.pause(given, by=teacher, now=NOW + 10 * MINUTE)
    assert fresh(attempt).deadline_at == NOW + 5 * MINUTE
    lifecycle.resume(given, by=teacher, now=NOW + 20 * MINUTE)
    assert (fresh(attempt).deadline_at, fresh(attempt).paused_for) == (NOW + 5 * MINUTE, timedelta(0))
    assert submit_overdue(NOW + 20 * MINUTE) == 1


@pytest.mark.django_db
def test_reopened_in_a_pause_keeps_the_time_that_was_left(given: Assignment, student: Student, teacher: User) -> None:
    attempt = submit_attempt(start_attempt(student, given, now=NOW), now=NOW + 10 * MINUTE)
    given = lifecycle.pause(given, by=teacher, now=NOW + 12 * MINUTE)
    reopen(fresh(attempt), more_time=None, reason="", by=teacher, now=NOW + 20 * MINUTE)
    assert fresh(attempt).deadline_at is None
    lifecycle.resume(given, by=teacher, now=NOW + 22 * MINUTE)
    assert fresh(attempt).deadline_at == NOW + 42 * MINUTE


@pytest.mark.django_db
def test_end_now_ends_a_paused_quiz(given: Assignment, student: Student, teacher: User) -> None:
    attempt = start_attempt(student, given, now=NOW)
    given = lifecycle.pause(given, by=teacher, now=NOW + MINUTE)
    given = lifecycle.close_now(given, by=teacher, now=NOW + 3 * MINUTE)
    assert (given.paused_at, given.closes_at) == (None, NOW + 3 * MINUTE)
    assert fresh(attempt).deadline_at == NOW + 3 * MINUTE


@pytest.mark.django_db
@pytest.mark.parametrize("release", [Release.AFTER_CLOSE, Release.AFTER_LAST])
def test_answers_stay_hidden_in_a_pause(release: str, given: Assignment, student: Student, teacher: User) -> None:
    Assignment.objects.update(release=release, max_attempts=2)
    given.refresh_from_db()
    attempt = submit_attempt(start_attempt(student, given, now=NOW), now=NOW + MINUTE)
    given = lifecycle.pause(given, by=teacher, now=NOW + 2 * MINUTE)
    at = NOW + 100 * MINUTE

    def is_shown(assignment: Assignment, now: datetime) -> bool:
        return can_see_answers(assignment, attempt, shown_at=answers_shown_at(assignment, student.pk), now=now)

    assert not is_shown(given, at)
    given = lifecycle.resume(given, by=teacher, now=at)
    assert not is_shown(given, at)
    assert is_shown(given, at + 41 * MINUTE)


@pytest.mark.django_db
def test_only_an_open_quiz_can_be_paused(given: Assignment, teacher: User) -> None:
    closed = lifecycle.close_now(given, by=teacher, now=NOW + MINUTE)
    assert lifecycle.pause(closed, by=teacher, now=NOW + 2 * MINUTE).paused_at is None
    assert lifecycle.resume(closed, by=teacher, now=NOW + 3 * MINUTE).closes_at == NOW + MINUTE
