"""Sessions of people as they are stored: end those of one person, and take names out of the others."""

import json
from collections.abc import Collection
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from quizzes.models import User


def end_sessions(key: str, owners: Collection[Any], *, names: Collection[str] = ()) -> None:
    """Delete the sessions with one of these values under the key. One query for each that changes.

    names: messages that were not shown yet and hold one of them go from the sessions of others.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    written = {*names, *(json.dumps(name)[1:-1] for name in names)}
    for row in Session.objects.all().iterator():
        data = store.decode(row.session_data)
        if data.get(key) in owners:
            row.delete()
        elif any(name in str(data.get("_messages", "")) for name in written):
            del data["_messages"]
            Session.objects.filter(pk=row.pk).update(session_data=store.encode(data))


def end_sessions_of_user(user: User, *, names: Collection[str] = ()) -> None:
    """Delete the sessions of an account that is erased. names: as for `end_sessions`."""
    end_sessions(SESSION_KEY, {str(user.pk)}, names=names)
