"""Replace the files of a site in one step: a kill at any point leaves the old site or the new one.

A restore prepares the new files in the folder STAGED and renames it to COMMITTED. Before that, the old site is in its
place. After that, each process that starts finishes the replacement first, in the same order.
"""

import os
import shutil
from pathlib import Path

from quizsite.backups.manifest import LEDGER_FILE, SECRET_KEY_FILE, SQLITE_FILE
from quizsite.durable import sync
from quizsite.site_lock import exclusive

STAGED = "restore.staged"
COMMITTED = "restore.committed"
# In the committed folder: the name of the folder for the old files.
KEPT_NAME = "kept"

# SQLite would replay the old log into the new database, so the logs leave first and the database comes last.
LOGS = (f"{SQLITE_FILE}-wal", f"{SQLITE_FILE}-shm", f"{SQLITE_FILE}-journal")
REPLACED = (SECRET_KEY_FILE, LEDGER_FILE, SQLITE_FILE)
# How the names of folders with what a restore has replaced begin.
KEPT_PREFIX = "before-restore-"


def commit(data: Path, *, kept: str) -> None:
    """Decide for the staged files. kept: the folder in the data folder that gets the old ones."""
    staged = data / STAGED
    for path in staged.iterdir():
        if path.name not in REPLACED:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (staged / KEPT_NAME).write_text(kept)
    for path in staged.iterdir():
        sync(path)
    sync(staged)
    os.rename(staged, data / COMMITTED)
    sync(data)


def finish_restore(data: Path) -> None:
    """Finish a replacement that was decided; nothing else to do on most starts."""
    if (data / COMMITTED).exists():
        # The restore itself holds the lock until it has finished, or was killed.
        with exclusive(data, wait=True):
            finish_locked(data)


def finish_locked(data: Path) -> None:
    """The same for a caller that holds the lock. Every step may be repeated after a kill."""
    committed = data / COMMITTED
    if not (committed / KEPT_NAME).exists():
        # Not decided, or all is done but the last deletion.
        shutil.rmtree(committed, ignore_errors=True)
        return
    kept = data / (committed / KEPT_NAME).read_text()
    kept.mkdir(mode=0o700, exist_ok=True)
    if (committed / SQLITE_FILE).exists():
        for name in LOGS:
            _move(data / name, kept / name)
    for name in REPLACED:
        if (committed / name).exists():
            _move(data / name, kept / name)
            os.rename(committed / name, data / name)
    if (data / SQLITE_FILE).exists():
        # The marker of a site that has had a database, see quizsite/sqlite/prepare.py.
        (data / f"{SQLITE_FILE}.made").touch(mode=0o600)
    if any(kept.iterdir()):
        sync(kept)
    else:
        # Nothing was here, or the site is on PostgreSQL with its key in the environment.
        kept.rmdir()
    sync(data)
    shutil.rmtree(committed)
    sync(data)


def _move(source: Path, target: Path) -> None:
    # After a kill, the old file can be at the target already. Then no one needs the file at the source.
    if source.exists() and target.exists():
        source.unlink()
    elif source.exists():
        os.rename(source, target)
