"""Make a backup: a folder with a copy of the database, the secret key, the erasure ledger and a manifest."""

import fcntl
import logging
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError, connection

from quizsite import __version__
from quizsite.backups.failures import forget_failures, next_try
from quizsite.backups.manifest import (
    LEDGER_FILE,
    POSTGRESQL_FILE,
    SECRET_KEY_FILE,
    SQLITE_FILE,
    BackupError,
    BackupNotRecorded,
    BackupRunning,
    File,
    Manifest,
)
from quizsite.backups.rotation import backup_name, from_the_future, made_at, superseded
from quizsite.data_folder import stored_key
from quizsite.durable import copy_private, open_private, sha256, sync
from quizsite.health import CLOCK_TOLERANCE, DISK_LEAST_BYTES
from quizsite.models import SiteState
from quizsite.sqlite import library
from quizsite.sqlite.copy import CopyDamaged, copy_database
from quizsite.startup_errors import ADVICE, message_for
from quizzes.people.erasure_ledger import settled_ledger

logger = logging.getLogger(__name__)

# What has this name is not finished. A process that was killed leaves it, and the next backup deletes it.
UNFINISHED = ".unfinished"


def make_backup(folder: Path, *, now: datetime, suffix: str = "") -> Path:
    """Make a backup in a new folder in `folder`; returns it. Raises BackupError.

    The new folder appears under its name only when it is complete and on the disk. The site can write at the same time.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            for left in folder.glob(f"*{UNFINISHED}"):
                # In the folder of `backup FOLDER`, other programs may use this ending too.
                if made_at(left.stem):
                    shutil.rmtree(left)
            name = _free_name(folder, backup_name(now), suffix)
            unfinished = folder / f"{name}{UNFINISHED}"
            unfinished.mkdir(mode=0o700)
            try:
                _fill(unfinished, now=now)
                sync(unfinished)
                done = unfinished.rename(folder / name)
                sync(folder)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        advice = ADVICE.get(error.errno or 0, "" if folder.is_dir() else "Use another folder.")
        # The other folder is the one of `manage.py backup FOLDER`.
        setting = " (FOOTNOTE_BACKUPS)" if folder == settings.BACKUP_DIR else ""
        text = f"The backup in {folder}{setting} stopped: {error.strerror or error}{place}. {advice}"
        raise BackupError(text.strip()) from error
    return done


def problem_with_folder(folder: Path) -> str | None:
    """Why no backup can be made in this folder, in one sentence; None if it can be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"The folder of the backups {folder} cannot be written: {error.strerror}."


def make_scheduled_backup(*, now: datetime, suffix: str = "") -> Path:
    """Make a backup in BACKUP_DIR, and delete those that it supersedes. Raises BackupError."""
    made = make_backup(settings.BACKUP_DIR, now=now, suffix=suffix)
    names = {path.name for path in made.parent.iterdir()}
    # They would take the places of newer ones until that day. If this clock is behind, they are the best that there is.
    ahead = from_the_future(names, now=now + CLOCK_TOLERANCE)
    for name in sorted(ahead):
        logger.warning(
            "The backup %s is from the future by this machine's clock. If the clock was ahead once, delete it by hand.",
            made.parent / name,
        )
    for name in superseded(names - ahead, hourly=settings.BACKUPS_HOURLY, daily=settings.BACKUPS_DAILY):
        try:
            shutil.rmtree(made.parent / name)
        except OSError as error:
            # Another user may own it. The new backup counts all the same, or each try would make one more.
            logger.error(
                "The old backup %s cannot be deleted: %s. Delete it by hand.", made.parent / name, error.strerror
            )
    return made


def is_backup_due(*, now: datetime) -> bool:
    """Whether the last recorded backup is older than BACKUP_MINUTES, or in the future. 0 minutes: never.

    After a failure, it is due when the wait ends.
    """
    if not settings.BACKUP_MINUTES or next_try(now=now) is not None:
        return False
    last = SiteState.objects.find(SiteState.BACKUP)
    # A clock that was ahead once must not turn backups off. The clocks of two web machines differ a little.
    return last is None or not -CLOCK_TOLERANCE <= now - last.at < timedelta(minutes=settings.BACKUP_MINUTES)


