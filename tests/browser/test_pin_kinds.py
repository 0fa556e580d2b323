"""A PIN of pictures by keyboard, without scripts, and on the page of an attempt; in English and Spanish."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.attempts.attempt_content import content_of
from quizzes.models import Answer, Attempt, Classroom, Student
from quizzes.people.student_sign_in import pin_of
from tests.browser.conftest import NewContext, overflow, violations
from tests.browser.test_every_page import BROKEN_WORDS
from tests.browser.test_join_to_receipt import pick_first, show_question


@pytest.fixture
def student_with_pictures(student: Student) -> Student:
    Classroom.objects.filter(pk=student.classroom_id).update(pin_kind="pictures")
    student.classroom.refresh_from_db()
    return student


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_student_chooses_pictures_by_keyboard_without_scripts(
    dark: bool, student_with_pictures: Student, open_context: NewContext
) -> None:
    page = open_context(width=360, height=740, dark=dark, javascript=False).new_page()
    page.goto(f"/j/{student_with_pictures.classroom.join_code}/")
    page.get_by_role("button", name=student_with_pictures.first_name).click()
    assert overflow(page) == 0
    # All 4 rows are hardly taller than the screen.
    assert sum(row.evaluate("row => row.offsetHeight") for row in page.locator(".pin-row").all()) < 640
    page.get_by_role("radio", name="Sun").first.focus()
    for digit in pin_of(student_with_pictures):
        # One tab stop for each row, and arrows within it.
        page.keyboard.press("Space")
        for _ in range(int(digit)):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Sign in").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('student_home')}")


def test_pages_with_pictures_pass_axe_in_both_languages(
    student_with_pictures: Student, open_context: NewContext
) -> None:
    for language, picture in (("en", "Moon"), ("es", "Luna")):
        context = open_context(width=320)
        context.set_extra_http_headers({"Accept-Language": language})
        page = context.new_page()
        page.goto(f"/j/{student_with_pictures.classroom.join_code}/")
        page.get_by_role("button", name=student_with_pictures.first_name).click()
        expect(page.get_by_role("group", name=re.compile("(Picture|Dibujo) 4"))).to_contain_text(picture)
        assert (violations(page), page.evaluate(BROKEN_WORDS)) == ([], [])
        expect(page.get_by_role("radio")).to_have_count(42)


def test_wrong_pictures_lead_back_to_the_first_row(student_with_pictures: Student, open_context: NewContext) -> None:
    page = open_context(width=320, height=480).new_page()
    page.goto(f"/j/{student_with_pictures.classroom.join_code}/")
    page.get_by_role("button", name=student_with_pictures.first_name).click()
    for place, digit in enumerate(pin_of(student_with_pictures), start=1):
        page.locator(f"[name=pin-{place}][value='{(int(digit) + 1) % 10}']").check()
    page.get_by_role("button", name="Sign in").press("Enter")
    pictures = page.get_by_role("group", name="Your PIN")
    expect(pictures).to_have_accessible_description(
        re.compile("^Those aren’t your pictures. Look at your card. You have 4 more tries.")
    )
    expect(pictures.get_by_role("radio").first).to_be_focused()
    expect(page.locator(".err")).to_be_in_viewport(ratio=1)


def test_attempt_asks_for_pictures_after_the_session_ended(
    attempt: Attempt, student_with_pictures: Student, open_context: NewContext
) -> None:
    page = open_context(student_with_pictures, width=360, height=568, watched=False).new_page()
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    Session.objects.all().delete()
    show_question(page)
    pick_first(page, content_of(attempt).questions[0].type)
    notice = page.locator("form[data-pin]")
    # The pictures are taller than the screen of a phone: a finger scrolls from what happened to the button.
    expect(page.locator(".notice").get_by_text("isn’t saved")).to_be_in_viewport()
    notice.get_by_text("Picture 1").hover()
    page.mouse.wheel(0, 2000)
    expect(notice.get_by_role("button", name="Continue")).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    for shift in (1, 0):
        for place, digit in enumerate(pin_of(student_with_pictures), start=1):
            notice.locator(f"[name=pin-{place}][value='{(int(digit) + shift) % 10}']").check()
        notice.get_by_role("button", name="Continue").click()
        if shift:
            expect(notice.locator(".err")).to_be_in_viewport(ratio=1)
            expect(notice.get_by_role("radio").first).to_be_focused()
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert Answer.objects.get(attempt=attempt).value is not None
