"""An attempt may save as fast as a device that was offline, and no faster for long."""

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from quizzes.attempts.save_limit import may_save


@pytest.fixture(autouse=True)
def _ten_a_second(settings: Settings) -> None:
    settings.SAVES_A_SECOND = 10


def test_sixty_at_once_and_then_ten_a_second(now: datetime) -> None:
    assert [may_save(1, now=now) for _ in range(61)] == [True] * 60 + [False]
    assert [may_save(1, now=now + timedelta(seconds=1)) for _ in range(11)] == [True] * 10 + [False]
    assert may_save(2, now=now)


def test_script_that_goes_on_for_long_gets_one_a_second(now: datetime) -> None:
    """And someone who types for an hour is not slowed down."""
    saved = [sum(may_save(1, now=now + timedelta(seconds=second)) for _ in range(20)) for second in range(3600)]
    assert (saved[0], saved[30], saved[100], saved[3599]) == (20, 10, 1, 1)
    assert sum(saved) == 600 + 3599
    assert all(may_save(2, now=now + timedelta(seconds=second)) for second in range(3600))


def test_clock_that_is_set_back_refills_nothing(now: datetime) -> None:
    for _ in range(60):
        may_save(1, now=now)
    assert not may_save(1, now=now - timedelta(hours=1))
    assert may_save(1, now=now - timedelta(minutes=59))
