"""How long a session lasts. A session without these keys is from an older version and ends within 7 days."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

STARTED_AT, SEEN_AT, IDLE_SECONDS = "started_at", "seen_at", "idle_seconds"

# A school day. A lesson's break is shorter than the idle limit, and an open attempt suspends it.
STUDENT_LIFETIME, STUDENT_IDLE = timedelta(hours=8), timedelta(minutes=30)
# A working day. The lifetime is ACCOUNT_SESSION_COOKIE_AGE in the settings.
TEACHER_IDLE = timedelta(hours=12)
# Stored sessions of one student: more than the sign-ins of a week, after which each one is deleted.
MOST_STUDENT_SESSIONS = 50
# Listed sessions of one teacher: more than the sign-ins of a working day, after which an idle one ends.
MOST_TEACHER_SESSIONS = 50
# A request writes the session only this often, so an idle session ends up to this much early.
RENEW_STUDENT, RENEW_TEACHER = timedelta(minutes=3), timedelta(minutes=10)


def is_past(data: Mapping[str, Any], key: str, limit: timedelta, now: datetime) -> bool:
    """Whether the moment under this key is at least `limit` ago; False without the key."""
    return key in data and now.timestamp() - data[key] >= limit.total_seconds()


def has_idled(data: Mapping[str, Any], now: datetime) -> bool:
    """Whether a session with an idle limit of its own has ended."""
    return IDLE_SECONDS in data and is_past(data, SEEN_AT, timedelta(seconds=data[IDLE_SECONDS]), now)
