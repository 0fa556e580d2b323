"""Rosters: the students of a classroom, and their PINs."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum

from quizzes.models import AuditEvent, Classroom, FailedTry, Student, User
from quizzes.models.locks import lock_rows, read_locked
from quizzes.people import newcomers
from quizzes.people.classrooms import store_settings
from quizzes.people.names import (
    MAX_STUDENTS,
    PersonName,
    clean_name,
    name_key,
    number_key,
    short_names,
    sort_key,
    split_name,
)

Action = AuditEvent.Action


class NameTaken(Exception):
    """Someone in the class already has this name."""


class NumberTaken(Exception):
    """Someone in the class already has this student number."""


class NotOnRoster(Exception):
    """The student is on no roster: a teacher has removed or merged the entry."""


class ClassFull(Exception):
    """The class would have this many students, more than MAX_STUDENTS."""

    def __init__(self, size: int) -> None:
        self.size = size


def lock_roster(classroom_id: int) -> None:
    """Let acts that give a name or a number on this roster pass one at a time: the second finds it taken.

    A transaction that also locks students locks the roster first. Raises RowDeleted.
    """
    lock_rows(classrooms=[classroom_id])


def names_present(classroom: Classroom) -> set[str]:
    """The name keys of the students on the roster."""
    return set(classroom.students.enrolled().values_list("name_key", flat=True))


def check_place(student: Student, *, to: Classroom) -> None:
    """Raise NotOnRoster for a removed student; NameTaken or NumberTaken if someone else here has the name or number."""
    if student.removed_at is not None:
        raise NotOnRoster
    others = to.students.enrolled().exclude(pk=student.pk)
    if others.filter(name_key=student.name_key).exists():
        raise NameTaken
    if _has_number(others, student.external_id):
        raise NumberTaken


def _has_number(students: QuerySet[Student], number: str) -> bool:
    """Whether one of these students has this number, also with other zeros at the start. "" is no number. One query."""
    numbers = students.exclude(external_id="").values_list("external_id", flat=True)
    return number != "" and number_key(number) in map(number_key, numbers)


def present_by_name(classroom: Classroom) -> dict[str, Student]:
    """The students on the roster by name key, also by the names of entries merged into them. One query."""
    merged = Q(merged_into__classroom=classroom, merged_into__removed_at=None)
    entries = classroom.students.filter(Q(removed_at=None) | merged).select_related("merged_into")
    # A name on the roster comes before that of a merged entry.
    return {one.name_key: one.current for one in entries.order_by(F("removed_at").desc(nulls_last=True), "pk")}


def not_listed(present: Mapping[str, Student], keys: Iterable[str]) -> list[Student]:
    """The students on the roster without one of these name keys; [] for a list with less than half of the class.

    A shorter list only adds students, as when some come later. present: from `present_by_name`.
    """
    students = {one.pk: one for one in present.values()}
    listed = {present[key].pk for key in keys if key in present}
    missing = [one for pk, one in students.items() if pk not in listed]
    return sorted(missing, key=lambda one: one.sort_key) if len(missing) <= len(listed) else []


def classes_by_name(classroom: Classroom, *, by: User) -> dict[str, str]:
    """The other classes whose rosters this teacher may change, by name key of their students. One query."""
    others = Classroom.objects.editable_by(by).current().exclude(pk=classroom.pk)
    rows = Student.objects.enrolled().filter(classroom__in=others).order_by("pk")
    return dict(rows.values_list("name_key", "classroom__name"))


def removed_by_name(classroom: Classroom) -> dict[str, Student]:
    """The removed students of a classroom by name key, the last removed of equal ones. One query.

    Without entries merged into another: they are no student of their own.
    """
    removed = classroom.students.removed().filter(merged_into=None)
    return {student.name_key: student for student in removed.order_by("removed_at")}


def name_columns(name: PersonName, *, by_first: bool) -> dict[str, str]:
    """The columns of a student that depend on the name. by_first: whether the class sorts by first name."""
    return {
        "display_name": name.display,
        "family_name": name.family,
        "name_key": name_key(name.display),
        "sort_key": sort_key(name, by_first=by_first),
    }


def person_name(student: Student) -> PersonName:
    """The student's name with the family name."""
    return PersonName(student.display_name, student.family_name)


def set_language(student_id: int, language: str) -> None:
    """Show this student's pages in this language from now on, on every device. 1 query. Safe to repeat."""
    Student.objects.filter(pk=student_id).update(language=language)


def join_list(classroom: Classroom) -> list[tuple[str, str]]:
    """(public id, shortened name) of each student, by first name, for those who only have the class code. One query."""
    columns = "public_id", "display_name", "family_name"
    rows = list(classroom.students.enrolled().order_by().values_list(*columns))
    names = [PersonName(display, family) for _, display, family in rows]
    shown = zip(names, [public_id for public_id, _, _ in rows], short_names(names), strict=True)
    return [
        (public_id, short)
        for _, public_id, short in sorted(shown, key=lambda entry: (sort_key(entry[0], by_first=True), entry[1]))
    ]


