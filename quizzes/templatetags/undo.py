"""What the button of a notice posts: “Undo”, or another act."""

import json
from collections.abc import Iterable

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext

register = template.Library()


@register.filter
def undo(message: Message) -> tuple[str, dict[str, str], str] | None:
    """(address, fields, words of the button) as `offer_act` stored them; None for a notice without a button."""
    if not message.extra_tags:
        return None
    address, fields, *button = json.loads(message.extra_tags)
    return address, fields, button[0] if button else gettext("Undo")


@register.filter
def has_undo(messages: Iterable[Message]) -> bool:
    """Whether one of these notices has a button. They can be shown again."""
    return any(undo(message) for message in messages)
