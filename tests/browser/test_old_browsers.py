"""Pages without what Safari 15 lacks: the newest browser of an iPhone 7, which has CSS layers and modules."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Route, expect

from quizzes.assignments.board import show_on_board
from quizzes.content.drafts.saving_questions import save_question
from quizzes.models import Answer, Assignment, Attempt, Board, Classroom, Edition, ManualGrade, Student, User
from tests.browser.conftest import NewContext
from tests.browser.test_editor import open_editor
from tests.browser.test_outbox import choose, is_save, on_save, open_question
from tests.browser.test_supports import SOON, VOICE
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt, make_draft, make_edition
from tests.views.teacher.test_grading_queue import typed_document

# A selector that is not known is an error. The voices of such a Safari send no events.
SAFARI_15 = """
delete AbortSignal.timeout;
delete HTMLFormElement.prototype.requestSubmit;
delete HTMLElement.prototype.popover;
const querySelector = Document.prototype.querySelector;
Document.prototype.querySelector = function (selector) {
  if (selector.includes(":popover-open")) throw new SyntaxError(selector);
  return querySelector.call(this, selector);
};
if (window.speechSynthesis) window.speechSynthesis.addEventListener = undefined;
"""


# As Firefox has it before 121, such as Firefox 115, the last one for Windows 7.
NO_HAS = """
const querySelectorAll = Element.prototype.querySelectorAll;
Element.prototype.querySelectorAll = function (selector) {
  if (selector.includes(":has(")) throw new SyntaxError(selector);
  return querySelectorAll.call(this, selector);
};
"""


@pytest.fixture
def assignment(classroom: Classroom, teacher: User) -> Assignment:
    return make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher, created_at=timezone.now())


@pytest.fixture
def context(student: Student, open_context: NewContext) -> BrowserContext:
    context = open_context(student, width=360, height=740)
    context.add_init_script(VOICE.replace("LOCAL", "true"))
    context.add_init_script(SAFARI_15)
    return context


def start(assignment: Assignment, student: Student) -> Attempt:
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def test_phone_follows_the_teacher(
    assignment: Assignment, student: Student, teacher: User, context: BrowserContext
) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    page = context.new_page()
    page.goto(reverse("take_attempt", args=[start(assignment, student).public_id, 1]))
    expect(page.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    assignment.refresh_from_db()
    show_on_board(assignment, number=1, phase=Board.Phase.QUESTION, by=teacher, now=timezone.now())
    expect(page.get_by_label("Birthplace")).to_be_visible()


def test_phone_follows_the_teacher_after_a_request_without_a_reply(
    assignment: Assignment, student: Student, teacher: User, context: BrowserContext
) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    context.add_init_script(SOON)
    page = context.new_page()
    held: list[Route] = []
    page.route("**/current/", lambda route: route.continue_() if held else held.append(route))
    with page.expect_event("requestfailed"):
        page.goto(reverse("take_attempt", args=[start(assignment, student).public_id, 1]))
    show_on_board(assignment, number=1, phase=Board.Phase.QUESTION, by=teacher, now=timezone.now())
    expect(page.get_by_label("Birthplace")).to_be_visible()


def test_waiting_home_shows_the_quiz(assignment: Assignment, context: BrowserContext) -> None:
    Assignment.objects.update(opens_at=timezone.now() + timedelta(hours=1))
    page = context.new_page()
    page.goto(reverse("student_home"))
    expect(page.get_by_text("You’re all caught up")).to_be_visible()
    Assignment.objects.update(opens_at=timezone.now())
    expect(page.get_by_role("button", name="Start")).to_be_visible()


def test_button_pressed_during_a_save_acts_after_it(
    assignment: Assignment, student: Student, context: BrowserContext
) -> None:
    page = open_question(context, start(assignment, student))
    page.locator(".switch label", has_text="Question").click()
    held: list[Route] = []
    on_save(page, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(is_save):
        choose(page, 1)
    page.locator("form.q").get_by_role("button", name="Español").click()
    held[0].continue_()
    expect(page.get_by_role("button", name="Siguiente pregunta")).to_be_visible()
    assert Answer.objects.count() == 1


def test_time_that_is_up_turns_in(assignment: Assignment, student: Student, context: BrowserContext) -> None:
    attempt = start(assignment, student)
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=2))
    page = open_question(context, attempt)
    page.wait_for_url("**/receipt/")
    assert Attempt.objects.open().count() == 0


def test_voice_reads_and_escape_stops_it(assignment: Assignment, student: Student, context: BrowserContext) -> None:
    attempt = start(assignment, student)
    Attempt.objects.update(supports={"read_aloud": True})
    page = open_question(context, attempt)
    page.get_by_role("button", name="Hear the question").click()
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Hear the question")).to_be_focused()


def test_key_grades_an_answer(classroom: Classroom, student: Student, teacher: User, open_context: NewContext) -> None:
    edition = make_edition(document=typed_document())
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=timezone.now())
    make_answered_attempt(assignment=given, student=student, answers={"who": "A rule."}, started_at=given.created_at)
    context = open_context(teacher)
    context.add_init_script(SAFARI_15)
    page = context.new_page()
    page.goto(reverse("grading_queue", args=[given.public_id]))
    page.keyboard.press("2")
    expect(page.locator("main")).to_contain_text("All done")
    assert ManualGrade.objects.get().points == 2


def test_publish_waits_for_a_save(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    save_question(draft, "one", {"stem": ""}, seen=1, by=teacher, now=NOW)
    context = open_context(teacher)
    context.add_init_script(SAFARI_15)
    page = context.new_page()
    open_editor(page, draft)
    held: list[Route] = []
    page.route("**/questions/one/", lambda route: route.continue_() if held else held.append(route))
    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    with page.expect_request("**/questions/one/"):
        page.get_by_label("Points").focus()
    page.get_by_role("button", name="Publish").click()
    held[0].continue_()
    expect(page.locator("main")).to_contain_text("Version 1 is published.")
    assert Edition.objects.get().document["questions"][0]["stem"] == "What is kept?"


def test_choice_is_crossed_out_without_has(assignment: Assignment, student: Student, open_context: NewContext) -> None:
    attempt = start(assignment, student)
    Attempt.objects.update(supports={"cross_out": True})
    context = open_context(student)
    context.add_init_script(NO_HAS)
    page = open_question(context, attempt)
    page.locator(".cross").first.click()
    expect(page.locator("[data-crossed]")).to_have_count(1)
    assert page.locator(".cross").count() == page.locator("label.opt").count()


def test_menu_of_the_live_page_opens_without_popovers(
    assignment: Assignment, student: Student, teacher: User, open_context: NewContext
) -> None:
    start(assignment, student)
    context = open_context(teacher, width=360, height=740)
    context.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelectorAll('[popover]').forEach("
        "sheet => sheet.removeAttribute('popover')))"
    )
    page = context.new_page()

    def without_popovers(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(":popover-open", ":not-known"))

    page.route("**/board*.css", without_popovers)
    page.goto(reverse("assignment_progress", args=[assignment.public_id]))
    extend = page.get_by_role("row").get_by_role("link", name="Extend or excuse")
    expect(page.get_by_role("link", name=student.display_name).first).to_be_visible()
    expect(extend).to_be_hidden()
    page.get_by_role("button", name="More").focus()
    expect(extend).to_be_in_viewport()
    assert page.get_by_role("button", name="Close", exact=True).count() == 0
    extend.click()
    page.wait_for_url("**/students/**")
