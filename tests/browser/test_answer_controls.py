"""What a student answers with is large enough for a finger, and in sight, for every question type."""

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.attempts.answers import save_answer
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition
from quizzes.content.question_types.registry import TYPES
from quizzes.models import Assignment, Attempt, Board, Classroom, QuestionSet, Student, User
from tests.browser.conftest import NewContext, bring_back, go_back, take_away, violations
from tests.browser.test_every_page import HIDDEN_FOCUS
from tests.content.question_types.test_walk import DOCUMENT
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_question_set,
    publish_built_in_sets,
)
from tests.slow_cases import slow_after

# A radio button or a check box is as large as its label.
SMALL = """() => [...document.querySelectorAll(
    "main form :is(input:not([type=hidden]), select, textarea, button[name=move])")]
  .map(control => control.closest("label") ?? control)
  .filter(target => target.checkVisibility({visibilityProperty: true}))
  .map(target => [target.getBoundingClientRect().height, target.outerHTML.slice(0, 120)])"""


# The words of labels and questions that stand on more than one line.
BROKEN = """() => [...document.querySelectorAll(".speaker, .opt, .pick label, .rv-t")].flatMap(label => {
  const texts = [];
  const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode);
  return texts.flatMap(text => [...text.data.matchAll(/\\S+/g)].filter(word => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length > 1;
  }).map(word => word[0]));
})"""

# The controls of an answer that stand under the buttons below while they have the focus. A large text field shows the
# line that is typed.
UNDER_BUTTONS = """() => {
  const buttons = document.querySelector(".acts");
  return [...document.querySelectorAll("#answers :is(input, select, textarea, button)")].filter(control => {
    if (!(control.compareDocumentPosition(buttons) & Node.DOCUMENT_POSITION_FOLLOWING)) return false;
    control.focus();
    if (document.activeElement !== control) return false;
    const { bottom, height } = (control.closest("label") ?? control).getBoundingClientRect();
    return height < 150 && bottom > buttons.getBoundingClientRect().top;
  }).map(control => control.outerHTML.slice(0, 120));
}"""

# Places of the answers that a finger reaches without scrolling.
TAPPED = """() => [...document.querySelectorAll("#answers label:has([type=radio], [type=checkbox])")].map(label => {
  const {left, top, width, height} = label.getBoundingClientRect();
  return [left + width / 2, top + height / 2, label];
}).filter(([x, y, label]) => label.contains(document.elementFromPoint(x, y))).map(([x, y]) => [x, y])"""
TOP_AT = """([x, y]) => document.elementFromPoint(x, y)?.closest("label")?.getBoundingClientRect().top"""

# The links and buttons that stand alone and are narrower or lower than a finger.
SMALL_ALONE = """() => [...document.querySelectorAll("a[href], button, summary")].filter(control => {
  if (!control.checkVisibility({visibilityProperty: true}) || control.closest(".vh, .skip")) return false;
  const isInText = control.parentElement.innerText.trim().length > control.innerText.trim().length;
  if (isInText && getComputedStyle(control).display === "inline") return false;
  const { width, height } = control.getBoundingClientRect();
  return width < 43.5 || height < 43.5;
}).map(control => control.outerHTML.slice(0, 120))"""


