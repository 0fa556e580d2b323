"""A fair queue of writers, over all threads and processes of one machine.

SQLite gives its write lock to the process that tries at the right instant, so with several busy processes one can wait
for seconds. Here the kernel keeps the order: it wakes the waiters of a file lock first come, first served.
"""

import fcntl
import os
import time

# How long the first in the queue sleeps between two polls. A write transaction takes about 0.5 ms, and only the first
# polls, so the cost is small.
POLL_SECONDS = 0.0002


class TurnTimeout(Exception):
    """The turn did not come in time."""


class Writer:
    """One writer's place in the queue: `take_turn` before the transaction, `end_turn` after it.

    Two locks, because a program with threads cannot limit how long the kernel waits for a file lock. All writers
    wait in the kernel for the first lock. Its holder tries the second again and again until its time is over. Each
    writer opens the files itself: to the kernel, the owner of a lock is the open file and not the process.
    """

    def __init__(self, database: str, *, timeout: float) -> None:
        self.timeout = timeout
        self.line = os.open(f"{database}.line", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self.turn = os.open(f"{database}.turn", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            os.close(self.line)
            raise

    def take_turn(self) -> None:
        """Wait for the turn; raises TurnTimeout after `timeout` seconds.

        The wait for the first lock counts too. A writer that gets it after that time tries the second lock once.
        """
        deadline = time.monotonic() + self.timeout
        fcntl.flock(self.line, fcntl.LOCK_EX)
        try:
            while not self._turn_is_free():
                if time.monotonic() >= deadline:
                    raise TurnTimeout
                time.sleep(POLL_SECONDS)
        finally:
            fcntl.flock(self.line, fcntl.LOCK_UN)

    def _turn_is_free(self) -> bool:
        try:
            fcntl.flock(self.turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def end_turn(self) -> None:
        """Let the next writer start; does nothing outside a turn."""
        fcntl.flock(self.turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the queue; the kernel ends a turn when the file closes."""
        os.close(self.line)
        os.close(self.turn)
