"""When to try again after a scheduled backup that failed: a small file, because a full disk takes no row."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

# Each try may copy gigabytes, and cron mails each failure. The wait doubles.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=1)


def record_failure(*, now: datetime) -> timedelta:
    """Record that a try failed; returns how long to wait."""
    wait = min(2 * _wait(), LONGEST_WAIT) if _file().exists() else SHORTEST_WAIT
    try:
        _file().write_text(str(wait // timedelta(minutes=1)))
    except OSError:
        # A full disk has room for an empty file only.
        wait = SHORTEST_WAIT
    with suppress(OSError):
        os.utime(_file(), (now.timestamp(), now.timestamp()))
    return wait


def forget_failures() -> None:
    """Try again at once: a backup was made, or the site was started, after a correction perhaps."""
    _file().unlink(missing_ok=True)


def next_try(*, now: datetime) -> datetime | None:
    """When the wait after a failure ends; None if it has ended, or if nothing failed."""
    try:
        failed_at = datetime.fromtimestamp(_file().stat().st_mtime, tz=UTC)
    except FileNotFoundError:
        return None
    again = failed_at + _wait()
    # A clock that was ahead once must not turn backups off.
    return again if now < again <= now + LONGEST_WAIT else None


def _file() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / "backup.failed"


def _wait() -> timedelta:
    """The wait after the last failure."""
    try:
        return timedelta(minutes=int(_file().read_text()))
    except (OSError, ValueError):
        # Deleted by another process by now, or empty.
        return SHORTEST_WAIT
