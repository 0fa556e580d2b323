"""Whom wrong PINs lock out, as their teachers see it, and “Let in now”."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from quizzes.models import AuditEvent, Classroom, FailedTry, Student, User
from quizzes.people.classrooms import change_code
from quizzes.people.erased_rows import allow_deleting_logs
from quizzes.people.guess_limits import ADDRESS_TRIES, CLASS_TRIES, LET_IN_DURATION, PIN_SPAN
from quizzes.people.rosters import change_pin, remove_student
from quizzes.people.sign_in_trouble import let_in, sign_in_trouble
from tests.factories import make_failed_try, make_student
from tests.people.test_student_sign_in import HOME, MINUTE, SCHOOL, SECOND, attack, guess, right

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("locked_by", ["student", "classroom", "address", "device"])
def test_let_in_opens_for_ten_minutes_whatever_failed(
    locked_by: str, student: Student, classroom: Classroom, teacher: User, now: datetime
) -> None:
    others = [student]
    match locked_by:
        case "classroom":
            others = [make_student(classroom=classroom) for _ in range(CLASS_TRIES)]
        case "address":
            others = [make_student() for _ in range(ADDRESS_TRIES)]
        case "device":
            right(student, now=now)
            for _ in range(5):
                guess(student, now=now)
    if locked_by == "classroom":
        for one in others:
            guess(one, now=now, device=one.public_id, address=one.public_id)
    elif locked_by != "device":
        attack(others, ADDRESS_TRIES, now=now)
    now += MINUTE
    assert right(student, now=now).split(":")[0] == locked_by

    let_in(student, by=teacher, now=now)

    if locked_by in {"classroom", "address"}:
        assert right(student, now=now + LET_IN_DURATION) == f"{locked_by}: teacher"
    assert guess(student, now=now + MINUTE) == "wrong, 4 left"
    assert right(student, now=now + LET_IN_DURATION - SECOND) == "in"


def test_let_in_allows_five_wrong_pins(student: Student, teacher: User, now: datetime) -> None:
    attack([student], 5, now=now)
    let_in(student, by=teacher, now=now)

    met = attack([student], 10, now=now + MINUTE)

    assert met[:4] == ["wrong, 4 left", "wrong, 3 left", "wrong, 2 left", "wrong, 1 left"]
    assert {one.split(":")[0] for one in met[4:]} == {"student"}
    assert FailedTry.objects.count() == 10


def test_let_in_twice_at_once_is_logged_once(
    student: Student, teacher: User, other_teacher: User, now: datetime
) -> None:
    assert let_in(student, by=teacher, now=now) == now
    assert let_in(student, by=other_teacher, now=now + SECOND) == now
    assert AuditEvent.objects.filter(action="let_in").count() == 1
    assert let_in(student, by=teacher, now=now + MINUTE) == now + MINUTE


def test_let_in_does_not_depend_on_the_log(student: Student, teacher: User, now: datetime) -> None:
    attack([student], 5, now=now)
    let_in(student, by=teacher, now=now)
    with allow_deleting_logs():
        AuditEvent.objects.all().delete()

    assert right(student, now=now + SECOND) == "in"


def test_let_in_again_after_wrong_pins_opens_again(student: Student, teacher: User, now: datetime) -> None:
    let_in(student, by=teacher, now=now)
    attack([student], 5, now=now + SECOND)
    let_in(student, by=teacher, now=now + 2 * SECOND)

    assert right(student, now=now + 3 * SECOND) == "in"


def test_let_in_is_of_one_student(student: Student, classmate: Student, teacher: User, now: datetime) -> None:
    attack([student], 5, now=now)
    let_in(classmate, by=teacher, now=now)

    assert right(student, now=now) == "student: 300 s"


def trouble(classrooms: list[Classroom], now: datetime) -> list[tuple[str, bool, bool, bool]]:
    return [
        (one.student.display_name, one.is_locked, one.let_in_until is not None, one.needs_teacher)
        for one in sign_in_trouble(classrooms, now=now).students
    ]


def test_trouble_names_who_is_locked_by_one_device(
    student: Student, classmate: Student, outsider: Student, classroom: Classroom, now: datetime
) -> None:
    for one in (student, outsider):
        for _ in range(5):
            guess(one, now=now)
    for _ in range(4):
        guess(classmate, now=now)

    assert trouble([classroom], now) == [("Maya Lopez", True, False, True)]
    assert trouble([classroom], now + 5 * MINUTE) == [("Maya Lopez", False, False, False)]
    assert trouble([classroom], now + PIN_SPAN) == []
    assert trouble([], now) == []


def test_trouble_names_who_is_locked_by_many_devices(student: Student, classroom: Classroom, now: datetime) -> None:
    right(student, now=now)
    attack([student], 5, now=now, address=SCHOOL)

    assert trouble([classroom], now) == [("Maya Lopez", True, False, True)]


def test_trouble_names_who_is_locked_by_an_address(
    student: Student, teacher: User, classroom: Classroom, now: datetime
) -> None:
    attack([make_student() for _ in range(ADDRESS_TRIES)], ADDRESS_TRIES, now=now)
    assert trouble([classroom], now) == []

    # A second try at this address makes no second row.
    for moment in (now, now + SECOND):
        assert right(student, now=moment, device="new") == "address: teacher"
    assert FailedTry.objects.get(student=student).at == now + SECOND
    assert trouble([classroom], now + MINUTE) == [("Maya Lopez", True, False, True)]
    assert sign_in_trouble([classroom], now=now).attacked == set()

    let_in(student, by=teacher, now=now + MINUTE)
    assert trouble([classroom], now + MINUTE) == [("Maya Lopez", True, True, False)]
    assert right(student, now=now + 2 * MINUTE, device="new") == "in"
    assert trouble([classroom], now + MINUTE + LET_IN_DURATION) == []


def test_trouble_names_whose_wrong_pin_locks_the_address(student: Student, classroom: Classroom, now: datetime) -> None:
    attack([make_student() for _ in range(ADDRESS_TRIES)], ADDRESS_TRIES - 1, now=now)

    assert guess(student, now=now) == "address: teacher"
    assert trouble([classroom], now) == [("Maya Lopez", True, False, True)]


def test_trouble_says_who_was_let_in(student: Student, teacher: User, classroom: Classroom, now: datetime) -> None:
    attack([student], 5, now=now)
    let_in(student, by=teacher, now=now + SECOND)

    [found] = sign_in_trouble([classroom], now=now + MINUTE).students
    assert found.let_in_until == now + SECOND + LET_IN_DURATION
    assert trouble([classroom], now + MINUTE) == [("Maya Lopez", True, True, False)]
    attack([student], 5, now=now + 2 * MINUTE, address=HOME)
    assert trouble([classroom], now + 2 * MINUTE) == [("Maya Lopez", True, True, True)]


def test_trouble_names_classes_that_are_attacked(
    classroom: Classroom, other_classroom: Classroom, now: datetime
) -> None:
    for one in (classroom, other_classroom):
        for number in range(CLASS_TRIES - 1 if one is other_classroom else CLASS_TRIES):
            guess(make_student(classroom=one), now=now, device=f"{number}", address=f"{number}")

    found = sign_in_trouble([classroom, other_classroom], now=now)

    assert found.attacked == {classroom.pk}
    assert found.students == []


def test_trouble_ends_with_a_new_pin_or_a_new_class_code(
    student: Student, classmate: Student, teacher: User, classroom: Classroom, now: datetime
) -> None:
    attack([student], 5, now=now)
    attack([classmate], 5, now=now)
    change_pin(student, by=teacher, now=now)
    assert [name for name, *_ in trouble([classroom], now)] == ["Noah Park"]

    change_code(classroom, by=teacher, now=now)

    assert trouble([classroom], now) == []
    assert right(classmate, now=now, device="new") == "in"


def test_trouble_leaves_out_who_was_removed(student: Student, teacher: User, now: datetime) -> None:
    for _ in range(5):
        guess(student, now=now)
    remove_student(student, by=teacher, now=now)

    assert trouble([student.classroom], now) == []


def test_trouble_is_two_queries_however_many(classroom: Classroom, now: datetime, queries: Callable[[], Any]) -> None:
    for size in (1, 3):
        for number in range(size):
            student = make_student(classroom=classroom)
            for _ in range(5):
                make_failed_try(student=student, device=f"device {number}", at=now)
        with queries() as seen:
            sign_in_trouble([classroom], now=now)
        assert len(seen) == 2
