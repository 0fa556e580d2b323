"""The live pages of a teacher: what changes, what stays where it is, when they ask and when they do not."""

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, Route, expect

from quizzes.assignments import lifecycle
from quizzes.assignments.board import show_on_board
from quizzes.attempts import heartbeats
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition, published
from quizzes.models import Assignment, Attempt, Board, Classroom, Presence, QuestionSet, Student, Teaching, User
from quizzes.people.rosters import rename_student
from tests.browser.conftest import (
    NewContext,
    assert_sound,
    becomes_true,
    go_offline,
    overflow,
    reply_in_place,
    violations,
)
from tests.browser.test_every_page import BROKEN_WORDS, open_in, school  # noqa: F401  a fixture
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_student,
    save,
    wrong_value,
)
from tests.integration.test_access import School
from tests.slow_cases import slow_after
from tests.views.teacher.test_grading_queue import typed_document


@pytest.fixture
def running(teacher: User) -> Assignment:
    """Thirty students, all at work and none with an answer."""
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    given = make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher, created_at=now)
    for number in range(30):
        student = make_student(classroom=classroom, name=f"Student {number:02}", created_at=now)
        make_attempt(assignment=given, student=student, started_at=now)
    return given


def answer(assignment: Assignment, name: str, key: str = "one", value: Any = "b") -> None:
    attempt = Attempt.objects.get(assignment=assignment, student__display_name=name)
    save(attempt, key, value, now=timezone.now())


def row(page: Page, name: str) -> Any:
    return page.get_by_role("row").filter(has_text=name)


