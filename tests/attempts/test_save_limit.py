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


def test_clock_that_is_set_back_refills_nothing(now: datetime) -> None:
    for _ in range(60):
        may_save(1, now=now)
    assert not may_save(1, now=now - timedelta(hours=1))
    assert may_save(1, now=now - timedelta(minutes=59))