@pytest.fixture
def attempt(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt at a quiz with a question of every type, begun now."""
    assignment = make_assignment(
        edition=make_edition(document=DOCUMENT), classroom=classroom, assigned_by=teacher, created_at=timezone.now()
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def test_answers_are_large_enough_and_their_focus_is_in_sight(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    small, hidden, seen = [], [], set()
    for number, question in enumerate(content_of(attempt).questions, start=1):
        # 400 %
        page.set_viewport_size({"width": 320, "height": 256})
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        hidden += [(question.type, html) for html in page.evaluate(HIDDEN_FOCUS)]
        seen.add(question.type)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if page.locator("#v-q").is_visible():
                page.locator("#v-q").check()
            controls = page.evaluate(SMALL)
            assert controls, question.type
            small += [(question.type, width, height, html) for height, html in controls if height < 44]
    assert (hidden, small) == ([], [])
    assert seen == set(TYPES)


def test_a_question_shows_its_paragraphs(
    classroom: Classroom, teacher: User, student: Student, open_context: NewContext
) -> None:
    text = "The council met.\r\n\r\nWhich are true?\r\nChoose."
    questions = [{**question, "stem": text} for question in DOCUMENT["questions"]]
    edition = make_edition(document={**DOCUMENT, "questions": questions})
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=timezone.now())
    attempt = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    page = open_context(student, width=1280).new_page()

    shown = {}
    for number, question in enumerate(content_of(attempt).questions, start=1):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        shown[question.type] = page.locator("#stem").inner_text()

    assert shown == dict.fromkeys(TYPES, "The council met.\n\nWhich are true?\nChoose.")


@pytest.mark.slow
def test_a_statement_shows_its_paragraphs(
    classroom: Classroom, teacher: User, student: Student, open_context: NewContext
) -> None:
    said = "The council met.\r\n\r\nIt voted.\r\nNo one spoke."
    by_type = {question["type"]: question for question in DOCUMENT["questions"]}
    questions: list[dict[str, Any]] = [
        {**by_type["true_false"], "statement": said},
        {**by_type["evidence"], "statement": said},
        {**by_type["blanks"], "text": f"{said} {{a}} Reporting {{b}}"},
    ]
    edition = make_edition(document={**DOCUMENT, "questions": [{**one, "stem": said} for one in questions]})
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, created_at=timezone.now(), release="at_once"
    )
    attempt = make_attempt(assignment=given, student=student, started_at=timezone.now())
    paragraphs = "The council met.\n\nIt voted.\nNo one spoke."
    page, board = open_context(student, width=1280).new_page(), open_context(teacher, width=1280).new_page()

    def starts(texts: list[str]) -> list[str]:
        return [text[: len(paragraphs)] for text in texts]

    for number in (1, 2, 3):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        assert starts(page.locator(".says").all_inner_texts()) == [paragraphs]
        Board.objects.update_or_create(
            assignment=given,
            defaults={"position": number, "phase": 1, "changed_at": timezone.now(), "changed_by": teacher},
        )
        board.goto(reverse("class_board", args=[given.public_id]))
        assert starts(board.locator("#stem, .said").all_inner_texts()) == [paragraphs] * 2
    assert "No one spoke. (a) " in page.locator(".says").inner_text()
    # With the answer checked.
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check").click()
    page.locator(".verdict").wait_for()
    assert starts(page.locator("#stem, .says").all_inner_texts()) == [paragraphs] * 2
    board.goto(reverse("print_assignment", args=[given.public_id]))
    assert starts(board.locator(".paper-q :is(.stem, .says)").all_inner_texts()) == [paragraphs] * 6
    submit_attempt(attempt, now=timezone.now())
    board.goto(reverse("attempt_review", args=[attempt.public_id]))
    board.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert starts(board.locator(".review .says").all_inner_texts()) == [paragraphs] * 3
    both = f"{paragraphs}\n{paragraphs}"
    page.goto(reverse("result", args=[attempt.public_id]))
    for shown in (board, page):
        assert [text[: len(both)] for text in shown.locator(".rv-t").all_inner_texts()] == [both] * 3
    board.goto(reverse("item_analysis", args=[given.public_id]))
    assert [text[: len(both)] for text in board.locator(".rv-t").all_inner_texts()] == [both] * 3


def test_a_result_shows_the_paragraphs_of_a_written_answer(
    classroom: Classroom, teacher: User, student: Student, open_context: NewContext
) -> None:
    answer = "The mayor spoke of fear.\n\nHe also spoke of crimes."
    question = next(one for one in DOCUMENT["questions"] if one["type"] == "free_text")
    edition = make_edition(document={**DOCUMENT, "questions": [question]})
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, created_at=timezone.now(), release="after_hand_in"
    )
    attempt = make_answered_attempt(assignment=given, student=student, answers={question["key"]: answer})
    page = open_context(student, width=360).new_page()
    page.goto(reverse("result", args=[attempt.public_id]))
    page.locator(".review summary").click()
    assert f"You answered: {answer}" in page.locator(".rv-b").inner_text()


def number_of(attempt: Attempt, question_type: str) -> int:
    """The number of the attempt's question of this type."""
    return [question.type for question in content_of(attempt).questions].index(question_type) + 1


def test_focus_is_above_the_buttons_on_a_small_phone(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    # “Check my answer” and “Skip for now” stand one below the other.
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=320, height=568).new_page()
    hidden = []
    for number, question in enumerate(content_of(attempt).questions, start=1):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        if page.locator("#v-q").is_visible():
            page.locator("#v-q").check()
            # From a keyboard: a tap is on what is in sight, and moves nothing.
            page.keyboard.press("Tab")
            hidden += [(question.type, html) for html in page.evaluate(UNDER_BUTTONS)]
    assert hidden == []


def test_tap_on_an_answer_moves_no_answer(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    """A second tap at the same place chose the answer that had come there."""
    page = open_context(student, width=320, height=568).new_page()
    moved, tapped = [], set()
    for number, question in enumerate(content_of(attempt).questions, start=1):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        if page.locator("#v-q").is_visible():
            page.locator("#v-q").check()
        for x, y in page.evaluate(TAPPED):
            top = page.evaluate(TOP_AT, [x, y])
            page.mouse.click(x, y)
            tapped.add(question.type)
            if page.evaluate(TOP_AT, [x, y]) != top:
                moved.append((question.type, y))
    assert moved == []
    assert {"single", "multiple", "who_says_so"} <= tapped


@pytest.mark.parametrize("language", ["en", "es"])
def test_focus_is_above_the_buttons_of_an_unfinished_answer(
    language: str, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    Student.objects.update(language=language)
    page = open_context(student, width=320, height=568).new_page()
    page.goto(reverse("take_attempt", args=[attempt.public_id, number_of(attempt, "matching")]))
    page.locator("#v-q").check()
    page.get_by_role("combobox").first.select_option(index=1)
    page.locator("#question button[value=check]").click()
    expect(page.locator("#question .err")).to_be_focused()
    expect(page.locator("#question .err")).to_be_in_viewport()
    assert page.evaluate(UNDER_BUTTONS) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_unfinished_answer_is_told_in_sight_and_checked_anyway(
    javascript: bool, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=360, height=640, javascript=javascript).new_page()
    for question_type in ("matching", "answer_and_proof"):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number_of(attempt, question_type)]))
        if page.locator("label:has(#v-q)").is_visible():
            page.locator("label:has(#v-q)").click()
        if question_type == "matching":
            page.get_by_role("combobox").first.select_option(index=1)
        else:
            page.locator("label.opt").first.click()
        page.get_by_role("button", name="Check my answer").click()
        told = page.get_by_role("alert").filter(has_text="Once you check an answer")
        expect(told).to_be_in_viewport()
        assert not javascript or violations(page) == []
        if javascript and question_type == "matching":
            # What it says is no longer so.
            page.get_by_role("combobox").last.select_option(index=1)
            expect(told).to_be_hidden()
        page.get_by_role("button", name="Check it anyway").click()
        expect(page.locator(".verdict")).to_be_in_viewport()


