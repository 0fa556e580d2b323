"""The simulation of flags: it counts sound sets with a flag, and fails above 5 %."""

import sys

import pytest

from tools import false_flags


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_flags, "ATTEMPTS", (10, 30))
    monkeypatch.setattr(false_flags, "QUESTIONS", (5,))
    monkeypatch.setattr(sys, "argv", ["false_flags", "--sets", "60", "--seed", "2"])


def test_simulation_prints_a_row_for_each_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert false_flags.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[:2] for line in lines[2:-1]] == [["| 5", "10"], ["| 5", "30"]]
    assert lines[-1].startswith("60 sets a row, seed 2: at most ")
    # A wrong key is found more often in a larger class.
    found = [int(line.split(" | ")[3].removesuffix("% |")) for line in lines[2:-1]]
    assert found[0] < found[1]


def test_simulation_fails_if_flags_are_raised_by_chance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("quizzes.reports.item_analysis.flags.DISCRIMINATION_LEVEL", 1.5)
    assert false_flags.main() == 1
