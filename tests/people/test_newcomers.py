"""A student who comes to a class gets one version of a quiz, however they come."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from quizzes.assignments.newer_versions import split_by_edition
from quizzes.attempts.late_joiners import missed_count
from quizzes.attempts.transfers import move_with_work, settings_left, transfer_attempts
from quizzes.models import Assignment, AuditEvent, Classroom, Edition, Student, User
from quizzes.people.rosters import add_students, move_student, new_students, remove_student, restore_student
from quizzes.reports.student_assignments import student_assignments
from tests.factories import make_answered_attempt, make_assignment, make_document, make_edition, make_student

pytestmark = pytest.mark.django_db

type Versions = tuple[Assignment, Assignment]
type Coming = Callable[[Classroom, Classroom, User, datetime], Student]


@pytest.fixture
def versions(edition: Edition, classroom: Classroom, student: Student, teacher: User, now: datetime) -> Versions:
    """Two versions of a quiz. The student has started the first."""
    closes_at = now + timedelta(days=9)
    older = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, closes_at=closes_at)
    make_answered_attempt(assignment=older, student=student)
    make_student(classroom=classroom, name="Noah Park")
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    return older, split_by_edition(older, newest, group=uuid.uuid4(), by=teacher, now=now)


def own_quizzes(student: Student) -> list[Assignment]:
    """The quizzes of the student's class from which the student is not excused."""
    return list(student.classroom.assignments.exclude(excuses__student=student).order_by("pk"))


def add(classroom: Classroom, other: Classroom, by: User | None, now: datetime) -> Student:
    [added] = add_students(classroom, new_students(["Ana Diaz"]), by=by, now=now)
    return added


def add_from_platform(classroom: Classroom, other: Classroom, by: User, now: datetime) -> Student:
    return add(classroom, other, None, now)


def restore(classroom: Classroom, other: Classroom, by: User, now: datetime) -> Student:
    removed = make_student(classroom=classroom, name="Ana Diaz", removed_at=now - timedelta(days=9))
    return restore_student(removed, by=by, now=now)


def move(classroom: Classroom, other: Classroom, by: User, now: datetime) -> Student:
    return move_student(make_student(classroom=other, name="Ana Diaz"), to=classroom, by=by, now=now)


@pytest.mark.parametrize("come", [add, add_from_platform, restore, move])
def test_student_who_comes_has_the_newest_version(
    come: Coming, versions: Versions, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    older, newest = versions
    make_assignment(edition=older.edition, classroom=other_classroom, assigned_by=teacher)
    came = come(older.classroom, other_classroom, teacher, now)

    assert own_quizzes(came) == [newest]
    excuse = came.excuses.get()
    assert (excuse.shown_reason, excuse.given_by) == ("Has version 2 of this quiz.", teacher)
    logged = AuditEvent.objects.filter(action="excused", student=came).get()
    reason = {"reason_kind": "has_version", "reason": "", "own_version": 2}
    assert logged.detail == {"assignment": older.public_id, **reason}
    shown = student_assignments(came, now=now)
    assert shown.next_up is not None
    assert (shown.next_up.assignment, shown.to_do) == (newest, ())
    waiting = older.classroom.students.get(display_name="Noah Park")
    assert settings_left(waiting, to=other_classroom) == []
    assert missed_count(older.classroom, now=now + timedelta(days=30)) == 1


@pytest.mark.parametrize("has_started", [False, True])
def test_student_who_comes_back_has_the_version_of_before(
    has_started: bool, versions: Versions, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    older, newest = versions
    back = make_student(classroom=older.classroom, name="Ana Diaz", removed_at=now - timedelta(days=9))
    if has_started:
        make_answered_attempt(assignment=older, student=back)
    for _ in range(2):
        back = restore_student(back, by=teacher, now=now)
        assert own_quizzes(back) == [older if has_started else newest]
        assert back.excuses.count() == 1
        back = remove_student(back, by=teacher, now=now)


@pytest.mark.parametrize("is_at_once", [False, True])
def test_work_of_another_class_decides_which_version_counts(
    is_at_once: bool, versions: Versions, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    older, newest = versions
    there = make_assignment(edition=older.edition, classroom=other_classroom, assigned_by=teacher)
    moved, started = (make_student(classroom=other_classroom, name=name) for name in ("Ana Diaz", "Bo Chen"))
    for one in (moved, started):
        make_answered_attempt(assignment=there, student=one)
    if is_at_once:
        assert move_with_work(moved, to=older.classroom, by=teacher, now=now) == 1
    else:
        moved, started = (move_student(one, to=older.classroom, by=teacher, now=now) for one in (moved, started))
        make_answered_attempt(assignment=newest, student=started)
        assert [transfer_attempts(one, by=teacher, now=now) for one in (moved, started)] == [1, 0]
        assert own_quizzes(started) == [newest]

    assert own_quizzes(moved) == [older]
    assert newest.excuses.get(student=moved).own_version == 1
