"""The locks of a site: one is shared while it serves and exclusive while its files are replaced, one is of `serve`."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

NAME = "site.lock"
SERVE_NAME = "serve.lock"

# By name. Open until the process and those that it forked end: the kernel releases the lock then, also after SIGKILL.
_held: dict[str, IO[str]] = {}


class SiteInUse(Exception):
    """Another process holds the lock."""


def hold_while_serving(folder: Path) -> None:
    """Take the shared lock until this process and its children end. Raises SiteInUse while files are replaced."""
    if NAME not in _held:
        _held[NAME] = _locked(folder / NAME, fcntl.LOCK_SH | fcntl.LOCK_NB)


def hold_as_only_server(folder: Path) -> None:
    """Take the lock of `serve` until this process and its children end. Raises SiteInUse while another one has it."""
    _held[SERVE_NAME] = _locked(folder / SERVE_NAME, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """A block in which no process serves this site. Raises SiteInUse, or waits until the others end."""
    file = _locked(folder / NAME, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    with file:
        yield


def _locked(path: Path, operation: int) -> IO[str]:
    file = path.open("w")
    try:
        fcntl.flock(file, operation)
    except BlockingIOError as error:
        file.close()
        raise SiteInUse from error
    return file
