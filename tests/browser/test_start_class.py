"""Start class on the wall: students arrive, the teacher starts and ends the quiz, nobody reloads the page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Assignment, Student, User
from quizzes.people.known_devices import remember_student_device
from tests.browser.conftest import NewContext, assert_sound
from tests.factories import make_answered_attempt, make_assignment, make_classroom, make_edition, make_student


@pytest.fixture
def planned(teacher: User) -> Assignment:
    """A quiz for thirty students that opens tomorrow and closes an hour later."""
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, created_at=now)
    for number in range(30):
        make_student(classroom=classroom, name=f"Student {number:02}", created_at=now)
    opens_at = now + timedelta(days=1)
    return make_assignment(
        edition=make_edition(),
        classroom=classroom,
        assigned_by=teacher,
        created_at=now,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=1),
    )


def arrive(student: Student) -> None:
    remember_student_device(student, device="0" * 32, address="10.0.0.1", now=timezone.now())


def test_class_starts_and_ends_on_the_wall(planned: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, height=720).new_page()
    page.goto(reverse("teacher_home"))
    page.get_by_role("link", name=re.compile("Start class ?: ")).click()
    page.get_by_role("link", name=planned.edition.question_set.title).click()
    page.evaluate("window.stays = true")
    names = page.get_by_role("list", name="Students who are here")
    students: list[Any] = list(Student.objects.order_by("sort_key"))
    for student in students[:24]:
        arrive(student)
    expect(page.locator(".tally")).to_have_text("24 of 30 are here")
    expect(names.get_by_role("listitem")).to_have_count(24)
    page.get_by_label("Show names").uncheck()
    expect(names).to_be_hidden()
    arrive(students[24])
    expect(page.locator(".tally")).to_have_text("25 of 30 are here")
    expect(names).to_be_hidden()
    assert page.evaluate("window.stays") is True

    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("status").filter(has=page.locator("dl"))).to_have_text(
        "Turned in 0 In progress 0 Not started 30", use_inner_text=True
    )
    expect(page.locator(".ticks.all")).to_be_visible()
    planned.refresh_from_db()
    for student in students[:19]:
        make_answered_attempt(assignment=planned, student=student, started_at=timezone.now(), submitted=student.pk % 2)
    expect(page.locator("dd").nth(2)).to_have_text("11")
    page.get_by_role("button", name="Close now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Close “")
    page.get_by_role("button", name="Close now").click()
    expect(page.locator("#wall-running")).to_contain_text("Closed")
    page.locator("#wall-running").get_by_role("link", name="Class board").click()
    page.wait_for_url("**/board/")


def test_wall_is_accessible_and_fits(planned: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    for student in Student.objects.order_by("sort_key")[:24]:
        arrive(student)
    addresses = [reverse(name, args=[planned.public_id]) for name in ("start_class", "running_class")]
    for address in [*addresses, reverse("start_classroom", args=[planned.classroom.public_id])]:
        for width, height in ((1280, 720), (360, 640)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(address)
            assert_sound(page)
            if width == 1280:
                # The slide alone fills the projector.
                assert page.locator(".slide").evaluate("slide => slide.getBoundingClientRect().bottom") <= height


def test_start_is_in_view_with_a_full_class_on_a_laptop(
    planned: Assignment, teacher: User, open_context: NewContext
) -> None:
    for number in (30, 31):
        make_student(classroom=planned.classroom, name=f"Student {number}", created_at=timezone.now())
    students: list[Any] = list(Student.objects.order_by("sort_key"))
    for student in students[:30]:
        arrive(student)
    page = open_context(teacher).new_page()
    for width, height in ((1366, 650), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(reverse("start_class", args=[planned.public_id]))
        expect(page.locator(".wall")).to_contain_text(planned.title)
        controls, names = (page.locator(part).bounding_box() for part in (".ctl", "#wall-names"))
        assert controls is not None
        assert names is not None
        assert names["y"] + names["height"] <= controls["y"]
        assert controls["y"] + controls["height"] <= height
    page.get_by_text("2 not here yet").click()
    absent = page.get_by_role("list", name="Students who aren’t here yet")
    expect(absent.get_by_role("listitem")).to_have_count(2)
    arrive(students[30])
    # A poll leaves the list open.
    expect(absent.get_by_role("listitem")).to_have_count(1)
    assert_sound(page)


def test_wall_works_without_javascript(planned: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=False).new_page()
    page.goto(reverse("start_class", args=[planned.public_id]))
    arrive(Student.objects.order_by("sort_key")[0])
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator(".tally")).to_have_text("1 of 30 is here")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("dd")).to_have_text(["0", "0", "30"])
    page.get_by_role("button", name="Close now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Close “")
    page.get_by_role("button", name="Close now").click()
    expect(page.locator("#wall-running")).to_contain_text("Closed")


def test_many_quizzes_cover_neither_code_nor_names(
    planned: Assignment, teacher: User, open_context: NewContext
) -> None:
    for _ in range(6):
        make_assignment(
            edition=planned.edition, classroom=planned.classroom, assigned_by=teacher, created_at=timezone.now()
        )
    arrive(Student.objects.all()[0])
    page = open_context(teacher, width=360, height=640).new_page()
    page.goto(reverse("start_classroom", args=[planned.classroom.public_id]))
    expect(page.get_by_role("link", name="Small set")).to_have_count(7)
    bottom = "part => part.getBoundingClientRect().bottom"
    top_of_controls = page.locator(".ctl").evaluate("part => part.getBoundingClientRect().top")
    assert page.locator(".qr").evaluate(bottom) <= top_of_controls
    assert page.locator("#wall-names").evaluate(bottom) <= top_of_controls
