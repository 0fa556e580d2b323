"""The outbox in a real browser: what is kept when a reply, a session, a token or a window is lost."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from quizzes import joining
from quizzes.models import AnswerEvent, Attempt, Student, User
from tests.browser.conftest import NewContext
from tests.factories import make_assignment, make_attempt, make_document, make_edition

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


def choose(page: Page, place: int) -> None:
    page.locator("label.opt").nth(place).click()


def says(page: Page, word: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(word))


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
    expect(page.get_by_text("The site does not answer. Your answers are kept on this device.")).to_be_visible()
    page.unroute_all(behavior="wait")
    choose(page, 2)
    says(page, "Saved")
    # The lost one was stored already: sent again, it stays one, and the next answer follows upon it.
    assert saves() == [(1, "saved"), (2, "saved")]
    expect(page.get_by_text("Back online. All your answers are saved.")).to_be_visible()


def test_failing_site_keeps_the_answer_over_a_reload(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    on_save(page, lambda route: route.fulfill(status=503, json={"outcome": "retry"}))
    choose(page, 1)
    expect(page.get_by_text("We keep trying to send 1 answer.")).to_be_visible()
    page.reload()
    expect(page.locator("label.opt input").nth(1)).to_be_checked()
    assert "Saved" not in page.locator("[data-save-state]").inner_text()
    stored = page.evaluate("Object.values(localStorage).join()")
    assert "Maya" not in stored
    assert "Birthplace" not in stored
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Try to send now").click()
    says(page, "Saved")
    assert saves() == [(1, "saved")]
    assert page.evaluate(WAITING) == 0


def test_going_on_waits_until_the_answer_is_stored(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    here = page.url
    context.set_offline(True)
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    page.get_by_text("All questions").click()
    page.locator(".jump a").nth(2).click()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    assert page.url == here
    context.set_offline(False)
    says(page, "Saved")
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**/2/")
    assert saves() == [(1, "saved")]


def test_lost_session_keeps_the_answer_until_its_own_student_is_back(
    context: BrowserContext, attempt: Attempt, student: Student, classmate: Student
) -> None:
    page = open_question(context, attempt)
    Session.objects.all().delete()
    choose(page, 1)
    expect(page.get_by_text("Question 1 is not saved.")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    with page.expect_response(lambda response: response.status == 404):
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


def join(page: Page, student: Student) -> None:
    page.get_by_label("Class code").fill(student.classroom.join_code)
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name=student.display_name).click()
    page.get_by_label("Your PIN").fill(joining.pin_of(student))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/student/")


def test_lost_token_is_fetched_anew(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    context.clear_cookies(name="csrftoken")
    choose(page, 1)
    says(page, "Saved")
    assert saves() == [(1, "saved")]


def test_two_windows_of_one_browser_send_each_answer_once(context: BrowserContext, attempt: Attempt) -> None:
    other, page = open_question(context, attempt, 2), open_question(context, attempt)
    context.set_offline(True)
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
    field = page.get_by_label("In which month does it end?")
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


def test_choice_that_is_none_is_said_and_not_tried_for_ever(context: BrowserContext, attempt: Attempt) -> None:
    page = open_question(context, attempt)
    page.evaluate("document.querySelector('label.opt input').value = 'forged'")
    choose(page, 0)
    says(page, "Not saved")
    expect(page.get_by_text("This page is out of date.")).to_be_visible()
    assert (page.evaluate(WAITING), saves()) == (0, [])


def test_browser_without_a_store_saves_by_the_form(context: BrowserContext, attempt: Attempt) -> None:
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    page = open_question(context, attempt)
    choose(page, 1)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**/2/")
    assert saves() == [(1, "saved")]


def test_time_runs_out_on_the_page_by_the_servers_word(context: BrowserContext, attempt: Attempt) -> None:
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(seconds=4))
    # A clock that is a day wrong changes nothing.
    context.add_init_script("const now = Date.now; Date.now = () => now() - 86400000")
    page = open_question(context, attempt)
    expect(page.locator("[data-minutes]")).to_have_text("1 min left")
    expect(page.locator("[data-time-warning]")).to_have_text("1 minute left")
    choose(page, 1)
    page.wait_for_url("**/receipt/")
    assert saves() == [(1, "saved")]
    assert Attempt.objects.open().count() == 0
