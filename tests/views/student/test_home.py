"""The student's home page: the terms above “Start”, and the poll that shows a quiz when it opens."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Classroom, Edition, Student, User
from quizzes.people.session_limits import SEEN_AT, STARTED_AT
from tests.conftest import Queries
from tests.factories import NOW, make_assignment
from tests.pages import read, text_of

type Gather = Callable[[], AbstractContextManager[Queries]]


def test_home_starts_the_one_open_quiz_under_its_terms(
    assignment: Assignment, student_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20), closes_at=NOW + timedelta(minutes=12))
    page = student_client.get(reverse("student_home"))
    assert "You have 12 minutes, because the quiz closes at 11:12 am. The clock keeps going if you leave." in text_of(
        page
    )
    assert "You’ll see the answers after you turn it in." in text_of(page)
    form = next(
        form for form in read(page).forms if form.action == reverse("start_attempt", args=[assignment.public_id])
    )
    started = student_client.post(form.action, form.data())
    assert started.headers["Location"] == reverse("take_attempt", args=[Attempt.objects.get().public_id, 1])


def test_home_asks_which_quizzes_are_open(
    classroom: Classroom, teacher: User, edition: Edition, student_client: Client, clock: time_machine.Traveller
) -> None:
    coming = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, opens_at=NOW + timedelta(days=1)
    )
    page = student_client.get(reverse("student_home"))
    tag = page.context["tag"]
    assert f'data-tag="{tag.replace(chr(34), "&quot;")}"' in page.content.decode()
    address = reverse("open_quizzes")
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    # The teacher presses Start.
    Assignment.objects.filter(pk=coming.pk).update(opens_at=NOW)
    opened = student_client.get(address, headers={"If-None-Match": tag})
    assert (opened.status_code, opened.json()) == (200, {"has_changed": True})
    assert opened.headers["ETag"] == student_client.get(reverse("student_home")).context["tag"]
    Assignment.objects.filter(pk=coming.pk).update(closes_at=NOW + timedelta(minutes=1))
    clock.shift(timedelta(minutes=2))
    closed = student_client.get(address, headers={"If-None-Match": opened.headers["ETag"]})
    assert (closed.status_code, closed.headers["ETag"]) == (200, tag)


def test_poll_of_the_home_page_is_cheap(
    assignment: Assignment, teacher: User, student_client: Client, queries: Gather
) -> None:
    student_client.get(reverse("student_home"))
    with queries() as seen:
        student_client.get(reverse("open_quizzes"))
    assert len(seen) == 3
    make_assignment(edition=assignment.edition, classroom=assignment.classroom, assigned_by=teacher)
    with queries() as seen:
        student_client.get(reverse("open_quizzes"))
    assert len(seen) == 3


def test_poll_of_the_home_page_keeps_no_session_open(student: Student, clock: time_machine.Traveller) -> None:
    client = Client()
    client.post(reverse("join"), {"code": student.classroom.join_code})
    session = client.session
    session["student_id"], session["student_pin_version"] = student.pk, student.pin_version
    session[STARTED_AT] = session[SEEN_AT] = NOW.timestamp()
    session.save()
    clock.shift(timedelta(minutes=20))
    assert client.get(reverse("open_quizzes")).status_code == 200
    clock.shift(timedelta(minutes=11))
    assert client.get(reverse("open_quizzes")).headers["Location"] == reverse("join")
    assert client.get(reverse("student_home")).headers["Location"] == reverse("join")
