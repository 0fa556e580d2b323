"""The print pages as Chromium prints them, on Letter and A4, in usual size and large print."""

from datetime import timedelta
from itertools import groupby

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition
from quizzes.models import Assignment, Attempt, Classroom, Edition, QuestionSet, User
from tests.browser.conftest import (
    NewContext,
    dark_violations,
    goto_with_fonts,
    light_violations,
    overflow,
)
from tests.browser.pdf import A4, LETTER, PdfPage, mark, read_pdf, split_marks
from tests.browser.test_every_page import school  # noqa: F401  the class of three on the built-in set
from tests.content.question_types.test_walk import DOCUMENT
from tests.drafting import BUILT_IN, EXAMPLES
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_edition,
    make_student,
    publish_built_in_sets,
)
from tests.integration.test_access import School
from tests.slow_cases import slow_after

PAPERS = {"Letter": LETTER, "A4": A4}
# Width and height in CSS pixels of what the margins of 15 mm leave.
PRINTABLE = {"Letter": (702, 942), "A4": (680, 1009)}
EVERY_SIZE = pytest.mark.parametrize("size", slow_after(1, ["usual", "large"]))


@pytest.fixture(params=slow_after(1, ["every type", "pars-agreement"]))
def assignment(request: pytest.FixtureRequest, classroom: Classroom, teacher: User) -> Assignment:
    """Of a set with a question of each type, and of the largest built-in set."""
    if request.param == "every type":
        edition = make_edition(document=DOCUMENT)
    else:
        publish_built_in_sets()
        edition = latest_edition(QuestionSet.objects.built_in().get(slug=request.param))
    return make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)


def open_sheet(open_context: NewContext, teacher: User, assignment: Assignment, name: str, **asked: str) -> Page:
    page = open_context(teacher).new_page()
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    goto_with_fonts(page, f"{reverse(name, args=[assignment.public_id])}?{query}")
    return page


def printed(page: Page, paper: str) -> list[PdfPage]:
    return read_pdf(page.pdf(format=paper, prefer_css_page_size=False))


# What is marked on a sheet: its questions, each statement of a question, and the ends of a form.
QUESTIONS = ".paper-q > li"
STATEMENTS = ".paper-q .stack > div, .paper-q ul > li"
FORMS = ".form-name, .leaf li:last-child, .leaf tr:last-child td:last-child"


def mark_all(page: Page, *selectors: str) -> list[set[int]]:
    """Mark the elements of all selectors. Returns the numbers of the marks of each selector."""
    numbers = page.evaluate(
        """selectors => {
          const all = [...document.querySelectorAll(selectors.join())];
          return selectors.map(one => all.flatMap((element, place) => element.matches(one) ? [place + 1] : []));
        }""",
        selectors,
    )
    mark(page, ", ".join(selectors))
    return [set(one) for one in numbers]


def assert_form_b_has_its_own_page(page: Page, names: set[int], pages: list[PdfPage]) -> None:
    """names: the numbers of the marked names of forms."""
    second = max(names)
    assert second > 1
    where = next(one for one in pages if (second, "top") in one.places)
    assert min(number for number, _ in where.places) == second


@EVERY_SIZE
def test_sheet_is_clean_on_paper(
    size: str, assignment: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_sheet(open_context, teacher, assignment, "print_assignment", form="AB", size=size)
    with subtests.test("preview"):
        assert_preview_is_accessible(page)
    too_tall = {paper: taller_than_paper(page, QUESTIONS, paper) for paper in PAPERS}
    if size == "large":
        page.emulate_media(media="print")
        assert page.evaluate(SMALL_PRINT) == []
        page.emulate_media(media="null")
    questions, statements, names, _ = mark_all(page, QUESTIONS, STATEMENTS, ".form-name", FORMS)
    assert len(questions) == 2 * len(assignment.edition.document["questions"])
    for paper in PAPERS:
        with subtests.test(paper):
            pages = printed(page, paper)
            assert [one.size for one in pages if not one.is_of(PAPERS[paper])] == []
            tops = [number for one in pages for number, end in one.places if end == "top" and number in questions]
            assert tops == sorted(questions)
            torn = set(split_marks(pages))
            assert [
                place for place, number in enumerate(tops, start=1) if number in torn and place not in too_tall[paper]
            ] == []
            assert [link for one in pages for link in one.beyond] == []
            assert 4 <= len(pages) <= 2 * {"usual": 6, "large": 16}[size]
            assert too_tall[paper] == [] or size == "large"
            # In large print, a question on several statements is taller than a page; each of its statements is not.
            assert sum(number in statements for one in pages for number, _ in one.places) > 20
            assert torn & statements == set()
            assert_form_b_has_its_own_page(page, names, pages)


@pytest.fixture(params=["mixed", "who says so", "every type"])
def ten(request: pytest.FixtureRequest, classroom: Classroom, teacher: User) -> Assignment:
    """An assignment of 10 questions on the built-in reading."""
    if request.param == "who says so":
        publish_built_in_sets()
        edition = latest_edition(QuestionSet.objects.built_in().get(slug="who-says-so"))
    else:
        document = BUILT_IN.document if request.param == "mixed" else {**BUILT_IN.document, "questions": EXAMPLES}
        edition = make_edition(document={**document, "minimum": {}, "questions": document["questions"][:10]})
    assert len(edition.document["questions"]) == 10
    return make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)


