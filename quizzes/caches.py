"""All caches of a process, and `clear_all()`, which empties them. They hold only what never changes.

There are three exceptions. Two have a limit in time: what providers of school accounts say about themselves
(views/sign_on_adapter.py), and which other servers did not answer (limited_http.py). The third counts the saves that
each attempt has left in this process (attempts/save_limit.py).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

_clear_functions: list[Callable[[], None]] = []


def process_cache[**P, T](*, maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator that caches the `maxsize` most recently used results of a function."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        cached = lru_cache(maxsize=maxsize)(function)
        _clear_functions.append(cached.cache_clear)
        # mypy checks the arguments of a `Callable`, but not those of the result of `lru_cache`.
        return cast(Callable[P, T], cached)

    return decorate


def process_dict() -> dict[Any, Any]:
    """A new dict for cached values that are not results of one function. It has no limit, so its keys must be few."""
    cached: dict[Any, Any] = {}
    _clear_functions.append(cached.clear)
    return cached


def clear_all() -> None:
    """Empty all caches of this process. Tests need it, since row ids are used again after a rollback."""
    for clear in _clear_functions:
        clear()
