"""The pages of a class in Chromium: where the brand stands, and the tabs on a phone."""

from collections import Counter

from django.urls import reverse

from quizzes.models import Assignment, Student, User
from tests.browser.conftest import NewContext, overflow, violations


def test_brand_stands_at_the_same_place_on_every_page(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    classroom, quiz = assignment.classroom.public_id, assignment.public_id
    teachers = [
        ("teacher_home", []),
        ("question_sets", []),
        ("account", []),
        *[(name, [classroom]) for name in ("roster", "classroom_quizzes", "classroom_gradebook", "change_classroom")],
        *[(name, [quiz]) for name in ("assignment_progress", "assignment_results", "paper_answers")],
        ("student_history", [student.public_id]),
    ]
    visitors = [("landing", []), ("privacy", []), ("join", []), ("account_login", [])]
    places = {}
    for person, names in (
        (teacher, teachers),
        (student, [("student_home", []), ("start_attempt", [quiz])]),
        (None, visitors),
    ):
        page = open_context(person).new_page()
        for name, args in names:
            page.goto(reverse(name, args=args))
            places[name] = page.locator(".brand").first.bounding_box()["x"]  # type: ignore[index]
    assert set(places.values()) == {40}


def test_tabs_of_a_class_fill_their_rows_on_a_phone(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("classroom_quizzes", args=[assignment.classroom.public_id]))
    rows = Counter(round(tab.bounding_box()["y"]) for tab in page.locator(".tabs a").all())  # type: ignore[index]
    assert list(rows.values()) == [3, 2, 2]
    assert overflow(page) == 0
    assert violations(page) == []
