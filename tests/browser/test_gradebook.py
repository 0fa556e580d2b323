"""The tables of a class in each state: axe finds nothing, nothing sticks out, and arrow keys are a comfort only."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, User
from tests.browser.conftest import NewContext, assert_fits, be_signed_in, goto_with_fonts, overflow
from tests.browser.pdf import A4, LETTER, mark, read_pdf, split_marks
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_question_set,
    make_student,
)
from tests.reports.test_class_report import sit

LONG = "Maximiliana-Wolfeschlegelsteinhausen de la Fuente y Gutiérrez-Hernández III"


# The text of each element, its number of lines, and its words that are broken over lines.
LINES = """elements => elements.map(element => {
  const range = document.createRange();
  const node = element.firstChild;
  const tops = (start, end) => {
    range.setStart(node, start);
    range.setEnd(node, end);
    return new Set(Array.from(range.getClientRects(), box => Math.round(box.top))).size;
  };
  const words = Array.from(node.data.matchAll(/[^\\s-]+/g));
  const broken = words.filter(word => tops(word.index, word.index + word[0].length) > 1);
  return [node.data, tops(0, node.length), broken.map(String)];
})"""


# Whether nothing lies over the middle of an element.
IS_ON_TOP = """element => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
# The text of each heading that reaches out of its column.
WIDER_THAN_COLUMN = """cells => cells.filter(cell => {
  const { left, right } = cell.getBoundingClientRect();
  return [...cell.children].some(child => {
    const box = child.getBoundingClientRect();
    return box.width && (box.left < left - 1 || box.right > right + 1);
  });
}).map(cell => cell.textContent.trim().slice(0, 60))"""


@pytest.fixture
def full(edition: Edition, teacher: User) -> Classroom:
    """Scores, one late, one at work, one missing, one excused, and a long name and title."""
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, name="Civics, Period 3", created_at=now)
    titled = make_edition(question_set=make_question_set(title=f"{LONG} and the council of the city"), canary=True)
    past = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=now - timedelta(days=3),
        due_at=now - timedelta(days=1),
    )
    make_assignment(edition=titled, classroom=classroom, assigned_by=teacher, created_at=now - timedelta(days=2))
    early, late, working, excused, _ = (
        make_student(classroom=classroom, name=name, created_at=now)
        for name in ("Amara B.", LONG[:60], "Chidi O.", "Dee P.", "Eli R.")
    )
    make_answered_attempt(assignment=past, student=early, started_at=now - timedelta(days=2))
    make_answered_attempt(assignment=past, student=late, right=1, started_at=now - timedelta(hours=2))
    make_attempt(assignment=past, student=working, started_at=now - timedelta(hours=1))
    Excuse.objects.create(assignment=past, student=excused, reason="Was ill", given_by=teacher, given_at=now)
    return classroom


