"""A teacher moves the end of a running attempt: the student sees it without touching anything."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from quizzes.assignments import accommodations, lifecycle
from quizzes.attempts.lifecycle import reopen, submit_attempt, submit_overdue, undo_close_now
from quizzes.models import Assignment, Attempt, Student, User
from tests.browser.conftest import NOTE_CHANGES, NewContext, overflow
from tests.factories import make_assignment, make_attempt, make_edition
from tests.slow_cases import slow_after

# What the site promises, in ms of the page's clock. Else it stands still, so that a busy machine fails no test.
AT_MOST = 5_000


@pytest.fixture
def running(student: Student, teacher: User) -> Attempt:
    """20 minutes, begun a minute ago."""
    now = timezone.now()
    given = make_assignment(
        edition=make_edition(),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=now,
        time_limit=timedelta(minutes=20),
    )
    return make_attempt(assignment=given, student=student, started_at=now - timedelta(minutes=1, seconds=-10))


def more_time(attempt: Attempt, teacher: User, factor: str | None) -> None:
    given = None if factor is None else Decimal(factor)
    accommodations.set_accommodation(attempt.student, time_factor=given, by=teacher, now=timezone.now())


def stop_clock(page: Page) -> None:
    """Let the page's time pass only where the test says so. The page has been opened with a clock of the test."""
    page.clock.pause_at(timezone.now() + timedelta(seconds=30))


def on_question(page: Page, attempt: Attempt) -> None:
    page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))


def on_review(page: Page, attempt: Attempt) -> None:
    page.goto(reverse("review_attempt", args=[attempt.public_id]))


@pytest.mark.parametrize("opened", [on_question, on_review], ids=["question", "review"])
def test_new_end_is_seen_within_5_seconds(
    opened: Callable[[Page, Attempt], None],
    running: Attempt,
    teacher: User,
    student: Student,
    open_context: NewContext,
) -> None:
    page = open_context(student).new_page()
    page.clock.install()
    opened(page, running)
    clock = page.locator("[data-minutes]")
    expect(clock).to_have_text(re.compile("(19|20) min left"))
    stop_clock(page)
    more_time(running, teacher, "1.5")
    page.clock.run_for(AT_MOST)
    expect(clock).to_have_text(re.compile("(29|30) min left"))
    more_time(running, teacher, None)
    page.clock.run_for(AT_MOST)
    expect(clock).to_have_text("No time limit")


@pytest.mark.parametrize(("zone", "is_named"), [("America/New_York", False), ("America/Chicago", True)])
def test_home_names_the_time_zone_of_the_school_if_the_device_has_another(
    zone: str, is_named: bool, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360).new_page()
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": zone})
    page.goto(reverse("student_home"))
    expect(page.locator("[data-open-quizzes]")).to_be_attached()
    named = page.get_by_text(re.compile("Times are in your school’s time zone, E[SD]T."))
    expect(named).to_be_visible(visible=is_named)


@pytest.mark.parametrize("is_submitted", slow_after(1, [False, True]), ids=["time is up", "receipt"])
def test_undone_close_leads_back_to_the_quiz(
    is_submitted: bool, running: Attempt, teacher: User, student: Student, open_context: NewContext
) -> None:
    given, closed_at = running.assignment, timezone.now() - timedelta(minutes=1)
    given = lifecycle.close_now(given, by=teacher, now=closed_at)
    if is_submitted:
        submit_overdue(timezone.now())
    page = open_context(student).new_page()
    page.clock.install()
    page.goto(reverse("receipt", args=[running.public_id]))
    expect(page.locator("h2").first).to_have_text("Receipt" if is_submitted else "Time’s up")
    undo_close_now(given, due_at=None, closes_at=None, by=teacher, now=timezone.now())
    page.clock.run_for(20_000)
    page.wait_for_url("**/review/")
    expect(page.get_by_text("The quiz is open. You can keep working.")).to_be_visible()


@pytest.mark.parametrize(("name", "heading"), [("receipt", "Receipt"), ("result", "Your score")])
def test_receipt_and_result_of_a_reopened_attempt_lead_back_to_the_quiz(
    name: str, heading: str, running: Attempt, teacher: User, student: Student, open_context: NewContext
) -> None:
    submit_attempt(running, now=timezone.now())
    page = open_context(student).new_page()
    page.clock.install()
    page.goto(reverse(name, args=[running.public_id]))
    expect(page.locator("h2").first).to_have_text(heading)
    reopen(running, more_time=None, reason="Too early", by=teacher, now=timezone.now())
    page.clock.run_for(20_000)
    page.wait_for_url("**/review/")
    expect(page.get_by_text("The quiz is open. You can keep working.")).to_be_visible()


