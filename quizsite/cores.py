"""A processor core of its own for each worker.

The threads of a worker pass Python's lock (the GIL) on many times in a request. On one core that takes no signal from
core to core (docs/performance.md, “What was found”).
"""

import fcntl
import os
from contextlib import suppress

# Only Linux binds a process to a core.
CAN_CHOOSE = hasattr(os, "sched_setaffinity")
# What each worker of this process locks one byte of, the one at the place of its core. The system unlocks it when the
# worker ends, so the next worker takes that core.
_claims: int | None = None


def cores() -> list[int]:
    """The numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0)) if CAN_CHOOSE else list(range(os.cpu_count() or 1))


def share_out_cores(workers: int) -> None:
    """Give each worker that this process starts from now on a core, if there are as many workers as cores."""
    global _claims
    if CAN_CHOOSE and workers == len(cores()):
        _claims = os.memfd_create("cores")


def take_core() -> None:
    """Move this process, and all threads that it starts, to a core that no other worker has."""
    if _claims is None:
        return
    for place, core in enumerate(cores()):
        with suppress(BlockingIOError):
            fcntl.lockf(_claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            os.sched_setaffinity(0, {core})
            return
