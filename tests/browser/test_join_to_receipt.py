"""A student from class code to receipt: with a pointer, by keyboard alone, without JavaScript, and offline."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from quizzes.attempts.attempt_content import content_of
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Classroom, PinKind, Student, User
from quizzes.people import student_sign_in
from quizzes.people.pins import words_of
from tests.browser.conftest import (
    NOTE_CHANGES,
    NewContext,
    becomes_true,
    bring_back,
    go_back,
    go_offline,
    overflow,
    take_away,
    violations,
)
from tests.factories import make_assignment, make_attempt, make_edition, save
from tests.slow_cases import slow_after

RECEIPT = re.compile(r"[2-9A-Z]{3}-[2-9A-Z]{3}")


@pytest.fixture
def assignment(student: Student, teacher: User) -> Assignment:
    """The four questions of `make_document`, open now."""
    return make_assignment(
        edition=make_edition(), classroom=student.classroom, assigned_by=teacher, created_at=timezone.now()
    )


@pytest.fixture
def attempt(assignment: Assignment, student: Student) -> Attempt:
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def question_address(attempt: Attempt, number: int) -> str:
    return reverse("take_attempt", args=[attempt.public_id, number])


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_student_joins_answers_and_turns_in(
    javascript: bool, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    page = open_context(width=320, height=640, javascript=javascript).new_page()
    page.goto(f"/j/{student.classroom.join_code}/")
    page.get_by_role("button", name=student.first_name).click()
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=re.compile("Start")).click()
    page.wait_for_url("**/1/")
    for number, question in enumerate(content_of(Attempt.objects.get()).questions, start=1):
        page.wait_for_url(re.compile(rf"/{number}/(#question)?$"))
        show_question(page)
        pick_first(page, question.type)
        if javascript:
            saved(page)
        assert overflow(page) == 0
        page.get_by_role("button", name=re.compile("Next question|Review my answers")).click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name=re.compile("Turn in")).click()
    page.wait_for_url("**/receipt/")
    receipt = RECEIPT.search(page.locator("main").inner_text())
    assert receipt is not None
    assert Attempt.objects.get().receipt == receipt[0]
    assert Answer.objects.filter(value__isnull=False).count() == 4
    go_back(page)
    page.goto(reverse("submit_attempt", args=[Attempt.objects.get().public_id]).replace("hand-in", "receipt"))
    expect(page.locator("main")).to_contain_text(receipt[0])
    page.get_by_role("link", name=re.compile("result", re.IGNORECASE)).first.click()
    expect(page.locator(".score")).to_be_visible()


@pytest.mark.parametrize("kind", [PinKind.DIGITS, PinKind.WORDS])
def test_student_types_code_and_pin_without_a_click(kind: PinKind, student: Student, open_context: NewContext) -> None:
    Classroom.objects.update(pin_kind=kind)
    pin = student_sign_in.pin_of(student)
    page = open_context(javascript=False).new_page()
    page.goto(reverse("join"))
    expect(page.get_by_label("Class code")).to_be_focused()
    page.keyboard.type(student.classroom.join_code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=student.first_name).press("Enter")
    expect(page.get_by_label("Your PIN")).to_be_focused()
    page.keyboard.type(words_of(pin) if kind == PinKind.WORDS else pin)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('student_home')}")


@pytest.mark.parametrize("has_card", [False, True], ids=["code", "QR code"])
def test_student_is_at_the_first_question_in_four_taps(
    has_card: bool, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    page = open_context(width=360, height=640).new_page()
    checks: list[str] = []
    page.on("request", lambda request: checks.append(request.url) if "/livez" in request.url else None)
    taps = 0

    def tap(name: str) -> None:
        nonlocal taps
        taps += 1
        page.get_by_role("button", name=name).click()

    if has_card:
        page.goto(reverse("join_with_code", args=[student.classroom.join_code]))
    else:
        page.goto(reverse("join"))
        page.get_by_label("Class code").fill(student.classroom.join_code)
        tap("Find my class")
    tap(student.first_name)
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    tap("Sign in")
    expect(page.get_by_text("You’ll see the answers after you turn it in.")).to_be_visible()
    tap("Start")
    page.wait_for_url("**/student/attempts/*/1/")
    assert taps == (3 if has_card else 4)
    # A student who does not wait needs no check that the site answers.
    assert checks == []


@pytest.mark.parametrize("away", slow_after(1, ["network", "site", "proxy"]))
def test_button_pressed_while_the_site_is_away_keeps_the_page(
    away: str, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    context = open_context(width=360, height=640, watched=False)
    page = context.new_page()
    notice = page.locator(".notice", has_text="You need to be online for that.")

    def press(name: str) -> None:
        take_away(context, page, away)
        page.get_by_role("button", name=name).click()
        reason = "You’re offline." if away == "network" else "We can’t reach the site."
        expect(notice.get_by_text(reason)).to_be_in_viewport()
        assert overflow(page) == 0
        # A screen reader says it again after the next press.
        alert = page.locator("[data-say=alert]")
        expect(alert).to_contain_text(reason)
        alert.evaluate(NOTE_CHANGES)
        page.get_by_role("button", name=name).click()
        expect(alert).to_have_attribute("title", re.compile(f"{reason}.* You need to be online for that."))
        bring_back(context)
        if away == "network":
            expect(notice).to_have_count(0)
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()

    page.goto(reverse("join"))
    page.get_by_label("Class code").fill(student.classroom.join_code)
    press("Find my class")
    press(student.first_name)
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    press("Sign in")
    page.wait_for_url(f"**{reverse('student_home')}")
    press("Start")
    page.wait_for_url(f"**{question_address(Attempt.objects.get(), 1)}")


def test_waiting_home_shows_the_quiz_when_the_teacher_starts_it(
    assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(opens_at=timezone.now() + timedelta(hours=1))
    page = open_context(student).new_page()
    page.goto(reverse("student_home"))
    expect(page.get_by_text("You’re all caught up")).to_be_visible()
    assert page.get_by_role("button", name="Start").count() == 0
    changed = page.get_by_role("status").filter(has_text="Your quizzes changed.")
    expect(changed).to_have_count(0)
    # The page of a filter is no news. When a page is shown again, it polls right away.
    address = f"**{reverse('open_quizzes')}"
    page.route(address, lambda route: route.fulfill(body="<h1>Blocked</h1>"))
    page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("footnote:polled", () => resolve(), { once: true });
          document.dispatchEvent(new Event("visibilitychange"));
        })"""
    )
    page.unroute(address)
    Assignment.objects.update(opens_at=timezone.now())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    # The title is the same as before, so a screen reader would say nothing new.
    expect(changed).to_have_count(1)
    assert violations(page) == []
    # It is said once.
    assert page.evaluate("sessionStorage.getItem('footnote.changed')") is None


