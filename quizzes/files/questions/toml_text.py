"""JSON values as TOML. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


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
