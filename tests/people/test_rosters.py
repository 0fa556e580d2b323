"""Rosters: every action is recorded and safe to repeat, and no answers are lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.models import Attempt, AuditEvent, Classroom, Student, User
from quizzes.people.rosters import (
    NameTaken,
    NotOnRoster,
    add_students,
    change_pin,
    change_pins,
    keep_external_id,
    move_student,
    names_present,
    new_students,
    pins_state,
    remove_student,
    rename_student,
    restore_student,
    sort_roster,
)
from quizzes.people.student_sign_in import pin_of
from tests.factories import make_failed_try, make_student

pytestmark = pytest.mark.django_db


def acts() -> list[tuple[str, str, str | None]]:
    """(action, actor, student) of every audit event, in order."""
    rows = AuditEvent.objects.order_by("pk").values_list("action", "actor__name", "student__display_name")
    return list(rows)


def test_number_of_an_old_page_replaces_no_newer_one(student: Student) -> None:
    """Both pages read the row before either saved. The number may be kept, or replaced, once."""
    for before, first in (("", "17"), ("17", "18")):
        pages = [Student.objects.get(pk=student.pk) for _ in range(2)]
        for page, number in zip(pages, (first, "99"), strict=True):
            keep_external_id(page, number, replaces=before)
        student.refresh_from_db()
        assert student.external_id == first


# --- Students -----------------------------------------------------------------------------------------------------


def test_class_sorts_by_last_or_first_name(classroom: Classroom, teacher: User, now: datetime) -> None:
    names = ["Zoë Adams", "ana Álvarez", "Ben alvarado"]
    add_students(classroom, new_students(names), by=teacher, now=now)

    def shown() -> list[str]:
        return list(classroom.students.enrolled().values_list("display_name", flat=True))

    assert shown() == ["Zoë Adams", "Ben alvarado", "ana Álvarez"]
    sort_roster(classroom, by_first=True, by=teacher, now=now)
    assert shown() == ["ana Álvarez", "Ben alvarado", "Zoë Adams"]
    add_students(classroom, new_students(["Bea Young"]), by=teacher, now=now)
    assert shown() == ["ana Álvarez", "Bea Young", "Ben alvarado", "Zoë Adams"]
    sort_roster(classroom, by_first=False, by=teacher, now=now)
    assert shown() == ["Zoë Adams", "Ben alvarado", "ana Álvarez", "Bea Young"]


def test_add_students_adds_those_who_are_new(classroom: Classroom, teacher: User, now: datetime) -> None:
    make_student(classroom=classroom, name="Maya Lopez")

    added = add_students(
        classroom, new_students(["maya  lopez", "Noah Park", " Ada ", "NOAH PARK"]), by=teacher, now=now
    )

    assert [student.display_name for student in added] == ["Noah Park", "Ada"]
    assert set(classroom.students.values_list("display_name", flat=True)) == {"Maya Lopez", "Noah Park", "Ada"}
    assert names_present(classroom) == {"maya lopez", "noah park", "ada"}
    assert AuditEvent.objects.get().detail == {"count": 2}


def test_add_students_twice_adds_no_one_twice(classroom: Classroom, teacher: User, now: datetime) -> None:
    add_students(classroom, new_students(["Maya", "Noah"]), by=teacher, now=now)

    assert add_students(classroom, new_students(["Maya", "Noah"]), by=teacher, now=now) == []
    assert classroom.students.count() == 2
    assert len(acts()) == 1


def test_add_students_costs_the_same_for_one_and_for_many(
    classroom: Classroom, teacher: User, now: datetime, queries: Callable[[], Any]
) -> None:
    with queries() as one:
        add_students(classroom, new_students(["Maya"]), by=teacher, now=now)
    with queries() as many:
        add_students(classroom, new_students([f"Student {number}" for number in range(60)]), by=teacher, now=now)

    # Lock, versions of quizzes, names; students, log.
    assert len(one) == len(many) == 5


def test_two_classrooms_may_have_students_of_one_name(
    classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    add_students(classroom, new_students(["Maya"]), by=teacher, now=now)
    add_students(other_classroom, new_students(["Maya"]), by=teacher, now=now)

    assert Student.objects.filter(display_name="Maya").count() == 2


def test_students_get_pins_that_differ(classroom: Classroom, teacher: User, now: datetime) -> None:
    students = add_students(classroom, new_students([f"Student {number}" for number in range(60)]), by=teacher, now=now)

    pins = [pin_of(student) for student in students]
    assert all(len(pin) == 4 and pin.isdigit() for pin in pins)
    # 60 random PINs of 10,000 have 0.18 equal pairs on average.
    assert len(set(pins)) > 40


def test_rename_keeps_the_pin(student: Student, teacher: User, now: datetime) -> None:
    pin = pin_of(student)

    rename_student(student, name="  Maya  Lopez-Kim ", by=teacher, now=now)

    student.refresh_from_db()
    assert (student.display_name, student.name_key, pin_of(student)) == ("Maya Lopez-Kim", "maya lopez kim", pin)
    event = AuditEvent.objects.get()
    assert (event.action, event.student, event.detail) == ("student_renamed", student, {"before": "Maya Lopez"})


def test_rename_and_restore_twice_are_recorded_once(student: Student, teacher: User, now: datetime) -> None:
    for _ in range(2):
        rename_student(student, name="Maya Kim", by=teacher, now=now)
    remove_student(student, by=teacher, now=now)
    for _ in range(2):
        restore_student(student, by=teacher, now=now)

    assert [action for action, *_ in acts()] == ["student_renamed", "student_removed", "student_restored"]


def test_rename_may_change_case_only_and_not_to_a_classmates_name(
    student: Student, classmate: Student, teacher: User, now: datetime
) -> None:
    rename_student(student, name="MAYA LOPEZ", by=teacher, now=now)
    with pytest.raises(NameTaken):
        rename_student(student, name="noah park", by=teacher, now=now)

    assert Student.objects.get(pk=student.pk).display_name == "MAYA LOPEZ"
    assert len(acts()) == 1


def test_remove_keeps_answers_and_frees_the_name(attempt: Attempt, teacher: User, now: datetime) -> None:
    student = attempt.student

    remove_student(student, by=teacher, now=now)
    remove_student(student, by=teacher, now=now + timedelta(days=1))

    assert Student.objects.get().removed_at == now
    assert Attempt.objects.count() == 1
    assert list(student.classroom.students.enrolled()) == []
    assert acts() == [("student_removed", "Ms. Rivera", "Maya Lopez")]
    add_students(student.classroom, new_students(["Maya Lopez"]), by=teacher, now=now)


def test_restore_needs_the_name_to_be_free(student: Student, teacher: User, now: datetime) -> None:
    remove_student(student, by=teacher, now=now)
    namesake = make_student(classroom=student.classroom, name="maya lopez")
    with pytest.raises(NameTaken):
        restore_student(student, by=teacher, now=now)
    assert list(student.classroom.students.enrolled()) == [namesake]

    rename_student(namesake, name="Maya L.", by=teacher, now=now)
    restore_student(student, by=teacher, now=now)
    assert set(student.classroom.students.enrolled()) == {student, namesake}


def test_move_takes_the_student_and_leaves_the_attempts(
    attempt: Attempt, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    student, before = attempt.student, attempt.classroom

    move_student(student, to=other_classroom, by=teacher, now=now)

    student.refresh_from_db()
    assert student.classroom == other_classroom
    assert Attempt.objects.get().classroom == before
    event = AuditEvent.objects.get()
    assert (event.action, event.classroom, event.detail) == (
        "student_moved",
        other_classroom,
        {"before": before.public_id},
    )


def test_move_uses_the_current_name(student: Student, other_classroom: Classroom, teacher: User, now: datetime) -> None:
    """Another teacher renames the student after the page was opened."""
    page = Student.objects.get(pk=student.pk)
    rename_student(student, name="Maya Adams", by=teacher, now=now)

    moved = move_student(page, to=other_classroom, by=teacher, now=now)

    assert moved.sort_key == student.sort_key == Student.objects.get().sort_key


def test_move_needs_the_name_to_be_free(
    student: Student, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    make_student(classroom=other_classroom, name="MAYA LOPEZ")
    home = student.classroom

    with pytest.raises(NameTaken):
        move_student(student, to=other_classroom, by=teacher, now=now)

    assert Student.objects.get(pk=student.pk).classroom == home
    assert acts() == []


def test_move_needs_the_student_on_the_roster(
    student: Student, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    """In an older page, the student is still there."""
    old_page = Student.objects.get(pk=student.pk)
    remove_student(student, by=teacher, now=now)

    with pytest.raises(NotOnRoster):
        move_student(old_page, to=other_classroom, by=teacher, now=now)

    assert not other_classroom.students.exists()


def test_change_pin_gives_another_pin_and_a_fresh_start(student: Student, teacher: User, now: datetime) -> None:
    """The probability that a new PIN equals the old one is 1 in 10,000, so the test changes it 3 times."""
    pins = {pin_of(student)}
    make_failed_try(student=student)
    for _ in range(3):
        change_pin(student, by=teacher, now=now)
        pins.add(pin_of(student))

    assert len(pins) > 1
    assert (student.pin_version, student.failed_tries.count()) == (4, 0)
    assert acts() == [("pin_changed", "Ms. Rivera", "Maya Lopez")] * 3


def test_change_pins_gives_each_student_of_the_class_another_pin_once(
    student: Student, outsider: Student, teacher: User, now: datetime
) -> None:
    classroom = student.classroom
    removed = make_student(classroom=classroom, name="Zoe")
    remove_student(removed, by=teacher, now=now)
    make_failed_try(student=student)
    seen = pins_state(classroom)

    assert [change_pins(classroom, seen=seen, by=teacher, now=now) for _ in range(2)] == [2, 0]

    versions = dict(Student.objects.values_list("display_name", "pin_version"))
    assert versions == {"Maya Lopez": 2, "Zoe": 2, outsider.display_name: 1}
    assert student.failed_tries.count() == 0
    assert acts()[-2:] == [("pin_changed", "Ms. Rivera", name) for name in ("Maya Lopez", "Zoe")]


def test_change_pins_costs_the_same_for_one_and_for_many(
    classroom: Classroom, teacher: User, now: datetime, queries: Callable[[], Any]
) -> None:
    counts = []
    for size in (1, 10):
        for number in range(size):
            make_failed_try(student=make_student(classroom=classroom, name=f"Student {size} {number}"))
        seen = pins_state(classroom)
        with queries() as sent:
            change_pins(classroom, seen=seen, by=teacher, now=now)
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_students_of_a_teacher_are_those_of_the_own_classes(
    student: Student, outsider: Student, teacher: User, other_teacher: User
) -> None:
    assert list(Student.objects.taught_by(teacher)) == [student]
    assert list(Student.objects.taught_by(other_teacher)) == [outsider]
