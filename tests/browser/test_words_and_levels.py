"""In Chromium: words explain themselves by keyboard and without a script, and students switch the level."""

import itertools
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition
from quizzes.models import Assignment, Attempt, Classroom, QuestionSet, Student, User
from tests.browser.conftest import NewContext, assert_sound, go_offline, overflow, violations
from tests.content.drafts.test_levels import EASY
from tests.factories import (
    make_assignment,
    make_attempt,
    make_classroom,
    make_draft,
    make_edition,
    make_student,
    publish_built_in_sets,
)
from tests.integration.twin_documents import twins
from tests.slow_cases import slow_after
from tests.views.test_reading_levels import document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attempt() -> Attempt:
    """An attempt at the main built-in set. Its first question is answered in the reading, the second beside it."""
    publish_built_in_sets()
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


def open_list(page: Page) -> None:
    """Open the list of words by keyboard, where the page has one."""
    for summary in page.locator(".word-list > summary").all():
        summary.focus()
        page.keyboard.press("Enter")


def test_keyboard_gets_past_the_sentences_in_a_few_stops(attempt: Attempt, open_context: NewContext) -> None:
    page = opened(open_context(attempt.student, width=360).new_page(), attempt, 1)
    page.locator("[name=sentence]").last.focus()
    stops = []
    for _ in range(2):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.innerText.trim()"))
    # The list of words is one stop.
    assert stops == ["Words to know", "Next question"]
    page.get_by_role("link", name="Skip the sentences").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText.trim()") == "Next question"
    assert page.locator(".jump").is_hidden()
    page.locator("[data-places] > summary").click()
    expect(page.locator(".jump")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("javascript", [True, False])
def test_word_is_explained_by_keyboard_without_a_script(
    attempt: Attempt, open_context: NewContext, javascript: bool
) -> None:
    page = open_context(attempt.student, width=1280, javascript=javascript).new_page()
    word = page.locator("button.word[popovertarget=word-agreement]").first
    note = page.locator("#word-agreement")
    # Where sentences are chosen, and beside the question.
    for number in (1, 2):
        opened(page, attempt, number)
        expect(note).to_be_hidden()
        open_list(page)
        word.focus()
        page.keyboard.press("Enter")
        expect(note).to_be_visible()
        # A screen reader reads what has the focus.
        expect(note).to_be_focused()
        expect(note).to_have_accessible_name("agreement: a promise between two sides about what each will do acuerdo")
        page.keyboard.press("Escape")
        expect(note).to_be_hidden()
        expect(word).to_be_focused()


def test_words_of_the_list_are_targets_of_24_pixels(attempt: Attempt, open_context: NewContext) -> None:
    page = opened(open_context(attempt.student, width=360).new_page(), attempt, 1)
    open_list(page)
    boxes = [box for word in page.locator(".word-list .word").all() if (box := word.bounding_box())]
    lines = sorted({round(box["y"] + box["height"] / 2) for box in boxes})
    assert len(lines) > 2
    assert min(below - above for above, below in itertools.pairwise(lines)) >= 24


def test_skip_link_leads_to_the_question_on_a_phone_without_scripts(attempt: Attempt, open_context: NewContext) -> None:
    page = opened(open_context(attempt.student, width=360, height=740, javascript=False).new_page(), attempt, 2)
    opened(page, attempt, 1)
    page.goto(reverse("take_attempt", args=[attempt.public_id, 2]))
    page.get_by_role("link", name="Skip to the question").press("Enter")
    expect(page.locator("#question .stem")).to_be_in_viewport()
    # Both views can be read, so that no view has to be chosen.
    expect(page.locator("#reading h2")).to_be_visible()
    expect(page.get_by_role("radio", name="Reading")).to_have_count(0)


def test_level_changes_after_the_answer_is_stored(attempt: Attempt, open_context: NewContext) -> None:
    context = open_context(attempt.student, width=1280, watched=False)
    page = opened(context.new_page(), attempt, 2)
    go_offline(context)
    page.locator(".opt input").first.check()
    page.get_by_role("button", name="Easier").press("Enter")
    expect(page.get_by_text("You need to be online for that.", exact=True)).to_be_visible()
    expect(page.locator(".opt input").first).to_be_checked()
    context.set_offline(False)
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    page.get_by_role("button", name="Easier").press("Enter")
    expect(page.locator("[aria-current=true]")).to_have_text("Easier")
    expect(page.locator(".opt input").first).to_be_checked()


@pytest.mark.parametrize("number", [1, 2], ids=["sentences to choose", "beside the question"])
def test_level_without_a_script_keeps_an_answer_that_is_not_saved_yet(
    attempt: Attempt, open_context: NewContext, number: int
) -> None:
    page = opened(open_context(attempt.student, width=1280, javascript=False).new_page(), attempt, number)
    choice = page.locator(".pick label, .opt").nth(1).locator("input")
    choice.check(force=True)
    page.get_by_role("button", name="Easier").press("Enter")
    expect(page.locator("[aria-current=true]")).to_have_text("Easier")
    expect(choice).to_be_checked()
    assert attempt.answers.count() == 1
    # Enter in a field presses the main button, “Next question”. It changes no level.
    choice.press("Enter")
    expect(page).to_have_url(re.compile(f"/{number + 1}/#question$"))
    expect(page.locator("[aria-current=true]")).to_have_text("Easier")


def test_level_with_a_script_changes_after_a_check_and_never_by_enter(
    attempt: Attempt, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = opened(open_context(attempt.student, width=1280).new_page(), attempt, 2)
    # The question asks for 2. Enter in a field presses the main button, “Check my answer”.
    for choice in page.locator(".opt input").all()[:2]:
        choice.check()
    page.locator(".opt input").first.press("Enter")
    # The verdict takes the focus, also from a button that has it by then.
    expect(page.locator("#question .verdict")).to_be_focused()
    expect(page.locator("[aria-current=true]")).to_have_text("Standard")
    page.get_by_role("button", name="Easier").press("Enter")
    expect(page.locator("[aria-current=true]")).to_have_text("Easier")
    expect(page.locator("#question .verdict")).to_be_visible()


def test_level_changed_on_a_later_question_leads_back_to_it(
    student: Student, teacher: User, open_context: NewContext
) -> None:
    now = timezone.now()
    assignment = make_assignment(
        edition=make_edition(document=document()), classroom=student.classroom, assigned_by=teacher, created_at=now
    )
    attempt = make_attempt(assignment=assignment, student=student, started_at=now)
    page = opened(open_context(student, width=1280).new_page(), attempt, 1)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.isSamePage = true")
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("[data-number-shown]")).to_have_text("2")
    assert page.evaluate("window.isSamePage")
    page.get_by_role("button", name="Easier").press("Enter")
    expect(page.locator("[aria-current=true]")).to_have_text("Easier")
    expect(page.locator("[data-number-shown]")).to_have_text("2")


# How far the middle of a link's number is from the middle of its box, in pixels.
OFF_CENTER = """link => {
  const number = [...link.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
  const range = document.createRange();
  range.selectNodeContents(number);
  const [inner, outer] = [range.getBoundingClientRect(), link.getBoundingClientRect()];
  return Math.hypot(inner.x + inner.width / 2 - outer.x - outer.width / 2,
    inner.y + inner.height / 2 - outer.y - outer.height / 2);
}"""


def test_nothing_covers_the_choice_with_the_focus_and_numbers_stand_in_the_middle(
    attempt: Attempt, open_context: NewContext
) -> None:
    page = opened(open_context(attempt.student, width=360, height=600).new_page(), attempt, 2)
    page.locator("#v-q").check(force=True)
    for choice in page.locator("#question .opt").all():
        choice.locator("input").focus()
        box, bar = choice.bounding_box(), page.locator(".acts").bounding_box()
        assert box is not None
        assert bar is not None
        assert box["y"] + box["height"] <= bar["y"]
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    assert max(link.evaluate(OFF_CENTER) for link in page.locator(".jump a").all()) < 2


# Whether the reader sees the main button at each place to which the page can be scrolled.
UNCOVERED = """
() => [...Array(20).keys()].every((step) => {
  window.scrollTo(0, step * 40);
  const button = document.querySelector("#go-on .btn");
  const { left, right, top, bottom } = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
})
"""


def test_nothing_covers_the_main_button_of_a_question_in_two_steps(attempt: Attempt, open_context: NewContext) -> None:
    edition = make_edition(document=twins(1, ["answer_and_proof"])[0])
    assignment = make_assignment(edition=edition, classroom=attempt.student.classroom, created_at=timezone.now())
    other = make_attempt(assignment=assignment, student=attempt.student, started_at=timezone.now())
    page = opened(open_context(attempt.student, width=360, height=740).new_page(), other, 1)
    # The words of the second step begin where the bar with the button is.
    top = page.locator("#two-steps .ask").evaluate("(legend) => legend.getBoundingClientRect().top")
    page.locator("#two-steps").evaluate("(step, top) => { step.style.paddingTop = `${620 - top}px`; }", top)
    assert page.evaluate(UNCOVERED)


# Whether the open note is above or below its word.
BESIDE = """(word) => {
  const [note, own] = [document.querySelector(":popover-open"), word].map((part) => part.getBoundingClientRect());
  return Math.min(Math.abs(note.top - own.bottom), Math.abs(own.top - note.bottom)) <= 12;
}"""


def test_open_word_fits_a_phone(attempt: Attempt, open_context: NewContext) -> None:
    page = opened(open_context(attempt.student, width=360).new_page(), attempt, 1)
    open_list(page)
    for word in page.locator("button.word").all():
        word.click()
        # The focus may scroll the page, and the note follows its word with the next frame.
        page.wait_for_function(BESIDE, arg=word.element_handle())
        box = page.locator(".word-note:popover-open").bounding_box()
        assert box is not None
        # In the middle, and not at the edge of the screen.
        assert box["x"] == pytest.approx((360 - box["width"]) / 2, abs=1)
        assert box["x"] >= 8
        assert box["y"] + box["height"] <= 900
        # An open note may cover the next word.
        page.keyboard.press("Escape")
    page.locator("button.word").first.click()
    assert_sound(page)
    Attempt.objects.update(supports={"text_size": 200})
    page.reload()
    open_list(page)
    page.locator("button.word").first.click()
    box = page.locator(".word-note:popover-open").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]))
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
    page.get_by_role("form", name="Reading level").get_by_role("button", name="Español").click()
    expect(page.locator(".pick")).to_contain_text("PARS pertenecía al Departamento de Policía")
    expect(page.locator(".pick input:checked")).to_have_count(1)
    assert page.locator(".pick label").nth(2).locator("input").is_checked()
    if javascript:
        assert violations(page) == []
    page.get_by_role("button", name="Easier").click()
    expect(page.locator(".pick")).to_contain_text("City police owned it.")
    assert page.locator(".pick label").nth(2).locator("input").is_checked()


