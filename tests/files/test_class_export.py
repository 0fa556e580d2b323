"""A classroom leaves as one file and comes in elsewhere with the same scores; a broken file changes nothing."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from quizzes.assignments import accommodations, excuses, lifecycle
from quizzes.attempts import late_answers
from quizzes.attempts.lifecycle import start_attempt, submit_attempt, submit_overdue
from quizzes.caches import clear_all
from quizzes.content.editions import published
from quizzes.files.class_export import parts as export_parts
from quizzes.files.class_export.document import (
    ADDED,
    ADDED_TO_QUIZZES,
    MAX_BYTES,
    VERSION,
    InvalidExport,
    read_class_export,
    write_class_export,
)
from quizzes.files.class_export.reader import AlreadyHere, import_classroom
from quizzes.files.class_export.writer import export_classroom, record_export
from quizzes.grading.scores import rescore
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    Draft,
    Edition,
    Excuse,
    Extension,
    ManualGrade,
    QuestionSet,
    Regrade,
    Source,
    Student,
    User,
)
from quizzes.people.classrooms import ClassroomNameTaken
from quizzes.people.erasure import erase_classroom, erase_student, reapply_erasures
from quizzes.people.erasure_ledger import ledger_path
from quizzes.people.names import PersonName
from quizzes.people.rosters import move_student, name_columns, sort_roster
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import item_report
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_question_set,
    make_student,
    make_user,
    save,
)
from tests.integrity import broken
from tests.reports.test_item_report import Gather, regrade, with_key

LATER = NOW + timedelta(days=3)


@pytest.fixture
def school(classroom: Classroom, teacher: User) -> Classroom:
    return make_school(classroom, teacher)


@pytest.fixture(scope="module")
def exported(django_db_setup: None, django_db_blocker: Any) -> bytes:
    """The file of such a class, made once for a module. Its rows are gone."""
    # A test before may have cached an edition with the same row id.
    clear_all()
    with django_db_blocker.unblock(), transaction.atomic():
        teacher = make_user()
        file = export_classroom(make_school(make_classroom(teacher=teacher), teacher), now=LATER)
        transaction.set_rollback(True)
    return file


def make_school(classroom: Classroom, teacher: User) -> Classroom:
    """A class with a bit of everything that a score may rest on."""
    question_set = make_question_set(title="Small set", owner=teacher)
    first = make_edition(question_set=question_set)
    second = make_edition(question_set=question_set, document=make_document(title="Small set, mended"))
    classroom.counts_missing_as_zero = True
    classroom.save()
    ana, ben, cy, dee = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben Ó", "=Cy", "Dee"))
    Accommodation.objects.create(student=ana, time_factor=Decimal("1.5"), changed_at=NOW)
    Accommodation.objects.create(student=ben, time_factor=None, changed_at=NOW)
    one = make_assignment(
        edition=first,
        classroom=classroom,
        assigned_by=teacher,
        time_limit=timedelta(minutes=30),
        shuffle_questions=True,
    )
    two = make_assignment(
        edition=second,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW + timedelta(hours=1),
        due_at=NOW + timedelta(days=1),
        closes_at=NOW + timedelta(days=2),
        max_attempts=3,
        attempt_policy="latest",
        release="after_last",
        own_title="Second chance",
        is_teacher_paced=True,
    )
    Board.objects.create(assignment=two, position=3, phase=1, closed_through=2, changed_at=NOW, changed_by=teacher)
    make_answered_attempt(assignment=one, student=ana, right=3)
    marked = make_answered_attempt(assignment=one, student=ben, right=1)
    late = make_answered_attempt(
        assignment=one, student=cy, answers={"one": "b", "who": {"a": "mayor"}}, submitted=False
    )
    save(late, "some", ["a", "c"], now=NOW + timedelta(minutes=40))
    submit_attempt(late, now=NOW + timedelta(minutes=41))
    late_answers.accept_late(late, by=teacher, now=NOW + timedelta(minutes=50))
    make_answered_attempt(assignment=two, student=ana, right=4)
    make_answered_attempt(assignment=two, student=ana, right=2, number=2)
    make_answered_attempt(assignment=two, student=dee, right=2, submitted=False)
    ManualGrade.objects.create(
        attempt=marked,
        question_id=published(first.pk).question_ids["proof"],
        points=Decimal("1.25"),
        comment="Good thinking",
        made_by=teacher,
        made_at=NOW,
    )
    # An undone grade stays behind.
    ManualGrade.objects.create(
        attempt=marked,
        question_id=published(first.pk).question_ids["proof"],
        points=Decimal("0.25"),
        group=uuid4(),
        made_by=teacher,
        made_at=NOW,
        undone_at=NOW,
    )
    regrade(one, "one", "new_key", teacher, with_key(0))
    regrade(two, "who", "drop", teacher)
    Extension.objects.create(
        assignment=two,
        student=dee,
        closes_at=NOW + timedelta(days=5),
        extra_attempts=1,
        reason="Ill",
        given_by=teacher,
        given_at=NOW,
    )
    Excuse.objects.create(assignment=one, student=dee, reason="Was away", given_by=teacher, given_at=NOW)
    sort_roster(classroom, by_first=True, by=teacher, now=NOW)
    moved = make_student(classroom=classroom, name="Eva")
    make_answered_attempt(assignment=one, student=moved, right=2)
    moved.classroom = make_classroom(teacher=teacher, name="Period 4")
    moved.save()
    AuditEvent.objects.create(
        action=AuditEvent.Action.ASSIGNMENT_CHANGED,
        actor=teacher,
        classroom=classroom,
        detail={"assignment": one.public_id},
        at=NOW,
    )
    rescore(classroom.attempts.select_related("assignment"))
    return classroom


def empty_site() -> User:
    """Delete every row, as on a site just set up; the teacher of that site."""
    # Emptied as a whole, since rows of a log cannot be deleted; PostgreSQL asks that no check is pending.
    connection.check_constraints()
    tables = [model._meta.db_table for model in apps.get_app_config("quizzes").get_models(include_auto_created=True)]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=True))
    clear_all()
    return make_user(email="new@school.test", name="Mr. New")


def figures(classroom: Classroom) -> dict[str, Any]:
    """Everything that a teacher sees of scores, with nothing in it that a site gives out itself."""
    book = gradebook(classroom, now=LATER)
    return {
        "book": [
            (
                row.student.display_name,
                row.average_share,
                [(cell.status, cell.score, cell.max_score, cell.is_late) for cell in row.cells],
            )
            for row in book.rows
        ],
        "attempts": list(
            classroom.attempts.order_by("pk").values_list(
                "public_id", "number", "seed", "receipt", "score", "max_score", "submitted_at", "deadline_at"
            )
        ),
        "answers": list(
            Answer.objects.filter(attempt__classroom=classroom)
            .order_by("pk")
            .values_list("question__key", "value", "revision", "flagged", "saved_at", "checked_at")
        ),
        "log": list(
            AnswerEvent.objects.filter(attempt__classroom=classroom)
            .order_by("pk")
            .values_list("question__key", "operation", "value", "revision", "outcome", "at")
        ),
        "reports": [item_report([assignment]).figures for assignment in classroom.assignments.order_by("created_at")],
        "documents": [
            assignment.edition.document for assignment in classroom.assignments.select_related("edition").order_by("pk")
        ],
    }


# --- There and back -----------------------------------------------------------------------------------------------


def test_an_empty_site_gives_the_same_scores(school: Classroom) -> None:
    before, content = figures(school), export_classroom(school, now=LATER)
    assert broken() == []
    teacher = empty_site()

    again = import_classroom(content, by=teacher, now=LATER)

    assert figures(again) == before
    assert broken() == []
    assert list(again.teachers.all()) == [teacher]
    assert (again.name, again.time_zone, again.created_at) == (school.name, school.time_zone, school.created_at)


def test_what_comes_in_leaves_as_the_same_file(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)
    teacher = empty_site()

    again = import_classroom(content, by=teacher, now=LATER)

    first, second = json.loads(content), json.loads(export_classroom(again, now=LATER))
    # One who had moved comes as one who left; keys of sets and editions are the site's own.
    for document in (first, second):
        for student in document["students"]:
            if student["name"] == "Eva":
                del student["removed_at"], student["is_elsewhere"]
        keys = {edition.pop("key"): f"e{place}" for place, edition in enumerate(document["editions"])}
        for edition in document["editions"]:
            del edition["question_set"]
        for assignment in document["assignments"]:
            assignment["edition"] = keys[assignment["edition"]]
    # The log of the new site does not go back to when the second quiz was given.
    assert [[quiz.pop("window_changed") for quiz in document["assignments"]] for document in (first, second)] == [
        [True, False],
        [True, True],
    ]
    assert second == first


def test_answer_of_an_extension_that_was_shortened_comes_in(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    quiz = make_assignment(classroom=classroom, assigned_by=teacher, closes_at=NOW + timedelta(minutes=1))
    give = partial(accommodations.extend, quiz, student, due_at=None, extra_attempts=0, reason="Ill.", by=teacher)
    give(closes_at=NOW + timedelta(hours=5), now=NOW)
    attempt = start_attempt(student, quiz, now=NOW)
    save(attempt, "one", "a", now=NOW + timedelta(hours=1))
    give(closes_at=None, now=NOW + timedelta(hours=2))
    # Files of earlier versions have such deadlines.
    Attempt.objects.update(deadline_at=quiz.closes_at)
    submit_overdue(NOW + timedelta(hours=3))
    content = export_classroom(classroom, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    assert again.attempts.get().answers.get().value == "a"


@pytest.mark.parametrize("is_closed", [False, True])
def test_class_comes_in_after_the_clock_of_its_site_was_set_back(
    is_closed: bool, classroom: Classroom, student: Student, teacher: User
) -> None:
    quiz = make_assignment(classroom=classroom, assigned_by=teacher)
    attempt = start_attempt(student, quiz, now=NOW + timedelta(hours=5))
    save(attempt, "one", "a", now=NOW + timedelta(hours=5))
    # The clock was 5 hours ahead.
    save(attempt, "some", ["a"], now=NOW)
    if is_closed:
        lifecycle.close_now(quiz, by=teacher, now=NOW)
        submit_overdue(NOW + timedelta(minutes=5))
    else:
        submit_attempt(attempt, now=NOW)
    content = export_classroom(classroom, now=NOW + timedelta(minutes=6))

    again = import_classroom(content, by=empty_site(), now=LATER)

    assert again.attempts.get().submitted_at == NOW


def test_terms_of_students_and_decisions_travel(school: Classroom) -> None:
    Extension.objects.update(reason_kind="on_time", reason="")
    Excuse.objects.update(reason_kind="has_version", reason="", own_version=2)
    Regrade.objects.filter(policy="drop").update(reason_kind="accepted", reason="“ICE”")
    content = export_classroom(school, now=LATER)
    teacher = empty_site()

    import_classroom(content, by=teacher, now=LATER)

    assert set(Accommodation.objects.values_list("student__display_name", "time_factor")) == {
        ("Ana", Decimal("1.50")),
        ("Ben Ó", None),
    }
    extensions = Extension.objects.values_list("student__display_name", "extra_attempts", "reason_kind", "given_by")
    assert list(extensions) == [("Dee", 1, "on_time", teacher.pk)]
    assert list(Excuse.objects.values_list("student__display_name", "reason_kind", "reason", "own_version")) == [
        ("Dee", "has_version", "", 2)
    ]
    assert sorted(Regrade.objects.values_list("policy", "question__key", "reason_kind", "reason")) == [
        ("drop", "who", "accepted", "“ICE”"),
        ("new_key", "one", "typed", "The key was wrong"),
    ]
    assert list(ManualGrade.objects.values_list("points", "comment")) == [(Decimal("1.25"), "Good thinking")]
    moved = Student.objects.get(display_name="Eva")
    assert (moved.removed_at, moved.attempts.count()) == (LATER, 1)


def test_class_comes_in_after_a_student_without_work_moved_away(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    """Not in the file: neither the student, nor the extension and the excuse that the student left here."""
    quiz = make_assignment(classroom=classroom, assigned_by=teacher, closes_at=NOW + timedelta(days=1))
    moved = make_student(classroom=classroom, name="Eva")
    for one in (student, moved):
        accommodations.extend(
            quiz, one, due_at=None, closes_at=LATER, extra_attempts=0, reason="Ill", by=teacher, now=NOW
        )
        excuses.excuse(quiz, one, reason="Away", by=teacher, now=NOW)
    other = make_classroom(teacher=teacher, name="Period 4")
    move_student(moved, to=other, by=teacher, now=NOW)
    content = export_classroom(classroom, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    assert list(again.students.values_list("display_name", flat=True)) == [student.display_name]
    assert [Extension.objects.get().student.display_name, Excuse.objects.get().student.display_name] == [
        student.display_name
    ] * 2


def test_file_has_only_the_name_and_the_work_of_a_student_who_moved_away(
    classroom: Classroom, student: Student, teacher: User, other_teacher: User
) -> None:
    make_answered_attempt(assignment=make_assignment(classroom=classroom, assigned_by=teacher), student=student)
    move_student(student, to=make_classroom(teacher=other_teacher, name="Period 8"), by=teacher, now=NOW)
    Student.objects.filter(pk=student.pk).update(
        external_id="00417",
        language="es",
        reading_variant="simpler",
        chosen_variant="es",
        supports={"read_aloud": True},
        removed_at=NOW,
    )

    content = json.loads(export_classroom(classroom, now=LATER))

    [part] = content["students"]
    assert (part["key"], part["name"], part["is_elsewhere"]) == (student.public_id, student.display_name, True)
    assert [part[name] for name in ("external_id", "language", "reading_variant", "chosen_variant")] == [""] * 4
    assert (part["supports"], part["removed_at"], part["accommodation"]) == (None, None, None)
    assert len(content["attempts"]) == 1


def test_names_and_student_numbers_travel(school: Classroom) -> None:
    Student.objects.filter(display_name="Dee").update(
        **name_columns(PersonName("Ana Maria Lopez Garcia", "Lopez Garcia"), by_first=True), external_id="00417"
    )
    content = export_classroom(school, now=LATER)

    import_classroom(content, by=empty_site(), now=LATER)

    student = Student.objects.get(display_name="Ana Maria Lopez Garcia")
    assert (student.family_name, student.external_id) == ("Lopez Garcia", "00417")
    assert student.sort_key.startswith("ana maria")


def test_rule_for_missing_work_travels(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    assert (again.counts_missing_as_zero, again.sorts_by_first_name) == (True, True)


def test_title_and_pace_travel_and_closed_questions_stay_closed(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    first, second = again.assignments.order_by("created_at")
    assert (first.own_title, first.is_teacher_paced) == ("", False)
    assert not Board.objects.filter(assignment=first).exists()
    assert (second.title, second.is_teacher_paced) == ("Second chance", True)
    assert (second.board.position, second.board.phase, second.board.closed_through) == (2, Board.Phase.ANSWERS, 2)


def test_start_pause_and_shown_scores_travel(school: Classroom) -> None:
    first, second = school.assignments.order_by("created_at")
    Assignment.objects.filter(pk=first.pk).update(paused_at=NOW, shows_scores=True)
    Assignment.objects.filter(pk=second.pk).update(waits_for_teacher=True, opens_at=None)
    Attempt.objects.update(paused_for=timedelta(seconds=90), break_time=timedelta(seconds=30), break_ends_at=LATER)
    content = export_classroom(school, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    columns = again.assignments.order_by("created_at").values_list("paused_at", "waits_for_teacher", "shows_scores")
    assert list(columns) == [(NOW, False, True), (None, True, False)]
    breaks = again.attempts.values_list("paused_for", "break_time", "break_ends_at")
    assert set(breaks) == {(timedelta(seconds=90), timedelta(seconds=30), LATER)}


def test_newer_version_travels(school: Classroom) -> None:
    first, second = school.assignments.order_by("created_at")
    Assignment.objects.filter(pk=second.pk).update(newer_version_of=first)
    content = export_classroom(school, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    versions = again.assignments.order_by("created_at").values_list("public_id", "newer_version_of__public_id")
    assert list(versions) == [(first.public_id, None), (second.public_id, first.public_id)]


def test_release_after_the_last_attempt_travels(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)

    again = import_classroom(content, by=empty_site(), now=LATER)

    releases = again.assignments.order_by("created_at").values_list("release", flat=True)
    assert list(releases) == ["after_hand_in", "after_last"]


def test_sets_come_as_the_teachers_own_with_every_edition(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)
    teacher = empty_site()

    import_classroom(content, by=teacher, now=LATER)

    question_set = QuestionSet.objects.get()
    assert (question_set.owner, question_set.title) == (teacher, "Small set, mended")
    assert list(question_set.editions.values_list("number", "published_at")) == [(1, NOW), (2, NOW)]
    assert Draft.objects.get().document["title"] == "Small set, mended"


def test_an_edition_that_the_site_has_is_used(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)
    teacher = empty_site()
    built_in = make_edition()

    again = import_classroom(content, by=teacher, now=LATER)

    assert again.assignments.order_by("created_at").first().edition == built_in  # type: ignore[union-attr]
    assert QuestionSet.objects.filter(owner=teacher).count() == 1


def test_a_class_that_is_here_is_not_taken_in_twice(school: Classroom, teacher: User) -> None:
    content = export_classroom(school, now=LATER)
    count = Classroom.objects.count()

    with pytest.raises(AlreadyHere):
        import_classroom(content, by=teacher, now=LATER)

    assert Classroom.objects.count() == count


def test_classes_of_a_student_who_moved_come_in_in_either_order(school: Classroom, teacher: User) -> None:
    """Eva moved. Her work here comes back, and what she has in the other class stays hers."""
    eva = Student.objects.get(display_name="Eva")
    files = [export_classroom(classroom, now=LATER) for classroom in (school, eva.classroom)]
    book = figures(school)["book"]
    erase_classroom(school, by=teacher, now=LATER)

    again = import_classroom(files[0], by=teacher, now=LATER)

    assert figures(again)["book"] == book
    entry = again.students.get(display_name="Eva")
    assert (entry.removed_at, entry.attempts.count(), entry.public_id != eva.public_id) == (LATER, 1, True)
    eva.refresh_from_db()
    assert (eva.classroom.name, eva.attempts.count()) == ("Period 4", 0)

    new_teacher = empty_site()
    first, second = [import_classroom(file, by=new_teacher, now=LATER) for file in files]

    assert figures(first)["book"] == book
    assert first.students.get(display_name="Eva").public_id == eva.public_id
    assert second.students.get().public_id != eva.public_id


@pytest.mark.usefixtures("own_data_folder")
def test_class_that_was_erased_and_came_in_again_outlives_a_restore(school: Classroom, teacher: User) -> None:
    """A restore of a backup erases again what the ledger has, so the class has another id now."""
    content, before = export_classroom(school, now=LATER), figures(school)
    erase_classroom(school, by=teacher, now=LATER)

    again = import_classroom(content, by=teacher, now=LATER)
    reapply_erasures(ledger_path(), now=LATER)

    assert Classroom.objects.filter(pk=again.pk).exists()
    assert figures(again)["book"] == before["book"]


@pytest.mark.usefixtures("own_data_folder")
def test_student_who_was_erased_does_not_come_in_again(school: Classroom, teacher: User) -> None:
    """The file is older than the wish of the parents."""
    content = export_classroom(school, now=LATER)
    ana = Student.objects.get(display_name="Ana")
    receipt = erase_student(ana, by=teacher, now=LATER).receipt
    erase_classroom(school, by=teacher, now=LATER)

    again = import_classroom(content, by=teacher, now=LATER)

    assert "Ana" not in again.students.values_list("display_name", flat=True)
    assert "Dee" in again.students.values_list("display_name", flat=True)
    assert not again.attempts.filter(student__public_id=ana.public_id).exists()
    erased = AuditEvent.objects.get(action=AuditEvent.Action.STUDENT_ERASED, classroom=again)
    assert (erased.actor, erased.detail["receipt"]) == (None, receipt)
    assert broken() == []


@pytest.mark.usefixtures("own_data_folder")
def test_no_class_comes_in_while_the_ledger_is_damaged(school: Classroom, teacher: User) -> None:
    """Otherwise, nobody knows whether a student of the file was erased."""
    content = export_classroom(school, now=LATER)
    erase_classroom(school, by=teacher, now=LATER)
    ledger_path().write_text("[]\n")
    with pytest.raises(InvalidExport, match="The list of what was deleted on this site is damaged"):
        import_classroom(content, by=teacher, now=LATER)
    assert not Classroom.objects.filter(name=school.name).exists()


def test_a_class_of_the_same_name_is_refused_unless_it_is_archived(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)
    school.archived_at = LATER
    archived = export_classroom(school, now=LATER)
    teacher = empty_site()
    make_classroom(teacher=teacher, name=school.name)

    with pytest.raises(ClassroomNameTaken):
        import_classroom(content, by=teacher, now=LATER)
    assert import_classroom(archived, by=teacher, now=LATER).archived_at == LATER


def test_a_receipt_that_another_attempt_has_is_replaced_by_a_new_one(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)
    receipt = next(attempt["receipt"] for attempt in json.loads(content)["attempts"] if attempt["receipt"])
    teacher = empty_site()
    make_answered_attempt()
    Attempt.objects.update(receipt=receipt)

    again = import_classroom(content, by=teacher, now=LATER)

    assert again.attempts.exclude(receipt=None).count() == 6
    assert not again.attempts.filter(receipt=receipt).exists()


@pytest.mark.parametrize("count", [1, 12])
def test_leaving_costs_the_same_queries(classroom: Classroom, edition: Edition, queries: Gather, count: int) -> None:
    for _ in range(count):
        make_answered_attempt(assignment=make_assignment(edition=edition, classroom=classroom))

    with queries() as seen:
        export_classroom(classroom, now=LATER)

    assert len(seen) == 14


def test_leaving_is_recorded(classroom: Classroom, teacher: User) -> None:
    record_export(classroom, by=teacher, now=LATER)

    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.detail) == ("scores_exported", teacher, {"layout": "class_export"})


# --- Files that are refused ---------------------------------------------------------------------------------------

Spoil = Callable[[dict[str, Any]], None]


def _set(*path: Any, to: Any) -> Spoil:
    def spoil(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return spoil


def _drop(*path: Any) -> Spoil:
    def spoil(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return spoil


def _on_second_quiz(document: dict[str, Any]) -> dict[str, Any]:
    """A turned-in attempt on the quiz whose times never changed. Only its third save counts."""
    [quiz] = [quiz["key"] for quiz in document["assignments"] if not quiz["window_changed"]]
    found: dict[str, Any] = next(
        one for one in document["attempts"] if one["assignment"] == quiz and one["handed_in_at"]
    )
    return found


def _repeat(name: str) -> Spoil:
    return lambda document: document[name].append(document[name][0])


REFUSALS: dict[str, tuple[Spoil, str]] = {
    "other format": (_set("format", to="x"), "This isn’t a Footnote class file."),
    "other version": (_set("version", to=7), "This file has version 7. This site reads versions 1 to 6."),
    "missing part": (_drop("students"), "students is missing."),
    "missing member": (_drop("attempts", 0, "seed"), "attempts[0].seed is missing."),
    "unknown member": (_set("attempts", 0, "grade", to=1), "attempts[0].grade isn’t part of the format."),
    "not a list": (_set("students", to={}), "students needs to be a list, not {}."),
    "not an object": (_set("students", 0, to=1), "students[0] needs to be an object, not 1."),
    "not a number": (_set("attempts", 0, "number", to="1"), "attempts[0].number needs to be a whole number, not '1'."),
    "a truth as number": (_set("attempts", 0, "number", to=True), "attempts[0].number needs to be a whole number"),
    "a number as truth": (
        _set("attempts", 0, "shuffle_choices", to=1),
        "attempts[0].shuffle_choices needs to be true or false, not 1.",
    ),
    "moment without offset": (
        _set("made_at", to="2026-10-23T15:00:00"),
        "made_at needs to be a moment with its offset, such as 2026-10-23T15:00:00+00:00, not '2026-10-23T15:00:00'.",
    ),
    "moment out of range": (_set("made_at", to="0001-01-01T00:00:00+14:00"), "made_at needs to be a moment"),
    "key with a slash": (_set("classroom", "key", to="../x"), "classroom.key needs to be a key of 12 letters"),
    # An address of the class would have no page.
    "key too short": (_set("classroom", "key", to="short"), "classroom.key needs to be a key of 12 letters"),
    "score as number": (_set("attempts", 0, "score", to=1.5), "attempts[0].score needs to be text, not 1.5."),
    "score that fills the memory": (
        _set("attempts", 0, "score", to="1E+200000000"),
        "attempts[0].score needs to be a number as text, not '1E+200000000'.",
    ),
    "score with endless zeros": (
        _set("attempts", 0, "score", to="0E-200000000"),
        "attempts[0].score needs to be a number as text, not '0E-200000000'.",
    ),
    "score that is none": (_set("attempts", 0, "score", to="NaN"), "attempts[0].score needs to be a number as text"),
    "group that is none": (_set("assignments", 0, "group", to="x"), "assignments[0].group needs to be a UUID"),
    "time limit below zero": (_set("assignments", 0, "time_limit", to=-1), "needs to be a number of seconds, not -1."),
    "NUL in a name": (
        _set("students", 0, "name", to="A\x00"),
        "students[0].name has a character that can’t be stored.",
    ),
    "half a surrogate": (
        _set("attempts", 0, "answers", 0, "value", to=["\ud800"]),
        "attempts[0].answers[0].value has a character that can’t be stored.",
    ),
    "two students of one key": (_repeat("students"), "2 parts of students have the key"),
    "two attempts of one key": (_repeat("attempts"), "2 parts of attempts have the key"),
    "unknown edition": (_set("assignments", 0, "edition", to="x"), ".edition names x, which this file doesn’t have."),
    "unknown student": (_set("attempts", 0, "student", to="x" * 12), ".student names xxxxxxxxxxxx, which"),
    "unknown assignment": (
        _set("attempts", 0, "assignment", to="x" * 12),
        ".assignment names",
    ),
    "log cut short": (_set("attempts", 0, "log", to=[]), "doesn’t explain its answer to"),
    "answer changed": (_set("attempts", 0, "answers", 0, "value", to="c"), "doesn’t explain its answer to one."),
    "answer gone": (_drop("attempts", 0, "answers", 0), "has a save of one, which has no answer."),
    "unknown question": (
        _set("attempts", 0, "marks", to=[{"question": "x", "points": "1", "comment": "", "made_at": NOW.isoformat()}]),
        "This file names the question x, which its question set doesn’t have.",
    ),
    "score that does not follow": (
        _set("attempts", 0, "score", to="7"),
        "has 7 of 8 points in this file, but its answers add up to",
    ),
    "score without a hand-in": (
        _set("attempts", 0, "handed_in_at", to=None),
        " needs a turn-in time, a score, and a receipt, or none of them.",
    ),
    "hand-in without a score": (
        _set("attempts", 0, "score", to=None),
        " needs a turn-in time, a score, and a receipt, or none of them.",
    ),
    "quiz that is due before it opens": (
        lambda document: document["assignments"][0].update(
            opens_at="2026-10-20T00:00:00+00:00", due_at="2026-10-19T00:00:00+00:00"
        ),
        "The quiz “Small set, mended” can’t be imported: “Due” is before “Opens”.",
    ),
    "turned in before the start": (
        _set("attempts", 0, "handed_in_at", to="2020-01-01T00:00:00+00:00"),
        " was turned in before it started.",
    ),
    "deadline before the start": (
        _set("attempts", 0, "deadline_at", to="2020-01-01T00:00:00+00:00"),
        " has a deadline before its start.",
    ),
    "file before the attempts": (_set("made_at", to="2020-01-01T00:00:00+00:00"), " is later than the file itself."),
    "answer before the start": (
        _set("attempts", 0, "log", 0, "at", to="2020-01-01T00:00:00+00:00"),
        " has an answer from before its start.",
    ),
    "more points than there are": (
        _set("attempts", 1, "marks", 0, "points", to="99"),
        " has 99 points for proof, which is worth ",
    ),
    "points below zero": (_set("attempts", 1, "marks", 0, "points", to="-1"), " has -1 points for proof"),
    "answer after the deadline": (
        lambda document: _on_second_quiz(document)["log"][2].update(at="2026-10-26T00:00:00+00:00"),
        " has an answer that counts though it came after the deadline.",
    ),
    "answer after the turn-in": (
        lambda document: _on_second_quiz(document)["log"][2].update(at="2026-10-24T18:00:00+00:00"),
        " has an answer that counts though it came after it was turned in.",
    ),
    "answer from after the file": (
        _set("attempts", 0, "log", 0, "at", to="2099-01-01T00:00:00+00:00"),
        " is later than the file itself.",
    ),
    "two students who look the same": (
        lambda document: document["students"][1].update(name=document["students"][0]["name"].upper()),
        "2 students have the same name: “",
    ),
    "one attempt twice": (
        lambda document: document["attempts"].append(
            {**document["attempts"][0], "key": "another-key1", "receipt": None}
        ),
        "has 2 attempts with number 1 on one quiz.",
    ),
    "unknown policy": (
        _set("assignments", 0, "attempt_policy", to="worst"),
        "assignment.attempt_policy can’t be stored: Value 'worst' is not a valid choice.",
    ),
    "unknown level of the class": (
        _set("classroom", "reading_variant", to=""),
        "classroom.reading_variant can’t be stored: There’s no such level.",
    ),
    "unknown level of a student": (
        _set("students", 0, "reading_variant", to="hard"),
        "student.reading_variant can’t be stored: There’s no such level.",
    ),
    "unknown level that a student chose": (
        _set("students", 0, "chosen_variant", to="hard"),
        "student.chosen_variant can’t be stored: There’s no such level.",
    ),
    "unknown zone": (
        _set("classroom", "time_zone", to="Mars/North"),
        "classroom.time_zone can’t be stored",
    ),
    "name too long": (_set("classroom", "name", to="x" * 81), "classroom.name can’t be stored"),
    "family name that is none": (_set("students", 0, "family_name", to="\u200b"), "has a hidden character"),
    "closed questions of a quiz at each student's pace": (
        _set("assignments", 0, "closed_through", to=1),
        "can’t have 1 closed questions.",
    ),
    "more closed questions than there are": (
        _set("assignments", 1, "closed_through", to=5),
        "can’t have 5 closed questions.",
    ),
    "name that is none": (_set("students", 0, "name", to=" "), "the name is blank."),
    "evidence that is not in the reading": (
        _set("editions", 0, "document", "questions", 0, "evidence", to=["s99"]),
        "The question set “Small set” can’t be imported: the evidence “s99” of the question is not in the",
    ),
    "no question": (
        _set("editions", 0, "document", "questions", to=[]),
        "can’t be imported: the set has no question.",
    ),
    "correction that adds what the question cannot accept": (
        _set("assignments", 0, "corrections", 0, "document", "added", to={"answers": [7], "fields": {}}),
        "A regrade has a question that can’t be used",
    ),
    "correction that adds nothing": (
        _set("assignments", 0, "corrections", 0, "document", "added", to="more"),
        "A regrade has a question that can’t be used",
    ),
    "correction that is no question": (
        _set("assignments", 0, "corrections", 0, "document", to={"type": "single"}),
        "A regrade has a question that can’t be used",
    ),
}


@pytest.mark.parametrize("name", list(REFUSALS))
@pytest.mark.django_db
def test_a_spoilt_file_is_refused_in_one_line_and_leaves_nothing(exported: bytes, name: str) -> None:
    spoil, message = REFUSALS[name]
    document = json.loads(exported)
    teacher = make_user(email="new@school.test", name="Mr. New")
    spoil(document)

    with pytest.raises(InvalidExport) as refused:
        import_classroom(json.dumps(document).encode(), by=teacher, now=LATER)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    counts = {
        model.__name__: model._default_manager.count() for model in (Classroom, Student, Edition, Source, Attempt)
    }
    assert counts == dict.fromkeys(counts, 0)
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("name", ["not a number", "unknown edition", "log cut short", "name too long"])
@pytest.mark.django_db
def test_a_refusal_is_in_the_language_of_the_page(exported: bytes, name: str) -> None:
    document = json.loads(exported)
    REFUSALS[name][0](document)
    with translation.override("es"), pytest.raises(InvalidExport) as refused:
        import_classroom(json.dumps(document).encode(), by=make_user(email="new@school.test"), now=LATER)
    assert re.search(r"\b(debe ser|no tiene|no explica|No se puede)\b", str(refused.value))
    assert not re.search(r"\b(needs|have|the|be)\b", str(refused.value))


def test_a_value_that_no_page_could_show_is_refused(school: Classroom) -> None:
    document = json.loads(export_classroom(school, now=LATER))
    teacher = empty_site()
    attempt = next(a for a in document["attempts"] if any(answer["question"] == "who" for answer in a["answers"]))
    for part in (*attempt["answers"], *attempt["log"]):
        if part["question"] == "who":
            part["value"] = {"a": "nobody"}

    with pytest.raises(InvalidExport, match="the answer to who doesn’t fit that question"):
        import_classroom(json.dumps(document).encode(), by=teacher, now=LATER)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file isn’t JSON"),
        (b"\xff\xfe", "This file isn’t JSON"),
        (b"[1", "This file isn’t JSON"),
        (b"[]", "This isn’t a Footnote class file."),
        (b'{"format": "footnote-classroom", "version": 1, "made_at": NaN}', "NaN is not a number"),
        (b"[" * 200_000, "This file isn’t JSON"),
        (b" " * (MAX_BYTES + 1), "This file is over 50 MB"),
        (b'{"format": "footnote-classroom", "version": ' + b"9" * 5000 + b"}", "This file isn’t JSON"),
    ],
)
def test_what_is_no_file_of_this_kind_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InvalidExport) as refused:
        read_class_export(content)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_value_nested_too_deep_is_refused(school: Classroom) -> None:
    content = export_classroom(school, now=LATER).decode()
    deep = "[" * 3000 + "]" * 3000

    with pytest.raises(InvalidExport):
        read_class_export(content.replace('"value": "b"', f'"value": {deep}', 1).encode())


def test_a_file_read_is_the_file_written(school: Classroom) -> None:
    content = export_classroom(school, now=LATER)

    assert write_class_export(read_class_export(content)) == content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ("made_at", "classroom", "editions", "students", "assignments", "attempts")


@given(st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_no_document_breaks_the_reader(members: dict[str, Any]) -> None:
    document = {"format": "footnote-classroom", "version": 1, **members}

    with pytest.raises(InvalidExport) as refused:
        read_class_export(json.dumps(document, allow_nan=True).encode())

    assert "\n" not in str(refused.value)


# --- Commands -----------------------------------------------------------------------------------------------------


def test_commands_write_and_take_in_a_file(
    school: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "class.json"
    before = figures(school)
    call_command("export_classroom", school.public_id, str(file))
    [event] = AuditEvent.objects.filter(action=AuditEvent.Action.SCORES_EXPORTED)
    assert (event.actor, event.classroom, event.detail) == (None, school, {"layout": "class_export"})
    assert file.stat().st_mode & 0o777 == 0o600
    teacher = empty_site()

    call_command("import_classroom", str(file), "--teacher", "NEW@school.test")

    assert figures(teacher.classrooms.get()) == before
    assert "Period 3: 5 students, 2 quizzes, 7 attempts." in capsys.readouterr().out


def test_command_says_that_a_deleted_student_was_left_out(
    school: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    file = tmp_path / "class.json"
    call_command("export_classroom", school.public_id, str(file))
    student, teacher = school.students.enrolled()[0], school.teachers.get()
    erase_student(student, by=teacher, now=NOW)
    erase_classroom(school, by=teacher, now=NOW)

    call_command("import_classroom", str(file), "--teacher", teacher.email)

    assert "Students left out, because they were deleted for good on this site: 1." in capsys.readouterr().out


def test_command_leaves_no_part_of_a_file(school: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "class.json"

    def full_disk(descriptor: int, mode: str) -> IO[Any]:
        os.close(descriptor)
        return open("/dev/full", mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", full_disk)
        with pytest.raises(CommandError, match="class.json: No space left on device."):
            call_command("export_classroom", school.public_id, str(file))
    call_command("export_classroom", school.public_id, str(file))
    assert file.stat().st_size > 1000


def test_commands_say_why_not(school: Classroom, teacher: User, tmp_path: Path) -> None:
    file, bad = tmp_path / "class.json", tmp_path / "bad.json"
    call_command("export_classroom", school.public_id, str(file))
    bad.write_bytes(b"{}")

    for command, message in [
        (("export_classroom", "nothing", str(tmp_path / "x")), "There is no class nothing. "),
        (("export_classroom", school.public_id, str(file)), "class.json is there already. Name a new file."),
        (("import_classroom", str(file), "--teacher", "no@school.test"), "No account has the email no@school.test."),
        (("import_classroom", str(tmp_path / "y"), "--teacher", teacher.email), "y: No such file"),
        (("import_classroom", str(bad), "--teacher", teacher.email), "This isn’t a Footnote class file."),
        (("import_classroom", str(file), "--teacher", teacher.email), "This site already has this class."),
    ]:
        with pytest.raises(CommandError) as refused:
            call_command(*command)
        assert message in str(refused.value)


# --- The page that describes the format ---------------------------------------------------------------------------


def test_every_member_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "class-export.md").read_text(encoding="utf-8")
    parts = [
        kind for kind in vars(export_parts).values() if is_dataclass(kind) and kind.__module__ == export_parts.__name__
    ]

    assert len(parts) == 14
    members = {field.name for kind in parts for field in fields(kind)}
    assert [member for member in sorted(members) if f"`{member}`" not in page] == []


# --- Earlier versions ---------------------------------------------------------------------------------------------


def as_version(number: int, document: dict[str, Any]) -> None:
    """Take out what later versions added."""
    document["version"] = number
    for later in range(number + 1, VERSION + 1):
        for name, members in ADDED.get(later, {}).items():
            for part in document[name] if isinstance(document[name], list) else [document[name]]:
                for member in members:
                    del part[member]
        for name, members in ADDED_TO_QUIZZES.get(later, {}).items():
            for row in [row for quiz in document["assignments"] for row in quiz[name]]:
                for member in members:
                    del row[member]


def test_titles_of_the_fifth_version_are_made_or_typed_by_their_words(school: Classroom) -> None:
    first, *_ = school.assignments.order_by("pk")
    # The import gives the set the title of its newest edition.
    stored = "Small set, mended"
    titles = [f"{stored}, version {first.edition.number}", f"{stored}, before the lessons", f"{stored}, version 77"]
    found = []
    for title in titles:
        document = json.loads(export_classroom(school, now=LATER))
        as_version(5, document)
        next(quiz for quiz in document["assignments"] if quiz["key"] == first.public_id)["own_title"] = title
        with transaction.atomic():
            import_classroom(json.dumps(document).encode(), by=empty_site(), now=LATER)
            found.append(Assignment.objects.get(public_id=first.public_id).is_title_made)
            transaction.set_rollback(True)

    assert found == [True, True, False]


def test_reasons_of_the_fifth_version_get_the_kinds_of_their_sentences(school: Classroom) -> None:
    document = json.loads(export_classroom(school, now=LATER))
    as_version(5, document)
    excuse_quiz = next(quiz for quiz in document["assignments"] if quiz["excuses"])
    excuse = excuse_quiz["excuses"][0]
    students = [part["key"] for part in document["students"]][:4]
    # The last two are no sentences of an excuse, so a teacher typed them.
    reasons = "Has version 2 of this quiz.", "Excused from this quiz.", "Excused by mistake.", "Was away"
    excuse_quiz["excuses"] = [
        {**excuse, "student": key, "reason": text} for key, text in zip(students, reasons, strict=True)
    ]
    for quiz in document["assignments"]:
        for row in quiz["extensions"]:
            row["reason"] = "Extended to fit the extra time."
        for row in quiz["corrections"]:
            words = "Both spellings" if row["policy"] == "drop" else "“ICE”"
            row["reason"] = f"{words} is accepted too."

    import_classroom(json.dumps(document).encode(), by=empty_site(), now=LATER)

    assert list(Excuse.objects.order_by("pk").values_list("reason_kind", "reason", "own_version")) == [
        ("has_version", "", 2),
        ("stays_excused", "", None),
        ("typed", "Excused by mistake.", None),
        ("typed", "Was away", None),
    ]
    assert list(Extension.objects.values_list("reason_kind", "reason")) == [("fits_extra_time", "")]
    assert sorted(Regrade.objects.values_list("policy", "reason_kind", "reason")) == [
        ("drop", "typed", "Both spellings is accepted too."),
        ("new_key", "accepted", "“ICE”"),
    ]


def test_a_file_of_the_second_version_has_the_values_from_before(school: Classroom) -> None:
    school.assignments.update(shows_scores=True)
    document = json.loads(export_classroom(school, now=LATER))
    as_version(2, document)
    document["students"][3]["name"] = "Dee van Dyke"

    again = import_classroom(json.dumps(document).encode(), by=empty_site(), now=LATER)

    assert (again.counts_missing_as_zero, again.sorts_by_first_name) == (False, False)
    columns = again.assignments.values_list("own_title", "is_teacher_paced", "shows_scores")
    assert set(columns) == {("", False, False)}
    dee = Student.objects.get(display_name="Dee van Dyke")
    assert (dee.family_name, dee.external_id) == ("van Dyke", "")


def test_a_file_of_the_first_version_is_taken_in_as_made_on_a_screen(school: Classroom) -> None:
    school.counts_missing_as_zero = False
    school.save()
    sort_roster(school, by_first=False, by=school.teachers.get(), now=NOW)
    before, document = figures(school), json.loads(export_classroom(school, now=LATER))
    assert {attempt["medium"] for attempt in document["attempts"]} == {"screen"}
    as_version(1, document)
    teacher = empty_site()

    again = import_classroom(json.dumps(document).encode(), by=teacher, now=LATER)

    assert figures(again) == before
    assert set(again.attempts.values_list("medium", flat=True)) == {"screen"}


def test_answers_on_paper_stay_answers_on_paper(school: Classroom) -> None:
    school.attempts.filter(number=2).update(medium="paper")
    media = list(school.attempts.order_by("pk").values_list("public_id", "medium"))
    content = export_classroom(school, now=LATER)
    teacher = empty_site()

    again = import_classroom(content, by=teacher, now=LATER)

    assert {medium for _, medium in media} == {"screen", "paper"}
    assert list(again.attempts.order_by("pk").values_list("public_id", "medium")) == media
