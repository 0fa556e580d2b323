"""Student sign-in with class code, name and PIN, and the limits on guessing.

Only failures count toward a limit, since a whole school may share one network address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from quizzes.models import Classroom, FailedTry, Student
from quizzes.models.locks import lock_names, locked
from quizzes.people import guess_limits
from quizzes.people.guess_limits import (
    ADDRESS_TRIES,
    LET_IN_DURATION,
    PIN_LENGTH,
    PIN_SPAN,
    Device,
    Failure,
    Limit,
    Refusal,
)
from quizzes.people.known_devices import (
    device_of_student,
    hash_address,
    hash_device,
    hash_target,
    remember_student_device,
)

# Wrong codes from one address, and wrong PINs at all attempts: far more than the typing errors of a class. The argument
# is in docs/guessing.md.
CODE_TRIES, CODE_SPAN = 60, timedelta(minutes=10)
# A failure further in the future is of a clock that was ahead. It would lock out a student or a teacher until then. The
# clock of one of several web machines may be wrong by minutes, and its failures count.
AHEAD = timedelta(hours=1)
# The columns of a `FailedTry` as `Failure` has them.
FAILURE_COLUMNS = ("student_id", "device", "is_known_device", "is_known_address", "at")


class NoSuchCode(Exception):
    """No classroom has this code, or the code is off. Students cannot tell the two apart."""


class TooManyTries(Exception):
    """Too many wrong codes came from this address."""


class WrongPin(Exception):
    """The PIN is wrong. tries_left: before a wait or the teacher, at least 1."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class PinLocked(Exception):
    """The PIN was not checked, or was one wrong PIN too many. refusal: what had too many, and until when."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Tries:
    """What one try meets. address_left: wrong PINs that its address has left; None without a limit.

    address_until: the end of the wait that the page names, None if it names none. let_in_at: when the teacher let the
    student in; None before a refusal, because only then it counts. `check_pin_of_attempt` counts it at once for the
    limits of the page.
    """

    student_id: int | None
    device: Device
    failures: list[Failure]
    address_left: int | None
    address_until: datetime | None
    let_in_at: datetime | None = None

    def own(self) -> list[Failure]:
        """The failures for this student, since the teacher let the student in."""
        counted = guess_limits.failures_that_count(self.failures, self.student_id, self.device)
        return [one for one in counted if self.let_in_at is None or one.at > self.let_in_at]

    def refusal(self, now: datetime) -> Refusal | None:
        """Why no PIN is checked now; None if it is checked."""
        refusal = guess_limits.refusal_for_student(self.own(), self.device, now)
        if refusal is not None or self.let_in_at is not None:
            return refusal
        if self.address_left is not None and self.address_left <= 0:
            return Refusal(Limit.ADDRESS, self.address_until)
        return guess_limits.refusal_for_class(self.failures, self.device)

    def left(self) -> int:
        """How many wrong PINs are left before a refusal."""
        left = guess_limits.PIN_TRIES - len(self.own())
        if self.let_in_at is None:
            left = min(left, guess_limits.tries_left_in_class(self.failures, self.device))
            left = left if self.address_left is None else min(left, self.address_left)
        return max(left, 1)

    def with_failure(self, now: datetime) -> "_Tries":
        """The same after one more wrong PIN."""
        device = self.device
        failure = Failure(self.student_id, device.digest, device.is_known, device.is_known_address, now)
        address_left = self.address_left - 1 if self.address_left is not None else None
        return replace(self, failures=[*self.failures, failure], address_left=address_left)


def clean_code(text: str) -> str:
    """The code in upper case, letters and digits only. Keyboards for Chinese and Japanese also type wide ones."""
    return "".join(character for character in normalize("NFKC", text).upper() if character.isalnum())


def find_classroom(code: str, *, address: str, device: str, now: datetime) -> Classroom:
    """The classroom with this code. Raises NoSuchCode or TooManyTries. A wrong code counts toward the limit."""
    classroom = Classroom.objects.joinable().filter(join_code=clean_code(code)).order_by().first()
    if classroom is not None:
        return classroom
    hashed = hash_address(address)
    failures = FailedTry.objects.filter(kind=FailedTry.Kind.CODE, address=hashed, at__gt=now - CODE_SPAN)
    # Above the limit, no request waits for a lock.
    if failures.count() >= CODE_TRIES:
        raise TooManyTries
    with transaction.atomic():
        # Codes that arrive at the same moment count one at a time.
        lock_names(hashed)
        has_tries = failures.count() < CODE_TRIES
        if has_tries:
            FailedTry.objects.create(kind=FailedTry.Kind.CODE, address=hashed, device=hash_device(device), at=now)
    raise NoSuchCode if has_tries else TooManyTries


def student_of_attempt(public_id: str) -> Student | None:
    """The student of this attempt, with the classroom; None if no student may continue it. One query.

    It ignores whether the class code is on: a teacher may turn it off while students work.
    """
    students = Student.objects.enrolled().filter(
        classroom__in=Classroom.objects.current(),
        attempts__public_id=public_id,
        attempts__classroom__in=Classroom.objects.current(),
    )
    return students.select_related("classroom").order_by().first()


def check_pin(student: Student, pin: str, *, address: str, device: str, now: datetime) -> None:
    """Check the PIN of a student. Raises WrongPin or PinLocked. A wrong PIN counts toward the limits."""
    hashed = hash_address(address)
    with transaction.atomic():
        _lock(student)
        found = device_of_student(student, device=device, address=address)
        left = None
        if not found.is_known and not found.is_known_address:
            left = ADDRESS_TRIES - _failures_of_new_devices_elsewhere(hashed, now)
        tries = _Tries(
            student_id=student.pk,
            device=found,
            failures=_failures(now, student__classroom=student.classroom_id),
            address_left=left,
            address_until=None,
        )
        error = _try(tries, student, pin, found, address=address, target="", device=device, now=now)
    if error is not None:
        raise error


def check_pin_of_attempt(
    student: Student | None, public_id: str, pin: str, *, address: str, device: str, now: datetime
) -> None:
    """Check the PIN of an attempt's student. Raises WrongPin or PinLocked. A wrong PIN counts toward all limits.

    student None: no student may continue this attempt, so that every PIN is wrong. On a device that the student did not
    use, failures at this id decide on the reply, and those at all ids from one address. No other failures do, so that
    the reply never tells whether the id exists. Where the sign-in page would refuse to check a PIN, every PIN is wrong
    here: else each attempt of a student would give more guesses.
    """
    target, hashed = hash_target(public_id), hash_address(address)
    with transaction.atomic():
        _lock(student)
        # An unknown id has no row, and its tries must also be checked one at a time.
        lock_names(target, hashed)
        found = device_of_student(student, device=device, address=address)
        at_attempts = FailedTry.objects.filter(kind=FailedTry.Kind.PIN, address=hashed).exclude(target="")
        moments = list(at_attempts.filter(at__gt=now - CODE_SPAN).order_by("-at").values_list("at", flat=True))
        in_class = _failures(now, student__classroom=student.classroom_id if student is not None else 0)
        if found.is_known:
            failures, left = in_class, None
        else:
            failures = [replace(one, is_known_address=False) for one in _failures(now, target=target)]
            left = CODE_TRIES - len(moments)
        tries = _Tries(
            student_id=student.pk if student is not None else None,
            device=replace(found, is_known_address=False),
            failures=failures,
            address_left=left,
            # With more than CODE_TRIES, the oldest that must end is the last of the newest.
            address_until=(moments[:CODE_TRIES][-1] if moments else now) + CODE_SPAN,
        )
        on_page = replace(
            tries, device=found, failures=in_class, address_left=None, let_in_at=let_in_since(student, now)
        )
        # No student has an empty PIN, so that an unchecked one counts as wrong.
        compared = pin if on_page.refusal(now) is None else ""
        error = _try(tries, student, compared, found, address=address, target=target, device=device, now=now)
    if error is not None:
        raise error


def let_in_since(student: Student | None, now: datetime) -> datetime | None:
    """When a teacher last let this student in, if “Let in now” still works."""
    at = student.let_in_at if student is not None else None
    return at if at is not None and at > now - LET_IN_DURATION else None


def delete_old_failures(*, now: datetime) -> int:
    """Delete failures older than PIN_SPAN, and those of a clock that was ahead; returns how many."""
    return FailedTry.objects.filter(Q(at__lt=now - PIN_SPAN) | Q(at__gt=now + AHEAD)).delete()[0]


def pin_of(student: Student) -> str:
    """The student's PIN, four digits, computed with the site's secret key. The database has no PINs."""
    return _pin(student, settings.SECRET_KEY)


def pin_matches(student: Student, pin: str) -> bool:
    """Whether `pin` is the student's. The fallback keys accept cards from before a change of the secret key."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    # A list, so that the time does not tell which key matched.
    return any([constant_time_compare(pin, _pin(student, key)) for key in keys])  # noqa: C419


