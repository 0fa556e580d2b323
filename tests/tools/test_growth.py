"""The simulation of growth: it counts what the interval covers, and fails if that is too little."""

import sys

import pytest

from tools import growth


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SIZES", (12, 24))
    monkeypatch.setattr(growth, "TRUTH_SIZE", 10_000)
    monkeypatch.setattr(sys, "argv", ["growth", "--classes", "400", "--seed", "3"])


def test_simulation_prints_a_row_for_each_growth_and_size(capsys: pytest.CaptureFixture[str]) -> None:
    growth.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[:2] for line in lines[2:-1]] == [
        [f"| {size}", students] for size in ("0.0", "0.5", "1.0") for students in ("12", "24")
    ]
    assert lines[-1].startswith("400 classes a row, seed 3: ")


def test_simulation_fails_if_the_interval_is_too_narrow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("quizzes.reports.growth_figures.t_quantile", lambda freedom: 1.3)
    assert growth.main() == 1
    assert "a coverage is outside 93 to 97 %" in capsys.readouterr().out
