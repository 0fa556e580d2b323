"""Create and check the database file and set its journal mode, before the site serves.

Connections only verify it. The journal mode persists in the file. Other projects have traced damage to setting it on
each connection while several processes have the file open.
"""

import shlex
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from quizsite.sqlite import library
from quizsite.sqlite.file_systems import known_mounts, network_file_system


def prepare_database(
    path: Path, *, journal_mode: str = library.JOURNAL_MODE, init: bool = False, mounts: str | None = None
) -> None:
    """Set the journal mode that is safe with this library; creates the file of a new site.

    init: begin anew where the site had a database and it is gone. mounts: this machine's own unless given. Raises
    ImproperlyConfigured, with the way out, for a file that is gone, damaged, closed or on a network file system.
    """
    kind = network_file_system(path.resolve(), mounts=known_mounts() if mounts is None else mounts)
    if kind is not None:
        raise ImproperlyConfigured(
            f"The database {path} is on a network file system ({kind}), where SQLite loses data. Name a folder on a "
            "disk of this machine (FOOTNOTE_DATA), or a PostgreSQL server (DATABASE_URL)."
        )
    if not init and marker_of(path).exists() and not (path.exists() and path.stat().st_size):
        raise ImproperlyConfigured(
            f"The database {path} is gone, and this site had one. Put a backup in its place: {restore_command(path)}. "
            "To begin anew without it, add --init."
        )
    try:
        connection = library.sqlite.connect(str(path), timeout=10)
        try:
            [mode] = connection.execute("PRAGMA journal_mode").fetchone()
            if mode != journal_mode:
                connection.execute(f"PRAGMA journal_mode={journal_mode}")
            [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
        # Refused for a file of another user, or on a read-only file system.
        path.chmod(0o600)
        # Without a write-ahead log the file of a new site is empty until its first table.
        if path.stat().st_size:
            marker_of(path).touch(mode=0o600)
    except (library.sqlite.OperationalError, OSError) as error:
        raise ImproperlyConfigured(
            f"The database {path} cannot be used: {error}. Its file and its folder must be this user's to write."
        ) from error
    # The library's message about a damaged file may not be text.
    except (library.sqlite.DatabaseError, UnicodeError):
        verdict = "damaged"
    if verdict != "ok":
        raise ImproperlyConfigured(
            f"The database {path} is damaged. Put a backup in its place: {restore_command(path, keep_damaged=True)}."
        )


def marker_of(path: Path) -> Path:
    """The marker beside the database. It tells a site that lost its database from one that has none yet."""
    return Path(f"{path}.made")


def restore_command(path: Path, *, keep_damaged: bool = False) -> str:
    """The operator's command. It removes the old file's log first, which SQLite would replay into the backup."""
    name, folder = shlex.quote(str(path)), shlex.quote(str(path.parent))
    aside = f"cp -a {folder} {folder}.damaged; " if keep_damaged else ""
    return f"{aside}rm -f {name}-wal {name}-shm; cp BACKUP {name}"
