"""Django's sessions in the database, read by one statement that is written out.

Every request of a student reads its session first, and building that statement from a queryset costs more than running
it. Nothing is kept between requests, so a session that was ended is ended for every process at once.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ObjectNotUpdated
from django.db import connection
from django.utils import timezone

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


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

    def save(self, must_create: bool = False) -> None:
        """Store what the session holds. Raises UpdateError only where its row is gone, else the database's own error.

        Django says UpdateError for every error, and its middleware answers that with a 400, which nobody sends again.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if cause is None or isinstance(cause, ObjectNotUpdated):
                raise
            raise cause from None