@pytest.mark.parametrize("number", [1, 2], ids=["sentences to choose", "beside the question"])
def test_focus_stays_with_the_levels_on_a_phone(attempt: Attempt, open_context: NewContext, number: int) -> None:
    page = opened(open_context(attempt.student, width=360, height=740).new_page(), attempt, number)
    if number == 2:
        page.locator(".switch").get_by_text("Reading").click()
    levels = page.get_by_role("form", name="Reading level")
    levels.get_by_role("button", name="Easier").press("Enter")
    expect(levels.locator("[aria-current=true]")).to_have_text("Easier")
    expect(levels).to_be_focused()
    expect(page.get_by_text("City police owned it.").last).to_be_visible()
    page.keyboard.press("Tab")
    expect(levels.get_by_role("button", name="Standard")).to_be_focused()


def test_focus_stays_with_the_levels_of_the_result(attempt: Attempt, open_context: NewContext) -> None:
    submit_attempt(attempt, now=timezone.now())
    page = open_context(attempt.student, width=320, height=640).new_page()
    page.goto(reverse("result", args=[attempt.public_id]))
    levels = page.get_by_role("form", name="Reading level")
    levels.get_by_role("button", name="Easier").press("Enter")
    expect(levels.locator("[aria-current=true]")).to_have_text("Easier")
    expect(levels).to_be_focused()
    expect(levels).to_be_in_viewport()
    assert (overflow(page), violations(page)) == (0, [])


