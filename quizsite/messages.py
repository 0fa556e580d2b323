"""Messages for the next page, in the session: each once, and the newest only."""

from collections.abc import Sequence
from typing import Any

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponse

# One act has at most a few. A script that opens no page would otherwise add messages without end, and each request
# reads the whole session.
MOST = 20


class MessageStorage(SessionStorage):
    """Like Django's, with a limit."""

    def _store(self, messages: Sequence[Message], response: HttpResponse, *args: Any, **kwargs: Any) -> list[Message]:
        """Store the newest messages, each once. Returns those that found no room, as Django expects: none."""
        different = {(message.level, str(message.message), message.extra_tags): message for message in messages}
        newest = [*different.values()][-MOST:]
        stored: list[Message] = super()._store(newest, response, *args, **kwargs)  # type: ignore[misc]  # not in stubs
        return stored
