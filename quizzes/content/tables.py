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


def lines_of(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of texts under `name`, stripped, () if absent; raises InvalidDocument for a blank one."""
    texts = tuple(map(stripped, texts_of(table, name)))
    if not all(texts):
        raise InvalidDocument(f"“{name}” has an empty text")
    return texts


def flag_of(table: Mapping[str, Any], name: str) -> bool:
    """The bool under `name`, False if absent; raises InvalidDocument for any other value."""
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise InvalidDocument(f"“{name}” must be true or false")
    return value


def whole_of(table: Mapping[str, Any], name: str, least: int, most: int | None = None) -> int:
    """The whole number under `name`; raises InvalidDocument for any other value, below `least` or above `most`."""
    value = table.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most):
        return value
    if most is None:
        raise InvalidDocument(f"“{name}” must be a whole number of at least {least}")
    raise InvalidDocument(f"“{name}” must be a whole number from {least} to {most}")


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