def test_back_leads_to_a_page_that_asked_for_the_rest_of_an_answer(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student).new_page()

    def go_back_to(name: str, number: int, button: str, reply: str) -> None:
        page.goto(reverse(name, args=[attempt.public_id, number]))
        page.locator(button).first.click()
        expect(page.locator(reply)).to_be_visible()
        page.goto(reverse("student_home"))
        go_back(page)
        expect(page.get_by_role("button", name="Check my answer")).to_be_visible()

    go_back_to("take_attempt", number_of(attempt, "answer_and_proof"), ".pickbar .btn", ".err")
    submit_attempt(attempt, now=timezone.now())
    go_back_to("practice_question", 1, ".btn", ".err")
    # Practice has no script that moves a line.
    go_back_to("practice_question", number_of(attempt, "ordering"), "[name=down]", "[name=placed]:checked")


@pytest.mark.parametrize(
    ("whose", "question_type", "control", "away"),
    [
        ("student", "true_false", ".opt input", "network"),
        ("student", "evidence", ".pick input", "site"),
        ("teacher", "true_false", ".opt input", "proxy"),
        ("visitor", "single", ".opt input", "site"),
    ],
)
def test_check_outside_a_quiz_waits_for_the_site(
    whose: str,
    question_type: str,
    control: str,
    away: str,
    attempt: Attempt,
    student: Student,
    teacher: User,
    open_context: NewContext,
) -> None:
    submit_attempt(attempt, now=timezone.now())
    person, address = {
        "student": (student, ("practice_question", attempt.public_id)),
        "teacher": (teacher, ("try_set_question", attempt.assignment.edition.question_set.public_id)),
        "visitor": (None, ("try_question",)),
    }[whose]
    make_edition(question_set=make_question_set(slug="try-it"), document=make_document(slug="try-it", canary=True))
    number = number_of(attempt, question_type) if person else 1
    context = open_context(person, width=360, height=640, watched=False)
    page = context.new_page()
    page.goto(reverse(address[0], args=[*address[1:], number]))
    if page.locator("#v-q").count():
        page.locator("#v-q").check(force=True)
    check = page.get_by_role("button", name=re.compile("Check my"))
    check.click()
    expect(page.locator(".err")).to_be_focused()
    page.locator(control).first.check(force=True)
    take_away(context, page, away)
    check.click()
    notice = page.locator(".notice", has_text="You need to be online for that.")
    expect(notice).to_be_in_viewport()
    expect(page.locator(control).first).to_be_checked()
    bring_back(context)
    check.click()
    expect(page.locator(".verdict")).to_be_focused()


