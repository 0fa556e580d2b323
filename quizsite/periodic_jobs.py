"""Run periodic jobs in a thread. A file lock picks one process."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections, connection
from django.utils import timezone

from quizsite.cache import delete_expired_entries
from quizsite.durable import open_private
from quizsite.maintenance import start_maintenance
from quizsite.models import SiteState
from quizsite.startup_errors import is_disk_full
from quizzes.assignments.deadlines import LOCK_WAIT
from quizzes.attempts.heartbeats import delete_old_heartbeats
from quizzes.attempts.lifecycle import submit_overdue
from quizzes.content.drafts.lifecycle import delete_sets_for_good
from quizzes.content.stored_pictures import delete_unused_pictures
from quizzes.lti.scores import delete_old_launches, exchange_scores
from quizzes.people.erased_bytes import clear_marked_files_when_quiet
from quizzes.people.known_devices import delete_old_devices
from quizzes.people.retention import apply_retention
from quizzes.people.student_sign_in import delete_old_failures
from quizzes.people.teacher_sessions import delete_ended_sessions

logger = logging.getLogger(__name__)

# An overdue attempt is submitted at most this much later. Its deadline decides what counts, not this.
INTERVAL_SECONDS = 20


def open_lock() -> IO[str]:
    """The file that one process locks to run the jobs. Raises OSError."""
    return open(settings.DATA_DIR / "housekeeping.lock", "w", opener=open_private)


def start_periodic_jobs() -> None:
    """Run the periodic jobs in a thread of this process. If the process ends, another one continues."""
    threading.Thread(target=_run_forever, name="periodic-jobs", daemon=True).start()


def run_periodic_jobs(*, now: datetime) -> None:
    """Submit overdue attempts, delete what is old, send scores to learning platforms, and record that the jobs ran.

    A job that fails is logged and does not stop the others. All run again later. Raises OperationalError if the
    database is down or its disk is full: each job would log the same error.
    """
    jobs: Sequence[tuple[str, Callable[[], object]]] = (
        ("submit overdue attempts", lambda: submit_overdue(now=now - LOCK_WAIT)),
        ("delete old failed tries", lambda: delete_old_failures(now=now)),
        ("delete old devices", lambda: delete_old_devices(now=now)),
        ("delete old heartbeats", lambda: delete_old_heartbeats(now=now)),
        ("delete ended sessions of teachers", lambda: delete_ended_sessions(now=now)),
        ("delete old sessions", SessionStore.clear_expired),
        ("delete old cache entries", lambda: delete_expired_entries(now=now)),
        ("apply retention", lambda: apply_retention(now=now)),
        ("delete unused pictures", lambda: delete_unused_pictures(now=now)),
        ("delete question sets for good", lambda: delete_sets_for_good(now=now)),
        ("clear erased bytes", clear_marked_files_when_quiet),
        ("delete old launches", lambda: delete_old_launches(now=now)),
        # Last, because it may wait for other machines.
        ("exchange scores with learning platforms", lambda: exchange_scores(now=now)),
    )
    for name, job in jobs:
        try:
            job()
        except Exception as problem:
            if is_disk_full(problem):
                raise
            logger.exception("A periodic job failed: %s. Trying again in %s seconds.", name, INTERVAL_SECONDS)
            _renew_connection()
            connection.ensure_connection()
    SiteState.objects.record(SiteState.PERIODIC_JOBS, "ok", now=now)


def _run_forever() -> None:
    with open_lock() as lock:
        # One process of a machine at a time: the others wait here until the kernel releases the lock.
        fcntl.flock(lock, fcntl.LOCK_EX)
        start_maintenance()
        while True:
            time.sleep(INTERVAL_SECONDS)
            _run_once()


def _run_once() -> None:
    """Run all jobs once. An error outside them, such as a database that is down, must not end the thread."""
    try:
        close_old_connections()
        run_periodic_jobs(now=timezone.now())
    except Exception:
        logger.exception("The periodic jobs failed. Trying again in %s seconds.", INTERVAL_SECONDS)
        _renew_connection()


def _renew_connection() -> None:
    """Close the connection, as quizsite/errors.py does, so that the next job gets a new one."""
    connection.close_at = 0
    close_old_connections()
