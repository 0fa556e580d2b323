"""A fair queue for those who want to write, over all threads and processes of one machine.

SQLite hands its write lock to whoever asks at the right instant, so with several busy processes one can wait for
seconds. Here the kernel keeps the order: it wakes the waiters of a file lock first come, first served.
"""

import fcntl
import os
import time
from collections.abc import Callable

# How long the first in line sleeps between two looks at the lock. A write transaction takes about half a
# millisecond; only the first in line looks, so the cost is one process's, and small.
LOOK_AGAIN_SECONDS = 0.0002


class QueueTimeout(Exception):
    """The turn did not come in time."""


class WriterQueue:
    """One writer's place: `take` a turn before the transaction, `give_back` after it.

    Two locks, because a kernel wait for a file lock cannot be bounded in a threaded program: the writers stand
    in line in the kernel for the first, whose holder alone watches the second with a clock in hand. Each
    instance opens the files anew, since the kernel tells owners apart by open file, not by process.
    """

    def __init__(self, database: str, *, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.timeout = timeout
        self.clock = clock
        self.line = os.open(f"{database}.line", os.O_RDWR | os.O_CREAT, 0o600)
        self.turn = os.open(f"{database}.turn", os.O_RDWR | os.O_CREAT, 0o600)
        self.held = False

    def take(self) -> None:
        """Wait for the turn; raises QueueTimeout when it has not come after `timeout` seconds."""
        deadline = self.clock() + self.timeout
        fcntl.flock(self.line, fcntl.LOCK_EX)
        try:
            while not self._try():
                if self.clock() >= deadline:
                    raise QueueTimeout(f"another writer has held the database for {self.timeout:g} seconds")
                time.sleep(LOOK_AGAIN_SECONDS)
        finally:
            fcntl.flock(self.line, fcntl.LOCK_UN)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.held = True
        return True

    def give_back(self) -> None:
        """Let the next writer in; harmless when the turn is not held."""
        if self.held:
            self.held = False
            fcntl.flock(self.turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the turn back and leave for good."""
        self.held = False
        os.close(self.line)
        os.close(self.turn)
