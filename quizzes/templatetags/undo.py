"""What the “Undo” button of a notice posts."""

import json
from collections.abc import Iterable

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()


@register.filter
def undo(message: Message) -> tuple[str, dict[str, str]] | None:
    """(address, fields) as `offer_undo` stored them; None for a notice without “Undo”."""
    if not message.extra_tags:
        return None
    address, fields = json.loads(message.extra_tags)
    return address, fields


@register.filter
def has_undo(messages: Iterable[Message]) -> bool:
    """Whether one of these notices has “Undo”. They can be shown again."""
    return any(undo(message) for message in messages)
