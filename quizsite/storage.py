"""How much room the site's data takes, and which backups there are."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from quizsite.backups.rotation import made_at


@dataclass(frozen=True, slots=True)
class StoredBackup:
    """One backup in the folder of backups."""

    name: str
    at: datetime
    size: int


def database_size() -> int:
    """The size of the database in bytes, with SQLite's write-ahead log; 0 for a database in memory."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    file = Path(connection.settings_dict["NAME"])
    return sum(_size(path) for path in (file, file.with_name(f"{file.name}-wal")))


def stored_backups() -> list[StoredBackup]:
    """The backups in the site's own folder, the newest first; [] if it cannot be read."""
    found = [
        StoredBackup(path.name, at, sum(_size(file) for file in _content(path)))
        for path in _content(settings.BACKUP_DIR)
        if (at := made_at(path.name)) is not None and path.is_dir()
    ]
    return sorted(found, key=lambda backup: (backup.at, backup.name), reverse=True)


def _content(folder: Path) -> list[Path]:
    """What is in a folder; [] if it is gone or of another user. The page that shows it must not fail."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _size(path: Path) -> int:
    """The size of a file; 0 if there is none, also if another process has just deleted it."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
