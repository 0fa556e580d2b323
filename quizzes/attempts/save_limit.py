"""How fast one attempt may save answers. A student's script must not fill the disk: each save stays in the log."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from django.conf import settings

from quizzes.caches import process_cache

# A device that was offline sends an answer to each question at once, and a set has at most 60.
BURST_SECONDS = 6


@dataclass(slots=True)
class TokenBucket:
    """The saves that an attempt has left in this process. at: when `left` was right."""

    left: float = math.inf
    at: datetime | None = None
    lock: Lock = field(default_factory=Lock)


def may_save(attempt_id: int, *, now: datetime) -> bool:
    """Take one of the saves that the attempt has left; returns whether it had one. Each process has its own count."""
    rate = settings.SAVES_A_SECOND
    bucket = _bucket(attempt_id)
    with bucket.lock:
        # A clock that is set back refills nothing.
        passed = max(0.0, (now - bucket.at).total_seconds()) if bucket.at is not None else 0.0
        bucket.left, bucket.at = min(rate * BURST_SECONDS, bucket.left + passed * rate), now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True


@process_cache(maxsize=4096)
def _bucket(_attempt_id: int) -> TokenBucket:
    return TokenBucket()
