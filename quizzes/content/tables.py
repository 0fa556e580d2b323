"""Read values from the tables (JSON objects) of a document."""

from collections.abc import Mapping
from typing import Any

Table = dict[str, Any]


class InvalidDocument(ValueError):
    """A document breaks a rule. The message is one line for its author."""


def text_of(table: Mapping[str, Any], name: str, *, optional: bool = False, at_most: int | None = None) -> str:
    """The non-empty string under `name`, or "" if it is absent and `optional`; raises InvalidDocument.

    at_most: the length of the column that stores it, in characters.
    """
    value = table.get(name, "")
    if not isinstance(value, str):
        raise InvalidDocument(f"“{name}” must be text")
    if not value.strip() and not optional:
        raise InvalidDocument(f"“{name}” is missing")
    if at_most is not None and len(value.strip()) > at_most:
        raise InvalidDocument(f"“{name}” is longer than {at_most} characters")
    return stripped(value)


def stripped(text: str) -> str:
    """The text without outer spaces; itself if it has none, because a copy of a translated text has no language."""
    return text if text == text.strip() else text.strip()


def texts_of(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of strings under `name`, () if absent; raises InvalidDocument for any other value."""
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InvalidDocument(f"“{name}” must be a list of texts")
    if len(set(value)) != len(value):
        raise InvalidDocument(f"“{name}” names the same thing twice")
    return tuple(value)


def repeated[Name](texts: Mapping[Name, str]) -> dict[Name, Name]:
    """By the name of each text that repeats an earlier one, apart from case and spaces, the name of that one."""
    found, seen = dict[Name, Name](), dict[str, Name]()
    for name, text in texts.items():
        first = seen.setdefault(" ".join(text.casefold().split()), name)
        if first != name:
            found[name] = first
    return found


def table_of(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The table under `name`, an empty one if absent; raises InvalidDocument for any other value."""
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise InvalidDocument(f"“{name}” must be a table")
    return value


def tables_of(table: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """The list of tables under `name`, () if absent; raises InvalidDocument for any other value."""
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidDocument(f"“{name}” must be a list of tables")
    return tuple(value)
