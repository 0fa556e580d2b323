"""A teacher-paced quiz in Chromium: phones follow the board, join late, come back, and lose no answer."""

import re
from datetime import timedelta
from fnmatch import fnmatch

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from quizzes.assignments.board import show_on_board
from quizzes.models import Answer, Assignment, Attempt, Board, Student, User
from quizzes.people.student_sign_in import pin_of
from tests.browser.conftest import NewContext, bring_back, go_offline, overflow, reply_in_place, take_away, violations
from tests.factories import make_assignment, make_attempt, make_classroom, make_edition, make_student, save

QUESTION, COUNT, ANSWERS, EVIDENCE = Board.Phase

# A request to an address with this end waits for `release()`. Playwright does not report a redirect of a page whose
# requests it can hold.
HOLD = """(end) => {
  const original = fetch;
  const released = new Promise((resolve) => { window.release = resolve; });
  window.fetch = async (url, options) => {
    if (url.endsWith(end)) await released;
    return original(url, options);
  };
}"""


@pytest.fixture
def paced(teacher: User) -> Assignment:
    """A class of three, two of whom have started."""
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    given = make_assignment(
        edition=make_edition(),
        classroom=classroom,
        assigned_by=teacher,
        created_at=now,
        is_teacher_paced=True,
        shuffle_choices=False,
    )
    for name in ("Ana", "Ben", "Cy"):
        student = make_student(classroom=classroom, name=name, created_at=now)
        if name != "Cy":
            make_attempt(assignment=given, student=student, started_at=now)
    return given


def phone_of(name: str, open_context: NewContext, **options: bool) -> Page:
    student = Student.objects.get(display_name=name)
    return open_context(student, width=360, height=740, **options).new_page()


def first_page(assignment: Assignment, name: str) -> str:
    attempt = Attempt.objects.get(assignment=assignment, student__display_name=name)
    return reverse("take_attempt", args=[attempt.public_id, 1])


def test_student_who_waits_can_go_back_to_other_quizzes(paced: Assignment, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context)
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    expect(ana.get_by_text(paced.title)).to_be_visible()
    ana.get_by_role("link", name="All quizzes").click()
    expect(ana.get_by_role("heading", name="Your quizzes")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("waits", ["quiz", "home"])
def test_phone_that_waits_says_that_it_cannot_follow(waits: str, paced: Assignment, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context, watched=False)
    ana.goto(first_page(paced, "Ana") if waits == "quiz" else reverse("student_home"))
    take_away(ana.context, ana, "proxy")
    notice = ana.locator("[data-outbox] > .notice")
    expect(notice).to_contain_text("We can’t reach the site.")
    expect(ana.get_by_role("alert")).to_contain_text("We can’t reach the site.")
    bring_back(ana.context)
    expect(notice).to_contain_text("Back online. All your answers are saved.")
    # Nor does it say that it is back while the site is away again, and a filter replies in its place.
    reply_in_place(ana.context, lambda route: route.fulfill(status=403, body="Blocked"))
    expect(notice).to_contain_text("We can’t reach the site.")


@pytest.mark.parametrize("waits", ["quiz", "home"])
def test_phone_that_is_online_again_follows_right_away(waits: str, paced: Assignment, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context, watched=False)
    polls = "**/current/" if waits == "quiz" else "**/student/open/"
    ana.clock.install()
    ana.goto(first_page(paced, "Ana") if waits == "quiz" else reverse("student_home"))
    go_offline(ana.context)
    # With each request that fails, the page waits longer. The last pause is 8 to 10 seconds, or 20 to 25.
    for _ in range(3):
        with ana.expect_event("requestfailed", lambda request: fnmatch(request.url, polls)):
            ana.clock.fast_forward(30_000)
    with ana.expect_request(polls, timeout=4_000):
        ana.context.set_offline(False)


def test_phones_follow_the_teacher(paced: Assignment, teacher: User, open_context: NewContext) -> None:
    board = open_context(teacher, height=720).new_page()
    board.goto(reverse("class_board", args=[paced.public_id]))
    ana = phone_of("Ana", open_context)
    ana.clock.install()
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    board.get_by_role("button", name="Start question 1").click()
    ana.get_by_label("Birthplace").check()
    expect(ana.locator("[data-save-state]")).to_contain_text("Saved")
    # A pause is on the phone within 2 seconds of its clock, and ends by itself. A longer jump would end a poll that is
    # under way, and the phone would wait longer until the next.
    with ana.expect_response("**/current/"):
        ana.clock.pause_at(timezone.now() + timedelta(seconds=2))
    board.get_by_role("button", name="Pause").click()
    expect(board.get_by_role("button", name="Resume")).to_be_visible()
    # The board keeps its slide for the teacher, and says so.
    expect(board.locator("#board-slide").get_by_text("Paused", exact=True)).to_be_visible()
    expect(board.locator("#board-slide")).to_contain_text("Birthplace")
    ana.clock.run_for(2000)
    expect(ana.get_by_role("heading", name="Paused by your teacher")).to_be_visible()
    ana.clock.resume()
    assert violations(ana) == []
    board.get_by_role("button", name="Resume").click()
    expect(ana.get_by_label("Birthplace")).to_be_checked()
    board.keyboard.press("ArrowRight")
    expect(board.locator(".huge")).to_have_text("1")
    expect(board.locator("#board-slide")).to_contain_text("Showing the answers closes this question.")
    board.keyboard.press("ArrowRight")
    expect(ana.get_by_text("This question is closed")).to_be_visible()
    expect(ana.get_by_label("Birthplace")).to_be_checked()
    expect(ana.get_by_label("Birthplace")).to_be_disabled()
    # A late joiner lands on the same question.
    cy = phone_of("Cy", open_context)
    cy.goto(reverse("start_attempt", args=[paced.public_id]))
    cy.get_by_role("button", name="Start").click()
    expect(cy.get_by_text("You didn’t answer it.")).to_be_visible()
    for shown in ("Question 1 of 4: The evidence", "Question 2 of 4: The question"):
        board.keyboard.press("ArrowRight")
        expect(board.locator("#board-slide")).to_contain_text(shown)
    for phone in (ana, cy):
        expect(phone.get_by_text("Which two of these does the system record?")).to_be_visible()
    # Back after a while, at an old address.
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_text("Which two of these does the system record?")).to_be_visible()


