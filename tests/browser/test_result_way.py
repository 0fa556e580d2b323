"""A student's receipt and result: by keyboard, and in a narrow window."""

import pytest
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Student
from tests.browser.conftest import NewContext
from tests.factories import make_answered_attempt


@pytest.fixture
def done(assignment: Assignment, student: Student) -> Attempt:
    Assignment.objects.update(release=Assignment.Release.AFTER_HAND_IN)
    assignment.refresh_from_db()
    return make_answered_attempt(assignment=assignment, student=student, right=2)


def test_number_of_a_question_shows_that_it_has_the_focus(
    done: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(reverse("result", args=[done.public_id]))
    rings = {}
    for name, place in (("number", ".strip a"), ("link", ".lede a")):
        link = page.locator(place).first
        link.focus()
        # A focus set by script shows as one set by a key does: the last thing used here was no mouse.
        rings[name] = link.evaluate("e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth] }")
    assert rings["number"] == rings["link"] != ["none", "0px"]
