"""Database errors raised in every view: never a stack trace, always a form that can be sent again (R18)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Student, User
from tests.factories import make_attempt
from tests.pages import form_of, read
from tests.test_access import TABLE, School

ERRORS = [
    OperationalError("database or disk is full"),
    OperationalError("database is locked"),
    InterfaceError("connection already closed"),
    InternalError("current transaction is aborted"),
]


@pytest.fixture
def school(teacher: User, student: Student, assignment: Assignment) -> School:
    return School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))


@contextmanager
def failing(error: Error, *, after: int) -> Iterator[list[str]]:
    """Every statement after the first `after` raises the error; yields the statements that did."""
    refused: list[str] = []
    count = 0

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal count
        count += 1
        if count > after and not sql.startswith(("SAVEPOINT", "ROLLBACK", "RELEASE")):
            refused.append(sql)
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield refused


def patient(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("error", ERRORS, ids=str)
@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("after", [0, 2])
def test_error_of_the_database_is_a_page_that_can_be_tried_again(
    name: str, error: Error, after: int, school: School, signed_in: Callable[[Student | User], Client]
) -> None:
    row = TABLE[name]
    address = reverse(name, kwargs=row.kwargs(school))
    person = school.student if row.outcomes["teacher"] == "join" else school.teacher
    client = patient(signed_in(person))
    with failing(error, after=after) as refused:
        response: HttpResponse = getattr(client, row.method)(address, data=row.data)
    if not refused or name in {"readyz", "landing", "livez"}:
        # Some pages ask nothing of the database, and readyz tells of its trouble in its own words.
        assert response.status_code in {200, 302, 503}
        return
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Content-Security-Policy"]
    text = response.content.decode()
    assert "could not do this just now" in text
    assert "Traceback" not in text
    assert str(error) not in text


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


@pytest.mark.django_db
def test_password_that_met_an_error_is_not_repeated() -> None:
    sent = {"login": "rivera@school.test", "password": "seven green bicycles"}
    with failing(ERRORS[0], after=0):
        refused = patient(Client()).post("/accounts/login/", sent)
    assert refused.status_code == 503
    assert [text for text in sent.values() if text in refused.content.decode()] == []
    assert [form.fields for form in read(refused).forms] == []


def test_script_is_told_to_try_again(attempt: Attempt, student_client: Client) -> None:
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    with failing(ERRORS[0], after=0):
        response = patient(student_client).post(address, {}, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (503, {"outcome": "retry"})
