"""Student sign-in with class code, name and PIN, and the limits on guessing.

Only failures count toward a limit, since a whole school may share one network address.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from quizzes.models import Classroom, FailedTry, Student

PIN_LENGTH = 4

# Wrong codes from one address: far more than the typing errors of a class. The argument is in docs/guessing.md.
CODE_TRIES, CODE_SPAN = 60, timedelta(minutes=10)
# Wrong PINs for one student on one device. Then the device is locked.
PIN_TRIES, PIN_LOCK = 5, timedelta(minutes=5)
# Wrong PINs for one student on all devices. It limits someone who deletes cookies to 30 of 10,000 PINs in 15 minutes.
# Open sessions are not affected.
PIN_TRIES_ANYWHERE, PIN_SPAN_ANYWHERE = 30, timedelta(minutes=15)
KEEP_FAILURES = timedelta(hours=24)


class NoSuchCode(Exception):
    """No classroom has this code, or the code is off. Students cannot tell the two apart."""


class TooManyTries(Exception):
    """Too many wrong codes came from this address."""


class WrongPin(Exception):
    """The PIN is wrong. tries_left: on this device, at least 1."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class PinLocked(Exception):
    """Sign-in of this student is locked on this device. until: the end of the lock."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def clean_code(text: str) -> str:
    """The code in upper case, letters and digits only."""
    return "".join(character for character in text.upper() if character.isalnum())


def find_classroom(code: str, *, address: str, device: str, now: datetime) -> Classroom:
    """The classroom with this code. Raises NoSuchCode or TooManyTries. A wrong code counts toward the limit."""
    classroom = Classroom.objects.joinable().filter(join_code=clean_code(code)).order_by().first()
    if classroom is not None:
        return classroom
    hashed = hash_address(address)
    failures = FailedTry.objects.filter(kind=FailedTry.Kind.CODE, address=hashed, at__gt=now - CODE_SPAN).count()
    if failures >= CODE_TRIES:
        raise TooManyTries
    FailedTry.objects.create(kind=FailedTry.Kind.CODE, address=hashed, device=device, at=now)
    raise NoSuchCode


def student_of_attempt(public_id: str) -> Student | None:
    """The student of this attempt, with the classroom; None if no student may continue it. One query.

    It ignores whether the class code is on: a teacher may turn it off while students work.
    """
    students = Student.objects.enrolled().filter(
        classroom__in=Classroom.objects.current(), attempts__public_id=public_id
    )
    return students.select_related("classroom").order_by().first()


def check_pin(student: Student | None, pin: str, *, address: str, device: str, now: datetime) -> None:
    """Check the PIN of a student. Raises WrongPin or PinLocked. A wrong PIN counts toward the limits.

    student None: every PIN is wrong and counts, so that the reply does not tell whether an attempt's id exists.
    """
    tries = _recent_tries(student, now=now)
    until = _locked_until(tries, device, now)
    if until is not None:
        raise PinLocked(until)
    if student is not None and pin_matches(student, pin):
        if tries:
            FailedTry.objects.filter(student=student, device=device).delete()
        return
    FailedTry.objects.create(
        kind=FailedTry.Kind.PIN, student=student, address=hash_address(address), device=device, at=now
    )
    tries = _recent_tries(student, now=now)
    until = _locked_until(tries, device, now)
    if until is not None:
        raise PinLocked(until)
    raise WrongPin(PIN_TRIES - len(_tries_on_device(tries, device, now)))


def locked_students(classrooms: list[Classroom], *, now: datetime) -> list[Student]:
    """Students of these classrooms whose sign-in is locked on a device now, by name. Two queries."""
    tries: dict[tuple[int, str], int] = {}
    recent = FailedTry.objects.filter(student__classroom__in=classrooms, at__gt=now - PIN_LOCK)
    for student_id, device in recent.values_list("student_id", "device"):
        if student_id is not None:
            tries[student_id, device] = tries.get((student_id, device), 0) + 1
    locked = {student_id for (student_id, _), count in tries.items() if count >= PIN_TRIES}
    return list(Student.objects.enrolled().filter(pk__in=locked).select_related("classroom").order_by("sort_key"))


def delete_old_failures(*, now: datetime) -> int:
    """Delete failures older than a day; returns how many."""
    return FailedTry.objects.filter(at__lt=now - KEEP_FAILURES).delete()[0]


def pin_of(student: Student) -> str:
    """The student's PIN, four digits, computed with the site's secret key. The database has no PINs."""
    return _pin(student, settings.SECRET_KEY)


def pin_matches(student: Student, pin: str) -> bool:
    """Whether `pin` is the student's. The fallback keys accept cards from before a change of the secret key."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any([constant_time_compare(pin, _pin(student, key)) for key in keys])


def hash_address(address: str) -> str:
    """The keyed digest of a network address, which the database stores instead of the address."""
    return salted_hmac("quizzes.joining.address", address, algorithm="sha256").hexdigest()[:32]


def _pin(student: Student, key: str | bytes) -> str:
    digest = salted_hmac(
        "quizzes.joining.pin", f"{student.public_id}:{student.pin_version}", secret=key, algorithm="sha256"
    )
    return str(int.from_bytes(digest.digest()[:8]) % 10**PIN_LENGTH).zfill(PIN_LENGTH)


def _recent_tries(student: Student | None, *, now: datetime) -> list[tuple[str, datetime]]:
    """(device, moment) of wrong PINs for this student, newest first, at most PIN_TRIES_ANYWHERE."""
    tries = FailedTry.objects.filter(kind=FailedTry.Kind.PIN, student=student, at__gt=now - PIN_SPAN_ANYWHERE)
    recent = tries.order_by("-at")
    return list(recent.values_list("device", "at")[:PIN_TRIES_ANYWHERE])


def _tries_on_device(tries: list[tuple[str, datetime]], device: str, now: datetime) -> list[datetime]:
    return [at for tried_on, at in tries if tried_on == device and at > now - PIN_LOCK]


def _locked_until(tries: list[tuple[str, datetime]], device: str, now: datetime) -> datetime | None:
    on_device = _tries_on_device(tries, device, now)
    if len(on_device) >= PIN_TRIES:
        return on_device[0] + PIN_LOCK
    return tries[-1][1] + PIN_SPAN_ANYWHERE if len(tries) == PIN_TRIES_ANYWHERE else None
