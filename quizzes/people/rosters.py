"""Rosters: the students of a classroom, and their PINs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from quizzes.models import AuditEvent, Classroom, Student, User
from quizzes.people.names import clean_name, name_key

Action = AuditEvent.Action


class NameTaken(Exception):
    """Someone in the class already has this name."""


def names_present(classroom: Classroom) -> set[str]:
    """The name keys of the students on the roster."""
    return set(classroom.students.enrolled().values_list("name_key", flat=True))


@transaction.atomic
def add_students(classroom: Classroom, names: Sequence[str], *, by: User, now: datetime) -> list[Student]:
    """Add the names that are not on the roster yet; returns the new students in order. Safe to repeat.

    names: valid for `clean_name`.
    """
    # Without a lock on the classroom's row, a form sent twice at the same time would add every name twice.
    Classroom.objects.select_for_update().get(pk=classroom.pk)
    present = names_present(classroom)
    added: list[Student] = []
    for name in map(clean_name, names):
        if name_key(name) not in present:
            present.add(name_key(name))
            added.append(Student(classroom=classroom, display_name=name, name_key=name_key(name), created_at=now))
    Student.objects.bulk_create(added)
    if added:
        AuditEvent.objects.record(Action.STUDENTS_ADDED, actor=by, classroom=classroom, at=now, count=len(added))
    return added


def rename_student(student: Student, *, name: str, by: User, now: datetime) -> Student:
    """Change a student's name. Raises NameTaken."""
    before = student.display_name
    student.display_name, student.name_key = clean_name(name), name_key(clean_name(name))
    return _save_named(student, ["display_name", "name_key"], Action.STUDENT_RENAMED, by, now, before=before)


def move_student(student: Student, *, to: Classroom, by: User, now: datetime) -> Student:
    """Move a student to another roster. Attempts stay in the old classroom. Raises NameTaken."""
    before = student.classroom.public_id
    student.classroom = to
    return _save_named(student, ["classroom"], Action.STUDENT_MOVED, by, now, before=before)


@transaction.atomic
def remove_student(student: Student, *, by: User, now: datetime) -> Student:
    """Remove a student from the roster, which also ends their sessions. Answers stay."""
    if student.removed_at is None:
        student.removed_at = now
        student.save(update_fields=["removed_at"])
        AuditEvent.objects.record(
            Action.STUDENT_REMOVED, actor=by, classroom=student.classroom, student=student, at=now
        )
    return student


def restore_student(student: Student, *, by: User, now: datetime) -> Student:
    """Put a removed student back on the roster. Raises NameTaken."""
    student.removed_at = None
    return _save_named(student, ["removed_at"], Action.STUDENT_RESTORED, by, now)


@transaction.atomic
def change_pin(student: Student, *, by: User, now: datetime) -> Student:
    """Give a student a new PIN. The old PIN and all sessions that used it end immediately."""
    student.pin_version += 1
    student.save(update_fields=["pin_version"])
    student.failed_tries.all().delete()
    AuditEvent.objects.record(Action.PIN_CHANGED, actor=by, classroom=student.classroom, student=student, at=now)
    return student


def _save_named(student: Student, fields: list[str], action: str, by: User, now: datetime, **detail: Any) -> Student:
    try:
        with transaction.atomic():
            student.save(update_fields=fields)
            AuditEvent.objects.record(action, actor=by, classroom=student.classroom, student=student, at=now, **detail)
    except IntegrityError as error:
        raise NameTaken from error
    return student