def _pin(student: Student, key: str | bytes) -> str:
    digest = salted_hmac(
        "quizzes.joining.pin", f"{student.public_id}:{student.pin_version}", secret=key, algorithm="sha256"
    )
    return str(int.from_bytes(digest.digest()[:8]) % 10**PIN_LENGTH).zfill(PIN_LENGTH)


def _failures(now: datetime, **which: Any) -> list[Failure]:
    """The wrong PINs that still count."""
    rows = FailedTry.objects.filter(kind=FailedTry.Kind.PIN, at__gt=now - PIN_SPAN, **which)
    return [Failure(*columns) for columns in rows.values_list(*FAILURE_COLUMNS)]


def _failures_of_new_devices_elsewhere(hashed: str, now: datetime) -> int:
    """How many wrong PINs came from an address where no student of the class had signed in, in all classes."""
    rows = FailedTry.objects.filter(kind=FailedTry.Kind.PIN, address=hashed, at__gt=now - PIN_SPAN)
    return rows.filter(is_known_device=False, is_known_address=False).count()


def _lock(student: Student | None) -> None:
    """Let tries at one class pass one at a time: parallel ones would all find the same number of failures."""
    # A try without a student costs the same query.
    keys = Classroom.objects.values_list("pk").filter(pk=student.classroom_id if student is not None else 0)
    list(locked(keys))