def test_words_of_speakers_are_not_broken(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    Student.objects.update(language="es")
    page = open_context(student, width=360).new_page()
    number = attempt.assignment.edition.questions.get(type="who_says_so").position
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.locator("#v-q").check()
    expect(page.get_by_text("Los manifestantes").first).to_be_visible()
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, page.evaluate(BROKEN)) == (width, [])


def test_text_twice_as_large_on_a_phone_keeps_words_whole(student: Student, open_context: NewContext) -> None:
    publish_built_in_sets()
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    assignment = make_assignment(edition=edition, classroom=student.classroom, created_at=timezone.now())
    attempt = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    page = open_context(student, width=180, height=320).new_page()
    for number, question in enumerate(content_of(attempt).questions, start=1):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        assert page.locator(".speaker, .opt, .pick label").count() > 1, question.key
        assert page.evaluate(BROKEN) == [], question.key
    page.goto("about:blank")
    submit_attempt(attempt, now=timezone.now())
    page.goto(reverse("result", args=[attempt.public_id]))
    expect(page.locator(".rv-t")).to_have_count(16)
    assert page.evaluate(BROKEN) == []


def test_verdict_is_in_sight_on_a_phone_without_scripts(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=360, height=640, javascript=False).new_page()
    number = attempt.assignment.edition.questions.get(type="true_false").position
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.locator("label.opt").first.click()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_in_viewport()
    # A line that was moved, too.
    number = attempt.assignment.edition.questions.get(type="ordering").position
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.locator("button[name=down]").first.click()
    expect(page.locator("#stem")).to_be_in_viewport()
    # And in practice. Else the heartbeat of the page may lead to the receipt at the same moment.
    page.goto("about:blank")
    submit_attempt(attempt, now=timezone.now())
    page.goto(reverse("practice_question", args=[attempt.public_id, 1]))
    page.locator("label.opt").first.click()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_in_viewport()


