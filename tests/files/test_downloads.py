"""A classroom's scores as CSV: every byte of a small one, and no name that runs as a formula."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizzes.files.downloads import FileFormat, Layout, export
from quizzes.files.gradebook import scores_table
from quizzes.files.spreadsheet import write_csv
from quizzes.models import Assignment, AuditEvent, Classroom, Edition, User
from quizzes.people.names import InvalidName, clean_name
from quizzes.reports.gradebook import gradebook
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_edition,
    make_question_set,
    make_student,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_csv_of_a_small_class(edition: Edition, classroom: Classroom) -> None:
    ada, ben, cy, _ = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben, Jr.", "Cy", "Zoë"))
    old = make_assignment(edition=edition, classroom=classroom, due_at=NOW + MINUTE)
    new = make_assignment(
        edition=make_edition(question_set=make_question_set(title="=SUM(A1)")),
        classroom=classroom,
        created_at=NOW + MINUTE,
    )
    make_answered_attempt(assignment=old, student=ada)
    make_answered_attempt(assignment=new, student=ada, answers={})
    make_answered_attempt(assignment=old, student=ben, answers={"who": {"a": "mayor"}, "some": ["a"], "one": "b"})
    make_answered_attempt(assignment=old, student=cy, submitted=False)

    content = write_csv(scores_table(gradebook(classroom, now=NOW + 2 * MINUTE)))

    # Ada has 0 of 8 and 8 of 8, Ben 1 + 1 + 1 of 8.
    assert content.decode("utf-8-sig").split("\r\n") == [
        'Student,Last name,First name,Student number,"Average %, missing left out",\'=SUM(A1),Small set,Late',
        "Points possible,,,,,8,8,",
        "Due,,,,,,2026-10-23 11:01,",
        "Ada,,Ada,,50.0,0.0,8.0,",
        '"Ben, Jr.",,"Ben, Jr.",,37.5,Not started,3.0,',
        "Cy,,Cy,,,Not started,In progress,",
        "Zoë,,Zoë,,,Not started,Missing,",
        "",
    ]
    assert content.startswith(b"\xef\xbb\xbf")


def test_csv_of_a_class_without_assignments_lists_its_students(classroom: Classroom) -> None:
    make_student(classroom=classroom, name="Ada")

    content = write_csv(scores_table(gradebook(classroom, now=NOW)))

    assert content.decode("utf-8-sig").split("\r\n") == [
        'Student,Last name,First name,Student number,"Average %, missing left out",Late',
        "Points possible,,,,,",
        "Due,,,,,",
        "Ada,,Ada,,,",
        "",
    ]


def test_csv_rounds_an_average_half_up_as_the_page_does(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    """Ada has 1 of 8 once and nothing once: 6.25 %. Ben has 1 of 8: 12.5 %."""
    ada, ben = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben"))
    first, second = (make_assignment(edition=edition, classroom=classroom) for _ in range(2))
    make_answered_attempt(assignment=first, student=ada, right=1)
    make_answered_attempt(assignment=second, student=ada, right=0)
    make_answered_attempt(assignment=first, student=ben, right=1)

    lines = csv.reader(io.StringIO(write_csv(scores_table(gradebook(classroom, now=NOW))).decode("utf-8-sig")))

    assert {line[0]: line[4] for line in lines if line[0] in {"Ada", "Ben"}} == {"Ada": "6.3", "Ben": "12.5"}
    page = teacher_client.get(reverse("classroom_gradebook", args=[classroom.public_id])).content.decode()
    assert [share for share in ("<b>6%</b>", "<b>13%</b>") if share in page] == ["<b>6%</b>", "<b>13%</b>"]


def test_csv_that_leaves_the_site_is_recorded(assignment: Assignment, teacher: User, now: datetime) -> None:
    content = export(assignment.classroom, Layout.SCORES, FileFormat.CSV, by=teacher, now=now).content

    assert content == write_csv(scores_table(gradebook(assignment.classroom, now=now)))
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.classroom, event.at) == (
        "scores_exported",
        teacher,
        assignment.classroom,
        now,
    )


def is_name(text: str) -> bool:
    try:
        return clean_name(text) == text
    except InvalidName:
        return False


odd_names = st.text(st.sampled_from("=+-@|%;'\" ,aé1"), min_size=1, max_size=8).map(str.strip).filter(is_name)


@given(odd_names, st.sampled_from(",;\t"))
@example('=HYPERLINK("https://x.test";"Ada")', ",")
@example("a;-1", ";")
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_csv_of_any_names_never_starts_a_formula(assignment: Assignment, name: str, delimiter: str) -> None:
    classroom = make_classroom()
    make_student(classroom=classroom, name=name)
    make_assignment(edition=assignment.edition, classroom=classroom)

    content = write_csv(scores_table(gradebook(classroom, now=NOW))).decode("utf-8-sig")

    read = [cell for line in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) for cell in line]
    assert [cell for cell in read if cell.lstrip(' "').startswith(tuple("=+-@|%"))] == []
    assert name.replace("'", "") in content.replace("'", "").replace('""', '"')
