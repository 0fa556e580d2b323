"""Let the process die before any query: everything since the last commit is lost, and caches are empty afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Django sends these itself. Dying before a commit loses the same as dying before the query above it.
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Died(BaseException):
    """The process died. Not an Exception, so that no code of the site can handle it."""


@contextmanager
def death_before(query: int) -> Iterator[None]:
    """Raise Died instead of this query of the block, counted from 1."""
    count = 0

    def run(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal count
        if not sql.startswith(_CONTROL):
            count += 1
            if count == query:
                raise Died
        return execute(sql, *rest)

    with connection.execute_wrapper(run):
        yield
