"""A shared question set in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import User
from tests.browser.conftest import NewContext, assert_sound, violations
from tests.factories import make_edition, make_question_set
from tests.slow_cases import slow_after


@pytest.mark.parametrize(("width", "dark"), slow_after(1, [(360, True), (1280, False)]))
def test_colleague_copies_a_shared_set(
    width: int, dark: bool, teacher: User, other_teacher: User, open_context: NewContext
) -> None:
    question_set = make_edition(question_set=make_question_set(owner=teacher)).question_set
    page = open_context(teacher, width=width, dark=dark).new_page()
    page.goto(reverse("question_set", args=[question_set.public_id]))
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Teacher’s email").fill("okafor@school.test")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("Shared with Mr. Okafor", exact=True)).to_be_visible()
    assert_sound(page)

    other = open_context(other_teacher, width=width, dark=dark).new_page()
    other.goto(reverse("question_sets"))
    assert_sound(other)
    other.get_by_role("link", name=question_set.title, exact=True).click()
    expect(other.get_by_text("By Ms. Rivera")).to_be_visible()
    assert violations(other) == []
    other.get_by_role("button", name="Make a copy").click()
    expect(other.get_by_text("This is your copy of")).to_be_visible()

    page.get_by_role("button", name="Stop sharing with Mr. Okafor").click()
    expect(page.get_by_text("Only you can see this question set.")).to_be_visible()
