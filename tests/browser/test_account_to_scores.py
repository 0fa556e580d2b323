"""A teacher from the first link to the scores: with JavaScript, without, and by keyboard."""

import csv
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.models import Answer, Assignment, Attempt, Classroom, Student, User
from quizzes.people import accounts
from tests.browser.conftest import NewContext, overflow, violations
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_student,
    make_user,
    publish_built_in_sets,
)
from tests.slow_cases import slow_after

CODE = re.compile(r"[2-9A-Z]{3}-[2-9A-Z]{3}")


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_teacher_goes_from_the_first_link_to_the_scores(
    javascript: bool, db: None, live_server: object, open_context: NewContext
) -> None:
    publish_built_in_sets()
    link = accounts.first_teacher_link("", timezone.now())
    assert link is not None
    context = open_context(javascript=javascript)
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Your name", exact=True).fill("Ms. Rivera")
    page.get_by_label("Email").fill("rivera@school.test")
    page.get_by_label("Password").fill("seven green bicycles")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Class name").fill("Period 3")
    page.get_by_role("button", name="Create class").click()
    page.goto(reverse("add_students", args=[Classroom.objects.get().public_id]))
    page.get_by_role("textbox", name="Names").fill("Ana S.\nBen O.\nCy T.\nDee R.\nEli V.")
    page.get_by_role("button", name="Check names").click()
    if javascript:
        assert violations(page) == []
    page.get_by_role("button", name="Add 5 students").click()
    assert Student.objects.count() == 5
    page.goto(reverse("sign_in_cards", args=[Classroom.objects.get().public_id]))
    assert page.locator(".idcard").count() == 5
    code = CODE.search(page.locator(".idcard").first.inner_text())
    pins = {
        card.locator("h3").inner_text(): re.search(r"PIN\s+(\d{4})", card.inner_text())
        for card in page.locator(".idcard").all()
    }
    page.goto(reverse("question_sets"))
    page.get_by_role("link", name="The PARS agreement").first.click()
    page.get_by_role("link", name="Assign").first.click()
    expect(page.get_by_role("checkbox", name="Period 3 5 students")).to_be_checked()
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    page.wait_for_url("**/teacher/assignments/**")
    assert code is not None
    for name in ("Ana S.", "Ben O."):
        pin = pins[name]
        assert pin is not None
        student_answers(open_context(width=360, javascript=javascript).new_page(), code[0], name, pin[1])
    page.reload()
    expect(page.locator("main")).to_contain_text("2 of 5 turned in")
    page.goto(reverse("classroom_gradebook", args=[Classroom.objects.get().public_id]))
    scores = {attempt.student.display_name: attempt.score for attempt in Attempt.objects.select_related("student")}
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = {row["Student"]: row["The PARS agreement"] for row in csv.DictReader(file)}
    assert {name: float(rows[name]) for name in scores} == {name: float(score or 0) for name, score in scores.items()}


def test_teacher_goes_from_sign_in_to_one_attempt_without_script(db: None, open_context: NewContext) -> None:
    now = timezone.now()
    teacher = make_user(email="rivera@school.test", password="seven green bicycles")
    classroom = make_classroom(teacher=teacher, name="Period 3", created_at=now)
    ana, _ = (make_student(classroom=classroom, name=name, created_at=now) for name in ("Ana S.", "Ben O."))
    publish_built_in_sets()
    page = open_context(javascript=False).new_page()
    page.goto(reverse("teacher_home"))
    page.get_by_label("Email").fill(teacher.email)
    page.get_by_label("Password").fill("seven green bicycles")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Assign a quiz").first.click()
    page.get_by_role("radio", name=re.compile("^The PARS agreement")).check()
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("main")).to_contain_text("0 of 2 turned in")
    assignment = Assignment.objects.get()
    attempt = make_answered_attempt(assignment=assignment, student=ana, started_at=timezone.now())
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("main")).to_contain_text("1 of 2 turned in")
    page.get_by_role("link", name="Period 3", exact=True).first.click()
    page.get_by_role("link", name="Average").click()
    assert attempt.score is not None
    shown = f"{float(attempt.score):g}"
    expect(page.get_by_role("row", name=re.compile("Ana S.")).get_by_role("cell").last).to_have_text(shown)
    page.get_by_role("link", name="The PARS agreement").first.click()
    page.get_by_role("link", name=f"{shown} of {attempt.max_score}", exact=True).click()
    page.wait_for_url(f"**{reverse('attempt_review', args=[attempt.public_id])}")
    expect(page.locator("main")).to_contain_text("Ana S.")
    expect(page.locator("main")).to_contain_text(f"{shown} of {attempt.max_score}")


