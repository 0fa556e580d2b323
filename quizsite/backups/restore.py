"""Restore a backup: check all of it first, then replace the site, and keep what was there."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from quizsite.backups import swap
from quizsite.backups.manifest import (
    LEDGER_FILE,
    POSTGRESQL_FILE,
    SECRET_KEY_FILE,
    SQLITE_FILE,
    BackupError,
    Manifest,
    check_migrations,
    check_sizes,
    read_manifest,
)
from quizsite.backups.manifest import NAME as MANIFEST_FILE
from quizsite.backups.postgresql import connected, kept_name, parameters, run
from quizsite.data_folder import mark_as_on_postgresql, stored_key
from quizsite.durable import copy_private, sha256, write_private
from quizsite.models import SiteState
from quizsite.places import CODE, COMMAND
from quizsite.secret_key import secret_key_check
from quizsite.site_lock import SiteInUse, exclusive
from quizsite.sqlite import library
from quizsite.sqlite.copy import empty_log, quick_check
from quizsite.sqlite.prepare import prepare_database
from quizsite.startup_errors import ADVICE, missing_database
from quizzes.people.erasure_ledger import LedgerDamaged, read_ledger, whole_lines

logger = logging.getLogger(__name__)

# What to do on a site with this engine and a backup of the other one.
WAY_TO_OTHER_ENGINE = {
    "sqlite": "Set DATABASE_URL, and restore again.",
    "postgresql": "Restore it without DATABASE_URL. Then move the site to an empty database: "
    f"`{COMMAND} move_to_postgresql`.",
}

# The longest name of a database, by default. Source: PostgreSQL's documentation, "Identifiers and Key Words".
NAME_BYTES = 63


@dataclass(frozen=True, slots=True)
class Restored:
    """A finished restore.

    kept: where the old site is: a folder, "" if nothing was there, or the name of a database. has_database: whether an
    old database is there. is_key_known: whether the backup records its secret key, so that it could be compared.
    erased_again: what `reapply_erasures` printed, "" without a ledger. erasures_until: where the data folder had no
    ledger, the moment until which the backups know all erasures; None where it had one.
    """

    manifest: Manifest
    kept: str
    has_database: bool
    is_key_known: bool
    erased_again: str
    erasures_until: datetime | None


def restore(backup: Path, *, now: datetime, accept_findings: bool = False) -> Restored:
    """Replace this site with the backup; raises BackupError and changes nothing if a check fails.

    backup: the folder of a backup, or a file in it. accept_findings: also if `check_integrity` finds something.
    """
    folder = backup if backup.is_dir() else backup.parent
    try:
        if not backup.exists():
            raise BackupError(f"There is no backup at {backup}.")
        known = _known_migrations()
        _require_one_backup(folder, known, now)
        manifest = _checked(folder, known)
        with exclusive(settings.DATA_DIR):
            stage = settings.DATA_DIR / swap.STAGED
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir(mode=0o700)
            try:
                _copy_files(folder, manifest, stage)
                erasures_until = _merge_ledgers(folder, manifest, stage, now)
                key = _key(manifest, stage)
                commands = tuple(_commands(stage, manifest, known, accept_findings=accept_findings))
                if manifest.engine != "sqlite":
                    name, is_key_known, erased_again = _restore_postgresql(stage, manifest, key, commands, now)
                    return Restored(manifest, name, True, is_key_known, erased_again, erasures_until)
                kept, is_key_known, erased_again = _restore_sqlite(stage, manifest, key, commands, now)
                has_database = kept is not None and (kept / SQLITE_FILE).exists()
                return Restored(manifest, str(kept or ""), has_database, is_key_known, erased_again, erasures_until)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except SiteInUse as error:
        raise BackupError("The site, a command, or another restore is running. Stop it first.") from error
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        reason = f"{error.strerror or error}{place}"
        advice = ADVICE.get(error.errno or 0, "Start the site or try again.")
        raise BackupError(f"The restore stopped: {reason}. Nothing is lost. {advice}") from error


def _require_one_backup(folder: Path, known: set[str], now: datetime) -> None:
    """Raises BackupError for a folder of backups. It names the newest one that this site can restore."""
    if (folder / MANIFEST_FILE).exists():
        return
    found = [path.parent for path in folder.glob(f"*/{MANIFEST_FILE}")]
    if not found:
        return
    usable: list[tuple[datetime, Path]] = []
    for path in found:
        with suppress(BackupError, OSError, TypeError, ValueError):
            made_at = datetime.fromisoformat(_checked(path, known).made_at)
            # A clock that was ahead does not make a backup the newest.
            if made_at <= now:
                usable.append((made_at, path))
    newest = f": {max(usable)[1]}" if usable else ""
    # `manage.py backup FOLDER` makes the backup inside of that folder.
    raise BackupError(f"{folder} is not a backup, but a folder of backups. Name one in it{newest}.")


def _checked(folder: Path, known: set[str]) -> Manifest:
    """The manifest, after every check that reads no large file. known: the migrations of this version."""
    manifest = read_manifest(folder)
    check_migrations(manifest, known)
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"This backup is of {manifest.engine}, and this site uses {connection.vendor}. "
            f"{WAY_TO_OTHER_ENGINE[connection.vendor]}"
        )
    check_sizes(folder, manifest)
    return manifest


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def _copy_files(folder: Path, manifest: Manifest, stage: Path) -> None:
    """Copy the files of a backup. Raises BackupError if a copied file is not the one of the manifest."""
    for file in manifest.files:
        if copy_private(folder / file.name, stage / file.name) != file.sha256:
            raise BackupError(f"{folder / file.name} was changed or damaged after the backup. Use another backup.")


def _merge_ledgers(folder: Path, manifest: Manifest, stage: Path, now: datetime) -> datetime | None:
    """Add the lines of the other known ledgers to the staged one. Returns `erasures_until` of `Restored`."""
    ledger, present = stage / LEDGER_FILE, settings.DATA_DIR / LEDGER_FILE
    beside = _ledgers_beside(folder)
    # What was erased after the backup stays erased. On a new machine, only newer backups know it.
    lines = dict.fromkeys(
        line for path in (ledger, *filter(None, beside.values()), present) for line in whole_lines(path)
    )
    if lines:
        ledger.unlink(missing_ok=True)
        write_private(ledger, b"".join(line + b"\n" for line in lines))
    moments = [datetime.fromisoformat(manifest.made_at), *beside]
    # A backup from the future, made while a clock was ahead, knows nothing of the time until then.
    past = [moment for moment in moments if moment <= now]
    return None if present.exists() else max(past or moments)


def _ledgers_beside(folder: Path) -> dict[datetime, Path | None]:
    """The readable ledgers of the backups in the same folder, by the moment of the backup.

    None for a backup without a ledger: nothing was erased by then.
    """
    found: dict[datetime, Path | None] = {}
    for path in sorted(folder.parent.glob(f"*/{MANIFEST_FILE}")):
        with suppress(BackupError, LedgerDamaged, OSError, TypeError, ValueError):
            manifest, ledger = read_manifest(path.parent), path.with_name(LEDGER_FILE)
            file = manifest.find(LEDGER_FILE)
            if file is None:
                found[datetime.fromisoformat(manifest.made_at)] = None
            elif sha256(ledger) == file.sha256:
                # A line that cannot be read would stop the restore.
                read_ledger(ledger)
                found[datetime.fromisoformat(manifest.made_at)] = ledger
    return found


def _key(manifest: Manifest, stage: Path) -> str:
    """The secret key that the site will have: the environment's, else the backup's, else the present one."""
    given = os.environ.get("FOOTNOTE_SECRET_KEY")
    if given:
        return given
    if manifest.find(SECRET_KEY_FILE):
        return stored_key(stage / SECRET_KEY_FILE)
    key: str = settings.SECRET_KEY
    if settings.KEY_IS_NEW:
        # Only a backup from before keys were recorded takes it.
        write_private(stage / SECRET_KEY_FILE, key.encode())
    return key


def _check_key(recorded: str | None, manifest: Manifest, stage: Path, key: str) -> bool:
    """Whether the backup records its key, in the database or as a file. Raises BackupError if it is not this site's."""
    if recorded is None and manifest.find(SECRET_KEY_FILE):
        recorded = secret_key_check(stored_key(stage / SECRET_KEY_FILE))
    if recorded is None:
        logger.warning(
            "This backup does not record the secret key that its site had. If that was not the key of this site, every "
            "PIN changes."
        )
        return False
    keys = [key, *settings.SECRET_KEY_FALLBACKS]
    if recorded not in [secret_key_check(key) for key in keys]:
        if os.environ.get("FOOTNOTE_SECRET_KEY"):
            raise BackupError(
                "FOOTNOTE_SECRET_KEY is not the key of this backup. Add the key that the site had then to "
                "FOOTNOTE_SECRET_KEY_FALLBACKS."
            )
        raise BackupError(
            "This site's secret key is not the key of this backup. Set FOOTNOTE_SECRET_KEY to "
            "the key that the site had then."
        )
    return True


