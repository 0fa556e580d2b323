"""The figures of docs/guessing.md follow from the settings, and a class can sign in while someone guesses."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from quizzes.models import Classroom, FailedTry
from quizzes.models.public_ids import READABLE
from quizzes.models.rosters import JOIN_CODE_LENGTH
from quizzes.people import student_sign_in
from tests.factories import make_student

DAY = timedelta(days=1)
GOAL = 1e-4
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "guessing.md").read_text(encoding="utf-8")
OPEN_CLASSES, CLASS_SIZE, REQUESTS_A_SECOND = 100, 30, 100

CODES = len(READABLE) ** JOIN_CODE_LENGTH
PINS = 10**student_sign_in.PIN_LENGTH
OF_A_STUDENT = student_sign_in.PIN_TRIES_ANYWHERE * (DAY // student_sign_in.PIN_SPAN_ANYWHERE)
# (number of codes or PINs, how many are valid, tries a day) in the order of the table.
ROWS = [
    (CODES, OPEN_CLASSES, student_sign_in.CODE_TRIES * (DAY // student_sign_in.CODE_SPAN)),
    (CODES, OPEN_CLASSES, REQUESTS_A_SECOND * int(DAY.total_seconds())),
    (PINS, 1, OF_A_STUDENT),
    (PINS, 1, OF_A_STUDENT * CLASS_SIZE),
    (PINS, 1, student_sign_in.PIN_TRIES * (DAY // student_sign_in.PIN_LOCK)),
]


def test_figures_of_the_document_follow_from_the_settings() -> None:
    stated = re.findall(r"^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| (yes|no) \|$", TEXT, re.MULTILINE)
    assert len(stated) == len(ROWS)
    for (of, tries, hits, is_met), (count, right, a_day) in zip(stated, ROWS, strict=True):
        expected = a_day * right / count
        assert (of, tries) == (f"{count:,}", f"{a_day:,}")
        # Two digits, as written.
        assert float(hits) == float(f"{expected:.2g}")
        assert is_met == ("yes" if expected <= GOAL else "no")


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
