"""The figures of docs/guessing.md follow from the settings, and an attack meets them."""

import contextlib
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from quizzes.models import Classroom, FailedTry, Student
from quizzes.people import student_sign_in
from quizzes.people.guess_limits import CLASS_TRIES, PIN_SPAN, PIN_TRIES, PIN_WAIT, STUDENT_TRIES
from tests.factories import make_student
from tools.guessing import GOAL, GROUPS, rows

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "guessing.md").read_text(encoding="utf-8")


def test_figures_of_the_document_follow_from_the_settings() -> None:
    rate = re.search(r"cores: (\d+) codes a second", TEXT)
    assert rate is not None

    assert [line for line in TEXT.splitlines() if re.search(r"\| [\d.e+]+ \| (yes|no|names only) \|$", line)] == [
        row.line() for row in rows(float(rate[1]))
    ]
    for said in (
        f"| {PIN_TRIES} for one student | new devices wait {PIN_WAIT.seconds // 60} minutes",
        f"| {STUDENT_TRIES} for one student | new devices need",
        f"| {CLASS_TRIES} in one class |",
        f"After {student_sign_in.CODE_TRIES} wrong codes in {student_sign_in.CODE_SPAN.seconds // 60} minutes",
    ):
        assert said in TEXT


@pytest.mark.django_db
@pytest.mark.slow
def test_attack_of_two_weeks_gets_the_tries_of_the_table(classroom: Classroom, now: datetime) -> None:
    """Each student every 12 hours, at school and elsewhere, each time from a new device and a new address elsewhere."""
    students = [make_student(classroom=classroom) for _ in range(30)]
    insider = make_student(classroom=classroom)
    guess(insider, student_sign_in.pin_of(insider), "own", "school", now)
    checked = 0
    for half_day in range(28):
        moment = now + half_day * timedelta(hours=12)
        student_sign_in.delete_old_failures(now=moment)
        before = FailedTry.objects.count()
        for number, student in enumerate(students):
            wrong = str((int(student_sign_in.pin_of(student)) + 1) % 10_000).zfill(4)
            name = f"{half_day} {number}"
            guess(student, wrong, name, "school", moment)
            guess(student, wrong, name, name, moment)
        checked += FailedTry.objects.count() - before

    assert checked == 2 * GROUPS * CLASS_TRIES == 140
    a_day = checked / (2 * PIN_SPAN / timedelta(days=1))
    assert a_day / 10_000 <= GOAL


def guess(student: Student, pin: str, device: str, address: str, now: datetime) -> None:
    with contextlib.suppress(student_sign_in.WrongPin, student_sign_in.PinLocked):
        student_sign_in.check_pin(student, pin, address=address, device=device, now=now)


@pytest.mark.django_db
def test_class_of_forty_gets_in_while_an_address_is_limited(classroom: Classroom) -> None:
    students = [make_student(classroom=classroom, name=f"Student {number}") for number in range(40)]
    attacker = Client()
    replies = [attacker.post("/join/", {"code": f"AAA{number:03}"}).status_code for number in range(100)]
    assert replies == [200] * student_sign_in.CODE_TRIES + [429] * (100 - student_sign_in.CODE_TRIES)
    for student in students:
        browser = Client()
        browser.post("/join/", {"code": classroom.join_code})
        browser.post("/join/name/", {"student": student.public_id})
        response = browser.post("/join/pin/", {"pin": student_sign_in.pin_of(student)})
        assert (response.status_code, response.headers["Location"]) == (302, "/student/")
        assert attacker.post("/join/", {"code": "AAAAAA"}).status_code == 429
    # A refused try adds no row, so that a flood of requests fills no disk.
    assert FailedTry.objects.count() == student_sign_in.CODE_TRIES


@pytest.mark.django_db
def test_class_code_shows_first_names_and_initials(classroom: Classroom) -> None:
    make_student(classroom=classroom, name="Maya Lopez-Garcia")
    browser = Client()
    browser.post("/join/", {"code": classroom.join_code})

    page = browser.get("/join/name/").content.decode()
    assert "Maya L." in page
    assert "Lopez" not in page
    assert "shows the first names and initials on that class’s list" in " ".join(TEXT.split())