def _commands(stage: Path, manifest: Manifest, known: set[str], *, accept_findings: bool) -> Iterator[str]:
    """The commands that migrate the staged site, erase again what the ledger names, and check answers and scores."""
    if known - set(manifest.migrations):
        yield "migrate"
    ledger = stage / LEDGER_FILE
    if ledger.exists() and ledger.stat().st_size:
        yield "reapply_erasures"
    if not accept_findings:
        # Scores of a version that graded differently are no damage.
        yield "update_scores"
        yield "check_integrity"


def _restore_sqlite(
    stage: Path, manifest: Manifest, key: str, commands: Sequence[str], now: datetime
) -> tuple[Path | None, bool, str]:
    """Check and update the staged database, and put it in place.

    Returns the folder of the old files, None for none, `is_key_known`, and what `reapply_erasures` printed.
    """
    database = stage / SQLITE_FILE
    if (found := quick_check(database)) != "ok":
        raise BackupError(f"The database of this backup is damaged ({found}). Use another backup.")
    is_key_known = _check_key(_recorded_in(database), manifest, stage, key)
    prepare_database(database)
    where = {"FOOTNOTE_DATA": str(stage), "DATABASE_URL": ""}
    erased_again = _manage(commands, where=where, key=key)
    with closing(library.sqlite.connect(str(database))) as file, file:
        query = f"DELETE FROM {SiteState._meta.db_table} WHERE name = ?"  # noqa: S608  a table of this site
        file.executemany(query, [[name] for name in SiteState.NOT_OF_A_COPY])
    empty_log(database)
    # The old database is then one file too, if it can still be read.
    connections.close_all()
    with suppress(library.sqlite.Error):
        empty_log(settings.SQLITE_PATH)
    kept: Path = settings.DATA_DIR / _kept_name(now)
    swap.commit(settings.DATA_DIR, kept=kept.name)
    swap.finish_locked(settings.DATA_DIR)
    return kept if kept.exists() else None, is_key_known, erased_again


