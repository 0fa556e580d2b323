"""What is kept of devices and addresses."""

from datetime import datetime, timedelta

import pytest

from quizzes.models import KnownDevice, User
from quizzes.people.known_devices import MOST_DEVICES, hash_address, hash_device
from quizzes.people.teacher_sign_in import remember_user_device


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.5", "203.0.113.5", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.5", "::ffff:203.0.113.5", True),
        ("::ffff:203.0.113.5", "::ffff:203.0.113.6", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "unknown", False),
    ],
)
def test_address_counts_by_its_network(one: str, other: str, is_same: bool) -> None:
    assert (hash_address(one) == hash_address(other)) is is_same


@pytest.mark.django_db
def test_a_teacher_keeps_the_devices_that_were_used_last(teacher: User, other_teacher: User, now: datetime) -> None:
    remember_user_device(other_teacher, device="0", address="203.0.113.5", now=now)
    for number in range(MOST_DEVICES + 1):
        remember_user_device(teacher, device=f"{number}", address="203.0.113.5", now=now + timedelta(seconds=number))

    kept = set(KnownDevice.objects.filter(user=teacher).values_list("device", flat=True))
    assert kept == {hash_device(f"{number}") for number in range(1, MOST_DEVICES + 1)}
    assert KnownDevice.objects.filter(user=other_teacher).exists()
