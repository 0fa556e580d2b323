"""Thirty sheets typed in by the keyboard alone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.attempts.paper.answers import stored_paper_answers
from quizzes.content.editions import latest_edition, published
from quizzes.models import Assignment, Classroom, QuestionSet, Student, User
from tests.attempts.paper.test_answers import type_in
from tests.browser.conftest import NewContext, overflow, violations
from tests.content.question_types.test_walk import DOCUMENT
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_edition,
    make_student,
    publish_built_in_sets,
    right_value,
)
from tests.views.teacher.test_paper_answers import marks


@pytest.fixture
def students(classroom: Classroom) -> list[Student]:
    return [make_student(classroom=classroom, name=name) for name in ("Amara B.", "Ben O.", "Chidi O.")]


@pytest.fixture
def assignment(classroom: Classroom, teacher: User, students: list[Student]) -> Assignment:
    publish_built_in_sets()
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    return make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)


def test_a_class_is_typed_in_by_the_keyboard_alone(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    document = published(assignment.edition_id).document
    values = {question.key: right_value(question) for question in document.questions}
    page = open_context(teacher).new_page()
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    keyboard = page.keyboard

    # From the top of the page to the first cell, as without a mouse.
    for _ in range(40):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('select.cell')"):
            break
    for student, letter in zip(students, "ABA", strict=True):
        if letter == "B":
            # Enter put the cursor into the first answer; the form is one step back.
            keyboard.press("Shift+Tab")
            keyboard.type("B")
            keyboard.press("Tab")
        elif student is students[0]:
            keyboard.press("Tab")
        for text in marks(assignment, letter, values).values():  # type: ignore[arg-type]
            keyboard.type(text)
            if page.evaluate("document.activeElement.name").endswith(f"-q{len(values)}"):
                break
            keyboard.press("Tab")
        keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Save"
    keyboard.press("Enter")

    page.get_by_text("Saved: paper answers of 3 students.").wait_for()
    standing = stored_paper_answers(assignment, students)
    assert [there.letter for there in standing] == ["A", "B", "A"]
    assert [there.values for there in standing] == [values] * 3
    assert {there.attempt.score for there in standing if there.attempt} == {document.max_points}


def test_a_wrong_letter_keeps_what_is_typed_and_takes_the_cursor(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    page.get_by_label("Amara B., question 1", exact=True).fill("3")
    page.get_by_label("Amara B., question 2", exact=True).fill("Z")

    page.get_by_role("button", name="Save").press("Enter")

    page.get_by_text("“Z” isn’t on the handout").wait_for()
    cell = page.get_by_label("Amara B., question 2", exact=True)
    assert cell.input_value() == "Z"
    assert page.get_by_label("Amara B., question 1", exact=True).input_value() == "3"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Amara B., question 2"
    assert cell.get_attribute("aria-invalid") == "true"
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == 0


def test_each_cell_says_what_its_question_takes(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    """The list of hints is closed, and has another order for form B."""
    page = open_context(teacher).new_page()
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    cells = [page.get_by_label(f"Amara B., question {number}", exact=True) for number in range(1, 17)]
    page.get_by_text("How to enter").click()
    guide = dict(re.findall(r"(Form [AB], question \d+): (.+)", page.locator("details[open]").inner_text()))
    page.get_by_text("How to enter").click()
    assert len(guide) == 32

    for letter in "AB":
        page.get_by_label("Form of Amara B.").select_option(letter)
        for number, cell in enumerate(cells, start=1):
            expect(cell).to_have_accessible_description(guide[f"Form {letter}, question {number}"])
        expect(page.get_by_label("Ben O., question 1", exact=True)).to_have_accessible_description(
            guide["Form A, question 1"]
        )
    cells[1].fill("Z")
    page.get_by_role("button", name="Save").press("Enter")
    expect(cells[1]).to_have_accessible_description(
        f"{page.locator('p.err').inner_text().strip()} {guide['Form B, question 2']}"
    )
    assert violations(page) == []


def test_grid_prints_one_page_wide(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    """To fill in by hand. The rules of the handout hide only what is beside a handout."""
    page = open_context(teacher).new_page()
    page.set_viewport_size({"width": 690, "height": 960})
    page.emulate_media(media="print")
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    expect(page.get_by_role("row", name="Amara B.")).to_be_visible()
    assert overflow(page) == 0
    page.goto(reverse("print_assignment", args=[assignment.public_id]))
    expect(page.locator(".leaf").first).to_be_visible()
    expect(page.locator(".page>:not(.leaf)").first).to_be_hidden()


def test_grid_says_on_a_phone_that_no_attempt_is_left(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    make_answered_attempt(assignment=assignment, student=students[0])
    page = open_context(teacher).new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    box = page.get_by_role("link", name=re.compile("^Add an attempt ?: Amara B[.]$")).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360
    hint = page.get_by_text("Scroll sideways for more.")
    expect(hint).to_be_visible()
    page.emulate_media(media="print")
    expect(hint).to_be_hidden()


def test_arrows_go_up_and_down_a_column(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    make_answered_attempt(assignment=assignment, student=students[1], right=1)
    page = open_context(teacher).new_page()
    page.goto(reverse("paper_answers", args=[assignment.public_id]))

    page.get_by_label("Amara B., question 3", exact=True).press("ArrowDown")

    # Ben has no attempt left, so there is nothing to type.
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Chidi O., question 3"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Amara B., question 3"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_sheets_are_typed_one_after_the_other_with_enter(
    javascript: bool, classroom: Classroom, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom, assigned_by=teacher)
    page = open_context(teacher, javascript=javascript).new_page()
    page.goto(reverse("student_paper_answers", args=[assignment.public_id, students[0].public_id]) + "?form=B")
    page.get_by_role("textbox").and_(page.locator("textarea")).fill("It was not renewed.\nThe mayor said so.")
    first = page.locator("input.cell").first
    first.fill("-")
    first.press("Enter")

    page.get_by_role("heading", name="Ben O.").wait_for()
    [written] = assignment.attempts.on_paper().get().answers.filter(question__type="free_text")
    assert written.value == "It was not renewed.\nThe mayor said so."
    assert "form=B" in page.url
    assert page.get_by_text("Saved: Amara B., 0 of").count() == 1
    assert violations(page) == [] if javascript else True
    page.set_viewport_size({"width": 320, "height": 640})
    if javascript:
        assert overflow(page) == 0
    assert assignment.attempts.on_paper().count() == 1


def test_a_sheet_under_the_wrong_name_is_moved_and_one_card_prints_alone(
    assignment: Assignment, students: list[Student], teacher: User, open_context: NewContext
) -> None:
    amara, ben, _ = students
    values = {question.key: right_value(question) for question in published(assignment.edition_id).document.questions}
    type_in(assignment, amara, values, by=teacher)
    for width, dark in ((1280, False), (360, True)):
        page = open_context(teacher, width=width, dark=dark).new_page()
        page.goto(reverse("student_paper_answers", args=[assignment.public_id, amara.public_id]))
        page.get_by_text("Delete these answers").click()
        assert (violations(page), overflow(page)) == ([], 0)
        page.goto(reverse("regrade_question", args=[assignment.public_id, 3]))
        assert (violations(page), overflow(page)) == ([], 0)
        page.goto(reverse("sign_in_cards", args=[assignment.classroom.public_id]))
        page.get_by_role("link", name=f"Print only this card of {ben.display_name}").click()
        expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()
        expect(page.locator(".idcard")).to_have_count(1)
        assert (violations(page), overflow(page)) == ([], 0)
    page.goto(reverse("student_paper_answers", args=[assignment.public_id, amara.public_id]))
    page.get_by_label("They belong to").select_option(ben.display_name)
    page.get_by_role("button", name="Move to this student").click()
    expect(page.get_by_role("heading", name=ben.display_name, exact=True)).to_be_visible()
    assert assignment.attempts.get().student == ben
