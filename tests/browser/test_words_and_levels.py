"""In Chromium: words explain themselves by keyboard and without a script, and students switch the level."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.content.editions import latest_edition
from quizzes.models import Attempt, Classroom, QuestionSet
from tests.browser.conftest import NewContext, overflow, violations
from tests.factories import make_assignment, make_attempt, make_classroom, make_student

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attempt() -> Attempt:
    """An attempt at the main built-in set. Its first question is answered in the reading, the second beside it."""
    call_command("load_question_sets", verbosity=0)
    now = timezone.now()
    classroom = make_classroom(created_at=now)
    Classroom.objects.filter(pk=classroom.pk).update(students_choose_variant=True)
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    assignment = make_assignment(edition=edition, classroom=classroom, created_at=now)
    student = make_student(classroom=classroom, created_at=now)
    return make_attempt(assignment=assignment, student=student, started_at=now)


def opened(page: Page, attempt: Attempt, number: int) -> Page:
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    return page


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("number", [1, 2], ids=["sentences to choose", "beside the question"])
def test_word_is_explained_by_keyboard_without_a_script(
    attempt: Attempt, open_context: NewContext, number: int, javascript: bool
) -> None:
    page = opened(open_context(attempt.student, width=1280, javascript=javascript).new_page(), attempt, number)
    word = page.locator("button.word[popovertarget=word-agreement]").first
    note = page.locator("#word-agreement")
    expect(note).to_be_hidden()
    word.focus()
    page.keyboard.press("Enter")
    expect(note).to_be_visible()
    expect(note).to_contain_text("a promise between two sides")
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(word).to_be_focused()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_open_word_fits_a_phone(attempt: Attempt, open_context: NewContext, dark: bool) -> None:
    page = opened(open_context(attempt.student, width=360, dark=dark).new_page(), attempt, 1)
    for word in page.locator("button.word").all():
        word.click()
        box = page.locator(".word-note:popover-open").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    assert overflow(page) == 0
    assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_student_switches_the_level_and_keeps_the_answer(
    attempt: Attempt, open_context: NewContext, javascript: bool
) -> None:
    page = opened(open_context(attempt.student, width=1280, javascript=javascript).new_page(), attempt, 1)
    page.locator(".pick label").nth(2).click()
    if javascript:
        page.locator("[role=status]", has_text="Saved").wait_for()
    else:
        page.get_by_role("button", name="Next question").click()
        opened(page, attempt, 1)
    page.get_by_role("button", name="Español").click()
    expect(page.locator(".pick")).to_contain_text("PARS pertenecía al Departamento de Policía")
    expect(page.locator(".pick input:checked")).to_have_count(1)
    assert page.locator(".pick label").nth(2).locator("input").is_checked()
    if javascript:
        assert violations(page) == []
    page.get_by_role("button", name="Easier").click()
    expect(page.locator(".pick")).to_contain_text("City police owned it.")
    assert page.locator(".pick label").nth(2).locator("input").is_checked()
