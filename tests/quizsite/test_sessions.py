"""When a session ends, and where a sign-in may lead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse

from quizsite import sessions
from quizsite.sessions import SessionStore
from quizzes.models import Attempt, Student, User
from quizzes.people import accounts
from tests.factories import NOW, make_user
from tests.pages import form_of

PASSWORD = "seven green bicycles"
WEEK = timedelta(days=7)
# Where a form's `next` may not lead, whatever a browser makes of it.
ELSEWHERE = [
    *("https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example/a"),
    *("/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example", "https:/evil.example"),
    *(
        "https:///evil.example",
        "http:\\\\evil.example",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,a",
    ),
    *(
        "vbscript:a",
        "ftp://evil.example/",
        "//evil.example:80/teacher/",
        "//testserver@evil.example/",
        "\t//evil.example",
    ),
    *("\n//evil.example", " //evil.example", "\x00//evil.example", "//evil.example\\@testserver", "/\t/evil.example"),
    *("http://testserver.evil.example/", "https://evil.example/?next=http://testserver/", "//[::1", "mailto:a@b.test"),
    *("//evil%2eexample", "hTTps://evil.example#/teacher/"),
]


@pytest.mark.parametrize("name", ["student_home", "take_attempt", "time_left"])
def test_removed_student_is_out_at_once(
    name: str, attempt: Attempt, student: Student, signed_in: Callable[[Student], Client]
) -> None:
    args = {"student_home": [], "take_attempt": [attempt.public_id, 1], "time_left": [attempt.public_id]}[name]
    client = signed_in(student)
    assert client.get(reverse(name, args=args)).status_code == 200
    Student.objects.filter(pk=student.pk).update(removed_at=NOW)
    response = client.get(reverse(name, args=args))
    assert (response.status_code, response.headers["Location"]) == (302, "/join/")


@pytest.mark.parametrize(
    "changed", [{"removed_at": NOW}, {"pin_version": 2}, {"pk": 0}], ids=["removed", "new PIN", "another's"]
)
def test_save_of_someone_who_may_not_changes_nothing(
    changed: dict[str, Any],
    attempt: Attempt,
    student: Student,
    classmate: Student,
    signed_in: Callable[[Student], Client],
) -> None:
    client, address = signed_in(student), reverse("take_attempt", args=[attempt.public_id, 1])
    form = form_of(client.get(address), having="operation")
    if "pk" in changed:
        client = signed_in(classmate)
    else:
        Student.objects.filter(pk=student.pk).update(**changed)
    sent = form.data(**dict([form.offered[1]]), act="save")
    response = client.post(address, sent, headers={"Accept": "application/json"})
    assert response.status_code == (404 if "pk" in changed else 302)
    assert (attempt.answers.count(), attempt.events.count()) == (0, 0)


@pytest.mark.parametrize(("keeps_old_key", "status", "saved"), [(True, 200, 1), (False, 302, 0)])
def test_secret_key_may_be_rotated_while_a_student_is_at_work(
    keeps_old_key: bool,
    status: int,
    saved: int,
    attempt: Attempt,
    student: Student,
    signed_in: Callable[[Student], Client],
    settings: Any,
) -> None:
    client, address = Client(enforce_csrf_checks=True), reverse("take_attempt", args=[attempt.public_id, 1])
    client.cookies = signed_in(student).cookies
    form = form_of(client.get(address), having="operation")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keeps_old_key else []
    settings.SECRET_KEY = "another secret key, longer than fifty characters, for this test alone"

    sent = form.data(**dict([form.offered[1]]), act="save")
    response = client.post(address, sent, headers={"Accept": "application/json"})

    assert (response.status_code, attempt.answers.count()) == (status, saved)
    # Who was signed out signs in again, and the very same request is taken.
    client.cookies |= signed_in(student).cookies
    again = client.post(address, sent, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()["revision"], attempt.events.count()) == (200, 1, 1)


def test_session_of_a_sign_in_link_ends_after_a_week(teacher: User, clock: time_machine.Traveller) -> None:
    client = Client()
    client.post(accounts.sign_in_link(teacher, ""))
    # The link's own rule leads to the password page while it lasts; what counts here is who is signed in.
    clock.shift(WEEK - timedelta(minutes=1))
    assert client.get("/teacher/").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get("/teacher/").headers["Location"] == "/accounts/login/?next=/teacher/"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    make_user(email="rivera@school.test", password=PASSWORD)
    form = {"login": "rivera@school.test", "password": PASSWORD, "next": target}
    response = Client().post("/accounts/login/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/teacher/")


@pytest.mark.django_db
def test_signing_in_leads_back_to_the_page_that_was_asked_for() -> None:
    make_user(email="rivera@school.test", password=PASSWORD)
    form = {"login": "rivera@school.test", "password": PASSWORD, "next": "/teacher/sets/"}
    assert Client().post("/accounts/login/", form).headers["Location"] == "/teacher/sets/"


def test_signing_out_leads_nowhere_else(teacher_client: Client) -> None:
    response = teacher_client.post("/accounts/logout/", {"next": "https://evil.example/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


@pytest.mark.django_db
def test_session_is_stored_changed_read_and_ended_by_a_statement_each(queries: Callable[[], Any]) -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    with queries() as seen:
        session.save()
    assert (len(seen), len(seen.writes)) == (1, 1)
    key = str(session.session_key)

    with queries() as seen:
        session["name"] = "Ben T."
        session.save()
        assert SessionStore(key)["name"] == "Ben T."
        session.delete()
        session.delete("no such key")
        SessionStore().delete()
    assert (len(seen), len(seen.writes)) == (4, 3)
    assert not session.exists(key)
    assert SessionStore(key).load() == {}


@pytest.mark.django_db
def test_session_never_takes_the_key_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = SessionStore(), SessionStore()
    one["name"] = "Ana S."
    one.save()
    other._session_key = one.session_key
    with pytest.raises(CreateError):
        other.save(must_create=True)
    assert SessionStore(one.session_key)["name"] == "Ana S."
    # The connection goes on, within a transaction as well; a key that is taken is left to whom it belongs.
    keys = [str(one.session_key), "a" * 32]
    monkeypatch.setattr(sessions, "get_random_string", lambda *_: keys.pop(0))
    other.create()
    assert other.session_key == "a" * 32
    assert SessionStore(one.session_key)["name"] == "Ana S."


@pytest.mark.django_db
def test_session_row_that_was_changed_by_hand_says_nothing() -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    session.save()
    # Read before, so that the process knows the row as it was.
    assert SessionStore(session.session_key)["name"] == "Ana S."
    Session.objects.update(session_data=Concat("session_data", Value("A")))
    assert SessionStore(session.session_key).load() == {}


@pytest.mark.django_db
def test_session_row_that_is_signed_and_no_session_says_nothing() -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    session.save()
    Session.objects.update(session_data=signing.TimestampSigner(salt=session.key_salt).sign("bm8"))
    assert SessionStore(session.session_key).load() == {}


@pytest.mark.django_db
def test_session_changed_in_one_place_is_not_changed_in_another() -> None:
    session = SessionStore()
    session["names"] = ["Ana S."]
    session.save()
    one, other = SessionStore(session.session_key), SessionStore(session.session_key)
    one["names"].append("Ben T.")
    assert other["names"] == SessionStore(session.session_key)["names"] == ["Ana S."]


@pytest.mark.django_db
def test_session_ends_at_its_own_time(clock: time_machine.Traveller) -> None:
    session = SessionStore()
    session.set_expiry(60)
    session.save()
    clock.shift(timedelta(seconds=59))
    assert SessionStore(session.session_key).load() != {}
    clock.shift(timedelta(seconds=2))
    ended = SessionStore(session.session_key)
    assert (ended.load(), ended.session_key) == ({}, None)
