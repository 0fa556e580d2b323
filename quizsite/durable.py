"""Write files so that they survive a power cut."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1024 * 1024


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_private(path: str, flags: int) -> int:
    """An opener for `open`: only the owner can read or lock a file that it makes."""
    return os.open(path, flags, 0o600)


@contextmanager
def named_in_errors(path: Path) -> Iterator[None]:
    """Give an error of a full disk the path. Python names a file only if it cannot be opened."""
    try:
        yield
    except OSError as problem:
        problem.filename = problem.filename or str(path)
        raise


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, and wait until it is on the disk."""
    with named_in_errors(path), open(path, "xb", opener=open_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def copy_private(source: Path, target: Path) -> str:
    """Copy a file to a new one that only its owner can read, onto the disk; returns its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as reader, open(target, "xb", opener=open_private) as writer:
        while block := reader.read(BLOCK):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
