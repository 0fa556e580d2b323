"""Copy a SQLite database while the site writes to it, and check a whole file."""

import time
from contextlib import closing
from pathlib import Path

from quizsite.durable import sync
from quizsite.sqlite import library

# 8 MB, then a pause, so that the disk is free for saves.
PAGES_PER_STEP = 2_000
PAUSE_SECONDS = 0.005


class CopyDamaged(Exception):
    """The check of the copy found this."""


def copy_database(source: Path, target: Path) -> None:
    """Write a copy of one moment to `target`, a file by itself without a log, and check all of it.

    Raises CopyDamaged. Source: sqlite.org, "SQLite Backup API"; a copy restarts whenever another process writes, unless
    its connection holds a read transaction all the time.
    """
    with (
        closing(library.sqlite.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as reader,
        closing(library.sqlite.connect(str(target), isolation_level=None)) as writer,
    ):
        target.chmod(0o600)
        reader.isolation_level = None
        [mode] = reader.execute("PRAGMA journal_mode").fetchone()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # No one needs half of a copy, so a power cut may damage it until it is synced below.
        writer.execute("PRAGMA synchronous=OFF")
        # With a rollback journal, writers wait for this reader, so that pauses would make them wait longer.
        pages = PAGES_PER_STEP if mode == "wal" else -1
        reader.backup(writer, pages=pages, progress=lambda *_: time.sleep(PAUSE_SECONDS))
        reader.execute("ROLLBACK")
        writer.execute("PRAGMA journal_mode=DELETE")
    if (found := quick_check(target)) != "ok":
        raise CopyDamaged(found)
    sync(target)


def quick_check(path: Path) -> str:
    """What SQLite finds in the whole file: "ok", or the first problem. It writes nothing."""
    try:
        with closing(library.sqlite.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as connection:
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    # The library's message about a damaged file may not be text.
    except (library.sqlite.DatabaseError, UnicodeError) as error:
        return type(error).__name__
    return str(found)


def empty_log(path: Path) -> bool:
    """Move the write-ahead log into the main file; returns whether that holds everything now.

    Waits 10 s for other processes: a read transaction that began before the newest rows keeps these in the log.
    """
    if not path.exists():
        return True
    with closing(library.sqlite.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as connection:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy
