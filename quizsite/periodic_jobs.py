"""What the site does by the clock, in whichever of its processes comes first."""

import fcntl
import logging
import threading
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.utils import timezone

from quizzes.attempts import heartbeats
from quizzes.attempts import lifecycle as attempts
from quizzes.people import student_sign_in

logger = logging.getLogger(__name__)

# An attempt whose time is up is handed in at most this much later; what counts is its deadline, not this.
ROUND_SECONDS = 20


def start_housekeeping() -> None:
    """Keep house from a thread of this process for as long as it lives; a process that dies leaves it to the next."""
    threading.Thread(target=_run_forever, name="housekeeping", daemon=True).start()


def run_periodic_jobs(*, now: datetime) -> None:
    """Hand in attempts whose time has ended, forget failed tries, signs of life and sessions whose time has passed."""
    attempts.submit_overdue(now=now)
    student_sign_in.forget_failures(now=now)
    heartbeats.delete_old_heartbeats(now=now)
    SessionStore.clear_expired()


def _run_forever() -> None:
    with (settings.DATA_DIR / "housekeeping.lock").open("w") as lock:
        # One process of a machine at a time: the others wait here, and the kernel lets one in when that one ends.
        fcntl.flock(lock, fcntl.LOCK_EX)
        rest = threading.Event()
        while not rest.wait(ROUND_SECONDS):
            _round()


def _round() -> None:
    """One round; a fault is logged and tried again, since the site must go on."""
    close_old_connections()
    try:
        run_periodic_jobs(now=timezone.now())
    except Exception:
        logger.exception("The round of housekeeping failed; trying again in %s seconds.", ROUND_SECONDS)
        close_old_connections()
