"""Question sets as TOML: `source.toml` with the story, and beside it one file a question set."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any


class InvalidFile(ValueError):
    """A file that is not a TOML document; the message says where."""


def read_toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file, dates and times as ISO text, so that the result is plain JSON; raises InvalidFile."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile(f"the file is not UTF-8 text (byte {error.start})") from error
    try:
        return _plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(f"the file is not valid TOML: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return value
