"""How many messages wait for the next page."""

from collections.abc import Callable

from django.contrib.messages import constants
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from quizsite.messages import MOST, MessageStorage
from quizsite.sessions import SessionStore
from quizzes.models import Attempt, Student


def test_requests_without_a_page_between_them_add_no_more_messages(
    attempt: Attempt, student: Student, signed_in: Callable[[Student], Client]
) -> None:
    client = signed_in(student)

    for _ in range(3):
        client.post(reverse("record_heartbeat", args=[attempt.public_id]), {"is_closed": "on"})

    page = client.get(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert [str(message) for message in page.context["messages"]] == ["The quiz is open. You can keep working."]


def test_only_the_newest_messages_are_stored(db: None) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    for number in range(MOST + 2):
        storage = MessageStorage(request)
        storage.add(constants.SUCCESS, f"Saved {number}")
        storage.update(HttpResponse())

    assert [message.message for message in MessageStorage(request)] == [
        f"Saved {number}" for number in range(2, MOST + 2)
    ]


def test_messages_with_the_same_words_and_other_buttons_are_both_stored(db: None) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    storage = MessageStorage(request)
    for tags in ("first", "second", "first"):
        storage.add(constants.SUCCESS, "Removed.", tags)
    storage.update(HttpResponse())

    assert [message.extra_tags for message in MessageStorage(request)] == ["first", "second"]
