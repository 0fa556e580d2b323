"""Classrooms and their rosters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from quizzes.models import AuditEvent, Classroom, Student, Teaching, User
from quizzes.models.rosters import new_join_code
from quizzes.people.names import clean_name, name_key

Action = AuditEvent.Action


class NameTaken(Exception):
    """Someone in the class already has this name."""


class ClassroomNameTaken(Exception):
    """The teacher has a current classroom of this name."""


@transaction.atomic
def add_classroom(*, by: User, name: str, time_zone: str, now: datetime) -> Classroom:
    """A new classroom, taught by its maker; raises ClassroomNameTaken, so that a form sent twice makes one class."""
    _refuse_taken(name, by)
    classroom = Classroom.objects.create(name=name, time_zone=time_zone, created_at=now)
    Teaching.objects.create(classroom=classroom, teacher=by)
    AuditEvent.objects.record(Action.CLASSROOM_MADE, actor=by, classroom=classroom, at=now, name=name)
    return classroom


@transaction.atomic
def change_classroom(classroom: Classroom, *, by: User, name: str, time_zone: str, now: datetime) -> Classroom:
    """Rename a classroom or give it another time zone; moments already set stay the same moments.

    Raises ClassroomNameTaken.
    """
    _refuse_taken(name, by, classroom)
    before = {"name": classroom.name, "time_zone": classroom.time_zone}
    classroom.name, classroom.time_zone = name, time_zone
    classroom.save(update_fields=["name", "time_zone"])
    AuditEvent.objects.record(
        Action.CLASSROOM_CHANGED,
        actor=by,
        classroom=classroom,
        at=now,
        before=before,
        after={"name": name, "time_zone": time_zone},
    )
    return classroom


@transaction.atomic
def change_code(classroom: Classroom, *, by: User, now: datetime) -> Classroom:
    """Give a classroom a new join code; the old one stops working at once."""
    classroom.join_code = new_join_code()
    classroom.save(update_fields=["join_code"])
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now)
    return classroom


@transaction.atomic
def set_code_active(classroom: Classroom, *, is_open: bool, by: User, now: datetime) -> Classroom:
    """Open or close a classroom's code; students who are signed in stay so."""
    classroom.join_open = is_open
    classroom.save(update_fields=["join_open"])
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now, open=is_open)
    return classroom


@transaction.atomic
def set_archived(classroom: Classroom, *, is_archived: bool, by: User, now: datetime) -> Classroom:
    """Put a classroom away or bring it back; nothing in it is lost, and an archived one's code lets nobody in."""
    classroom.archived_at = now if is_archived else None
    classroom.save(update_fields=["archived_at"])
    AuditEvent.objects.record(
        Action.CLASSROOM_ARCHIVED if is_archived else Action.CLASSROOM_RESTORED, actor=by, classroom=classroom, at=now
    )
    return classroom


def names_present(classroom: Classroom) -> set[str]:
    """The folded names on the roster now."""
    return set(classroom.students.enrolled().values_list("name_key", flat=True))


@transaction.atomic
def add_students(classroom: Classroom, names: Sequence[str], *, by: User, now: datetime) -> list[Student]:
    """Add those of the names that are not on the roster yet; returns the students added, in the order given.

    names: as `clean_name` lets them pass. Sending the same list twice adds nobody twice.
    """
    # The classroom's row is the lock: without it a form sent twice at once would find every name new, twice.
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
    """Give a student another name; raises NameTaken."""
    before = student.display_name
    student.display_name, student.name_key = clean_name(name), name_key(clean_name(name))
    return _save_named(student, ["display_name", "name_key"], Action.STUDENT_RENAMED, by, now, before=before)


def move_student(student: Student, *, to: Classroom, by: User, now: datetime) -> Student:
    """Put a student on another roster; attempts stay with the class they were made in. Raises NameTaken."""
    before = student.classroom.public_id
    student.classroom = to
    return _save_named(student, ["classroom"], Action.STUDENT_MOVED, by, now, before=before)


@transaction.atomic
def remove_student(student: Student, *, by: User, now: datetime) -> Student:
    """Take a student off the roster and sign the student out everywhere; answers are kept."""
    if student.removed_at is None:
        student.removed_at = now
        student.save(update_fields=["removed_at"])
        AuditEvent.objects.record(
            Action.STUDENT_REMOVED, actor=by, classroom=student.classroom, student=student, at=now
        )
    return student


def restore_student(student: Student, *, by: User, now: datetime) -> Student:
    """Put a removed student back on the roster; raises NameTaken when the name is in use again."""
    student.removed_at = None
    return _save_named(student, ["removed_at"], Action.STUDENT_RESTORED, by, now)


@transaction.atomic
def change_pin(student: Student, *, by: User, now: datetime) -> Student:
    """Give a student a new PIN: the old one, and every session opened with it, stops working at once."""
    student.pin_version += 1
    student.save(update_fields=["pin_version"])
    student.failed_tries.all().delete()
    AuditEvent.objects.record(Action.PIN_CHANGED, actor=by, classroom=student.classroom, student=student, at=now)
    return student


def _refuse_taken(name: str, by: User, classroom: Classroom | None = None) -> None:
    # The teacher's row is the lock: without it two requests at once would both find the name free.
    User.objects.select_for_update().get(pk=by.pk)
    others = Classroom.objects.taught_by(by).current().filter(name__iexact=name)
    if (others.exclude(pk=classroom.pk) if classroom is not None else others).exists():
        raise ClassroomNameTaken


def _save_named(student: Student, fields: list[str], action: str, by: User, now: datetime, **detail: Any) -> Student:
    try:
        with transaction.atomic():
            student.save(update_fields=fields)
            AuditEvent.objects.record(action, actor=by, classroom=student.classroom, student=student, at=now, **detail)
    except IntegrityError as error:
        raise NameTaken from error
    return student
