"""Copy a PostgreSQL database with pg_dump, and read a copy back with pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import make_conninfo

from quizsite.backups.manifest import BackupError
from quizsite.durable import sync
from quizsite.startup_errors import ADVICE

# Limits that a role or a server may have. While pg_dump or a restore runs, the other connection is idle. Older
# servers lack some of them.
_NO_LIMITS = """
SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
('statement_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')
"""
_POOLER = (
    "DATABASE_URL leads to a pooler such as PgBouncer. Backups and restores need the address of the PostgreSQL server "
    "itself."
)
# As PgBouncer says that its file does not name a database, the second with auth_type = any. PostgreSQL says otherwise.
_NOT_IN_POOLER = ("no such database", "bouncer config error")
# Debian has a folder for the programs of each version.
FOLDERS = Path("/usr/lib/postgresql")


def program(name: str) -> str:
    """The path of pg_dump or pg_restore, the newest on this machine. Raises BackupError."""
    versions = sorted(FOLDERS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0]), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise BackupError(f"{name} is not on this machine. Install PostgreSQL's client programs.")
    return found


def parameters(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """How to reach this database: libpq's parameters, without the limits that the site's queries have."""
    given = connection.get_connection_params()
    # What is for psycopg alone is no text; "options" holds the limits.
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value and name != "options"}
    return texts | ({"port": str(given["port"])} if given.get("port") else {})


@contextmanager
def connected(target: Mapping[str, Any]) -> Iterator["psycopg.Connection[Any]"]:
    """A connection of its own, without time limits. Raises BackupError if it is not to the server itself.

    It also raises BackupError if the server refuses something.
    """
    try:
        with psycopg.connect(**target, autocommit=True) as connection:
            # pg_dump sets an empty search path outside of transactions. A pooler such as PgBouncer gives a connection
            # with it to the next request, which finds no table. A pooler tells each client a number of its own.
            if connection.execute("SELECT pg_backend_pid()").fetchone() != (connection.info.backend_pid,):
                raise BackupError(_POOLER)
            connection.execute(_NO_LIMITS)
            yield connection
    except psycopg.Error as error:
        if any(words in str(error) for words in _NOT_IN_POOLER):
            raise BackupError(_POOLER) from error
        raise BackupError(f"The database server refused: {' '.join(str(error).split())}.") from error


def dump_database(target: Mapping[str, Any], path: Path) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write a copy of one moment; returns its migrations and how many rows each table has. Raises BackupError."""
    with connected(target) as connection, connection.transaction(), connection.cursor() as cursor:
        # pg_dump reads the same moment as these counts.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [snapshot] = _row(cursor, sql.SQL("SELECT pg_export_snapshot()"))
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = sorted(name for (name,) in cursor.fetchall())
        counts = {
            table: _row(cursor, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0]
            for table in tables
            if table.startswith("quizzes_")
        }
        migrations: tuple[str, ...] = ()
        if "django_migrations" in tables:
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
            migrations = tuple(name for (name,) in cursor.fetchall())
        path.touch(mode=0o600, exist_ok=False)
        run("pg_dump", target, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={path}")
    # Reads all of it and writes nothing.
    run("pg_restore", {}, f"--file={os.devnull}", str(path))
    sync(path)
    return migrations, counts


def run(name: str, target: Mapping[str, Any], *arguments: str) -> None:
    """Run a program of PostgreSQL on this database. Raises BackupError with its first line."""
    where = {key: value for key, value in target.items() if key != "password"}
    # An argument is visible to every user of the machine, a variable is not.
    environment = os.environ | ({"PGPASSWORD": str(target["password"])} if "password" in target else {})
    database = [f"--dbname={make_conninfo(**where)}"] if where else []
    done = subprocess.run(  # noqa: S603  PostgreSQL's own program
        [program(name), *database, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if line.strip()), f"exit code {done.returncode}")
        advice = f" {ADVICE[ENOSPC]}" if os.strerror(ENOSPC) in first else ""
        raise BackupError(f"{name} stopped: {first.removeprefix(f'{name}: error: ')}.{advice}")


def kept_name(database: str, now: datetime) -> str:
    """The name that a restore at this moment gives to the database that it replaces."""
    return f"{database}_before_{now.astimezone(UTC):%Y%m%d%H%M%S}"


def kept_databases(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the databases on this server that restores of this one have replaced."""
    with connection.cursor() as cursor:
        # Behind a pooler, the database can have another name than in DATABASE_URL.
        cursor.execute(
            "SELECT datname FROM pg_database WHERE left(datname, -14) = current_database() || '_before_' "
            "AND right(datname, 14) ~ '^[0-9]+$' ORDER BY datname"
        )
        return [name for (name,) in cursor.fetchall()]


def _row(cursor: Any, query: sql.Composable) -> tuple[Any, ...]:
    cursor.execute(query)
    row: tuple[Any, ...] = cursor.fetchone()
    return row
