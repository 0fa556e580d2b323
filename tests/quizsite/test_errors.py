"""Database errors raised in every view: never a stack trace, always a form that can be sent again (R18)."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import (
    Error,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizsite.sessions import SessionStore
from quizzes.caches import clear_all
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.conftest import _sign_in
from tests.factories import make_attempt, make_student
from tests.integration.test_access import TABLE, School
from tests.pages import form_of, read, text_of
from tests.slow_cases import slow_after

ERRORS = [
    OperationalError("database or disk is full"),
    OperationalError("database is locked"),
    InterfaceError("connection already closed"),
    InternalError("current transaction is aborted"),
]


@pytest.fixture(autouse=True)
def _no_log() -> Iterator[None]:
    # To write the traceback of thousands of errors takes most of the time. Other tests read the log.
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def school(teacher: User, student: Student, assignment: Assignment) -> School:
    return School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))


# The kinds of request: for a page, for a fragment of htmx, for JSON of a script.
CLIENTS: dict[str, dict[str, str]] = {
    "page": {},
    "fragment": {"HX-Request": "true"},
    "script": {"Accept": "application/json"},
}
# One for each statement, in turn: all of them for all would take six times as long, and they differ in the reply alone.
TRIALS = [*(("page", error) for error in ERRORS), ("fragment", ERRORS[1]), ("script", ERRORS[1])]
# They ask the database only whether it is there, and tell of trouble in their own words or do without.
IN_OWN_WORDS = {"readyz", "landing", "livez"}
# No view comes near it: a test that gets here would never end.
MOST_STATEMENTS = 400


@contextmanager
def failing(error: Exception, *, after: int) -> Iterator[list[str]]:
    """Every statement after the first `after` raises the error; yields the statements that did.

    A test runs within a transaction, where SAVEPOINT stands for a view's BEGIN and RELEASE for its COMMIT: both
    count as statements. What takes back may always run, and so may the release that Django sends after it.
    """
    refused: list[str] = []
    count = 0
    is_taken_back = False

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal count, is_taken_back
        was_taken_back, is_taken_back = is_taken_back, sql.startswith("ROLLBACK")
        if is_taken_back or (was_taken_back and sql.startswith("RELEASE")):
            return execute(sql, params, many, context)
        count += 1
        if count > after:
            refused.append(sql)
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield refused


def patient(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@dataclass(frozen=True)
class Ask:
    """One request that somebody makes. address, data: made once for the school."""

    person: Student | User
    method: str
    address: str
    data: Mapping[str, Any] | None


def of_table(name: str, school: School) -> Ask:
    row = TABLE[name]
    person = school.student if row.outcomes["teacher"] == "join" else school.teacher
    return Ask(person, row.method, reverse(name, kwargs=row.kwargs(school)), row.data)


def save_of_answer(school: School) -> Ask:
    address = reverse("take_attempt", args=[school.attempt.public_id, 1])
    form = form_of(_sign_in(school.student).get(address), having="operation")
    name, value = form.offered[1]
    return Ask(school.student, "post", address, form.data(**{name: value}, act="save"))


# The table asks for forms; these send them filled in, so that they write.
WRITES: dict[str, Callable[[School], Ask]] = {
    "save an answer": save_of_answer,
    "begin an attempt": lambda school: Ask(
        make_student(classroom=school.assignment.classroom, name="Ana S."),
        "post",
        reverse("start_attempt", args=[school.assignment.public_id]),
        {},
    ),
    "make a class": lambda school: Ask(
        school.teacher, "post", reverse("add_classroom"), {"name": "Period 9", "time_zone": "America/Denver"}
    ),
}


@pytest.mark.parametrize("name", slow_after(45, [*WRITES, *TABLE]))
def test_error_of_the_database_is_a_reply_that_can_be_tried_again(
    name: str, school: School, record_property: Callable[[str, object], None]
) -> None:
    ask = WRITES[name](school) if name in WRITES else of_table(name, school)
    replies: Counter[str] = Counter()
    cookies = _sign_in(ask.person).cookies
    for after in range(MOST_STATEMENTS):
        kind, error = TRIALS[after % len(TRIALS)]
        with transaction.atomic():
            client = patient(Client())
            client.cookies = deepcopy(cookies)
            clear_all()
            with failing(error, after=after) as refused:
                response = getattr(client, ask.method)(ask.address, data=ask.data, headers=CLIENTS[kind])
            # Each request meets the same rows.
            transaction.set_rollback(True)
        if not refused:
            assert response.status_code < 500
            break
        replies[kind] += 1
        replies["commit"] += refused[0].startswith("RELEASE")
        where = f"{kind}, after {after} statements: {refused[0]}"
        if name in IN_OWN_WORDS:
            assert response.status_code in {200, 302, 503}, where
        else:
            check_reply(kind, response, error, where)
    else:
        raise AssertionError(f"{name} sends {MOST_STATEMENTS} statements and more")
    if name in WRITES:
        assert replies["commit"] >= 1
    for kind, number in replies.items():
        record_property(kind, number)


def check_reply(kind: str, response: HttpResponse, error: Error, where: str) -> None:
    """A 503 that says when to try again, in words for people or in JSON, and nothing of the error."""
    assert response.status_code == 503, where
    assert response.headers["Retry-After"] == "5", where
    assert response.headers["Content-Security-Policy"], where
    text = response.content.decode()
    if kind == "script":
        assert json.loads(text) == {"outcome": "retry"}, where
        return
    assert "The site is busy" in text, where
    assert "Traceback" not in text, where
    assert str(error) not in text, where


def test_answer_that_met_an_error_can_be_sent_again(attempt: Attempt, student_client: Client) -> None:
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    form = form_of(student_client.get(address), having="operation")
    name, value = form.offered[1]
    data = form.data(**{name: value}, act="save")
    with failing(ERRORS[1], after=2):
        refused = patient(student_client).post(address, data)
    assert refused.status_code == 503
    [again] = [form for form in read(refused).forms if form.action == address]
    assert again.data() == data
    student_client.post(again.action, again.data())
    assert attempt.answers.get().revision == 1


@pytest.mark.parametrize(
    ("name", "words", "button"),
    [
        ("take_attempt", "Your last answer isn’t saved yet.", "Send my answer again"),
        ("submit_attempt", "Your quiz isn’t turned in yet.", "Turn in"),
        ("choose_level", "Your last change isn’t saved yet.", "Try again"),
    ],
)
def test_busy_site_says_what_it_did_not_do(
    name: str, words: str, button: str, attempt: Attempt, student_client: Client
) -> None:
    args = [attempt.public_id, 1] if name == "take_attempt" else [attempt.public_id]
    for after in (0, 1):
        with failing(ERRORS[1], after=after):
            page = patient(student_client).post(reverse(name, args=args), {})
        text = text_of(page)
        assert (words in text, text.count("yet."), f" {button} " in text) == (True, 1, True)


@pytest.mark.django_db
def test_password_that_met_an_error_is_not_repeated() -> None:
    sent = {"login": "rivera@school.test", "password": "seven green bicycles"}
    with failing(ERRORS[0], after=0):
        refused = patient(Client()).post("/accounts/login/", sent)
    assert refused.status_code == 503
    assert [text for text in sent.values() if text in refused.content.decode()] == []
    assert [form.fields for form in read(refused).forms] == []


def test_script_gets_the_reply_to_try_again(attempt: Attempt, student_client: Client) -> None:
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    with failing(ERRORS[0], after=0):
        response = patient(student_client).post(address, {}, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (503, {"outcome": "retry"})


def test_session_that_ended_meanwhile_is_no_error_of_the_database(teacher: User) -> None:
    session = SessionStore()
    session.create()
    Session.objects.all().delete()
    session["name"] = "Ana S."
    with pytest.raises(UpdateError):
        session.save()
    with failing(ERRORS[1], after=0), pytest.raises(OperationalError):
        session.save()


@pytest.mark.parametrize(
    ("error", "status"),
    [(BadRequest(), 400), (RequestDataTooBig(), 413), (PermissionDenied(), 403), (KeyError(), 500), (ERRORS[1], 503)],
)
def test_error_in_a_view_has_a_page_in_the_students_language(
    error: Exception, status: int, student_client: Client
) -> None:
    Student.objects.update(language="es")
    student_client.get(reverse("student_home"))
    with failing(error, after=2):
        page = patient(student_client).get(reverse("student_home"), headers={"Accept-Language": "en"})
    assert (page.status_code, '<html lang="es"' in page.content.decode()) == (status, True)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("post", "/student/", 403), ("get", "/nothing-here/", 404), ("get", "/student/sign-out/", 405)],
)
def test_error_before_a_view_has_a_page_in_the_students_language(
    method: str, address: str, status: int, student_client: Client
) -> None:
    Student.objects.update(language="es")
    client = Client(enforce_csrf_checks=True)
    client.cookies = student_client.cookies
    pages = []
    for chosen in ("es", ""):
        Student.objects.update(language=chosen)
        page = getattr(client, method)(address, headers={"Accept-Language": "en"})
        pages.append((page.status_code, page.content.decode().partition('<html lang="')[2][:2]))
    assert pages == [(status, "es"), (status, "en")]


def test_page_of_a_wrong_method_does_not_lead_to_itself(classroom: Classroom, teacher_client: Client) -> None:
    """The methods of a view that is imported on demand are not known before, so that its address may be a page."""
    home, known, on_demand = (
        reverse("teacher_home"),
        reverse("hide_todo"),
        reverse("download_class", args=[classroom.public_id]),
    )
    for address, before, expected in (
        (known, home, home),
        (known, f"{known}?a=1", home),
        (on_demand, f"{on_demand}?a=1", ""),
    ):
        page = teacher_client.get(address, headers={"Referer": f"http://testserver{before}"})
        assert (page.status_code, page.context["address"]) == (405, expected)
        assert ("Back to the page" in page.content.decode()) is bool(expected)
