"""Django's sessions in the database, by raw queries.

Every request of a student reads its session first, and building that query from a queryset costs more than running it.
The row is read each time, so that a session that ends, ends in every process right away. A process caches only which
rows have a valid signature.
"""

import json
import re
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from quizzes.caches import process_cache
from quizzes.people.session_limits import MOST_STUDENT_SESSIONS, has_idled
from quizzes.people.student_sessions import STUDENT

# In characters of JSON. A longer session is of someone who previews a question set. Each answer makes a new version.
LONGEST_CACHED = 4_000

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_CREATE = "INSERT INTO django_session (session_data, expire_date, session_key) VALUES (%s, %s, %s)"
_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"
_DELETE = "DELETE FROM django_session WHERE session_key = %s"
# The session of a student has the row id before the random part of its key, so that the index finds the others.
# Digits sort the same way in every language of a database.
_DELETE_OLDEST = """
DELETE FROM django_session WHERE session_key >= %s AND session_key < %s AND session_key NOT IN (
    SELECT session_key FROM django_session WHERE session_key >= %s AND session_key < %s
    ORDER BY expire_date DESC, session_key LIMIT %s
)"""
_RANDOM_LENGTH = 28


class SessionStore(db.SessionStore):
    """Like `django.contrib.sessions.backends.db`, but faster; a database error never counts as an ended session."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Whether this site could have made the key. PostgreSQL cannot compare a text with a NUL."""
        return key is not None and re.fullmatch("[0-9a-z]{8,40}", key) is not None

    def load(self) -> dict[str, Any]:
        """The session's data; empty, without a key, if it has ended, was idle too long or never existed."""
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, connection.ops.adapt_datetimefield_value(now)])
            row = cursor.fetchone()
        data = self.decode(row[0]) if row is not None else None
        if data is None or has_idled(data, now):
            self._session_key = None
            return {}
        return data

    def decode(self, session_data: Any) -> dict[str, Any]:
        """The data of a stored row; empty if this site did not sign it or it is no session."""
        try:
            text = _signed_json(session_data, self.key_salt, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        except _TooLongToCache as error:
            text = error.text
        except (signing.BadSignature, ValueError):
            # Django handles and logs these cases.
            return super().decode(session_data)
        data: dict[str, Any] = json.loads(text)
        return data

    def create(self) -> None:
        """Start a session under a new key; the insert itself shows whether the key was free.

        A student keeps MOST_STUDENT_SESSIONS. Else a script that repeats the last step of sign-in would fill the disk.
        """
        student = self.get(STUDENT)
        prefix = ""
        if student is not None:
            prefix = _key_prefix(student)
            keys = [prefix, _key_prefix(student + 1)]
            # Before the insert: the new one may expire before the others, and stays.
            _write(_DELETE_OLDEST, [*keys, *keys, MOST_STUDENT_SESSIONS - 1])
        while True:
            self._session_key = prefix + get_random_string(_RANDOM_LENGTH, VALID_KEY_CHARS)
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Store the session's data, under a new key if it has none.

        Raises CreateError where `must_create` and the key is taken, UpdateError where its row is gone, else the
        database's own error: Django says UpdateError for every error, and its middleware answers that with a 400, which
        no one sends again.
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
        """End this session, or the one with that key; a missing one is no error."""
        key = self.session_key if session_key is None else session_key
        if key is not None:
            _write(_DELETE, [key])


def _key_prefix(student: int) -> str:
    return f"{student:012}"


class _TooLongToCache(Exception):
    """Not a result, which the cache would keep."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


# A signature check costs half as much as the query for the row, and a student's row stays the same.
@process_cache(maxsize=4096)
def _signed_json(session_data: str, salt: str, key: str, *old_keys: str) -> str:
    """The JSON of a row. Raises signing.BadSignature, ValueError if it is no JSON, and _TooLongToCache."""
    text = json.dumps(signing.loads(session_data, salt=salt, key=key, fallback_keys=list(old_keys)))
    if len(text) > LONGEST_CACHED:
        raise _TooLongToCache(text)
    return text


def _write(query: str, values: list[Any]) -> int:
    """How many rows it changed. In a transaction, because only transactions use SQLite's queue of writers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.rowcount)
