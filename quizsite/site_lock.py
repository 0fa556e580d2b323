"""The lock of a site: shared while it serves, exclusive while its files are replaced."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

NAME = "site.lock"

# Open until the process and those that it forked end: the kernel releases the lock then, also after SIGKILL.
_held: list[IO[str]] = []


class SiteInUse(Exception):
    """Another process holds the lock."""


def hold_while_serving(folder: Path) -> None:
    """Take the shared lock until this process and its children end. Raises SiteInUse while files are replaced."""
    if not _held:
        _held.append(_locked(folder, fcntl.LOCK_SH | fcntl.LOCK_NB))


@contextmanager
def exclusive(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """A block in which no process serves this site. Raises SiteInUse, or waits until the others end."""
    file = _locked(folder, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    with file:
        yield


def _locked(folder: Path, operation: int) -> IO[str]:
    file = (folder / NAME).open("w")
    try:
        fcntl.flock(file, operation)
    except BlockingIOError as error:
        file.close()
        raise SiteInUse from error
    return file
