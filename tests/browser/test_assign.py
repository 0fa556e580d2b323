"""Assigning in a real browser: in one step, with and without script, at every width."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from quizzes.models import Assignment, Classroom, Edition, User
from tests.browser.conftest import NewContext, overflow, violations
from tests.browser.test_unsent import PASSWORD, end_sessions, sign_in_again
from tests.factories import (
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
)

WIDTHS = (320, 360, 600, 720, 768, 1024, 1280)


@pytest.fixture
def classes(teacher: User) -> list[Classroom]:
    """Three classes with students."""
    now = timezone.now()
    made = [make_classroom(teacher=teacher, name=f"Civics, Period {number}", created_at=now) for number in (1, 3, 5)]
    for classroom in made:
        for name in ("Ana", "Ben"):
            make_student(classroom=classroom, name=name, created_at=now)
    return made


def address_of(edition: Edition) -> str:
    return reverse("assign", args=[edition.question_set.public_id])


@pytest.mark.parametrize("width", [360, 1280])
def test_missing_question_set_is_said_in_view(
    width: int, classes: list[Classroom], teacher: User, open_context: NewContext
) -> None:
    for number in range(12):
        make_edition(document=make_document(title=f"Set {number}"))
    page = open_context(teacher, width=width, height=640).new_page()
    page.goto(reverse("assign_quiz"))
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Choose a question set.")).to_be_in_viewport()
    expect(page.get_by_role("radio").first).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_preset_assigns_in_one_step(
    javascript: bool, classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, javascript=javascript).new_page()
    page.goto(reverse("assign_quiz"))
    page.get_by_role("radio", name=re.compile("^Small set")).check()
    page.get_by_role("checkbox", name=re.compile("Period 3")).check()
    page.get_by_role("checkbox", name=re.compile("Period 5")).check()
    # A class and a set are chosen: with JavaScript they have a summary.
    expect(page.get_by_text("Summary", exact=True)).to_be_visible(visible=javascript)
    page.get_by_role("radio", name=re.compile(r"^Homework, due .*8:00\sam")).check()
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**/teacher/assignments/**")
    expect(page.locator("main")).to_contain_text("Assigned to 2 classes: “Small set”.")
    assert set(Assignment.objects.values_list("classroom__name", "time_limit", "max_attempts")) == {
        ("Civics, Period 3", None, 1),
        ("Civics, Period 5", None, 1),
    }
    page.get_by_role("link", name="Sign-in cards: Civics, Period 5").click()
    expect(page.get_by_role("heading", name="Sign-in cards", level=1)).to_be_visible()


def test_summary_and_settings_follow_the_preset(
    classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(address_of(edition))
    summary, label = page.get_by_role("status"), page.get_by_text("Summary", exact=True)
    expect(label).to_be_hidden()
    page.get_by_role("checkbox", name=re.compile("Period 3")).check()
    expect(label).to_be_visible()
    expect(summary).to_contain_text(
        "Civics, Period 3 (2 students) can start when you press Start; no closing time. 1 attempt."
    )
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    expect(summary).to_contain_text("No time limit.")
    page.get_by_text("More settings").click()
    expect(page.get_by_label("Due", exact=True)).to_have_value(re.compile("T08:00"))
    page.get_by_label("Time limit in minutes").fill("25")
    page.get_by_label("Attempts").select_option("2")
    expect(summary).to_contain_text("2 attempts. The best counts. Time limit: 25 minutes.")
    page.get_by_role("radio", name=re.compile("^Test")).check()
    # What the teacher changed stays, the rest follows.
    expect(page.get_by_label("Closes", exact=True)).to_have_value(re.compile("T16:00"))
    expect(page.get_by_label("Due", exact=True)).to_have_value("")
    expect(page.get_by_label("Time limit in minutes")).to_have_value("25")
    assert page.get_by_role("radio", name=re.compile("^Test")).evaluate("input => input === document.activeElement")
    # So does a change before the reply to the preset.
    held: list[Route] = []
    page.route("**/assign/", lambda route: route.continue_() if held else held.append(route))
    closes = f"{timezone.localdate() + timedelta(days=9)}T09:30"
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    page.get_by_label("Closes", exact=True).fill(closes)
    held[0].continue_()
    expect(page.get_by_label("Due", exact=True)).to_have_value(re.compile("T08:00"))
    expect(page.get_by_label("Closes", exact=True)).to_have_value(closes)
    page.get_by_role("radio", name=re.compile("^Test")).check()
    expect(page.get_by_label("Due", exact=True)).to_have_value("")
    # The session ends, and the settings are there after the sign-in.
    teacher.set_password(PASSWORD)
    teacher.save()
    end_sessions()
    page.get_by_role("button", name="Assign").click()
    sign_in_again(page, teacher.email)
    expect(page.get_by_label("Time limit in minutes")).to_have_value("25")
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**/teacher/assignments/**")
    assignment = Assignment.objects.get()
    assert (assignment.max_attempts, assignment.release) == (2, "after_close")


@pytest.mark.parametrize("chooses", [True, False], ids=["chooses", "leaves"])
def test_settings_of_a_preset_wait_for_a_list_that_is_open(
    chooses: bool, classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(address_of(edition))
    page.get_by_role("checkbox", name=re.compile("Period 3")).check()
    page.get_by_text("More settings").click()
    held: list[Route] = []
    page.route("**/assign/", lambda route: route.continue_() if held else held.append(route))
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    while not held:
        page.wait_for_timeout(10)
    attempts, due = page.get_by_label("Attempts"), page.get_by_label("Due", exact=True)
    attempts.click()
    assert attempts.evaluate("list => list.matches(':open')")
    held[0].continue_()
    expect(page.get_by_role("status")).to_contain_text("due")
    assert attempts.evaluate("list => list.matches(':open')")
    expect(due).to_have_value("")
    if chooses:
        attempts.select_option("2")
    else:
        page.get_by_label("Time limit in minutes").focus()
    expect(due).to_have_value(re.compile("T08:00"))
    expect(attempts).to_have_value("2" if chooses else "1")
    expect(attempts if chooses else page.get_by_label("Time limit in minutes")).to_be_focused()


def test_summary_waits_for_the_end_of_a_press(
    classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(address_of(edition))
    page.get_by_role("checkbox", name=re.compile("Period 3")).check()
    page.get_by_text("More settings").click()
    page.get_by_label("Time limit in minutes").fill("25")
    choice = page.get_by_role("checkbox", name=re.compile("Period 5"))
    choice.hover()
    with page.expect_response("**/assign/**"):
        page.mouse.down()
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    assert "25 minutes" not in page.get_by_role("status").inner_text()
    page.mouse.up()
    expect(choice).to_be_checked()
    expect(page.get_by_role("status")).to_contain_text("Time limit: 25 minutes.")


def test_keyboard_assigns(classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(address_of(edition))
    page.get_by_role("checkbox", name=re.compile("Period 1")).focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("No time limit.")
    page.keyboard.press("Tab")
    expect(page.locator("summary", has_text="More settings")).to_be_focused()
    # The button is below the settings, so that who has opened them finds it at their end.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/teacher/assignments/**")
    assert Assignment.objects.get().time_limit is None


def is_sound(page: Page) -> None:
    assert violations(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0, width


@pytest.mark.slow
def test_pages_are_accessible_and_fit(
    classes: list[Classroom], edition: Edition, teacher: User, open_context: NewContext
) -> None:
    given = make_assignment(edition=edition, classroom=classes[0], assigned_by=teacher, created_at=timezone.now())
    make_attempt(assignment=given, student=classes[0].students.all()[0], started_at=timezone.now())
    make_edition(question_set=edition.question_set, document=make_document(title="Small set, corrected"))
    page = open_context(teacher).new_page()
    for name in ("assign_again", "add_classes", "change_assignment"):
        page.goto(reverse(name, args=[given.public_id]))
        is_sound(page)
    expect(page.get_by_role("button", name="Give version 2 to 1 student who hasn’t started")).to_be_visible()
    page.goto(reverse("assign_quiz"))
    page.get_by_text("More settings").click()
    page.get_by_text("Other times for some classes").click()
    is_sound(page)
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".err")).to_have_count(2)
    is_sound(page)
    page.goto(address_of(edition))
    page.get_by_role("checkbox", name=re.compile("Period 1")).check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("heading", name="Ready to assign?")).to_be_visible()
    is_sound(page)
