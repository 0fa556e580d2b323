"""How a student gets in: class code, name, PIN; and what limits guessing.

Failures are counted, never successes, since a whole school may come from one address.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from quizzes.models import Classroom, FailedTry, Student

PIN_LENGTH = 4

# Wrong codes from one address (TRUST.md, rate limits): far above what a class mistypes in a lesson.
CODE_TRIES, CODE_SPAN = 60, timedelta(minutes=10)
# Wrong PINs for one student on one device; then that device waits.
PIN_TRIES, PIN_LOCK = 5, timedelta(minutes=5)
# Wrong PINs for one student from all devices together. It bounds guessing by someone who clears cookies:
# 30 of 10,000 PINs in 15 minutes. It never touches a session that is already open.
PIN_TRIES_ANYWHERE, PIN_SPAN_ANYWHERE = 30, timedelta(minutes=15)
KEEP_FAILURES = timedelta(hours=24)


class NoSuchCode(Exception):
    """No class has this code, or its code is closed: the two look the same to who asks."""


class TooManyTries(Exception):
    """Too many wrong codes came from this address; try again later."""


class WrongPin(Exception):
    """The PIN does not match. tries_left: how many more this device has, at least 1."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class PinLocked(Exception):
    """This student's sign-in waits on this device. until: when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def clean_code(text: str) -> str:
    """A typed code without spaces and hyphens, in capitals."""
    return "".join(character for character in text.upper() if character.isalnum())


def find_classroom(code: str, *, address: str, device: str, now: datetime) -> Classroom:
    """The classroom that a typed code opens; raises NoSuchCode or TooManyTries. A wrong code is counted."""
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
    """Whose attempt this is, with the classroom; None where no student could go on with it. One statement.

    A code that is closed, as a teacher does once the class is in, keeps nobody from what is begun.
    """
    found = Student.objects.enrolled().filter(classroom__in=Classroom.objects.current(), attempts__public_id=public_id)
    return found.select_related("classroom").order_by().first()


def check_pin(student: Student | None, pin: str, *, address: str, device: str, now: datetime) -> None:
    """Return when the PIN is this student's; raises WrongPin or PinLocked. A wrong PIN is counted.

    student None: nobody's PIN is right, and the tries are counted all the same, so that an attempt's id tells nothing.
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
    raise WrongPin(PIN_TRIES - len(_tries_here(tries, device, now)))


def locked_students(classrooms: list[Classroom], *, now: datetime) -> list[Student]:
    """Students of these classrooms whose sign-in is locked on some device now, by name; two statements."""
    tries: dict[tuple[int, str], int] = {}
    recent = FailedTry.objects.filter(student__classroom__in=classrooms, at__gt=now - PIN_LOCK)
    for student_id, device in recent.values_list("student_id", "device"):
        if student_id is not None:
            tries[student_id, device] = tries.get((student_id, device), 0) + 1
    locked = {student_id for (student_id, _), count in tries.items() if count >= PIN_TRIES}
    return list(Student.objects.enrolled().filter(pk__in=locked).select_related("classroom").order_by("display_name"))


def delete_old_failures(*, now: datetime) -> int:
    """Delete failures older than a day; returns how many."""
    return FailedTry.objects.filter(at__lt=now - KEEP_FAILURES).delete()[0]


def pin_of(student: Student) -> str:
    """The student's PIN, four digits. It follows from the site's secret key, so the database holds none."""
    return _pin(student, settings.SECRET_KEY)


def pin_matches(student: Student, pin: str) -> bool:
    """Whether `pin` is the student's. A card printed before the secret key was rotated works by a fallback key."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any([constant_time_compare(pin, _pin(student, key)) for key in keys])


def hash_address(address: str) -> str:
    """A keyed digest that stands for a network address in the failure table."""
    return salted_hmac("quizzes.joining.address", address, algorithm="sha256").hexdigest()[:32]


def _pin(student: Student, key: str | bytes) -> str:
    digest = salted_hmac(
        "quizzes.joining.pin", f"{student.public_id}:{student.pin_version}", secret=key, algorithm="sha256"
    )
    return str(int.from_bytes(digest.digest()[:8]) % 10**PIN_LENGTH).zfill(PIN_LENGTH)


def _recent_tries(student: Student | None, *, now: datetime) -> list[tuple[str, datetime]]:
    """(device, moment) of wrong PINs for this student, newest first, no more than lock every device."""
    tries = FailedTry.objects.filter(kind=FailedTry.Kind.PIN, student=student, at__gt=now - PIN_SPAN_ANYWHERE)
    recent = tries.order_by("-at")
    return list(recent.values_list("device", "at")[:PIN_TRIES_ANYWHERE])


def _tries_here(tries: list[tuple[str, datetime]], device: str, now: datetime) -> list[datetime]:
    return [at for where, at in tries if where == device and at > now - PIN_LOCK]


def _locked_until(tries: list[tuple[str, datetime]], device: str, now: datetime) -> datetime | None:
    here = _tries_here(tries, device, now)
    if len(here) >= PIN_TRIES:
        return here[0] + PIN_LOCK
    return tries[-1][1] + PIN_SPAN_ANYWHERE if len(tries) == PIN_TRIES_ANYWHERE else None
