"""Class code, name and PIN, and the limits on guessing: tables of moments around each limit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from quizzes.models import Classroom, FailedTry, Student, User
from quizzes.models.public_ids import READABLE, new_readable_code
from quizzes.people.classrooms import set_archived, set_code_active
from quizzes.people.rosters import remove_student
from quizzes.people.student_sign_in import (
    CODE_SPAN,
    CODE_TRIES,
    PIN_LOCK,
    PIN_SPAN_ANYWHERE,
    PIN_TRIES_ANYWHERE,
    NoSuchCode,
    PinLocked,
    TooManyTries,
    WrongPin,
    check_pin,
    clean_code,
    delete_old_failures,
    find_classroom,
    hash_address,
    locked_students,
    pin_matches,
    pin_of,
)
from tests.factories import make_classroom, make_failed_try, make_student

pytestmark = pytest.mark.django_db

HOME, SCHOOL = "198.51.100.7", "203.0.113.9"
SECOND = timedelta(seconds=1)


def wrong_pin(student: Student) -> str:
    return str((int(pin_of(student)) + 1) % 10_000).zfill(4)


def guess(student: Student, *, now: datetime, device: str = "mine", pin: str = "") -> str:
    """The result of a try with `pin`, by default a wrong one."""
    try:
        check_pin(student, pin or wrong_pin(student), address=HOME, device=device, now=now)
    except WrongPin as wrong:
        return f"wrong, {wrong.tries_left} left"
    except PinLocked as locked:
        return f"locked for {int((locked.until - now).total_seconds())} s"
    return "in"


# --- Codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["H4K7WP", "h4k7wp", "H4K-7WP", " h4k 7wp ", "h4k–7wp", "H4K‑7WP", "(h4k.7wp)\n"])
def test_code_may_be_typed_in_many_ways(typed: str, now: datetime) -> None:
    classroom = make_classroom(join_code="H4K7WP")

    assert clean_code(typed) == "H4K7WP"
    assert find_classroom(typed, address=HOME, device="mine", now=now) == classroom
    assert FailedTry.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "H4K7W", "H4K7WPX", "4H4K7W", "李", "%", "\x00", "H4K7WP" * 10_000])
def test_code_that_is_wrong_is_counted_without_an_address(typed: str, now: datetime) -> None:
    make_classroom(join_code="H4K7WP")

    with pytest.raises(NoSuchCode):
        find_classroom(typed, address=HOME, device="mine", now=now)

    failure = FailedTry.objects.get()
    assert (failure.kind, failure.student, failure.device, failure.at) == ("code", None, "mine", now)
    assert HOME not in failure.address
    assert failure.address == hash_address(HOME) != hash_address(SCHOOL)


def test_code_closed_archived_and_unknown_are_the_same(classroom: Classroom, teacher: User, now: datetime) -> None:
    closed = make_classroom(teacher=teacher, name="Closed", join_code="CCCCCC")
    set_code_active(closed, is_open=False, by=teacher, now=now)
    archived = make_classroom(teacher=teacher, name="Archived", join_code="DDDDDD")
    set_archived(archived, is_archived=True, by=teacher, now=now)

    for code in ("CCCCCC", "DDDDDD", "EEEEEE"):
        with pytest.raises(NoSuchCode) as refused:
            find_classroom(code, address=HOME, device="mine", now=now)
        assert refused.value.args == ()
    assert FailedTry.objects.count() == 3


def test_code_guessing_is_bounded_by_address_and_a_class_still_gets_in(classroom: Classroom, now: datetime) -> None:
    for number in range(CODE_TRIES):
        with pytest.raises(NoSuchCode):
            find_classroom("WRONG2", address=SCHOOL, device=f"device {number}", now=now + number * SECOND)
    later = now + CODE_TRIES * SECOND

    with pytest.raises(TooManyTries):
        find_classroom("WRONG2", address=SCHOOL, device="another", now=later)
    assert FailedTry.objects.count() == CODE_TRIES

    # A whole school may share one address: the right code still works.
    for _ in range(40):
        assert find_classroom(classroom.join_code, address=SCHOOL, device="another", now=later) == classroom
    with pytest.raises(NoSuchCode):
        find_classroom("WRONG2", address=HOME, device="another", now=later)
    # The first failure is now older than the span, so one more try is allowed.
    with pytest.raises(NoSuchCode):
        find_classroom("WRONG2", address=SCHOOL, device="another", now=now + CODE_SPAN)
    with pytest.raises(TooManyTries):
        find_classroom("WRONG2", address=SCHOOL, device="another", now=now + CODE_SPAN)


def test_codes_use_every_readable_symbol_and_no_other() -> None:
    """20,000 characters: each of 30 about 667 times. Six standard deviations are 152."""
    symbols = "".join(new_readable_code(6) for _ in range(20_000 // 6))
    counts = {symbol: symbols.count(symbol) for symbol in set(symbols)}

    assert set(counts) == set(READABLE)
    assert not set(READABLE) & set("0O1ILU")
    assert all(515 < count < 820 for count in counts.values())


# --- PINs ---------------------------------------------------------------------------------------------------------


def test_pin_follows_from_the_student_and_its_version_and_the_key(
    student: Student, classmate: Student, settings: Settings
) -> None:
    settings.SECRET_KEY = "first key"
    first = pin_of(student)
    assert pin_of(Student.objects.get(pk=student.pk)) == first

    # Three other PINs, since a pair is equal with a probability of 1 in 10,000.
    settings.SECRET_KEY = "second key"
    others = {pin_of(student)}
    student.pin_version = 2
    others.add(pin_of(student))
    others.add(pin_of(classmate))
    assert others != {first}


def test_pin_of_a_card_printed_before_the_key_was_changed_works(student: Student, settings: Settings) -> None:
    settings.SECRET_KEY = "first key"
    old = pin_of(student)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second key", ["first key"]

    assert pin_matches(student, old)
    assert pin_matches(student, pin_of(student))

    settings.SECRET_KEY_FALLBACKS = []
    assert pin_matches(student, old) is (old == pin_of(student))


@pytest.mark.parametrize("pin", ["", "0", "00000", "abcd", "١٢٣٤", "\x00", "1" * 100_000])
def test_pin_of_another_shape_is_wrong(student: Student, now: datetime, pin: str) -> None:
    assert not pin_matches(student, pin)


def test_pin_right_signs_in_and_deletes_the_devices_failures(student: Student, now: datetime) -> None:
    guess(student, now=now)
    make_failed_try(student=student, device="other", at=now)

    assert guess(student, now=now, pin=pin_of(student)) == "in"
    assert list(FailedTry.objects.values_list("device", flat=True)) == ["other"]


def test_pin_wrong_five_times_locks_this_device_for_five_minutes(student: Student, now: datetime) -> None:
    met = [guess(student, now=now + number * SECOND) for number in range(6)]

    assert met == [
        "wrong, 4 left",
        "wrong, 3 left",
        "wrong, 2 left",
        "wrong, 1 left",
        "locked for 300 s",
        "locked for 299 s",
    ]
    assert FailedTry.objects.count() == 5


@pytest.mark.parametrize(
    ("after", "met"),
    [
        (timedelta(0), "locked for 300 s"),
        (PIN_LOCK - SECOND, "locked for 1 s"),
        (PIN_LOCK, "in"),
        (PIN_LOCK + SECOND, "in"),
    ],
)
def test_pin_lock_holds_even_for_the_right_pin_until_it_ends(
    student: Student, now: datetime, after: timedelta, met: str
) -> None:
    for _ in range(5):
        guess(student, now=now)

    assert guess(student, now=now + after, pin=pin_of(student)) == met


def test_pin_failures_that_are_old_do_not_lock(student: Student, now: datetime) -> None:
    for _ in range(4):
        guess(student, now=now)

    assert guess(student, now=now + PIN_LOCK) == "wrong, 4 left"


def test_pin_lock_is_of_one_student_on_one_device(student: Student, classmate: Student, now: datetime) -> None:
    for _ in range(5):
        guess(student, now=now)

    assert guess(student, now=now, device="another", pin=pin_of(student)) == "in"
    assert guess(classmate, now=now, pin=pin_of(classmate)) == "in"
    assert guess(student, now=now, pin=pin_of(student)) == f"locked for {int(PIN_LOCK.total_seconds())} s"


def test_pin_guessing_from_many_devices_is_bounded(student: Student, now: datetime) -> None:
    """Someone who deletes cookies has a new device each time: 30 tries in 15 minutes, then the student is locked."""
    met = [guess(student, now=now + number * SECOND, device=f"device {number}") for number in range(30)]
    assert met[:29] == ["wrong, 4 left"] * 29
    assert met[29] == f"locked for {int(PIN_SPAN_ANYWHERE.total_seconds()) - 29} s"

    last = now + (PIN_TRIES_ANYWHERE - 1) * SECOND
    left = int((now + PIN_SPAN_ANYWHERE - last).total_seconds())
    assert guess(student, now=last, device="fresh", pin=pin_of(student)) == f"locked for {left} s"
    # The first of the 30 failures is now older than the span.
    assert guess(student, now=now + PIN_SPAN_ANYWHERE, device="fresh", pin=pin_of(student)) == "in"


# --- Locked students, and old failures ----------------------------------------------------------------------------


def test_locked_students_are_shown_while_they_wait(
    student: Student, classmate: Student, outsider: Student, classroom: Classroom, now: datetime
) -> None:
    for one in (student, outsider):
        for _ in range(5):
            guess(one, now=now)
    for _ in range(4):
        guess(classmate, now=now)

    assert locked_students([classroom], now=now) == [student]
    assert locked_students([classroom], now=now + PIN_LOCK) == []
    assert locked_students([], now=now) == []


def test_locked_students_leave_out_who_was_removed(student: Student, teacher: User, now: datetime) -> None:
    for _ in range(5):
        guess(student, now=now)
    remove_student(student, by=teacher, now=now)

    assert locked_students([student.classroom], now=now) == []


def test_locked_students_are_two_queries_however_many(
    classroom: Classroom, now: datetime, queries: Callable[[], Any]
) -> None:
    for size in (1, 3):
        for number in range(size):
            student = make_student(classroom=classroom)
            for _ in range(5):
                make_failed_try(student=student, device=f"device {number}", at=now)
        with queries() as seen:
            locked_students([classroom], now=now)
        assert len(seen) == 2


def test_failures_are_deleted_after_a_day(student: Student, now: datetime) -> None:
    day = timedelta(hours=24)
    for at in (now - day - SECOND, now - day, now):
        make_failed_try(student=student, at=at)

    assert delete_old_failures(now=now) == 1
    assert delete_old_failures(now=now) == 0
    assert FailedTry.objects.count() == 2