def test_reading_and_ten_questions_fit_on_two_sheets_of_paper(
    ten: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_sheet(open_context, teacher, ten, "print_assignment", form="A")
    mark(page, ".leaf .reading p, .leaf .cite, .paper-q > li")
    for paper in PAPERS:
        with subtests.test(paper):
            pages = printed(page, paper)
            assert len(pages) <= 4
            # No page but the last is half empty.
            assert [round(one.filled, 2) for one in pages[:-1] if one.filled < 0.6] == []


def test_words_to_know_stand_apart_from_the_reading_and_from_their_meanings(
    classroom: Classroom, teacher: User, open_context: NewContext
) -> None:
    publish_built_in_sets()
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    page = open_sheet(open_context, teacher, given, "print_assignment")
    reading, words = page.locator(".leaf .reading").bounding_box(), page.locator(".paper-words").bounding_box()
    assert reading is not None
    assert words is not None
    assert words["y"] - reading["y"] - reading["height"] >= 16
    weights = "words => [words, words.querySelector('i')].map(one => Number(getComputedStyle(one).fontWeight))"
    usual, word = page.locator(".paper-words").evaluate(weights)
    assert word > usual


def taller_than_paper(page: Page, selector: str, paper: str) -> list[int]:
    """The numbers of the elements that no page can hold."""
    width, height = PRINTABLE[paper]
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="print")
    heights = page.locator(selector).evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    page.emulate_media(media="null")
    assert before is not None
    page.set_viewport_size(before)
    return [number for number, tall in enumerate(heights, start=1) if tall > height]


WIDER = """() => [...document.querySelectorAll(".leaf, .leaf *")]
  .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    || element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display != "inline")
  .map(element => `${element.className} ${element.textContent.slice(0, 40)}`)"""
# The questions whose points stand on their words, not beside them.
ON_WORDS = """() => [...document.querySelectorAll(".paper-q > li")].filter(line => {
  const points = line.querySelector(".worth").getBoundingClientRect(), boxes = [];
  const texts = document.createTreeWalker(line.querySelector(".text"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const words = document.createRange();
    words.selectNodeContents(texts.currentNode);
    boxes.push(...words.getClientRects());
  }
  return boxes.some(box => box.right > points.left && box.left < points.right
    && box.bottom > points.top + 1 && box.top < points.bottom - 1);
}).map(line => line.innerText.slice(0, 60))"""


# The texts of a sheet in large print that have less than 18 points, which are 24 pixels.
SMALL_PRINT = """() => [...document.querySelectorAll(".leaf *")]
  .filter(element => [...element.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
  .filter(element => !element.closest("sup, .oval") && parseFloat(getComputedStyle(element).fontSize) < 23.9)
  .map(element => `${element.tagName} ${element.className} ${getComputedStyle(element).fontSize}`)"""


def assert_preview_is_accessible(page: Page) -> None:
    assert light_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 256})
    assert dark_violations(page) == []
    assert overflow(page) == 0
    page.set_viewport_size({"width": 1280, "height": 900})


