"""How fast one attempt may save answers. A student's script must not fill the disk: each save stays in the log."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from django.conf import settings

from quizzes.caches import process_cache

# A device that was offline sends an answer to each question at once, and a set has at most 60.
BURST_SECONDS = 6
# Someone who types saves once a second at most, because the page waits for a pause of a second. A script that goes on
# gets no more, after more saves than a lesson has clicks. With 10 a second, it filled the disk ten times as fast.
LASTING_SHARE, LASTING_SECONDS = 10, 600


@dataclass(slots=True)
class TokenBucket:
    """The saves that an attempt has left in this process, at once and for long. at: when both were right."""

    left: float = math.inf
    lasting: float = math.inf
    at: datetime | None = None
    lock: Lock = field(default_factory=Lock)


def may_save(attempt_id: int, *, now: datetime) -> bool:
    """Take one of the saves that the attempt has left; returns whether it had one. Each process has its own count."""
    rate = settings.SAVES_A_SECOND
    lasting_rate = max(1, rate / LASTING_SHARE)
    bucket = _bucket(attempt_id)
    with bucket.lock:
        # A clock that is set back refills nothing.
        passed = max(0.0, (now - bucket.at).total_seconds()) if bucket.at is not None else 0.0
        bucket.left = min(rate * BURST_SECONDS, bucket.left + passed * rate)
        bucket.lasting = min(lasting_rate * LASTING_SECONDS, bucket.lasting + passed * lasting_rate)
        bucket.at = now
        if min(bucket.left, bucket.lasting) < 1:
            return False
        bucket.left -= 1
        bucket.lasting -= 1
        return True


@process_cache(maxsize=4096)
def _bucket(_attempt_id: int) -> TokenBucket:
    return TokenBucket()
