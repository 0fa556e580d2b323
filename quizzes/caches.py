"""Every cache of a process. A cache holds only what never changes; `clear_all()` empties them all."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

_clear_functions: list[Callable[[], None]] = []


def process_cache[**P, T](*, maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator: keep the `maxsize` results that were used last."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        cached = lru_cache(maxsize=maxsize)(function)
        _clear_functions.append(cached.cache_clear)
        # mypy checks the arguments of a `Callable`, and not those of what `lru_cache` returns.
        return cast(Callable[P, T], cached)

    return decorate


def process_dict() -> dict[Any, Any]:
    """An empty dict for values that cannot be computed one at a time, such as rows read by one query."""
    kept: dict[Any, Any] = {}
    _clear_functions.append(kept.clear)
    return kept


def clear_all() -> None:
    """Empty every cache of this process. Tests need it: a rollback gives row ids a second time."""
    for clear in _clear_functions:
        clear()
