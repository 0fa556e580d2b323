"""The erasure ledger: which records were erased, without names, in a file outside the database."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from django.conf import settings

Kind = Literal["student", "class", "teacher"]
KINDS: tuple[Kind, ...] = ("student", "class", "teacher")


class LedgerDamaged(Exception):
    """A line of the ledger cannot be read. line: its number, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One erasure. key: a random public id; of an account, its row id and the moment when it was made."""

    kind: Kind
    key: str
    receipt: str
    at: str


def ledger_path() -> Path:
    """Where the ledger is. Keep a copy of it with every backup."""
    folder: Path = settings.DATA_DIR
    return folder / "erasures.jsonl"


def open_ledger() -> AbstractContextManager[None]:
    """A block of one erasure, at whose end its lines are right. Erasures do not wait for each other here."""
    return _ledger_lock(fcntl.LOCK_SH)


def settled_ledger() -> AbstractContextManager[None]:
    """A block in which no erasure runs, so that no line is one that is blanked later. It waits for those that run."""
    return _ledger_lock(fcntl.LOCK_EX)


@contextmanager
def _ledger_lock(operation: int) -> Iterator[None]:
    with os.fdopen(os.open(ledger_path().with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        fcntl.flock(file, operation)
        yield


def append_to_ledger(kind: Kind, key: str, receipt: str, *, now: datetime) -> None:
    """Write one line and wait until it is on the disk."""
    line = json.dumps(asdict(LedgerLine(kind, key, receipt, now.isoformat())))
    with _locked_ledger() as file:
        # A crash may have torn the last line. Its erasure was not committed, so that the line goes.
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(f"{line}\n".encode())


@contextmanager
def _locked_ledger() -> Iterator[BinaryIO]:
    """The ledger's file, locked in the block and on the disk after it."""
    try:
        with os.fdopen(os.open(ledger_path(), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # A write, unlike an open, does not say which file has no space.
        error.filename = str(ledger_path())
        raise


def ledger_end() -> int:
    """The byte where the next line goes, or a later one if another process writes its line first."""
    return ledger_path().read_bytes().rfind(b"\n") + 1 if ledger_path().exists() else 0


def blank_in_ledger(receipt: str, *, after: int, now: datetime) -> None:
    """Blank the lines of an erasure that was rolled back, so that no restore deletes what it kept.

    after: the `ledger_end` before the erasure. Lines before it with the same receipt are of erasures that happened, and
    that are applied again. The file keeps its length, so that a crash cannot damage the lines of others.
    """
    # Their end, as json.dumps writes it.
    own = json.dumps({"receipt": receipt, "at": now.isoformat()})[1:].encode()
    if not ledger_path().exists():
        return
    with _locked_ledger() as file:
        start = file.seek(after)
        for line in file.read().split(b"\n"):
            if line.endswith(own):
                file.seek(start)
                file.write(b"\n" * len(line))
            start += len(line) + 1


def read_ledger(path: Path) -> list[LedgerLine]:
    """The lines of a ledger, the oldest first; [] if there is no file. Raises LedgerDamaged."""
    return [_parse(line, number) for number, line in enumerate(whole_lines(path), start=1) if line]


def is_erased_class(public_id: str) -> bool:
    """Whether the ledger has this class: a restore of a backup would erase one with its id. Raises LedgerDamaged."""
    return any(line.kind == "class" and line.key == public_id for line in read_ledger(ledger_path()))


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a ledger as they are in the file; [] if there is no file.

    A last line without its end is left out: the crash that tore it came before the commit of its erasure.
    """
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def _parse(line: bytes, number: int) -> LedgerLine:
    try:
        document = json.loads(line)
        parsed = LedgerLine(**document)
    except (ValueError, TypeError) as error:
        raise LedgerDamaged(number) from error
    if parsed.kind not in KINDS:
        raise LedgerDamaged(number)
    return parsed