def _recorded_in(database: Path) -> str | None:
    """The check of the secret key in this file; None if it was made before there was one."""
    table = SiteState._meta.db_table
    with closing(library.sqlite.connect(str(database))) as file:
        if not file.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
            return None
        query = f"SELECT value FROM {table} WHERE name = ?"  # noqa: S608  a table of this site
        row = file.execute(query, [SiteState.SECRET_KEY]).fetchone()
    return row[0].strip('"') if row else None


def _restore_postgresql(
    stage: Path, manifest: Manifest, key: str, commands: Sequence[str], now: datetime
) -> tuple[str, bool, str]:
    """Fill and check a new database, and swap its name with the current one's.

    Returns the name of the old one, `is_key_known`, and what `reapply_erasures` printed.
    """
    target = parameters(connection)
    name, new = target["dbname"], f"{target['dbname']}_restore"
    kept = kept_name(name, now)
    if (spare := NAME_BYTES - len(kept.encode())) < 0:
        # The server would cut both names, `new` even to that of the present database, which would be dropped.
        raise BackupError(
            f"The old database would be called {kept}, and PostgreSQL takes names of {NAME_BYTES} bytes. Rename the "
            f"database to a name of at most {len(name.encode()) + spare} bytes, and correct DATABASE_URL."
        )
    connections.close_all()
    # A database is renamed from another one.
    with connected(target | {"dbname": "template1" if name == "postgres" else "postgres"}) as server:
        _make_empty(server, new, like=name)
        try:
            try:
                run(
                    "pg_restore",
                    target | {"dbname": new},
                    "--no-owner",
                    "--exit-on-error",
                    str(stage / POSTGRESQL_FILE),
                )
            except BackupError as problem:
                raise BackupError(f"{problem} Nothing was replaced.") from problem
            with connected(target | {"dbname": new}) as restored:
                recorded = _recorded_on(restored)
            is_key_known = _check_key(recorded, manifest, stage, key)
            where = {"FOOTNOTE_DATA": str(stage), "FOOTNOTE_DATABASE_NAME": new}
            erased_again = _manage(commands, where=where, key=key)
            with connected(target | {"dbname": new}) as restored:
                table = sql.Identifier(SiteState._meta.db_table)
                delete = sql.SQL("DELETE FROM {} WHERE name = ANY(%s)").format(table)
                restored.execute(delete, [list(SiteState.NOT_OF_A_COPY)])
            with server.transaction():
                for old_name, new_name in ((name, kept), (new, name)):
                    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                    server.execute(rename.format(sql.Identifier(old_name), sql.Identifier(new_name)))
        except BaseException:
            # Not WITH (FORCE), which fails while an autovacuum worker runs. The next restore drops what is left.
            with suppress(psycopg.Error):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(new)))
            raise
    # A kill before this leaves the new database with the old key, which the start refuses; another restore fixes it.
    swap.commit(settings.DATA_DIR, kept=_kept_name(now))
    swap.finish_locked(settings.DATA_DIR)
    mark_as_on_postgresql(settings.DATA_DIR)
    return kept, is_key_known, erased_again


