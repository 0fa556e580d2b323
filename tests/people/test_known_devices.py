"""What is kept of devices and addresses."""

import pytest

from quizzes.people.known_devices import hash_address


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
