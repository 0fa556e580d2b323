"""The page of the site's administrator in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import Classroom, User
from tests.browser.conftest import NewContext, assert_sound, violations
from tests.slow_cases import slow_after


@pytest.mark.parametrize(("width", "dark"), slow_after(1, [(360, True), (1280, False)]))
def test_administrator_closes_and_reopens_an_account(
    width: int, dark: bool, staff: User, classroom: Classroom, open_context: NewContext
) -> None:
    page = open_context(staff, width=width, dark=dark).new_page()
    page.goto(reverse("account"))
    page.get_by_role("link", name="Accounts, backups, and health").click()
    assert_sound(page)
    page.get_by_role("button", name="Close the account of Ms. Rivera").click()
    expect(page.get_by_text("Account closed: rivera@school.test")).to_be_visible()
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Reopen the account of Ms. Rivera").click()
    expect(page.get_by_text("Account open again: rivera@school.test")).to_be_visible()