def _kept_name(now: datetime) -> str:
    """The name of the folder with what a restore replaces."""
    return f"{swap.KEPT_PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"


def _make_empty(server: "psycopg.Connection[Any]", new: str, *, like: str) -> None:
    """Make an empty database, in place of what an earlier restore left. like: the present one, which nobody may use."""
    # A worker of autovacuum has no user, and gives way.
    users = server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename IS NOT NULL", [like]
    ).fetchone()
    if users is None or users[0]:
        raise BackupError(
            f"The database {like} is in use. Stop the site on every machine, and PgBouncer if there is one, first."
        )
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(new)))
    # It sorts as the present one does. The server's default may not be UTF-8.
    found = server.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = %s", [like]).fetchone()
    if found is None:
        raise BackupError(missing_database(like))
    collate, ctype = found
    command = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {}")
    try:
        server.execute(command.format(sql.Identifier(new), sql.Literal(collate), sql.Literal(ctype)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            "A restore makes a new database, and the user of DATABASE_URL may not. Let an administrator of the "
            f"server run: ALTER ROLE {server.info.user} CREATEDB."
        ) from error


def _recorded_on(restored: "psycopg.Connection[Any]") -> str | None:
    """The check of the secret key in this database; None if it was made before there was one."""
    table = SiteState._meta.db_table
    [has_table] = restored.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone() or (False,)
    query = sql.SQL("SELECT value FROM {} WHERE name = %s").format(sql.Identifier(table))
    row = restored.execute(query, [SiteState.SECRET_KEY]).fetchone() if has_table else None
    return row[0] if row else None


def _manage(commands: Sequence[str], *, where: Mapping[str, str], key: str) -> str:
    """Run commands on the staged site, in processes that have its settings. Returns what `reapply_erasures` printed."""
    erased_again = ""
    for command in commands:
        done = subprocess.run(  # noqa: S603  this project's own command
            [sys.executable, "-m", "quizsite", command, "--verbosity=0"],
            env={**os.environ, "PYTHONPATH": str(CODE), "FOOTNOTE_SECRET_KEY": key, **where},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            last = lines[-1] if lines else f"exit code {done.returncode}"
            raise BackupError(f"`{command}` on this backup says: {last}. Nothing was replaced.")
        if command == "reapply_erasures":
            erased_again = done.stdout.strip()
    return erased_again