def polls_of(page: Page) -> list[str]:
    """Each poll of the page, noted as it begins."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if is_poll(request) else None)
    return seen


def is_poll(request: Request) -> bool:
    return request.url.endswith("/live/")


def progress_of(assignment: Assignment) -> str:
    return reverse("assignment_progress", args=[assignment.public_id])


def be(page: Page, state: str) -> None:
    """What a browser does to a page whose tab goes behind another, or comes back: Playwright shows every page."""
    page.evaluate(
        "state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        state,
    )


# --- Progress -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", slow_after(1, [360, 1280]))
def test_change_shows_without_a_reload_and_keeps_focus_and_scroll(
    width: int, running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=width, height=600).new_page()
    page.goto(progress_of(running))
    page.evaluate("window.stays = true")
    region = page.get_by_role("region", name="Progress of students, part 2")
    page.get_by_role("link", name="Student 20", exact=True).focus()
    page.evaluate("window.scrollBy(0, 40)")
    region.evaluate("place => { place.scrollLeft = 30; }")
    link = page.get_by_role("link", name="Student 20", exact=True).element_handle()
    before = link.bounding_box(), region.evaluate("place => place.scrollLeft")

    answer(running, "Student 20")
    answer(running, "Student 03")

    for name in ("Student 20", "Student 03"):
        expect(row(page, name)).to_contain_text("1 of 4")
    assert (link.bounding_box(), region.evaluate("place => place.scrollLeft")) == before
    assert page.evaluate("link => document.activeElement === link", link)
    assert page.evaluate("window.stays") is True


def test_row_that_is_new_takes_no_focus_away(running: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    page.get_by_role("link", name="Student 20", exact=True).focus()
    make_student(classroom=running.classroom, name="Aaron", created_at=timezone.now())
    expect(row(page, "Aaron")).to_contain_text("Not started")
    expect(page.get_by_role("link", name="Student 20", exact=True)).to_be_focused()
    expect(page.locator("#progress-counts")).to_have_text("0 of 31 turned in, 30 in progress, 1 not started")


# How far the focus ring of an element reaches beyond the box that scrolls around it, in CSS pixels.
BEYOND_THE_BOX = """(button) => {
  const { outlineWidth, outlineOffset } = getComputedStyle(button);
  const reach = parseFloat(outlineWidth) + parseFloat(outlineOffset);
  const [ring, box] = [button, button.closest(".scroll")].map((element) => element.getBoundingClientRect());
  return Math.max(box.left - ring.left, ring.right - box.right, ring.bottom - box.bottom) + reach;
}"""


def test_ring_of_the_last_menu_is_whole(running: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    button = page.locator(".row-menu").last
    # The keyboard moved the focus, so that the ring is shown.
    page.keyboard.press("Tab")
    button.focus()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert button.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
        assert button.evaluate(BEYOND_THE_BOX) <= 0, width


def test_pressed_button_stays_until_it_is_released(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    page.get_by_role("button", name="More: Student 20").hover()
    make_student(classroom=running.classroom, name="Aaron", created_at=timezone.now())
    with page.expect_response(lambda response: is_poll(response.request) and response.status == 200):
        page.mouse.down()
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    expect(row(page, "Aaron")).to_have_count(0)
    page.mouse.up()
    expect(row(page, "Aaron")).to_contain_text("Not started")
    expect(page.locator(":popover-open")).to_be_visible()


def open_menu(page: Page, student: str) -> Locator:
    page.get_by_role("button", name=f"More: {student}").click()
    return page.locator(":popover-open")


def test_focus_stays_in_the_menu_of_a_student_who_turns_in(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(hours=1))
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    menu = open_menu(page, "Student 20")
    menu.get_by_role("link", name="Add minutes").focus()
    submit_attempt(Attempt.objects.get(student__display_name="Student 20"), now=timezone.now())
    expect(menu.get_by_role("link", name="Reopen")).to_be_visible()
    expect(menu.get_by_role("link", name="Extend or excuse")).to_be_focused()
    # A row that leaves this table, and one that comes, leave the menu open.
    make_student(classroom=running.classroom, name="Aaron", created_at=timezone.now())
    expect(row(page, "Aaron")).to_contain_text("Not started")
    expect(menu.get_by_role("link", name="Extend or excuse")).to_be_focused()


@pytest.mark.slow
def test_menu_stays_open_when_another_student_goes_to_the_end(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    menu = open_menu(page, "Student 20")
    menu.get_by_role("link", name="Extend or excuse").focus()
    student = Student.objects.get(display_name="Student 17")
    rename_student(student, name="Zoe", by=teacher, now=timezone.now())
    expect(page.locator("tr").last).to_contain_text("Zoe")
    expect(menu.get_by_role("link", name="Extend or excuse")).to_be_focused()


# Lists of items with an id, without, and with one twice: those that are wrong, and those whose items are replaced.
PATCHED = """async () => {
  const { patch } = await import(document.querySelector("script[src*=live_page]").src);
  const names = ["a", "b", "c", "d", "", ""];
  const wrong = [];
  let seed = 1;
  const random = (limit) => (seed = seed * 48271 % 2147483647) % limit;
  const some = () => Array.from({ length: random(6) }, () => names[random(names.length)]);
  const list = (ids) => {
    const made = document.createElement("ul");
    for (const id of ids) {
      const item = Object.assign(document.createElement("li"), { id, title: id + random(3) });
      made.append(random(2) ? " " : "", item);
    }
    return made;
  };
  for (let turn = 0; turn < 5000; turn += 1) {
    const [before, after] = [some(), some()];
    const [old, fresh] = [list(before), list(after)];
    const isOne = (id) => id && [before, after].every((ids) => ids.filter((other) => other === id).length === 1);
    const kept = [...old.children].filter(({ id }) => isOne(id));
    const expected = fresh.innerHTML;
    try { patch(old, fresh); } catch (error) { wrong.push(`${before} ${after} ${error}`); continue; }
    if (old.innerHTML !== expected) wrong.push(`${before} ${after}`);
    else if (kept.some((item) => item.parentElement !== old)) wrong.push(`${before} ${after} replaced`);
  }
  return wrong.slice(0, 5);
}"""


def test_page_is_as_the_reply_whatever_comes_goes_or_changes_places(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    assert page.evaluate(PATCHED) == []


def test_focus_stays_at_a_student_whose_row_goes_to_the_other_table(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    open_menu(page, "Student 15").get_by_role("link", name="Extend or excuse").focus()
    make_student(classroom=running.classroom, name="Aaron", created_at=timezone.now())
    expect(row(page, "Aaron")).to_contain_text("Not started")
    expect(page.locator(":popover-open")).to_have_count(0)
    expect(page.get_by_role("link", name="Student 15", exact=True)).to_be_focused()


@pytest.mark.slow
def test_focus_stays_on_close_in_the_menu_of_a_student_who_turns_in(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(progress_of(running))
    menu = open_menu(page, "Student 20")
    menu.get_by_role("button", name="Close").focus()
    submit_attempt(Attempt.objects.get(student__display_name="Student 20"), now=timezone.now())
    expect(menu.get_by_role("link", name="Reopen")).to_be_visible()
    expect(menu.get_by_role("button", name="Close")).to_be_focused()


def test_hidden_tab_does_not_ask_and_asks_at_once_when_it_is_back(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    polls = polls_of(page)
    page.clock.install()
    page.goto(progress_of(running))
    with page.expect_response(lambda response: is_poll(response.request)):
        page.clock.run_for(1_500)
    # The next one is a second and a half away.
    count = len(polls)
    be(page, "hidden")
    page.clock.run_for(10 * 60_000)
    answer(running, "Student 03")
    page.clock.run_for(10 * 60_000)
    assert len(polls) == count
    expect(row(page, "Student 03")).to_contain_text("0 of 4")
    with page.expect_response(lambda response: is_poll(response.request)):
        be(page, "visible")
    assert len(polls) == count + 1
    expect(row(page, "Student 03")).to_contain_text("1 of 4")


def test_site_that_does_not_answer_is_said_in_words_and_asked_less_often(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    # The console reports requests that fail, so nobody watches it.
    page = open_context(teacher, watched=False).new_page()
    # The last wait is then 36.75 s of the 40 that pass below.
    page.add_init_script("Math.random = () => 0.9")
    page.clock.install()
    page.goto(progress_of(running))
    page.route("**/live/", lambda route: route.abort())
    polls = polls_of(page)
    notice = page.locator("[data-live-notice]")
    for pause in (1_500, 4_000, 8_000, 16_000, 38_000, 38_000):
        # A jump, so that no time is left in which the page would give up a poll.
        with page.expect_event("requestfailed", is_poll):
            page.clock.fast_forward(pause)
        page.wait_for_function("() => true")
    assert len(polls) == 6  # in 105 seconds, in which a page that hears nothing wrong asks 70 times
    expect(notice).to_contain_text(re.compile(r"Not updated since \d{1,2}:\d\d [ap]m\."))
    assert violations(page) == []
    page.unroute("**/live/")
    answer(running, "Student 03")
    page.clock.fast_forward(40_000)
    expect(row(page, "Student 03")).to_contain_text("1 of 4")
    expect(notice).to_be_empty()
    # Spanish has 24 hours, if nothing else is said, but the page says “3:05 p. m.”
    page.evaluate("document.documentElement.lang = 'es'")
    page.route("**/live/", lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed", is_poll):
            page.clock.fast_forward(40_000)
        page.wait_for_function("() => true")
    expect(notice).to_contain_text(re.compile(r"\d{1,2}:\d\d [ap]\. m\."))


@pytest.mark.slow
def test_page_says_that_its_teacher_is_signed_out(running: Assignment, teacher: User, open_context: NewContext) -> None:
    context = open_context(teacher)
    page = context.new_page()
    page.goto(progress_of(running))
    context.clear_cookies()
    expect(page.locator("[data-live-notice]")).to_contain_text("You’re signed out.")
    assert violations(page) == []


def test_names_stay_hidden_while_the_board_lives(running: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=320).new_page()
    page.goto(progress_of(running))
    page.get_by_role("button", name="Hide names").press("Enter")
    # The page is a new one, and the keyboard goes on from the same button.
    expect(page.get_by_role("button", name="Show names")).to_be_focused()
    names = [student.display_name for student in Student.objects.all()]
    Student.objects.update(display_name="Somebody")
    for number, student in enumerate(Student.objects.order_by("pk")):
        Student.objects.filter(pk=student.pk).update(display_name=f"Secret {number:02}")
    attempt = Attempt.objects.order_by("pk").first()
    assert attempt is not None
    submit_attempt(attempt, now=timezone.now())
    expect(page.locator("#progress-counts")).to_have_text("1 of 30 turned in, 29 in progress")
    shown = page.content()
    assert "Secret" not in shown
    assert str(Attempt.objects.get(pk=attempt.pk).receipt) not in shown
    assert len(names) == page.locator("#progress-board tbody tr").count()
    assert_sound(page)


def test_progress_without_javascript_is_whole(running: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(progress_of(running))
    answer(running, "Student 03")
    expect(page.get_by_text("Updates live")).to_be_hidden()
    page.get_by_role("link", name="Refresh").click()
    expect(row(page, "Student 03")).to_contain_text("1 of 4")
    page.get_by_role("button", name="Hide names").click()
    expect(page.get_by_role("button", name="Show names")).to_be_visible()
    expect(page.get_by_role("link", name="Student 03")).to_have_count(0)


# --- The heartbeat ------------------------------------------------------------------------------------------------


def test_quiz_page_says_that_it_is_there_and_not_more_often_than_it_should(
    running: Assignment, open_context: NewContext
) -> None:
    attempt = Attempt.objects.select_related("student").filter(assignment=running).order_by("pk")[3]
    page = open_context(attempt.student).new_page()
    page.clock.install()
    said: list[str] = []
    page.on("request", lambda request: said.append(request.post_data or "") if request.url.endswith("/here/") else None)
    with page.expect_response("**/here/"):
        page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
        page.clock.run_for(100)
    for number in (2, 3, 4):
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
        page.clock.run_for(2_000)
    assert len(said) == 1
    with page.expect_response("**/here/"):
        page.clock.run_for(15_000)
    with page.expect_response("**/here/"):
        page.clock.run_for(20_000)
    assert len(said) == 3
    presence = Presence.objects.select_related("question").get()
    assert presence.question is not None
    assert (presence.attempt_id, presence.question.position) == (attempt.pk, 4)


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 503, "body": "down"},
        {"status": 429, "body": "slow down"},
        {"status": 302, "headers": {"Location": "/portal/"}},
    ],
    ids=["503", "429", "redirect"],
)
def test_heartbeats_go_on_after_a_refusal(
    reply: dict[str, Any], attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, watched=False).new_page()
    page.clock.install()
    page.route("**/here/", lambda route: route.fulfill(**reply))
    with page.expect_request("**/here/"):
        page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
        page.clock.run_for(100)
    page.unroute_all(behavior="wait")
    # Until the page has the reply.
    page.wait_for_timeout(300)
    with page.expect_response("**/here/") as heartbeat:
        page.clock.run_for(20_000)
    assert (heartbeat.value.status, Presence.objects.count()) == (200, 1)


def test_heartbeats_go_on_one_at_a_time_after_some_without_a_reply(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, watched=False).new_page()
    page.clock.install()
    said: list[str] = []
    page.on("request", lambda request: said.append(request.url) if request.url.endswith("/here/") else None)
    page.route("**/here/", lambda route: None)
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    page.clock.run_for(100)
    # A student who signs in again is there at once.
    page.evaluate("document.dispatchEvent(new CustomEvent('footnote:signed-in'))")
    # Both are given up.
    page.clock.run_for(10_000)
    assert len(said) == 2
    page.unroute_all()
    with page.expect_response("**/here/"):
        page.clock.run_for(20_000)
    assert len(said) == 3


# --- The board ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_second_window_follows_the_keys_of_the_first(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    controls, wall = open_context(teacher).new_page(), open_context(teacher).new_page()
    for page in (controls, wall):
        page.goto(reverse("class_board", args=[running.public_id]))
    wall.evaluate("window.stays = true")
    answer(running, "Student 03")
    for key, words in [
        ("ArrowRight", "of 30 have answered"),
        ("PageDown", "1 of 30 have answered."),
        ("ArrowRight", "Reported fact"),
        ("ArrowRight", "Question 2 of 4"),
        ("ArrowLeft", "Question 1 of 4"),
    ]:
        controls.keyboard.press(key)
        expect(controls.locator("#board-slide")).to_contain_text(words)
        expect(wall.locator("#board-slide")).to_contain_text(words)
        expect(controls.get_by_role("button", name=re.compile("Show|Next question"))).to_be_visible()
    assert wall.evaluate("window.stays") is True


def test_board_stays_when_a_button_finds_no_network(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    # The console reports requests that fail.
    page = open_context(teacher, height=720, watched=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    go_offline(page.context)
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-live-notice]")).to_contain_text("We can’t reach the site.")
    expect(page.locator("#board-slide")).to_contain_text("Question 1 of 4: The question")
    page.context.set_offline(False)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-slide")).to_contain_text("of 30 have answered")
    expect(page.locator("[data-live-notice]")).to_be_empty()


@pytest.mark.parametrize("status", slow_after(1, [502, 200]), ids=["proxy", "filter"])
def test_board_stays_when_something_else_replies_for_a_site_that_is_away(
    status: int, running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, height=720, watched=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    reply_in_place(page.context, lambda route: route.fulfill(status=status, body="<h1>Not the site</h1>"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-live-notice]")).to_contain_text("We can’t reach the site.")
    expect(page.locator("#board-slide")).to_contain_text("Question 1 of 4: The question")
    # Nor does a poll take its page for news.
    with page.expect_response("**/live/"):
        pass
    page.wait_for_timeout(100)
    expect(page.locator("[data-live-notice]")).to_contain_text("We can’t reach the site.")


@pytest.mark.parametrize("comes_back", slow_after(1, [True, False]))
def test_board_says_that_it_tries_to_reach_the_site_and_what_came_of_it(
    comes_back: bool, running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, height=720, watched=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    asked: list[Route] = []
    page.route("**/livez", lambda route: asked.append(route))  # Playwright refuses a built-in
    page.keyboard.press("ArrowRight")
    notice = page.locator("[data-live-notice]")
    expect(notice).to_have_text(re.compile(r"Trying to reach the site\.\s+Nothing has changed yet\."))
    # A poll gets through, but what was pressed has no reply.
    with page.expect_response("**/board/live/"):
        pass
    page.wait_for_timeout(100)
    expect(notice).to_contain_text("Trying to reach the site.")
    assert violations(page) == []
    if comes_back:
        asked[0].continue_()
        expect(page.locator("#board-slide")).to_contain_text("of 30 have answered")
        expect(notice).to_be_empty()
    else:
        page.route("**/board/live/", lambda route: route.abort())
        asked[0].abort()
        expect(notice).to_contain_text("We can’t reach the site. Nothing changed, so press the button again later.")
        # A poll that fails too takes nothing from that.
        for _ in range(3):
            with page.expect_event("requestfailed", is_poll):
                pass
        page.wait_for_timeout(100)
        expect(notice).to_contain_text("Nothing changed")
        page.unroute("**/board/live/")
        expect(notice).to_be_empty()


@pytest.mark.slow
def test_button_that_changed_while_the_site_was_asked_is_not_pressed(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(running, number=1, phase=Board.Phase.COUNT, by=teacher, now=timezone.now())
    page = open_context(teacher, height=720, watched=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    asked: list[Route] = []
    page.route("**/livez", lambda route: asked.append(route))  # Playwright refuses a built-in
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("ArrowRight")
    # Another teacher goes on at the same moment, and the poll brings it.
    show_on_board(running, number=1, phase=Board.Phase.ANSWERS, by=teacher, now=timezone.now())
    expect(page.get_by_role("button", name="Show the evidence")).to_be_visible()
    assert becomes_true(page, lambda: asked)
    asked[0].continue_()
    # The next press is a new one.
    for _ in range(2):
        with page.expect_response("**/board/live/"):
            pass
    assert (posts, len(asked)) == ([], 1)


def test_two_teachers_who_give_more_time_at_the_same_moment_give_it_once(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    closes_at = timezone.now() + timedelta(minutes=5)
    Assignment.objects.update(closes_at=closes_at)
    page = open_context(teacher, height=720, watched=False).new_page()
    page.goto(reverse("running_class", args=[running.public_id]))
    asked: list[Route] = []
    page.route("**/livez", lambda route: asked.append(route))  # Playwright refuses a built-in
    page.get_by_role("button", name="10 more minutes").click()
    running.refresh_from_db()
    ten = timedelta(minutes=10)
    lifecycle.give_more_time(
        running, more_time=ten, seen_close=closes_at, by=teacher, now=timezone.now(), seen_limit=None
    )
    expect(page.get_by_text("15 min left")).to_be_visible()
    asked[0].continue_()
    for _ in range(2):
        with page.expect_response("**/running/live/"):
            pass
    running.refresh_from_db()
    assert running.closes_at == closes_at + ten


@pytest.mark.slow
@pytest.mark.parametrize("name", ["running_class", "class_board", "assignment_progress"])
def test_message_goes_when_another_teacher_changes_what_it_says(
    name: str, running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, height=720).new_page()
    page.goto(reverse(name, args=[running.public_id]))
    page.get_by_role("button", name="Pause").click()
    message = page.get_by_text("Answers until then count.")
    expect(message).to_be_visible()
    page.locator("#messages").evaluate("box => box.insertAdjacentHTML('beforeend', '<p class=\"bad-n\">A warning</p>')")
    # Another change leaves it.
    with page.expect_response(lambda response: "/live/" in response.url and response.status == 200):
        newcomer = make_student(classroom=running.classroom, name="Ana S.")
        make_attempt(assignment=running, student=newcomer, started_at=timezone.now())
    expect(message).to_be_visible()
    lifecycle.resume(running, by=teacher, now=timezone.now())
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(message).to_have_count(0)
    expect(page.get_by_text("A warning")).to_be_visible()


def test_count_on_the_board_rises_as_students_answer(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(running, number=1, phase=2, by=teacher, now=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    page.get_by_role("button", name="Show the answers").focus()
    expect(page.locator(".huge")).to_have_text("0")
    answer(running, "Student 03")
    expect(page.locator(".huge")).to_have_text("1")
    answer(running, "Student 04", value="a")
    expect(page.locator(".huge")).to_have_text("2")
    expect(page.get_by_role("img", name="2 of 30 have answered")).to_be_visible()
    expect(page.get_by_role("button", name="Show the answers")).to_be_focused()


@pytest.mark.slow
def test_board_is_accessible_in_each_phase(
    school: School,  # noqa: F811
    open_context: NewContext,
    subtests: pytest.Subtests,
) -> None:
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    kinds: dict[str, int] = {}
    for question in edition.questions.order_by("position"):
        kinds.setdefault(question.type, question.position)
    assert set(kinds) == {"single", "multiple", "who_says_so", "evidence"}
    page = open_context(school.teacher).new_page()
    for (kind, number), phase in itertools.product(kinds.items(), (1, 2, 3, 4)):
        with subtests.test(kind, phase=phase):
            show_on_board(school.assignment, number=number, phase=phase, by=school.teacher, now=timezone.now())
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(reverse("class_board", args=[school.assignment.public_id]))
            assert violations(page) == []
            page.set_viewport_size({"width": 320, "height": 640})
            assert_sound(page)


def test_board_without_javascript_is_driven_by_its_buttons(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    page.get_by_role("button", name="Show how many have answered").click()
    expect(page.locator(".huge")).to_have_text("0")
    answer(running, "Student 03")
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator(".huge")).to_have_text("1")
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Question 3").click()
    expect(page.locator("#board-slide")).to_contain_text("Question 3 of 4")


def test_progress_shows_answers_and_menu_on_a_phone(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("assignment_progress", args=[running.public_id]))
    places = [cell.bounding_box() for cell in page.locator("#progress-board tbody tr:first-child > :is(th, td)").all()]
    assert max(place["x"] + place["width"] for place in places if place) <= 360
    # The second half of the class has the columns of the first one.
    halves = page.locator("#progress-board table")
    ends = [
        [round(cell["x"] + cell["width"]) for one in row.locator("> :is(th, td)").all() if (cell := one.bounding_box())]
        for row in (halves.nth(number).locator("tbody tr").first for number in range(halves.count()))
    ]
    assert len(ends) == 2
    assert ends[0] == ends[1]
    # Letters twice as large leave a phone on its side 180 pixels.
    page.set_viewport_size({"width": 320, "height": 180})
    page.locator(".row-menu").first.click()
    menu = page.locator(":popover-open").bounding_box()
    assert menu is not None
    assert menu["y"] >= 0


# The cells with words that reach into the next column or are broken.
SPILLED = """() => [...document.querySelectorAll("#progress-board :is(th, td):not(:nth-child(6))")].filter(cell => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  const { left, right } = cell.getBoundingClientRect();
  return [...words.getClientRects()].some(box => box.width > 1 && (box.left < left - 1 || box.right > right + 1));
}).map(cell => cell.innerText)"""


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_of_the_progress_stay_in_their_column(
    language: str, teacher: User, classroom: Classroom, open_context: NewContext
) -> None:
    given = make_assignment(
        edition=make_edition(document=typed_document()),
        classroom=classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    # A score that has an answer to grade, as in a quiz with 20 points.
    student = make_student(classroom=classroom, name="Emmanuel T.", created_at=timezone.now())
    make_answered_attempt(assignment=given, student=student, answers={"who": "The rules."})
    Attempt.objects.update(max_score=23, score=12)
    # A student who looks at the review page, in the other half.
    reviewing = make_student(classroom=classroom, name="Zoe T.", created_at=timezone.now())
    open_attempt = make_attempt(assignment=given, student=reviewing, started_at=timezone.now())
    heartbeats.record_heartbeat(open_attempt.pk, None, now=timezone.now())
    User.objects.update(language=language)
    page = open_context(teacher).new_page()
    page.goto(progress_of(given))
    expect(page.get_by_text("Reviewing" if language == "en" else "Revisando")).to_have_count(1)
    expect(page.get_by_text("so far" if language == "en" else "hasta ahora")).to_be_visible()
    for width in (320, 360, 640, 768, 1120, 1248, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert (width, page.evaluate(SPILLED)) == (width, [])
        assert (width, page.evaluate(BROKEN_WORDS)) == (width, [])


def test_progress_of_30_students_fits_on_one_screen(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, height=800).new_page()
    page.goto(reverse("assignment_progress", args=[running.public_id]))
    expect(page.locator("#progress-board tbody tr")).to_have_count(30)
    # As much as a row can have without a lock: a status, and that the student is offline.
    page.locator("#progress-board td:nth-child(2)").first.evaluate(
        "cell => cell.append(cell.querySelector('.tag').cloneNode(true))"
    )
    end = page.locator("#progress-board").bounding_box()
    assert end is not None
    assert end["y"] + end["height"] <= 800


def test_board_draws_a_small_box_for_one_student(running: Assignment, teacher: User, open_context: NewContext) -> None:
    Attempt.objects.exclude(student__display_name="Student 03").delete()
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    page.get_by_role("button", name="Show how many have answered").click()
    box = page.locator(".ticks.few").bounding_box()
    assert box is not None
    assert box["height"] < 60


def test_board_fits_a_projector_and_marks_its_question(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    answer(running, "Student 03")
    page = open_context(teacher, height=720).new_page()
    for phase in (1, 2, 3, 4):
        show_on_board(running, number=2, phase=phase, by=teacher, now=timezone.now())
        page.goto(reverse("class_board", args=[running.public_id]))
        assert page.evaluate("document.documentElement.scrollHeight") <= 720
        expect(page.locator("[aria-current]")).to_have_text("Question 2")
    # The mark moves without a reload.
    show_on_board(running, number=3, phase=1, by=teacher, now=timezone.now())
    expect(page.locator("[aria-current]")).to_have_text("Question 3")


def test_board_below_the_lines_about_the_site_fits_a_projector(
    running: Assignment, teacher: User, other_teacher: User, open_context: NewContext, settings: Any
) -> None:
    """The lines of a sample school and of a viewer. A clicker sends PageDown, which must not scroll."""
    settings.DEMO = True
    Teaching.objects.create(classroom=running.classroom, teacher=other_teacher, role=Teaching.Role.VIEWER)
    page = open_context(other_teacher, height=720).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    expect(page.get_by_text("You can see this class, but not change it.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    page = open_context(teacher, height=720).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    expect(page.get_by_role("button", name="Show how many have answered")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("button", name="Show how many have answered")).to_have_count(0)


# How far the highlight of a line covers the letters of the line above, in pixels.
COVERED = """
() => Math.max(0, ...[...document.querySelectorAll(".ev")].flatMap((mark) => {
  const { font, paddingBlockEnd } = getComputedStyle(mark);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  const { fontBoundingBoxDescent, actualBoundingBoxDescent } = pen.measureText("y");
  const room = parseFloat(paddingBlockEnd) + fontBoundingBoxDescent - actualBoundingBoxDescent;
  const lines = [...mark.getClientRects()];
  return lines.slice(1).map((line, place) => lines[place].bottom - room - line.top);
}))
"""


@pytest.mark.slow
def test_board_fits_a_projector_with_the_longest_sentences(
    school: School,  # noqa: F811  the fixture
    open_context: NewContext,
) -> None:
    document = published(school.assignment.edition_id).document
    evidence = set(school.assignment.edition.questions.filter(type="evidence").values_list("key", flat=True))
    sentences = [sentence for paragraph in document.reading.paragraphs for sentence in paragraph]
    longest = sorted(sentences, key=lambda sentence: len(sentence.text))[-4:]
    for number in range(2):
        student = make_student(classroom=school.assignment.classroom, name=f"Student {number}")
        picked = [sentence.key for sentence in longest[number * 2 :]]
        answers = {
            question.key: picked[: len(question.evidence)] if question.key in evidence else wrong_value(question)
            for question in document.questions
        }
        make_answered_attempt(assignment=school.assignment, student=student, answers=answers, started_at=timezone.now())
    page = open_context(school.teacher, height=720).new_page()
    for number in range(1, len(document.questions) + 1):
        for phase in (1, 2, 3, 4):
            show_on_board(school.assignment, number=number, phase=phase, by=school.teacher, now=timezone.now())
            page.goto(reverse("class_board", args=[school.assignment.public_id]))
            assert page.evaluate("document.documentElement.scrollHeight") <= 720, (number, phase)
            assert page.evaluate(COVERED) <= 1, (number, phase)


def test_controls_stay_in_the_window_below_a_long_slide(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(running, number=3, phase=4, by=teacher, now=timezone.now())
    page = open_context(teacher, height=720).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    # As with 7 sentences of evidence.
    page.evaluate("document.querySelector('#board-slide').style.minBlockSize = '804px'")
    assert page.evaluate("document.documentElement.scrollHeight") > 720
    assert page.evaluate("document.querySelector('#board-controls').getBoundingClientRect().bottom") <= 720
    sizes = "[...document.querySelectorAll('.who thead th')].map(cell => parseFloat(getComputedStyle(cell).fontSize))"
    assert min(page.evaluate(sizes)) >= 16
    assert violations(page) == []


@pytest.mark.parametrize("language", slow_after(1, ["es", "en"]))
def test_controls_take_at_most_a_quarter_of_a_phone(
    language: str,
    school: School,  # noqa: F811  the fixture
    open_context: NewContext,
) -> None:
    assignment = school.assignment
    assert assignment.edition.questions.count() == 16
    page = open_context(school.teacher, width=360, height=640).new_page()
    page.goto(reverse("teacher_home"))
    current = page.locator(".jump [aria-current]")
    for number, phase in ((1, 1), (9, 1), (16, 2)):
        show_on_board(assignment, number=number, phase=phase, by=school.teacher, now=timezone.now())
        open_in(language, page, reverse("class_board", args=[assignment.public_id]))
        boxes = [box for one in page.locator("#board-controls :is(a, button)").all() if (box := one.bounding_box())]
        assert min(box["height"] for box in boxes) >= 44
        assert page.locator("#board-controls").bounding_box()["height"] <= 160  # type: ignore[index]
        expect(current).to_be_in_viewport(ratio=1)
    # The row follows the board, and the focus.
    show_on_board(assignment, number=2, phase=1, by=school.teacher, now=timezone.now())
    expect(current).to_have_attribute("value", "2-1")
    expect(current).to_be_in_viewport(ratio=1)
    page.locator(".jump .sq").last.focus()
    expect(page.locator(".jump .sq").last).to_be_in_viewport(ratio=1)
    assert overflow(page) == 0


def test_names_above_the_counts_grow_with_the_board(
    school: School,  # noqa: F811  the fixture
    open_context: NewContext,
) -> None:
    number = school.assignment.edition.questions.filter(type="who_says_so").order_by("position")[0].position
    show_on_board(school.assignment, number=number, phase=4, by=school.teacher, now=timezone.now())
    page = open_context(school.teacher, width=1920, height=1080).new_page()
    page.goto(reverse("class_board", args=[school.assignment.public_id]))
    sizes = "[...document.querySelectorAll('.who th')].map(cell => parseFloat(getComputedStyle(cell).fontSize))"
    assert min(page.evaluate(sizes)) >= 20


def test_page_down_is_left_to_the_browser_on_a_board_taller_than_the_window(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360, height=300).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    # A busy Chromium can lose a key that it should scroll by, so this checks that the page leaves the key to it.
    key = 'new KeyboardEvent("keydown", { key: "PageDown", bubbles: true, cancelable: true })'
    assert page.evaluate(f"document.body.dispatchEvent({key})") is True
    expect(page.locator("#board-slide")).to_contain_text("Question 1 of 4: The question")
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.keyboard.press("PageDown")
    expect(page.locator("#board-slide")).to_contain_text("Question 1 of 4: How many have answered")


def test_controls_can_be_hidden_and_the_keys_still_work(
    running: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, height=720).new_page()
    page.goto(reverse("class_board", args=[running.public_id]))
    page.get_by_role("link", name="Hide controls").click()
    # A page that is still empty has no button, and hears no key.
    page.wait_for_url("**/?controls=off")
    expect(page.get_by_role("button")).to_have_count(0)
    page.keyboard.press("PageDown")
    expect(page.locator("#board-slide")).to_contain_text("of 30 have answered")
    expect(page.get_by_role("button")).to_have_count(0)
    assert violations(page) == []
    answer(running, "Student 03")
    expect(page.locator(".huge")).to_have_text("1")
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Show controls").click()
    expect(page.get_by_role("button", name="Show the answers")).to_be_visible()


def test_results_put_their_question_on_the_board(running: Assignment, teacher: User, open_context: NewContext) -> None:
    for student in list(Student.objects.all())[:5]:
        Attempt.objects.filter(student=student).delete()
        make_answered_attempt(assignment=running, student=student, right=0, started_at=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("assignment_results", args=[running.public_id]))
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("Show on class board")).first.click()
    page.wait_for_url("**/board/")
    expect(page.locator("#board-slide")).to_contain_text(re.compile("Question . of 4"))
