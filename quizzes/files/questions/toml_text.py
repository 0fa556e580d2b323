"""JSON values as TOML, and TOML from outside. Pure."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# `tomllib` takes time and memory as the square of the parts of a key: 1.5 GB for a key of 40 KB (2026-11-29). Footnote
# writes none with a dot. The dots of decimal numbers count too.
_MAX_DOTS = 20
# Strings as TOML ends them, and comments. Only these may have more dots in a line. A string without an end goes to the
# end of its line or of the text: else each of its quotes would start a search.
_TEXTS = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{0,5}'''
    r"""|'{3}(?:[^']|'(?!''))*+'{0,5}"""
    r"""|"(?:[^"\\\n]|\\.)*+"?"""
    r"""|'[^'\n]*+'?|#[^\n]*+""",
    re.DOTALL,
)


def read_toml(text: str) -> dict[str, Any]:
    """The table of a TOML text. Raises ValueError or RecursionError."""
    if any(line.count(".") > _MAX_DOTS for line in _TEXTS.sub("", text).split("\n")):
        raise ValueError("a line has too many dots outside of its strings")
    return tomllib.loads(text)


def write_toml(table: Mapping[str, Any]) -> str:
    """The table as TOML: one line for each value, and [[name]] for lists of tables. None is left out."""
    plain = {name: value for name, value in table.items() if not _is_tables(value)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in plain.items() if value is not None]
    for name, rows in table.items():
        if _is_tables(rows):
            for row in rows:
                lines += ["", f"[[{_key(name)}]]"]
                lines += [f"{_key(own)} = {_value(value)}" for own, value in row.items() if value is not None]
    return "\n".join(lines) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    # TOML's basic strings have the escapes of JSON. The control character U+007F needs one too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {_value(entry)}" for name, entry in value.items() if entry is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(entry) for entry in value if entry is not None) + "]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)