@pytest.mark.slow
def test_tables_and_reports_with_every_state_are_accessible(
    full: Classroom, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_context(teacher).new_page()
    for name, query in (
        ("classroom_gradebook", ""),
        ("classroom_gradebook", "?objective=Why%20it%20was%20ended"),
        ("classroom_mastery", ""),
    ):
        with subtests.test(name + query):
            page.goto(reverse(name, args=[full.public_id]) + query)
            assert page.locator("table.grid").is_visible()
            assert_fits(page)
    for name in ("assignment_results", "assignment_progress", "item_analysis"):
        with subtests.test(name):
            page.goto(reverse(name, args=[full.assignments.first().public_id]))
            assert_fits(page)


@pytest.mark.slow
def test_reports_of_few_are_accessible(
    assignment: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    make_student(classroom=assignment.classroom, name="Zoe")
    page = open_context(teacher).new_page()
    turned_in = 0
    for count in (0, 4, 9):
        sit(assignment, count - turned_in, proof=["s3"])
        turned_in = count
        for name in ("assignment_results", "item_analysis"):
            with subtests.test(name, count=count):
                page.goto(reverse(name, args=[assignment.public_id]))
                assert_fits(page)


@pytest.mark.slow
def test_tables_of_an_empty_class_are_accessible(teacher: User, edition: Edition, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    nobody = make_classroom(teacher=teacher, name="Advisory")
    nothing = make_classroom(teacher=teacher, name="Period 9")
    make_student(classroom=nothing)
    given = make_assignment(edition=edition, classroom=nobody, assigned_by=teacher)
    for address in [
        *(
            reverse(name, args=[one.public_id])
            for name in ("classroom_gradebook", "classroom_mastery")
            for one in (nobody, nothing)
        ),
        reverse("assignment_results", args=[given.public_id]),
        reverse("item_analysis", args=[given.public_id]),
    ]:
        page.goto(address)
        assert_fits(page)


def test_names_stay_readable_on_a_phone(full: Classroom, teacher: User, open_context: NewContext) -> None:
    make_student(classroom=full, name="Aaliyah Montgomery")
    make_student(classroom=full, name="Christopher Washington")
    page = open_context(teacher).new_page()
    for name in ("classroom_gradebook", "classroom_mastery"):
        page.goto(reverse(name, args=[full.public_id]))
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 740})
            names = page.locator("tbody th bdi").evaluate_all(LINES)
            assert len(names) == 7
            # The one of 60 letters has a word that no narrow column holds.
            torn = [name for name in names if (name[1] > 2 or name[2]) and name[0] not in LONG]
            assert (name, width, torn, overflow(page)) == (name, width, [], 0)


@pytest.mark.parametrize("name", ["assignment_progress", "sign_in_cards"])
def test_long_surname_is_not_torn_on_a_phone(
    name: str, attempt: Attempt, teacher: User, open_context: NewContext
) -> None:
    assignment = attempt.assignment
    for whole in ("Alexandra Konstantinopoulos", "Nathaniel Featherstonehaugh", "Guadalupe Montemayor-Villarreal"):
        make_student(classroom=assignment.classroom, name=whole)
    # Short words of wide letters.
    for whole in ("Mohammed Q.", "Muhammad R.", "Gwen Zimmerman"):
        make_student(classroom=assignment.classroom, name=whole)
    page = open_context(teacher, width=360, height=740).new_page()
    of = assignment if name == "assignment_progress" else assignment.classroom
    goto_with_fonts(page, reverse(name, args=[of.public_id]))
    names = page.locator(":is(tbody th, .idcard) bdi")
    assert [one[2] for one in names.evaluate_all(LINES)] == [[]] * 7
    names.last.scroll_into_view_if_needed()
    assert names.last.evaluate(IS_ON_TOP)
    assert overflow(page) == 0


def focused(page: Any) -> str:
    """The words of the cell that has the focus."""
    return str(page.evaluate("document.activeElement.closest('th,td')?.innerText.trim() ?? ''"))


def test_arrow_keys_move_from_cell_to_cell(full: Classroom, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(reverse("classroom_gradebook", args=[full.public_id]))
    assert page.get_by_text("Move with arrow keys").is_visible()
    page.get_by_role("link", name="Amara B.").focus()

    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "End", "Home", "Control+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(focused(page))

    # The average, an assignment that nobody began, the score; the row below; its ends; the foot, and back.
    assert seen[0] == "100%"
    assert seen[2] == "8"
    assert seen[3] == "1\nLate"
    assert seen[5] == LONG[:60]
    assert seen[6].startswith("Median")
    assert seen[7] == "Eli R."
    # Columns of a page in Arabic run the other way.
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.keyboard.press("ArrowLeft")
    assert focused(page) not in ("Eli R.", "")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Eli R."
    # One cell is in the order of Tab, and it is the last one visited.
    inside = "document.querySelectorAll('table.grid tbody [tabindex=\"0\"]').length"
    assert page.evaluate(inside) == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/teacher/students/**")


def test_phone_has_a_hint_on_scrolling_and_none_on_arrow_keys(
    full: Classroom, teacher: User, browser: Browser, live_server: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, has_touch=True, is_mobile=True, service_workers="block")
    be_signed_in(context, teacher, live_server.url)
    page = context.new_page()
    page.goto(reverse("classroom_gradebook", args=[full.public_id]))
    # The script has run.
    expect(page.locator("table.grid tbody [tabindex='-1']").first).to_be_attached()
    expect(page.get_by_text("Move with arrow keys")).to_be_hidden()
    for width, height in ((2400, 900), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_text("Scroll sideways for more.")).to_be_visible(visible=width == 360)
    context.close()


def test_a_cell_that_has_the_focus_is_not_under_the_heads(
    teacher: User, edition: Edition, open_context: NewContext
) -> None:
    classroom = make_classroom(teacher=teacher)
    for _ in range(8):
        make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    for _ in range(30):
        make_student(classroom=classroom)
    page = open_context(teacher, width=800, height=500).new_page()
    page.goto(reverse("classroom_gradebook", args=[classroom.public_id]))
    page.locator("table.grid tbody a").first.focus()
    for key in ("Control+ArrowDown", "ArrowUp", "End", *["ArrowUp"] * 20, *["ArrowLeft"] * 5):
        page.keyboard.press(key)
        assert (
            page.evaluate(
                """() => {
                const cell = document.activeElement.closest("th,td"), box = cell.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return cell === top || cell.contains(top) ? "" : `${cell.innerText} under ${top && top.outerHTML}`;
            }"""
            )
            == ""
        ), key


def test_link_that_tab_leads_to_is_not_under_the_names(
    full: Classroom, edition: Edition, teacher: User, open_context: NewContext
) -> None:
    for _ in range(4):
        make_assignment(edition=edition, classroom=full, assigned_by=teacher, created_at=timezone.now())
    page = open_context(teacher, width=360, height=740).new_page()
    page.goto(reverse("classroom_gradebook", args=[full.public_id]))
    sorts = page.locator(".grid thead th:nth-child(n + 3) a[href*='sort=']")
    sorts.last.focus()
    for place in reversed(range(sorts.count() - 1)):
        page.keyboard.press("Shift+Tab")
        expect(sorts.nth(place)).to_be_focused()
        assert sorts.nth(place).evaluate(IS_ON_TOP), place


def test_every_link_is_there_without_a_script(
    full: Classroom, edition: Edition, teacher: User, open_context: NewContext
) -> None:
    for _ in range(4):
        make_assignment(
            edition=edition, classroom=full, assigned_by=teacher, created_at=timezone.now() - timedelta(days=9)
        )
    page = open_context(teacher, width=360, height=740, javascript=False).new_page()
    page.goto(reverse("classroom_gradebook", args=[full.public_id]))
    assert page.locator("table.grid a[tabindex]").count() == 0
    assert not page.get_by_text("Move with arrow keys").is_visible()
    link = page.locator("table.grid tbody td a").first
    # A link all under the names.
    beyond = "link => link.getBoundingClientRect().right - link.closest('tr').cells[0].getBoundingClientRect().right"
    link.evaluate(f"link => {{ link.closest('.grid-wrap').scrollLeft += ({beyond})(link) + 9; }}")
    assert link.evaluate(beyond) < 0
    link.focus()
    assert link.evaluate(beyond) > 0
    page.get_by_role("link", name="Amara B.").click()
    page.wait_for_url("**/teacher/students/**")


# --- On paper -----------------------------------------------------------------------------------------------------


PAPERS = {"Letter": LETTER, "A4": A4}


@pytest.mark.slow
def test_every_row_and_column_prints(
    edition: Edition, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    given = [
        make_assignment(
            edition=edition,
            classroom=classroom,
            assigned_by=teacher,
            due_at=now - timedelta(days=1),
            own_title=f"Week {number}: {LONG[:40]} and the council of the city",
        )
        for number in range(12)
    ]
    for number in range(32):
        own = f"{number:02} {LONG[: 10 + number]}" if number % 4 else f"Student {number:02}"
        student = make_student(classroom=classroom, name=own, created_at=now)
        if number % 3 == 0:
            make_answered_attempt(assignment=given[number % 12], student=student, started_at=now)
    page = open_context(teacher).new_page()
    for name, columns in (("classroom_gradebook", 14), ("classroom_mastery", 4)):
        page.goto(reverse(name, args=[classroom.public_id]))
        cells = page.locator(".grid tr > *").count()
        assert (name, cells) == (name, 34 * columns)
        # No heading covers the next one. 7.5 inches are the width of the text on Letter.
        page.set_viewport_size({"width": 720, "height": 900})
        page.emulate_media(media="print")
        assert (name, page.locator(".grid thead th").evaluate_all(WIDER_THAN_COLUMN)) == (name, [])
        page.emulate_media(media="null")
        mark(page, ".grid tr > *")
        for paper, size in PAPERS.items():
            with subtests.test(name, paper=paper):
                pages = read_pdf(page.pdf(format=paper, prefer_css_page_size=False))
                assert all(sheet.is_of(size) for sheet in pages)
                # A heading is printed again on each page.
                assert {number for sheet in pages for number, _ in sheet.places} == set(range(1, cells + 1))
                assert [link for sheet in pages for link in sheet.beyond] == []
                assert [number for number in split_marks(pages) if number > columns] == []
                # A row is as high as its name: no word of a status stands upright, letter by letter.
                assert len(pages) <= 3


def test_class_of_30_prints_on_one_page(edition: Edition, teacher: User, open_context: NewContext) -> None:
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    times = {"due_at": now - timedelta(days=1), "created_at": now - timedelta(days=2)}
    given = [
        make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, own_title=f"Week {number}", **times)
        for number in range(5)
    ]
    for number in range(30):
        # The last 2 names take 2 lines.
        first = "Alexandria-Konstantina" if number >= 28 else ("Emmanuel", "Khadija")[number % 2]
        student = make_student(classroom=classroom, name=f"{first} {chr(65 + number // 2)}{number % 2}.")
        make_answered_attempt(assignment=given[number % 5], student=student, started_at=now - timedelta(hours=1))
    page = open_context(teacher).new_page()
    page.goto(reverse("classroom_gradebook", args=[classroom.public_id]))

    pages = [read_pdf(page.pdf(format=paper, prefer_css_page_size=False)) for paper in PAPERS]

    assert [len(sheets) for sheets in pages] == [1, 1]
    page.emulate_media(media="print")
    sizes = page.locator(".grid :is(th, td, a, small, .tag), .key .tag").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    # 9 points.
    assert min(sizes) >= 12


def test_every_column_of_the_item_analysis_prints(
    assignment: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    for number in range(12):
        make_answered_attempt(assignment=assignment, right=number % 5)
    page = open_context(teacher).new_page()
    page.goto(reverse("item_analysis", args=[assignment.public_id]))
    cells = page.locator(".items tr > *").count()
    # A question has the room that 6 columns of figures leave. 180 mm are the width of the text on A4.
    page.set_viewport_size({"width": 680, "height": 900})
    page.emulate_media(media="print")
    shares = "cells => cells.map(cell => cell.offsetWidth / cell.closest('table').offsetWidth)"
    assert min(page.locator(".items tbody th").evaluate_all(shares)) > 0.4
    page.emulate_media(media="null")
    mark(page, ".items tr > *")
    for paper in PAPERS:
        with subtests.test(paper):
            pages = read_pdf(page.pdf(format=paper, prefer_css_page_size=False))
            assert {number for sheet in pages for number, _ in sheet.places} == set(range(1, cells + 1))
            assert [link for sheet in pages for link in sheet.beyond] == []