def test_change_of_language_leads_back_to_the_question_on_a_phone(attempt: Attempt, open_context: NewContext) -> None:
    document = attempt.assignment.edition.document
    number = next(place for place, table in enumerate(document["questions"], 1) if table["type"] == "single")
    page = opened(open_context(attempt.student, width=360, height=740).new_page(), attempt, number)
    page.locator(".switch").get_by_text("Question").click()
    page.locator("#answers").get_by_role("button", name="Español").press("Enter")
    expect(page.get_by_role("button", name="Siguiente pregunta")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()


def test_a_teacher_adds_a_level_without_a_script_and_changes_it_with_one(
    teacher: User, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    address = reverse("edit_level", args=[draft.question_set.public_id, "easier"])
    page = open_context(teacher, width=1280, javascript=False).new_page()
    page.goto(reverse("edit_reading", args=[draft.question_set.public_id]))
    page.get_by_role("link", name="Add: Easier").click()
    page.get_by_label("Text", exact=True).fill(EASY)
    page.get_by_role("button", name="Match with the standard reading").click()
    expect(page.locator("#level-state")).to_contain_text("4 questions have this reading.")

    page = open_context(teacher).new_page()
    page.goto(address)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, violations(page), overflow(page)) == (width, [], 0)
    # By keyboard, saved when the list loses the focus.
    page.get_by_label("Standard sentence that says the same as sentence 2").or_(
        page.get_by_label("Says the same as, sentence 2")
    ).first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(page.locator("#level-state")).to_contain_text("3 of 4 questions have the standard reading")
    expect(page.locator("#draft-state")).to_contain_text("Saved")
