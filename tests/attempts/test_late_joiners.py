"""Students who come in the middle of the year, and one excuse from the quizzes that were over by then."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.attempts.late_joiners import earlier_quizzes
from quizzes.models import Assignment, AuditEvent, Classroom, Edition, Excuse, Student, User
from quizzes.people.rosters import move_student
from tests.factories import NOW, make_answered_attempt, make_assignment, make_classroom, make_edition, make_student
from tests.pages import form_of, text_of

DAY = timedelta(days=1)


@pytest.fixture
def over(edition: Edition, classroom: Classroom) -> list[Assignment]:
    """Three quizzes of the class: closed 9 days ago, due 8 days ago, and closed yesterday. A fourth is still open."""
    make_assignment(edition=make_edition(), classroom=classroom, due_at=NOW - 8 * DAY, closes_at=NOW + 9 * DAY)
    windows = {"closes_at": NOW - 9 * DAY}, {"due_at": NOW - 8 * DAY}, {"closes_at": NOW - DAY}
    return [
        make_assignment(edition=edition, classroom=classroom, own_title=f"Quiz {number}", **window)
        for number, window in enumerate(windows, start=1)
    ]


def titles(student: Student) -> list[str]:
    student = Student.objects.select_related("classroom").get(pk=student.pk)
    return [quiz.title for quiz in earlier_quizzes(student, now=NOW)]


@pytest.mark.parametrize(
    ("days", "found"),
    [(10, []), (8.5, ["Quiz 1"]), (2, ["Quiz 1", "Quiz 2"]), (0, ["Quiz 1", "Quiz 2", "Quiz 3"])],
)
def test_quizzes_are_earlier_that_were_over_when_the_student_was_added(
    days: float, found: list[str], over: list[Assignment], assignment: Assignment, classroom: Classroom
) -> None:
    assert titles(make_student(classroom=classroom, created_at=NOW - days * DAY)) == found


def test_a_student_who_came_back_misses_only_what_was_over_in_between(
    over: list[Assignment], classroom: Classroom, teacher: User
) -> None:
    student, elsewhere = make_student(classroom=classroom, created_at=NOW - 30 * DAY), make_classroom(teacher=teacher)
    move_student(student, to=elsewhere, by=teacher, now=NOW - 8.5 * DAY)
    assert titles(student) == []
    move_student(student, to=classroom, by=teacher, now=NOW - 2 * DAY)
    assert titles(student) == ["Quiz 2"]


def test_work_that_was_done_or_can_count_is_not_earlier(
    over: list[Assignment], edition: Edition, classroom: Classroom, teacher: User
) -> None:
    elsewhere = make_classroom(teacher=teacher)
    student = make_student(classroom=elsewhere, created_at=NOW - 30 * DAY)
    make_answered_attempt(
        assignment=make_assignment(edition=edition, classroom=elsewhere), student=student, started_at=NOW - 20 * DAY
    )
    move_student(student, to=classroom, by=teacher, now=NOW)
    # The oldest quiz of the version can get the attempt of the other class.
    assert titles(student) == ["Quiz 2", "Quiz 3"]
    student.refresh_from_db()
    make_answered_attempt(assignment=over[1], student=student, started_at=NOW)
    assert "Quiz 2" not in titles(student)


def test_teacher_excuses_a_new_student_in_one_step(
    over: list[Assignment], classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    added = {"names": "Ana Soto", "is_confirmed": "on"}
    roster = teacher_client.post(reverse("add_students", args=[classroom.public_id]), added, follow=True)
    assert "3 quizzes of this class are over, so new students have them as Missing." in text_of(roster)
    clock.shift(DAY)

    Assignment.objects.filter(own_title="Quiz 2").update(own_title="Quiz 1", due_at=NOW - 9 * DAY + timedelta(hours=1))
    student = Student.objects.get()
    page = teacher_client.get(reverse("student_history", args=[student.public_id]))
    lines = [
        "Quiz 1, Wed, Oct 14, 11:00 am EDT",
        "Quiz 1, Wed, Oct 14, 12:00 pm EDT",
        "Quiz 3, Thu, Oct 22, 11:00 am EDT",
    ]
    assert f"Missing, but over before Ana came to this class: {' '.join(lines)} Excuse Ana" in text_of(page)
    # Two of them may even have been over at the same time.
    listed = page.content.decode().partition("over before Ana came")[2].partition("</ul>")[0]
    addresses = [reverse("assignment_progress", args=[quiz.public_id]) for quiz in over]
    assert re.findall(r'<a href="([^"]+)">', listed) == addresses
    form = form_of(page, having="is_excused")
    excused = teacher_client.post(form.action, form.data(is_excused="True"), follow=True)
    assert "Ana Soto is excused from 3 quizzes. These don’t count for them." in text_of(excused)
    assert "over before Ana came" not in text_of(excused)
    assert Excuse.objects.filter(student=student).count() == AuditEvent.objects.filter(action="excused").count() == 3

    undo = form_of(excused, having="is_excused")
    # Another teacher has excused her again.
    Excuse.objects.filter(assignment=over[0]).update(given_at=NOW - DAY)
    undone = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "Ana Soto is no longer excused." in text_of(undone)
    assert Excuse.objects.get().assignment == over[0]
    assert "No changes." in text_of(teacher_client.post(undo.action, undo.data(), follow=True))
