"""Class code, name and PIN, and the limits on guessing: tables of moments around each limit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from quizzes.models import Assignment, Classroom, FailedTry, KnownDevice, Student, User
from quizzes.models.public_ids import READABLE, new_readable_code
from quizzes.people.classrooms import archive_classroom, set_code_active
from quizzes.people.guess_limits import (
    ADDRESS_TRIES,
    CLASS_TRIES,
    PIN_SPAN,
    STUDENT_TRIES,
    Device,
    Failure,
    Limit,
    refusal_for_student,
)
from quizzes.people.known_devices import KEEP_DEVICES, MOST_DEVICES, delete_old_devices, hash_address, hash_device
from quizzes.people.sign_in_trouble import let_in, sign_in_trouble
from quizzes.people.student_sign_in import (
    CODE_SPAN,
    CODE_TRIES,
    NoSuchCode,
    PinLocked,
    TooManyTries,
    WrongPin,
    check_pin,
    check_pin_of_attempt,
    clean_code,
    delete_old_failures,
    find_classroom,
    pin_matches,
    pin_of,
)
from tests.factories import make_assignment, make_attempt, make_classroom, make_failed_try, make_student

pytestmark = pytest.mark.django_db

HOME, SCHOOL = "198.51.100.7", "203.0.113.9"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def wrong_pin(student: Student) -> str:
    return str((int(pin_of(student)) + 1) % 10_000).zfill(4)


def outcome(check: Callable[[], None], now: datetime) -> str:
    """What a try meets: in, how many tries are left, how long to wait, or the teacher; and what had too many."""
    try:
        check()
    except WrongPin as wrong:
        return f"wrong, {wrong.tries_left} left"
    except PinLocked as locked:
        limit, until = locked.refusal.limit.value, locked.refusal.until
        return f"{limit}: " + ("teacher" if until is None else f"{int((until - now).total_seconds())} s")
    return "in"


def guess(student: Student, *, now: datetime, device: str = "mine", pin: str = "", address: str = HOME) -> str:
    """The result of a try with `pin`, by default a wrong one."""
    return outcome(lambda: check_pin(student, pin or wrong_pin(student), address=address, device=device, now=now), now)


def right(student: Student, *, now: datetime, device: str = "mine", address: str = HOME) -> str:
    return guess(student, now=now, device=device, pin=pin_of(student), address=address)


def attack(students: Sequence[Student], count: int, *, now: datetime, address: str = HOME) -> list[str]:
    """Wrong PINs for these students in turn, each from a new device."""
    return [
        guess(students[number % len(students)], now=now, device=f"thief {address} {number}", address=address)
        for number in range(count)
    ]


# --- Codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["H4K7WP", "h4k7wp", "H4K-7WP", " h4k 7wp ", "h4k–7wp", "H4K‑7WP", "(h4k.7wp)\n", "Ｈ４ｋ－７ＷＰ"]
)
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
    assert (failure.kind, failure.student, failure.device, failure.at) == ("code", None, hash_device("mine"), now)
    assert failure.address == hash_address(HOME) != hash_address(SCHOOL)


def test_code_closed_archived_and_unknown_are_the_same(classroom: Classroom, teacher: User, now: datetime) -> None:
    closed = make_classroom(teacher=teacher, name="Closed", join_code="CCCCCC")
    set_code_active(closed, is_open=False, by=teacher, now=now)
    archived = make_classroom(teacher=teacher, name="Archived", join_code="DDDDDD")
    archive_classroom(archived, by=teacher, now=now)

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

    assert right(student, now=now) == "in"
    assert list(FailedTry.objects.values_list("device", flat=True)) == ["other"]


def test_pin_wait_doubles_with_each_wrong_pin_until_only_the_teacher_helps(student: Student, now: datetime) -> None:
    met = [guess(student, now=now) for _ in range(6)]
    assert met == [
        "wrong, 4 left",
        "wrong, 3 left",
        "wrong, 2 left",
        "wrong, 1 left",
        "device: 300 s",
        "device: 300 s",
    ]
    waited = []
    for minutes in (5, 10, 20, 40, 80):
        now += minutes * MINUTE
        waited.append(guess(student, now=now))

    assert waited == ["device: 600 s", "device: 1200 s", "device: 2400 s", "device: 4800 s", "device: teacher"]
    assert FailedTry.objects.count() == STUDENT_TRIES == 10
    # Even the right PIN is not checked, until the failures are a week old.
    assert right(student, now=now + 80 * MINUTE) == "device: teacher"
    assert right(student, now=now + PIN_SPAN) == "in"


@pytest.mark.parametrize(
    ("after", "met"),
    [
        (timedelta(0), "device: 300 s"),
        (5 * MINUTE - SECOND, "device: 1 s"),
        (5 * MINUTE, "in"),
        (5 * MINUTE + SECOND, "in"),
    ],
)
def test_pin_wait_holds_even_for_the_right_pin_until_it_ends(
    student: Student, now: datetime, after: timedelta, met: str
) -> None:
    for _ in range(5):
        guess(student, now=now)

    assert right(student, now=now + after) == met


def test_pin_failures_of_last_week_do_not_count(student: Student, now: datetime) -> None:
    for _ in range(4):
        guess(student, now=now)

    assert guess(student, now=now + PIN_SPAN) == "wrong, 4 left"


def test_pin_wait_is_of_one_student(student: Student, classmate: Student, now: datetime) -> None:
    for _ in range(5):
        guess(student, now=now)

    assert right(classmate, now=now) == "in"


def test_device_of_the_student_is_never_locked_by_others(student: Student, classmate: Student, now: datetime) -> None:
    """REVIEW's worst case: 1,000 wrong PINs from new devices, at school and elsewhere."""
    assert right(student, now=now, address=SCHOOL) == "in"
    assert FailedTry.objects.count() == 0

    attack([student, classmate], 500, now=now, address=SCHOOL)
    attack([student, classmate], 500, now=now, address=HOME)

    for address in (SCHOOL, HOME, "192.0.2.44"):
        assert right(student, now=now, address=address) == "in"
        # The device's own failures are its only ones.
        assert guess(student, now=now, address=address) == "wrong, 4 left"
        assert right(student, now=now, address=address) == "in"
    # A device that is new for this student meets the limit, also one of a classmate.
    assert right(student, now=now, device="new", address=HOME) == "student: 300 s"


