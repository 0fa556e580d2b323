"""The pages of a student while the teacher has paused the quiz."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.assignments import lifecycle
from quizzes.assignments.supports import Supports, set_supports
from quizzes.models import Answer, Assignment, Attempt, Edition, Student, User
from tests.factories import NOW, make_assignment, make_attempt
from tests.pages import form_of, read, text_of

PAUSED = "Paused by your teacher"


@pytest.fixture
def attempt(edition: Edition, student: Student, teacher: User, clock: time_machine.Traveller) -> Attempt:
    given = make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, time_limit=timedelta(minutes=20)
    )
    return make_attempt(assignment=given, student=student, started_at=NOW, deadline_at=NOW + timedelta(minutes=20))


def page(name: str, attempt: Attempt, *numbers: int) -> str:
    return reverse(name, args=[attempt.public_id, *numbers])


def _has_start(response: HttpResponse) -> bool:
    """Whether the page has a button that starts the quiz."""
    return bool(re.search(r"<button[^>]*>\s*Start\s", response.content.decode()))


def test_pause_covers_the_questions_and_keeps_what_is_on_its_way(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    question = page("take_attempt", attempt, 1)
    sent = form_of(student_client.get(question), having="operation")
    stem = Assignment.objects.get().edition.document["questions"][0]["stem"]
    assert stem in text_of(student_client.get(question))
    ahead = student_client.get(page("questions_ahead", attempt)).content
    tag = student_client.get(page("paced_question", attempt)).headers["ETag"]
    lifecycle.pause(attempt.assignment, by=teacher, now=NOW)

    covered = text_of(student_client.get(question))
    assert (PAUSED in covered, stem in covered) == (True, False)
    assert (ahead != b"", student_client.get(page("questions_ahead", attempt)).content) == (True, b"")
    # At its own address, so that the student is back at the review after the pause.
    review = student_client.get(page("review_attempt", attempt))
    assert (review.status_code, PAUSED in text_of(review)) == (200, True)
    assert "number" not in form_of(review, having="csrfmiddlewaretoken").data()
    left = student_client.get(page("time_left", attempt)).json()
    assert (left["seconds_left"], left["is_paused"]) == (None, True)
    assert student_client.post(page("record_heartbeat", attempt), {"number": 1}).json()["is_paused"] is True
    poll = student_client.get(page("paced_question", attempt), headers={"If-None-Match": tag})
    assert (poll.status_code, poll.json()) == (200, {"number": None})

    clock.shift(timedelta(hours=1))
    name, value = sent.offered[0]
    saved = student_client.post(question, sent.data(**{name: value, "act": "next"}), follow=True)
    assert PAUSED in text_of(saved)
    assert Answer.objects.get().value is not None

    lifecycle.resume(attempt.assignment, by=teacher, now=NOW + timedelta(hours=1))
    again = student_client.get(question)
    assert stem in text_of(again)
    assert student_client.get(page("time_left", attempt)).json()["seconds_left"] == 20 * 60


def test_supports_hold_on_the_page_of_a_pause(attempt: Attempt, teacher: User, student_client: Client) -> None:
    set_supports(attempt.student, Supports(text_size=150), by=teacher, now=NOW)
    lifecycle.pause(attempt.assignment, by=teacher, now=NOW)

    covered = student_client.get(page("take_attempt", attempt, 1))

    assert PAUSED in text_of(covered)
    assert ' data-text="150"' in covered.text


def test_student_who_starts_in_a_pause_waits_with_the_class(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    attempt.delete()
    lifecycle.pause(attempt.assignment, by=teacher, now=NOW)
    start = reverse("start_attempt", args=[attempt.assignment.public_id])
    assert PAUSED in text_of(student_client.post(start, follow=True))


@pytest.mark.parametrize("is_started", [True, False])
def test_home_says_that_a_quiz_is_paused(
    is_started: bool, attempt: Attempt, teacher: User, student_client: Client
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20), closes_at=NOW + timedelta(minutes=20, seconds=1))
    Attempt.objects.update(time_limit=timedelta(minutes=20))
    if not is_started:
        attempt.delete()
    assignment = Assignment.objects.get()
    home, own = reverse("student_home"), reverse("start_attempt", args=[assignment.public_id])
    time = "20 min left" if is_started else "You have 20 minutes once you start."
    before = student_client.get(home)
    assert (PAUSED in text_of(before), time in text_of(before)) == (False, True)
    for address in (home, own):
        assert _has_start(student_client.get(address)) is not is_started
    tag = student_client.get(reverse("open_quizzes")).headers["ETag"]
    lifecycle.pause(assignment, by=teacher, now=NOW)
    for address in (home, own):
        paused = student_client.get(address)
        words = text_of(paused)
        # The end of the pause moves the close.
        said = [part in words for part in (PAUSED, time, "About", "You have", "Closes")]
        assert said == [True, False, False, False, False]
        assert (_has_start(paused), "Refresh" in words) == (False, not is_started)
    # The open page shows the pause and its end by itself.
    changed = student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag})
    lifecycle.resume(assignment, by=teacher, now=NOW)
    resumed = student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag})
    assert (changed.status_code, resumed.status_code) == (200, 304)


def test_paused_quiz_in_the_list_shows_no_time(
    attempt: Attempt, edition: Edition, student: Student, teacher: User, student_client: Client
) -> None:
    """The end of the pause moves its due time. Until then, the due time may be days ago, and the quiz is not late."""
    attempt.delete()
    Assignment.objects.update(due_at=NOW + timedelta(hours=1))
    soon = NOW + timedelta(minutes=10)
    make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher, due_at=soon)
    home, shown = reverse("student_home"), (PAUSED, "Due today, 12:00 pm")
    assert [words in text_of(student_client.get(home)) for words in shown] == [False, True]
    lifecycle.pause(attempt.assignment, by=teacher, now=NOW)
    assert [words in text_of(student_client.get(home)) for words in shown] == [True, False]


@pytest.mark.parametrize("is_paced", [False, True])
def test_teacher_paced_quiz_has_no_clock_and_no_own_question(
    is_paced: bool, attempt: Attempt, teacher: User, student_client: Client
) -> None:
    assignment = Assignment.objects.get()
    limit = None if is_paced else timedelta(minutes=20)
    Assignment.objects.update(is_teacher_paced=is_paced, time_limit=limit)
    Attempt.objects.update(time_limit=limit)
    pages = [reverse("student_home"), reverse("start_attempt", args=[assignment.public_id])]
    own, paced = "Continue at question 1", "Your teacher moves everyone from question to question."
    for address in pages:
        words = text_of(student_client.get(address))
        assert (own in words, paced in words) == (not is_paced, is_paced)
    lifecycle.pause(assignment, by=teacher, now=NOW)
    paused = text_of(student_client.get(page("take_attempt", attempt, 1)))
    assert ("The clock has stopped." in paused, "Saved answers are safe." in paused) == (not is_paced, True)
    lifecycle.resume(assignment, by=teacher, now=NOW)
    Attempt.objects.all().delete()
    for address in pages:
        words = text_of(student_client.get(address))
        assert ("You can continue on any device." in words, paced in words) == (not is_paced, is_paced)


def test_waiting_quiz_shows_no_start_and_the_poll_tells_when_it_opens(
    attempt: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    attempt.delete()
    Assignment.objects.update(waits_for_teacher=True)
    attempt.assignment.refresh_from_db()
    words = "Your teacher will start this soon."
    home, start = reverse("student_home"), reverse("start_attempt", args=[attempt.assignment.public_id])
    waiting_home = student_client.get(home)
    for address in (home, start):
        waiting = student_client.get(address)
        assert words in text_of(waiting)
        assert start not in [form.action for form in read(waiting).forms]
    assert words in text_of(student_client.post(start))
    assert not Attempt.objects.exists()
    tag = student_client.get(reverse("open_quizzes")).headers["ETag"]
    assert student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag}).status_code == 304
    lifecycle.open_now(attempt.assignment, by=teacher, now=NOW)
    assert student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag}).status_code == 200
    opened = student_client.get(home)
    assert start in [form.action for form in read(opened).forms]
    # Without JavaScript the page that waits loads itself again, and only that page.
    reload = '<noscript><meta http-equiv="refresh" content="5; url=./"></noscript>'
    assert (reload in waiting_home.content.decode(), reload in opened.content.decode()) == (True, False)