def test_focus_ring_of_an_error_above_sentences_cuts_no_text(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=360, height=640).new_page()
    number = attempt.assignment.edition.questions.get(type="answer_and_proof").position
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.get_by_role("button", name="Check my answer").press("Enter")
    error = page.get_by_text("Answer the question first.")
    expect(error).to_be_focused()
    gap = """error => {
      const ring = getComputedStyle(error);
      const edge = error.getBoundingClientRect().top - parseFloat(ring.outlineOffset) - parseFloat(ring.outlineWidth);
      return edge - error.previousElementSibling.getBoundingClientRect().bottom;
    }"""
    assert error.evaluate(gap) >= 0


def test_moved_line_keeps_the_focus_without_scripts(
    attempt: Attempt, student: Student, teacher: User, open_context: NewContext
) -> None:
    question = attempt.assignment.edition.questions.get(type="ordering")
    page = open_context(student, width=360, height=640, javascript=False).new_page()
    page.goto(reverse("take_attempt", args=[attempt.public_id, question.position]))
    first, second, third, *others = _lines(page)
    _move_by_keyboard(page)
    assert _lines(page) == [first, third, second, *others]
    # The preview of a teacher has no script that moves lines.
    page = open_context(teacher).new_page()
    page.goto(reverse("try_set_question", args=[question.edition.question_set.public_id, question.position]))
    first, second, third, *others = _lines(page)
    _move_by_keyboard(page)
    assert _lines(page) == [first, third, second, *others]


def _lines(page: Page) -> list[str]:
    return page.locator(".order [data-line]").all_inner_texts()