def test_attempt_submitted_elsewhere_leads_to_the_receipt(
    running: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    on_question(page, running)
    elsewhere = open_context(student).new_page()
    on_review(elsewhere, running)
    elsewhere.get_by_role("button", name=re.compile("Turn in")).click()
    elsewhere.wait_for_url("**/receipt/")
    page.wait_for_url("**/receipt/")
    assert page.url == elsewhere.url


@pytest.mark.parametrize("opened", slow_after(1, [on_review, on_question]), ids=["review", "question"])
def test_page_without_a_clock_shows_a_new_end(
    opened: Callable[[Page, Attempt], None], running: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(time_limit=None, deadline_at=None)
    page = open_context(student).new_page()
    page.clock.install()
    opened(page, running)
    expect(page.locator("[data-minutes]")).to_have_count(0)
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(minutes=10))
    with page.expect_navigation():
        page.clock.run_for(20_000)
    expect(page.locator("[data-minutes]")).to_have_text("10 min left")


@pytest.mark.slow
def test_page_without_a_clock_leads_to_the_receipt(
    running: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(time_limit=None, deadline_at=None)
    page = open_context(student).new_page()
    page.clock.install()
    on_question(page, running)
    submit_attempt(Attempt.objects.get(), now=timezone.now())
    page.clock.run_for(20_000)
    expect(page).to_have_url(re.compile("/receipt/$"))


def test_page_without_time_limit_shows_when_the_quiz_closes(
    running: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(time_limit=None, deadline_at=timezone.now() + timedelta(days=9))
    page = open_context(student, width=360, height=640).new_page()
    page.clock.install()
    on_question(page, running)
    clock = page.locator("[data-minutes]")
    expect(clock).to_have_text(re.compile(r"^Closes \w+,\s\w+\s\d+, \d+:\d\d\s[ap]m$"))
    with page.expect_response("**/time/") as asked:
        page.clock.run_for(AT_MOST)
    asked.value.finished()
    expect(clock).to_have_text(re.compile("^Closes"))
    assert overflow(page) == 0
    stop_clock(page)
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(minutes=59, seconds=50))
    page.clock.run_for(AT_MOST)
    expect(clock).to_have_text("60 min left")


@pytest.mark.parametrize("opened", [on_question, on_review], ids=["question", "review"])
def test_pause_covers_the_page_and_ends_by_itself(
    opened: Callable[[Page, Attempt], None],
    running: Attempt,
    teacher: User,
    student: Student,
    open_context: NewContext,
) -> None:
    page = open_context(student, width=360).new_page()
    page.clock.install()
    opened(page, running)
    stop_clock(page)
    lifecycle.pause(running.assignment, by=teacher, now=timezone.now())
    page.clock.run_for(AT_MOST)
    expect(page.get_by_role("heading", name="Paused by your teacher")).to_be_visible()
    assert overflow(page) == 0
    lifecycle.resume(running.assignment, by=teacher, now=timezone.now())
    page.clock.resume()
    expect(page.locator("[data-minutes]")).to_have_text(re.compile("(19|20) min left"))


def test_five_minute_warning_is_said_once_and_shows_a_hidden_clock(
    running: Attempt, teacher: User, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.filter(pk=running.pk).update(supports={"hide_clock": True})
    page = open_context(student).new_page()
    for address in ("take_attempt", "review_attempt"):
        page.goto(reverse(address, args=[running.public_id, *([1] if address == "take_attempt" else [])]))
        # After a tick of the clock
        expect(page.locator("[data-minutes]")).to_have_text(re.compile("min left"))
        expect(page.locator("[data-seconds-left]")).to_be_hidden()
    # 20 minutes, of which 4 and a half are left.
    Attempt.objects.filter(pk=running.pk).update(deadline_at=timezone.now() + timedelta(minutes=4, seconds=30))
    warning = page.locator("[data-time-warning]")
    on_question(page, running)
    expect(warning).to_have_text("5 minutes left")
    page.goto(reverse("take_attempt", args=[running.public_id, 2]))
    expect(page.locator("[data-minutes]")).to_have_text("5 min left")
    expect(page.locator("[data-seconds-left]")).to_be_visible()
    # Longer than a tick of the clock and the task that writes the warning.
    page.evaluate("() => new Promise((done) => setTimeout(done, 1500))")
    assert warning.text_content() == ""


@pytest.mark.parametrize("opened", [on_question, on_review], ids=["question", "review"])
def test_last_minute_counts_seconds_without_a_word_to_screen_readers(
    opened: Callable[[Page, Attempt], None], running: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360, height=640, watched=False).new_page()
    # A reply of the server would bring its own time.
    page.route("**/time/", lambda route: route.abort())
    page.clock.install()
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(minutes=10))
    opened(page, running)
    stop_clock(page)
    clock, warning = page.locator("[data-minutes]"), page.locator("[data-time-warning]")
    page.evaluate("document.dispatchEvent(new CustomEvent('footnote:time', { detail: 60 }))")
    expect(clock).to_have_text("1 min left")
    warning.evaluate(NOTE_CHANGES)
    for passed, text in ((1, "59 sec left"), (57, "2 sec left"), (1, "1 sec left")):
        page.clock.run_for(passed * 1000)
        expect(clock).to_have_text(text)
        assert overflow(page) == 0
    assert clock.evaluate("place => place.closest('[aria-live], [role=status], [role=alert], [role=timer]')") is None
    assert warning.get_attribute("title") == "1 minute left;"


def test_clock_waits_for_one_request_at_a_time_and_ends_it(
    running: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, watched=False).new_page()
    page.clock.install()
    on_question(page, running)
    stop_clock(page)
    # A network that is there and takes no data. A browser opens 6 connections, which answers need too.
    under_way: list[Request] = []
    most = []
    page.route("**/time/", lambda route: most.append(len(under_way)))
    page.on("request", lambda request: under_way.append(request) if request.url.endswith("/time/") else None)
    page.on("requestfailed", lambda request: under_way.remove(request) if request in under_way else None)
    for rounds in range(60):
        page.clock.run_for(AT_MOST)
        # On a busy machine, some end before the browser has sent them.
        if rounds >= 5 and len(most) > 1:
            break
    # The end of one is told only after the start of the next.
    assert (max(most) <= 2, len(most) > 1) == (True, True)
    # The lid is closed for 10 minutes: performance.now() stands still, and the network comes back later.
    page.evaluate("() => { const asleep = performance.now(); performance.now = () => asleep; }")
    page.clock.fast_forward(600_000)
    expect(page.locator("[data-minutes]")).to_have_text(re.compile("^(8|9) min left"))