def test_device_of_the_student_is_locked_by_its_own_failures(student: Student, now: datetime) -> None:
    right(student, now=now)
    for _ in range(5):
        met = guess(student, now=now)

    assert met == "device: 300 s"
    assert right(student, now=now) == "device: 300 s"
    assert right(student, now=now, device="another") == "in"


def test_guessing_elsewhere_locks_no_one_at_school(student: Student, classmate: Student, now: datetime) -> None:
    right(classmate, now=now, device="classmate's", address=SCHOOL)
    attack([student, classmate], 200, now=now, address=HOME)

    assert right(student, now=now, device="elsewhere", address="192.0.2.44") == "student: 300 s"
    assert right(student, now=now, device="at school", address=SCHOOL) == "in"


def test_guessing_one_student_from_many_devices_is_bounded(student: Student, now: datetime) -> None:
    met = attack([student], 1_000, now=now)

    assert met[:5] == ["wrong, 4 left", "wrong, 3 left", "wrong, 2 left", "wrong, 1 left", "student: 300 s"]
    assert set(met[5:]) == {"student: 300 s"}
    assert FailedTry.objects.count() == 5
    for hours in range(1, 20):
        met = attack([student], 3, now=now + timedelta(hours=2 * hours))
    assert met == ["student: teacher"] * 3
    assert FailedTry.objects.count() == STUDENT_TRIES


def test_guessing_a_class_from_many_devices_is_bounded(classroom: Classroom, now: datetime) -> None:
    students = [make_student(classroom=classroom) for _ in range(30)]
    met = [guess(students[number % 30], now=now, device=f"{number}", address=f"{number}") for number in range(90)]

    assert met[30:35] == ["wrong, 3 left", "wrong, 3 left", "wrong, 2 left", "wrong, 1 left", "classroom: teacher"]
    assert set(met[35:]) == {"classroom: teacher"}
    assert FailedTry.objects.count() == CLASS_TRIES
    assert right(students[0], now=now, device="new") == "classroom: teacher"


def test_guessing_in_many_classes_from_one_address_is_bounded(now: datetime) -> None:
    students = [make_student() for _ in range(50)]
    met = attack(students, 100, now=now)

    assert met[ADDRESS_TRIES - 2 :] == ["wrong, 1 left"] + ["address: teacher"] * (101 - ADDRESS_TRIES)
    assert FailedTry.objects.filter(kind=FailedTry.Kind.PIN).count() == ADDRESS_TRIES
    assert right(students[0], now=now, device="new") == "address: teacher"
    assert right(students[0], now=now, device="new", address=SCHOOL) == "in"


