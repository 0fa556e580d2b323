"""Django's SQLite backend on a safe library, with every commit on disk and a fair queue of writers."""

from typing import Any

from quizsite.sqlite import library  # isort: skip  # answers for `sqlite3` before Django's backend imports it
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.sqlite3 import base as django_sqlite

from quizsite.sqlite.queue import QueueTimeout, WriterQueue

if django_sqlite.Database is not library.library.dbapi2:
    raise ImproperlyConfigured(
        "Django's SQLite backend was loaded before quizsite.sqlite could choose its library."
    )

# PRAGMA synchronous: 0 is OFF, 1 NORMAL, 2 FULL.
FULL = 2


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """One connection, and its place in the queue of writers.

    Only transactions that Django begins stand in the queue: `atomic` blocks, which every stage function is.
    A single statement outside of one waits for SQLite's own lock, as ever.
    """

    queue: WriterQueue | None = None

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "factory": library.Connection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self.verify(connection)
        if not self.is_in_memory_db():
            self.queue = WriterQueue(str(conn_params["database"]), timeout=conn_params.get("timeout", 5.0))
        return connection

    def verify(self, connection: Any) -> None:
        """Refuse a connection that would break the promise behind the word "Saved"."""
        [synchronous] = connection.execute("PRAGMA synchronous").fetchone()
        if synchronous < FULL:
            raise ImproperlyConfigured(
                "SQLite must run with synchronous=FULL, or a power cut loses saved answers."
            )
        [journal_mode] = connection.execute("PRAGMA journal_mode").fetchone()
        if journal_mode == "wal" and not library.WAL_IS_SAFE:
            raise ImproperlyConfigured(
                f"This database uses a write-ahead log, which SQLite {library.library.sqlite_version} can damage; "
                "start the site with `make run`, which changes it, or install pysqlite3."
            )

    def _start_transaction_under_autocommit(self) -> None:
        if self.queue is not None:
            try:
                self.queue.take()
            except QueueTimeout as error:
                raise OperationalError(f"database is locked: {error}") from error
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_back()
            raise

    def _commit(self) -> None:
        # A commit that fails is followed by a rollback, which gives the turn back.
        super()._commit()
        self._give_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_back()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.queue is not None:
                self.queue.close()
                self.queue = None

    def _give_back(self) -> None:
        if self.queue is not None:
            self.queue.give_back()
