"""Pages in Spanish, in a language 40 % longer than English, and a reading from right to left, in Chromium."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Attempt, Classroom, Student, User
from tests.browser.conftest import NewContext, overflow, violations
from tests.content.question_types.test_walk import DOCUMENT
from tests.factories import (
    make_assignment,
    make_attempt,
    make_document,
    make_draft,
    make_edition,
    make_student,
    save,
    wrong_value,
)
from tests.integration.test_languages import pseudo_language  # noqa: F401  a fixture
from tests.views.student.test_languages import bilingual

WIDTHS = (320, 360, 600, 768, 1280)


@pytest.fixture
def attempt(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt at a quiz with a question of every type, begun now."""
    assignment = make_assignment(
        edition=make_edition(document=DOCUMENT),
        classroom=classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def open_pages(page: Page, attempt: Attempt) -> Any:
    """Open each page of a student in turn, and yield its address."""
    own = [attempt.public_id]
    questions = content_of(attempt).questions
    addresses = [reverse("student_home"), reverse("review_attempt", args=own)]
    addresses += [reverse("take_attempt", args=[*own, number]) for number in range(1, len(questions) + 1)]
    for address in addresses:
        page.goto(address)
        yield address
    for question in questions:
        save(attempt, question.key, wrong_value(question), now=timezone.now())
    submit_attempt(attempt, now=timezone.now())
    for name in ("receipt", "result", "student_home"):
        address = reverse(name, args=[] if name == "student_home" else own)
        page.goto(address)
        yield address


@pytest.mark.slow
def test_longer_texts_break_no_page(
    pseudo_language: str,  # noqa: F811
    attempt: Attempt,
    student: Student,
    open_context: NewContext,
) -> None:
    Student.objects.update(language="eo")
    page = open_context(student).new_page()
    wide = []
    for address in open_pages(page, attempt):
        expect(page.locator("html")).to_have_attribute("lang", "eo")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if overflow(page) > 0:
                wide.append((address, width, overflow(page)))
    assert wide == []


@pytest.mark.slow
def test_spanish_pages_are_accessible(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    Student.objects.update(language="es")
    page = open_context(student, width=360).new_page()
    for _ in open_pages(page, attempt):
        expect(page.locator("html")).to_have_attribute("lang", "es")
        assert violations(page) == []


def test_labels_of_the_home_page_stand_apart_from_their_values(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Student.objects.update(language="es")
    page = open_context(student, width=360).new_page()
    page.goto(reverse("student_home"))
    label = page.locator(".slip dt", has_text="Falta por hacer")
    # A label can be exactly as wide as its column.
    gap = label.evaluate(
        "term => term.nextElementSibling.getBoundingClientRect().left - term.getBoundingClientRect().right"
    )
    assert gap >= 8


def test_student_changes_the_language_and_goes_on(student: Student, open_context: NewContext) -> None:
    page = open_context(width=360).new_page()
    page.goto(reverse("join"))
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Entra a tu clase")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Código de la clase").fill(student.classroom.join_code)
    page.get_by_role("button", name="Buscar mi clase").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Find your name")).to_be_visible()


def test_typed_words_survive_a_change_of_the_language(
    classroom: Classroom, teacher: User, student: Student, open_context: NewContext
) -> None:
    assignment = make_assignment(
        edition=make_edition(document=bilingual(DOCUMENT)),
        classroom=classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=2),
    )
    attempt = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    questions = content_of(attempt).questions
    number = 1 + [question.type for question in questions].index("short_answer")
    page = open_context(student, width=360).new_page()
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    field = page.get_by_role("textbox")
    field.fill("not saved yet")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#stem")).to_contain_text(f"¿{questions[number - 1].stem}?")
    expect(field).to_have_value("not saved yet")
    assert attempt.answers.get().value == "not saved yet"
    # The bar above the question stays on one line, also with the longest texts: those of a morning or night with two
    # digits, and of a Wednesday.
    expect(page.locator("[data-closing]")).to_contain_text("Cierra: ")
    page.locator("[data-closing] span").evaluate("(text) => { text.textContent = 'Cierra: mié, 10:58 a.\u00a0m.'; }")
    page.locator("[data-number-shown]").evaluate("(text) => { text.textContent = '13'; }")
    bar = page.locator(".qbar").bounding_box()
    assert bar is not None
    assert bar["height"] <= 60
    assert violations(page) == []


def test_a_teacher_translates_without_a_script(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    own = draft.question_set.public_id
    page = open_context(teacher, width=360, javascript=False).new_page()
    page.goto(reverse("edit_questions", args=[own]))
    page.get_by_role("link", name="Languages").click()
    page.get_by_role("button", name="Add Spanish").click()
    page.get_by_role("link", name="Question 1", exact=True).click()
    page.get_by_label("Question", exact=True).fill("¿Qué registra el sistema?")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", name="Question 2 in Spanish")).to_be_visible()
    pages = (reverse("edit_languages", args=[own]), reverse("edit_translation", args=[own, "es", "one"]))
    page = open_context(teacher).new_page()
    for address in pages:
        page.goto(address)
        # axe reads both color schemes.
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert (address, width, violations(page), overflow(page)) == (address, width, [], 0)
    expect(page.get_by_label("Question", exact=True)).to_have_value("¿Qué registra el sistema?")


def test_arabic_runs_right_to_left_on_an_english_page(
    classroom: Classroom, student: Student, open_context: NewContext
) -> None:
    document = make_document()
    document["reading"]["language"] = "ar"
    assignment = make_assignment(
        edition=make_edition(document=document), classroom=classroom, created_at=timezone.now()
    )
    attempt = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    page = open_context(student).new_page()
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    directions = page.evaluate(
        "['html', '.reading', '#stem', 'label.opt'].map((name) =>"
        " getComputedStyle(document.querySelector(name)).direction)"
    )
    assert directions == ["ltr", "rtl", "rtl", "rtl"]
    box, text = (page.locator("label.opt").first.locator(name).bounding_box() for name in ("input", "span"))
    assert box is not None
    assert text is not None
    assert box["x"] > text["x"]
    assert violations(page) == []
    page.locator("[data-places] summary").click()
    downward = []
    for direction in ("ltr", "rtl"):
        page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
        # The arrow beside an open part has its tip at 16,12 of its grid, and starts at 9.
        step = page.locator("[data-places] .ic-next").evaluate(
            "icon => [9, 16].map(x => new DOMPoint(x, 12).matrixTransform(icon.getScreenCTM()).y)"
        )
        downward.append(step[1] - step[0] > 1)
    assert downward == [True, True]


def test_arabic_name_in_the_list_has_its_period_at_its_end(classroom: Classroom, open_context: NewContext) -> None:
    make_student(classroom=classroom, name="عمر الحسن", created_at=timezone.now())
    page = open_context().new_page()
    page.goto(reverse("join"))
    page.get_by_label("Class code").fill(classroom.join_code)
    page.get_by_role("button", name="Find my class").click()
    name = page.locator(".register button", has_text="عمر")
    # Read from right to left, the period is left of the first letter.
    first, last = name.evaluate(
        """button => {
          const text = document.createTreeWalker(button, NodeFilter.SHOW_TEXT).nextNode();
          return [0, text.length - 1].map(at => {
            const letter = document.createRange();
            letter.setStart(text, at);
            letter.setEnd(text, at + 1);
            return letter.getBoundingClientRect().left;
          });
        }"""
    )
    assert name.inner_text().endswith(".")
    assert last < first