def _move_by_keyboard(page: Page) -> None:
    """Move the third line to the top, and back to the second place. At the top, its only button has the focus."""
    text = page.locator(".order > li").nth(2).locator("[data-line]").inner_text()
    page.locator("button[name=up]").nth(2).focus()
    page.keyboard.press("Enter")
    line = page.locator(".order > li").filter(has_text=text)
    expect(line.locator(".pos")).to_have_text("2")
    expect(line.locator("button[name=up]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(line.locator(".pos")).to_have_text("1")
    expect(line.locator("button[name=down]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(line.locator(".pos")).to_have_text("2")
    expect(line.locator("button[name=down]")).to_be_focused()


@pytest.mark.parametrize("language", slow_after(1, ["es", "en"]))
def test_links_that_stand_alone_are_large_enough_for_a_finger(
    language: str, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Student.objects.update(language=language)
    page = open_context(student, width=320, height=568).new_page()
    own = [attempt.public_id]
    places = [reverse("start_attempt", args=[attempt.assignment.public_id]), reverse("review_attempt", args=own)]
    for address in [reverse("student_home"), *places]:
        page.goto(address)
        assert page.evaluate(SMALL_ALONE) == []
    # Else the heartbeat of the page may lead to the receipt at the same moment.
    page.goto("about:blank")
    submit_attempt(attempt, now=timezone.now())
    page.goto(reverse("receipt", args=own))
    assert page.evaluate(SMALL_ALONE) == []
    # In a line of text, the link is as high as a finger too.
    Assignment.objects.update(max_attempts=2)
    page.goto(reverse("student_home"))
    again = page.locator(".sub > a").bounding_box()
    assert again
    assert again["height"] >= 43.5
    # Before the start, the home page leads to how points are earned.
    Attempt.objects.all().delete()
    page.goto(reverse("student_home"))
    assert page.evaluate(SMALL_ALONE) == []


def test_links_of_a_page_that_waits_are_large_enough_for_a_finger(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=320, height=568).new_page()
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    Assignment.objects.update(paused_at=timezone.now())
    page.goto(address)
    expect(page.get_by_role("heading", name="Paused by your teacher")).to_be_visible()
    assert page.evaluate(SMALL_ALONE) == []
    page.goto("about:blank")
    Assignment.objects.update(paused_at=None, is_teacher_paced=True)
    page.goto(address)
    expect(page.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    assert page.evaluate(SMALL_ALONE) == []


def test_ring_around_the_error_leaves_the_number_of_the_question_free(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=360, height=640).new_page()
    number = attempt.assignment.edition.questions.get(type="single").position
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.locator("#v-q").check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".err")).to_be_focused()
    error, place = (page.locator(name).bounding_box() for name in (".err", ".q-no"))
    assert error is not None
    assert place is not None
    assert place["y"] - (error["y"] + error["height"]) >= 6


def with_count(kind: str, count: int, classroom: Classroom, student: Student) -> tuple[Attempt, str]:
    """An attempt whose question of this type asks for this many, and the address of that question."""
    document = make_document()
    for question in document["questions"]:
        if question["type"] == kind:
            question["asked_count"] = count
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(type=kind).position
    return attempt, reverse("take_attempt", args=[attempt.public_id, number])


@pytest.mark.parametrize("kind", ["evidence", "multiple"])
def test_too_many_choices_show_a_message_right_away(
    kind: str, classroom: Classroom, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(with_count(kind, 2, classroom, student)[1])
    told = page.locator("[data-asked]")
    fits = page.get_by_text("of 2", exact=True)
    boxes = page.locator("#answers :is(.pick, .opts) label")
    for box in range(2):
        boxes.nth(box).click()
    expect(fits).to_be_visible()
    expect(told).to_be_empty()
    boxes.nth(2).click()
    expect(told).to_have_text(". Choose only 2.")
    expect(told).to_have_role("status")
    expect(fits).to_be_hidden()
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    page.reload()
    expect(told).to_have_text(". Choose only 2.")
    boxes.nth(2).click()
    expect(told).to_be_empty()
    expect(fits).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_another_sentence_replaces_the_first_where_one_is_asked_for(
    javascript: bool, classroom: Classroom, student: Student, open_context: NewContext
) -> None:
    attempt, address = with_count("evidence", 1, classroom, student)
    page = open_context(student, javascript=javascript).new_page()
    page.goto(address)
    expect(page.get_by_text("To change it, choose another one.")).to_be_visible()
    sentences, chosen = page.locator(".pick label"), page.locator(".pick :checked")
    sentences.nth(0).click()
    sentences.nth(2).click()
    expect(chosen).to_have_count(1)
    # With the keyboard, arrows choose.
    page.keyboard.press("ArrowUp")
    expect(sentences.nth(1).locator("input")).to_be_checked()
    expect(chosen).to_have_count(1)
    page.get_by_role("button", name=re.compile("Next question|Review my answers")).click()
    page.wait_for_url(lambda url: not url.endswith(address))
    assert attempt.answers.get(value__isnull=False).value == ["s2"]


def test_answer_of_two_sentences_is_shown_and_told_where_one_is_asked_for(
    classroom: Classroom, student: Student, open_context: NewContext
) -> None:
    attempt, address = with_count("evidence", 1, classroom, student)
    question = attempt.assignment.edition.questions.get(type="evidence")
    save_answer(attempt, question.pk, ["s1", "s2"], operation="two", seen_revision=0, now=timezone.now())
    page = open_context(student).new_page()
    page.goto(address)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(page.locator("[data-asked]")).to_have_text(". Choose only 1.")


def test_statement_stays_in_sight_above_the_sentences_on_a_phone(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    statement, sentences = page.locator("#statement"), page.locator(".pick label")
    for height in (500, 640):
        page.set_viewport_size({"width": 360, "height": height})
        page.goto(reverse("take_attempt", args=[attempt.public_id, number_of(attempt, "evidence")]))
        # A reading of several screens.
        sentences.evaluate_all("labels => labels.forEach((label) => { label.style.minBlockSize = '9rem'; })")
        sentences.last.scroll_into_view_if_needed()
        expect(sentences.first).not_to_be_in_viewport()
        expect(statement).to_be_in_viewport(ratio=1)
        # All of it, with room for sentences below it.
        assert statement.evaluate("place => place.scrollHeight - place.clientHeight") <= 0, height
        ends = [page.locator(bar).bounding_box() for bar in ("#statement", ".pickbar")]
        assert ends[1]["y"] - ends[0]["y"] - ends[0]["height"] > height / 3
        group = page.locator("#answers fieldset")
        expect(group).to_have_accessible_name(re.compile(re.escape(statement.inner_text())))
