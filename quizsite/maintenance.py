"""Long work in its own thread, apart from the periodic jobs: backups, check of the whole database, new scores."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import close_old_connections, connection
from django.utils import timezone

from quizsite.backups.create import is_backup_due, make_scheduled_backup, record_backup
from quizsite.backups.failures import forget_failures, record_failure
from quizsite.backups.manifest import BackupError, BackupRunning
from quizsite.cores import leave_core
from quizsite.models import SiteState
from quizsite.places import CODE, COMMAND
from quizsite.sqlite.copy import quick_check
from quizzes.grading.scores import rescore_all

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60
# After an error of the update of scores, such as a database that is down.
RETRY_SECONDS = 600
# The first requests after a start come before the check, which reads the whole file.
CHECK_AFTER_SECONDS = 5


def start_maintenance() -> None:
    """Check the database, bring scores up to date, then make backups when they are due, until the process ends."""
    threading.Thread(target=_run_forever, name="maintenance", daemon=True).start()


def check_database(*, now: datetime) -> str:
    """Check SQLite's whole file, and record and log what was found; returns "ok" or the finding.

    PostgreSQL checks pages itself when it reads them, so there it does nothing.
    """
    if connection.vendor != "sqlite":
        return "ok"
    found = quick_check(Path(connection.settings_dict["NAME"]))
    if found == "ok":
        logger.info("The check of the whole database found nothing.")
    else:
        logger.error("The database is damaged (%s). Stop the site and run `%s restore BACKUP`.", found, COMMAND)
    SiteState.objects.record(SiteState.DATABASE_CHECK, found, now=now)
    return found


def update_scores(*, now: datetime) -> int:
    """Compute stored scores again if the code that grades changed; returns how many scores changed.

    After an update, an answer may earn something else: a number in words that only the new version reads, for example.
    """
    found = grading_fingerprint()
    if SiteState.objects.value(SiteState.GRADING) == found:
        return 0
    changed = rescore_all()
    if changed:
        logger.info("This version grades some answers differently. Scores changed: %s.", changed)
    SiteState.objects.record(SiteState.GRADING, found, now=now)
    return changed


def are_scores_of_another_version() -> bool:
    """Whether it is recorded that other code computed the stored scores."""
    return SiteState.objects.value(SiteState.GRADING) not in (None, grading_fingerprint())


def update_scores_of_another_version(*, now: datetime) -> int:
    """As `update_scores`, where it is recorded that another version computed the scores; returns how many changed.

    Without a record, a score that does not follow from its answers may be damage, which `check_integrity` must find.
    """
    return update_scores(now=now) if are_scores_of_another_version() else 0


def grading_fingerprint() -> str:
    """A digest of the files that decide what answers are worth."""
    digest = hashlib.sha256()
    for folder in (CODE / "quizzes" / "content", CODE / "quizzes" / "grading"):
        # The list of English words says which typos count.
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.txt")]):
            digest.update(f"{path.relative_to(CODE)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def back_up_if_due(*, now: datetime) -> Path | None:
    """Make the scheduled backup if it is due; returns its folder. Raises BackupError, and waits before the next try."""
    if not is_backup_due(now=now):
        return None
    try:
        made = make_scheduled_backup(now=now)
        record_backup(made, now=now)
    except BackupRunning:
        # One by hand, or of an earlier run of cron. It is no failure.
        return None
    except Exception:
        minutes = record_failure(now=now) // timedelta(minutes=1)
        logger.warning("The scheduled backup is tried again in %s minutes, or now by `%s backup`.", minutes, COMMAND)
        raise
    logger.info("Backup made: %s", made)
    return made


def _run_forever() -> None:
    # A backup copies gigabytes, and on PostgreSQL in a program of its own.
    leave_core()
    time.sleep(CHECK_AFTER_SECONDS)
    _try(check_database, "check of the whole database")
    forget_failures()
    # None once the scores are up to date. Not the time of day: a clock that is set back must not put the next try off.
    scores_not_before: float | None = time.monotonic()
    while True:
        close_old_connections()
        # Until it succeeds: after a database that was down, old scores would stay until the next start.
        if scores_not_before is not None and time.monotonic() >= scores_not_before:
            is_done = _try(update_scores, "update of scores")
            scores_not_before = None if is_done else time.monotonic() + RETRY_SECONDS
        try:
            back_up_if_due(now=timezone.now())
        except BackupError as problem:
            logger.error("The scheduled backup failed: %s", problem)
        except Exception:
            logger.exception("The scheduled backup failed.")
        time.sleep(INTERVAL_SECONDS)


def _try(task: Callable[..., object], name: str) -> bool:
    """Whether the task ended without an error. An error is logged."""
    try:
        task(now=timezone.now())
    except Exception:
        logger.exception("The %s failed.", name)
        return False
    return True
