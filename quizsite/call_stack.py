"""A large call stack for a thread, so that no loop asks the system for memory at every turn.

CPython up to 3.13.12 and 3.14.3 keeps frames in chunks of 16 KB, and frees a chunk as soon as the calls in it return.
Where a loop's calls begin a new chunk, each turn allocates one and frees it: up to 700 times for a teacher's page.
Source: https://github.com/python/cpython/issues/142183. Later versions keep one chunk.
"""

from collections.abc import Callable

# A frame with this many slots (8 bytes each) gets a chunk of 512 KB, and leaves half of it to the calls below. The
# slots take no memory, since nothing is written to them.
_SLOTS = 33_000


def with_large_stack[**P, R](function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function, so that all calls in it fit into one chunk of the stack; returns its result."""
    return function(*args, **kwargs)


with_large_stack.__code__ = with_large_stack.__code__.replace(co_stacksize=_SLOTS)
