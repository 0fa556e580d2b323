"""The outbox in a real browser: what is kept when a reply, a session, a token or a window is lost."""

import re
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

from quizzes.assignments import lifecycle
from quizzes.assignments.board import show_on_board
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt, submit_overdue
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.models import AnswerEvent, Assignment, Attempt, Board, Classroom, Student, User
from quizzes.people import student_sign_in
from quizzes.people.classrooms import archive_classroom, restore_classroom
from quizzes.people.rosters import move_student
from tests.browser.conftest import (
    NewContext,
    assert_sound,
    be_signed_in,
    becomes_true,
    bring_back,
    go_back,
    go_offline,
    out_of_reach,
    overflow,
    take_away,
    violations,
)
from tests.browser.test_live_boards import be
from tests.content.question_types.test_walk import DOCUMENT
from tests.factories import (
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    save,
)
from tests.slow_cases import slow_after

WAITING = "Object.keys(localStorage).length"


@pytest.fixture
def attempt(student: Student, teacher: User) -> Attempt:
    """Open now, with a short answer as its fifth question."""
    document = make_document()
    document["questions"].append(
        {
            "key": "word",
            "type": "short_answer",
            "objective": "ended",
            "skill": "recall",
            "points": 1,
            "facts": ["F5"],
            "stem": "In which month does it end?",
            "evidence": ["s5"],
            "explanation": "It ends in August.",
            "accepted": ["August"],
        }
    )
    assignment = make_assignment(
        edition=make_edition(document=document),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


@pytest.fixture
def context(student: Student, open_context: NewContext) -> BrowserContext:
    return open_context(student, watched=False)


def open_question(context: BrowserContext, attempt: Attempt, number: int = 1) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    return page


def stop_sending(page: Page) -> None:
    """Before a page is left offline: it would be online for a moment at its end, and may send an answer then."""
    page.evaluate("() => { window.fetch = () => new Promise(() => null); }")


def choose(page: Page, place: int) -> None:
    page.locator("label.opt").nth(place).click()


def reload_to_send_once(page: Page) -> None:
    """Reload a page with the test's clock, whose saves fail. No second try takes the place of “Send now”."""
    page.clock.pause_at(timezone.now() + timedelta(hours=1))
    page.reload()
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll keep trying")


def says(page: Page, word: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(word))


def notice(page: Page) -> Locator:
    """What the page shows of the outbox. A live region has the same words for a screen reader."""
    return page.locator("[data-outbox] > .notice")


def hear_of(page: Page, address: str, revision: int) -> None:
    """Tell a page that another window has saved an answer."""
    word = {"url": urlsplit(address).path, "operation": "another", "revision": revision}
    page.evaluate(
        """word => new Promise((resolve) => {
          const [listener, other] = [1, 2].map(() => new BroadcastChannel("footnote.answers"));
          listener.onmessage = resolve;
          other.postMessage(word);
        })""",
        word,
    )


def saves() -> list[tuple[int, str]]:
    return list(AnswerEvent.objects.order_by("pk").values_list("revision", "outcome"))


def is_save(request: Request) -> bool:
    """Whether this is a save, and not the page's word that it is there."""
    return request.method == "POST" and re.search(r"/attempts/[^/]+/\d+/$", request.url) is not None


def on_save(page: Page, answer: Any) -> None:
    """Have `answer` deal with each save, and let all else through."""
    page.route(
        "**/student/attempts/**",
        lambda route: answer(route) if is_save(route.request) else route.continue_(),
    )


def test_save_whose_reply_is_lost_is_sent_again_and_stored_once(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    on_save(page, lose)
    choose(page, 0)
    says(page, "Not sent")
    expect(notice(page).get_by_text("We can’t reach the site. Answers are safe.")).to_be_visible()
    page.unroute_all(behavior="wait")
    choose(page, 2)
    says(page, "Saved")
    # The lost one was stored already: sent again, it stays one, and the next answer follows upon it.
    assert saves() == [(1, "saved"), (2, "saved")]
    expect(notice(page).get_by_text("Back online. All your answers are saved.")).to_be_visible()


@pytest.mark.parametrize(("number", "is_choice"), [(1, True), (5, False)])
def test_answer_before_the_script_comes_is_saved(
    number: int, is_choice: bool, context: BrowserContext, attempt: Attempt
) -> None:
    page = context.new_page()
    waiting: list[Route] = []
    page.route("**/outbox/page*.js", lambda route: waiting.append(route))  # Playwright sets an attribute
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]), wait_until="commit")
    if is_choice:
        choose(page, 2)
    else:
        page.get_by_role("textbox").fill("August")
    assert saves() == []
    for route in waiting:
        route.continue_()
    says(page, "Saved")
    assert saves() == [(1, "saved")]
    # A page whose form nobody changed saves nothing.
    page.unroute_all(behavior="wait")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert saves() == [(1, "saved")]


def test_failing_site_keeps_the_answer_over_a_reload(context: BrowserContext, attempt: Attempt) -> None:
    context.clock.install()
    page = open_question(context, attempt)
    on_save(page, lambda route: route.fulfill(status=503, json={"outcome": "retry"}))
    choose(page, 1)
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll keep trying to send 1 answer.")
    reload_to_send_once(page)
    expect(page.locator("label.opt input").nth(1)).to_be_checked()
    assert "Saved" not in page.locator("[data-save-state]").inner_text()
    stored = page.evaluate("Object.values(localStorage).join()")
    assert "Maya" not in stored
    assert "Birthplace" not in stored
    page.locator(".fold summary").click()
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Send now").click()
    says(page, "Saved")
    assert saves() == [(1, "saved")]
    assert page.evaluate(WAITING) == 0