def test_student_with_supports_waits_for_the_first_question(
    paced: Assignment, teacher: User, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True, "line_focus": True, "cross_out": True, "notes": True})
    ana = phone_of("Ana", open_context)
    # A script that misses the tools of a question would raise an error, which fails the test.
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    expect(ana.get_by_role("button", name="Line focus")).to_be_visible()


def test_late_answer_of_a_phone_that_was_offline_is_kept(
    paced: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    # The console reports requests that fail.
    ana = phone_of("Ana", open_context, watched=False)
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_label("Birthplace")).to_be_visible()
    # The phone is offline while the teacher closes the question.
    go_offline(ana.context)
    ana.get_by_label("Birthplace").check()
    show_on_board(paced, number=1, phase=ANSWERS, by=teacher, now=timezone.now())
    with ana.expect_request("**/here/", timeout=5_000):  # not in 20 seconds
        ana.context.set_offline(False)
    notice = "Question 1 is closed. Your late answer doesn’t count yet. Your teacher can accept it."
    expect(ana.get_by_text(notice)).to_be_visible()
    attempt = Attempt.objects.get(student__display_name="Ana")
    assert list(attempt.events.values_list("outcome", "value")) == [("late", "b")]
    assert Answer.objects.filter(value__isnull=False).count() == 0


