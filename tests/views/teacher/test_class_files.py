"""A class leaves by a page and comes back by a page, or is refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, AuditEvent, Classroom, User
from quizzes.people.erasure import erase_classroom, erase_student
from tests.factories import NOW, make_answered_attempt, make_student
from tests.pages import errors_of, form_of, text_of

pytestmark = pytest.mark.django_db


def taken_away(client: Client, classroom: Classroom) -> bytes:
    """The file, from the button on the page of settings."""
    page = client.get(reverse("change_classroom", args=[classroom.public_id]))
    address = reverse("download_class", args=[classroom.public_id])
    assert address in page.content.decode()
    return client.post(address).content


def test_a_class_leaves_and_is_recorded(teacher_client: Client, assignment: Assignment, teacher: User) -> None:
    make_answered_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom, name="Zoë"))
    document = json.loads(taken_away(teacher_client, assignment.classroom))
    assert [student["name"] for student in document["students"]] == ["Zoë"]
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.classroom, event.detail) == (teacher, assignment.classroom, {"layout": "class_export"})


def test_a_class_comes_in_by_the_page(
    teacher_client: Client, assignment: Assignment, other_teacher: User, signed_in: Any
) -> None:
    attempt = make_answered_attempt(assignment=assignment)
    document = json.loads(taken_away(teacher_client, assignment.classroom))
    # Another site has none of these keys.
    text = json.dumps(document)
    parts = [document["classroom"], *document["students"], *document["assignments"], *document["attempts"]]
    for number, part in enumerate(parts):
        text = text.replace(f'"{part["key"]}"', f'"another-{number:04}"')
    client = signed_in(other_teacher)
    page = client.get(reverse("import_class"))
    assert form_of(page, having="file")
    response = client.post(reverse("import_class"), {"file": SimpleUploadedFile("c.json", text.encode())})
    classroom = Classroom.objects.taught_by(other_teacher).get()
    assert response.headers["Location"] == reverse("roster", args=[classroom.public_id])
    assert classroom.attempts.get().score == attempt.score
    assert "Class imported: 1 student, 1 quiz. You are its only teacher." in text_of(
        client.get(response.headers["Location"])
    )


def test_import_says_that_a_deleted_student_was_left_out(
    teacher_client: Client, assignment: Assignment, teacher: User, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    students = [make_student(classroom=assignment.classroom, name=name) for name in ("Ana Reyes", "Zoe Adams")]
    content = taken_away(teacher_client, assignment.classroom)
    erase_student(students[0], by=teacher, now=NOW)
    erase_classroom(assignment.classroom, by=teacher, now=NOW)
    page = teacher_client.post(reverse("import_class"), {"file": SimpleUploadedFile("c.json", content)}, follow=True)
    assert "Class imported: 1 student, 1 quiz." in text_of(page)
    assert "1 student of the file was left out, because they were deleted for good on this site." in text_of(page)


def test_a_class_that_is_here_or_contradicts_itself_is_refused(teacher_client: Client, assignment: Assignment) -> None:
    student = make_student(classroom=assignment.classroom, name="Ana Reyes")
    attempt = make_answered_attempt(assignment=assignment, student=student)
    content = taken_away(teacher_client, assignment.classroom)
    address = reverse("import_class")
    again = teacher_client.post(address, {"file": SimpleUploadedFile("c.json", content)})
    assert errors_of(again) == ["This site already has this class. Nothing was imported."]
    document = json.loads(content)
    document["attempts"][0]["handed_in_at"] = "2001-01-01T00:00:00+00:00"
    document["classroom"]["key"] = "another-0000"
    text = json.dumps(document).replace(attempt.public_id, "another-0001").replace(student.public_id, "another-0002")
    text = text.replace(assignment.public_id, "another-0003")
    spoilt = teacher_client.post(address, {"file": SimpleUploadedFile("c.json", text.encode())})
    assert errors_of(spoilt) == [
        "Attempt another-0001 of Ana Reyes was turned in before it started. Nothing was imported."
    ]
    assert Classroom.objects.count() == 1
