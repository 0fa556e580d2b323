"""How many workers a site has, and a processor core of its own for each.

The threads of a worker pass Python's lock (the GIL) to each other many times in a request. On one core, this needs no
signal between cores (docs/performance.md, “Causes”). A container may forbid these calls. No error here stops the site,
because it also works without them.
"""

import fcntl
import math
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

# Only Linux binds a process to a core, and Python for an old C library has no `memfd_create`.
CAN_CHOOSE = hasattr(os, "sched_setaffinity") and hasattr(os, "memfd_create")
# The control groups of Linux, and the one of this process.
CONTROL_GROUPS, OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# What each worker of this process locks one byte of, the one with the number of its core. The system unlocks it when
# the worker ends, so the next worker takes that core.
_claims: int | None = None
# The cores that the workers share out.
_shared: Collection[int] = ()


def cores() -> list[int]:
    """The numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def default_workers() -> int:
    """One for each core, or fewer if a container or a systemd unit has a limit on processor time, as of `--cpus 2`."""
    return max(1, math.ceil(min([len(cores()), *_time_limits()])))


def _time_limits() -> Iterator[float]:
    """The limits of this process's control group and of those around it, in cores.

    Source: Linux, "Control Group v2", cpu.max. Version 1 has other files, and new systems no longer use it.
    """
    own = CONTROL_GROUPS / _own_group()
    for folder in (own, *own.parents):
        with suppress(OSError):
            quota, period = (folder / "cpu.max").read_text().split()
            if quota != "max":
                yield int(quota) / int(period)


def _own_group() -> str:
    with suppress(OSError):
        for line in OWN_GROUP.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            if line.startswith("0::/"):
                return line.removeprefix("0::/")
    return ""


def share_out_cores(workers: int) -> None:
    """Give each worker that this process starts from now on a core, if there are as many workers as cores."""
    global _claims, _shared
    found = cores()
    # Not the only core: a machine may get more of them while the site runs.
    if CAN_CHOOSE and 1 < workers == len(found):
        with suppress(OSError):
            _claims, _shared = os.memfd_create("cores"), found


def take_core() -> None:
    """Move this process, and all threads that it starts, to a core that no other worker has."""
    if _claims is None:
        return
    for core in cores():
        # Another worker has it, or it is gone by now.
        with suppress(OSError):
            fcntl.lockf(_claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, core)
            os.sched_setaffinity(0, {core})
            return


def leave_core() -> None:
    """Let this thread, and the programs that it starts, run on all cores again: requests need the worker's own."""
    if _claims is not None:
        with suppress(OSError):
            os.sched_setaffinity(0, _shared)
