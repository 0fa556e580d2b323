"""What the “Undo” button of a notice posts."""

import json

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
