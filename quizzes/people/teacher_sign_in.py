"""The limits on wrong passwords. A device that signed in before meets its own failures only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from quizzes.models import FailedTry, KnownDevice, User
from quizzes.models.locks import lock_names
from quizzes.people.guess_limits import Limit, Refusal
from quizzes.people.known_devices import delete_oldest_devices, hash_address, hash_device, hash_target

# Wrong passwords before the first wait: on a known device, for one account on new devices, from one address on new
# devices. A program gets some 150 guesses a day at a password of 12 characters that is not a common one.
DEVICE_TRIES, ACCOUNT_TRIES, ADDRESS_TRIES = 10, 25, 100
# The wait doubles with each further wrong password.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
PASSWORD_SPAN, ADDRESS_SPAN = timedelta(hours=24), timedelta(minutes=10)


class PasswordLocked(Exception):
    """The password was not checked. refusal: what had too many wrong ones, and until when."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def count_try(email: str, *, address: str, device: str, now: datetime, step: str) -> FailedTry:
    """Count a try as failed before the slow check of its password, so that parallel tries see each other.

    Raises PasswordLocked. Nothing depends on whether the email has an account. step: names what is tried after the
    password, with failures of its own.
    """
    target, digest, hashed = hash_target(step + email.strip().casefold()), hash_device(device), hash_address(address)
    # Not a join: SQLite would read the devices of all students.
    devices = KnownDevice.objects.filter(user__in=User.objects.with_email(email))
    is_known = devices.filter(device=digest).exists()
    is_known_address = devices.filter(address=hashed).exists()
    with transaction.atomic():
        lock_names(target, hashed)
        refusal = _refusal(
            target,
            device=digest,
            address=hashed,
            is_known=is_known,
            is_known_address=is_known_address,
            now=now,
        )
        if refusal is None:
            return FailedTry.objects.create(
                kind=FailedTry.Kind.PASSWORD,
                target=target,
                device=digest,
                address=hashed,
                is_known_device=is_known,
                is_known_address=is_known_address,
                at=now,
            )
    raise PasswordLocked(refusal)


def clear_tries(counted: FailedTry, *, device: str) -> None:
    """The password was right: this try, and earlier ones for this account on this device, no longer count."""
    FailedTry.objects.filter(kind=FailedTry.Kind.PASSWORD, target=counted.target, device=hash_device(device)).delete()


def is_new_device(user: User, *, device: str) -> bool:
    """Whether the teacher signed in before, but not with this device. At most one query."""
    digest = hash_device(device)
    return user.last_login is not None and not KnownDevice.objects.filter(user=user, device=digest).exists()


def remember_user_device(user: User, *, device: str, address: str, now: datetime) -> None:
    """Record that the teacher signed in with this device, from this address."""
    row = KnownDevice(user=user, device=hash_device(device), address=hash_address(address), used_at=now)
    KnownDevice.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["user", "device"], update_fields=["address", "used_at"]
    )
    delete_oldest_devices(KnownDevice.objects.filter(user=user))


def _refusal(
    target: str, *, device: str, address: str, is_known: bool, is_known_address: bool, now: datetime
) -> Refusal | None:
    passwords = FailedTry.objects.filter(kind=FailedTry.Kind.PASSWORD, at__gt=now - PASSWORD_SPAN)
    if is_known:
        own = passwords.filter(target=target, device=device)
        return _wait(Limit.DEVICE, own.values_list("at", flat=True), DEVICE_TRIES, now)
    new_devices = passwords.filter(is_known_device=False)
    refusal = _wait(Limit.ACCOUNT, new_devices.filter(target=target).values_list("at", flat=True), ACCOUNT_TRIES, now)
    if refusal is not None or is_known_address:
        return refusal
    here = new_devices.filter(address=address, is_known_address=False, at__gt=now - ADDRESS_SPAN)
    return _wait(Limit.ADDRESS, here.values_list("at", flat=True), ADDRESS_TRIES, now)


def _wait(limit: Limit, at: Iterable[datetime], free: int, now: datetime) -> Refusal | None:
    """Whether failures at these times make a try wait. free: how many there may be without a wait."""
    moments = list(at)
    if len(moments) < free:
        return None
    until = max(moments) + min(FIRST_WAIT * 2 ** min(len(moments) - free, 10), LONGEST_WAIT)
    return Refusal(limit, until) if until > now else None
