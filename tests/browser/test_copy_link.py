"""The button that copies an invitation link."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import User
from tests.browser.conftest import NOTE_CHANGES, NewContext, assert_sound
from tests.slow_cases import slow_after


@pytest.mark.parametrize("width", slow_after(1, [360, 1280]))
def test_a_teacher_copies_an_invitation_link(width: int, teacher: User, open_context: NewContext) -> None:
    context = open_context(teacher, width=width)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(reverse("account"))
    page.get_by_role("button", name="Create an invitation link").click()
    said = page.locator("[data-copied]")
    said.evaluate(NOTE_CHANGES)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    # A screen reader says the second one too.
    expect(said).to_have_attribute("title", "Link copied;;Link copied;")
    link = page.get_by_label("Send this link to 1 teacher").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert_sound(page)


def test_the_button_is_hidden_without_javascript(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("account"))
    page.get_by_role("button", name="Create an invitation link").click()
    expect(page.get_by_label("Send this link to 1 teacher")).to_be_focused()
    expect(page.get_by_role("button", name="Copy link")).to_be_hidden()
