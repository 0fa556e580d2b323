"""The tables of the sample class on a phone: each cell has the name of its column, and no table is too wide."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from quizzes.content.drafts import saving
from quizzes.management.sample_school import make_sample_school
from quizzes.models import Assignment, Attempt, User
from tests.browser.conftest import NewContext, goto_with_fonts, overflow
from tests.browser.test_accessibility_tree import Reader
from tests.browser.test_every_page import SIDEWAYS, open_in
from tests.drafting import publish
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_question_set,
    make_student,
    make_user,
    publish_built_in_sets,
)

# The cells with a text of several lines in a column where two words do not fit beside each other.
NARROW = """
() => [...document.querySelectorAll("main :is(caption, td, th)")].filter((cell) => (
  cell.checkVisibility() && cell.innerText.length > 40 && cell.getBoundingClientRect().width < 150
)).map((cell) => cell.innerText)
"""
# The labels of cells without a value.
ALONE = """
() => [...document.querySelectorAll("[data-label]")].filter((cell) => (
  cell.innerText.trim() === "" && !cell.querySelector("input, select, svg") && cell.clientHeight > 0
)).map((cell) => cell.dataset.label)
"""
OPENED = "() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


@pytest.fixture
def teacher() -> User:
    publish_built_in_sets()
    return make_sample_school(now=timezone.now())


@pytest.fixture
def given(teacher: User) -> Assignment:
    """A quiz of the sample class with statements by speakers, which a student turned in."""
    return next(
        assignment
        for assignment in Assignment.objects.taught_by(teacher).filter(classroom__name="Civics, Period 3")
        if assignment.edition.questions.filter(type="who_says_so").exists() and assignment.attempts.submitted().exists()
    )


@pytest.mark.slow
def test_tables_of_the_sample_class_fit(
    given: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    """On one sample school, because making it takes 2 s of processor time (2026-12-02)."""
    for language in ("en", "es"):
        with subtests.test("phone", language=language):
            assert_tables_fit_a_phone(language, given, teacher, open_context)
    for check in (
        assert_tables_with_letters_twice_as_large_fit_the_narrowest_phone,
        assert_tables_of_four_quizzes_fit_a_tablet,
        assert_cell_on_a_phone_shows_its_column_once,
        # It changes the language of the teacher.
        assert_statuses_and_scores_take_one_line_on_a_phone,
    ):
        with subtests.test(check.__name__):
            check(given, teacher, open_context)


def assert_tables_fit_a_phone(language: str, given: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("teacher_home"))
    question_set = given.edition.question_set
    student = Attempt.objects.submitted().filter(assignment=given)[0].student
    to_grade = Attempt.objects.submitted().filter(ungraded_count__gt=0, assignment__classroom=given.classroom)[0]
    for name, argument in (
        ("print_assignment_key", given.public_id),
        ("teaching_guide", question_set.public_id),
        ("question_set", question_set.public_id),
        ("student_report", student.public_id),
        ("assignment_progress", given.public_id),
        ("item_analysis", given.public_id),
        ("item_analysis", to_grade.assignment.public_id),
        ("assignment_results", given.public_id),
    ):
        open_in(language, page, reverse(name, args=[argument]))
        # Students by objectives, whose rows and columns a teacher compares.
        wide = [one for one in page.evaluate(SIDEWAYS) if not one.startswith(MATRIX[language])]
        page.evaluate(OPENED)
        assert page.locator("main table").count() > 0
        assert (name, wide, page.evaluate(NARROW), page.evaluate(ALONE)) == (name, [], [], [])


def assert_tables_with_letters_twice_as_large_fit_the_narrowest_phone(
    given: Assignment, teacher: User, open_context: NewContext
) -> None:
    # 320 pixels in such letters are 160 in normal ones.
    for width, size in ((320, "200%"), (160, "100%")):
        page = open_context(teacher, width=width).new_page()
        for name, args in (("teacher_home", []), ("item_analysis", [given.public_id])):
            page.goto(reverse(name, args=args))
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
            assert (name, width, overflow(page)) == (name, width, 0)
    for name, args in (("assignment_results", [given.public_id]), ("accessibility", [])):
        page.goto(reverse(name, args=args))
        page.evaluate(OPENED)
        assert (name, overflow(page)) == (name, 0)


def assert_tables_of_four_quizzes_fit_a_tablet(given: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=768, height=1024).new_page()
    for name, argument in (
        ("item_analysis", given.public_id),
        ("classroom_gradebook", given.classroom.public_id),
        ("classroom_mastery", given.classroom.public_id),
    ):
        goto_with_fonts(page, reverse(name, args=[argument]))
        assert page.locator("main table").count() > 0
        assert (name, page.evaluate(SIDEWAYS)) == (name, [])
    page.goto(reverse("teacher_home"))
    for name, argument in (("item_analysis", given.public_id), ("classroom_mastery", given.classroom.public_id)):
        open_in("es", page, reverse(name, args=[argument]))
        assert (name, page.evaluate(SIDEWAYS)) == (name, [])


def assert_statuses_and_scores_take_one_line_on_a_phone(
    given: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360).new_page()
    student = Attempt.objects.submitted().filter(assignment=given)[0].student
    goto_with_fonts(page, reverse("student_report", args=[student.public_id]))
    heights = page.locator("table").first.locator(".tag").evaluate_all("all => all.map(one => one.clientHeight)")
    assert len(heights) == 4
    assert max(heights) < 30
    User.objects.update(language="es")
    goto_with_fonts(page, reverse("assignment_progress", args=[given.public_id]))
    lines = page.locator("#progress-board td.num a").evaluate_all("all => all.map(one => one.getClientRects().length)")
    assert set(lines) == {1}


def test_growth_fits_a_phone(open_context: NewContext) -> None:
    teacher = make_user()
    classroom = make_classroom(teacher=teacher)
    student = make_student(classroom=classroom)
    for slug, other in (("form-a", "form-b"), ("form-b", "form-a")):
        document = {**make_document(slug=slug), "form_of": other}
        edition = make_edition(question_set=make_question_set(slug=slug), document=document)
        make_answered_attempt(assignment=make_assignment(edition=edition, classroom=classroom), student=student)
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("classroom_growth", args=[classroom.public_id]))
    assert page.locator("main table").count() == 1
    assert page.evaluate(SIDEWAYS) == []
    # A quiz without times has none to name.
    assert " to\n" not in page.locator("main").inner_text() + "\n"


MATRIX = {"en": "Table of students and objectives", "es": "Tabla de estudiantes"}


def assert_cell_on_a_phone_shows_its_column_once(given: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("print_assignment_key", args=[given.public_id]))
    assert shown_labels(page) == ["Answer", "Evidence", "Who says it", "Points"]
    # A screen reader has rows and header cells as on a wide screen, and no name twice.
    narrow = table_of(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert shown_labels(page) == []
    assert narrow == table_of(page)


def shown_labels(page: Page) -> list[str]:
    return (
        page.locator(".stacks tbody tr")
        .first.locator("[data-label]")
        .evaluate_all(
            """cells => cells.filter((one) => getComputedStyle(one, "::before").content !== "none")
          .map((one) => one.dataset.label)"""
        )
    )


def table_of(page: Page) -> list[str]:
    """Role and name of each part of the first rows of the table, as the accessibility tree has them."""
    nodes = Reader(page).session.send("Accessibility.getFullAXTree")["nodes"]
    said = [(node.get("role", {}).get("value"), node.get("name", {}).get("value", "")) for node in nodes]
    parts = {"table", "row", "columnheader", "rowheader", "cell", "StaticText"}
    table = next(place for place, (role, _) in enumerate(said) if role == "table")
    return [f"{role} {name}" for role, name in said[table:] if role in parts][:60]


def test_old_and_new_reading_fit_a_phone(open_context: NewContext, client: Client) -> None:
    owner = make_user()
    client.force_login(owner)
    draft = make_draft(owner=owner)
    publish(client, draft)
    saving.save_reading(draft, {}, {"s1": "The system records a name."}, {}, seen=9, by=owner, now=timezone.now())
    page = open_context(owner, width=360).new_page()
    page.goto(reverse("compare_reading", args=[draft.question_set.public_id]))
    assert page.locator(".stacks tbody tr").count() > 3
    assert page.evaluate(SIDEWAYS) == []
    widths = page.locator(".stacks td").evaluate_all("cells => cells.map((one) => one.getBoundingClientRect().width)")
    assert min(widths) > 300
