"""Breaks that stop the clock: the rule, and what an attempt keeps across pauses, extensions, and its end."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.assignments import accommodations, lifecycle
from quizzes.assignments.deadlines import Breaks
from quizzes.assignments.supports import Supports, set_supports
from quizzes.attempts.answers import save_answer
from quizzes.attempts.breaks import end_break, start_break
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.lifecycle import reopen, start_attempt, submit_attempt, submit_overdue, undo_close_now
from quizzes.content.editions import published
from quizzes.models import Assignment, Attempt, Classroom, Edition, Student, User
from tests.factories import NOW, make_assignment

MINUTE = timedelta(minutes=1)
NONE = timedelta(0)
ALLOWED = 15 * MINUTE
# A break from NOW on that takes all that is left, and one that takes the last 5 minutes.
WHOLE = Breaks(ALLOWED, NOW + ALLOWED)
REST = Breaks(ALLOWED, NOW + 5 * MINUTE)


@pytest.mark.parametrize(
    ("before", "allowance", "after"),
    [
        (Breaks(), ALLOWED, WHOLE),
        (Breaks(10 * MINUTE), ALLOWED, REST),
        # The last break ended by itself, and the teacher has given more since.
        (Breaks(10 * MINUTE, NOW), ALLOWED, REST),
        (Breaks(), NONE, Breaks()),
        (Breaks(ALLOWED), ALLOWED, Breaks(ALLOWED)),
        # The teacher has taken minutes away.
        (Breaks(ALLOWED), 5 * MINUTE, Breaks(ALLOWED)),
        # Pressed twice, also after the teacher has given more.
        (WHOLE, ALLOWED, WHOLE),
        (WHOLE, 30 * MINUTE, WHOLE),
    ],
)
def test_break_starts_with_all_that_is_left(before: Breaks, allowance: timedelta, after: Breaks) -> None:
    assert before.started(at=NOW, allowance=allowance) == after


@pytest.mark.parametrize(
    ("before", "at", "after"),
    [
        (Breaks(), NOW, Breaks()),
        (Breaks(4 * MINUTE), NOW, Breaks(4 * MINUTE)),
        (WHOLE, NOW, Breaks(NONE, NOW)),
        (WHOLE, NOW + 4 * MINUTE, Breaks(4 * MINUTE, NOW + 4 * MINUTE)),
        (REST, NOW + MINUTE, Breaks(11 * MINUTE, NOW + MINUTE)),
        # The server's clock was set back.
        (WHOLE, NOW - MINUTE, Breaks(NONE, NOW - MINUTE)),
        # It ended by itself.
        (WHOLE, NOW + ALLOWED, WHOLE),
        (WHOLE, NOW + 60 * MINUTE, WHOLE),
    ],
)
def test_rest_of_a_break_stays_for_later(before: Breaks, at: datetime, after: Breaks) -> None:
    assert (before.ended(at=at), before.used_by(at)) == (after, after.used)


def test_break_is_over_at_its_end() -> None:
    moments = [NOW, NOW + ALLOWED - timedelta.resolution, NOW + ALLOWED]
    assert [WHOLE.is_on(at=at) for at in moments] == [True, True, False]
    assert not Breaks(ALLOWED).is_on(at=NOW)


@pytest.fixture
def given(db: None, edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW,
        closes_at=NOW + 120 * MINUTE,
        time_limit=30 * MINUTE,
    )


@pytest.fixture
def attempt(given: Assignment, student: Student, teacher: User) -> Attempt:
    """Begun NOW with 15 minutes of breaks, due after 30 minutes."""
    set_supports(student, Supports(break_minutes=15), by=teacher, now=NOW)
    return start_attempt(student, given, now=NOW)


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("assignment", "student", "classroom").get(pk=attempt.pk)


def minutes_of(attempt: Attempt) -> tuple[float | None, float]:
    """The deadline and the time of breaks, in minutes from NOW."""
    row = fresh(attempt)
    end = None if row.deadline_at is None else (row.deadline_at - NOW) / MINUTE
    return end, row.break_time / MINUTE


def test_break_moves_the_deadline_by_its_length_however_often_the_buttons_are_pressed(attempt: Attempt) -> None:
    for minute in (5, 6):
        start_break(attempt.pk, now=NOW + minute * MINUTE)
        assert minutes_of(attempt) == (45, 15)
    for minute in (9, 10):
        end_break(attempt.pk, now=NOW + minute * MINUTE)
        assert minutes_of(attempt) == (34, 4)
    # The second break ends by itself after the 11 minutes that were left, and there is no third one.
    start_break(attempt.pk, now=NOW + 20 * MINUTE)
    for minute in (31, 32):
        end_break(attempt.pk, now=NOW + minute * MINUTE)
        start_break(attempt.pk, now=NOW + minute * MINUTE)
    assert minutes_of(attempt) == (45, 15)
    assert fresh(attempt).paused_for == 15 * MINUTE


def test_answer_that_arrives_in_a_break_is_kept_and_the_job_waits(attempt: Attempt) -> None:
    start_break(attempt.pk, now=NOW + 29 * MINUTE)
    question, late = next(iter(published(attempt.assignment.edition_id).question_ids.values())), NOW + 40 * MINUTE
    assert save_answer(fresh(attempt), question, "b", operation="x", seen_revision=0, now=late).outcome == "saved"
    assert submit_overdue(late) == 0
    end_break(attempt.pk, now=late)
    assert minutes_of(attempt) == (41, 11)
    assert [finding.broken for finding in check_integrity()] == [()] * 4
    assert submit_overdue(NOW + 43 * MINUTE) == 1


def test_pause_takes_nothing_from_a_break(attempt: Attempt, given: Assignment, teacher: User) -> None:
    start_break(attempt.pk, now=NOW + 5 * MINUTE)
    lifecycle.pause(given, by=teacher, now=NOW + 7 * MINUTE)
    assert minutes_of(attempt) == (None, 15)
    lifecycle.resume(given, by=teacher, now=NOW + 57 * MINUTE)
    assert minutes_of(attempt) == (95, 15)
    assert fresh(attempt).break_ends_at == NOW + 70 * MINUTE
    end_break(attempt.pk, now=NOW + 60 * MINUTE)
    # 5 minutes of work, 2 + 3 of the break, 50 of the pause.
    assert minutes_of(attempt) == (85, 5)


def test_break_can_end_but_not_start_in_a_pause(attempt: Attempt, given: Assignment, teacher: User) -> None:
    start_break(attempt.pk, now=NOW + 5 * MINUTE)
    given = lifecycle.pause(given, by=teacher, now=NOW + 7 * MINUTE)
    for minute in (20, 21):
        end_break(attempt.pk, now=NOW + minute * MINUTE)
        start_break(attempt.pk, now=NOW + minute * MINUTE)
    assert minutes_of(attempt) == (None, 2)
    lifecycle.resume(given, by=teacher, now=NOW + 27 * MINUTE)
    assert minutes_of(attempt) == (52, 2)


def test_more_time_and_an_extension_come_on_top_of_a_break(
    attempt: Attempt, given: Assignment, student: Student, teacher: User
) -> None:
    Assignment.objects.update(closes_at=NOW + 40 * MINUTE)
    start_break(attempt.pk, now=NOW + 5 * MINUTE)
    # The close of the class does not move.
    assert minutes_of(attempt) == (40, 15)
    accommodations.extend(
        fresh(attempt).assignment,
        student,
        due_at=None,
        closes_at=NOW + 80 * MINUTE,
        extra_attempts=0,
        reason="",
        by=teacher,
        now=NOW + 6 * MINUTE,
    )
    assert minutes_of(attempt) == (45, 15)
    accommodations.set_accommodation(student, time_factor=Decimal(2), by=teacher, now=NOW + 7 * MINUTE)
    assert minutes_of(attempt) == (75, 15)
    end_break(attempt.pk, now=NOW + 10 * MINUTE)
    assert minutes_of(attempt) == (65, 5)


def test_turned_in_on_a_break_and_reopened_keeps_the_time_and_the_rest_of_the_break(
    attempt: Attempt, teacher: User
) -> None:
    start_break(attempt.pk, now=NOW + 10 * MINUTE)
    done = submit_attempt(fresh(attempt), now=NOW + 14 * MINUTE)
    assert (done.submitted_at, minutes_of(attempt)) == (NOW + 14 * MINUTE, (34, 4))
    reopen(fresh(attempt), more_time=None, reason="", by=teacher, now=NOW + 50 * MINUTE)
    assert minutes_of(attempt) == (70, 4)
    start_break(attempt.pk, now=NOW + 60 * MINUTE)
    assert minutes_of(attempt) == (81, 15)


def test_undone_close_in_a_break_gives_the_rest_of_the_break_once(
    attempt: Attempt, given: Assignment, teacher: User
) -> None:
    start_break(attempt.pk, now=NOW + 10 * MINUTE)
    given = lifecycle.close_now(given, by=teacher, now=NOW + 12 * MINUTE)
    assert submit_overdue(NOW + 14 * MINUTE) == 1
    undo_close_now(given, due_at=None, closes_at=None, by=teacher, now=NOW + 14 * MINUTE)
    # 20 of 30 minutes were left, and 13 of 15 minutes of breaks.
    assert minutes_of(attempt) == (34, 2)


def test_turned_in_when_a_break_would_be_over_without_the_pause_keeps_its_rest(
    attempt: Attempt, given: Assignment, teacher: User
) -> None:
    start_break(attempt.pk, now=NOW + 10 * MINUTE)
    lifecycle.pause(given, by=teacher, now=NOW + 12 * MINUTE)
    submit_attempt(fresh(attempt), now=NOW + 60 * MINUTE)
    assert (fresh(attempt).break_time, fresh(attempt).break_ends_at) == (2 * MINUTE, NOW + 12 * MINUTE)


def test_reopened_after_a_close_in_a_break_is_not_on_a_break(
    attempt: Attempt, given: Assignment, teacher: User
) -> None:
    start_break(attempt.pk, now=NOW + 10 * MINUTE)
    given = lifecycle.close_now(given, by=teacher, now=NOW + 12 * MINUTE)
    assert submit_overdue(NOW + 14 * MINUTE) == 1
    reopen(fresh(attempt), more_time=10 * MINUTE, reason="", by=teacher, now=NOW + 15 * MINUTE)
    assert (minutes_of(attempt), fresh(attempt).break_ends_at) == ((25, 2), NOW + 12 * MINUTE)


@pytest.mark.parametrize("minute", [30, 30.5, 40])
def test_no_break_starts_after_the_time(minute: float, attempt: Attempt) -> None:
    start_break(attempt.pk, now=NOW + minute * MINUTE)
    assert minutes_of(attempt) == (30, 0)


def test_no_break_without_a_time_limit_or_an_allowance(
    given: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    set_supports(student, Supports(break_minutes=15), by=teacher, now=NOW)
    accommodations.set_accommodation(student, time_factor=None, by=teacher, now=NOW)
    attempts = [start_attempt(one, given, now=NOW) for one in (student, classmate)]
    for attempt in attempts:
        start_break(attempt.pk, now=NOW + MINUTE)
    assert [minutes_of(attempt) for attempt in attempts] == [(120, 0), (30, 0)]
