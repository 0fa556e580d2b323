"""An assignment without attempts is deleted and restored with its rows; one with attempts is refused."""

import uuid
from datetime import datetime

import pytest

from quizzes.assignments.deletion import delete_assignment, restore_assignment
from quizzes.assignments.newer_versions import HasAttempts, split_by_edition
from quizzes.assignments.own_versions import own_versions
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Excuse, Regrade, User
from quizzes.people.erasure import erase_student
from tests.factories import (
    make_answered_attempt,
    make_assignment,
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
    first = make_edition()
    second, third = (
        make_edition(question_set=first.question_set, document=make_document(title=title)) for title in ("B", "C")
    )
    oldest = make_assignment(edition=first, classroom=classroom, assigned_by=teacher)
    started, erased, waiting = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy"))
    make_answered_attempt(assignment=oldest, student=started)
    between = split_by_edition(oldest, second, group=uuid.uuid4(), by=teacher, now=now)
    make_answered_attempt(assignment=between, student=erased)
    newest = split_by_edition(between, third, group=uuid.uuid4(), by=teacher, now=now)
    erase_student(erased, by=teacher, now=now)

    for _ in range(2):
        rows = delete_assignment(between, by=teacher, now=now)
        newest.refresh_from_db()
        assert newest.newer_version_of == oldest
        assert own_versions([oldest])[waiting.pk, oldest.pk] == newest
        between = restore_assignment(rows, classroom, by=teacher, now=now)
        newest.refresh_from_db()
        assert newest.newer_version_of == between
    delete_assignment(between, by=teacher, now=now)
    delete_assignment(Assignment.objects.get(pk=newest.pk), by=teacher, now=now)
    assert not Excuse.objects.filter(student=waiting).exists()
