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
from tests.pages import text_of


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
    assert asked(student_client, running) == {"seconds_left": 1200, "closing": "", "is_paused": False}
    given = None if factor is None else Decimal(factor)
    accommodations.set_accommodation(running.student, time_factor=given, by=teacher, now=NOW)
    assert asked(student_client, running) == {"seconds_left": seconds, "closing": "", "is_paused": False}


def test_no_time_is_left_when_it_is_over_or_submitted(
    running: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=20, seconds=30))
    assert asked(student_client, running) == {"seconds_left": 0, "closing": "", "is_paused": False}
    submit_attempt(running, now=NOW + timedelta(minutes=5))
    clock.move_to(NOW + timedelta(minutes=6))
    assert asked(student_client, running) == {"seconds_left": 0, "closing": "", "is_paused": False}


def test_request_costs_two_queries_and_writes_nothing(
    running: Attempt, student_client: Client, queries: Callable[[], Any], clock: time_machine.Traveller
) -> None:
    asked(student_client, running)
    with queries() as seen:
        asked(student_client, running)
    assert (len(seen), seen.writes) == (2, [])  # session, attempt


@pytest.mark.parametrize(
    ("closes_in", "time_limit", "home", "quiz", "closing"),
    [
        # Oct 23 is a Friday, 11:00 am in New York.
        (timedelta(days=2), None, "About", "Closes Sun, 11:00 am", "Closes Sun, 11:00\xa0am"),
        (timedelta(hours=5), None, "About", "Closes today, 4:00 pm", "Closes today, 4:00\xa0pm"),
        (timedelta(days=7), None, "About", "Closes Fri, Oct 30, 11:00 am", "Closes Fri,\xa0Oct\xa030, 11:00\xa0am"),
        (timedelta(minutes=61), None, "About", "Closes today, 12:01 pm", "Closes today, 12:01\xa0pm"),
        (timedelta(minutes=60), None, "60 min left", "60 min left", ""),
        (timedelta(days=2), timedelta(hours=3), "180 min left", "180 min left", ""),
    ],
)
def test_minutes_are_counted_under_a_time_limit_and_in_the_last_hour(
    closes_in: timedelta,
    time_limit: timedelta | None,
    home: str,
    quiz: str,
    closing: str,
    assignment: Assignment,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Assignment.objects.update(closes_at=NOW + closes_in, time_limit=time_limit)
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=student)
    assert home in text_of(student_client.get(reverse("student_home")))
    assert ("min left" in text_of(student_client.get(reverse("student_home")))) == (not closing)
    for url in (
        reverse("take_attempt", args=[attempt.public_id, 1]),
        reverse("review_attempt", args=[attempt.public_id]),
    ):
        page = text_of(student_client.get(url))
        assert quiz in page
        assert ("min left" in page) == (not closing)
        # In the order of the words that the script puts in their place.
        Student.objects.update(language="es")
        assert ("Quedan" in text_of(student_client.get(url))) == (not closing)
        Student.objects.update(language="")
    assert asked(student_client, attempt) == {
        "seconds_left": (min(closes_in, time_limit or closes_in)).total_seconds(),
        "closing": closing,
        "is_paused": False,
    }
