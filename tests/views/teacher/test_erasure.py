"""The pages that delete a student or a class for good."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, AuditEvent, Board, Classroom, Student
from tests.factories import make_answered_attempt, make_assignment
from tests.pages import errors_of, form_of, text_of

pytestmark = pytest.mark.usefixtures("own_data_folder")

GONE = (
    "Nothing changed this time What you wanted to change was deleted or is no longer yours, or the page you used is"
    " too old."
)


@pytest.fixture
def done(student: Student, classmate: Student) -> Attempt:
    """The student's submitted attempt, beside one of the classmate."""
    assignment = make_assignment(classroom=student.classroom)
    make_answered_attempt(assignment=assignment, student=classmate)
    return make_answered_attempt(assignment=assignment, student=student)


def test_student_is_deleted_after_a_page_that_says_what_goes(
    done: Attempt, classmate: Student, teacher_client: Client
) -> None:
    address = reverse("erase_student", args=[done.student.public_id])
    file = {"layout": "scores", "form": "csv"}
    teacher_client.post(reverse("download_file", args=[done.classroom.public_id]), file)
    assert address in teacher_client.get(reverse("student_history", args=[done.student.public_id])).text

    said = text_of(teacher_client.get(address))
    assert "This deletes the name, 1 attempt, and 4 answers." in said
    assert "1 downloaded file mentions this data." in said
    assert Student.objects.count() == 2
    # A page from before this attempt, or before another entry with it was merged into this one.
    asked_again = teacher_client.post(address, {"seen": "0-1-0"})
    assert "Something changed after you opened this page. Read it again, then delete." in text_of(asked_again)
    assert Student.objects.count() == 2

    response = teacher_client.post(address, sent_by(asked_again))

    event = AuditEvent.objects.get(action="student_erased")
    assert response.headers["Location"] == reverse("erasure_receipt", args=[event.detail["receipt"]])
    assert list(Student.objects.all()) == [classmate]
    said = text_of(teacher_client.get(response.headers["Location"]))
    assert "1 student, 1 attempt, and 4 answers are gone for good." in said
    assert f"Receipt {event.detail['receipt']}" in said
    assert "Maya" not in said
    assert teacher_client.post(address).status_code == 404


def sent_by(page: Any) -> dict[str, str]:
    """The field of a page that says what it names as deleted."""
    return dict(form_of(page, having="seen").fields)


def delete_first(model: type[Model], execute: Any, sql: str, *rest: Any) -> Any:
    """Delete all rows when the transaction of an act begins: its view has read them."""
    rows = model._default_manager.all()
    if sql.startswith("SAVEPOINT") and rows.exists():
        rows.delete()
    return execute(sql, *rest)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rename_student", {"name": "Zoe Q."}),
        ("change_pin", {"seen": "1"}),
        ("remove_student", {}),
        ("let_student_in", {}),
        ("set_accommodations", {"time": "1", "source": "own", "text_size": "150", "break_minutes": "0"}),
    ],
)
def test_act_on_a_student_who_is_deleted_meanwhile_finds_nothing(
    name: str, data: dict[str, str], student: Student, teacher_client: Client
) -> None:
    with connection.execute_wrapper(partial(delete_first, Student)):
        gone = teacher_client.post(reverse(name, args=[student.public_id]), data)
    assert gone.status_code == 404
    assert GONE in text_of(gone)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [("extend_student", {"extra_attempts": "1"}), ("excuse_student", {"is_excused": "True"})],
)
@pytest.mark.parametrize("deleted", [Student, Assignment])
def test_extension_of_what_is_deleted_meanwhile_finds_nothing(
    deleted: type[Model], name: str, data: dict[str, str], student: Student, teacher_client: Client
) -> None:
    assignment = make_assignment(classroom=student.classroom)
    address = reverse(name, args=[assignment.public_id, student.public_id])
    with connection.execute_wrapper(partial(delete_first, deleted)):
        gone = teacher_client.post(address, {**data, "reason": "Ill."})
    assert (gone.status_code, GONE in text_of(gone)) == (404, True)
    assert not AuditEvent.objects.exists()


def test_move_of_the_board_of_a_quiz_that_is_deleted_meanwhile_finds_nothing(
    assignment: Assignment, teacher_client: Client
) -> None:
    address = reverse("show_on_board", args=[assignment.public_id])
    with connection.execute_wrapper(partial(delete_first, Assignment)):
        assert teacher_client.post(address, {"aim": "1-1"}).status_code == 404
    assert not Board.objects.exists()


def test_class_is_deleted_by_its_typed_name(done: Attempt, teacher_client: Client) -> None:
    address = reverse("erase_classroom", args=[done.classroom.public_id])
    assert address in teacher_client.get(reverse("change_classroom", args=[done.classroom.public_id])).text
    said = text_of(teacher_client.get(address))
    assert "This deletes the class with 2 students, 2 attempts, and 8 answers." in said
    assert "downloaded" not in said

    assert errors_of(teacher_client.post(address, {"name": ""})) == ["Type the class name."]
    assert errors_of(teacher_client.post(address, {"name": "Period 4"})) == [
        "This isn’t the name of the class. Type “Period 3”."
    ]
    assert Classroom.objects.count() == 1
    Classroom.objects.update(name="כיתה א.")
    asked = "\u2068כיתה א.\u2069"
    assert f"Type “{asked}” to delete the class." in text_of(teacher_client.get(address))

    typed = {"name": f" {asked} "}
    asked_again = teacher_client.post(address, {**typed, "seen": "1-0-0"})
    assert "Something changed after you opened this page. Read it again, then delete." in text_of(asked_again)
    assert Classroom.objects.count() == 1

    response = teacher_client.post(address, {**sent_by(asked_again), **typed}, follow=True)

    assert "1 class, 2 students, 2 attempts, and 8 answers are gone for good." in text_of(response)
    assert list(Classroom.objects.all()) == []
    assert list(Student.objects.all()) == []


def test_statistics_go_on_from_what_remains(done: Attempt, teacher_client: Client) -> None:
    names = ["classroom_gradebook", "classroom_mastery", "roster"]
    pages = [(name, done.classroom.public_id) for name in names]
    pages += [(name, done.assignment.public_id) for name in ("assignment_results", "item_analysis", "grading_queue")]
    assert "Maya" in text_of(teacher_client.get(reverse("classroom_gradebook", args=[done.classroom.public_id])))

    results = reverse("assignment_results", args=[done.assignment.public_id])
    assert "deleted student" not in text_of(teacher_client.get(results))
    address = reverse("erase_student", args=[done.student.public_id])
    teacher_client.post(address, sent_by(teacher_client.get(address)))

    said = text_of(teacher_client.get(results))
    assert "1 of 1 turned in." in said
    assert "1 deleted student no longer counts." in said
    for name, public_id in pages:
        response = teacher_client.get(reverse(name, args=[public_id]))
        assert response.status_code == 200
        assert "Maya" not in response.text
