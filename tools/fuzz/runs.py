"""Run a reader on damaged files, and count what becomes of them."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.fuzz.damage import damaged
from tools.fuzz.readers import Reader

HANG_SECONDS = 2


class Hang(BaseException):
    """The processor time of one input is over."""


@dataclass
class Result:
    """What became of the inputs of a reader. faults: (the input, what happened)."""

    inputs: int = 0
    refused: int = 0
    crashes: int = 0
    hangs: int = 0
    faults: list[tuple[bytes, str]] = field(default_factory=list)


@contextmanager
def _limit() -> Iterator[None]:
    """Raise Hang after 2 seconds of processor time, also inside a regular expression."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(reader: Reader, number: int, seed: int, result: Result) -> None:
    """Give the reader one input and count what becomes of it."""
    content = damaged(reader.samples, random.Random(f"{reader.name} {seed} {number}"))  # repeatable
    result.inputs += 1
    try:
        with _limit():
            reader.read(content)
    except reader.refusals:
        result.refused += 1
    except Hang:
        result.hangs += 1
        result.faults.append((content, f"over {HANG_SECONDS} s"))
    except Exception as error:
        result.crashes += 1
        result.faults.append((content, f"{type(error).__name__}: {str(error)[:120]}"))


def run(reader: Reader, *, seed: int, seconds: float, most: int | None = None) -> Result:
    """Give the reader inputs until the time is over, or `most` of them."""
    result, end = Result(), time.monotonic() + seconds
    while (most is None or result.inputs < most) and time.monotonic() < end:
        attempt(reader, result.inputs, seed, result)
    return result


def line_of(reader: Reader, result: Result, folder: Path) -> str:
    """The line of a reader. The inputs of its first 3 faults go into the folder."""
    line = f"{reader.name:<13}{result.inputs:>9,} inputs, {result.refused:>9,} refused, "
    line += f"{result.crashes} crashes, {result.hangs} hangs over {HANG_SECONDS} s"
    for number, (content, what) in enumerate(result.faults[:3], start=1):
        path = folder / f"fuzz-{reader.name}-{number}"
        path.write_bytes(content)
        line += f"\n  {what}; again: python -m tools.fuzz {reader.name} --file {path}"
    return line
