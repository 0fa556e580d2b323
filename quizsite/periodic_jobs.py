"""Run periodic jobs in a thread. A file lock picks one process."""

import fcntl
import logging
import threading
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.utils import timezone

from quizzes.attempts.heartbeats import delete_old_heartbeats
from quizzes.attempts.lifecycle import submit_overdue
from quizzes.people.known_devices import delete_old_devices
from quizzes.people.student_sign_in import delete_old_failures
from quizzes.people.teacher_sessions import delete_ended_sessions

logger = logging.getLogger(__name__)

# An overdue attempt is submitted at most this much later. Its deadline decides what counts, not this.
INTERVAL_SECONDS = 20


def start_periodic_jobs() -> None:
    """Run the periodic jobs in a thread of this process. If the process dies, the next one takes over."""
    threading.Thread(target=_run_forever, name="periodic-jobs", daemon=True).start()


def run_periodic_jobs(*, now: datetime) -> None:
    """Submit overdue attempts; delete old failed tries, devices, heartbeats and sessions."""
    submit_overdue(now=now)
    delete_old_failures(now=now)
    delete_old_devices(now=now)
    delete_old_heartbeats(now=now)
    delete_ended_sessions(now=now)
    SessionStore.clear_expired()


def _run_forever() -> None:
    with (settings.DATA_DIR / "housekeeping.lock").open("w") as lock:
        # One process of a machine at a time: the others wait here until the kernel releases the lock.
        fcntl.flock(lock, fcntl.LOCK_EX)
        rest = threading.Event()
        while not rest.wait(INTERVAL_SECONDS):
            _run_once()


def _run_once() -> None:
    """Run all jobs once. An error is logged and the jobs run again later, since the site must go on."""
    close_old_connections()
    try:
        run_periodic_jobs(now=timezone.now())
    except Exception:
        logger.exception("The periodic jobs failed; trying again in %s seconds.", INTERVAL_SECONDS)
        close_old_connections()
