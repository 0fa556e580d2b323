"""How many clicks and screens a new teacher needs from the first link to a class that answers."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from quizzes.models import Student
from quizzes.people import accounts
from quizzes.people.student_sign_in import pin_of
from tests.browser.conftest import NewContext
from tests.factories import publish_built_in_sets
from tests.slow_cases import slow_after

MAX_CLICKS = 8
MAX_SCREENS = 7
NAMES = "Ana S.\nBen O.\nCy T.\nDee R.\nEli V."


class Counted:
    """A page, with the clicks on it and the screens on which something was clicked. A choice in a list is a click."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks: list[str] = []
        self._loads = 0
        self._screens: dict[int, str] = {}
        page.on("domcontentloaded", self._count_load)

    @property
    def screens(self) -> list[str]:
        """The title of each screen with a click, in order."""
        return list(self._screens.values())

    def click(self, control: Locator) -> None:
        """Click, wait for the next page, and count it."""
        self._count(control)
        with self.page.expect_event("domcontentloaded"):
            control.click()

    def choose(self, option: Locator) -> None:
        """Choose an option of a list, and count it."""
        self._count(option)
        option.check()

    def _count(self, control: Locator) -> None:
        expect(control).to_be_visible()
        self._screens[self._loads] = self.page.title()
        self.clicks.append(control.evaluate("element => element.name || element.innerText"))

    def _count_load(self, _page: Page) -> None:
        self._loads += 1


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_new_teacher_has_a_class_answering(javascript: bool, db: None, open_context: NewContext) -> None:
    publish_built_in_sets()
    link = accounts.first_teacher_link("", timezone.now())
    assert link is not None
    page = open_context(javascript=javascript).new_page()
    teacher = Counted(page)
    page.goto(link)
    page.get_by_label("Your name", exact=True).fill("Ms. Rivera")
    page.get_by_label("Email").fill("rivera@school.test")
    page.get_by_label("Password").fill("seven green bicycles")
    teacher.click(page.get_by_role("button", name="Create account"))
    page.get_by_label("Class name").fill("Period 3")
    teacher.click(page.get_by_role("button", name="Create class"))
    page.get_by_role("textbox", name="Names").fill(NAMES)
    teacher.click(page.get_by_role("button", name="Check names"))
    teacher.click(page.get_by_role("button", name="Add 5 students"))
    teacher.click(page.get_by_role("region", name="Next step").get_by_role("link", name="Assign a quiz"))
    teacher.choose(page.get_by_role("radio", name=re.compile("^The PARS agreement")))
    teacher.click(page.get_by_role("button", name="Assign"))
    # The page for the wall. Students sign in with its code while the teacher waits, and answer from the start on.
    code = page.locator("p.code").inner_text()
    phone = open_context(width=360, javascript=javascript).new_page()
    sign_in(phone, code)
    expect(phone.get_by_text("Your teacher will start this soon.")).to_be_visible()
    expect(phone.get_by_role("button", name=re.compile("^Start"))).to_have_count(0)
    teacher.click(page.get_by_role("button", name="Start"))
    assert len(teacher.clicks) <= MAX_CLICKS, teacher.clicks
    assert len(teacher.screens) <= MAX_SCREENS, teacher.screens
    if not javascript:
        phone.get_by_role("link", name="Refresh").click()
    phone.get_by_role("button", name=re.compile("^Start")).click()
    phone.wait_for_url("**/student/attempts/**")


def sign_in(page: Page, code: str) -> None:
    """A student signs in with the code on the wall and a PIN."""
    student = Student.objects.get(display_name="Ana S.")
    page.goto("/join/")
    page.get_by_label("Class code").fill(re.sub(r"\W|Class code", "", code))
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name="Ana S.").click()
    page.get_by_label("Your PIN").fill(pin_of(student))
    page.get_by_role("button", name="Sign in").click()
