"""Django's SQLite backend on a safe library, with every commit on disk and a fair queue of writers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quizsite.places import COMMAND

from quizsite.sqlite import library  # isort: skip  # answers for `sqlite3` before Django's backend imports it
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.sqlite3 import base as django_sqlite

from quizsite.sqlite.prepare import marker_of
from quizsite.sqlite.write_queue import TurnTimeout, Writer

# django-stubs lack most of what a backend overrides.
Base: Any = django_sqlite.DatabaseWrapper
Operations: Any = Base.ops_class

if Base.Database is not library.sqlite.dbapi2:
    raise ImproperlyConfigured("Django's SQLite backend was loaded before quizsite.sqlite chose its library.")

# PRAGMA synchronous: 0 is OFF, 1 NORMAL, 2 FULL.
FULL = 2
# How many queries a connection keeps prepared, of about 5 KB each. Past this number, pysqlite3 keeps only the last of
# all further ones, and prepares the queries of a save again at each save. With its default of 100, that happens after a
# few pages of a teacher. `CONN_MAX_AGE` opens a new connection from time to time.
PREPARED_STATEMENTS = 1_000


class DatabaseOperations(Operations):
    """Django's operations, with a flush that bypasses triggers, as PostgreSQL's TRUNCATE does."""

    def sql_flush(self, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        emptying = super().sql_flush(style, tables, **options)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        # One transaction runs them all, so that the triggers are never missing.
        drop = [f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers]
        return [*drop, *emptying, *(sql for _, sql in triggers)] if emptying else []


class DatabaseWrapper(Base):
    """One connection, and its place in the queue of writers.

    Only transactions that Django begins wait in the queue: `atomic` blocks, as every domain function has.
    A single query outside of one waits for SQLite's own lock.
    """

    # None without a connection, and for a database in memory, because no other process uses it.
    writer: Writer | None = None
    errors_occurred: bool
    # Which file is open, even if its name is now another file; None as above.
    opened_inode: int | None = None

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return {"cached_statements": PREPARED_STATEMENTS, **params, "factory": library.Connection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.transaction_mode != "IMMEDIATE":
            raise ImproperlyConfigured(
                'SQLite must run with transaction_mode IMMEDIATE: others fail "database is locked" when a class saves.'
            )
        if self.is_in_memory_db():
            connection = super().get_new_connection(conn_params)
            verify(connection)
            return connection
        path = Path(conn_params["database"])
        if marker_of(path).exists():
            # If the file is gone, a connection must fail and not create an empty one.
            conn_params = {**conn_params, "database": f"{path.absolute().as_uri()}?mode=rw"}
        connection = super().get_new_connection(conn_params)
        verify(connection)
        try:
            self.opened_inode = path.stat().st_ino
            self.writer = Writer(str(path), timeout=conn_params["timeout"])
        except OSError as error:
            connection.close()
            raise OperationalError(f"the queue of writers cannot be opened: {error}") from error
        return connection

    def is_usable(self) -> bool:
        """Whether to keep a connection that met an error. Opening the file again takes less than 1 ms."""
        return self.is_in_memory_db()

    def rollback(self) -> None:
        # Django keeps a connection if its rollback works. If a file descriptor was missing for a moment, SQLite opens
        # the file for reading only: such a connection rolls back too, and would refuse each write until a restart.
        had_errors = self.errors_occurred
        super().rollback()
        self.errors_occurred = had_errors

    def _start_transaction_under_autocommit(self) -> None:
        if self.writer is not None:
            try:
                self.writer.take_turn()
            except TurnTimeout as error:
                raise OperationalError("database is locked: another writer does not finish") from error
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        # A failed commit is followed by a rollback, which ends the turn.
        super()._commit()
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.writer is not None:
                self.writer.close()
                self.writer = None

    def _end_turn(self) -> None:
        if self.writer is not None:
            self.writer.end_turn()


def verify(connection: Any) -> None:
    """Refuse a connection whose settings would make "Saved" untrue."""
    [synchronous] = connection.execute("PRAGMA synchronous").fetchone()
    if synchronous < FULL:
        raise ImproperlyConfigured("SQLite must run with synchronous=FULL: a power cut could lose answers.")
    [journal_mode] = connection.execute("PRAGMA journal_mode").fetchone()
    if journal_mode == "wal" and not library.WAL_IS_SAFE:
        raise ImproperlyConfigured(
            f"the database uses a write-ahead log, which SQLite {library.sqlite.sqlite_version} can damage; "
            f"`{COMMAND} migrate` takes it off."
        )
