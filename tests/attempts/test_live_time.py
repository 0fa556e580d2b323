"""The URL that a page's clock requests: how much time is left with the teacher's current settings."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Attempt, Student, User
from tests.factories import NOW, make_attempt


@pytest.fixture
def running(assignment: Assignment, student: Student) -> Attempt:
    """An attempt of 20 minutes that starts now."""
    Assignment.objects.update(time_limit=timedelta(minutes=20))
    assignment.refresh_from_db()
    return make_attempt(assignment=assignment, student=student)


def asked(client: Client, attempt: Attempt) -> Any:
    return client.get(reverse("time_left", args=[attempt.public_id])).json()


@pytest.mark.parametrize(("factor", "seconds"), [("1.5", 1800), ("2", 2400), (None, None)])
def test_accommodation_is_in_the_next_reply(
    factor: str | None,
    seconds: int | None,
    running: Attempt,
    teacher: User,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    assert asked(student_client, running) == {"seconds_left": 1200}
    given = None if factor is None else Decimal(factor)
    accommodations.set_accommodation(running.student, time_factor=given, by=teacher, now=NOW)
    assert asked(student_client, running) == {"seconds_left": seconds}


def test_no_time_is_left_when_it_is_over_or_submitted(
    running: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=20, seconds=30))
    assert asked(student_client, running) == {"seconds_left": 0}
    submit_attempt(running, now=NOW + timedelta(minutes=5))
    clock.move_to(NOW + timedelta(minutes=6))
    assert asked(student_client, running) == {"seconds_left": 0}


def test_request_costs_two_queries_and_writes_nothing(
    running: Attempt, student_client: Client, queries: Callable[[], Any], clock: time_machine.Traveller
) -> None:
    asked(student_client, running)
    with queries() as seen:
        asked(student_client, running)
    assert (len(seen), seen.writes) == (2, [])  # session, attempt