def test_notice_folds_to_one_line_on_a_phone(attempt: Attempt, open_context: NewContext) -> None:
    context = open_context(attempt.student, watched=False, width=360, height=640)
    page = open_question(context, attempt, 1)
    go_offline(context)
    page.locator("#v-q").check(force=True)
    choose(page, 1)
    shown = notice(page)
    expect(shown).to_contain_text("You’re offline. Answers are safe.")
    box = shown.bounding_box()
    assert box is not None
    assert box["height"] <= 50
    assert page.locator(".fold summary > span").evaluate("e => e.getClientRects().length") == 1
    page.locator(".fold summary").click()
    expect(shown.get_by_text("We’ll send 1 answer when you’re back online.")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0


def test_turning_in_waits_until_all_answers_are_stored(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    go_offline(context)
    choose(page, 1)
    page.get_by_text("All questions").click()
    page.get_by_role("link", name="Review and turn in").click()
    expect(notice(page).get_by_text("You’re offline.")).to_be_visible()
    assert page.url.endswith("/1/")
    context.set_offline(False)
    says(page, "Saved")
    page.get_by_role("link", name="Review and turn in").click()
    page.wait_for_url("**/review/")
    assert saves() == [(1, "saved")]


def open_with_all(context: BrowserContext, attempt: Attempt, number: int = 1) -> Page:
    """A question whose page has been given the others."""
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_response("**/questions/") as ahead:
        page.goto(reverse("take_attempt", args=[attempt.public_id, number]))
    ahead.value.finished()
    # The script reads the reply a little later. Without a network it would not.
    page.wait_for_selector("section[data-heading]")
    return page


def test_work_goes_on_offline_from_question_to_question(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    go_offline(context)
    choose(page, 1)
    # A mouse counts quick presses: of three, the second one does nothing. A finger does not count.
    for pointer, counts, number in (("touch", [1, 1], 2), ("mouse", [1, 2, 3], 3)):
        page.evaluate(
            """([pointerType, counts]) => counts.forEach((detail) => {
              const press = new PointerEvent("click", { bubbles: true, cancelable: true, pointerType, detail });
              document.querySelector("#question [data-go][value=next]").dispatchEvent(press);
            })""",
            [pointer, counts],
        )
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {number} of 5")
        for left in range(number - 1, 0, -1):
            page.get_by_role("button", name="Previous question").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {left} of 5")
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 2 of 5")
    choose(page, 0)
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(4).click()
    page.get_by_role("textbox", name="In which month does it end?").fill("August")
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll send 3 answers when you’re back online.")
    says(page, "Not sent")
    assert saves() == []
    context.set_offline(False)
    says(page, "Saved")
    order = AnswerEvent.objects.order_by("pk").values_list("question__position", "revision", "outcome")
    assert list(order) == [(1, 1, "saved"), (2, 1, "saved"), (5, 1, "saved")]
    # What has been sent is ticked off, by the server's word.
    expect(page.get_by_label("Questions answered")).to_have_js_property("value", 3)
    page.reload()
    expect(page.get_by_role("textbox", name="In which month does it end?")).to_have_value("August")


def test_going_on_asks_the_site_for_nothing_but_the_save(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    choose(page, 1)
    says(page, "Saved")
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**/2/")
    assert [line for line in asked if not re.search("/here/|/static/", line)] == [
        f"POST {reverse('take_attempt', args=[attempt.public_id, 1])}"
    ]
    assert page.title() == "Question 2 of 5 - Footnote"
    # A screen reader announces the place, and the keyboard focus is there.
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "choice"
    page.get_by_text("All questions").click()
    expect(page.locator(".jump a[aria-current]")).to_have_text("2, this question")
    expect(page.locator(".jump a").first).to_have_text("1, answered")


def test_back_and_forth_show_the_questions_as_they_were_left(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    choose(page, 2)
    says(page, "Saved")
    page.get_by_role("button", name="Next question").click()
    go_back(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 5")
    expect(page.locator("label.opt input").nth(2)).to_be_checked()
    choose(page, 0)
    says(page, "Saved")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 2 of 5")
    # The second answer followed upon the first, as on one page.
    assert saves() == [(1, "saved"), (2, "saved")]
    # Before the questions came, a step back is the server's to answer.
    page.reload()
    go_back(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 5")
    expect(page.locator("label.opt input").nth(0)).to_be_checked()


def test_going_back_shows_the_newest_answer(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    choose(page, 0)
    says(page, "Saved")
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    choose(page, 2)
    says(page, "Saved")
    go_back(page)
    # Once more to the first page, whose form the browser remembers.
    page.go_back(wait_until="networkidle")
    says(page, "Saved")
    expect(page.locator("label.opt input").nth(2)).to_be_checked()
    assert saves() == [(1, "saved"), (2, "saved")]


def test_answer_that_waits_is_shown_in_every_question_that_comes(context: BrowserContext, attempt: Attempt) -> None:
    context.clock.install()
    page = open_with_all(context, attempt)
    on_save(page, lambda route: route.fulfill(status=503, json={"outcome": "retry"}))
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    choose(page, 0)
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll keep trying to send 2 answers.")
    with page.expect_response("**/questions/"):
        reload_to_send_once(page)
    page.unroute_all(behavior="wait")
    page.locator(".fold summary").click()
    page.get_by_role("button", name="Send now").click()
    says(page, "Saved")
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(0).click()
    expect(page.locator("label.opt input").nth(1)).to_be_checked()
    choose(page, 2)
    says(page, "Saved")
    assert saves() == [(1, "saved"), (1, "saved"), (2, "saved")]


@pytest.mark.slow
def test_stale_answer_of_a_question_put_by_leads_back_to_it(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    # What came ahead is older than the answer of another window.
    save(attempt, "some", ["a", "c"])
    hear_of(page, reverse("take_attempt", args=[attempt.public_id, 2]), 1)
    with page.expect_response("**/questions/") as ahead:
        page.get_by_role("button", name="Next question").click()
    ahead.value.finished()
    expect(page.locator("label.opt :checked")).to_have_count(2)
    page.get_by_role("button", name="Next question").click()
    # Another device answered the first question in between.
    save(attempt, "one", "c")
    go_offline(context)
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(0).click()
    choose(page, 0)
    page.get_by_role("button", name="Next question").click()
    context.set_offline(False)
    page.wait_for_url("**/1/")
    expect(notice(page).get_by_text("This answer was saved in another window.")).to_be_visible()
    assert saves() == [(1, "saved"), (1, "saved"), (1, "stale")]


def test_emptied_answer_that_a_newer_one_was_saved_before_says_so(context: BrowserContext, attempt: Attempt) -> None:
    save(attempt, "some", ["a"])
    page = open_question(context, attempt, 2)
    save(attempt, "some", ["a", "c"], seen_revision=1)
    # `uncheck` would look at the box again, and the page may show 2 by then.
    page.get_by_role("checkbox", checked=True).click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(notice(page)).to_contain_text("This answer was saved in another window.")
    assert saves() == [(1, "saved"), (2, "saved"), (2, "stale")]


def test_word_that_a_newer_answer_was_saved_before_is_shown_until_the_next_save(
    context: BrowserContext, attempt: Attempt
) -> None:
    walk = make_attempt(
        assignment=make_assignment(edition=make_edition(document=DOCUMENT), classroom=attempt.classroom),
        student=attempt.student,
        started_at=timezone.now(),
    )
    [(number, key)] = [
        (number, question.key)
        for number, question in enumerate(content_of(walk).questions, start=1)
        if question.type == "short_answer"
    ]
    page = open_question(context, walk, number)
    field = page.locator("#answers [type=text]")
    save(walk, key, "two weeks")
    field.fill("a month")
    expect(page.get_by_label("What you typed here:")).to_have_value("a month")
    expect(field).to_have_value("two weeks")

    field.fill("30 days")

    says(page, "Saved")
    expect(notice(page)).to_have_count(0)
    assert [outcome for _, outcome in saves()] == ["saved", "stale", "saved"]


@pytest.fixture
def essay(student: Student, attempt: Attempt) -> Attempt:
    """Of another quiz, with 2 written answers as its fifth and sixth question."""
    document = make_document()
    document["questions"].extend(
        {
            "key": key,
            "type": "free_text",
            "objective": "ended",
            "skill": "inference",
            "points": 2,
            "facts": ["F5"],
            "stem": "Why does it end?",
            "evidence": ["s5"],
            "explanation": "The reading gives the reason.",
            "sample_answer": "The mayor says why.",
            "criteria": [{"title": "Names the reason", "description": "The reason.", "points": 2}],
        }
        for key in ("essay", "other")
    )
    assignment = make_assignment(
        edition=make_edition(document=document), classroom=student.classroom, assigned_by=attempt.assignment.assigned_by
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


@pytest.mark.slow
def test_text_that_a_newer_answer_was_saved_before_is_shown(context: BrowserContext, essay: Attempt) -> None:
    page = open_with_all(context, essay, number=5)
    # Another device answered in between.
    save(essay, "essay", "Short.", now=timezone.now())
    save(essay, "other", "Brief.", now=timezone.now())
    go_offline(context)
    page.get_by_role("textbox").fill("Two lines\nof a long answer.")
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 6 of 6")
    page.get_by_role("textbox").fill("Another long answer.")
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(0).click()
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll send 2 answers when you’re back online.")
    context.set_offline(False)
    page.wait_for_url("**/5/")
    expect(page.get_by_label("What you typed here:")).to_have_value("Two lines\nof a long answer.")
    expect(page.get_by_role("textbox", name="Why does it end?")).to_have_value("Short.")
    expect(page.locator("[data-say=status]")).to_contain_text("of a long answer.")
    assert violations(page) == []
    # The page of the other question says the same of it.
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_label("What you typed here:")).to_have_value("Another long answer.")
    expect(page.get_by_role("textbox", name="Why does it end?")).to_have_value("Brief.")


def test_button_keeps_its_place_under_a_press_that_finds_the_network_gone(
    context: BrowserContext, essay: Attempt
) -> None:
    page = open_with_all(context, essay, number=5)
    go_offline(context)
    page.get_by_role("textbox").fill("A long answer.")
    page.get_by_role("button", name="Next question").hover()
    with page.expect_event("requestfailed"):
        page.mouse.down()
    # The page has heard of it by then.
    page.evaluate("fetch('/livez').catch(() => null)")
    expect(notice(page)).to_have_count(0)
    page.mouse.up()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 6 of 6")
    expect(notice(page)).to_contain_text("You’re offline.")


@pytest.mark.slow
def test_notice_waits_two_seconds_at_most_for_the_end_of_a_press(context: BrowserContext, essay: Attempt) -> None:
    page = open_with_all(context, essay, number=5)
    go_offline(context)
    page.get_by_role("textbox").fill("A long answer.")
    page.get_by_role("button", name="Next question").hover()
    page.mouse.down()
    expect(notice(page)).to_contain_text("You’re offline.")


@pytest.mark.slow
def test_text_that_the_home_page_sends_too_late_is_shown_at_its_question(
    context: BrowserContext, essay: Attempt
) -> None:
    page = open_question(context, essay, 5)
    go_offline(context)
    page.get_by_role("textbox").fill("A long answer.")
    says(page, "Not sent")
    stop_sending(page)
    save(essay, "essay", "Short.", now=timezone.now())
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(reverse("student_home"))
    expect(notice(page)).to_contain_text("Question 5 isn’t saved.")
    assert (saves(), page.evaluate(WAITING)) == ([(1, "saved"), (1, "stale")], 0)
    # Also after a reload, until the student has read it.
    page.reload()
    expect(notice(page)).to_contain_text("Question 5 isn’t saved.")
    page.goto(reverse("take_attempt", args=[essay.public_id, 5]))
    expect(notice(page)).to_contain_text("This answer was saved in another window.")
    expect(page.get_by_label("What you typed here:")).to_have_value("A long answer.")
    expect(page.get_by_role("textbox", name="Why does it end?")).to_have_value("Short.")
    page.goto(reverse("student_home"))
    assert unread(page) == []


def unread(page: Page) -> list[str]:
    """The addresses of the questions that have not said yet that a newer answer was saved before."""
    return page.evaluate("() => Object.keys(sessionStorage).filter((key) => key.includes('stale'))")


def overtake(page: Page, essay: Attempt) -> None:
    """Leave a text on the device, which a newer answer is saved before, and send it from the home page."""
    go_offline(page.context)
    page.get_by_role("textbox").fill("A long answer.")
    says(page, "Not sent")
    stop_sending(page)
    save(essay, "essay", "Short.", now=timezone.now())
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(reverse("student_home"))
    expect(notice(page)).to_contain_text("Question 5 isn’t saved.")


@pytest.mark.slow
def test_text_that_a_newer_answer_was_saved_before_is_shown_after_a_pause(
    context: BrowserContext, essay: Attempt, teacher: User
) -> None:
    page = open_question(context, essay, 5)
    overtake(page, essay)
    lifecycle.pause(essay.assignment, by=teacher, now=timezone.now())
    page.goto(reverse("take_attempt", args=[essay.public_id, 5]))
    expect(page.get_by_role("heading", name="Paused by your teacher")).to_be_visible()
    assert len(unread(page)) == 1
    lifecycle.resume(essay.assignment, by=teacher, now=timezone.now())
    expect(notice(page)).to_contain_text("This answer was saved in another window.")
    expect(page.get_by_label("What you typed here:")).to_have_value("A long answer.")
    assert unread(page) == []


@pytest.mark.slow
def test_receipt_is_the_last_page_to_name_an_answer_that_does_not_count(
    context: BrowserContext, essay: Attempt
) -> None:
    page = open_question(context, essay, 5)
    overtake(page, essay)
    submit_attempt(essay, now=timezone.now())
    page.goto(reverse("receipt", args=[essay.public_id]))
    expect(notice(page)).to_contain_text("Your answer from this window doesn’t count.")
    page.goto(reverse("student_home"))
    assert unread(page) == []


@pytest.mark.slow
def test_home_page_of_the_next_student_names_no_answer_of_the_one_before(
    context: BrowserContext, essay: Attempt, classroom: Classroom, live_server: Any
) -> None:
    page = open_question(context, essay, 5)
    overtake(page, essay)
    # The session has ended, so nobody signed out.
    be_signed_in(context, make_student(classroom=classroom, name="Ben O."), live_server.url)
    page.clock.install()
    page.reload()
    # Longer than the outbox waits for a message of another tab.
    page.clock.run_for(2000)
    expect(notice(page)).to_have_count(0)


def test_flag_of_a_question_that_came_ahead(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    page.get_by_role("button", name="Next question").click()
    # A language may put the words in another order.
    page.locator("[data-places]").evaluate("list => { list.dataset.flagged = 'flagged: {}' }")
    page.get_by_role("button", name="Flag for later").click()
    expect(page.locator("#flag")).to_be_focused()
    expect(page.locator("#flag")).to_have_text(re.compile("Flagged"))
    page.get_by_text("All questions").click()
    expect(page.locator(".jump a").nth(1)).to_have_text("2, flagged: this question")
    assert list(attempt.answers.values_list("question__position", "flagged")) == [(2, True)]


def has_mark(page: Page, place: int) -> bool:
    """Whether a link of the list shows a flag, which its text names for a screen reader only."""
    shown = "link => getComputedStyle(link, '::after').content !== 'none'"
    return bool(page.locator(".jump a").nth(place).evaluate(shown))


def open_with_a_held_flag(context: BrowserContext, attempt: Attempt) -> tuple[Page, list[Route]]:
    """A page with a pressed flag on question 1, and the request of the flag, which is held."""
    page = open_with_all(context, attempt)
    held: list[Route] = []
    page.route("**/1/", lambda route: held.append(route))
    with page.expect_request("**/1/"):
        page.get_by_role("button", name="Flag for later").click()
    return page, held


def test_list_shows_a_flag_of_the_question_before_the_one_that_is_open(
    context: BrowserContext, attempt: Attempt
) -> None:
    page, held = open_with_a_held_flag(context, attempt)
    # The button looks as if it was pressed.
    expect(page.locator("#flag")).to_have_css("opacity", "0.5")
    page.get_by_role("button", name="Next question").click()
    expect(page).to_have_url(re.compile("/2/$"))
    page.get_by_text("All questions").click()
    held[0].continue_()
    expect(page.locator(".jump a").nth(0)).to_have_text("1, not answered, flagged")
    expect(page.locator(".jump a").nth(1)).to_have_text("2, this question")
    assert [has_mark(page, place) for place in range(2)] == [True, False]


@pytest.mark.parametrize("is_cut", slow_after(1, [True, False]))
def test_flag_that_is_not_saved_is_said_after_the_next_question(
    is_cut: bool, context: BrowserContext, attempt: Attempt
) -> None:
    page, held = open_with_a_held_flag(context, attempt)
    page.get_by_role("button", name="Next question").click()
    expect(page).to_have_url(re.compile("/2/$"))
    held[0].abort() if is_cut else held[0].fulfill(status=500, body="no")
    said = "The flag on question 1 isn’t saved. Your answers are safe. Open the question and try again."
    expect(notice(page)).to_have_text(said)
    expect(page.get_by_role("alert")).to_have_text(said)
    page.unroute("**/1/")
    page.get_by_role("button", name="Previous question").click()
    expect(notice(page)).to_have_count(0)
    page.get_by_role("button", name="Flag for later").click()
    expect(page.locator("#flag")).to_have_text(re.compile("Flagged"))
    assert list(attempt.answers.values_list("question__position", "flagged")) == [(1, True)]


@pytest.mark.slow
def test_flag_that_is_not_saved_is_said_after_a_notice_of_an_answer(context: BrowserContext, attempt: Attempt) -> None:
    page, held = open_with_a_held_flag(context, attempt)
    page.route("**/2/", lambda route: route.fulfill(status=500, body="no"))
    page.get_by_role("button", name="Next question").click()
    choose(page, 0)
    expect(notice(page)).to_contain_text("We can’t reach the site.")
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/1/")):
        held[0].fulfill(status=500, body="no")
    expect(notice(page)).to_contain_text("We can’t reach the site.")
    page.unroute("**/2/")
    notice(page).get_by_text("Answers are safe.").click()
    page.get_by_role("button", name="Send now").click()
    expect(notice(page)).to_contain_text("The flag on question 1 isn’t saved.")
    says(page, "Saved")
    # It is said once.
    page.get_by_role("button", name="Next question").click()
    expect(page).to_have_url(re.compile("/3/$"))
    expect(notice(page)).to_have_count(0)


def test_list_shows_a_flag_of_a_question_whose_sentences_are_chosen(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt, 4)
    page.get_by_role("button", name="Flag for later").click()
    page.get_by_text("All questions").click()
    expect(page.locator(".jump a").nth(3)).to_have_text("4, this question, flagged")


def test_review_marks_a_flagged_question_among_the_answered(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt, 1)
    choose(page, 1)
    says(page, "Saved")
    page.get_by_role("button", name="Flag for later").click()
    expect(page.locator("#flag")).to_have_text(re.compile("Flagged"))
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    # Flagged: 1. Not answered: 2 to 5. Answered: 1.
    assert [has_mark(page, place) for place in range(6)] == [True, False, False, False, False, True]


def test_question_that_came_ahead_is_as_accessible(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    page.get_by_role("button", name="Next question").click()
    page.get_by_text("All questions").click()
    assert_sound(page)


def test_next_question_can_be_pressed_again_after_the_browser_stopped_a_slow_page(
    context: BrowserContext, attempt: Attempt
) -> None:
    page = context.new_page()
    page.route("**/questions/", lambda route: route.abort())
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    page.route("**/2/", lambda _route: None)
    # In the page: Playwright runs nothing in a page that another one is about to replace.
    page.evaluate(
        """() => new Promise((resolve) => {
          const stop = () => setTimeout(() => resolve(window.stop()));
          window.addEventListener("beforeunload", stop, { once: true });
          document.querySelector("#question button[value=next]").click();
        })"""
    )
    page.unroute("**/2/")
    expect(page).to_have_url(re.compile("/1/$"))
    page.get_by_role("button", name="Next question").click()
    expect(page).to_have_url(re.compile("/2/$"))


def test_page_from_the_history_of_the_browser_loads_again(context: BrowserContext, attempt: Attempt) -> None:
    """As in Safari. The browser of the tests keeps no page that must not be stored."""
    page = open_question(context, attempt)
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


def test_without_the_questions_ahead_each_has_its_page(context: BrowserContext, attempt: Attempt) -> None:
    page = context.new_page()
    page.route("**/questions/", lambda route: route.abort())
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**/2/")
    assert saves() == [(1, "saved")]


def test_lost_session_keeps_the_answer_until_its_own_student_is_back(
    context: BrowserContext, attempt: Attempt, student: Student, classmate: Student
) -> None:
    page = open_question(context, attempt)
    Session.objects.all().delete()
    choose(page, 1)
    expect(notice(page).get_by_text("Question 1 isn’t saved.")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    join(page, classmate)
    # It is none of the classmate's business, and not lost.
    assert (page.evaluate(WAITING), saves()) == (1, [])
    assert page.locator("[data-outbox] > .notice").count() == 0
    Session.objects.all().delete()
    page.goto(reverse("join"))
    with page.expect_response(lambda response: is_save(response.request)) as sent:
        join(page, student)
    sent.value.finished()
    page.goto(reverse("student_home"))
    assert page.evaluate(WAITING) == 0
    assert saves() == [(1, "saved")]


@pytest.mark.slow
def test_sign_out_of_another_student_keeps_what_waits(
    context: BrowserContext, attempt: Attempt, student: Student, classmate: Student
) -> None:
    page = open_question(context, attempt)
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    stop_sending(page)
    page.goto("about:blank")
    Session.objects.all().delete()
    context.set_offline(False)
    page.goto(reverse("join"))
    join(page, classmate)
    # It is not sent in the classmate's name either.
    assert notice(page).count() == 0
    # The next student must not read what another tab shows. What was typed there since waits too.
    own = make_attempt(assignment=attempt.assignment, student=classmate, started_at=timezone.now())
    other = open_question(context, own, 5)
    other.get_by_role("textbox").first.fill("August")
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_text("You’re signed out")).to_be_visible()
    expect(other.get_by_label("Class code")).to_be_visible()
    assert page.evaluate(WAITING) == 2
    with page.expect_response(lambda response: is_save(response.request)) as sent:
        join(page, student)
    sent.value.finished()
    assert saves() == [(1, "saved")]


def test_tab_that_was_left_open_says_who_is_signed_in_now(
    context: BrowserContext, attempt: Attempt, student: Student, classmate: Student, live_server: Any
) -> None:
    left = open_question(context, attempt)
    be_signed_in(context, classmate, live_server.url)
    choose(left, 1)
    expect(left.get_by_text(f"{classmate.display_name} is signed in on this device now")).to_be_visible()
    assert left.locator("label.opt").count() == 0
    assert (left.evaluate(WAITING), saves()) == (1, [])
    left.get_by_role("link", name="Sign out").click()
    left.get_by_role("button", name="Sign out").click()
    with left.expect_response(lambda response: is_save(response.request)) as sent:
        join(left, student)
    sent.value.finished()
    assert saves() == [(1, "saved")]


@pytest.mark.slow
def test_button_of_a_tab_that_was_left_open_says_who_gave_the_pin_again(
    context: BrowserContext, attempt: Attempt, classmate: Student, live_server: Any
) -> None:
    left = open_question(context, attempt)
    choose(left, 1)
    says(left, "Saved")
    own = make_attempt(assignment=attempt.assignment, student=classmate, started_at=timezone.now())
    be_signed_in(context, classmate, live_server.url)
    page = open_question(context, own)
    Session.objects.all().delete()
    choose(page, 0)
    enter_pin(page, classmate)
    says(page, "Saved")
    left.get_by_role("button", name="Flag for later").click()
    expect(left.get_by_text(f"{classmate.display_name} is signed in on this device now")).to_be_visible()


@pytest.mark.parametrize("place", slow_after(1, ["link of a page", "button of the sign-in page"]))
def test_signing_out_warns_of_answers_that_the_site_does_not_take(
    place: str, context: BrowserContext, attempt: Attempt
) -> None:
    page = open_with_all(context, attempt)
    on_save(page, lambda route: route.fulfill(status=500))
    choose(page, 1)
    says(page, "Not sent")
    page.goto(reverse("student_home" if place.startswith("link") else "join"))
    sign_out = page.get_by_role("link" if place.startswith("link") else "button", name="Sign out", exact=True)
    sign_out.click()
    expect(notice(page).get_by_text("To delete the unsent answers, press Sign out again.")).to_be_visible()
    assert page.evaluate(WAITING) == 1
    with page.expect_navigation():
        sign_out.click()
    assert page.evaluate(WAITING) == 0


@pytest.mark.parametrize("place", slow_after(1, ["review_attempt", "join"]))
@pytest.mark.parametrize("has_ended", slow_after(1, ["before", "after the warning"]))
def test_signing_out_deletes_what_waits_if_the_session_has_ended(
    has_ended: str, place: str, context: BrowserContext, attempt: Attempt
) -> None:
    page = open_with_all(context, attempt)
    on_save(page, lambda route: route.fulfill(status=500))
    choose(page, 1)
    says(page, "Not sent")
    page.goto(reverse(place, args=[] if place == "join" else [attempt.public_id]))
    if has_ended == "before":
        Session.objects.all().delete()
        on_save(page, lambda route: route.continue_())
    sign_out = page.get_by_role("button" if place == "join" else "link", name="Sign out", exact=True)
    sign_out.click()
    expect(notice(page).get_by_text("To delete the unsent answers, press Sign out again.")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(WAITING) == 1
    Session.objects.all().delete()
    with page.expect_navigation():
        sign_out.click()
    expect(page.get_by_text("You’re signed out")).to_be_visible()
    assert page.evaluate(WAITING) == 0


def test_lost_session_is_mended_in_place_by_the_pin(
    context: BrowserContext, attempt: Attempt, student: Student
) -> None:
    page = open_with_all(context, attempt)
    address = page.url
    Session.objects.all().delete()
    choose(page, 1)
    expect(page.get_by_role("alert")).to_contain_text("Question 1 isn’t saved.")
    # Nobody is torn from an answer.
    assert page.evaluate("document.activeElement.name") == "choice"
    field = page.get_by_label("Your PIN")
    field.fill("0000" if student_sign_in.pin_of(student) != "0000" else "1111")
    page.get_by_role("button", name="Continue").click()
    expect(
        page.get_by_text("That PIN didn’t work, or your teacher closed the class. You have 4 more tries.")
    ).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(field).to_have_accessible_description(re.compile("That PIN didn’t work"))
    assert_sound(page)
    # An answer that is given in between waits too.
    page.get_by_role("button", name="Next question").click()
    choose(page, 0)
    expect(page.get_by_label("Your PIN")).to_be_visible()
    says(page, "Not sent")
    assert (saves(), page.evaluate(WAITING)) == ([], 2)
    with page.expect_response("**/here/") as presence:
        enter_pin(page, student)
    says(page, "Saved")
    assert page.locator("[data-outbox] > .notice").count() == 0
    assert page.evaluate("document.activeElement.id") == "question"
    assert page.url == address.replace("/1/", "/2/")
    order = AnswerEvent.objects.order_by("pk").values_list("question__position", "revision", "outcome")
    assert (list(order), page.evaluate(WAITING)) == ([(1, 1, "saved"), (2, 1, "saved")], 0)
    # The teacher sees that the page is there again.
    assert presence.value.status == 200
    # Every form of the page has the token that goes with the new session, those put by included.
    page.get_by_role("button", name="Flag for later").click()
    expect(page.locator("#flag")).to_have_text(re.compile("Flagged"))
    go_back(page)
    page.get_by_role("button", name="Flag for later").click()
    expect(page.locator("#flag")).to_have_text(re.compile("Flagged"))


def enter_pin(page: Page, student: Student) -> None:
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    page.get_by_label("Your PIN").press("Enter")


def test_pin_is_taken_though_the_token_is_lost_as_well(
    context: BrowserContext, attempt: Attempt, student: Student
) -> None:
    page = open_question(context, attempt)
    context.clear_cookies()
    choose(page, 1)
    expect(page.get_by_label("Your PIN")).to_be_visible()
    context.clear_cookies()
    enter_pin(page, student)
    says(page, "Saved")
    assert (saves(), page.url.endswith("/1/")) == ([(1, "saved")], True)
    # The tries of this device were counted once: a form that is sent again for its token costs none.
    assert student.failed_tries.count() == 0


def test_pin_in_one_window_lets_the_other_go_on(context: BrowserContext, attempt: Attempt, student: Student) -> None:
    other, page = open_question(context, attempt, 2), open_question(context, attempt)
    Session.objects.all().delete()
    choose(other, 0)
    expect(other.get_by_label("Your PIN")).to_be_visible()
    choose(page, 1)
    enter_pin(page, student)
    says(page, "Saved")
    says(other, "Saved")
    assert other.locator("[data-outbox] > .notice").count() == 0
    with other.expect_response(lambda response: is_save(response.request)) as sent:
        choose(other, 1)
    # Its token is the new one too.
    assert sent.value.status == 200
    # So it is after a sign-in on the page of the class code.
    says(other, "Saved")
    Session.objects.all().delete()
    page.goto(reverse("join"))
    join(page, student)
    with other.expect_response(lambda response: is_save(response.request)) as sent:
        choose(other, 2)
    assert sent.value.status == 200


def test_page_asks_before_it_is_left_after_the_sign_in_opened_in_a_tab(
    context: BrowserContext, attempt: Attempt
) -> None:
    page = open_question(context, attempt)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    Session.objects.all().delete()
    choose(page, 1)
    link = page.get_by_role("link", name="Not you? Sign in again")
    with context.expect_page():
        link.click(modifiers=["ControlOrMeta"])
    page.reload()
    assert asked == ["beforeunload"]


def test_pin_that_does_not_get_through_waits_for_the_network(
    context: BrowserContext, attempt: Attempt, student: Student
) -> None:
    page = open_question(context, attempt)
    Session.objects.all().delete()
    choose(page, 1)
    expect(page.get_by_label("Your PIN")).to_be_visible()
    go_offline(context)
    enter_pin(page, student)
    expect(notice(page).get_by_text("You’re offline.")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "question"
    context.set_offline(False)
    enter_pin(page, student)
    says(page, "Saved")
    assert saves() == [(1, "saved")]


def test_pin_gives_the_focus_back_where_sentences_are_picked(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_question(open_context(student, width=360, height=640, watched=False), attempt, 4)
    Session.objects.all().delete()
    page.locator(".pick label").first.click()
    expect(page.get_by_label("Your PIN")).to_be_visible()
    assert out_of_reach(page.locator(".pick label, [data-places] > summary")) == []
    enter_pin(page, student)
    says(page, "Saved")
    assert page.evaluate("document.activeElement.id") == "pick"


def test_pin_gives_the_focus_back_from_behind_the_reading(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_question(open_context(student, width=360, watched=False), attempt)
    page.locator(".switch label", has_text="Question").click()
    Session.objects.all().delete()
    choose(page, 1)
    page.locator(".switch label", has_text="Reading").click()
    enter_pin(page, student)
    says(page, "Saved")
    assert page.evaluate("document.activeElement.id") == "question"


def test_pin_is_asked_for_on_a_narrow_screen(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    context = open_context(student, width=320, height=640, watched=False)
    page = open_question(context, attempt, 2)
    Session.objects.all().delete()
    choose(page, 1)
    button = page.get_by_role("button", name="Continue")
    expect(button).to_be_visible()
    assert_sound(page)
    enter_pin(page, student)
    says(page, "Saved")


def join(page: Page, student: Student) -> None:
    page.get_by_label("Class code").fill(student.classroom.join_code)
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name=student.first_name).click()
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/student/")


def test_home_page_leads_to_sign_in_without_a_question(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    on_save(page, lambda route: route.fulfill(status=503))
    choose(page, 1)
    says(page, "Not sent")
    page.goto(reverse("student_home"))
    # A browser asks only on a page that somebody used.
    page.get_by_role("heading", level=1).click()
    Session.objects.all().delete()
    page.wait_for_url("**/join/")
    assert (asked[1:], page.evaluate(WAITING)) == ([], 1)


def test_lost_token_is_fetched_again(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    context.clear_cookies(name="csrftoken")
    choose(page, 1)
    says(page, "Saved")
    assert saves() == [(1, "saved")]


# What a live region says, and when.
HEAR = """
window.heard = [];
new MutationObserver((records) => {
  const regions = new Set();
  for (const { target } of records) {
    const place = target.closest ? target : target.parentElement;
    const region = place?.closest("[role=status], [role=alert]");
    if (region) regions.add(region);
  }
  for (const region of regions) {
    const text = region.innerText.trim();
    if (text) heard.push([performance.now(), region.getAttribute("role"), text]);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@pytest.mark.slow
def test_who_listens_hears_one_thing_at_a_time(context: BrowserContext, attempt: Attempt) -> None:
    context.add_init_script(HEAR)
    page = open_with_all(context, attempt)
    for number in range(12):
        choose(page, number % 3)
        # As fast as a hasty student.
        page.wait_for_timeout(500)
    go_offline(context)
    for number in (1, 2):
        choose(page, number)
    page.get_by_role("button", name="Next question").click()
    for number in (0, 2):
        choose(page, number)
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(4).click()
    page.get_by_role("textbox", name="In which month does it end?").fill("August")
    hear(page, "You’re offline.")
    context.set_offline(False)
    hear(page, "Back online.")
    says(page, "Saved")
    # Whatever else there is to say.
    page.wait_for_timeout(11_000)
    heard = page.evaluate("heard")
    # An alert interrupts. A timer may be a moment early.
    close = [later for earlier, later in pairwise(heard) if later[1] == "status" and later[0] - earlier[0] < 4990]
    assert close == []
    assert [text.split(".")[0] for _, role, text in heard if role == "alert"] == ["You’re offline"]
    assert heard[0][1:] == ["status", "Saved"]


def spoken(page: Page) -> dict[str, str]:
    """What the accessibility tree has in the page's live regions, by role."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def text_of(node: dict[str, Any]) -> str:
        inner = [text_of(by_id[child]) for child in node.get("childIds", []) if child in by_id]
        role, name = (node.get(key, {}).get("value", "") for key in ("role", "name"))
        return name if role == "StaticText" else " ".join(filter(None, inner))

    regions = [node for node in nodes if node.get("role", {}).get("value") in {"status", "alert"}]
    assert not any(flag["name"] == "busy" for node in regions for flag in node.get("properties", []))
    return {node["role"]["value"]: text_of(node) for node in regions if text_of(node)}


def wait_for_spoken(page: Page, role: str, words: str) -> None:
    """Wait until the live region with this role begins with these words."""
    is_spoken = becomes_true(page, lambda: spoken(page).get(role, "").startswith(words))
    assert is_spoken, f"{words!r} does not begin {spoken(page)}"


def test_accessibility_tree_has_each_announcement(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    choose(page, 1)
    says(page, "Saved")
    wait_for_spoken(page, "status", "Saved")
    assert spoken(page) == {"status": "Saved"}
    go_offline(context)
    choose(page, 2)
    says(page, "Not sent")
    wait_for_spoken(page, "alert", "You’re offline. Answers are safe.")
    context.set_offline(False)
    says(page, "Saved")
    wait_for_spoken(page, "status", "Back online. All your answers are saved.")


@pytest.mark.slow
def test_focus_stays_on_the_choice_over_a_hundred_saves(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    page.locator("label.opt input").first.focus()

    kept = 0
    for _ in range(100):
        with page.expect_response(lambda response: is_save(response.request)):
            page.keyboard.press("ArrowDown")
        says(page, "Saved")
        kept += page.evaluate("document.activeElement.matches('label.opt input:checked')")

    assert (kept, len(saves())) == (100, 100)


def test_next_question_is_announced_with_its_number_and_stem(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    page.get_by_role("button", name="Next question").click()
    stem = page.locator("#stem").inner_text().strip()
    expect(page.get_by_role("region", name=f"Question 2 of 5 {stem}")).to_be_focused()


# Whether the page is where it was 10 frames ago.
STANDS_STILL = """() => new Promise((resolve) => {
  const top = window.scrollY;
  let left = 10;
  const look = () => left-- ? requestAnimationFrame(look) : resolve(window.scrollY === top);
  look();
})"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_next_question_is_in_sight_on_a_low_screen(motion: Any, context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    page.emulate_media(reduced_motion=motion)
    page.set_viewport_size({"width": 640, "height": 300})
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#stem")).to_be_in_viewport(ratio=1)
    assert page.evaluate(STANDS_STILL)


def test_page_opens_at_what_it_shows_on_a_low_screen(context: BrowserContext, attempt: Attempt) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 640, "height": 300})
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    expect(page.locator("#v-read")).to_be_checked()
    expect(page.locator("#reading h2")).to_be_in_viewport()
    page.goto(reverse("take_attempt", args=[attempt.public_id, 2]))
    expect(page.locator("#stem")).to_be_in_viewport(ratio=1)
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    page.reload()
    expect(page.locator("#reading h2")).to_be_in_viewport()


def hear(page: Page, words: str) -> None:
    """Wait until these words have been said."""
    said = "words => heard.some(([, , text]) => text.includes(words))"
    is_said = becomes_true(page, lambda: page.evaluate(said, words))
    assert is_said, f"{words!r} is not among {page.evaluate('heard')}"


def test_alert_waits_for_no_one(context: BrowserContext, attempt: Attempt) -> None:
    context.clock.install()
    context.add_init_script(HEAR)
    page = open_question(context, attempt)
    choose(page, 0)
    hear(page, "Saved")
    page.clock.pause_at(timezone.now() + timedelta(seconds=1))
    Session.objects.all().delete()
    choose(page, 1)
    # The press ends in a task of its own.
    page.clock.run_for(1)
    expect(notice(page).get_by_text("Question 1 isn’t saved.")).to_be_visible()
    page.clock.run_for(200)
    hear(page, "Question 1 isn’t saved.")
    [(before, *_), (at, *_), *_] = page.evaluate("heard")
    assert at - before < 5000
    # A word on the save follows later, where it is still true.
    page.clock.run_for(6000)
    hear(page, "Not sent")
    assert page.evaluate("heard.at(-1)[0]") - at >= 4990


def test_two_windows_of_one_browser_send_each_answer_once(context: BrowserContext, attempt: Attempt) -> None:
    other, page = open_question(context, attempt, 2), open_question(context, attempt)
    go_offline(context)
    choose(page, 0)
    says(page, "Not sent")
    # Both hear that the network is back, and both send.
    context.set_offline(False)
    says(page, "Saved")
    choose(page, 1)
    says(page, "Saved")
    expect(page.locator("[name=revision]")).to_have_value("2")
    assert saves() == [(1, "saved"), (2, "saved")]
    assert other.locator("[data-outbox] > .notice", has_text="another window").count() == 0


def test_late_word_of_another_window_takes_nothing_back(context: BrowserContext, attempt: Attempt) -> None:
    other, page = open_question(context, attempt, 2), open_question(context, attempt)
    with page.expect_request(is_save) as first:
        choose(page, 0)
    says(page, "Saved")
    choose(page, 1)
    expect(page.locator("[name=revision]")).to_have_value("2")
    # The other window sent the first answer as well, and its reply comes only now.
    sent = parse_qs(first.value.post_data or "")
    word = {"url": urlsplit(first.value.url).path, "operation": sent["operation"][0], "revision": 1}
    other.evaluate("word => new BroadcastChannel('footnote.answers').postMessage(word)", word)
    page.wait_for_timeout(300)
    expect(page.locator("[name=revision]")).to_have_value("2")
    choose(page, 2)
    expect(page.locator("[name=revision]")).to_have_value("3")
    assert saves() == [(1, "saved"), (2, "saved"), (3, "saved")]


def test_answer_that_another_window_sent_is_known_here(context: BrowserContext, attempt: Attempt) -> None:
    other, page = open_question(context, attempt, 2), open_question(context, attempt)
    on_save(page, lambda route: route.abort())
    choose(page, 0)
    says(page, "Not sent")
    other.evaluate("window.dispatchEvent(new Event('online'))")
    says(page, "Saved")
    page.unroute_all(behavior="wait")
    choose(page, 1)
    says(page, "Saved")
    expect(page.locator("[name=revision]")).to_have_value("2")
    assert saves() == [(1, "saved"), (2, "saved")]


def test_typed_answer_is_kept_while_it_is_typed(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt, 5)
    field = page.get_by_role("textbox", name="In which month does it end?")
    field.press_sequentially("Augu")
    says(page, "Saving")
    says(page, "Saved")
    assert saves() == [(1, "saved")]
    field.press_sequentially("st")
    page.get_by_role("button", name="Review my answers").click()
    page.wait_for_url("**/review/")
    assert attempt.answers.get().value == "August"
    # Leaving the field said nothing new.
    assert saves() == [(1, "saved"), (2, "saved")]
    # A newer answer of another window, which the page in front hears of.
    page.goto(reverse("take_attempt", args=[attempt.public_id, 5]))
    field.press_sequentially("!")
    says(page, "Saved")
    expect(page.locator("[name=revision]")).to_have_value("3")
    save(attempt, "word", "July", seen_revision=3)
    hear_of(page, page.url, 4)
    field.press_sequentially("?")
    page.keyboard.press("Backspace")
    expect(notice(page).get_by_text("This answer was saved in another window.")).to_be_visible()
    expect(field).to_have_value("July")


def test_text_typed_without_a_pause_is_saved_every_5_seconds(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt, 5)
    page.clock.pause_at(timezone.now() + timedelta(seconds=1))
    field = page.get_by_role("textbox", name="In which month does it end?")
    for letter in "August":
        field.press_sequentially(letter)
        page.clock.run_for(900)
    says(page, "Saved")
    assert saves() == [(1, "saved")]


def test_choice_that_is_none_is_said_and_not_tried_for_ever(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    page.evaluate("document.querySelector('label.opt input').value = 'forged'")
    choose(page, 0)
    says(page, "Not saved")
    expect(notice(page).get_by_text("This page is out of date.")).to_be_visible()
    assert (page.evaluate(WAITING), saves()) == (0, [])


def test_browser_without_a_store_saves_by_the_form(context: BrowserContext, attempt: Attempt) -> None:
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    page = open_question(context, attempt)
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**/2/#question")
    assert saves() == [(1, "saved")]


def test_time_runs_out_on_the_page_by_the_servers_word(context: BrowserContext, attempt: Attempt) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=4))
    # A clock that is a day wrong changes nothing.
    context.add_init_script("const now = Date.now; Date.now = () => now() - 86400000")
    page = open_question(context, attempt)
    expect(page.locator("[data-time-warning]")).to_have_text("1 minute left")
    # Now the script has written it.
    expect(page.locator("[data-minutes]")).to_have_text(re.compile("sec left"))
    choose(page, 1)
    page.wait_for_url("**/receipt/")
    assert saves() == [(1, "saved")]
    assert Attempt.objects.open().count() == 0


@pytest.mark.slow
def test_time_runs_out_after_an_answer_was_refused(context: BrowserContext, attempt: Attempt) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=6))
    page = open_question(context, attempt)
    tries: list[Request] = []
    page.on("request", lambda request: tries.append(request) if request.url.endswith("/livez") else None)
    page.evaluate("document.querySelector('label.opt input').value = 'forged'")
    choose(page, 0)
    says(page, "Not saved")
    page.wait_for_url("**/receipt/")
    assert len(tries) == 1
    assert Attempt.objects.open().count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("proxy", [False, True])
def test_page_stays_when_time_runs_out_without_the_site(proxy: bool, context: BrowserContext, attempt: Attempt) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=4))
    page = open_question(context, attempt)
    # A network that drops: the browser says that it is online. Or a proxy replies for a site that is away.
    context.route(
        re.compile("/student/|/livez"),
        lambda route: route.fulfill(status=502, body="Bad Gateway") if proxy else route.abort(),
    )
    late = "Stay on this page until your quiz is turned in. Late answers count only if your teacher accepts them."
    expect(notice(page).get_by_text(late)).to_be_visible()
    expect(page.locator("[data-say=alert]")).to_contain_text("Time’s up.")
    context.unroute(re.compile("/student/|/livez"))
    page.wait_for_url("**/receipt/")
    assert Attempt.objects.open().count() == 0


# ---- After the end


def offline_answers(context: BrowserContext, page: Page) -> None:
    """Three answers, to the questions 1, 2 and 5, that wait on the device."""
    go_offline(context)
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    choose(page, 0)
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(4).click()
    page.get_by_role("textbox", name="In which month does it end?").fill("August")
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll send 3 answers when you’re back online.")


def test_answers_that_waited_past_the_end_are_all_kept_as_late(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    offline_answers(context, page)
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=61))
    context.set_offline(False)
    page.wait_for_url("**/receipt/")
    expect(page.get_by_text("3 answers came in late and don’t count yet.")).to_be_visible()
    assert (saves(), page.evaluate(WAITING)) == ([(0, "late")] * 3, 0)


def test_answers_are_sent_from_the_receipt_that_the_site_leads_to(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    offline_answers(context, page)
    stop_sending(page)
    page.close()
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=61))
    submit_overdue(timezone.now())
    context.set_offline(False)
    page = open_question(context, attempt)
    expect(page.get_by_text("3 answers came in late and don’t count yet.")).to_be_visible()
    assert (saves(), page.evaluate(WAITING)) == ([(0, "late")] * 3, 0)


@pytest.mark.slow
def test_tab_behind_others_does_not_submit_what_was_given_more_time(context: BrowserContext, attempt: Attempt) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=4))
    context.add_init_script("Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' })")
    page = open_question(context, attempt)
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(minutes=10))
    expect(page.locator("[data-minutes]")).to_have_text("10 min left")
    assert Attempt.objects.open().count() == 1


# ---- “Saved” is said of what is stored


def test_saved_goes_with_the_question_that_it_is_of(context: BrowserContext, attempt: Attempt) -> None:
    save(attempt, "one", "a")
    page = open_with_all(context, attempt)
    says(page, "Saved")
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("[data-save-state]")).to_have_text("")
    # The reply comes when the next question is in front.
    page.get_by_role("button", name="Previous question").click()
    held: list[Route] = []
    on_save(page, held.append)
    page.locator("#question label.opt:not(:has(:checked))").first.click()
    page.get_by_role("button", name="Next question").click()
    says(page, "Saving")
    held[0].continue_()
    expect(page.locator("[data-save-state]")).to_have_text("")


def test_answer_of_last_week_is_sent_once_its_student_is_back(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    stop_sending(page)
    page.goto("about:blank")
    context.add_init_script(f"const now = Date.now; Date.now = () => now() + {7 * 24 * 60 * 60 * 1000}")
    context.set_offline(False)
    with page.expect_response(lambda response: is_save(response.request)) as sent:
        page.goto(reverse("student_home"))
    sent.value.finished()
    assert saves() == [(1, "saved")]


@pytest.mark.slow
def test_reply_of_something_in_between_is_none(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    replies: list[dict[str, Any]] = [
        {"status": 404, "body": "404 page not found"},
        {"status": 200, "json": {"status": "blocked"}},
        {"status": 302, "headers": {"Location": "/portal/"}},
        {"status": 400, "body": "The request was incomplete. Try again."},
    ]
    for count, reply in enumerate(replies, start=1):
        on_save(page, lambda route, reply=reply: route.fulfill(**reply))  # type: ignore[misc]
        choose(page, count % 3)
        says(page, "Not sent")
        page.unroute_all(behavior="wait")
        says(page, "Saved")
        assert (reply, saves()) == (reply, [(number, "saved") for number in range(1, count + 1)])


def test_answer_that_something_else_took_away_is_not_called_saved(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    page.evaluate("localStorage.clear()")
    context.set_offline(False)
    says(page, "Not saved")
    expect(notice(page).get_by_text("Question 1 isn’t saved.")).to_be_visible()
    # Of the next question that is not so; and going back says it again, until there is a better answer.
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("[data-save-state]")).to_have_text("")
    go_back(page)
    says(page, "Not saved")
    choose(page, 2)
    says(page, "Saved")
    expect(notice(page).get_by_text("Question 1 isn’t saved.")).to_be_hidden()
    assert saves() == [(1, "saved")]


def test_home_page_names_the_answer_that_is_not_saved_after_the_site_was_away(
    context: BrowserContext, attempt: Attempt
) -> None:
    page = open_question(context, attempt)
    on_save(page, lambda route: route.fulfill(status=503))
    choose(page, 1)
    says(page, "Not sent")
    page.unroute_all(behavior="wait")
    page.route(f"**{urlsplit(page.url).path}", lambda route: route.fulfill(status=400, json={"outcome": "refused"}))
    page.clock.install()
    page.goto(reverse("student_home"))
    expect(notice(page)).to_contain_text("Question 1 isn’t saved.")
    # The outbox names it again after it has waited for a message of another tab.
    page.clock.run_for(1000)
    take_away(context, page, "proxy")
    page.get_by_role("link", name="Sign out").click()
    expect(notice(page)).to_contain_text("We can’t reach the site.")
    bring_back(context)
    # It polls right away.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(notice(page)).to_contain_text("Question 1 isn’t saved.")
    assert (saves(), page.evaluate(WAITING)) == ([], 0)


@pytest.mark.parametrize("is_over", slow_after(1, [True, False]))
def test_answer_to_another_quiz_does_not_call_the_question_of_this_one_unsaved(
    context: BrowserContext, attempt: Attempt, essay: Attempt, is_over: bool
) -> None:
    page = open_question(context, attempt)
    go_offline(context)
    choose(page, 0)
    says(page, "Not sent")
    stop_sending(page)
    if is_over:
        submit_attempt(attempt, now=timezone.now())
    else:
        save(attempt, "one", "b", now=timezone.now())
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(reverse("take_attempt", args=[essay.public_id, 1]))
    late, refused = "came too late. Late answers count only if your teacher accepts them.", "isn’t saved. If that quiz"
    expect(notice(page)).to_contain_text(f"An answer from another quiz or attempt {late if is_over else refused}")
    expect(page.locator("[data-save-state]")).to_have_text("")
    choose(page, 1)
    says(page, "Saved")
    expect(notice(page)).to_have_count(0)
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("[data-outbox]")).not_to_contain_text("isn’t saved")
    assert (saves()[-2:], page.evaluate(WAITING)) == (
        [(int(not is_over), "late" if is_over else "stale"), (1, "saved")],
        0,
    )


# Each row is smaller than the one before, until none fits.
FILL = """() => {
  let row = 0;
  for (let size = 1 << 22; size >= 1; size = Math.floor(size / 2)) {
    const more = 'x'.repeat(size);
    try { for (;;) localStorage.setItem(row++, more); } catch { continue; }
  }
}"""


def test_full_store_keeps_no_answer_from_the_site(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    go_offline(context)
    choose(page, 0)
    says(page, "Not sent")
    page.evaluate(FILL)
    page.get_by_role("button", name="Next question").click()
    choose(page, 1)
    says(page, "Not sent")
    expect(page.locator("[data-waiting]")).to_contain_text("We’ll send 2 answers when you’re back online.")
    # One of them is lost with the page.
    expect(page.locator(".notice summary")).to_have_text("You’re offline. Keep this page open.")
    expect(page.locator(".notice")).to_contain_text("This device can’t keep your answers. They’re only on this page.")
    context.set_offline(False)
    says(page, "Saved")
    assert saves() == [(1, "saved")] * 2
    page.reload()
    choose(page, 2)
    says(page, "Saved")
    assert saves() == [(1, "saved")] * 2 + [(2, "saved")]


@pytest.mark.parametrize("event", slow_after(1, ["another student signs in", "class moves on"]))
def test_page_stays_while_it_holds_the_only_copy_of_an_answer(
    event: str, context: BrowserContext, attempt: Attempt, student: Student, classmate: Student, teacher: User
) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    attempt.assignment.refresh_from_db()
    show = partial(show_on_board, attempt.assignment, phase=Board.Phase.QUESTION, by=teacher, now=timezone.now())
    show(number=1)
    page = open_question(context, attempt)
    page.evaluate(FILL)
    on_save(page, lambda route: route.fulfill(status=503))
    choose(page, 1)
    says(page, "Not sent")
    # A page that asks before the other student is signed in learns that the session has ended, and asks no more.
    page.route("**/current/", lambda route: route.fulfill(status=304))
    if event == "class moves on":
        status = 200
        show(number=2)
    else:
        status = 404
        Session.objects.all().delete()
        other = context.new_page()
        other.goto(reverse("join"))
        join(other, classmate)
    with page.expect_response(lambda reply: reply.url.endswith("/current/") and reply.status == status):
        page.unroute("**/current/")
    page.wait_for_timeout(1500)
    says(page, "Not sent")
    with page.expect_navigation():
        page.unroute_all(behavior="wait")
        if event == "another student signs in":
            page.evaluate("window.dispatchEvent(new Event('online'))")
            enter_pin(page, student)
    # The class board closed the question.
    assert saves() == [(0, "late") if event == "class moves on" else (1, "saved")]


def test_button_after_the_cookies_are_gone_leads_to_sign_in(context: BrowserContext, attempt: Attempt) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_question(context, attempt)
    choose(page, 1)
    says(page, "Saved")
    context.clear_cookies()
    page.get_by_role("button", name="Check my answer").click()
    page.wait_for_url("**/join/")
    assert saves() == [(1, "saved")]


@pytest.mark.parametrize("is_cut", [True, False], ids=["cut", "no reply"])
def test_check_without_a_reply_can_be_pressed_again(is_cut: bool, context: BrowserContext, attempt: Attempt) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    # Instead of a test of 15 seconds.
    hurry = "({ detail }) => { detail.xhr.timeout /= 100; }"
    context.add_init_script(f"addEventListener('htmx:beforeSend', {hurry}, {{ once: true }})")
    page = open_question(context, attempt)
    choose(page, 1)
    says(page, "Saved")
    on_save(page, lambda route: route.abort() if is_cut else None)
    check = page.get_by_role("button", name="Check my answer")
    check.press("Enter")
    expect(notice(page).get_by_text("You need to be online for that.")).to_be_visible()
    expect(check).to_be_focused()
    page.unroute_all()
    check.press("Enter")
    expect(page.locator("#question .verdict")).to_be_focused()
    expect(notice(page)).to_have_count(0)


def test_page_of_something_in_between_takes_no_question_away(context: BrowserContext, attempt: Attempt) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_question(context, attempt)
    choose(page, 1)
    says(page, "Saved")
    for name in ("Flag for later", "Check my answer"):
        on_save(page, lambda route: route.fulfill(content_type="text/html", body="<p>Blocked."))
        # The notice of the first button still shows.
        with page.expect_response("**/1/"):
            page.get_by_role("button", name=name).click()
        expect(notice(page).get_by_text("You need to be online for that.")).to_be_visible()
        page.unroute_all()
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator("#question .verdict")).to_be_focused()
    expect(notice(page)).to_have_count(0)


# ---- Nothing keeps the others up


def test_answer_on_which_the_site_fails_keeps_no_other(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    failing = f"/{attempt.public_id}/1/"
    on_save(page, lambda route: route.fulfill(status=500) if failing in route.request.url else route.continue_())
    choose(page, 1)
    says(page, "Not sent")
    page.get_by_role("button", name="Next question").click()
    with page.expect_response(lambda response: is_save(response.request) and response.status == 200):
        choose(page, 0)
    says(page, "Not sent")
    page.unroute_all(behavior="wait")
    says(page, "Saved")
    assert saves() == [(1, "saved")] * 2


def test_token_that_could_not_be_fetched_is_fetched_again(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    context.clear_cookies(name="csrftoken")
    lost: list[Route] = []

    def lose_once(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route)
            route.abort()

    page.route("**/student/", lose_once)
    choose(page, 1)
    says(page, "Saved")
    assert (len(lost), saves()) == (1, [(1, "saved")])


def test_questions_that_come_ahead_take_nothing_back(context: BrowserContext, attempt: Attempt) -> None:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    ahead: list[tuple[Route, Any]] = []
    # Made by the site before the answer is stored, come after.
    page.route("**/questions/", lambda route: ahead.append((route, route.fetch())))
    page.goto(reverse("take_attempt", args=[attempt.public_id, 5]))
    field = page.get_by_role("textbox", name="In which month does it end?")
    field.press_sequentially("Augu")
    says(page, "Saved")
    field.press_sequentially("st")
    [(route, made)] = ahead
    with page.expect_response("**/questions/"):
        route.fulfill(response=made)
    expect(field).to_have_value("August")
    says(page, "Saving")
    says(page, "Saved")
    expect(field).to_have_value("August")
    assert saves() == [(1, "saved"), (2, "saved")]


@pytest.mark.parametrize("is_newer", slow_after(1, [True, False]), ids=["another device", "nothing new"])
def test_page_that_comes_back_shows_what_another_device_saved(
    is_newer: bool, context: BrowserContext, attempt: Attempt
) -> None:
    page = context.new_page()
    page.clock.install()
    with page.expect_response("**/questions/"):
        page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    choose(page, 0)
    says(page, "Saved")
    loads: list[str] = []
    page.on("request", lambda request: loads.append(urlsplit(request.url).path.split("/")[-2]))
    be(page, "hidden")
    if is_newer:
        save(attempt, "word", "August", now=timezone.now())
    page.clock.run_for(10_000)
    be(page, "visible")
    be(page, "hidden")
    page.clock.run_for(20_000)
    with page.expect_event("load") if is_newer else page.expect_response("**/questions/"):
        be(page, "visible")
    page.get_by_text("All questions").click()
    page.locator("[data-places] .jump a[href='../5/#question']").click()
    expect(page.get_by_role("textbox", name="In which month does it end?")).to_have_value("August" if is_newer else "")
    says(page, "Saved" if is_newer else "^$")
    # Not for a short look at another tab.
    assert [name for name in loads if name in {"questions", "1"}][:2] == ["questions", "1"][: 1 + is_newer]


# ---- What cannot be done offline is said


def test_list_shows_offline_what_waits_and_what_is_closed(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt)
    page.locator("[data-places] summary").click()
    links = page.get_by_role("navigation", name="All questions").get_by_role("link")
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    page.get_by_role("button", name="Next question").click()
    page.locator("[data-places] summary").click()
    # Question 4 is answered in the reading, and has its own page.
    expect(links).to_have_text(
        [
            "1, answered, not sent",
            "2, this question",
            "3, not answered",
            "4, not answered, you need to be online",
            "5, not answered",
        ]
    )
    note = page.get_by_text("You need to be online for questions with a dashed border.")
    expect(note).to_be_visible()
    expect(links.nth(3)).to_have_css("border-style", "dashed")
    assert violations(page) == []
    context.set_offline(False)
    expect(links.nth(0)).to_have_text("1, answered")
    expect(links.nth(3)).to_have_text("4, not answered")
    expect(note).to_be_hidden()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")


def test_what_waits_for_the_network_is_said(context: BrowserContext, attempt: Attempt) -> None:
    page = open_with_all(context, attempt, 3)
    go_offline(context)
    # The next one is answered in the reading, and has its own page.
    page.get_by_role("button", name="Next question").click()
    blocked = "You need to be online for that question. You can open these questions: 1, 2, 5."
    expect(notice(page).get_by_text(blocked)).to_be_visible()
    expect(page.locator(".jump a").last).to_be_in_viewport()
    page.get_by_role("button", name="Flag for later").click()
    expect(notice(page).get_by_text("You need to be online for that.")).to_be_visible()
    expect(notice(page).get_by_text("You need to be online for that question.")).to_be_hidden()
    context.set_offline(False)
    expect(notice(page).get_by_text("Back online. All your answers are saved.")).to_be_visible()
    # In a second outage, nothing was pressed.
    go_offline(context)
    page.locator("#question select, #question label.opt, #question input[type=radio]").first.click()
    expect(notice(page).get_by_text("You’re offline.")).to_be_visible()
    expect(notice(page).get_by_text("You need to be online for that.")).to_be_hidden()
    context.set_offline(False)
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    go_offline(context)
    page.get_by_role("button", name=re.compile("Turn in")).click()
    expect(notice(page).get_by_text("Nothing is turned in yet.")).to_be_visible()
    context.set_offline(False)
    expect(notice(page).get_by_text("Press Turn in again.")).to_be_visible()
    assert Attempt.objects.open().count() == 1


def test_browser_that_is_wrong_about_the_network_keeps_no_one(context: BrowserContext, attempt: Attempt) -> None:
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    page = open_with_all(context, attempt)
    choose(page, 1)
    says(page, "Saved")
    page.get_by_text("All questions").click()
    page.get_by_role("link", name="Review and turn in").click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name=re.compile("Turn in")).click()
    page.wait_for_url("**/receipt/")
    assert not Attempt.objects.open().exists()


def test_skip_link_leads_to_the_question_behind_the_reading(attempt: Attempt, open_context: NewContext) -> None:
    context = open_context(attempt.student, watched=False, width=360)
    page = open_question(context, attempt)
    expect(page.locator("#v-read")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#v-q")).to_be_checked()
    expect(page.locator("#question")).to_be_focused()


def test_notice_is_in_sight_where_sentences_are_picked(attempt: Attempt, open_context: NewContext) -> None:
    context = open_context(attempt.student, watched=False, width=360)
    page = open_question(context, attempt, 4)
    go_offline(context)
    page.locator(".pick label").last.click()
    expect(notice(page).get_by_text("You’re offline.")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("[data-save-state]", has_text="Not sent")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("button", name="Next question")).to_be_in_viewport(ratio=0.9)
    assert violations(page) == []
    assert overflow(page) <= 0


def test_question_answered_in_the_reading_says_that_no_other_opens_offline(
    attempt: Attempt, open_context: NewContext
) -> None:
    context = open_context(attempt.student, watched=False, width=360)
    page = open_question(context, attempt, 4)
    go_offline(context)
    page.get_by_text("All questions").click()
    links = page.get_by_role("navigation", name="All questions").get_by_role("link")
    # Its own link needs no network.
    links.nth(3).click()
    page.evaluate("new Promise((resolve) => { setTimeout(resolve, 100); })")
    expect(notice(page).get_by_text("You need to be online for the other questions.")).to_be_hidden()
    links.nth(1).click()
    expect(notice(page).get_by_text("You need to be online for the other questions.")).to_be_visible()
    expect(notice(page).get_by_text("You can open these questions").first).to_be_hidden()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    top, bottom = (
        page.evaluate("([place, edge]) => document.querySelector(place).getBoundingClientRect()[edge]", [place, edge])
        for place, edge in (("[data-outbox] > .notice", "top"), ("[data-places]", "bottom"))
    )
    assert bottom <= top
    page.get_by_role("button", name="Next question").click()
    expect(notice(page).get_by_text("You need to be online for the other questions.")).to_be_visible()


def test_review_says_only_that_it_needs_the_network(attempt: Attempt, open_context: NewContext) -> None:
    """From a last question that is answered in the reading, and from one whose page has been given the others."""
    numbers = {"proof": 4, "word": 5}
    context = open_context(attempt.student, watched=False)
    page = open_with_all(context, attempt, numbers["word"])
    go_offline(context)
    page.get_by_role("button", name="Review").click()
    expect(notice(page).get_by_text("You need to be online for that.", exact=True)).to_be_visible()
    expect(notice(page).get_by_text("You need to be online for that question.")).to_be_hidden()
    context.set_offline(False)
    last = make_attempt(
        assignment=make_assignment(edition=make_edition(), classroom=attempt.student.classroom),
        student=attempt.student,
        started_at=timezone.now(),
    )
    page = open_question(context, last, numbers["proof"])
    go_offline(context)
    page.get_by_role("button", name="Review").click()
    expect(notice(page).get_by_text("You need to be online for that.", exact=True)).to_be_visible()
    expect(notice(page).get_by_text("You need to be online for the other questions.")).to_be_hidden()


# ---- Lines to put in order


@pytest.fixture
def lines(student: Student, teacher: User) -> Attempt:
    """An attempt at a question of three lines, and one more."""
    document = make_document()
    of_one = {key: document["questions"][0][key] for key in ("objective", "skill", "points", "facts", "evidence")}
    items = [{"text": text, "place": place, "rationale": "Elsewhere."} for place, text in enumerate("abc", start=1)]
    ordering = {"key": "order", "type": "ordering", "stem": "Put them in order.", "explanation": "So.", "items": items}
    document["questions"].append(of_one | ordering)
    assignment = make_assignment(
        edition=make_edition(document=document),
        shuffle_choices=False,
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def in_order(page: Page) -> str:
    return "".join(page.locator("[data-line]").all_inner_texts())


def test_line_is_moved_by_keyboard_offline_as_well(context: BrowserContext, lines: Attempt) -> None:
    page = open_with_all(context, lines, 5)
    assert in_order(page) == "abc"
    go_offline(context)
    page.get_by_role("button", name="Move down: a").focus()
    page.keyboard.press("Enter")
    assert in_order(page) == "bac"
    expect(page.get_by_role("button", name="Move down: a")).to_be_focused()
    expect(page.locator("[data-moved]")).to_have_text("a: 2")
    page.keyboard.press("Space")
    assert in_order(page) == "bca"
    # The last line can go no further: the focus stays on it.
    expect(page.get_by_role("button", name="Move up: a")).to_be_focused()
    expect(page.get_by_label("Keep this order")).to_be_checked()
    # So a page that is opened again shows it before it is sent.
    stop_sending(page)
    page.close()
    context.set_offline(False)
    page = context.new_page()
    on_save(page, lambda route: route.abort())
    page.goto(reverse("take_attempt", args=[lines.public_id, 5]))
    expect(page.get_by_label("Keep this order")).to_be_checked()
    assert in_order(page) == "bca"
    page.unroute_all(behavior="wait")
    says(page, "Saved")
    assert lines.answers.get().value == ["b", "c", "a"]


def test_enter_moves_no_line(context: BrowserContext, lines: Attempt) -> None:
    page = open_with_all(context, lines, 5)
    page.get_by_label("Keep this order").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert (in_order(page), saves()) == ("abc", [])
    expect(page.get_by_label("Keep this order")).to_be_focused()


@pytest.mark.slow
def test_answer_given_under_another_name_is_sent_from_the_page_of_the_attempt(
    context: BrowserContext, attempt: Attempt, student: Student, teacher: User, live_server: Any
) -> None:
    """The student was on the roster twice, and the teacher merged the two while an answer waited on the device."""
    page = open_question(context, attempt)
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    stop_sending(page)
    page.goto("about:blank")
    context.set_offline(False)
    keep = make_student(classroom=attempt.classroom, name="Maya L.")
    merge_students(
        keep, student, seen=merge_plan(keep, student, now=timezone.now()).seen, by=teacher, now=timezone.now()
    )
    be_signed_in(context, keep, live_server.url)
    page = open_question(context, attempt)
    says(page, "Saved")
    assert page.evaluate(WAITING) == 0
    assert saves() == [(1, "saved")]


def test_answer_for_a_class_that_was_archived_holds_up_no_other(
    context: BrowserContext, attempt: Attempt, student: Student, teacher: User
) -> None:
    """The student moved to another class, and an answer for the old one still waits on the device."""
    page = open_question(context, attempt)
    go_offline(context)
    choose(page, 1)
    says(page, "Not sent")
    stop_sending(page)
    page.goto("about:blank")
    context.set_offline(False)
    old = attempt.classroom
    to = make_classroom(teacher=teacher, name="Period 5")
    move_student(student, to=to, by=teacher, now=timezone.now())
    archive_classroom(old, by=teacher, now=timezone.now())
    quiz = make_assignment(edition=attempt.assignment.edition, classroom=to, created_at=timezone.now())
    own = make_attempt(assignment=quiz, student=student, started_at=timezone.now())
    page = open_question(context, own)
    choose(page, 0)
    says(page, "Saved")
    assert notice(page).count() == 0
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    expect(page).to_have_url(re.compile(f"{reverse('student_home')}$"))
    # It is not lost: the class may be restored.
    assert page.evaluate(WAITING) == 1
    restore_classroom(old, by=teacher, now=timezone.now())
    with page.expect_response(lambda response: is_save(response.request)) as sent:
        page.reload()
    sent.value.finished()
    assert saves() == [(1, "saved"), (1, "saved")]
