"""Sessions of people as they are stored: end those of one person, and take names out of the others."""

import json
from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from quizzes.people.student_sessions import STUDENT

# A stored text with the owners of its session: the value under each key that names one.
type ReadSessions = Mapping[str, Mapping[str, Any]]


def read_sessions() -> ReadSessions:
    """The sessions that no message waits in. One query; the texts of 48,000 sessions take 1 second to read.

    To end sessions, call this before taking locks. Sessions that are new or changed since are read later.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    found = {}
    for text in Session.objects.values_list("session_data", flat=True).iterator():
        data = store.decode(text)
        if "_messages" not in data:
            found[text] = {key: data.get(key) for key in (STUDENT, SESSION_KEY)}
    return found


def end_sessions(key: str, owners: Collection[Any], *, names: Collection[str], read: ReadSessions) -> None:
    """Delete the sessions with one of these values under the key. One query for each that changes.

    names: messages that were not shown yet and hold one of them go from the sessions of others.
    read: of `read_sessions`.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    written = {*names, *(json.dumps(name)[1:-1] for name in names)}
    for session_key, text in Session.objects.values_list("pk", "session_data").iterator():
        data = read[text] if text in read else store.decode(text)
        if data.get(key) in owners:
            Session.objects.filter(pk=session_key).delete()
        elif any(name in str(data.get("_messages", "")) for name in written):
            others = {name: value for name, value in data.items() if name != "_messages"}
            Session.objects.filter(pk=session_key).update(session_data=store.encode(others))
