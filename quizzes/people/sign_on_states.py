"""The states of sign-ins that the provider has not answered yet, in a signed cookie of the browser.

Anyone can start a sign-in, so that a row for each would let anyone fill the disk. Only one that the provider vouches
for is noted, so that it cannot be used twice.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.cache import cache

LIFETIME = timedelta(minutes=10)
# A browser takes 4,096 for a cookie.
MAX_COOKIE_LENGTH = 3_000
# The longest URL of the page after the sign-in.
MAX_NEXT_BYTES = 500
_SALT = "quizzes.sign_on_states"

# What the provider's reply to a sign-in is checked with, by the id of the state.
type States = dict[str, dict[str, Any]]


def read_cookie(value: str, *, now: datetime) -> States:
    """The states of this browser that are not too old, oldest first. Empty for a forged cookie."""
    try:
        stored: States = signing.loads(value, salt=_SALT)
    except signing.BadSignature:
        return {}
    return {state_id: state for state_id, state in stored.items() if state["until"] > now.timestamp()}


def write_cookie(states: States) -> str:
    """The signed value of the cookie with as many of the newest states as it has room for; "" for none."""
    kept = list(states.items())
    while kept:
        value = signing.dumps(dict(kept), salt=_SALT)
        if len(value) <= MAX_COOKIE_LENGTH:
            return value
        del kept[0]
    return ""


def add_state(
    states: States, state_id: str, content: Mapping[str, Any], *, next_url: str | None, now: datetime
) -> None:
    """Add the state of a sign-in that starts now. A very long address of the next page is left out."""
    states[state_id] = {**content, "until": (now + LIFETIME).timestamp()}
    if next_url and len(next_url.encode()) <= MAX_NEXT_BYTES:
        states[state_id]["next"] = next_url


def use_up(nonce: str) -> bool:
    """Note that the sign-in with this nonce came back; False if it had come back before, also in another process."""
    return cache.add(f"sign-on-{nonce}", True, LIFETIME.total_seconds())
