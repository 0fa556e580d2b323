"""The list of all questions on each page of an attempt: written here, since a template takes ten times as long."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

SHOWN = format_html(' aria-current="{}"', "page")
DONE, ANSWERED, FLAGGED = (format_html(" data-{}", name) for name in ("done", "answered", "flagged"))


class Place(Protocol):
    """One question of the list, in the attempt's order."""

    @property
    def is_answered(self) -> bool: ...
    @property
    def is_flagged(self) -> bool: ...


@register.simple_tag
def jump_links(places: Sequence[Place], number: int) -> SafeString:
    """A link a question, with its state in words. number: of the question shown, from 1."""
    return _links(number, tuple((place.is_answered, place.is_flagged) for place in places))


# Most of a class goes the same way, one question after another, so few lists are ever new.
@lru_cache(maxsize=2048)
def _links(shown: int, states: tuple[tuple[bool, bool], ...]) -> SafeString:
    return format_html_join(
        "",
        '<a href="../{}/"{}{}{}>{}<span class="vh">, {}{}</span></a>',
        (
            (
                number,
                SHOWN if number == shown else DONE if is_answered else "",
                ANSWERED if is_answered else "",
                FLAGGED if is_flagged else "",
                number,
                "this question" if number == shown else "answered" if is_answered else "not answered",
                ", flagged" if is_flagged else "",
            )
            for number, (is_answered, is_flagged) in enumerate(states, start=1)
        ),
    )
