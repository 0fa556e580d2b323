"""The locks of a site: one is shared by who serves or runs a command, and exclusive for who replaces its files; one is
of `serve`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quizsite.durable import open_private

NAME = "site.lock"
SERVE_NAME = "serve.lock"

# Descriptors by name. They stay open until the process and those that it forked end: the kernel releases the lock then,
# also after SIGKILL. A file object would warn at the end that no one closed it.
_held: dict[str, int] = {}


class SiteInUse(Exception):
    """Another process holds the lock."""


def hold_site(folder: Path) -> None:
    """Take the shared lock until this process and its children end. Raises SiteInUse while files are replaced."""
    if NAME not in _held:
        _held[NAME] = _locked(folder / NAME, fcntl.LOCK_SH | fcntl.LOCK_NB)


def hold_as_only_server(folder: Path) -> None:
    """Take the lock of `serve` until this process and its children end. Raises SiteInUse while another one has it."""
    _held[SERVE_NAME] = _locked(folder / SERVE_NAME, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """A block in which no process serves this site or runs a command on it. Raises SiteInUse, or waits for them."""
    descriptor = _locked(folder / NAME, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(path: Path, operation: int) -> int:
    """The open descriptor of the file, which has the lock. Raises SiteInUse."""
    descriptor = open_private(str(path), os.O_WRONLY | os.O_CREAT)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError as error:
        os.close(descriptor)
        raise SiteInUse(f"Another process holds the lock {path}.") from error
    return descriptor
