"""Dataclasses to JSON and back. An error names the place where a document breaks its shape.

A field may be str, int, bool, datetime, timedelta, Decimal, UUID, `Key`, a dataclass, a tuple of one of these, one of
these or None, or any JSON value.
"""

import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NewType, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from quizzes.caches import process_cache
from quizzes.phrases import gettext, gettext_noop

# A public id is part of URLs.
_KEY = re.compile(r"[A-Za-z0-9_-]{12}")

# The longest column of a decimal has 8 digits.
MAX_NUMBER = 20

Json = Any
Key = NewType("Key", str)


class InvalidJson(ValueError):
    """A document with the wrong shape. The message is one line that names the place."""


def plain(value: Any) -> Any:
    """A dataclass as JSON: moments in UTC, durations in seconds, decimals and UUIDs as text, tuples as lists."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal() | UUID():
            return str(value)
        case tuple():
            return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


@process_cache(maxsize=128)
def _members(expected: type) -> Mapping[str, Any]:
    return get_type_hints(expected)


def read(expected: Any, value: Any, where: str = "") -> Any:
    """The value as this type, a dataclass or the type of one of its fields; raises InvalidJson with the place."""
    if expected is Json:
        return _storable(value, where)
    if types.NoneType in get_args(expected):
        inner = next(part for part in get_args(expected) if part is not types.NoneType)
        return None if value is None else read(inner, value, where)
    if get_origin(expected) is tuple:
        items = _of(list, value, where, gettext_noop("a list"))
        return tuple(read(get_args(expected)[0], item, f"{where}[{place}]") for place, item in enumerate(items))
    if get_origin(expected) is dict:
        return _storable(_of(dict, value, where, gettext_noop("an object")), where)
    if is_dataclass(expected):
        return _read_members(cast(type, expected), value, where)
    return _read_scalar(expected, value, where)


def _read_members(expected: type, value: Any, where: str) -> Any:
    table, members = _of(dict, value, where, gettext_noop("an object")), _members(expected)
    for name in table:
        if name not in members:
            raise InvalidJson(gettext("{place} isn’t part of the format.").format(place=_at(where, str(name)[:40])))
    for name in members:
        if name not in table:
            raise InvalidJson(gettext("{place} is missing.").format(place=_at(where, name)))
    return expected(**{name: read(member, table[name], _at(where, name)) for name, member in members.items()})


def _read_scalar(expected: Any, value: Any, where: str) -> Any:
    parsed, shape = _SCALARS[expected]
    if expected not in _NOT_TEXT:
        value = _storable(_of(str, value, where, gettext_noop("text")), where)
    try:
        return parsed(value)
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise _wrong_shape(where, shape, value) from error


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _whole_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError
    return value


def _duration(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**8:
        raise ValueError
    return timedelta(seconds=value)


def _key(text: str) -> Key:
    if not _KEY.fullmatch(text):
        raise ValueError
    return Key(text)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1990 <= moment.astimezone(UTC).year < 2200:
        raise ValueError
    return moment.astimezone(UTC)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    # Written out, 1E+200000000 has 200 MB.
    if not number.is_finite() or len(text) > MAX_NUMBER or abs(number.adjusted()) > MAX_NUMBER:
        raise ValueError
    return number


# What reads each type, and its shape in words.
_SCALARS: Mapping[Any, tuple[Callable[[Any], Any], str]] = {
    bool: (_truth, gettext_noop("true or false")),
    int: (_whole_number, gettext_noop("a whole number")),
    timedelta: (_duration, gettext_noop("a number of seconds")),
    str: (str, gettext_noop("text")),
    Key: (_key, gettext_noop("a key of 12 letters, digits, - or _")),
    datetime: (_moment, gettext_noop("a moment with its offset, such as 2026-10-23T15:00:00+00:00")),
    Decimal: (_decimal, gettext_noop("a number as text")),
    UUID: (UUID, gettext_noop("a UUID")),
}
_NOT_TEXT = {bool, int, timedelta}


def _of[Expected](expected: type[Expected], value: Any, where: str, words: str) -> Expected:
    if not isinstance(value, expected):
        raise _wrong_shape(where, words, value)
    return value


def _wrong_shape(where: str, words: str, value: Any) -> InvalidJson:
    text = gettext("{place} needs to be {shape}, not {value}.")
    return InvalidJson(text.format(place=where or gettext("the file"), shape=gettext(words), value=f"{value!r:.40}"))


def _storable(value: Any, where: str) -> Any:
    """The value, if every database can store it: text without NUL and without lone surrogates, finite numbers."""
    match value:
        case str():
            if re.search("[\x00\ud800-\udfff]", value):
                raise InvalidJson(gettext("{place} has a character that can’t be stored.").format(place=where))
        case float() if not math.isfinite(value):
            raise InvalidJson(gettext("{place} has a number that can’t be stored.").format(place=where))
        case list():
            for item in value:
                _storable(item, where)
        case dict():
            for name, item in value.items():
                _storable(name, where)
                _storable(item, where)
    return value


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
