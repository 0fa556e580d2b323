"""Every text about a key contains a canary, in every question type. No URL shows one before its release."""

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.factories import CANARY, NOW, make_assignment, make_attempt, make_draft, make_edition, make_question_set
from tests.integration.test_access import TABLE, School
from tests.integration.test_secrecy import whole
from tests.integration.twin_documents import GENERATORS, document
from tests.pages import form_of
from tests.slow_cases import slow_after

Release = Assignment.Release
CLOSES_AFTER = timedelta(hours=2)
# Secrets that a result page shows. They show that the crawl can find canaries.
SHOWN_LATER = {"explanation", "rationale", "answer", "objective"}


def canaries() -> Callable[[str], str]:
    """Unique texts such as `zqx-rationale-c`. Letters, since a number would count as another answer."""
    numbers = itertools.count(1)

    def secret(kind: str) -> str:
        return f"{CANARY}{kind}-" + "".join("abcdefghij"[int(digit)] for digit in str(next(numbers)))

    return secret


def with_canaries() -> dict[str, Any]:
    """One question of each type. Keys of questions contain a canary too, since no page shows them."""
    drawn = document(7, list(GENERATORS), keyed_by=Random(7), secret=canaries())
    for question in drawn["questions"]:
        question["key"] = f"{CANARY}{question['key']}"
    return drawn


def found(reply: HttpResponse) -> set[str]:
    """The canaries in a reply, including its headers."""
    return set(re.findall(rf"{CANARY}([a-z]+)", whole(reply).decode(errors="replace")))


def follow(client: Client, school: School, question_set: str) -> Iterator[tuple[str, HttpResponse]]:
    """(name, reply) of every URL of the table for this client, for each of its questions."""
    numbers = range(1, len(GENERATORS) + 1)
    for name, row in TABLE.items():
        if name in {"sign_out", "submit_attempt"}:
            continue
        kwargs = row.kwargs(school)
        if "set" in name and "public_id" in kwargs:
            kwargs["public_id"] = question_set
        for number in numbers if "number" in kwargs else [0]:
            address = reverse(name, kwargs={**kwargs, **({"number": number} if number else {})})
            for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
                yield name, getattr(client, row.method)(address, data=row.data, headers=headers)


def answer_all(client: Client, attempt: Attempt) -> Iterator[tuple[str, HttpResponse]]:
    """Save an answer to each question, and send one that its page does not offer."""
    for number in range(1, len(GENERATORS) + 1):
        address = reverse("take_attempt", args=[attempt.public_id, number])
        form = form_of(client.get(address), having="operation")
        offered = {name: value for name, value in form.offered if value}
        typed = {name: "thirty" for name, value in form.fields if value == "" and name not in offered}
        for headers in ({"Accept": "application/json"}, {"HX-Request": "true"}):
            yield "saved", client.post(address, form.data(**{**typed, **offered}, act="save"), headers=headers)
        yield "refused", client.post(address, form.data(choice="zzzz", sentence="zzzz", act="save"))


@pytest.fixture
def school(classroom: Classroom, teacher: User, student: Student, clock: time_machine.Traveller) -> School:
    """A class with the set of canaries, which visitors can try too, and an attempt on it."""
    drawn = with_canaries()
    question_set = make_question_set(slug="try-it")
    assignment = make_assignment(
        edition=make_edition(question_set=question_set, document=drawn),
        classroom=classroom,
        assigned_by=teacher,
        release=Release.AFTER_CLOSE,
        closes_at=NOW + CLOSES_AFTER,
    )
    # A draft of the same set, with URLs that students cannot open.
    make_draft(owner=teacher)
    return School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))


@pytest.mark.parametrize(
    ("who", "release"),
    slow_after(
        1,
        [
            ("student", Release.AFTER_CLOSE),
            ("student", Release.AFTER_LAST),
            ("student", Release.NEVER),
            ("classmate", Release.AFTER_CLOSE),
            ("nobody", Release.AFTER_CLOSE),
        ],
    ),
)
def test_no_address_shows_a_canary_before_release(
    who: str,
    release: str,
    school: School,
    classmate: Student,
    student_client: Client,
    signed_in: Callable[[Student | User], Client],
) -> None:
    # With "after the last attempt", every page below is of a first attempt.
    Assignment.objects.update(release=release, max_attempts=2 if release == Release.AFTER_LAST else 1)
    person = {"student": school.student, "classmate": classmate, "nobody": None}[who]
    client = signed_in(person) if person is not None else Client()
    question_set = school.assignment.edition.question_set.public_id
    replies = [*follow(client, school, question_set)]
    replies += answer_all(student_client, school.attempt)
    replies += follow(client, school, question_set)
    student_client.post(reverse("submit_attempt", args=[school.attempt.public_id]))
    replies += follow(client, school, question_set)
    assert len(replies) > 700
    assert [(name, found(reply)) for name, reply in replies if found(reply)] == []


@pytest.mark.slow
def test_crawl_meets_the_canaries_once_answers_are_released(
    school: School, student_client: Client, clock: time_machine.Traveller
) -> None:
    [*answer_all(student_client, school.attempt)]
    student_client.post(reverse("submit_attempt", args=[school.attempt.public_id]))
    clock.shift(CLOSES_AFTER + timedelta(minutes=2))
    question_set = school.assignment.edition.question_set.public_id
    seen: dict[str, set[str]] = {}
    for name, reply in follow(student_client, school, question_set):
        if found(reply):
            seen.setdefault(name, set()).update(found(reply))
    assert set(seen) == {"result"}
    assert seen["result"] >= SHOWN_LATER
    result = student_client.get(reverse("result", args=[school.attempt.public_id])).content.decode()
    explanations = [question["explanation"] for question in school.assignment.edition.document["questions"]]
    assert [text for text in explanations if text not in result] == []


def test_static_files_hold_no_canary() -> None:
    paths = [storage.path(name) for finder in finders.get_finders() for name, storage in finder.list([])]
    assert [path for path in paths if CANARY.encode() in Path(path).read_bytes()] == []
