"""A student's receipt and result: by keyboard, and in a narrow window."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import Assignment, Attempt, Student, User
from tests.browser.conftest import NewContext, overflow
from tests.factories import make_answered_attempt

# For each place at which the text stands: the upper edges of its letters' boxes.
TOPS = """(element, text) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const start = walker.currentNode.data.indexOf(text);
    if (start < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, start);
    range.setEnd(walker.currentNode, start + text.length);
    found.push(Array.from(range.getClientRects(), box => Math.round(box.top)));
  }
  return found;
}"""


@pytest.fixture
def done(assignment: Assignment, student: Student) -> Attempt:
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    assignment.refresh_from_db()
    return make_answered_attempt(assignment=assignment, student=student, right=2)


def test_number_of_a_question_shows_that_it_has_the_focus(
    done: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(reverse("result", args=[done.public_id]))
    rings = {}
    for name, place in (("number", ".strip a"), ("link", ".lede a")):
        link = page.locator(place).first
        link.focus()
        # A focus set by script shows as one set by a key does: the last thing used here was no mouse.
        rings[name] = link.evaluate("e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth] }")
    assert rings["number"] == rings["link"] != ["none", "0px"]


def test_receipt_stands_in_one_line_on_a_phone(done: Attempt, student: Student, open_context: NewContext) -> None:
    page = open_context(student).new_page()
    for receipt in ("556-55P", "MWM-WMW"):
        Attempt.objects.update(receipt=receipt)
        page.goto(reverse("receipt", args=[done.public_id]))
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 740})
            tops = page.locator("main").evaluate(TOPS, receipt)
            assert [len(set(lines)) for lines in tops] == [1]
            assert overflow(page) == 0


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_number_of_the_strip_opens_its_row(
    javascript: bool, done: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, javascript=javascript, width=360, height=640).new_page()
    page.goto(reverse("result", args=[done.public_id]))
    row = page.locator("#r1 details")
    assert row.get_attribute("open") is None
    # The width of a phone in letters, if they are twice as large.
    page.set_viewport_size({"width": 160, "height": 284})
    wide = "links => links.filter((link) => link.scrollWidth > link.clientWidth).length"
    assert page.locator(".strip a").evaluate_all(wide) == 0
    page.set_viewport_size({"width": 360, "height": 640})
    page.locator(".strip a").first.click()
    expect(page.locator("#a1")).to_be_in_viewport()
    assert row.get_attribute("open") is not None
    assert page.locator(".strip b").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"


def test_receipt_and_result_on_paper_name_the_student(
    done: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360).new_page()
    page.emulate_media(media="print")
    for name in ("receipt", "result"):
        page.goto(reverse(name, args=[done.public_id]))
        expect(page.get_by_text(student.display_name)).to_be_visible()
        expect(page.get_by_text(str(done.receipt)).first).to_be_visible()
        expect(page.get_by_text("Sign out")).to_be_hidden()


@pytest.mark.parametrize("width", [360, 1280])
def test_word_under_an_answer_starts_where_the_answer_does(
    width: int, done: Attempt, student: Student, teacher: User, open_context: NewContext
) -> None:
    """On a phone it was as far in as the verdict beside the question above."""
    page = open_context(teacher, width=width).new_page()
    page.goto(reverse("attempt_review", args=[done.public_id]))
    page.locator(".review details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    starts = page.locator(".review .opt").evaluate_all(
        "all => all.map(one => [...one.children].slice(1).map(part => Math.round(part.getBoundingClientRect().left)))"
    )
    assert [len(set(places)) for places in starts] == [1] * len(starts) != []


def test_first_sheet_of_a_student_stands_apart_from_the_list_below(
    done: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360).new_page()
    page.goto(reverse("student_home"))
    sheet, section = page.locator(".over > .sheet").bounding_box(), page.locator(".over > .sec").first.bounding_box()
    assert sheet is not None
    assert section is not None
    assert section["y"] - sheet["y"] - sheet["height"] == 56
