"""A short run of the fuzz tool: the same damaged files each time, and no reader crashes or hangs."""

import random
import time
from pathlib import Path

import pytest

from quizzes.models import User
from tests.slow_cases import slow_after
from tools.fuzz.damage import damaged
from tools.fuzz.readers import Reader, file_readers, storing_readers
from tools.fuzz.runs import Result, attempt, line_of, run

# For all readers, so that the run takes a few seconds.
INPUTS = 120


@pytest.mark.parametrize("reader", slow_after(3, file_readers()), ids=lambda reader: reader.name)
def test_damaged_files_break_no_reader(reader: Reader, tmp_path: Path) -> None:
    result = run(reader, seed=7, seconds=60, most=INPUTS)

    assert result.faults == [], line_of(reader, result, tmp_path)
    assert result.inputs == INPUTS
    # Some of the damage leaves a file that can be read.
    assert 0 < result.refused < INPUTS


@pytest.mark.slow
def test_damaged_files_break_no_reader_of_our_own_files(teacher: User, tmp_path: Path) -> None:
    for reader in storing_readers(teacher):
        result = run(reader, seed=7, seconds=60, most=12)

        assert result.faults == [], line_of(reader, result, tmp_path)


def test_same_seed_gives_the_same_input() -> None:
    [reader] = [one for one in file_readers() if one.name == "qti1"]

    first, second = (damaged(reader.samples, random.Random("qti1 7 5")) for _ in range(2))
    assert first == second
    assert first != damaged(reader.samples, random.Random("qti1 8 5"))


def _loop(content: bytes) -> None:
    while True:
        time.process_time()


def _crash(content: bytes) -> None:
    raise KeyError("stem")


def test_crash_and_hang_are_counted_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.fuzz.runs.HANG_SECONDS", 0.1)
    for read, counted in ((_loop, (0, 1)), (_crash, (1, 0))):
        reader, result = Reader("sample", read, [b"a,b\nc,d\n"], (ValueError,)), Result()
        attempt(reader, 0, 7, result)

        assert (result.crashes, result.hangs) == counted
        line = line_of(reader, result, tmp_path)
        assert "again: python -m tools.fuzz sample --file" in line
        assert (tmp_path / "fuzz-sample-1").read_bytes() == result.faults[0][0]