def test_press_on_the_home_page_has_its_effect_though_another_quiz_opens(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(reverse("student_home"))
    page.get_by_role("link", name=re.compile("^Continue")).hover()
    make_assignment(edition=make_edition(), classroom=student.classroom, created_at=timezone.now())
    held: list[Route] = []
    page.route(f"**{question_address(attempt, 1)}", lambda route: held.append(route))
    page.mouse.down()
    with page.expect_response(lambda reply: reply.url.endswith(reverse("open_quizzes")) and reply.status == 200):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    page.mouse.up()
    assert becomes_true(page, lambda: held)
    # The site takes a moment for the question, in which the page could load again.
    page.wait_for_timeout(500)
    held[0].continue_()
    page.wait_for_url(f"**{question_address(attempt, 1)}")


def test_waiting_home_leads_to_sign_in_after_the_session(
    assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(reverse("student_home"))
    Session.objects.all().delete()
    expect(page).to_have_url(re.compile("/join/$"))


def show_question(page: Page) -> None:
    """On a phone the first question begins with the reading."""
    if page.locator("#v-q").count() and page.locator(".switch").is_visible():
        page.locator(".switch label", has_text="Question").click()


def pick_first(page: Page, kind: str) -> None:
    match kind:
        case "who_says_so":
            for group in page.locator("form .speakers").all():
                group.locator("label").first.click()
        case "evidence":
            page.locator(".pick label").first.click()
        case _:
            page.locator("label.opt").first.click()


def test_student_answers_by_keyboard_alone(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    page = open_context(student).new_page()
    for number in range(1, 5):
        page.goto(question_address(attempt, number))
        kinds = {"radio": "Space", "checkbox": "Space"}
        for _ in range(60):
            page.keyboard.press("Tab")
            kind = page.evaluate("document.activeElement.type || ''")
            name = page.evaluate("document.activeElement.name || ''")
            if kind in kinds and name != "view":
                break
        focused = page.evaluate("document.activeElement.value")
        page.keyboard.press(kinds[kind])
        saved(page)
        # The answer is saved, and the focus is where it was.
        assert page.evaluate("document.activeElement.value") == focused
        assert page.url.endswith(question_address(attempt, number))
        for _ in range(60):
            page.keyboard.press("Tab")
            if re.search("Next question|Review my answers", page.evaluate("document.activeElement.innerText || ''")):
                break
        here = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)  # type: ignore[misc]
    assert page.url.endswith("/review/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "Turn in" in page.evaluate("document.activeElement.innerText || ''"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    assert Answer.objects.filter(value__isnull=False).count() == 4


def test_verdict_takes_the_focus_and_marks_the_sentence(
    assignment: Assignment, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student).new_page()
    page.goto(question_address(attempt, 1))
    assert page.locator("mark.ev").count() == 0
    page.locator("label.opt").first.click()
    saved(page)
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_focused()
    expect(page.locator("#reading mark.ev").first).to_be_visible()
    assert violations(page) == []
    page.reload()
    expect(page.locator(".verdict")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("width", [360, 1280])
def test_checked_question_quotes_its_evidence_in_sight(
    width: int, javascript: bool, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    """In a long reading, the marked sentence may be below what is in sight."""
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=width, height=800, javascript=javascript).new_page()
    page.goto(question_address(attempt, 1))
    if page.locator("label:has(#v-q)").is_visible():
        page.locator("label:has(#v-q)").click()
    page.locator("label.opt").first.click()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".verdict")).to_be_visible()
    quoted = page.locator("#question mark.ev")
    expect(quoted).to_be_in_viewport(ratio=1)
    expect(quoted).to_have_text("The system records a birthplace.")


@pytest.mark.slow
def test_focus_stays_while_a_hundred_answers_are_saved(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    page.goto(question_address(attempt, 1))
    page.evaluate("document.querySelectorAll('input[name=choice]').forEach((e, i) => e.id = 'mark-' + i)")
    kept = 0
    for place in range(100):
        page.locator(f"#mark-{place % 3}").click()
        expect(page.locator("[name=revision]")).to_have_value(str(place + 1))
        kept += page.evaluate("document.activeElement.id") == f"mark-{place % 3}"
    assert kept == 100
    assert AnswerEvent.objects.filter(outcome=AnswerEvent.Outcome.SAVED).count() == 100


def test_answers_given_offline_are_sent_in_order_afterwards(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    context = open_context(student, watched=False)
    page = context.new_page()
    page.goto(question_address(attempt, 1))
    go_offline(context)
    page.locator("label.opt").nth(0).click()
    expect(page.locator("[data-outbox] > .notice").get_by_text("You’re offline. Answers are safe.")).to_be_visible()
    page.locator("label.opt").nth(2).click()
    assert "Saved" not in page.locator("[data-save-state]").inner_text()
    assert Answer.objects.count() == 0
    assert violations(page) == []
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert [event.revision for event in AnswerEvent.objects.order_by("pk")] == [1, 2]
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_second_window_learns_of_the_newer_answer(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    context = open_context(student, watched=False)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(question_address(attempt, 1))
    second.locator("label.opt").nth(1).click()
    saved(second)
    first.locator("label.opt").nth(0).click()
    expect(first.locator("b", has_text="This answer was saved in another window.")).to_be_visible()
    expect(first.locator("label.opt input").nth(1)).to_be_checked()
    outcomes = list(AnswerEvent.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["saved", "stale"]


def test_next_question_is_in_sight_on_a_phone_without_scripts(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360, height=640, javascript=False).new_page()
    page.goto(question_address(attempt, 1))
    # The student reads first.
    expect(page.locator("#question legend").first).not_to_be_in_viewport(ratio=1)
    for name, number in (("Next", 2), ("Next", 3), ("Previous", 2), ("Previous", 1)):
        page.get_by_role("button", name=f"{name} question").click()
        expect(page).to_have_url(re.compile(rf"/{number}/"))
        expect(page.locator("#question legend").first).to_be_in_viewport(ratio=1)
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    page.get_by_role("link", name="Go to question 1").click()
    expect(page.locator("#question legend").first).to_be_in_viewport(ratio=1)
    page.goto(reverse("student_home"))
    page.get_by_role("link", name="Continue at question 1").click()
    # The student reads first.
    expect(page.locator("#question legend").first).not_to_be_in_viewport(ratio=1)
    save(attempt, "one", "a")
    page.goto(reverse("student_home"))
    page.get_by_role("link", name="Continue at question 2").click()
    expect(page.locator("#question legend").first).to_be_in_viewport(ratio=1)
    page.goto(question_address(attempt, 1))
    for number in (2, 1, 1):
        page.get_by_text("All questions").click()
        page.locator(".jump a").nth(number - 1).click()
        expect(page).to_have_url(re.compile(rf"/{number}/"))
        expect(page.locator("#question legend").first).to_be_in_viewport(ratio=1)


def test_overtaken_answer_is_in_sight_on_a_phone_without_scripts(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    context = open_context(student, width=360, height=640, javascript=False)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(question_address(attempt, 1))
    for page, choice in ((second, 1), (first, 0)):
        page.locator("label.opt").nth(choice).click()
        page.get_by_role("button", name="Next question").click()
    notice = first.locator(".notice", has_text="This answer was saved in another window.")
    expect(notice).to_be_in_viewport(ratio=1)
    expect(notice).to_be_focused()
    expect(first.locator("label.opt input").nth(1)).to_be_checked()


def test_second_window_shows_the_newer_answer_without_room_on_the_device(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    context = open_context(student, watched=False)
    context.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }")
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(question_address(attempt, 1))
    second.locator("label.opt").nth(1).click()
    saved(second)
    first.locator("label.opt").nth(0).click()
    expect(first.locator("label.opt input").nth(1)).to_be_checked()


def test_signing_out_leaves_nothing_in_the_browser(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    context = open_context(student, watched=False)
    page = context.new_page()
    page.goto(question_address(attempt, 1))
    go_offline(context)
    page.locator("label.opt").first.click()
    expect(page.locator("[data-outbox] > .notice").get_by_text("You’re offline.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).length") > 0
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("student_home"))
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_text("You’re signed out")).to_be_visible()
    # The script of the page empties them, some time after its text shows.
    page.wait_for_function("() => Object.keys(localStorage).length + Object.keys(sessionStorage).length === 0")
    go_back(page)
    expect(page.locator("body")).not_to_contain_text(student.display_name)


def test_answer_given_when_the_time_is_over_leads_to_the_receipt(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, watched=False).new_page()
    # The next heartbeat would tell the page of its end.
    with page.expect_response("**/here/"):
        page.goto(question_address(attempt, 1))
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(minutes=5))
    page.locator("label.opt").first.click()
    page.wait_for_url("**/receipt/")
    expect(page.locator("main")).to_contain_text(RECEIPT)
    assert AnswerEvent.objects.get().outcome == AnswerEvent.Outcome.LATE
