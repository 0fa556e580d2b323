"""Devices and addresses from which someone signed in. The database has keyed digests only."""

from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from quizzes.models import KnownDevice, Student
from quizzes.people.guess_limits import Device

# The cookie lasts this long. So a device that comes back after the summer is new.
KEEP_DEVICES = timedelta(days=180)
# Of one person. A class with a cart of 35 computers fits. Without a limit, a script that repeats the last step of
# sign-in without its cookies would add a row each time.
MOST_DEVICES = 50


def device_of_student(student: Student | None, *, device: str, address: str) -> Device:
    """What the student's class knows of a device. Without a student, nothing; at most two queries in both cases."""
    digest = hash_device(device)
    pk, classroom_id = (student.pk, student.classroom_id) if student is not None else (0, 0)
    if KnownDevice.objects.filter(student=pk, device=digest).exists():
        return Device(digest, is_known=True, is_known_address=True)
    of_class = KnownDevice.objects.filter(student__classroom=classroom_id, address=hash_address(address))
    return Device(digest, is_known=False, is_known_address=of_class.exists())


def remember_student_device(student: Student, *, device: str, address: str, now: datetime) -> None:
    """Record that the student signed in with this device, from this address."""
    row = KnownDevice(student=student, device=hash_device(device), address=hash_address(address), used_at=now)
    KnownDevice.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["student", "device"], update_fields=["address", "used_at"]
    )
    delete_oldest_devices(KnownDevice.objects.filter(student=student))


def delete_oldest_devices(devices: QuerySet[KnownDevice]) -> None:
    """Delete all but the MOST_DEVICES last used ones. devices: of one person. One query."""
    devices.exclude(pk__in=devices.order_by("-used_at", "-pk").values("pk")[:MOST_DEVICES]).delete()


def delete_old_devices(*, now: datetime) -> int:
    """Delete devices that were not used for KEEP_DEVICES; returns how many."""
    return KnownDevice.objects.filter(used_at__lt=now - KEEP_DEVICES).delete()[0]


def hash_address(address: str) -> str:
    """The keyed digest of a network address; of an IPv6 address, of its network.

    A home or a phone has a network of 2**64 IPv6 addresses, and would have all its tries at each of them.
    """
    return salted_hmac("quizzes.joining.address", _network(address), algorithm="sha256").hexdigest()[:32]


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed.packed, 64), strict=False))


def hash_device(device: str) -> str:
    """The keyed digest of the random id in a browser's cookie."""
    return salted_hmac("quizzes.people.device", device, algorithm="sha256").hexdigest()[:32]


def hash_target(target: str) -> str:
    """The keyed digest of an attempt's id or an email address, which a failure keeps instead."""
    return salted_hmac("quizzes.people.target", target, algorithm="sha256").hexdigest()[:32]
