"""Clear the files of the database of deleted rows, whose bytes stay in the log and in free pages."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from quizzes.models import Presence
from quizzes.models.long_queries import without_time_limit

logger = logging.getLogger(__name__)


# A larger database takes seconds: 9 s for 1,000,000 answers (255 MB, 2026-11-25), in which no save is stored.
SMALL_BYTES = 50_000_000
# Students work while pages send heartbeats. Erased bytes may stay for a day (docs/privacy.md), so that there is an end.
QUIET, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=20)


class StillInUse(Exception):
    """Another connection reads the write-ahead log, so that it still holds erased bytes."""


def _marker() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / "erasure.pending"


def mark_files() -> None:
    """Note that the files hold erased bytes, so that a crash before `clear_files` leaves work for the periodic job."""
    _marker().touch(mode=0o600)


def clear_marked_files_when_quiet() -> bool:
    """As `clear_marked_files`, but while students work, a large SQLite database waits for at most 20 hours.

    Its log is emptied at once, and `secure_delete` has overwritten the deleted rows themselves.
    """
    marker = _marker()
    if not marker.exists() or connection.in_atomic_block:
        return not marker.exists()
    if connection.vendor == "sqlite" and _should_wait(marker, now=timezone.now()):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return False
    return clear_marked_files()


def _should_wait(marker: Path, *, now: datetime) -> bool:
    marked_at = datetime.fromtimestamp(marker.stat().st_mtime, tz=UTC)
    size = Path(connection.settings_dict["NAME"]).stat().st_size
    at_work = Presence.objects.filter(seen_at__gt=now - QUIET)
    return size > SMALL_BYTES and marked_at > now - LONGEST_WAIT and at_work.exists()


def clear_marked_files() -> bool:
    """Clear the files if an erasure left bytes in them; returns whether they are clear now.

    It fails inside a transaction and while another connection holds the database. The periodic job tries again.
    """
    marker = _marker()
    if not marker.exists():
        return True
    if connection.in_atomic_block:
        return False
    marked_at = marker.stat().st_mtime_ns
    try:
        clear_files()
    except (DatabaseError, StillInUse):
        logger.warning("The files still hold erased data, because the database is busy. Trying again soon.")
        return False
    # An erasure that committed during this has marked the files again.
    if marker.exists() and marker.stat().st_mtime_ns == marked_at:
        marker.unlink()
    return True


def clear_files() -> None:
    """Rewrite the database without deleted rows; outside a transaction. Raises DatabaseError or StillInUse.

    SQLite: VACUUM writes every page again, since `secure_delete` misses cells that a page split has moved (in 1 of 20
    random databases of 3,000 rows). Then the write-ahead log is emptied. PostgreSQL: VACUUM frees the space of deleted
    rows for new ones.
    """
    if connection.vendor == "postgresql":
        _vacuum_tables()
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, _, _ = cursor.fetchone()
        if is_busy:
            raise StillInUse


def _vacuum_tables() -> None:
    """Run VACUUM on each table of PostgreSQL, on a connection of its own: others of this process keep their limit."""
    own = connection.copy()
    with without_time_limit(own), own.cursor() as cursor:
        for table in own.introspection.table_names(cursor):
            # To give free pages back to the disk, VACUUM needs the table alone: two at once wait 5 s for each other.
            cursor.execute(f"VACUUM (TRUNCATE false) {own.ops.quote_name(table)}")
