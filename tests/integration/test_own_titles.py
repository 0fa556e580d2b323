"""The own title of an assignment is on every page and in every file that names the quiz."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Edition, Student, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_document,
    make_draft,
    make_edition,
    make_student,
)
from tests.pages import text_of

OWN = "Friday check"
SET = "Small set"
TEACHERS = (
    *("assignment_progress", "assignment_results", "item_analysis", "grading_queue", "class_board", "start_class"),
    *("running_class", "change_assignment", "assignment_regrades", "answer_visibility", "paper_answers"),
    *("print_assignment", "print_assignment_key"),
)
STUDENTS = ("receipt", "result")


@pytest.fixture
def attempt(edition: Edition, student: Student, teacher: User) -> Attempt:
    """Submitted, on an assignment with a title of its own."""
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, own_title=OWN, due_at=NOW + timedelta(days=1)
    )
    return make_answered_attempt(assignment=assignment, student=student, right=1)


@pytest.mark.parametrize("name", TEACHERS)
def test_pages_of_a_quiz_show_its_own_title(name: str, attempt: Attempt, teacher_client: Client) -> None:
    text = text_of(teacher_client.get(reverse(name, args=[attempt.assignment.public_id])))
    assert OWN in text
    assert SET not in text


def test_other_pages_of_a_teacher_show_the_own_title(
    attempt: Attempt, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    quiz, classroom = attempt.assignment.public_id, student.classroom.public_id
    make_student(classroom=student.classroom, created_at=NOW)
    for address in (
        reverse("classroom_gradebook", args=[classroom]),
        reverse("start_classroom", args=[classroom]),
        reverse("classroom_quizzes", args=[classroom]),
        reverse("student_history", args=[student.public_id]),
        reverse("student_report", args=[student.public_id]),
        reverse("attempt_review", args=[attempt.public_id]),
        reverse("student_overrides", args=[quiz, student.public_id]),
        reverse("student_paper_answers", args=[quiz, student.public_id]),
        reverse("regrade_question", args=[quiz, 1]),
    ):
        text = text_of(teacher_client.get(address))
        assert OWN in text, address
        assert SET not in text, address
    # In the list of what to do, and beside the class.
    text = text_of(teacher_client.get(reverse("teacher_home")))
    assert text.count(OWN) >= 2
    assert SET not in text


def test_lists_of_a_set_tell_two_quizzes_of_a_class_apart(
    student: Student, teacher: User, teacher_client: Client
) -> None:
    draft = make_draft(owner=teacher)
    edition = make_edition(question_set=draft.question_set)
    quizzes = [
        make_assignment(edition=edition, classroom=student.classroom, own_title=title) for title in (OWN, "Unit 3 test")
    ]
    make_edition(question_set=draft.question_set, document=make_document(title="Changed"))
    published = text_of(teacher_client.get(reverse("publish_set", args=[draft.question_set.public_id])))
    visible = text_of(teacher_client.get(reverse("answer_visibility", args=[quizzes[0].public_id])))
    for title in (OWN, "Unit 3 test"):
        assert f"{title}, Period 3 has version 1." in published
        assert f"{title}, Period 3, now version 1" in published
        assert f"{title}, Period 3 No one so far" in visible


def test_pages_of_a_student_show_the_own_title(
    attempt: Attempt, student: Student, student_client: Client, edition: Edition
) -> None:
    open_quiz = make_assignment(edition=edition, classroom=student.classroom, own_title=OWN)
    started = make_answered_attempt(assignment=open_quiz, student=student, submitted=False)
    for address in (
        reverse("student_home"),
        *(reverse(name, args=[attempt.public_id]) for name in STUDENTS),
        reverse("start_attempt", args=[open_quiz.public_id]),
        reverse("review_attempt", args=[started.public_id]),
    ):
        text = text_of(student_client.get(address, follow=True))
        assert OWN in text, address
        assert SET not in text, address


def test_files_have_the_own_title(attempt: Attempt, student: Student, teacher_client: Client) -> None:
    quiz, classroom = attempt.assignment.public_id, student.classroom.public_id
    for layout in ("scores", "canvas", "moodle", "answers"):
        address = reverse("download_file", args=[classroom])
        content = teacher_client.post(address, {"layout": layout, "form": "csv"}).content.decode("utf-8-sig")
        assert OWN in content, layout
        assert SET not in content, layout
    answers = teacher_client.post(reverse("download_answers", args=[quiz]), {"form": "csv"})
    assert OWN in answers.content.decode("utf-8-sig")
    data = json.loads(teacher_client.post(reverse("download_student", args=[student.public_id])).content)
    assert data["attempts"][0]["assignment"] == OWN
    account = json.loads(teacher_client.post(reverse("download_account")).content)
    assert [quiz["own_title"] for quiz in account["quizzes"]] == [OWN]
    assert Assignment.objects.get().title == OWN
