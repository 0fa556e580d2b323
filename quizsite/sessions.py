"""Django's sessions in the database, by statements that are written out.

Every request of a student reads its session first, and building that statement from a queryset costs more than running
it; joining writes four times. Nothing is kept between requests, so a session that was ended is ended for every process
at once.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_FIND = "SELECT 1 FROM django_session WHERE session_key = %s"
_CREATE = "INSERT INTO django_session (session_data, expire_date, session_key) VALUES (%s, %s, %s)"
_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"
_DELETE = "DELETE FROM django_session WHERE session_key = %s"


class SessionStore(db.SessionStore):
    """What `django.contrib.sessions.backends.db` does, sooner; no database error passes for an ended session."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key, where it has ended or never was."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, now])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key, ended or not."""
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [session_key])
            return cursor.fetchone() is not None

    def save(self, must_create: bool = False) -> None:
        """Store what the session holds, under a new key where it has none.

        Raises CreateError where `must_create` and the key is taken, UpdateError where its row is gone, else the
        database's own error: Django says UpdateError for every error, and its middleware answers that with a 400, which
        nobody sends again.
        """
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # the stubs leave it out
        expires = connection.ops.adapt_datetimefield_value(self.get_expiry_date())
        try:
            changed = _write(_CREATE if must_create else _UPDATE, [self.encode(data), expires, self.session_key])
        except IntegrityError as error:
            raise CreateError from error
        if not changed:
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the one of that key; none is no fault."""
        key = self.session_key if session_key is None else session_key
        if key is not None:
            _write(_DELETE, [key])


def _write(statement: str, values: list[Any]) -> int:
    """How many rows it changed. In a transaction, because those alone stand in SQLite's queue of writers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
