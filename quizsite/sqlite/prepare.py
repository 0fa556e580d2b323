"""Create the database file, take a first look at it and set its journal mode, before the site serves.

Connections only verify it. The journal mode persists in the file. Other projects have traced damage to setting it on
each connection while several processes have the file open.
"""

import re
import shutil
from collections.abc import Callable
from contextlib import closing
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from quizsite.places import COMMAND
from quizsite.sqlite import library

# What the index of a write-ahead log takes at least. Source: sqlite.org, "WAL-mode File Format".
LOG_INDEX_BYTES = 32 * 1024

# Their locks do not reach other machines. Named as in Linux.
# Source: sqlite.org, "How To Corrupt An SQLite Database File", 2.1, and "Write-Ahead Logging", 1.
NETWORK = {"afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}
# Only Linux has this file, see proc_pid_mountinfo(5).
MOUNTS = Path("/proc/self/mountinfo")


def prepare_database(
    path: Path,
    *,
    before_creation: Callable[[], object] | None = None,
) -> None:
    """Set the journal mode that is safe with this library; creates the file of a new site.

    before_creation: called before a new file appears. Raises ImproperlyConfigured, with the way out, for a file that
    is damaged, not accessible, or on a network file system.
    """
    kind = network_file_system(path.resolve())
    if kind is not None:
        raise ImproperlyConfigured(
            f"The database {path} is on a network file system ({kind}), where SQLite loses data. Name a folder on a "
            "disk of this machine (FOOTNOTE_DATA), or a PostgreSQL server (DATABASE_URL)."
        )
    if before_creation is not None and not has_database(path):
        before_creation()
    try:
        verdict = _open_database(path)
    except (library.sqlite.OperationalError, OSError) as error:
        if _is_disk_full(error, path):
            # By this number, systemd starts the site again: a full disk can pass.
            raise ImproperlyConfigured(
                f"The disk of the database {path} is full ({error}). Free some space, and start again."
            ) from OSError(ENOSPC, str(error))
        reason = f"{error.strerror} ({error.filename})" if isinstance(error, OSError) else error
        raise ImproperlyConfigured(
            f"The database {path} cannot be used: {reason}. Make its file and its folder writable for this user."
        ) from error
    # The library's message about a damaged file may not be text.
    except (library.sqlite.DatabaseError, UnicodeError):
        verdict = "damaged"
    if verdict != "ok":
        raise ImproperlyConfigured(
            f"The database {path} is damaged. Run `{COMMAND} restore BACKUP`, which keeps the damaged file."
        )


def _open_database(path: Path) -> str:
    """Open the file, made if it is missing, and set its journal mode and its permissions. "ok", or what is wrong."""
    # SQLite gives the files beside the database its mode, so they stay read-only if it was once. The mode cannot be
    # changed for a file of another user, or on a read-only file system.
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if file.exists():
            file.chmod(0o600)
    with closing(library.sqlite.connect(str(path), timeout=10)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != library.JOURNAL_MODE:
            connection.execute(f"PRAGMA journal_mode={library.JOURNAL_MODE}")
        verdict = first_look(path, connection)
    path.chmod(0o600)
    # Without a write-ahead log the file of a new site is empty until its first table.
    if path.stat().st_size:
        marker_of(path).touch(mode=0o600)
    return verdict


def network_file_system(path: Path) -> str | None:
    """The kind of network file system that holds this path; None if it is on a disk of this machine."""
    kind, depth = "", 0
    mounts = MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.exists() else ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        folder = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split()[4]))
        # The later of two on one folder hides the earlier.
        if path.is_relative_to(folder) and len(folder.parts) >= depth:
            kind, depth = after.split()[0], len(folder.parts)
    return kind if kind in NETWORK else None


def _is_disk_full(error: Exception, path: Path) -> bool:
    if isinstance(error, OSError):
        return error.errno in (ENOSPC, EDQUOT)
    # For the index of its write-ahead log, SQLite calls a full disk an I/O error.
    has_no_room = "disk I/O error" in str(error) and shutil.disk_usage(path.parent).free < LOG_INDEX_BYTES
    return has_no_room or "disk is full" in str(error)


def has_database(path: Path) -> bool:
    """Whether the file is there and not empty."""
    return path.exists() and path.stat().st_size > 0


def marker_of(path: Path) -> Path:
    """The marker file next to the database. With it, a site without a database has lost it; without it, it is new."""
    return Path(f"{path}.made")


def first_look(path: Path, connection: Any) -> str:
    """What a bounded part of the file shows: "ok", or the first problem. It reads each table as far as its first row.

    The maintenance thread checks the whole file while the site runs.
    """
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
    for (name,) in tables:
        connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608  a name of the schema
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        # A log that is half in the file leaves a size that the header does not know.
        return "ok"
    [pages], [size] = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return "ok" if path.stat().st_size == pages * size else "cut short"
