"""What a teacher typed when the session ended: back after the sign-in, for the same account in the same tab only."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.assignments.accommodations import extend
from quizzes.assignments.deletion import delete_assignment
from quizzes.content.drafts.saving_questions import save_question
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import Assignment, Classroom, Draft, Question, User
from tests.browser.conftest import NewContext, be_signed_in, go_back, go_offline, violations
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_draft,
    make_edition,
    make_student,
    make_user,
)
from tests.views.teacher.test_grading_queue import typed_document

PASSWORD = "a long password of the test"
KEPT = "What you typed is kept in this tab."
AGAIN = "Here’s what you typed."
OTHERS = "Your other changes on this page aren’t saved yet."


def assign_typed(classroom: Classroom, *, by: User) -> Assignment:
    """A quiz of this class now, with questions whose answers a teacher grades."""
    return make_assignment(
        edition=make_edition(document=typed_document()), classroom=classroom, assigned_by=by, created_at=timezone.now()
    )


@pytest.fixture
def rosa() -> User:
    return make_user(email="rosa@school.test", password=PASSWORD)


@pytest.fixture
def classroom(rosa: User) -> Classroom:
    return make_classroom(teacher=rosa)


def end_sessions() -> None:
    Session.objects.all().delete()


def sign_in_again(page: Page, email: str = "rosa@school.test") -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def kept_in(page: Page) -> int:
    page.wait_for_load_state("load")
    return int(page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('footnote.unsent')).length"))


def test_a_plain_form_is_filled_again_after_the_sign_in(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    page = open_context(rosa).new_page()
    page.goto(reverse("add_students", args=[classroom.public_id]))
    page.get_by_role("textbox", name="Names").fill("Ana Reyes\nBen Ortiz")
    end_sessions()
    page.get_by_role("button", name="Check names").click()
    expect(page.get_by_role("alert")).to_contain_text(KEPT)
    assert violations(page) == []

    sign_in_again(page)

    expect(page.get_by_role("status")).to_contain_text(AGAIN)
    expect(page.get_by_role("textbox", name="Names")).to_have_value("Ana Reyes\nBen Ortiz")
    assert violations(page) == []
    page.get_by_role("button", name="Check names").click()
    expect(page.get_by_role("heading", name="Check the list")).to_be_focused()
    assert page.get_by_text(AGAIN).count() == 0
    # The second step is a form without typed text. The first step's text is kept with it.
    end_sessions()
    page.get_by_role("button", name="Add 2 students").click()
    sign_in_again(page)
    expect(page.get_by_role("textbox", name="Names")).to_have_value("Ana Reyes\nBen Ortiz")
    assert kept_in(page) == 0


def test_a_field_of_the_editor_is_saved_after_the_sign_in(rosa: User, open_context: NewContext) -> None:
    draft = make_draft(owner=rosa)
    page = open_context(rosa).new_page()
    page.goto(reverse("edit_question", args=[draft.question_set.public_id, "one"]))
    end_sessions()
    page.get_by_label(re.compile("^Question 1")).fill("Typed as the session ended?")
    page.get_by_label("Points").focus()
    expect(page.get_by_role("alert")).to_contain_text(KEPT)

    sign_in_again(page)

    expect(page.get_by_label(re.compile("^Question 1"))).to_have_value("Typed as the session ended?")
    expect(page.locator("#draft-state")).to_contain_text("Saved at")
    assert page.get_by_text(AGAIN).count() == 0
    assert Draft.objects.get().document["questions"][0]["stem"] == "Typed as the session ended?"


def test_what_the_editor_has_saved_is_not_put_over_newer_words(rosa: User, open_context: NewContext) -> None:
    """The session ended long after the save, and another device has changed the question."""
    draft = make_draft(owner=rosa)
    editor = reverse("edit_question", args=[draft.question_set.public_id, "one"])
    page = open_context(rosa).new_page()
    page.goto(editor)
    page.get_by_label(re.compile("^Question 1")).fill("Saved here?")
    page.get_by_label("Points").focus()
    expect(page.locator("#draft-state")).to_contain_text("Saved at")
    draft = Draft.objects.get()
    save_question(draft, "one", {"stem": "Newer?"}, seen=draft.revision, by=rosa, now=timezone.now())
    end_sessions()
    page.get_by_role("link", name="Classes", exact=True).click()
    sign_in_again(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")

    page.goto(editor)

    page.wait_for_load_state("load")
    expect(page.get_by_label(re.compile("^Question 1"))).to_have_value("Newer?")
    expect(page.locator("#draft-state")).to_contain_text("Saved at")


def test_a_form_that_came_back_with_an_error_is_filled_again_on_its_page(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """The page with the error is at the address of the form, which takes no GET."""
    assignment = make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now())
    student = make_student(classroom=classroom)
    overrides = reverse("student_overrides", args=[assignment.public_id, student.public_id])
    page = open_context(rosa, watched=False).new_page()
    page.goto(overrides)
    for _ in range(2):
        page.get_by_label("Extra attempts").fill("99")
        page.get_by_role("button", name="Save extension").click()
        expect(page.get_by_text("Enter up to 20.")).to_be_visible()
    page.get_by_label("Extra attempts").fill("1")
    page.get_by_label("Why").first.fill("Was ill.")
    end_sessions()
    page.get_by_role("button", name="Save extension").click()
    expect(page.get_by_role("alert")).to_contain_text(KEPT)

    sign_in_again(page)

    expect(page.get_by_role("status")).to_contain_text(AGAIN)
    assert page.url.endswith(overrides)
    expect(page.get_by_label("Extra attempts")).to_have_value("1")
    expect(page.get_by_label("Why").first).to_have_value("Was ill.")
    assert kept_in(page) == 0


def test_an_error_page_at_the_address_of_the_form_loads_once(rosa: User, open_context: NewContext) -> None:
    """As when a form is sent to the address of its page, and the site then has an error there."""
    page = open_context(rosa, watched=False).new_page()
    page.goto(reverse("account"))
    address = "/no-page-has-this-address/"
    note = {"account": str(rosa.pk), "at": 1_000 * timezone.now().timestamp(), "isUnsent": True, "forms": []}
    key = f"footnote.unsent.{address}"
    page.evaluate("([key, note]) => sessionStorage.setItem(key, JSON.stringify(note))", [key, {**note, "page": key}])
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    page.goto(address)
    page.wait_for_timeout(500)

    assert len(loads) == 1
    assert kept_in(page) == 1


def test_a_form_with_the_token_of_an_older_sign_in_is_filled_again(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    context = open_context(rosa, watched=False)
    page = context.new_page()
    page.goto(reverse("add_students", args=[classroom.public_id]))
    page.get_by_role("textbox", name="Names").fill("Ana Reyes")
    [cookie] = [cookie for cookie in context.cookies() if cookie["name"] == "csrftoken"]
    context.add_cookies([{"name": "csrftoken", "value": "A" * 32, "domain": cookie["domain"], "path": "/"}])
    page.get_by_role("button", name="Check names").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form wasn’t sent")

    go_back(page)

    expect(page.get_by_role("textbox", name="Names")).to_have_value("Ana Reyes")
    page.get_by_role("button", name="Check names").click()
    expect(page.get_by_role("heading", name="Check the list")).to_be_visible()


def _as_another_teacher(page: Page) -> None:
    make_user(email="other@school.test", password=PASSWORD)
    sign_in_again(page, "other@school.test")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def _as_a_student(page: Page) -> None:
    page.goto(reverse("join"))


def _signed_out(page: Page) -> None:
    page.goto(reverse("account_login"))
    sign_in_again(page)
    page.goto(reverse("account"))
    assert kept_in(page) == 1
    page.get_by_role("textbox", name="Name").fill("Typed and not sent")
    # The next person must not read what another tab shows.
    other = page.context.new_page()
    other.goto(reverse("add_classroom"))
    other.get_by_role("textbox", name="Class name").fill("Civics 5")
    # Nor what a form with text that is not saved shows.
    asking = page.context.new_page()
    asking.on("dialog", lambda dialog: dialog.dismiss())
    asking.goto(reverse("account"))
    # As the editor and the queue for grading.
    asking.evaluate("window.addEventListener('beforeunload', (event) => event.preventDefault())")
    asking.get_by_role("textbox", name="Name").fill("Typed")
    # A sign-out that does not reach the site leaves what is typed.
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    expect(other.get_by_role("textbox", name="Class name")).to_have_value("Civics 5")
    page.goto(reverse("account"))
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(asking.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    assert kept_in(other) == 0
    page.goto(reverse("account_login"))


@pytest.mark.parametrize("someone", [_as_another_teacher, _as_a_student, _signed_out])
def test_kept_text_is_gone_for_the_next_person(
    someone: Callable[[Page], None], rosa: User, open_context: NewContext
) -> None:
    page = open_context(rosa, watched=someone is not _signed_out).new_page()
    page.goto(reverse("add_classroom"))
    page.get_by_role("textbox", name="Class name").fill("Civics 4")
    end_sessions()
    page.get_by_role("button", name="Create class").click()
    expect(page.get_by_role("alert")).to_contain_text(KEPT)
    assert kept_in(page) == 1

    someone(page)

    assert kept_in(page) == 0


def test_what_arrived_or_was_left_is_not_kept(rosa: User, classroom: Classroom, open_context: NewContext) -> None:
    page = open_context(rosa).new_page()
    page.goto(reverse("account"))
    page.get_by_role("textbox", name="Name").fill("Ms. Rosa")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ms. Rosa")
    assert page.get_by_text(AGAIN).count() == kept_in(page) == 0
    page.get_by_role("textbox", name="Name").fill("Left on purpose")
    page.get_by_role("link", name="Classes", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Ms. Rosa")
    page.get_by_role("link", name="Ms. Rosa").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Ms. Rosa")
    assert kept_in(page) == 0


def test_passwords_are_never_kept(rosa: User, open_context: NewContext) -> None:
    page = open_context(rosa).new_page()
    page.goto(reverse("account_change_password"))
    for field in page.locator("[type=password]").all():
        field.fill(PASSWORD)
    end_sessions()
    page.get_by_role("button", name=re.compile("password")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    assert kept_in(page) == 0


def test_without_a_script_the_sign_in_says_that_it_is_lost(rosa: User, open_context: NewContext) -> None:
    page = open_context(rosa, javascript=False).new_page()
    page.goto(reverse("add_classroom"))
    page.get_by_role("textbox", name="Class name").fill("Civics 4")
    end_sessions()
    page.get_by_role("button", name="Create class").click()

    expect(page.get_by_role("alert")).to_have_text(re.compile("Sign in and do it again."))
    assert not page.get_by_text(KEPT).is_visible()


def test_a_comment_is_put_on_no_answer_of_another_student(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    assignment = assign_typed(classroom, by=rosa)
    ana, ben = (
        make_answered_attempt(
            assignment=assignment,
            student=make_student(classroom=classroom, name=name),
            answers={"who": words},
            started_at=assignment.created_at,
        )
        for name, words in (("Ana R.", "A rule of the council."), ("Ben O.", "It ran out of time."))
    )
    queue = reverse("grading_queue", args=[assignment.public_id])
    page = open_context(rosa).new_page()

    def type_and_sign_in() -> None:
        page.get_by_label("Comment").fill("Which rule?")
        end_sessions()
        page.get_by_role("button", name="Save and next").click()
        expect(page.get_by_role("alert")).to_contain_text(KEPT)

    page.goto(queue)
    type_and_sign_in()
    sign_in_again(page)
    expect(page.get_by_label("Comment")).to_have_value("Which rule?")
    # A colleague grades the answer before the sign-in, so that the page shows the next one.
    type_and_sign_in()
    shown = Question.objects.get(edition=assignment.edition, key="who")
    grade_answer(ana, shown, points=Decimal(1), comment="", by=make_user(), now=timezone.now())
    sign_in_again(page)
    expect(page.get_by_text("It ran out of time.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("")
    assert ben.manual_grades.count() == 0


def test_back_from_a_lost_connection_leads_to_what_was_typed(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """Its form is sent to another address: the browser’s page then has a place of its own in the history."""
    attempt = make_answered_attempt(
        assignment=make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now()),
        student=make_student(classroom=classroom),
        answers={},
        started_at=timezone.now(),
    )
    context = open_context(rosa, watched=False)
    page = context.new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id]))
    page.locator("textarea[name=comment]").last.fill("Read paragraph 2 again.")
    go_offline(context)
    page.get_by_role("button", name="Save comment").click()
    page.wait_for_url("chrome-error://**")
    context.set_offline(False)

    go_back(page)

    expect(page.locator("textarea[name=comment]").last).to_have_value("Read paragraph 2 again.")
    expect(page.get_by_role("status")).to_contain_text(AGAIN)


def test_a_comment_stays_when_another_form_of_its_page_is_sent(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """The page comes back at another address: with the graded answer open, or with an error."""
    attempt = make_answered_attempt(
        assignment=make_assignment(
            edition=make_edition(document=typed_document()),
            classroom=classroom,
            assigned_by=rosa,
            created_at=timezone.now(),
        ),
        student=make_student(classroom=classroom),
        answers={"who": "A rule of the council."},
        started_at=timezone.now(),
    )
    page = open_context(rosa).new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id], query={"show": "all"}))
    comment = page.locator("[id=id_whole_comment]")
    form = page.get_by_role("form", name="Grade of question 1", exact=True)
    comment.fill("Read paragraph 2 again.")
    page.get_by_text("Grade this answer").first.click()
    for points, reply in (("99", "Enter 0 to"), ("0", "graded.")):
        form.get_by_label("Points").fill(points)
        form.get_by_role("button", name="Save grade").click()
        expect(page.get_by_text(reply).first).to_be_visible()
        expect(page.get_by_role("status").first).to_contain_text(OTHERS)
        expect(comment).to_have_value("Read paragraph 2 again.")
    assert violations(page) == []

    page.get_by_role("button", name="Save comment").click()

    expect(page.get_by_text("Comment saved.")).to_be_visible()
    assert page.get_by_text(OTHERS).count() == kept_in(page) == 0
    attempt.refresh_from_db()
    assert attempt.comment == "Read paragraph 2 again."


def test_a_form_with_an_error_stays_when_another_form_of_its_page_is_sent(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """It came back with what was typed, so that nothing in it differs from what the page was loaded with."""
    assignment = make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now())
    student = make_student(classroom=classroom)
    page = open_context(rosa).new_page()
    page.goto(reverse("student_overrides", args=[assignment.public_id, student.public_id]))
    page.get_by_label("Extra attempts").fill("99")
    page.get_by_label("Why").first.fill("Was ill.")
    page.get_by_role("button", name="Save extension").click()
    expect(page.get_by_text("Enter up to 20.")).to_be_visible()
    page.get_by_label("Why").last.fill("Was away.")
    page.get_by_role("button", name=re.compile("^Excuse")).click()

    expect(page.get_by_role("button", name="Remove excuse")).to_be_visible()
    messages = page.get_by_role("group", name=re.compile(f"{OTHERS}.*is excused", re.DOTALL))
    expect(messages).to_be_focused()
    expect(page.get_by_label("Extra attempts")).to_have_value("99")
    expect(page.get_by_label("Why").first).to_have_value("Was ill.")
    page.get_by_label("Extra attempts").fill("1")
    page.get_by_role("button", name="Save extension").click()
    page.wait_for_load_state("load")
    assert page.get_by_text(OTHERS).count() == kept_in(page) == 0


def test_a_form_beside_the_sent_one_gets_no_older_values(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """A colleague has saved the form since the page was loaded: only what was typed is put into it."""
    assignment = make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now())
    student = make_student(classroom=classroom)
    page = open_context(rosa).new_page()
    page.goto(reverse("student_overrides", args=[assignment.public_id, student.public_id]))
    page.get_by_label("Why").first.fill("Was ill.")
    now = timezone.now()
    extend(assignment, student, due_at=None, closes_at=None, extra_attempts=2, reason="Absent.", by=rosa, now=now)
    page.get_by_role("button", name=re.compile("^Excuse")).click()

    expect(page.get_by_role("status").first).to_contain_text(OTHERS)
    expect(page.get_by_label("Why").first).to_have_value("Was ill.")
    expect(page.get_by_label("Extra attempts")).to_have_value("2")


def test_back_past_an_error_leads_to_the_page_with_the_form(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """The error is at the address of the button, which takes no GET: Chromium asked to send the form again."""
    student = make_student(classroom=classroom, name="Ana R.")
    make_student(classroom=classroom, name="Ben O.")
    page = open_context(rosa).new_page()
    page.goto(reverse("student_history", args=[student.public_id]))
    page.get_by_text("Settings: PIN").click()
    for name in ("Ben O.", "Ana Ruiz"):
        page.get_by_label("Name on the roster").fill(name)
        page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Renamed to “Ana Ruiz”.")).to_be_visible()

    go_back(page)

    expect(page.get_by_role("heading", name="Ana Ruiz")).to_be_visible()
    page.get_by_text("Settings: PIN").click()
    expect(page.get_by_label("Name on the roster")).to_have_value("Ana Ruiz")


def test_page_of_a_deleted_quiz_shows_what_was_typed(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    student = make_student(classroom=classroom)
    assignment = make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now(), max_attempts=1)
    overrides = reverse("student_overrides", args=[assignment.public_id, student.public_id])
    page = open_context(rosa, watched=False).new_page()
    page.goto(overrides)
    page.get_by_label("Extra attempts").fill("1")
    page.get_by_label("Why").first.fill("Was away.\n<b>Called home.</b>")
    delete_assignment(assignment, by=rosa, now=timezone.now())
    page.get_by_role("button", name="Save extension").click()
    for heading in ("Nothing changed this time", "This quiz was deleted"):
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("dl dt")).to_have_text(["Extra attempts", "Why"])
        expect(page.locator("dl dd")).to_have_text(["1", "Was away. <b>Called home.</b>"])
        assert violations(page) == []
        go_back(page)
    # Another account in the same tab gets nothing of it.
    page.goto(overrides)
    expect(page.get_by_role("heading", name="What you typed")).to_be_visible()
    be_signed_in(page.context, make_user(), page.evaluate("location.origin"))
    page.reload()
    expect(page.get_by_text("The link may be old")).to_be_visible()
    expect(page.get_by_role("heading", name="What you typed")).to_be_hidden()


def test_back_past_a_question_leads_to_the_page_with_the_button(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    make_classroom(teacher=rosa, name="Period 5")
    student = make_student(classroom=classroom, name="Ana R.")
    page = open_context(rosa).new_page()
    page.goto(reverse("student_history", args=[student.public_id]))
    page.get_by_text("Settings: PIN").click()
    page.get_by_label("Class", exact=True).select_option(label="Period 5")
    page.get_by_role("button", name="Move to this class").click()
    # By then, the script of the question has changed its place in the history.
    page.wait_for_url("**/move/", wait_until="load")
    page.get_by_role("button", name="Move to this class").click()
    expect(page.get_by_text("Ana R. moved to “Period 5”.")).to_be_visible()

    go_back(page)

    expect(page.get_by_role("heading", name="Ana R.")).to_be_visible()


def test_back_from_a_link_leads_to_what_was_typed(rosa: User, classroom: Classroom, open_context: NewContext) -> None:
    """The cells of the grid take no suggestions of the browser, which therefore does not fill them in itself."""
    assignment = make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now())
    student = make_student(classroom=classroom, name="Ana R.")
    page = open_context(rosa).new_page()
    page.goto(reverse("paper_answers", args=[assignment.public_id]))
    cell = page.locator(f"[name='{student.public_id}-q1']")
    cell.fill("B")
    page.get_by_role("link", name="Ana R.").click()
    page.get_by_role("link", name="Classes", exact=True).click()
    go_back(page)
    assert page.get_by_text(AGAIN).count() == 0

    go_back(page)

    expect(cell).to_have_value("B")
    expect(page.get_by_role("group", name=AGAIN)).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state("load")
    assert page.get_by_text(AGAIN).count() == kept_in(page) == 0


def test_a_link_of_a_page_to_itself_keeps_what_was_typed(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    attempt = make_answered_attempt(
        assignment=make_assignment(classroom=classroom, assigned_by=rosa, created_at=timezone.now()),
        student=make_student(classroom=classroom),
        answers={},
        started_at=timezone.now(),
    )
    page = open_context(rosa).new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id]))
    comment = page.locator("[id=id_whole_comment]")
    comment.fill("Read paragraph 2 again.")
    page.get_by_role("link", name="Open all").click()

    expect(comment).to_have_value("Read paragraph 2 again.")
    expect(page.get_by_role("status").first).to_contain_text(AGAIN)


def test_answers_of_one_form_are_not_filled_into_the_other(
    rosa: User, classroom: Classroom, open_context: NewContext
) -> None:
    """A handout of form B has another order, so the answers wait on the page of form A."""
    assignment = assign_typed(classroom, by=rosa)
    student = make_student(classroom=classroom)
    page = open_context(rosa).new_page()
    page.goto(reverse("student_paper_answers", args=[assignment.public_id, student.public_id]))
    cell = page.locator(f"[name='{student.public_id}-q1']")
    cell.fill("B")
    page.get_by_role("link", name="Form B").click()
    expect(page.locator(f"[name='{student.public_id}-form']")).to_have_value("B")
    expect(cell).to_have_value("")

    go_back(page)

    expect(cell).to_have_value("B")


def test_error_and_notice_have_the_focus_after_skip_to_content(rosa: User, open_context: NewContext) -> None:
    page = open_context(rosa).new_page()
    page.goto(reverse("account"))
    page.get_by_role("link", name="Skip to content").press("Enter")
    name = page.get_by_label("Your name")
    name.fill("")
    name.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    expect(page.locator("#id_name-e")).to_be_visible()

    page.get_by_role("link", name="Skip to content").press("Enter")
    name.fill("Ms. Park")
    name.press("Enter")
    expect(page.locator("#messages")).to_be_focused()