def test_key_is_clean_on_paper(
    assignment: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_sheet(open_context, teacher, assignment, "print_assignment_key", form="AB", size="large")
    with subtests.test("large preview"):
        assert_preview_is_accessible(page)
    page.goto(page.url.replace("size=large", "size=usual"))
    with subtests.test("preview"):
        assert_preview_is_accessible(page)
    page.evaluate("document.fonts.ready")
    answers, names, _ = mark_all(page, ".key-table tbody tr td:nth-child(2)", ".form-name", FORMS)
    for paper in PAPERS:
        with subtests.test(paper):
            pages = printed(page, paper)
            assert [one.size for one in pages if not one.is_of(PAPERS[paper])] == []
            assert answers & set(split_marks(pages)) == set()
            assert 2 <= len(pages) <= 8
            assert_form_b_has_its_own_page(page, names, pages)


def test_nothing_is_wider_than_the_paper(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    for name in ("print_assignment", "print_assignment_key"):
        for size in ("usual", "large"):
            # Spanish words are longer. A set without them stays in English.
            page.emulate_media(media="null")
            address = reverse(name, args=[assignment.public_id])
            goto_with_fonts(page, f"{address}?form=AB&size={size}&language=es")
            page.emulate_media(media="print")
            for paper, (width, height) in PRINTABLE.items():
                page.set_viewport_size({"width": width, "height": height})
                found = page.evaluate(WIDER), overflow(page), page.evaluate(ON_WORDS)
                assert (name, size, paper, found) == (name, size, paper, ([], 0, []))


def test_only_the_sheet_reaches_the_printer(assignment: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_sheet(open_context, teacher, assignment, "print_assignment")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") is True
    page.emulate_media(media="print")

    assert page.locator("main > *:visible").evaluate_all("found => found.map(one => one.className)") == ["leaf"]
    for hidden in (".mast", ".foot", ".page-head", "form", "button"):
        assert page.locator(f"{hidden} >> visible=true").count() == 0
    assert "key" not in page.locator("article.leaf").inner_text().casefold().split()


def test_pages_of_a_teacher_print_without_what_one_presses(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    submit_attempt(school.attempt, now=timezone.now())
    Attempt.objects.filter(pk=school.attempt.pk).update(comment="Reread paragraph 2.")
    quiz, classroom = [school.assignment.public_id], [school.assignment.classroom.public_id]
    page = open_context(school.teacher).new_page()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTABLE["A4"][0], "height": PRINTABLE["A4"][1]})
    for name, args in (
        *[(name, quiz) for name in ("assignment_results", "assignment_progress", "item_analysis")],
        *[(name, classroom) for name in ("roster", "classroom_gradebook", "classroom_mastery")],
        ("attempt_review", [school.attempt.public_id]),
        ("student_history", [school.student.public_id]),
        ("question_set", [school.assignment.edition.question_set.public_id]),
    ):
        page.goto(reverse(name, args=args))
        controls = ".btn, .tabs, .txt:not(.register > li > a), button:not(.word), input, textarea, select"
        pressed = page.locator(controls).evaluate_all(
            "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 90))"
        )
        assert (name, pressed, overflow(page)) == (name, [], 0)
        closed = page.locator("details.more:not([open])")
        assert (closed.count() > 0) == (name in {"assignment_results", "student_history"})
        assert closed.locator("visible=true").count() == 0
        if name == "assignment_results":
            page.locator("details.more").first.evaluate("part => { part.open = true; }")
            assert page.locator("details.more h2 >> visible=true").count() == 1
        # A printed roster had no names.
        has_name = school.student.display_name in page.locator("main").inner_text()
        assert has_name or name in {"assignment_results", "item_analysis", "question_set"}, name
        if name == "attempt_review":
            # Each answer is open.
            assert "Reread paragraph 2." in page.locator("main").inner_text()
            assert page.locator(".of-attempt .rv-b").evaluate_all("all => all.every(one => one.checkVisibility())")
            assert page.locator(".of-attempt details:not([open])").count() > 0
            # Two questions on a page.
            assert len(printed(page, "Letter")) <= (page.locator(".of-attempt > li").count() + 1) / 2 + 1
    # Of the question set: no page is left half empty.
    assert len(printed(page, "Letter")) <= 6


def test_student_prints_a_title_that_can_be_read(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    """It was white, and printers leave out the blue behind it."""
    submit_attempt(school.attempt, now=timezone.now())
    page = open_context(school.student).new_page()
    page.emulate_media(media="print")
    color = "one => getComputedStyle(one).color"
    for name in ("result", "receipt"):
        page.goto(reverse(name, args=[school.attempt.public_id]))
        title, sheet = page.locator("h1"), page.locator(".sheet").first
        assert title.evaluate(color) == page.locator("html").evaluate(color)
        # All begin at the margin of the paper.
        assert {one.bounding_box()["x"] for one in (title, sheet)} == {0}  # type: ignore[index]


def test_title_of_a_quiz_stays_on_one_page_of_a_report(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    """Where no place above it was good, Chromium put its first line on one page and the second on the next."""
    page = open_context(school.teacher).new_page()
    page.emulate_media(media="print")
    page.goto(reverse("student_report", args=[school.student.public_id]))
    breaks = page.locator("article h3").evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)")
    assert set(breaks) == {"avoid"}
    # The lines between the title and the answers are on the page of both.
    above = page.locator("article p:has(~ .scroll)")
    breaks = above.evaluate_all(
        "all => all.map(one => [getComputedStyle(one).breakInside, getComputedStyle(one).breakAfter])"
    )
    assert breaks == [["avoid", "avoid"]] * 3


def test_report_of_each_student_starts_on_a_page_of_its_own(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    page = open_context(school.teacher).new_page()
    page.goto(reverse("class_reports", args=[school.assignment.classroom.public_id]))
    count = page.locator(".leaf h2").count()
    assert count > 1
    # The line below the name.
    mark(page, ".leaf .form-name")
    for paper in PAPERS:
        starts = [sheet for sheet in printed(page, paper) if sheet.places]
        numbers = [{number for number, _ in sheet.places} for sheet in starts]
        assert (paper, numbers) == (paper, [{number + 1} for number in range(count)])
        assert max(sheet.filled for sheet in starts[1:]) < 0.25


@pytest.mark.parametrize("name", ["student_report", "class_reports"])
def test_each_page_of_a_report_begins_with_the_name_of_its_student(
    name: str,
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    submit_attempt(school.attempt, now=timezone.now())
    page = open_context(school.teacher).new_page()
    of = school.student if name == "student_report" else school.assignment.classroom
    page.goto(reverse(name, args=[of.public_id]) + "?answers=1")
    count = page.locator(".leaf h2").count()
    for paper in PAPERS:
        names = [sheet.first_line for sheet in printed(page, paper)]
        in_turn = [first for first, _ in groupby(names)]
        assert (paper, len(in_turn), len(set(in_turn))) == (paper, count, count)
        assert len(names) > count


@pytest.mark.parametrize("quiz_count", slow_after(1, [12, 4, 1]))
def test_short_reports_of_30_students_take_30_pages(
    quiz_count: int, edition: Edition, teacher: User, open_context: NewContext
) -> None:
    classroom = make_classroom(teacher=teacher, name="Civics, Period 3")
    quizzes = [
        make_assignment(
            edition=edition,
            classroom=classroom,
            assigned_by=teacher,
            own_title=f"Week {number}: what the mayor and the protesters said about the agreement",
            due_at=timezone.now() - timedelta(days=1),
            release=Assignment.Release.NEVER,
        )
        for number in range(quiz_count)
    ]
    students = [make_student(classroom=classroom, name=f"Student {number}") for number in range(30)]
    for student in students[:5]:
        for quiz in quizzes:
            make_answered_attempt(assignment=quiz, student=student, started_at=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("class_reports", args=[classroom.public_id]))
    assert page.get_by_text("About 1 page for each student.").is_visible()
    for paper in PAPERS:
        assert (paper, len(printed(page, paper))) == (paper, 30)


def test_no_help_link_is_printed(school: School, open_context: NewContext) -> None:  # noqa: F811
    page = open_context(school.teacher).new_page()
    page.goto(reverse("assignment_progress", args=[school.assignment.public_id]))
    link = page.get_by_role("link", name="Help with this page")
    assert link.is_visible()
    page.emulate_media(media="print")
    assert link.is_hidden()


def test_teaching_guide_fits_on_four_sheets_of_paper(teacher: User, open_context: NewContext) -> None:
    publish_built_in_sets()
    built_in = QuestionSet.objects.built_in().get(slug="pars-agreement")
    page = open_context(teacher).new_page()
    page.goto(reverse("teaching_guide", args=[built_in.public_id]))
    for paper in PAPERS:
        pages = printed(page, paper)
        assert (paper, 2 <= len(pages) <= 8) == (paper, True)
        assert (paper, [one.size for one in pages if not one.is_of(PAPERS[paper])]) == (paper, [])