def test_teacher_writes_and_publishes_a_set_without_script(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("question_sets"))
    page.get_by_role("link", name="Create question set").click()
    page.get_by_label("Question set title").fill("The night bus stays")
    page.get_by_label("Story title").fill("Larch Falls keeps its night bus")
    page.get_by_label("Publisher").fill("The Larch Falls Ledger")
    page.get_by_label("Published on").fill("2026-10-20")
    page.get_by_label(re.compile("Link and short quotes only")).check()
    page.get_by_role("button", name="Create question set").click()
    page.get_by_label("Text", exact=True).fill("The council kept the night bus for one more year.")
    page.get_by_role("button", name="Split into sentences").click()
    expect(page.get_by_role("textbox", name="Sentence 1", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Level (optional)", exact=True).fill("Grade 7")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("link", name="Next: Objectives").click()
    page.get_by_label("Objective 1", exact=True).fill("What was decided")
    page.get_by_label("Questions needed, objective 1").fill("1")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("link", name="Next: Questions").click()
    page.get_by_label("Type", exact=True).select_option("Multiple choice")
    page.get_by_role("button", name="Add question").click()
    page.get_by_label(re.compile("^Question 1")).fill("How long will the night bus go on?")
    page.locator(".pick label").first.click()
    page.get_by_label("Answer 1", exact=True).fill("One more year")
    page.get_by_label(re.compile("^Answer 1 is")).check()
    for number, choice in ((2, "Two more years"), (3, "Until March")):
        page.get_by_label(f"Answer {number}", exact=True).fill(choice)
        page.get_by_label(f"Feedback for answer {number}").fill("It is as long as other trials.")
    page.get_by_label("Explanation").fill("The council kept the bus for one more year.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#question-problems")).to_contain_text("Ready to publish")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.locator("main")).to_contain_text("Version 1 is published.")


def student_answers(page: Page, code: str, name: str, pin: str) -> None:
    page.goto(reverse("join"))
    page.get_by_label("Class code").fill(code)
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name=name).click()
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=re.compile("Start")).click()
    page.wait_for_url("**/1/")
    # Question 1 is answered in the reading, question 2 with choices.
    page.goto(page.url.replace("/1/", "/2/"))
    if page.locator(".switch").is_visible():
        page.locator(".switch label", has_text="Question").click()
    page.locator("label.opt").first.click()
    page.get_by_role("button", name=re.compile("Next question")).click()
    # Without scripts, to the question below the reading.
    page.wait_for_url(re.compile("/3/(#question)?$"))
    page.goto(re.sub("/3/.*", "/review/", page.url))
    page.get_by_role("button", name=re.compile("Turn in")).click()
    page.wait_for_url("**/receipt/")
    assert overflow(page) == 0


def test_teacher_makes_a_class_by_keyboard_alone(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(reverse("teacher_home"))
    press_tab_to(page, re.compile("Create"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/classrooms/new/")
    if page.evaluate("document.activeElement.name || ''") != "name":
        press_tab_to_field(page, "name")
    page.keyboard.type("Advisory")
    press_tab_to(page, re.compile("Create class"))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/new/" not in url)
    classroom = Classroom.objects.get()
    assert classroom.name == "Advisory"
    page.goto(reverse("add_students", args=[classroom.public_id]))
    press_tab_to_field(page, "names")
    page.keyboard.type("Ana S.\nBen O.")
    press_tab_to(page, re.compile("Check names"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add 2 students")).to_be_visible()
    press_tab_to(page, re.compile("Add 2 students"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/roster/")
    assert [student.display_name for student in Student.objects.all()] == ["Ben O.", "Ana S."]


def test_progress_board_refreshes_itself_and_keeps_the_focus(teacher: User, open_context: NewContext) -> None:
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    first, second = (make_student(classroom=classroom, name=name, created_at=now) for name in ("Ana S.", "Ben O."))
    assignment = make_assignment(classroom=classroom, assigned_by=teacher, created_at=now)
    make_answered_attempt(assignment=assignment, student=first, started_at=now)
    page = open_context(teacher).new_page()
    page.goto(reverse("assignment_progress", args=[assignment.public_id]))
    expect(page.locator("main")).to_contain_text("1 of 2 turned in")
    link = page.get_by_role("link", name="Ana S.", exact=True)
    link.focus()
    make_answered_attempt(assignment=assignment, student=second, started_at=now)
    expect(page.locator("main")).to_contain_text("2 of 2 turned in")
    expect(page.get_by_role("link", name="Ana S.", exact=True)).to_be_focused()
    assert Answer.objects.count() == 8


def press_tab_to(page: Page, text: re.Pattern[str]) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if text.search(page.evaluate("document.activeElement.innerText || ''")):
            return
    raise AssertionError(f"no way to {text.pattern} by Tab")


def press_tab_to_field(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == name:
            return
    raise AssertionError(f"no way to the field {name} by Tab")


LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 3


def test_long_name_leaves_room_for_what_happens(classroom: Classroom, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(reverse("add_students", args=[classroom.public_id]))
        page.locator("[name=names]").fill(f"Ana Sofia Siqueiros\n{LONG_NAME[:90]}\nBen O.")
        page.get_by_role("button", name="Check names").click()
        expect(page.locator(".tbl tbody th")).to_have_count(3)
        frame = page.locator(".scroll")
        assert frame.evaluate("e => e.scrollWidth - e.clientWidth") == 0
        # Other names stay whole: no word of theirs is broken.
        assert page.locator(".tbl tbody th").first.evaluate("e => e.clientWidth") >= 100
        assert overflow(page) == 0
