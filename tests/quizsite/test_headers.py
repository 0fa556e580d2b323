"""The browser policy on what is no page: refusals, errors, redirects, files, the admin, and replies to scripts."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Attempt, FailedTry, Student, User
from quizzes.people import student_sign_in
from quizzes.people.known_devices import hash_address
from tests.factories import NOW, make_user
from tests.pages import form_of
from tests.quizsite.test_settings import CONTENT_SECURITY_POLICY

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}
POLICY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Cast:
    """Who asks. visitor, strict: nobody, and nobody with a browser's origin checks; boss: reads the admin."""

    visitor: Client
    strict: Client
    student: Client
    teacher: Client
    boss: Client
    attempt: Attempt

    @property
    def question(self) -> str:
        return reverse("take_attempt", args=[self.attempt.public_id, 1])


@pytest.fixture
def cast(attempt: Attempt, teacher: User, signed_in: Callable[[Student | User], Client]) -> Cast:
    boss = make_user(is_staff=True, is_superuser=True)
    clients = [Client(), Client(enforce_csrf_checks=True), *map(signed_in, (attempt.student, teacher, boss))]
    for client in clients:
        client.raise_request_exception = False
    return Cast(*clients, attempt=attempt)


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Every statement raises this."""

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        raise error

    with connection.execute_wrapper(fail):
        yield


def failed(error: Exception, ask: Callable[[], HttpResponse]) -> HttpResponse:
    with failing(error):
        return ask()


def guessed(cast: Cast) -> HttpResponse:
    """The reply to one wrong code too many."""
    address = hash_address("127.0.0.1")
    FailedTry.objects.bulk_create(
        FailedTry(kind=FailedTry.Kind.CODE, address=address, device="d", at=NOW)
        for _ in range(student_sign_in.CODE_TRIES)
    )
    return cast.visitor.post("/join/", {"code": "AAAAAA"})


def saved_late(cast: Cast) -> HttpResponse:
    submit_attempt(cast.attempt, now=NOW)
    return cast.student.post(cast.question, {"operation": "late", "revision": 0}, headers=JSON)


def stale(cast: Cast) -> HttpResponse:
    form = form_of(cast.student.get(cast.question), having="operation")
    first, other = [value for name, value in form.offered if name == "choice"][:2]
    cast.student.post(cast.question, form.data(choice=first, act="save"), headers=JSON)
    return cast.student.post(cast.question, form.data(choice=other, operation="other", act="save"), headers=JSON)


CASES: dict[str, tuple[int, Callable[[Cast], HttpResponse]]] = {
    "another host": (400, lambda cast: cast.visitor.get("/", headers={"Host": "evil.example"})),
    "no choice": (400, lambda cast: cast.student.post(cast.question, {"operation": "a", "revision": 0, "choice": "x"})),
    "no choice, to a script": (
        400,
        lambda cast: cast.student.post(cast.question, {"operation": "a", "revision": 0, "choice": "x"}, headers=JSON),
    ),
    "no token": (403, lambda cast: cast.strict.post("/join/", {"code": "AAAAAA"})),
    "no token, to a script": (403, lambda cast: cast.strict.post(cast.question, {}, headers=JSON)),
    "no right": (403, lambda cast: cast.boss.get(reverse("admin:quizzes_student_add"))),
    "no page": (404, lambda cast: cast.visitor.get("/nothing/here/")),
    "another's page": (404, lambda cast: cast.student.get(reverse("result", args=["x" * 12]))),
    "no page, to htmx": (404, lambda cast: cast.student.get("/student/attempts/x/", headers=HTMX)),
    "no such file": (404, lambda cast: cast.visitor.get("/static/nothing.js")),
    "wrong method": (405, lambda cast: cast.student.put(cast.question)),
    "answer in another window": (409, stale),
    "answer after the end": (410, saved_late),
    "too many codes": (429, guessed),
    "our fault": (500, lambda cast: failed(RuntimeError("a fault"), lambda: cast.student.get("/student/"))),
    "our fault, to a script": (
        500,
        lambda cast: failed(RuntimeError("a fault"), lambda: cast.student.post(cast.question, {}, headers=JSON)),
    ),
    "database away": (503, lambda cast: failed(OperationalError("away"), lambda: cast.student.get("/student/"))),
    "database away, to a script": (
        503,
        lambda cast: failed(OperationalError("away"), lambda: cast.student.post(cast.question, {}, headers=JSON)),
    ),
    "not ready": (503, lambda cast: failed(OperationalError("away"), lambda: cast.visitor.get("/readyz"))),
    "way to sign in": (302, lambda cast: cast.visitor.get("/teacher/")),
    "way to sign in, to htmx": (200, lambda cast: cast.visitor.get("/teacher/", headers=HTMX)),
    "way to the slash": (301, lambda cast: cast.visitor.get("/join")),
    "saved, to a script": (
        200,
        lambda cast: cast.student.post(
            cast.question,
            form_of(cast.student.get(cast.question), having="operation").data(act="save"),
            headers=JSON,
        ),
    ),
    "time left": (200, lambda cast: cast.student.get(reverse("time_left", args=[cast.attempt.public_id]))),
    "file of scores": (
        200,
        lambda cast: cast.teacher.post(
            reverse("download_file", args=[cast.attempt.classroom.public_id]), {"layout": "scores", "form": "csv"}
        ),
    ),
    "signed in again": (
        200,
        lambda cast: cast.visitor.post(
            reverse("enter_pin_again", args=[cast.attempt.public_id]),
            {"pin": student_sign_in.pin_of(cast.attempt.student)},
        ),
    ),
    "wrong PIN, to a script": (
        400,
        lambda cast: cast.visitor.post(reverse("enter_pin_again", args=[cast.attempt.public_id]), {"pin": "12"}),
    ),
    "signed out": (302, lambda cast: cast.student.post("/student/sign-out/")),
    "admin, sign in": (302, lambda cast: cast.visitor.get("/admin/")),
    "admin, not allowed": (302, lambda cast: cast.teacher.get("/admin/")),
    "admin": (200, lambda cast: cast.boss.get("/admin/")),
    "admin, rows": (200, lambda cast: cast.boss.get(reverse("admin:quizzes_student_changelist"))),
    "password page": (302, lambda cast: cast.teacher.get(reverse("account_change_password"))),
    "account": (200, lambda cast: cast.teacher.get(reverse("account"))),
    "sign in": (200, lambda cast: cast.visitor.get(reverse("account_login"))),
    "wrong password": (
        200,
        lambda cast: cast.visitor.post(reverse("account_login"), {"login": "a@b.test", "password": "wrong"}),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_policy_holds_on_what_is_no_page(case: str, cast: Cast, clock: Any) -> None:
    status, ask = CASES[case]
    response = ask(cast)
    assert response.status_code == status
    check(response)
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "status"), [("/", 301), ("/nothing/", 301), ("/static/footnote.css", 301), ("/livez", 200)]
)
def test_policy_holds_on_the_way_to_tls(asked: str, status: int, db: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 365 * 24 * 60 * 60
    response = Client().get(asked)
    assert response.status_code == status
    check(response)


def test_policy_holds_for_another_host_where_tls_is_asked_for(db: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "Location" not in response.headers
    check(response)


@pytest.mark.parametrize("name", ["footnote.css", "outbox/page.js", "icon.svg", "django_htmx/htmx-2.min.js"])
def test_policy_holds_on_files(name: str, db: None, client: Client) -> None:
    response = client.get(f"/static/{name}")
    response.close()
    assert response.status_code == 200
    assert {header: response.headers.get(header) for header in POLICY} == POLICY
    again = client.get(f"/static/{name}", headers={"If-Modified-Since": response.headers["Last-Modified"]})
    assert again.status_code == 304
    assert {header: again.headers.get(header) for header in POLICY} == POLICY


def check(response: HttpResponse) -> None:
    """Headers, cookies and body are as the policy has them."""
    assert {header: response.headers.get(header) for header in POLICY} == POLICY
    assert not {"Access-Control-Allow-Origin", "Server", "X-Powered-By"} & set(response.headers)
    content_type = response.headers.get("Content-Type", "")
    assert content_type in {"application/json", "text/html; charset=utf-8", "text/plain; charset=utf-8"} or (
        response.headers["Content-Disposition"].startswith("attachment")
    )
    for cookie in response.cookies.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax") or not cookie.value
    body = response.content.decode()
    assert "Traceback" not in body
    features = response.headers.get("Permissions-Policy", "")
    assert features.count("=()") == features.count("=")
    assert bool(features) == content_type.startswith("text/html")
    if content_type.startswith("text/html"):
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", body) == []
