"""One student's data as a file: it holds every row about the student, and nobody else's."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.excuses import excuse
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.attempts.transfers import transfer_attempts
from quizzes.files.student_data import export_student
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Edition,
    Excuse,
    Extension,
    FailedTry,
    KnownDevice,
    ManualGrade,
    Student,
    SupportMark,
    User,
)
from quizzes.people.known_devices import remember_student_device
from quizzes.people.rosters import move_student
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_failed_try,
    make_lti_link,
    make_lti_score,
    make_student,
    save,
)
from tests.pages import text_of

Gather = Callable[[], AbstractContextManager[Any]]


def file_of(student: Student, teacher: User) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(export_student(student, by=teacher, now=NOW).content)
    return data


@pytest.fixture
def rich(assignment: Assignment, student: Student, classmate: Student, teacher: User) -> Student:
    """A student with a row of every kind; a classmate with attempts of the same."""
    other = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    make_answered_attempt(assignment=assignment, student=classmate)
    attempt = make_answered_attempt(assignment=assignment, student=student, right=1)
    working = make_attempt(assignment=other, student=student)
    save(working, "one", "a", now=NOW)
    save(working, "one", "b", seen_revision=1, now=NOW)
    given: dict[str, Any] = {"given_by": teacher, "given_at": NOW, "reason": "Was ill"}
    Excuse.objects.create(assignment=other, student=student, **given)
    Extension.objects.create(assignment=other, student=student, due_at=NOW, **given)
    Accommodation.objects.create(student=student, time_factor="1.5", changed_at=NOW)
    question = attempt.assignment.edition.questions.get(key="some")
    ManualGrade.objects.create(attempt=attempt, question=question, points=1, made_by=teacher, made_at=NOW)
    SupportMark.objects.create(attempt=working, kind="note", place="reading", value="Mine", changed_at=NOW)
    make_failed_try(student=student)
    remember_student_device(student, device="mine", address="192.0.2.1", now=NOW)
    return student


def test_student_file_holds_every_row_and_nobody_elses(rich: Student, teacher: User) -> None:
    data = file_of(rich, teacher)

    own = {"attempt__student": rich}
    assert data["student"]["name"] == "Maya Lopez"
    assert len(data["attempts"]) == Attempt.objects.filter(student=rich).count() == 2
    for name, model in (
        ("answers", Answer),
        ("saves", AnswerEvent),
        ("marks", ManualGrade),
        ("support_marks", SupportMark),
    ):
        assert sum(len(attempt[name]) for attempt in data["attempts"]) == model.objects.filter(**own).count() > 0
    for name, count in (
        ("accommodations", Accommodation.objects.filter(student=rich).count()),
        ("extensions", rich.extensions.count()),
        ("excuses", rich.excuses.count()),
        ("wrong_pins", FailedTry.objects.filter(student=rich).count()),
        ("devices_last_used", KnownDevice.objects.filter(student=rich).count()),
        ("record", rich.audit_events.count()),
    ):
        assert len(data[name]) == count == 1
    assert "Noah" not in json.dumps(data)
    first = data["attempts"][0]
    assert (first["assignment"], first["score"], first["max_score"]) == ("Small set", "1.0000", 8)
    assert next((answer["question"], answer["value"]) for answer in first["answers"]) == (1, "b")


def test_student_file_says_that_a_score_is_not_final(rich: Student, teacher: User) -> None:
    Attempt.objects.filter(student=rich, submitted_at__isnull=False).update(ungraded_count=2)
    made = file_of(rich, teacher)["attempts"]
    assert [(one["score"], one["ungraded_count"]) for one in made] == [("1.0000", 2), (None, 0)]


def test_student_file_has_the_columns_of_the_student_and_says_what_is_a_copy(
    rich: Student, teacher: User, edition: Edition
) -> None:
    Student.objects.filter(pk=rich.pk).update(external_id="17", language="es")
    to = make_classroom(teacher=teacher, name="Period 5")
    make_assignment(edition=edition, classroom=to, assigned_by=teacher)
    student = Student.objects.select_related("classroom").get(pk=rich.pk)
    move_student(student, to=to, by=teacher, now=NOW)
    transfer_attempts(student, by=teacher, now=NOW)

    data = file_of(student, teacher)

    names = ("name", "last_name", "student_number", "language", "classroom")
    assert [data["student"][name] for name in names] == ["Maya Lopez", "Lopez", "17", "es", "Period 5"]
    receipt = Attempt.objects.get(carried_to__isnull=False).receipt
    assert sorted((one["classroom"], one["copy_of"]) for one in data["attempts"] if one["receipt"]) == [
        ("Period 3", None),
        ("Period 5", receipt),
    ]


def test_student_file_has_what_the_other_entry_of_the_student_has(rich: Student, teacher: User) -> None:
    keep = make_student(classroom=rich.classroom, name="M. Lopez")
    plan = merge_plan(keep, rich, now=NOW)
    merge_students(keep, rich, seen=plan.seen, by=teacher, now=NOW)

    data = file_of(Student.objects.select_related("classroom").get(pk=keep.pk), teacher)

    assert [one["name"] for one in data["merged_entries"]] == ["Maya Lopez"]
    assert {one["made_as"] for one in data["attempts"]} == {"Maya Lopez"}
    assert len(data["attempts"]) == 2
    # With what came along.
    assert (len(data["accommodations"]), len(data["extensions"]), len(data["excuses"])) == (2, 2, 2)
    assert "Noah" not in json.dumps(data)


def test_student_file_reads_no_document_with_an_extension_or_excuse(
    rich: Student, teacher: User, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with queries() as seen:
        data = file_of(rich, teacher)

    assert (data["extensions"][0]["assignment"], data["excuses"][0]["assignment"]) == ("Small set", "Small set")
    with_document = [sql for sql in seen if '"quizzes_edition"."document"' in sql]
    assert [sql for sql in with_document if "quizzes_extension" in sql or "quizzes_excuse" in sql] == []


def test_student_file_has_questions_and_answers_in_words(rich: Student, teacher: User) -> None:
    submitted, working = file_of(rich, teacher)["attempts"]

    [first, *others] = submitted["answers"]
    names = ("question", "text", "answer", "correct_answer", "value")
    assert [first[name] for name in names] == [
        1,
        "Which of these does the system record?",
        "Birthplace",
        "Birthplace",
        "b",
    ]
    assert others[-1]["text"] == "Which two sentences prove this? After a protest there is an end in summer."
    assert others[-1]["correct_answer"] == "Sentence 5; Sentence 6"
    assert others[-1]["evidence"] == [
        "Sentence 5: The agreement ends in August.",
        "Sentence 6: Dozens of people had protested.",
    ]
    # The working attempt is open, so that its correct answers are not shown yet.
    assert [[answer[name] for name in ("answer", "correct_answer", "evidence")] for answer in working["answers"]] == [
        ["Birthplace", None, None]
    ]
    assert [save["answer"] for save in working["saves"]] == ["Citizenship", "Birthplace"]


def test_student_file_knows_every_table_that_speaks_of_a_student() -> None:
    """A new table about students must be written into the file, and then here."""
    assert {relation.related_model.__name__ for relation in Student._meta.related_objects} == {
        "Accommodation",
        "Attempt",
        "AuditEvent",
        "Excuse",
        "Extension",
        "FailedTry",
        "KnownDevice",
        "LtiStudent",
        "Student",  # the other entry of a student who was twice on the roster
    }
    assert {relation.related_model.__name__ for relation in Attempt._meta.related_objects} == {
        "Answer",
        "AnswerEvent",
        "Attempt",  # the work that went along to another class
        "ManualGrade",
        "Presence",
        "SupportMark",
    }


def test_student_file_leaves_out_what_another_teacher_taught(
    edition: Edition, student: Student, teacher: User, other_teacher: User
) -> None:
    make_answered_attempt(assignment=make_assignment(edition=edition, classroom=student.classroom), student=student)
    theirs = make_classroom(teacher=other_teacher, name="Period 8")
    move_student(student, to=theirs, by=teacher, now=NOW)
    student.refresh_from_db()

    assert file_of(student, other_teacher)["attempts"] == []


def test_student_file_has_no_grades_reasons_or_scores_of_another_teachers_class(
    edition: Edition, student: Student, teacher: User, other_teacher: User
) -> None:
    attempt = make_answered_attempt(
        assignment=make_assignment(edition=edition, classroom=student.classroom), student=student
    )
    question = edition.questions.get(key="some")
    grade_answer(attempt, question, points=Decimal(1), comment="Mine to say", by=teacher, now=NOW)
    excuse(attempt.assignment, student, reason="Was ill", by=teacher, now=NOW)
    make_lti_score(link=make_lti_link(assignment=attempt.assignment), student=student, subject="learner-1")
    own = file_of(student, teacher)
    assert [row["action"] for row in own["record"]] == ["answer_marked", "excused", "scores_exported"]
    assert [row["id_on_platform"] for row in own["learning_platforms"]] == ["learner-1"]
    move_student(student, to=make_classroom(teacher=other_teacher, name="Period 8"), by=teacher, now=NOW)
    student.refresh_from_db()

    data = file_of(student, other_teacher)

    assert [row["action"] for row in data["record"]] == ["student_moved", "scores_exported"]
    assert data["learning_platforms"] == []


def test_student_file_is_recorded_and_led_to(rich: Student, teacher: User, teacher_client: Client) -> None:
    page = reverse("student_history", args=[rich.public_id])
    address = reverse("download_student", args=[rich.public_id])
    assert f'action="{address}"' in teacher_client.get(page).content.decode()

    response = teacher_client.post(address)

    assert response.headers["Content-Type"] == "application/json"
    assert "Maya Lopez, Period 3, all data" in response.headers["Content-Disposition"]
    event = AuditEvent.objects.get(student=rich)
    assert (event.action, event.actor, event.detail["layout"]) == ("scores_exported", teacher, "student")
    assert "Downloaded all data of Maya Lopez" in text_of(teacher_client.get(page))


@pytest.mark.parametrize("count", [1, 12])
def test_student_file_costs_the_same_however_much_there_is(
    count: int, edition: Edition, student: Student, teacher: User, queries: Gather
) -> None:
    for place in range(count):
        given = make_assignment(edition=edition, classroom=student.classroom, created_at=NOW + timedelta(minutes=place))
        make_answered_attempt(assignment=given, student=student)
        Excuse.objects.create(assignment=given, student=student, reason="Ill", given_by=teacher, given_at=NOW)

    with queries() as seen:
        export_student(student, by=teacher, now=NOW)

    assert len(seen) == 18
