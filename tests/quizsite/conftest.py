"""What holds for every test of the site around the app."""

import time

import pytest


@pytest.fixture(autouse=True)
def _process_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow run of all tests takes longer than a site may go without its first backup."""
    monkeypatch.setattr("quizsite.health._STARTED", time.monotonic())
