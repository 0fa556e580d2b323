"""When a wrong PIN makes a device wait, or need the teacher. docs/guessing.md has the figures that follow.

For a device that signed in as a student before, only its own failures count. All other devices share counters, because
a person who deletes cookies has a new device each time. Failures from addresses where the class signs in, such as the
school's, and failures from elsewhere have counters of their own: no one outside can lock out a school.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

PIN_LENGTH = 4
# Wrong PINs before the first wait. Each further wrong PIN doubles the wait: 5, 10, 20, 40, 80 minutes.
PIN_TRIES, PIN_WAIT = 5, timedelta(minutes=5)
# Wrong PINs for one student, after which only the teacher can let a new device in.
STUDENT_TRIES = 10
# Wrong PINs of new devices in one class, on one device that its students use, and from one address elsewhere, after
# which only the teacher can let the device in. Above 30: one wrong PIN of each student of a class locks no one out.
CLASS_TRIES = ADDRESS_TRIES = 35
# How long a wrong PIN counts, unless the device signs in or the teacher acts. Two groups of addresses give
# 2 * 35 / 7 = 10 guesses a class and day, and 10 of 10,000 PINs are 0.001.
PIN_SPAN = timedelta(days=7)
# How long “Let in now” works, time to walk to a desk and type a PIN.
LET_IN_DURATION = timedelta(minutes=10)


class Limit(Enum):
    """What had too many wrong PINs."""

    DEVICE = "device"
    STUDENT = "student"
    CLASSROOM = "classroom"
    ADDRESS = "address"
    # The account of a teacher. teacher_sign_in.py has the limits of teachers.
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Failure:
    """One wrong PIN. is_known_device: the device had signed in as this student; is_known_address: as any classmate."""

    student_id: int | None
    device: str
    is_known_device: bool
    is_known_address: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """No PIN is checked now. until: the end of the wait, None if only the teacher can let the device in."""

    limit: Limit
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Device:
    """The device on which a PIN was typed. is_known, is_known_address: as in `Failure`."""

    digest: str
    is_known: bool
    is_known_address: bool


def failures_that_count(failures: Sequence[Failure], student_id: int | None, device: Device) -> list[Failure]:
    """Failures for this student that count for this device: its own if it is known, else those of all new devices."""
    if device.is_known:
        return [one for one in failures if one.student_id == student_id and one.device == device.digest]
    return [one for one in _of_new_devices(failures, device) if one.student_id == student_id]


def refusal_for_student(failures: Sequence[Failure], device: Device, now: datetime) -> Refusal | None:
    """Whether these failures for one student make the device wait, or need the teacher."""
    counted = [one for one in failures if one.at > now - PIN_SPAN]
    moments = [one.at for one in counted]
    limit = Limit.DEVICE if all(one.device == device.digest for one in counted) else Limit.STUDENT
    if len(moments) < PIN_TRIES:
        return None
    if len(moments) >= STUDENT_TRIES:
        return Refusal(limit, None)
    until = max(moments) + PIN_WAIT * 2 ** (len(moments) - PIN_TRIES)
    return Refusal(limit, until) if until > now else None


def refusal_for_class(failures: Sequence[Failure], device: Device) -> Refusal | None:
    """Whether these failures in one class make the device need the teacher."""
    limit = Limit.DEVICE if device.is_known else Limit.CLASSROOM
    return Refusal(limit, None) if tries_left_in_class(failures, device) <= 0 else None


def tries_left_in_class(failures: Sequence[Failure], device: Device) -> int:
    """How many wrong PINs a class with these failures has left for this device."""
    if device.is_known:
        # Failures for other students count too. Otherwise a shared device would give tries for each of its students.
        return CLASS_TRIES - sum(one.is_known_device and one.device == device.digest for one in failures)
    return CLASS_TRIES - len(_of_new_devices(failures, device))


def is_class_locked(failures: Sequence[Failure]) -> bool:
    """Whether devices of a class with these failures need the teacher: new ones, or one that its students use."""
    shared = {one.device for one in failures if one.is_known_device}
    devices = [Device(digest, is_known=True, is_known_address=True) for digest in shared]
    devices += [Device("", is_known=False, is_known_address=is_known) for is_known in (True, False)]
    return any(refusal_for_class(failures, device) is not None for device in devices)


def is_locked(failures: Sequence[Failure], student_id: int, now: datetime) -> bool:
    """Whether a device that tried this student's PIN must wait or needs the teacher."""
    return any(
        refusal_for_student(failures_that_count(failures, student_id, device), device, now) is not None
        for device in _devices(failures, student_id)
    )


def most_failures(failures: Sequence[Failure], student_id: int) -> int:
    """The most wrong PINs for this student that count for one device."""
    counted = (failures_that_count(failures, student_id, device) for device in _devices(failures, student_id))
    return max(map(len, counted), default=0)


def _devices(failures: Sequence[Failure], student_id: int) -> set[Device]:
    return {
        Device(one.device, one.is_known_device, one.is_known_address)
        for one in failures
        if one.student_id == student_id
    }


def _of_new_devices(failures: Sequence[Failure], device: Device) -> list[Failure]:
    return [one for one in failures if not one.is_known_device and one.is_known_address == device.is_known_address]
