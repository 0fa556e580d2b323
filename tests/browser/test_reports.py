"""Results, item analysis and practice with a class of answers in them: axe finds nothing, and nothing sticks out."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import Assignment, Edition, User
from tests.browser.conftest import NewContext, assert_fits
from tests.factories import make_assignment, make_classroom, make_student
from tests.reports.test_class_report import sit


@pytest.fixture
def answered(edition: Edition, teacher: User) -> Assignment:
    """14 students have answered, 3 in 4 with a wrong sentence as evidence. 1 has not started."""
    classroom = make_classroom(teacher=teacher, name="Civics, Period 3")
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    sit(assignment, 10, proof=["s3"])
    sit(assignment, 3, one="a", proof=["s4"])
    sit(assignment, 1)
    make_student(classroom=classroom, name="Zoe")
    return assignment


@pytest.mark.slow
def test_reports_with_figures_are_accessible(
    answered: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_context(teacher).new_page()
    for name in ("assignment_results", "item_analysis"):
        with subtests.test(name):
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(reverse(name, args=[answered.public_id]))
            for summary in page.locator("details > summary").all():
                summary.click()
            assert_fits(page)


@pytest.mark.slow
def test_reports_of_a_class_are_accessible(
    answered: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_context(teacher).new_page()
    address = reverse("class_reports", args=[answered.classroom.public_id])
    page.goto(address)
    for link, has_answers in (("Reports with all answers", True), ("Short reports", False)):
        page.get_by_role("link", name=link).click()
        assert (page.locator(".key-table").count() > 0) == has_answers
        for language in ("en", "es"):
            with subtests.test(link, language=language):
                User.objects.update(language=language)
                page.reload()
                assert_fits(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        User.objects.update(language="en")
        page.reload()


def test_files_come_without_a_script(answered: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("classroom_gradebook", args=[answered.classroom.public_id]))
    page.get_by_text("More files").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Canvas gradebook").click()
    assert download.value.suggested_filename.startswith("Civics, Period 3, canvas ")
    assert download.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_student_tries_again_what_was_missed(
    javascript: bool, edition: Edition, teacher: User, open_context: NewContext
) -> None:
    classroom = make_classroom(teacher=teacher)
    student = make_student(classroom=classroom, name="Amara B.")
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    sit(assignment, 1, student=student, one="a")
    [attempt] = assignment.attempts.all()
    page = open_context(student, width=1280, javascript=javascript).new_page()
    page.goto(reverse("result", args=[attempt.public_id]))
    page.get_by_role("link", name="Practice question 1").click()
    page.get_by_text("Birthplace", exact=True).click()
    if javascript:
        assert_fits(page)
        page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Check my answer").click()
    page.get_by_role("link", name="See how you did").click()
    expect(page.locator(".score")).to_have_text("1 of 1")
    page.get_by_role("link", name="Your result").click()
    expect(page.locator(".score")).to_have_text("7 of 8")


def test_quizzes_of_a_report_stand_apart(answered: Assignment, teacher: User, open_context: NewContext) -> None:
    student = answered.classroom.students.enrolled()[0]
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("student_report", args=[student.public_id]))
    # A heading is nearer to its own quiz than to the one above.
    above, below = page.locator(".leaf section").evaluate_all(
        """found => [
          found[0].getBoundingClientRect().top - found[0].previousElementSibling.getBoundingClientRect().bottom,
          Math.max(...found.map(one => parseFloat(getComputedStyle(one).rowGap))),
        ]"""
    )
    assert above > below