@pytest.mark.parametrize("in_turn", [True, False])
def test_class_in_which_everyone_mistypes_once_locks_no_one(classroom: Classroom, now: datetime, in_turn: bool) -> None:
    """A new class of 30 behind one address: each student mistypes, all before anyone is in, or each before the next."""
    students = [make_student(classroom=classroom) for _ in range(30)]
    acts = [(one, is_right) for one in students for is_right in (False, True)]
    if not in_turn:
        acts.sort(key=lambda act: act[1])
    met = [(right if is_right else guess)(one, now=now, device=one.public_id, address=SCHOOL) for one, is_right in acts]

    assert [one for one in met if not one.startswith("wrong")] == ["in"] * 30
    assert len(met) == 60
    assert FailedTry.objects.count() == 0


def test_first_right_pin_of_a_new_device_passes_after_30_mistakes_of_others(
    classroom: Classroom, now: datetime
) -> None:
    students = [make_student(classroom=classroom) for _ in range(31)]
    for one in students[:30]:
        guess(one, now=now, device=one.public_id, address=SCHOOL)

    assert right(students[30], now=now, device="new", address=SCHOOL) == "in"


# --- PINs at an attempt -------------------------------------------------------------------------------------------


def at_attempt(student: Student | None, public_id: str, *, now: datetime, pin: str = "", device: str = "mine") -> str:
    pin = pin or (wrong_pin(student) if student is not None else "0000")
    return outcome(lambda: check_pin_of_attempt(student, public_id, pin, address=HOME, device=device, now=now), now)


def test_attempt_ids_that_do_not_exist_meet_the_same_after_any_number_of_tries(
    assignment: Assignment, student: Student, classmate: Student, now: datetime
) -> None:
    """REVIEW's case: tries on many unknown ids first, and an attack on the student on the sign-in page."""
    attempt = make_attempt(assignment=assignment, student=student)
    right(classmate, now=now, device="theirs", address=HOME)
    for number in range(30):
        at_attempt(None, f"unknown {number}", now=now, device=f"{number}")
    attack([student], 20, now=now)

    for number in range(40):
        moment = now + number * 7 * MINUTE
        device = "mine" if number % 3 else f"new {number}"
        known = at_attempt(student, attempt.public_id, now=moment, device=device)
        unknown = at_attempt(None, "unknown", now=moment, device=device)
        assert known == unknown, number
    assert known == "student: teacher"


def test_attempt_failures_from_one_address_are_bounded_at_all_ids(
    assignment: Assignment, student: Student, now: datetime
) -> None:
    attempt = make_attempt(assignment=assignment, student=student)
    right(student, now=now)
    met = [at_attempt(None, f"unknown {number}", now=now, device="thief") for number in range(100)]

    assert met[CODE_TRIES - 2 : CODE_TRIES] == ["wrong, 1 left", "address: 600 s"]
    assert FailedTry.objects.count() == CODE_TRIES
    assert at_attempt(student, attempt.public_id, now=now, device="new", pin=pin_of(student)) == "address: 600 s"
    assert at_attempt(student, attempt.public_id, now=now, pin=pin_of(student)) == "in"
    assert at_attempt(None, "unknown", now=now + CODE_SPAN, device="thief") == "wrong, 4 left"


def attempt_ids(assignment: Assignment, student: Student, count: int) -> list[str]:
    """The ids of attempts of a student, at as many quizzes."""
    quizzes = [assignment, *(make_assignment(classroom=assignment.classroom) for _ in range(count - 1))]
    return [make_attempt(assignment=quiz, student=student).public_id for quiz in quizzes]