@dataclass(frozen=True, slots=True)
class NewStudent:
    """A student to add. name: its display form is valid for `clean_name`. external_id: "" if it is not kept."""

    name: PersonName
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class AddedList:
    """The students that a list added, and how many it restored and gave a number."""

    added: list[Student]
    restored: int
    numbered: int


def new_students(names: Iterable[str]) -> list[NewStudent]:
    """New students with these full names. Raises InvalidName."""
    return [NewStudent(split_name(clean_name(name))) for name in names]


@transaction.atomic
def add_students(
    classroom: Classroom, students: Sequence[NewStudent], *, by: User | None, now: datetime
) -> list[Student]:
    """Add those whose names are not on the roster yet; returns the new students in order. Safe to repeat.

    by: None for a learning platform.
    """
    # Without a lock on the classroom's row, a form sent twice at the same time would add every name twice. The order
    # may have changed since the row was read.
    read_locked(classroom, "sorts_by_first_name")
    versions = newcomers.lock_versions([classroom.pk])
    present = names_present(classroom)
    added: list[Student] = []
    for new in students:
        columns = name_columns(
            PersonName(clean_name(new.name.display), new.name.family), by_first=classroom.sorts_by_first_name
        )
        if columns["name_key"] not in present:
            present.add(columns["name_key"])
            added.append(Student(classroom=classroom, external_id=new.external_id, created_at=now, **columns))
    Student.objects.bulk_create(added)
    if added:
        AuditEvent.objects.record(Action.STUDENTS_ADDED, actor=by, classroom=classroom, at=now, count=len(added))
        newcomers.give_one_version(versions, added, by=by, now=now)
    return added


@transaction.atomic
def add_list(
    classroom: Classroom,
    students: Sequence[NewStudent],
    *,
    to_restore: Iterable[Student],
    to_number: Iterable[tuple[Student, str]],
    by: User,
    now: datetime,
) -> AddedList:
    """Add a list to the roster: all of it, or nothing after an error. Safe to repeat.

    A student to restore stays removed if another student has the name. to_number: with the school's number.
    Raises ClassFull if others were added since the list was checked.
    """
    known, numbered, restored = list(to_restore), list(to_number), 0
    # All students in one order, after the rows that `add_students` locks too.
    lock_roster(classroom.pk)
    newcomers.lock_versions([classroom.pk])
    lock_rows(students=[student.pk for student in (*known, *(student for student, _ in numbered))])
    added = add_students(classroom, students, by=by, now=now)
    for student in known:
        with suppress(NameTaken):
            restore_student(student, by=by, now=now)
            restored += 1
    size = classroom.students.enrolled().count()
    if size > MAX_STUDENTS:
        raise ClassFull(size)
    # A student who could not be restored gets no number.
    numbered = [(student, number) for student, number in numbered if student.removed_at is None]
    for student, number in numbered:
        keep_external_id(student, number)
    return AddedList(added, restored, len(numbered))


@transaction.atomic
def rename_student(student: Student, *, name: str, family_name: str | None = None, by: User, now: datetime) -> Student:
    """Change a student's name. family_name None: the last word. Raises NameTaken. A repeat changes nothing."""
    # Before the name is read: a new order of the class comes before or after, with this name.
    read_locked(student.classroom, "sorts_by_first_name")
    read_locked(student, "display_name", "family_name", "name_key", "sort_key")
    before, cleaned = student.display_name, clean_name(name)
    new = split_name(cleaned) if family_name is None else PersonName(cleaned, family_name)
    columns = name_columns(new, by_first=student.classroom.sorts_by_first_name)
    if all(getattr(student, column) == value for column, value in columns.items()):
        return student
    for column, value in columns.items():
        setattr(student, column, value)
    return _save_named(student, list(columns), Action.STUDENT_RENAMED, by, now, before=before)


@transaction.atomic
def sort_roster(classroom: Classroom, *, by_first: bool, by: User, now: datetime) -> None:
    """Sort the class by first name or by family name from now on. A repeat changes nothing."""
    if classroom.sorts_by_first_name == by_first:
        return
    store_settings(classroom, by=by, now=now, sorts_by_first_name=by_first)
    lock_rows(students=classroom.students.order_by().values_list("pk", flat=True))
    students = list(classroom.students.all())
    for student in students:
        student.sort_key = sort_key(person_name(student), by_first=by_first)
    Student.objects.bulk_update(students, ["sort_key"], batch_size=500)


def keep_external_id(student: Student, external_id: str, *, replaces: str = "") -> None:
    """Keep the school's own number of a student who has none, or who still has the number that it replaces."""
    Student.objects.filter(pk=student.pk, external_id=replaces).update(external_id=external_id)