def test_stale_answer_to_a_question_that_the_class_has_left_is_named_once(
    paced: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    ana = phone_of("Ana", open_context, watched=False)
    ana.goto(first_page(paced, "Ana"))
    save(Attempt.objects.get(student__display_name="Ana"), "one", "a", now=timezone.now())

    def move_on(route: Route) -> None:
        if route.request.method == "GET":
            show_on_board(paced, number=2, phase=QUESTION, by=teacher, now=timezone.now())
        route.continue_()

    ana.route(f"**{first_page(paced, 'Ana')}", move_on)
    # `check` would look at the choice again, and the page may be gone by then.
    ana.get_by_label("Birthplace").click()
    notice = ana.locator("[data-outbox] > .notice")
    expect(notice).to_have_text(
        re.compile(r"Question 1\s+was saved in another window\.\s+Your answer from this window doesn’t count\.")
    )
    expect(ana.get_by_text("Which two of these does the system record?")).to_be_visible()
    ana.get_by_role("checkbox").first.check()
    expect(ana.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    expect(notice).to_have_count(0)
    ana.reload()
    expect(ana.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    expect(notice).to_have_count(0)
    outcomes = Attempt.objects.get(student__display_name="Ana").events.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["saved", "stale", "saved"]


def test_phone_without_a_session_leads_to_sign_in(paced: Assignment, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context, watched=False)
    ana.goto(first_page(paced, "Ana"))
    Session.objects.all().delete()
    expect(ana).to_have_url(re.compile(r"/join/$"))


@pytest.mark.parametrize("first", ["save", "poll"])
def test_phone_without_a_session_asks_for_the_pin_if_an_answer_waits(
    first: str, paced: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    ben = phone_of("Ben", open_context, watched=False)
    ben.clock.install()
    ben.goto(first_page(paced, "Ben"))
    take_away(ben.context, ben, "network")
    ben.get_by_label("Birthplace").check()
    expect(ben.locator("[data-outbox] > .notice")).to_contain_text("offline")
    Session.objects.all().delete()
    ben.clock.pause_at(timezone.now() + timedelta(seconds=4))
    # Either may reach the site first after the network is back.
    save, poll = "/1/", "/current/"
    ben.evaluate(HOLD, save if first == "poll" else poll)
    with ben.expect_response(f"**{poll if first == 'poll' else save}"):
        ben.context.set_offline(False)
    # A page that follows the class waits half a second for a save.
    ben.clock.run_for(1000)
    ben.evaluate("release()")
    expect(ben.get_by_label("Your PIN")).to_be_visible()
    ben.get_by_label("Your PIN").fill(pin_of(Student.objects.get(display_name="Ben")))
    ben.get_by_role("button", name="Continue").click()
    expect(ben.locator("[data-save-state]")).to_contain_text("Saved")
    assert Answer.objects.count() == 1
    # The phone follows the class again.
    show_on_board(paced, number=2, phase=QUESTION, by=teacher, now=timezone.now())
    ben.clock.fast_forward(13_000)
    ben.clock.resume()
    expect(ben.get_by_text("Which two of these does the system record?")).to_be_visible()


def test_phone_says_that_another_student_has_signed_in(paced: Assignment, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context, watched=False)
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    ana.context.add_cookies(phone_of("Ben", open_context).context.cookies())  # type: ignore[arg-type]  # the same keys
    expect(ana.get_by_role("heading", name="Ben is signed in on this device now")).to_be_visible()


def test_paced_pages_are_accessible(paced: Assignment, teacher: User, open_context: NewContext) -> None:
    student = Student.objects.get(display_name="Ana")
    phone = open_context(student, width=360).new_page()
    board = open_context(teacher, height=720).new_page()
    steps = [None, *[(number, phase) for number in (1, 2, 3, 4) for phase in (QUESTION, ANSWERS)]]
    for step in steps:
        # Else the phone would follow while the test opens its page.
        phone.goto("about:blank")
        if step is not None:
            show_on_board(paced, number=step[0], phase=step[1], by=teacher, now=timezone.now())
        phone.goto(first_page(paced, "Ana"))
        board.goto(reverse("class_board", args=[paced.public_id]))
        for page in (phone, board):
            assert violations(page) == [], step
            assert overflow(page) == 0, step


def test_closed_question_has_all_in_one_column(paced: Assignment, teacher: User, open_context: NewContext) -> None:
    show_on_board(paced, number=1, phase=ANSWERS, by=teacher, now=timezone.now())
    page = open_context(Student.objects.get(display_name="Ana"), width=1280).new_page()
    page.goto(first_page(paced, "Ana"))
    lefts = [
        page.locator(place).evaluate(
            "place => place.getBoundingClientRect().left + parseFloat(getComputedStyle(place).paddingInlineStart)"
        )
        for place in ("main > form.pane", "main > form[data-language]")
    ]
    assert lefts[0] == pytest.approx(lefts[1], abs=1)
    # Its parts are as far apart as those of an open one.
    gaps = [page.locator(place).evaluate("place => getComputedStyle(place).rowGap") for place in ("form.pane", ".shut")]
    assert gaps[0] == gaps[1]


def test_save_button_says_what_it_did_and_keeps_the_focus(
    paced: Assignment, teacher: User, open_context: NewContext
) -> None:
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    ana = phone_of("Ana", open_context)
    ana.goto(first_page(paced, "Ana"))
    save, said = ana.get_by_role("button", name="Save my answer"), ana.locator("[data-say=status]")
    save.press("Enter")
    expect(ana.get_by_role("alert").filter(has_text="Answer the question first.")).to_be_focused()
    ana.get_by_label("Birthplace").check()
    expect(said).to_have_text("Saved")
    expect(said).to_be_empty()
    ana.evaluate("window.isSamePage = true")
    save.press("Enter")
    expect(said).to_have_text("Saved")
    expect(save).to_be_focused()
    assert ana.evaluate("window.isSamePage")
    # A page that comes with a saved answer says so too.
    ana.goto(first_page(paced, "Ana"))
    save.press("Enter")
    expect(said).to_have_text("Saved")
    expect(save).to_be_focused()
    assert Answer.objects.get().revision == 1


def test_saved_answer_says_what_it_lacks(paced: Assignment, teacher: User, open_context: NewContext) -> None:
    for number in (1, 2, 3):
        show_on_board(paced, number=number, phase=QUESTION, by=teacher, now=timezone.now())
    ana = phone_of("Ana", open_context)
    ana.goto(first_page(paced, "Ana").replace("/1/", "/3/"))
    lacks = ana.locator("[data-unfinished-answer]")
    expect(lacks).to_be_empty()
    ana.locator("#answers input[type=radio]").first.check()
    expect(lacks).to_have_text("Not answered: statement 2, statement 3.")


@pytest.mark.slow
def test_phone_without_javascript_follows(paced: Assignment, teacher: User, open_context: NewContext) -> None:
    ana = phone_of("Ana", open_context, javascript=False)
    ana.goto(first_page(paced, "Ana"))
    expect(ana.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    show_on_board(paced, number=1, phase=QUESTION, by=teacher, now=timezone.now())
    ana.get_by_label("Birthplace").check()
    ana.get_by_role("button", name="Save my answer").click()
    expect(ana.get_by_text("Saved")).to_be_visible()
    assert Answer.objects.get().value == "b"
    # After a save, the address has a fragment. A refresh to the same fragment would load nothing.
    show_on_board(paced, number=2, phase=QUESTION, by=teacher, now=timezone.now())
    expect(ana.get_by_text("2 of 4").first).to_be_visible()
