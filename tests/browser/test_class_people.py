"""Two teachers in one class, and a viewer's pages, in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import Assignment, AuditEvent, Student, User
from tests.browser.conftest import NewContext, assert_sound, assert_sound_at, press_at
from tests.factories import make_attempt


def test_two_accounts_work_in_one_class(
    assignment: Assignment, teacher: User, other_teacher: User, open_context: NewContext
) -> None:
    classroom = assignment.classroom
    page = open_context(teacher).new_page()
    page.goto(reverse("change_classroom", args=[classroom.public_id]))
    press_at(page.get_by_role("link", name="Add a teacher"), 1280, 360)
    assert_sound_at(page, 1280, 360)
    page.get_by_label("Teacher’s email").fill("okafor@school.test")
    press_at(page.get_by_role("button", name="Add to class"), 1280, 360)
    expect(page.get_by_text("Mr. Okafor, teacher")).to_be_visible()
    assert_sound_at(page, 1280, 360)

    other = open_context(other_teacher, width=360).new_page()
    other.goto(reverse("teacher_home"))
    expect(other.get_by_text("Period 3").first).to_be_visible()
    other.goto(reverse("change_classroom", args=[classroom.public_id]))
    other.get_by_label("Class name").fill("Period 3, Civics")
    press_at(other.get_by_role("button", name="Save changes"), 1280, 360)
    expect(other.get_by_text("Saved.")).to_be_visible()
    actors = list(AuditEvent.objects.order_by("pk").values_list("action", "actor__name"))
    assert actors == [("person_added", "Ms. Rivera"), ("classroom_changed", "Mr. Okafor")]


@pytest.mark.slow
def test_viewer_reads_and_finds_no_control(
    assignment: Assignment, student: Student, viewer: User, open_context: NewContext
) -> None:
    page = open_context(viewer).new_page()
    classroom = assignment.classroom.public_id
    page.goto(reverse("roster", args=[classroom]))
    # It is in the page, and a style hides it from viewers.
    edits = page.get_by_text("Open a name for the card with the PIN")
    expect(edits).to_have_count(1)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_text("Next: start class.")).to_be_hidden()
        expect(edits).to_be_hidden()
    attempt = make_attempt(assignment=assignment, student=student)
    for address in (
        reverse("classroom_gradebook", args=[classroom]),
        reverse("roster", args=[classroom]),
        reverse("change_classroom", args=[classroom]),
        reverse("assignment_progress", args=[assignment.public_id]),
        reverse("assignment_results", args=[assignment.public_id]),
        reverse("attempt_review", args=[attempt.public_id]),
        reverse("student_history", args=[student.public_id]),
    ):
        page.goto(address)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.get_by_text("You can see this class, but not change it.")).to_be_visible()
            expect(page.get_by_role("main").get_by_role("link", name="Assign a quiz")).to_have_count(0)
            assert_sound(page)
            forms = page.locator("form[method=post]:visible")
            for number in range(forms.count()):
                action = forms.nth(number).get_attribute("action") or ""
                assert "/file/" in action or action.endswith(("/names/", ".csv", reverse("choose_language")))
    page.goto(reverse("classroom_gradebook", args=[classroom]))
    expect(page.get_by_text("In averages of this class, missing work is left out.")).to_be_visible()
    page.goto(reverse("change_classroom", args=[classroom]))
    press_at(page.get_by_role("link", name="Leave class"), 1280, 360)
    press_at(page.get_by_role("button", name="Leave class"), 1280, 360)
    expect(page.get_by_text("You left Period 3")).to_be_visible()


def test_keys_of_a_viewer_do_not_leave_the_board(
    assignment: Assignment, viewer: User, open_context: NewContext
) -> None:
    page = open_context(viewer).new_page()
    page.goto(reverse("class_board", args=[assignment.public_id]))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Use the arrow keys or a clicker.")).to_have_count(0)
    # A press is a request before the next poll.
    with page.expect_response("**/board/live/"):
        pass
    assert set(requests) == {"GET"}
    expect(page.locator("#board-slide")).to_contain_text("Question 1 of")
