"""The pages of a student with breaks that stop the clock."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.assignments import lifecycle
from quizzes.models import Answer, Assignment, Attempt, Edition, Student, User
from tests.conftest import Queries
from tests.factories import NOW, make_assignment, make_attempt
from tests.pages import form_of, read, text_of

BREAK = "You’re on a break"
TAKE = "Take a break"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def attempt(edition: Edition, student: Student, teacher: User, clock: time_machine.Traveller) -> Attempt:
    given = make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, time_limit=20 * MINUTE, closes_at=None
    )
    return make_attempt(
        assignment=given,
        student=student,
        started_at=NOW,
        time_limit=20 * MINUTE,
        deadline_at=NOW + 20 * MINUTE,
        supports={"break_minutes": 10},
    )


def page(name: str, attempt: Attempt, *numbers: int) -> str:
    return reverse(name, args=[attempt.public_id, *numbers])


def test_break_covers_the_questions_and_keeps_what_is_on_its_way(
    attempt: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    question = page("take_attempt", attempt, 1)
    shown = student_client.get(question)
    stem = attempt.assignment.edition.document["questions"][0]["stem"]
    assert (stem in text_of(shown), f"{TAKE} (10 min)" in text_of(shown)) == (True, True)
    sent = form_of(shown, having="operation")
    waiting = form_of(student_client.get(page("take_attempt", attempt, 2)), having="operation")
    tag = student_client.get(page("paced_question", attempt)).headers["ETag"]
    [name, value] = sent.offered[0]
    # The button saves the answer first, also when it is pressed twice.
    for _ in range(2):
        covered = student_client.post(question, sent.data(**{name: value, "act": "break"}), follow=True)
        words = text_of(covered)
        assert (covered.request["PATH_INFO"], BREAK in words, stem in words) == (question, True, False)
    assert Answer.objects.get().value is not None
    assert "The clock has stopped. Saved answers are safe." in words
    assert "Break: 10 min left" in words
    # The time to work with, without the rest of the break.
    home, minutes = reverse("student_home"), "20 min left"
    assert minutes in text_of(student_client.get(home))
    clock.shift(3 * MINUTE)
    assert "Break: 7 min left" in text_of(student_client.get(question))
    assert minutes in text_of(student_client.get(home))
    # In Spanish the minutes start with a capital letter, so no colon stands before them. 1 minute has its own verb.
    Student.objects.update(language="es")
    spanish = student_client.get(question).text
    left = r'<b data-break-left="420" data-minutes="Quedan {} min"\s+data-minute="Queda 1 min">Quedan 7 min</b>'
    assert re.search(rf"Descanso\.\s*{left}", spanish)
    Student.objects.update(language="en")

    assert student_client.get(page("questions_ahead", attempt)).content == b""
    review = student_client.get(page("review_attempt", attempt), follow=True)
    assert BREAK in text_of(review)
    assert student_client.get(page("time_left", attempt)).json()["is_paused"] is True
    assert student_client.post(page("record_heartbeat", attempt), {"number": 1}).json()["is_paused"] is True
    poll = student_client.get(page("paced_question", attempt), headers={"If-None-Match": tag})
    assert (poll.status_code, poll.json()) == (200, {"number": None})
    # An answer that waited on a device without a connection.
    [name, value] = waiting.offered[0]
    data = waiting.data(**{name: value, "act": "save"})
    saved = student_client.post(page("take_attempt", attempt, 2), data, headers={"Accept": "application/json"})
    assert (saved.json()["outcome"], Answer.objects.count()) == ("saved", 2)

    back = form_of(covered, having="number")
    for _ in range(2):
        again = student_client.post(page("change_break", attempt), back.data(act="end"), follow=True)
        assert again.redirect_chain == [(f"{question}#question", 302)]
        assert (stem in text_of(again), f"{TAKE} (7 min)" in text_of(again)) == (True, True)
    assert student_client.get(page("time_left", attempt)).json()["seconds_left"] == 20 * 60


@pytest.mark.parametrize("is_script", [True, False])
def test_answer_from_another_window_counts_and_ends_the_break(
    is_script: bool, attempt: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    other_window = form_of(student_client.get(page("take_attempt", attempt, 2)), having="operation")
    [name, value] = other_window.offered[0]
    question = page("take_attempt", attempt, 2)
    student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    clock.shift(4 * MINUTE)

    headers = {"Accept": "application/json"} if is_script else {}
    reply = student_client.post(question, other_window.data(**{name: value, "act": "next"}), headers=headers)

    if is_script:
        assert (reply.json()["outcome"], reply.json()["seconds_left"]) == ("saved", 20 * 60)
    else:
        assert reply.headers["Location"] == f"{page('take_attempt', attempt, 3)}#question"
    words = text_of(student_client.get(page("take_attempt", attempt, 3)))
    # The clock runs again, and the rest of the break stays for later.
    assert (BREAK in words, "20 min left" in words, f"{TAKE} (6 min)" in words) == (False, True, True)
    assert Answer.objects.count() == 1


def test_answer_in_a_pause_leaves_the_break_as_it_is(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    other_window = form_of(student_client.get(page("take_attempt", attempt, 2)), having="operation")
    [name, value] = other_window.offered[0]
    student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    lifecycle.pause(attempt.assignment, by=teacher, now=timezone.now())
    data = other_window.data(**{name: value, "act": "save"})
    student_client.post(page("take_attempt", attempt, 2), data, headers={"Accept": "application/json"})
    lifecycle.resume(attempt.assignment, by=teacher, now=timezone.now())
    assert BREAK in text_of(student_client.get(page("take_attempt", attempt, 2)))


def test_break_ends_by_itself_and_the_last_one_takes_the_button_away(
    attempt: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    question = page("take_attempt", attempt, 1)
    start = {"act": "break", "number": 1}
    assert BREAK in text_of(student_client.post(page("change_break", attempt), start, follow=True))
    clock.shift(10 * MINUTE)
    words = text_of(student_client.get(question))
    assert (BREAK in words, TAKE in words) == (False, False)
    clock.shift(5 * MINUTE)
    assert student_client.get(page("time_left", attempt)).json()["seconds_left"] == 15 * 60
    assert BREAK not in text_of(student_client.post(page("change_break", attempt), start, follow=True))
    assert student_client.post(page("change_break", attempt), {"act": "nap", "number": 1}).status_code == 302


def test_page_says_when_a_close_does_not_move(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    start = {"act": "break", "number": 1}
    student_client.post(page("change_break", attempt), start)
    given = Assignment.objects.get()
    lifecycle.change_assignment(
        given,
        window=lifecycle.Window(closes_at=NOW + 8 * MINUTE),
        settings=lifecycle.settings_of(given),
        by=teacher,
        now=NOW,
    )
    words = text_of(student_client.get(page("take_attempt", attempt, 1)))
    said = ["and a break doesn’t move that", "The clock has stopped", "the clock starts again"]
    assert [part in words for part in said] == [True, False, False]
    # The page of a pause comes first.
    lifecycle.pause(given, by=teacher, now=NOW)
    assert "Paused by your teacher" in text_of(student_client.get(page("take_attempt", attempt, 1)))


def test_close_ends_a_break(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    question, poll = page("take_attempt", attempt, 1), page("paced_question", attempt)
    tag = student_client.get(poll).headers["ETag"]
    clock.shift(2 * MINUTE)
    assert student_client.get(poll, headers={"If-None-Match": tag}).status_code == 304
    lifecycle.close_now(attempt.assignment, by=teacher, now=NOW + 2 * MINUTE)
    clock.shift(timedelta(seconds=3))
    changed = student_client.get(poll, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()) == (200, {"number": None})
    # The clock of the question's page is at 0, so it turns the attempt in.
    words = text_of(student_client.get(question))
    assert (BREAK in words, "Time’s up" in words) == (False, True)
    assert student_client.get(page("time_left", attempt)).json() == {
        "seconds_left": 0,
        "closing": "",
        "is_paused": False,
    }
    student_client.post(page("submit_attempt", attempt), {"time_up": "1"})
    assert not Attempt.objects.get().is_open


@pytest.mark.parametrize("change", [{"supports": {}}, {"time_limit": None, "deadline_at": None}])
def test_no_button_without_an_allowance_or_a_time_limit(
    change: dict[str, Any], attempt: Attempt, student_client: Client
) -> None:
    Attempt.objects.update(**change)
    assert TAKE not in text_of(student_client.get(page("take_attempt", attempt, 1)))


def test_break_from_a_checked_question(attempt: Attempt, student_client: Client) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    question = page("take_attempt", attempt, 1)
    sent = form_of(student_client.get(question), having="operation")
    [name, value] = sent.offered[0]
    checked = student_client.post(question, sent.data(**{name: value, "act": "check"}), follow=True)
    start = next(form for form in read(checked).forms if form.action.endswith("/break/"))
    assert TAKE in text_of(checked)
    assert BREAK in text_of(student_client.post(page("change_break", attempt), start.data(act="break"), follow=True))


def test_turning_in_on_another_device_ends_the_break(
    attempt: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    clock.shift(4 * MINUTE)
    student_client.post(page("submit_attempt", attempt))
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.break_time) == (NOW + 4 * MINUTE, 4 * MINUTE)


def test_pages_of_a_break_cost_few_queries(
    attempt: Attempt, student_client: Client, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    question, counts = page("take_attempt", attempt, 1), []
    student_client.get(question)
    for _ in range(2):
        with queries() as seen:
            student_client.get(question)
        counts.append(len(seen))
        student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    assert counts == [2, 3]


def test_teacher_sees_how_much_of_the_breaks_is_used(
    attempt: Attempt, student_client: Client, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    student_client.post(page("change_break", attempt), {"act": "break", "number": 1})
    clock.shift(timedelta(seconds=200))
    pages = [page("attempt_review", attempt), reverse("student_report", args=[attempt.student.public_id])]
    for address in pages:
        assert "Supports: breaks: 4 of 10 min used" in text_of(teacher_client.get(address))
    student_client.post(page("change_break", attempt), {"act": "end", "number": 1})
    # What was used stays in the report after the teacher has taken the breaks away.
    Attempt.objects.update(supports={})
    for address in pages:
        assert "Supports: breaks: 4 min used" in text_of(teacher_client.get(address))