def record_backup(made: Path, *, now: datetime) -> None:
    """Record when the last backup was made, for `/readyz` and the schedule. Raises BackupNotRecorded."""
    try:
        SiteState.objects.record(SiteState.BACKUP, made.name, now=now)
    except DatabaseError as error:
        raise BackupNotRecorded(
            f"The backup {made} is made, but the site could not record it: {message_for(error) or error}"
        ) from error
    forget_failures()


def _fill(folder: Path, *, now: datetime) -> None:
    if connection.vendor == "sqlite":
        source, database = Path(connection.settings_dict["NAME"]), folder / SQLITE_FILE
        _require_space(folder.parent, source.stat().st_size)
        migrations, counts = _copy_sqlite(source, database)
    else:
        # It loads psycopg, which would take 10 MB in each process of a site on SQLite.
        from quizsite.backups.postgresql import dump_database, parameters

        database = folder / POSTGRESQL_FILE
        # A dump is compressed, several times smaller than the database.
        dumps = sorted(folder.parent.glob(f"footnote-*/{POSTGRESQL_FILE}"), key=lambda path: path.parent.name)
        _require_space(folder.parent, dumps[-1].stat().st_size if dumps else 0)
        migrations, counts = dump_database(parameters(connection), database)
    # It would take the place of a backup of the site.
    if not any(name.startswith("quizzes.") for name in migrations):
        raise BackupError(
            "This database has no tables of Footnote, so there is no site to back up. Correct FOOTNOTE_DATA or "
            "DATABASE_URL."
        )
    files = [File(database.name, database.stat().st_size, sha256(database))]
    # After the database: a line of the ledger without its erasure is applied at the restore.
    with settled_ledger():
        for name in (SECRET_KEY_FILE, LEDGER_FILE):
            source = settings.DATA_DIR / name
            # The person who set a key in the environment keeps it, and the file may have an older key.
            unused = name == SECRET_KEY_FILE and source.exists() and stored_key(source) != settings.SECRET_KEY
            if source.exists() and not unused:
                digest = copy_private(source, folder / name)
                files.append(File(name, (folder / name).stat().st_size, digest))
    Manifest(__version__, now.isoformat(), connection.vendor, migrations, counts, tuple(files)).write(folder)


def is_on_disk_of_site(folder: Path) -> bool:
    """Whether a folder takes its space from the file system of the data folder."""
    return folder.stat().st_dev == settings.DATA_DIR.stat().st_dev


def _require_space(folder: Path, size: int) -> None:
    """Raises BackupError if the folder has no room for a copy of this many bytes."""
    free = shutil.disk_usage(folder).free
    # A class must still be able to save answers.
    needed = size + (DISK_LEAST_BYTES if is_on_disk_of_site(folder) else 0)
    if free < needed:
        raise BackupError(
            f"{folder} has {free:,} bytes free, and the backup needs {needed:,}. Free some space, or use a folder on "
            "another disk (FOOTNOTE_BACKUPS)."
        )


def _copy_sqlite(source: Path, target: Path) -> tuple[tuple[str, ...], dict[str, int]]:
    try:
        copy_database(source, target)
        with closing(library.sqlite.connect(str(target))) as copy:
            names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            counts = {
                name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  this site's own tables
                for name in sorted(names)
                if name.startswith("quizzes_")
            }
            migrations: tuple[str, ...] = ()
            if "django_migrations" in names:
                rows = copy.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
                migrations = tuple(name for (name,) in rows)
    except CopyDamaged as error:
        raise BackupError(f"The database {source} is damaged ({error}). Restore the last backup.") from error
    except library.sqlite.Error as error:
        raise BackupError(f"The database {source} cannot be copied: {error}.") from error
    return migrations, counts


def _free_name(folder: Path, name: str, suffix: str) -> str:
    names = [f"{name}{suffix}", *(f"{name}-{number}{suffix}" for number in range(2, 100))]
    return next(name for name in names if not (folder / name).exists())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with open(folder / ".lock", "w", opener=open_private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRunning(f"Another backup in {folder} is running.") from error
        yield