@transaction.atomic
def change_external_id(student: Student, external_id: str) -> None:
    """Set or delete the school's own number. Raises NumberTaken: a sync finds one student of a class by it."""
    lock_roster(student.classroom_id)
    read_locked(student, "external_id")
    same = Student.objects.with_merged(student.pk).order_by()
    others = student.classroom.students.exclude(pk__in=same.values("pk"))
    if _has_number(others, external_id):
        raise NumberTaken
    keep_external_id(student, external_id, replaces=student.external_id)


@transaction.atomic
def move_student(student: Student, *, to: Classroom, by: User, now: datetime) -> Student:
    """Move a student to another roster. Attempts stay in the old classroom. A repeat changes nothing.

    Raises NotOnRoster, NameTaken or NumberTaken.
    """
    read_locked(to, "sorts_by_first_name")
    versions = newcomers.lock_versions([to.pk])
    # Also what another teacher may have changed since the page was opened.
    read_locked(student, "classroom", "removed_at", "display_name", "family_name", "name_key", "external_id")
    if student.classroom_id == to.pk:
        return student
    check_place(student, to=to)
    before = student.classroom.public_id
    student.classroom = to
    student.sort_key = sort_key(person_name(student), by_first=to.sorts_by_first_name)
    _save_named(student, ["classroom", "sort_key"], Action.STUDENT_MOVED, by, now, before=before)
    newcomers.give_one_version(versions, [student], by=by, now=now)
    return student


@transaction.atomic
def remove_student(student: Student, *, by: User, now: datetime) -> Student:
    """Remove a student from the roster, which also ends their sessions. Answers stay. A repeat changes nothing."""
    read_locked(student, "removed_at")
    if student.removed_at is None:
        student.removed_at = now
        student.save(update_fields=["removed_at"])
        AuditEvent.objects.record(
            Action.STUDENT_REMOVED, actor=by, classroom=student.classroom, student=student, at=now
        )
    return student


@transaction.atomic
def restore_student(student: Student, *, by: User, now: datetime) -> Student:
    """Put a removed student back on the roster. Raises NameTaken. A repeat changes nothing.

    The number is dropped if someone on the roster has it.
    """
    lock_roster(student.classroom_id)
    versions = newcomers.lock_versions([student.classroom_id])
    read_locked(student, "removed_at", "external_id")
    if student.removed_at is None:
        return student
    student.removed_at = None
    others = student.classroom.students.enrolled().exclude(pk=student.pk)
    if _has_number(others, student.external_id):
        student.external_id = ""
    _save_named(student, ["removed_at", "external_id"], Action.STUDENT_RESTORED, by, now)
    newcomers.give_one_version(versions, [student], by=by, now=now)
    return student


@transaction.atomic
def change_pin(student: Student, *, by: User, now: datetime) -> Student:
    """Give a student a new PIN. The old PIN and all sessions that used it end immediately.

    It changes nothing if the PIN changed after the page was opened.
    """
    seen = student.pin_version
    read_locked(student, "pin_version")
    if student.pin_version == seen:
        _give_new_pins([student], by=by, now=now)
    return student


def pins_state(classroom: Classroom) -> int:
    """The sum of the PIN versions of the class, removed students too: another number after each new PIN. One query."""
    return classroom.students.aggregate(total=Sum("pin_version", default=0))["total"]


@transaction.atomic
def change_pins(classroom: Classroom, *, seen: int, by: User, now: datetime) -> int:
    """Give every student of a class a new PIN, removed ones too; returns how many. Safe to repeat.

    seen: `pins_state` when the teacher was asked. Nothing changes if a PIN is newer than that.
    """
    # If a form is sent twice at once, the second finds the PINs of the first.
    lock_roster(classroom.pk)
    if pins_state(classroom) != seen:
        return 0
    lock_rows(students=classroom.students.values_list("pk", flat=True))
    students = list(classroom.students.order_by("pk"))
    _give_new_pins(students, by=by, now=now)
    return len(students)


def _give_new_pins(students: Sequence[Student], *, by: User, now: datetime) -> None:
    """Give these students, who are locked, new PINs. Wrong PINs no longer count."""
    for student in students:
        student.pin_version += 1
    Student.objects.bulk_update(students, ["pin_version"])
    FailedTry.objects.filter(student__in=students).delete()
    rows = [(student.classroom_id, student, dict[str, Any]()) for student in students]
    AuditEvent.objects.record_each(Action.PIN_CHANGED, rows, actor=by, at=now)


def _save_named(student: Student, fields: list[str], action: str, by: User, now: datetime, **detail: Any) -> Student:
    try:
        with transaction.atomic():
            student.save(update_fields=fields)
            AuditEvent.objects.record(action, actor=by, classroom=student.classroom, student=student, at=now, **detail)
    except IntegrityError as error:
        # So that a second try is no repeat.
        student.refresh_from_db(fields=fields)
        raise NameTaken from error
    return student
