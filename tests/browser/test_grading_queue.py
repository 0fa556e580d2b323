"""The grading queue by keys, by pointer, and without a script."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.models import Assignment, Attempt, ManualGrade, Regrade, User
from tests.browser.conftest import NewContext, overflow, press_at, violations
from tests.factories import make_answered_attempt, make_assignment, make_classroom, make_edition, make_student
from tests.slow_cases import slow_after
from tests.views.teacher.test_grading_queue import typed_document

EIGHT = {
    "Ana R.": ("The rules say so.", 3),
    "Ben O.": ("It ran out of time.", 1),
    "Cy T.": ("No idea.", 0),
    "Dee P.": ("Because of the two rules in the law.", 3),
    "Eve S.": ("The mayor ended it.", 0),
    "Fay U.": ("A rule and a date.", 2),
    "Gus V.": ("They disagreed.", 1),
    "Hal W.": ("Both sides have to agree to go on.", 3),
}


@pytest.fixture
def assignment(teacher: User) -> Assignment:
    """A quiz with question 1 a short answer and question 3 a written answer of 3 points."""
    return make_assignment(
        edition=make_edition(document=typed_document()),
        classroom=make_classroom(teacher=teacher, name="Period 3"),
        assigned_by=teacher,
        created_at=timezone.now(),
    )


def give(assignment: Assignment, name: str, **answers: str) -> Attempt:
    student = make_student(classroom=assignment.classroom, name=name)
    return make_answered_attempt(
        assignment=assignment, student=student, answers=answers, started_at=assignment.created_at
    )


def open_queue(page: Page, assignment: Assignment) -> None:
    page.goto(reverse("grading_queue", args=[assignment.public_id]))


def points_of(name: str) -> list[Decimal]:
    grades = ManualGrade.objects.in_force().filter(attempt__student__display_name=name)
    return list(grades.values_list("points", flat=True))


def test_eight_written_answers_take_at_most_twelve_keys(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    for name, (words, _) in EIGHT.items():
        give(assignment, name, who=words)
    page = open_context(teacher).new_page()
    open_queue(page, assignment)
    keys = 0
    for left in range(8, 0, -1):
        expect(page.locator(".gq-count")).to_contain_text(f"1 of {left}")
        name = page.locator("#g-a").inner_text().strip()
        assert page.locator(".words").inner_text() == EIGHT[name][0]
        page.keyboard.press(str(EIGHT[name][1]))
        keys += 1
    expect(page.locator("main")).to_contain_text("All done")
    assert {name: points_of(name) for name in EIGHT} == {name: [points] for name, (_, points) in EIGHT.items()}
    assert keys <= 12


def test_keys_move_comment_repeat_and_undo(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    give(assignment, "Ana R.", who="A rule.")
    give(assignment, "Ben O.", who="B rule.")
    give(assignment, "Cy T.", who="C rule.")
    page = open_context(teacher).new_page()
    open_queue(page, assignment)
    words = page.locator(".words")
    for key, expected in (("j", "B"), ("ArrowRight", "C"), ("k", "B"), ("ArrowLeft", "A")):
        page.keyboard.press(key)
        expect(words).to_have_text(f"{expected} rule.")
    # Keys in the comment are words.
    page.keyboard.press("c")
    page.keyboard.type("Names 2 rules, just")
    assert page.get_by_label("Comment").input_value() == "Names 2 rules, just"
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("main")).to_contain_text("Saved. Ana R. gets 1 point.")
    expect(page.get_by_role("group", name="Saved. Ana R. gets 1 point. Undo")).to_be_focused()
    expect(words).to_have_text("B rule.")
    page.keyboard.press("s")
    assert page.get_by_label("Comment").input_value() == "Names 2 rules, just"
    page.keyboard.press("2")
    expect(page.locator("main")).to_contain_text("Saved. Ben O. gets 2 points.")
    assert ManualGrade.objects.filter(comment="Names 2 rules, just").count() == 2
    page.keyboard.press("u")
    expect(page.locator("main")).to_contain_text("Undone.")
    expect(words).to_have_text("B rule.")
    assert (points_of("Ana R."), points_of("Ben O.")) == ([1], [])
    # Of typed and chosen points, the newer ones count.
    other = page.get_by_label("Other points")
    page.keyboard.press(".")
    page.keyboard.type("0.5")
    page.locator("label.speaker").nth(2).click()
    expect(other).to_have_value("")
    page.keyboard.press(".")
    page.keyboard.type("1.5")
    expect(page.locator("[name=points]:checked")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Saved. Ben O. gets 1.5 points.")


def test_group_is_graded_with_one_key_without_the_answer_that_was_left_out(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    for name, words in (
        ("Ana R.", "The agreement was unfair."),
        ("Ben O.", "the agreemnt was unfair"),
        ("Cy T.", "Agreement was unfair!"),
        ("Dee P.", "The agreement was not unfair."),
    ):
        give(assignment, name, who=words)
    page = open_context(teacher).new_page()
    open_queue(page, assignment)
    expect(page.locator("#g-a")).to_have_text("3 similar answers")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    page.get_by_role("checkbox", name="Ben O.").focus()
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(page.locator("main")).to_contain_text("Saved. 2 students get 3 points.")
    expect(page.locator(".words")).to_have_text("the agreemnt was unfair")
    assert [points_of(name) for name in ("Ana R.", "Ben O.", "Cy T.", "Dee P.")] == [[3], [], [3], []]
    page.keyboard.press("u")
    expect(page.locator("#g-a")).to_have_text("3 similar answers")
    page.keyboard.press("2")
    expect(page.locator("main")).to_contain_text("Saved. 3 students get 2 points.")
    expect(page.locator(".words")).to_have_text("The agreement was not unfair.")
    assert [points_of(name) for name in ("Ana R.", "Ben O.", "Cy T.", "Dee P.")] == [[2], [2], [2], []]


def test_keys_work_and_turn_off_in_a_browser_that_refuses_storage(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    give(assignment, "Ana R.", who="A rule.")
    give(assignment, "Ben O.", who="B rule.")
    context = open_context(teacher)
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    page = context.new_page()
    open_queue(page, assignment)
    page.keyboard.press("j")
    expect(page.locator(".words")).to_have_text("B rule.")
    page.get_by_role("button", name="Turn shortcuts off").click()
    expect(page.get_by_role("button", name="Turn shortcuts on")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(".words")).to_have_text("B rule.")


def test_keys_work_again_after_a_grade_that_was_stopped(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    give(assignment, "Ana R.", who="A rule.")
    page = open_context(teacher, watched=False).new_page()
    page.clock.install()
    open_queue(page, assignment)
    page.route("**/settle/", lambda route: None)
    # What the browser's Stop button does.
    page.evaluate("() => { setTimeout(() => window.stop(), 500); }")
    with page.expect_request("**/settle/"):
        page.keyboard.press("2")
    page.wait_for_timeout(1000)
    page.unroute_all()
    page.clock.run_for(10_000)
    page.keyboard.press("2")
    expect(page.locator("main")).to_contain_text("Saved. Ana R. gets 2 points.")


def test_grade_without_points_leads_to_its_error(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    give(assignment, "Ana R.", who="The rules say so.")
    page = open_context(teacher, width=360, height=640).new_page()
    open_queue(page, assignment)
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("radio", name="No credit")).to_be_focused()
    expect(page.locator("#id_points-e")).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False])
def test_typed_points_with_an_error_are_typed_again_where_they_were(
    javascript: bool, assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    give(assignment, "Ana R.", who="The rules say so.")
    page = open_context(teacher, width=360, height=640, javascript=javascript).new_page()
    open_queue(page, assignment)
    typed = page.get_by_label("Other points, such as 0.5")
    typed.fill("99")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#id_other-e")).to_be_in_viewport()
    expect(typed).to_be_focused()
    expect(typed).to_have_attribute("aria-invalid", "true")
    # A digit goes into the field. On the numbers to choose, it would save a grade.
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Saved. Ana R. gets 1.5 points.")


def test_grade_for_no_answer_of_a_group_leads_to_its_error(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    for name in ("Ana R.", "Ben O."):
        give(assignment, name, who="The rules say so.")
    page = open_context(teacher, width=360, height=640).new_page()
    open_queue(page, assignment)
    boxes = page.locator("[name=attempts]")
    for box in boxes.all():
        box.uncheck()
    page.locator("label", has=page.get_by_role("radio", name="Full credit")).click()
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#alike-e")).to_be_in_viewport()
    expect(boxes.first).to_be_focused()


def test_shortcuts_can_be_turned_off(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    give(assignment, "Ana R.", who="A rule.")
    give(assignment, "Ben O.", who="B rule.")
    page = open_context(teacher).new_page()
    open_queue(page, assignment)
    page.get_by_role("button", name="Turn shortcuts off").click()
    page.reload()
    page.get_by_role("button", name="Turn shortcuts on").focus()
    page.keyboard.press("2")
    page.keyboard.press("j")
    expect(page.locator(".words")).to_have_text("A rule.")
    assert ManualGrade.objects.count() == 0
    page.get_by_role("button", name="Turn shortcuts on").click()
    page.keyboard.press("j")
    expect(page.locator(".words")).to_have_text("B rule.")


def test_close_answers_are_accepted_or_not_by_key(
    assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    give(assignment, "Ana R.", one="Friday, August 31")
    give(assignment, "Ben O.", one="friday august 31")
    give(assignment, "Cy T.", one="August 31, 2018")
    page = open_context(teacher).new_page()
    open_queue(page, assignment)
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("“friday august 31” is accepted too.")
    page.keyboard.press("w")
    expect(page.locator("main")).to_contain_text("All done")
    assert (Regrade.objects.count(), points_of("Cy T.")) == (1, [0])


@pytest.mark.slow
def test_every_state_is_accessible(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    give(assignment, "Ana R.", one="Friday, August 31", who="The rules.\nBoth of them.")
    give(assignment, "Ben O.", one="friday august 31", some="30", who="the rules both of them")
    give(assignment, "Cy T.", who="A" * 200)
    page = open_context(teacher).new_page()

    def is_sound(state: str) -> None:
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert (state, width, violations(page), overflow(page)) == (state, width, [], 0)

    open_queue(page, assignment)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        answer, rubric = (page.locator(part).bounding_box() or {} for part in (".words", ".rubric"))
        # On a phone, a teacher scrolls past the same rubric for no answer.
        assert rubric["y"] > answer["y"] if width == 360 else rubric["x"] < answer["x"]
        heading, count = (page.locator(part).bounding_box() or {} for part in ("h1", ".gq-count"))
        assert count["y"] > heading["y"] if width == 360 else count["y"] < heading["y"] + heading["height"]
    states = ("Close", "another type", "a group", "one long word")
    for place, state in enumerate(states, start=1):
        expect(page.locator(".gq-count")).to_contain_text(f"{place} of 4")
        for fold in page.locator("form.grade details:not([open]) summary").all():
            press_at(fold, 360, 1280)
        is_sound(state)
        if place < 4:
            press_at(page.get_by_role("link", name="Skip for now"), 360, 1280)
    press_at(page.get_by_role("button", name="Save and next"), 360, 1280)
    expect(page.locator("main")).to_contain_text("Choose the points.")
    is_sound("without points")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    is_sound("graded")


def test_points_stand_in_one_row_on_a_phone(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    give(assignment, "Ana R.", who="The rules.")
    page = open_context(teacher, width=360).new_page()
    open_queue(page, assignment)
    tops = page.locator(".keys .speaker").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 4
    assert len(set(tops)) == 1


def test_queue_works_without_a_script(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    give(assignment, "Ana R.", who="A rule.")
    give(assignment, "Ben O.", who="a rule!")
    give(assignment, "Cy T.", who="B rule.")
    page = open_context(teacher, width=360, javascript=False).new_page()
    open_queue(page, assignment)
    expect(page.get_by_text("Turn shortcuts off")).to_be_hidden()
    for box in page.get_by_role("checkbox").all():
        expect(box).to_be_checked()
    page.locator("label.speaker").nth(2).click()
    page.get_by_label("Comment").fill("Which one?")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("main")).to_contain_text("Saved. 2 students get 2 points.")
    expect(page.locator(".words")).to_have_text("B rule.")
    page.get_by_role("link", name="“Which one?”").click()
    expect(page.get_by_label("Comment")).to_have_value("Which one?")
    page.locator("label.speaker").nth(3).click()
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("main")).to_contain_text("All done")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".words")).to_have_text("B rule.")
    assert (points_of("Ana R."), points_of("Ben O."), points_of("Cy T.")) == ([2], [2], [])


@pytest.mark.parametrize("width", slow_after(1, [360, 1280]))
def test_refused_grade_on_an_attempt_is_in_view_and_a_saved_one_returns(
    width: int, assignment: Assignment, teacher: User, open_context: NewContext
) -> None:
    attempt = give(assignment, "Ana R.", one="August 31", some="30 days", who="A rule.")
    page = open_context(teacher, width=width).new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id], query={"show": "all"}))
    line = page.locator("ol.review > li").last
    line.get_by_text("Grade this answer").click()
    line.get_by_label("Points").fill("99")
    line.get_by_role("button", name="Save grade").click()
    expect(page.locator(".err")).to_be_in_viewport()
    expect(line.get_by_label("Points")).to_be_focused()
    assert violations(page) == []
    line.get_by_label("Points").fill("0")
    line.get_by_role("button", name="Save grade").click()
    expect(page.get_by_text("Graded: 0 of")).to_be_in_viewport()
    assert violations(page) == []
