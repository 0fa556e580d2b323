"""Who could see the answers: every class of a teacher with the question set, and each student."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.lifecycle import copy_set
from quizzes.models import Assignment, Classroom, QuestionSet, Student, Teaching, User
from quizzes.people.class_people import add_person
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.answer_visibility import students_saw_answers_at
from tests.factories import NOW, make_answered_attempt, make_assignment, make_classroom, make_edition, make_student
from tests.pages import read, text_of


def page_of(assignment: Assignment) -> str:
    return reverse("answer_visibility", args=[assignment.public_id])


def test_panel_lists_classes_and_students_with_the_moment(
    assignment: Assignment,
    student: Student,
    classmate: Student,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    make_answered_attempt(assignment=assignment, student=student)
    other_classroom = make_classroom(teacher=teacher, name="Period 5")
    make_student(classroom=other_classroom, name="Noor A.")
    other = make_assignment(edition=assignment.edition, classroom=other_classroom, assigned_by=teacher, release="never")
    make_answered_attempt(assignment=other, student=make_student(classroom=other_classroom, name="Zoe B."))
    clock.shift(timedelta(hours=1))

    text = text_of(teacher_client.get(page_of(assignment)))
    shown = f"{student.display_name} Fri, Oct 23, 11:01 am EDT"
    assert f"{assignment.classroom.name} 1 of 2 students, starting Fri, Oct 23, 11:01 am EDT" in text
    assert shown in text
    assert f"{classmate.display_name} Not yet" in text
    assert f"{other_classroom.name} No one so far" in text
    assert "Noor A. Not yet Zoe B. Not yet" in text
    assert f"Students of {other_classroom.name}" in text
    assert text.index(assignment.classroom.name) < text.index(other_classroom.name)
    progress = teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))
    assert page_of(assignment) in read(progress).links


def test_panel_lists_students_in_the_order_of_the_roster(
    assignment: Assignment, classroom: Classroom, teacher_client: Client
) -> None:
    for name in ("Ana Young", "Zoe Abbot"):
        make_student(classroom=classroom, name=name)

    assert "Zoe Abbot Not yet Ana Young Not yet" in text_of(teacher_client.get(page_of(assignment)))


def test_panel_lists_students_who_saw_answers_before_they_left(
    assignment: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    for one in (student, classmate):
        make_answered_attempt(assignment=assignment, student=one)
    gone = make_student(classroom=assignment.classroom, name="Gus Hay", removed_at=NOW)
    move_student(student, to=make_classroom(teacher=teacher, name="Period 5"), by=teacher, now=NOW)
    remove_student(classmate, by=teacher, now=NOW)

    page = text_of(teacher_client.get(page_of(assignment)))
    assert "2 of 2 students, starting" in page
    assert "Maya Lopez No longer in this class Fri, Oct 23, 11:01 am EDT" in page
    assert "Noah Park No longer in this class Fri, Oct 23, 11:01 am EDT" in page
    assert gone.display_name not in page


def test_panel_says_that_a_class_board_shows_answers_earlier(assignment: Assignment, teacher_client: Client) -> None:
    on_board = "Students may have seen answers on the class board earlier."
    assert on_board not in text_of(teacher_client.get(page_of(assignment)))
    Assignment.objects.update(is_teacher_paced=True)

    assert on_board in text_of(teacher_client.get(page_of(assignment)))


def test_panel_lists_classes_with_a_copy_of_the_question_set(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    copy = copy_set(assignment.edition, by=teacher, now=NOW).question_set
    edition = make_edition(question_set=copy, document=assignment.edition.document | {"title": "My copy"})
    other = make_assignment(edition=edition, classroom=make_classroom(teacher=teacher, name="Period 5"))
    make_assignment(edition=make_edition(), classroom=make_classroom(teacher=teacher, name="Not this set"))

    for one in (assignment, other):
        page = text_of(teacher_client.get(page_of(one)))
        assert "Period 5 No one so far" in page
        assert "Not this set" not in page


def test_student_saw_the_answers_to_a_copy(assignment: Assignment, student: Student, teacher: User) -> None:
    copy = copy_set(assignment.edition, by=teacher, now=NOW).question_set
    edition = make_edition(question_set=copy, document=assignment.edition.document | {"title": "My copy"})
    assert students_saw_answers_at(assignment, [student.pk], now=NOW + timedelta(hours=1)) == {}
    seen = make_answered_attempt(
        assignment=make_assignment(edition=edition, classroom=student.classroom), student=student
    )

    assert students_saw_answers_at(assignment, [student.pk], now=NOW + timedelta(hours=1)) == {
        student.pk: seen.submitted_at
    }


def test_panel_leaves_out_classes_of_other_teachers(assignment: Assignment, teacher_client: Client) -> None:
    make_assignment(edition=assignment.edition, classroom=make_classroom(name="Not mine"))

    assert "Not mine" not in text_of(teacher_client.get(page_of(assignment)))


def test_panel_names_questions_that_visitors_could_try(assignment: Assignment, teacher_client: Client) -> None:
    public = "Anyone could try 4 questions of this set without an account."
    assert public not in text_of(teacher_client.get(page_of(assignment)))
    QuestionSet.objects.update(public_until=NOW + timedelta(seconds=1))

    assert public in text_of(teacher_client.get(page_of(assignment)))


@pytest.mark.parametrize("count", [1, 3])
def test_panel_costs_the_same_for_any_number(
    count: int, assignment: Assignment, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count):
        classroom = make_classroom(teacher=teacher, name=f"Period {number}")
        other = make_assignment(edition=assignment.edition, classroom=classroom, assigned_by=teacher)
        for _ in range(count):
            make_answered_attempt(assignment=other, student=make_student(classroom=classroom))
    with queries() as seen:
        text = text_of(teacher_client.get(page_of(assignment)))
    assert text.count("students, starting") == count
    # Session, teacher, assignment; copies, assignments of the set, students; attempts, teachers, history, extensions;
    # questions that visitors could try.
    assert (len(seen), seen.writes) == (11, [])
    Assignment.objects.update(release="after_close", closes_at=NOW)
    with queries() as seen:
        teacher_client.get(page_of(assignment))
    assert len(seen) == 12  # the closes of the set


def test_panel_of_another_teacher_of_the_class_waits_for_a_copy_in_a_class_of_the_owner(
    assignment: Assignment,
    student: Student,
    teacher: User,
    other_teacher: User,
    signed_in: Callable[[User], Client],
    clock: time_machine.Traveller,
) -> None:
    """The other teacher does not teach the class with the copy."""
    add_person(assignment.classroom, other_teacher, role=Teaching.Role.TEACHER, by=teacher, now=NOW)
    copy = copy_set(assignment.edition, by=teacher, now=NOW).question_set
    make_assignment(
        edition=make_edition(question_set=copy, document=assignment.edition.document | {"title": "My copy"}),
        classroom=make_classroom(teacher=teacher, name="Period 5"),
        assigned_by=teacher,
        closes_at=NOW + timedelta(days=2),
    )
    make_answered_attempt(assignment=assignment, student=student)
    Assignment.objects.filter(pk=assignment.pk).update(release="after_close", closes_at=NOW + timedelta(hours=1))
    client = signed_in(other_teacher)
    clock.shift(timedelta(days=1))
    assert f"{assignment.classroom.name} No one so far" in text_of(client.get(page_of(assignment)))
    clock.shift(timedelta(days=2))
    assert f"{assignment.classroom.name} 1 of 1 students, starting" in text_of(client.get(page_of(assignment)))
