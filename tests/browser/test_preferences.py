"""What a device asks for: forced colors, less motion. Every page of the site is in test_every_page."""

import io
import itertools
from datetime import timedelta
from typing import Literal

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Attempt, Classroom, Edition, Student, User
from tests.browser.conftest import NewContext, overflow
from tests.browser.test_every_page import BROKEN_WORDS
from tests.content.question_types.test_walk import DOCUMENT
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_draft,
    make_edition,
    make_student,
)
from tests.slow_cases import slow_after


@pytest.fixture
def attempt(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt at a quiz with a question of every type, begun now."""
    assignment = make_assignment(
        edition=make_edition(document=DOCUMENT),
        classroom=classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
        release=Assignment.Release.AT_ONCE,
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


# Where the words of a link are: left, top, right and bottom.
BOX_OF_WORDS = """link => {
  const words = document.createRange();
  words.selectNodeContents(link);
  const { left, top, right, bottom } = words.getBoundingClientRect();
  return [left, top, right, bottom];
}"""


def drawn(target: Locator) -> Image.Image:
    """How bright the element is while nothing has the focus and no pointer is near."""
    target.page.evaluate("document.activeElement.blur()")
    return drawn_now(target)


def drawn_now(target: Locator) -> Image.Image:
    """How bright the element is while no pointer is near."""
    target.page.mouse.move(1, 1)
    # To hide the caret, Playwright would give every field a style attribute, which htmx may not copy under our policy.
    return Image.open(io.BytesIO(target.screenshot(caret="initial"))).convert("L")


def is_plain(before: Image.Image, after: Image.Image) -> bool:
    """Whether people with low vision see the change: another shade of a thin edge is none."""
    changed = ImageChops.difference(before, after).point(lambda brightness: 255 if brightness > 96 else 0)
    return changed.histogram()[255] >= 60


@pytest.mark.parametrize("dark", slow_after(1, [False, True]), ids=["light", "dark"])
def test_forced_colors_show_what_is_chosen_and_what_has_the_focus(
    dark: bool, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, dark=dark).new_page()
    page.emulate_media(forced_colors="active")
    alike, unfocused, seen = [], [], set()
    for number, question in enumerate(content_of(attempt).questions, start=1):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        choices = page.locator("form[data-answers] :is(input[type=radio], input[type=checkbox]):visible")
        if choices.count() == 0:
            continue
        choice = choices.first
        target = choice.locator("xpath=ancestor::label[1]")
        before = drawn(target)
        choice.check(force=True)
        chosen = drawn(target)
        if not is_plain(before, chosen):
            alike.append(question.type)
        if question.type == "who_says_so":
            fills = page.locator(".speaker input").evaluate_all(
                "inputs => inputs.map((one) => [one.checked, getComputedStyle(one).backgroundColor])"
            )
            assert {fill for is_chosen, fill in fills if is_chosen}.isdisjoint(
                fill for is_chosen, fill in fills if not is_chosen
            )
        choice.press("Tab")
        page.keyboard.press("Shift+Tab")
        if not is_plain(chosen, drawn_now(target)):
            unfocused.append(question.type)
        seen.add(question.type)
    assert (alike, unfocused) == ([], [])
    assert seen >= {"single", "multiple", "true_false", "who_says_so", "evidence", "answer_and_proof"}


def test_forced_colors_show_whether_the_sentence_with_the_focus_is_chosen(
    teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.emulate_media(forced_colors="active")
    draft = make_draft(owner=teacher, document=DOCUMENT)
    page.goto(reverse("edit_question", args=[draft.question_set.public_id, "charged-first"]))
    page.get_by_text("Sentences that suggest the wrong answer").first.click()
    sentence = page.locator("[data-chips] label").first
    sentence.locator("input").focus()
    before = drawn_now(sentence)
    page.keyboard.press("Space")
    assert is_plain(before, drawn_now(sentence))


def test_forced_colors_show_the_current_page_and_all_edges_of_a_card(
    teacher: User, classroom: Classroom, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.emulate_media(forced_colors="active")
    page.goto(reverse("teacher_home"))
    edges = page.locator(".mast nav a").evaluate_all(
        "links => links.map(one => [one.hasAttribute('aria-current'), getComputedStyle(one).borderBottomColor])"
    )
    current = {color for is_current, color in edges if is_current}
    others = {color for is_current, color in edges if not is_current}
    assert len(current) == 1
    assert current.isdisjoint(others)
    page.goto(reverse("assign_quiz"))
    cards = page.locator(".presets .opt").evaluate_all(
        "cards => cards.map(getComputedStyle).map(style => [style.borderLeftColor, style.borderRightColor])"
    )
    assert cards
    assert [left for left, _ in cards] == [right for _, right in cards]
    page.goto(reverse("edit_question", args=[make_draft(owner=teacher).question_set.public_id, "one"]))
    widths = page.locator(".qlist li a").evaluate_all("all => all.map(one => getComputedStyle(one).borderLeftWidth)")
    assert widths == ["4px", "0px", "0px", "0px"]


def test_forced_colors_cut_no_words_above_a_score(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    submit_attempt(attempt, now=timezone.now())
    page = open_context(student).new_page()
    page.emulate_media(forced_colors="active")
    page.goto(reverse("result", args=[attempt.public_id]))
    words = page.get_by_role("heading", name="Your score")
    beside_score = drawn(words)
    page.locator(".score").evaluate("score => score.remove()")
    assert not is_plain(beside_score, drawn(words))


# How the links or buttons to the questions look: which is current, which is answered, and what can be seen of it.
LOOKS = """links => links.map((one) => {
  const { backgroundColor, borderBlockEndWidth } = getComputedStyle(one);
  return [one.hasAttribute("aria-current"), one.hasAttribute("data-done"), backgroundColor + borderBlockEndWidth];
})"""


def test_forced_colors_show_the_current_question_and_the_answered(
    attempt: Attempt, teacher: User, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.emulate_media(forced_colors="active")
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    page.locator("label.opt input").first.check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_visible()
    page.goto(reverse("take_attempt", args=[attempt.public_id, 3]))
    page.get_by_text("All questions", exact=True).click()
    assert looks_apart(page) == {(True, False), (False, True), (False, False)}
    board = open_context(teacher).new_page()
    board.emulate_media(forced_colors="active")
    board.goto(reverse("class_board", args=[attempt.assignment.public_id]))
    assert looks_apart(board) == {(True, False), (False, False)}


def looks_apart(page: Page) -> set[tuple[bool, bool]]:
    """The states of the questions, each of which has a look of its own: (current, answered)."""
    seen = page.locator(".jump :is(a, button)").evaluate_all(LOOKS)
    by_state = {(current, answered): look for current, answered, look in seen}
    assert len(set(by_state.values())) == len(by_state)
    return set(by_state)


def moving(page: Page, attempt: Attempt, number: int, motion: Literal["no-preference", "reduce"]) -> tuple[bool, str]:
    """Whether something moves when the marked sentence comes into the reading, and how the page scrolls."""
    page.emulate_media(reduced_motion=motion)
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    page.locator("label.opt input").first.check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_visible()
    has_moved = page.evaluate("document.getAnimations().length > 0")
    return has_moved, page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")


def test_nothing_moves_for_who_asks_for_less_motion(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    questions = enumerate(content_of(attempt).questions, start=1)
    first, second = (place for place, one in questions if one.type in {"single", "true_false"})
    page = open_context(student).new_page()
    assert moving(page, attempt, first, "no-preference") == (True, "smooth")
    assert moving(page, attempt, second, "reduce") == (False, "auto")


def test_page_of_a_student_fits_a_phone_with_large_letters(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, open_context: NewContext
) -> None:
    for number in range(3):
        given = make_assignment(edition=edition, classroom=classroom, own_title=f"The agreement, part {number}")
        make_answered_attempt(assignment=given, student=student)
    page = open_context(teacher, width=320).new_page()
    page.goto(reverse("student_history", args=[student.public_id]))
    page.get_by_text("Scores over time as a table").click()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) == 0
    # The percentages of the chart are apart.
    boxes = [label.bounding_box() for label in page.locator(".trend text:not(.ax)").all()]
    places = [(box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert len(places) == 3
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(places))
    page.get_by_role("link", name="Report for a parent").click()
    page.get_by_role("region", name="Quizzes").wait_for()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) == 0


def test_quiz_on_the_home_page_fits_a_phone_with_large_letters(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=320).new_page()
    page.goto(reverse("student_home"))
    # What “Very large” is in the settings of a browser, and twice the size.
    for size in ("150%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert (overflow(page), size) == (0, size)
    # The bar with the main button breaks no word, so that it covers few sentences.
    types = [question.type for question in content_of(attempt).questions]
    page.goto(reverse("take_attempt", args=[attempt.public_id, types.index("evidence") + 1]))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    broken = [line.split(" in ")[0] for line in page.evaluate(BROKEN_WORDS)]
    assert {"Selected", "Check", "my", "evidence"} & {*broken} == set()


@pytest.mark.parametrize("name", ["regrade_question", "edit_question"])
def test_lines_to_order_fit_a_phone_of_a_teacher_with_large_letters(
    name: str, teacher: User, open_context: NewContext
) -> None:
    [(number, key)] = [
        (place, one["key"]) for place, one in enumerate(DOCUMENT["questions"], start=1) if one["type"] == "ordering"
    ]
    if name == "edit_question":
        args: list[str | int] = [make_draft(owner=teacher, document=DOCUMENT).question_set.public_id, key]
    else:
        edition = make_edition(document=DOCUMENT)
        given = make_assignment(edition=edition, classroom=make_classroom(teacher=teacher), assigned_by=teacher)
        args = [given.public_id, number]
    page = open_context(teacher, width=320).new_page()
    page.goto(reverse(name, args=args))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.locator(".order [name=down]").count() > 1
    assert overflow(page) == 0


def test_largest_letters_of_a_browser_leave_whole_words_on_a_phone(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    # 360 pixels with letters twice as large are as wide as 180 with normal ones.
    page = open_context(student, width=180, height=320).new_page()
    numbers = range(1, len(content_of(attempt).questions) + 1)
    pages = [reverse("take_attempt", args=[attempt.public_id, number]) for number in numbers]
    pages += [reverse("student_home"), reverse("start_attempt", args=[attempt.assignment.public_id])]
    for address in pages:
        page.goto(address)
        broken = [line.split(" in ")[0] for line in page.evaluate(BROKEN_WORDS)]
        assert [word for word in broken if len(word) < 10] == []
        assert overflow(page) == 0


def test_largest_letters_of_a_browser_leave_whole_names_on_a_phone(
    classroom: Classroom, open_context: NewContext
) -> None:
    for name in ("Anthony Davis", "Brianna Woods", "Spencer Smith"):
        make_student(classroom=classroom, name=name, created_at=timezone.now())
    page = open_context(width=180, height=320).new_page()
    page.goto(reverse("join"))
    page.get_by_label("Class code").fill(classroom.join_code)
    page.get_by_role("button", name="Find my class").click()
    expect(page.get_by_role("button", name="Spencer S.")).to_be_visible()
    assert page.evaluate(BROKEN_WORDS) == []


@pytest.mark.parametrize("language", slow_after(1, ["es", "en"]))
def test_largest_letters_of_a_browser_leave_whole_words_on_a_teachers_phone(
    language: str, attempt: Attempt, teacher: User, open_context: NewContext
) -> None:
    User.objects.update(language=language)
    # Something to do on the home page.
    Assignment.objects.update(due_at=timezone.now() - timedelta(hours=1))
    page = open_context(teacher).new_page()
    classroom = [attempt.student.classroom.public_id]
    for name, args in (
        ("teacher_home", []),
        ("assignment_progress", [attempt.assignment.public_id]),
        ("classroom_quizzes", classroom),
        ("classroom_gradebook", classroom),
    ):
        page.set_viewport_size({"width": 180, "height": 320})
        page.goto(reverse(name, args=args))
        broken = [line.split(" in ")[0] for line in page.evaluate(BROKEN_WORDS)]
        assert (name, [word for word in broken if len(word) < 10], overflow(page)) == (name, [], 0)
        # Letters at one and a half.
        page.set_viewport_size({"width": 240, "height": 427})
        sets, search = (page.locator(".mast nav a").nth(place).evaluate(BOX_OF_WORDS) for place in (1, 2))
        assert sets[2] <= search[0] or sets[3] <= search[1]
    # The bar of a preview has a sentence.
    page.set_viewport_size({"width": 180, "height": 320})
    page.goto(reverse("try_set_question", args=[attempt.assignment.edition.question_set.public_id, 1]))
    expect(page.locator(".qbar")).to_be_visible()
    assert overflow(page) == 0
