"""An assignment without attempts is deleted and restored with its rows; one with attempts is refused."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest

from quizzes.assignments.deletion import delete_assignment, restore_assignment
from quizzes.assignments.newer_versions import HasAttempts, split_by_edition
from quizzes.assignments.own_versions import own_versions
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Excuse, Regrade, User
from quizzes.people.erasure import erase_student
from quizzes.people.rosters import add_students, new_students
from tests.assignments.test_newer_versions import give_three_versions
from tests.factories import (
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_regrade,
    make_student,
)


def test_delete_assignment_without_attempts(assignment: Assignment, teacher: User, now: datetime) -> None:
    public_id = assignment.public_id

    delete_assignment(assignment, by=teacher, now=now)

    assert Assignment.objects.count() == 0
    assert AuditEvent.objects.get().detail == {"assignment": public_id, "withdrawn": True}


def test_delete_assignment_is_refused_once_a_student_has_started(
    attempt: Attempt, teacher: User, now: datetime
) -> None:
    with pytest.raises(HasAttempts):
        delete_assignment(attempt.assignment, by=teacher, now=now)

    assert Assignment.objects.count() == 1
    assert AuditEvent.objects.count() == 0


def test_regraded_assignment_without_attempts_is_deleted_and_restored(
    assignment: Assignment, teacher: User, now: datetime
) -> None:
    regrade = make_regrade(assignment=assignment, made_by=teacher, policy="drop")
    before = Regrade.objects.values().get()

    rows = delete_assignment(assignment, by=teacher, now=now)
    assert (Assignment.objects.count(), Regrade.objects.count()) == (0, 0)
    restore_assignment(rows, regrade.assignment.classroom, by=teacher, now=now)

    assert Regrade.objects.values().get() == before


def test_newest_version_follows_the_oldest_without_the_one_between(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    (oldest, between, newest), (_, erased, waiting) = give_three_versions(classroom, teacher, now)
    erase_student(erased, by=teacher, now=now)

    for name in ("Ana Diaz", "Bo Chen"):
        rows = delete_assignment(between, by=teacher, now=now)
        [came] = add_students(classroom, new_students([name]), by=teacher, now=now)
        newest.refresh_from_db()
        assert newest.newer_version_of == oldest
        assert own_versions([oldest])[waiting.pk, oldest.pk] == newest
        between = restore_assignment(rows, classroom, by=teacher, now=now)
        newest.refresh_from_db()
        assert newest.newer_version_of == between
        assert list(classroom.assignments.exclude(excuses__student=came)) == [newest]
    delete_assignment(between, by=teacher, now=now)
    delete_assignment(Assignment.objects.get(pk=newest.pk), by=teacher, now=now)
    assert not Excuse.objects.filter(student=waiting).exists()


def test_version_of_many_students_is_deleted_and_restored_in_a_fixed_number_of_queries(
    edition: Edition, teacher: User, now: datetime, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    counts = []
    for count in (1, 3):
        older = make_assignment(edition=edition, classroom=make_classroom(teacher=teacher), assigned_by=teacher)
        for _ in range(count):
            make_student(classroom=older.classroom)
        newer = split_by_edition(older, newest, group=uuid.uuid4(), by=teacher, now=now)
        with queries() as seen:
            rows = delete_assignment(Assignment.objects.get(pk=newer.pk), by=teacher, now=now)
            assert not older.excuses.exists()
            restore_assignment(rows, older.classroom, by=teacher, now=now)
        assert older.excuses.count() == count
        counts.append(len(seen))
    # PostgreSQL and SQLite check the keys of restored rows in other ways.
    assert counts in ([54, 54], [56, 56])