def _try(
    tries: _Tries,
    student: Student | None,
    pin: str,
    found: Device,
    *,
    address: str,
    target: str,
    device: str,
    now: datetime,
) -> WrongPin | PinLocked | None:
    """Check the PIN unless a limit refuses, and record the result. Returns the error; None if the PIN is right.

    found: the device as the student's class knows it, to record. `tries` has it as the limits see it. device: the id of
    the browser.
    """
    refusal = tries.refusal(now)
    if refusal is not None:
        tries = replace(tries, let_in_at=let_in_since(student, now))
        refusal = tries.refusal(now)
    if refusal is not None:
        _note_refusal(refusal, student, found, target=target, address=address, now=now)
        return PinLocked(refusal)
    if student is not None and pin_matches(student, pin):
        if any(one.device == found.digest for one in tries.failures):
            FailedTry.objects.filter(student=student, device=found.digest).delete()
        remember_student_device(student, device=device, address=address, now=now)
        return None
    FailedTry.objects.create(
        kind=FailedTry.Kind.PIN,
        student=student,
        target=target,
        address=hash_address(address),
        device=found.digest,
        is_known_device=found.is_known,
        is_known_address=found.is_known_address,
        at=now,
    )
    tries = tries.with_failure(now)
    refusal = tries.refusal(now)
    if refusal is None:
        return WrongPin(tries.left())
    _note_refusal(refusal, student, found, target=target, address=address, now=now)
    return PinLocked(refusal)


def _note_refusal(
    refusal: Refusal, student: Student | None, found: Device, *, target: str, address: str, now: datetime
) -> None:
    """Keep for the teacher that an address locks this student out. Other limits follow from the wrong PINs.

    Not at an attempt, where a reply must take as long for an id that does not exist.
    """
    if refusal.limit is not Limit.ADDRESS or student is None or target:
        return
    key = {"kind": FailedTry.Kind.ADDRESS, "student": student, "address": hash_address(address)}
    if not FailedTry.objects.filter(**key).update(device=found.digest, at=now):
        FailedTry.objects.create(**key, device=found.digest, at=now)