def test_many_attempts_of_a_student_give_no_more_guesses(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    """Ids of attempts are in the history of a shared device. Each id has a count of its own for the reply."""
    ids = attempt_ids(assignment, student, 4)
    met = [at_attempt(student, ids[number % 3], now=now, device=f"new {number}") for number in range(12)]
    assert met == [f"wrong, {left} left" for left in (4, 3, 2, 1) for _ in range(3)]
    unknown = [at_attempt(None, "unknown", now=now, device=f"other {number}") for number in range(2)]

    # Refused as a wrong PIN is at an id that does not exist, until the teacher helps.
    thief = [at_attempt(student, ids[3], now=now, device=f"thief {number}", pin=pin_of(student)) for number in range(2)]
    assert thief == unknown == ["wrong, 4 left", "wrong, 3 left"]
    let_in(student, by=teacher, now=now + SECOND)
    assert at_attempt(student, ids[3], now=now + MINUTE, device="new", pin=pin_of(student)) == "in"


def test_many_attempts_on_a_device_of_the_student_give_no_more_guesses(
    assignment: Assignment, student: Student, now: datetime
) -> None:
    right(student, now=now)
    ids = attempt_ids(assignment, student, 3)
    met = [at_attempt(student, public_id, now=now) for public_id in [*ids, *ids[:2]]]

    assert met == ["wrong, 4 left", "wrong, 3 left", "wrong, 2 left", "wrong, 1 left", "device: 300 s"]
    assert at_attempt(student, ids[2], now=now, pin=pin_of(student)) == "device: 300 s"


def test_device_that_a_class_shares_gives_no_guesses_for_each_student(classroom: Classroom, now: datetime) -> None:
    students = [make_student(classroom=classroom, name=f"Student {number}") for number in range(12)]
    for one in students:
        assert right(one, now=now, device="shared", address=SCHOOL) == "in"

    met = [guess(one, now=now, device="shared", address=SCHOOL) for one in students * 3]

    assert met[CLASS_TRIES - 2 :] == ["wrong, 1 left", "device: teacher", "device: teacher"]
    assert sign_in_trouble([classroom], now=now).attacked == {classroom.pk}
    assert right(students[0], now=now, device="shared", address=SCHOOL) == "device: teacher"
    # Another device of the same students is as before.
    assert right(students[0], now=now, device="own", address=SCHOOL) == "in"


def test_attempt_failures_count_for_the_student_on_the_sign_in_page(
    assignment: Assignment, student: Student, now: datetime
) -> None:
    attempt = make_attempt(assignment=assignment, student=student)
    for _ in range(3):
        at_attempt(student, attempt.public_id, now=now)

    assert guess(student, now=now) == "wrong, 1 left"
    assert at_attempt(student, attempt.public_id, now=now, pin=pin_of(student)) == "in"
    assert FailedTry.objects.count() == 0


# --- Old rows -----------------------------------------------------------------------------------------------------


def test_failures_are_deleted_after_a_week_or_of_a_clock_that_was_ahead(student: Student, now: datetime) -> None:
    ahead = timedelta(hours=1)
    for at in (now - PIN_SPAN - SECOND, now - PIN_SPAN, now, now + ahead, now + ahead + SECOND):
        make_failed_try(student=student, at=at)

    assert delete_old_failures(now=now) == 2
    assert delete_old_failures(now=now) == 0
    assert FailedTry.objects.count() == 3


def test_known_devices_are_digests_and_are_deleted_180_days_after_their_last_use(
    student: Student, classmate: Student, now: datetime
) -> None:
    right(student, now=now, device="mine", address=HOME)
    right(student, now=now + MINUTE, device="mine", address=SCHOOL)
    right(classmate, now=now, device="mine")

    rows = KnownDevice.objects.order_by("pk").values_list("student", "device", "address", "used_at")
    assert list(rows) == [
        (student.pk, hash_device("mine"), hash_address(SCHOOL), now + MINUTE),
        (classmate.pk, hash_device("mine"), hash_address(HOME), now),
    ]
    assert "mine" not in hash_device("mine")
    assert delete_old_devices(now=now + KEEP_DEVICES) == 0
    assert delete_old_devices(now=now + KEEP_DEVICES + SECOND) == 1
    assert KnownDevice.objects.get().student == student


def test_a_student_keeps_the_devices_that_were_used_last(student: Student, classmate: Student, now: datetime) -> None:
    right(classmate, now=now, device="mine")
    for number in range(MOST_DEVICES):
        right(student, now=now + number * SECOND, device=f"{number}")
    right(student, now=now + MINUTE, device="0")
    right(student, now=now + 2 * MINUTE, device="new")

    kept = set(KnownDevice.objects.filter(student=student).values_list("device", flat=True))
    assert kept == {hash_device(device) for device in ["0", "new", *map(str, range(2, MOST_DEVICES))]}
    assert KnownDevice.objects.filter(student=classmate).count() == 1


def test_text_of_a_refusal_counts_no_old_failures(now: datetime) -> None:
    mine = Device("mine", is_known=False, is_known_address=False)
    recent = [Failure(1, "mine", False, False, now - number * MINUTE) for number in range(STUDENT_TRIES)]
    old = Failure(1, "other", False, False, now - PIN_SPAN)

    refused = refusal_for_student([old, *recent], mine, now)
    assert refused is not None
    assert refused.limit is Limit.DEVICE
    refused = refusal_for_student([replace(old, at=old.at + SECOND), *recent], mine, now)
    assert refused is not None
    assert refused.limit is Limit.STUDENT
