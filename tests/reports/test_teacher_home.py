"""A teacher's home: what needs the teacher, and a line for each classroom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from quizzes.attempts.late_answers import LATE_SHOWN_FOR, accept_late
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.models import Classroom, Edition, Student, User
from quizzes.people.classrooms import archive_classroom
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.teacher_home import ClassroomSummary, TodoItem, load_teacher_home
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_failed_try,
    make_student,
    save,
)

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def needs(teacher: User, *, now: datetime) -> list[TodoItem]:
    return load_teacher_home(teacher, now=now).needs


def classroom_summaries(teacher: User, *, now: datetime) -> list[ClassroomSummary]:
    return load_teacher_home(teacher, now=now).summaries


# --- What needs the teacher ---------------------------------------------------------------------------------------


def test_needs_are_who_is_locked_out_what_is_due_and_empty_classes(
    edition: Edition, classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    ada, ben, cy = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy"))
    empty = make_classroom(teacher=teacher, name="Period 9")
    due = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
    make_assignment(edition=edition, classroom=classroom, due_at=NOW + 2 * DAY)
    make_answered_attempt(assignment=due, student=ada)
    make_attempt(assignment=due, student=ben)
    for _ in range(5):
        make_failed_try(student=cy, at=NOW)

    found = needs(teacher, now=NOW)

    assert [(need.kind, need.count, need.classroom) for need in found] == [
        ("locked_out", 1, classroom),
        ("not_submitted", 2, classroom),
        ("students", 0, empty),
    ]
    assert found[0].students == (cy,)
    assert (found[1].assignment, found[1].title, found[1].not_started_count) == (due, "Small set", 1)
    assert needs(other_teacher, now=NOW) == []


@pytest.mark.parametrize(
    ("due", "closes", "is_needed"),
    [
        (DAY, None, True),
        (DAY + SECOND, None, False),
        (-9 * DAY, None, True),
        (None, DAY, True),
        (None, DAY + SECOND, False),
        (None, None, False),
        # After the close nothing can be submitted.
        (-DAY, -SECOND, False),
        (-DAY, timedelta(0), True),
    ],
)
def test_needs_name_what_is_due_within_a_day_and_can_still_be_done(
    edition: Edition,
    student: Student,
    teacher: User,
    due: timedelta | None,
    closes: timedelta | None,
    is_needed: bool,
) -> None:
    make_assignment(
        edition=edition,
        classroom=student.classroom,
        due_at=None if due is None else NOW + due,
        closes_at=None if closes is None else NOW + closes,
    )

    assert [need.kind for need in needs(teacher, now=NOW)] == (["not_submitted"] if is_needed else [])


def test_needs_have_what_is_due_tonight_before_what_was_due_last_month(
    student: Student, edition: Edition, classroom: Classroom, teacher: User
) -> None:
    for title, due_at in (
        ("Last month", NOW - timedelta(days=30)),
        ("Tomorrow", NOW + 20 * HOUR),
        ("Last week", NOW - timedelta(days=7)),
        ("Tonight", NOW + 9 * HOUR),
    ):
        make_assignment(edition=edition, classroom=classroom, own_title=title, due_at=due_at)
    assert [need.title for need in needs(teacher, now=NOW)] == ["Tonight", "Tomorrow", "Last week", "Last month"]


def test_needs_count_who_is_in_the_class_now(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    """A finished student who moves away must not count in place of one who has not started."""
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
    make_student(classroom=classroom, name="Ada")
    moves, goes = (make_student(classroom=classroom, name=name) for name in ("Ben", "Cy"))
    for one in (moves, goes):
        make_answered_attempt(assignment=assignment, student=one)
    move_student(moves, to=other_classroom, by=teacher, now=now)
    remove_student(goes, by=teacher, now=now)

    [need] = needs(teacher, now=now)

    assert (need.count, need.not_started_count) == (1, 1)


def test_needs_leave_archived_classes_in_peace(classroom: Classroom, teacher: User, now: datetime) -> None:
    assert [need.kind for need in needs(teacher, now=now)] == ["students"]
    archive_classroom(classroom, by=teacher, now=now)

    assert needs(teacher, now=now) == []


# --- Home ---------------------------------------------------------------------------------------------------------


def test_summary_of_a_class_names_the_newest_open_assignment(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    ada, ben = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben"))
    closed = make_assignment(edition=edition, classroom=classroom, created_at=NOW, closes_at=NOW + HOUR)
    running = make_assignment(edition=edition, classroom=classroom, created_at=NOW + MINUTE)
    make_assignment(edition=edition, classroom=classroom, created_at=NOW + HOUR, opens_at=NOW + 3 * HOUR)
    make_answered_attempt(assignment=closed, student=ada)
    make_answered_attempt(assignment=running, student=ada, right=2)
    make_answered_attempt(assignment=running, student=ben, submitted=False)

    [summary] = classroom_summaries(teacher, now=NOW + 2 * HOUR)

    assert summary.newest is not None
    assert (summary.classroom, summary.student_count, summary.newest.assignment) == (classroom, 2, running)
    assert summary.newest.submitted_count == 1
    # The mean of 8/8 and 3/8.
    assert summary.average_share == Decimal("0.6875")


def test_summary_of_an_empty_class_has_no_figures(classroom: Classroom, teacher: User, other_teacher: User) -> None:
    [summary] = classroom_summaries(teacher, now=NOW)

    assert (summary.student_count, summary.newest, summary.average_share) == (0, None, None)
    assert classroom_summaries(other_teacher, now=NOW) == []


def test_summary_counts_who_is_in_the_class_now(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    stays, moves, goes = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy"))
    make_answered_attempt(assignment=assignment, student=stays)
    make_answered_attempt(assignment=assignment, student=moves, right=0)
    make_answered_attempt(assignment=assignment, student=goes, right=0)
    move_student(moves, to=other_classroom, by=teacher, now=now)
    remove_student(goes, by=teacher, now=now)

    [summary] = classroom_summaries(teacher, now=now)

    assert summary.newest is not None
    assert (summary.student_count, summary.newest.submitted_count) == (1, 1)
    assert summary.average_share == 1


def test_late_answers_are_a_need_until_the_teacher_accepts_them(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    assert needs(teacher, now=NOW + HOUR) == []
    late_at = NOW + 5 * MINUTE
    save(attempt, "one", "b", seen_revision=1, now=late_at)

    [need] = needs(teacher, now=NOW + HOUR)
    assert (need.kind, need.count, need.assignment, need.title) == ("late_answers", 1, assignment, "Small set")
    assert need.late == ((student.display_name, attempt),)
    assert needs(teacher, now=NOW + LATE_SHOWN_FOR + HOUR) == []

    accept_late(attempt, by=teacher, now=NOW + HOUR)
    assert needs(teacher, now=NOW + HOUR) == []
    save(attempt, "some", ["a"], seen_revision=0, now=NOW + 2 * HOUR)
    assert [need.kind for need in needs(teacher, now=NOW + 2 * HOUR)] == ["late_answers"]

    def restore_after_the_roster_was_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and ' FROM "quizzes_attempt"' in sql:
            Student.objects.update(removed_at=None)
        return execute(sql, *rest)

    remove_student(student, by=teacher, now=NOW + 2 * HOUR)
    with connection.execute_wrapper(restore_after_the_roster_was_read):
        assert [need.kind for need in needs(teacher, now=NOW + 2 * HOUR)] == ["students"]
    assert [need.kind for need in needs(teacher, now=NOW + 2 * HOUR)] == ["late_answers"]


def test_late_answers_with_a_newer_answer_in_a_reopened_attempt_are_no_need(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    save(attempt, "one", "c", seen_revision=1, now=NOW + MINUTE)
    reopen(attempt, more_time=None, reason="Was ill.", by=teacher, now=NOW + 2 * MINUTE)
    assert needs(teacher, now=NOW + 3 * MINUTE) == []
    save(attempt, "one", "b", seen_revision=1, now=NOW + 4 * MINUTE)
    submit_attempt(attempt, now=NOW + 5 * MINUTE)
    assert needs(teacher, now=NOW + HOUR) == []


def test_home_costs_the_same_for_any_number_of_classes(
    edition: Edition, teacher: User, queries: Callable[[], Any]
) -> None:
    counts = []
    for size in (1, 3):
        for _ in range(size):
            classroom = make_classroom(teacher=teacher)
            for _ in range(size):
                assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
                make_answered_attempt(assignment=assignment)
                make_student(classroom=classroom)
        with queries() as seen:
            load_teacher_home(teacher, now=NOW)
        counts.append(len(seen))

    assert counts == [8, 8]
