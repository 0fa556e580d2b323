"""Memory for a thread's calls in one block, so that no loop asks the system for a small block at every turn.

CPython up to 3.13.12 and 3.14.3 keeps calls in blocks of 16 KB, and returns a block as soon as the calls in it end.
Where a loop's calls begin a new block, each turn takes one from the system and returns it: up to 700 times for a
teacher's page. Source: https://github.com/python/cpython/issues/142183. Later versions keep one block.
"""

from collections.abc import Callable

# A call that says it needs this many values (8 bytes each) begins a block of 512 KB, of which it leaves half to the
# calls below it. What nobody writes to takes no memory.
_VALUES = 33_000


def with_room[**P, R](function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of the function, whose calls find their memory in one block."""
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=_VALUES)
