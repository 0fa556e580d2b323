"""Work of an earlier class that counts in the student's class: what is copied, what stays, and every page's score."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.late_answers import accept_late
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.attempts.transfers import transfer_attempts, transferable_attempts
from quizzes.files.downloads import FileFormat, Layout, export
from quizzes.grading.manual_grades import grade_answer
from quizzes.grading.scores import rescore
from quizzes.models import (
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Edition,
    Excuse,
    Extension,
    Student,
    User,
)
from quizzes.models.reasons import ReasonKind
from quizzes.people.erasure import erase_classroom, erase_student
from quizzes.people.rosters import move_student
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.moved_away import moved_away
from quizzes.reports.progress import progress
from quizzes.reports.student_assignments import student_assignments
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_regrade,
    make_student,
    save,
)
from tests.pages import read, text_of
from tests.views.teacher.test_grading_queue import typed_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(teacher: User, edition: Edition) -> Classroom:
    return make_classroom(teacher=teacher, name="Period 6")


@pytest.fixture
def quiz(target: Classroom, edition: Edition, teacher: User) -> Assignment:
    """The same version in the new class."""
    return make_assignment(edition=edition, classroom=target, assigned_by=teacher)


@pytest.fixture
def done(assignment: Assignment, student: Student) -> Attempt:
    """The student's finished attempt in the old class."""
    return make_answered_attempt(assignment=assignment, student=student)


def moved(student: Student, to: Classroom, by: User, now: datetime) -> Student:
    move_student(student, to=to, by=by, now=now)
    return Student.objects.select_related("classroom").get(pk=student.pk)


def sent_with_work(client: Client, student: Student, to: Classroom) -> HttpResponse:
    """The page after a teacher has moved the student with the finished work."""
    sent = {"classroom": to.public_id, "transfers_work": "on", "is_confirmed": "on"}
    return client.post(reverse("move_student", args=[student.public_id]), sent, follow=True)  # type: ignore[return-value]


def test_moved_student_keeps_the_score_on_every_page_and_file(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    student = moved(student, target, teacher, now)
    given = {"student": student, "given_by": teacher, "given_at": now}
    Excuse.objects.create(assignment=quiz, reason_kind=ReasonKind.JOINED_LATER, **given)
    assert transfer_attempts(student, by=teacher, now=now) == 1

    [row] = gradebook(target, now=now).rows
    assert (row.cells[0].status.name, row.cells[0].score) == ("SUBMITTED", done.score)
    assert row.average_share is not None
    [line] = class_report(quiz, now=now).lines
    assert line.status.name == "SUBMITTED"
    home = student_assignments(student, now=now)
    assert [given.assignment for given in home.done] == [quiz]
    assert home.to_do == home.missed == ()
    assert home.next_up is None
    for layout in (Layout.SCORES, Layout.ANSWERS):
        file = export(target, layout, FileFormat.CSV, by=teacher, now=now).content.decode()
        assert "Maya Lopez" in file
        assert "Small set" in file
    entries = progress(quiz, now=now)
    assert [(entry.student.pk, entry.student_status.status.name) for entry in entries] == [(student.pk, "SUBMITTED")]


def test_report_for_a_parent_says_which_work_is_the_same(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, teacher_client: Client
) -> None:
    now = done.started_at
    transfer_attempts(moved(student, target, teacher, now), by=teacher, now=now)

    make_attempt(assignment=quiz, student=student, number=2)

    report = text_of(teacher_client.get(reverse("student_report", args=[student.public_id])))
    history = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))

    assert "Small set Done in another class, counts here too In progress" in report
    assert "Small set Period 3 Turned in" in report
    assert "Small set Done in another class, counts here too" in history


def test_old_class_shows_no_score_that_needs_grading_as_final(
    classroom: Classroom, target: Classroom, student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    assignment = make_assignment(edition=make_edition(document=typed_document()), classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"who": "The rules."})
    moved(student, target, teacher, now)
    address = reverse("classroom_gradebook", args=[classroom.public_id])
    assert "Small set : 0 of 8 so far" in text_of(teacher_client.get(address))

    question = assignment.edition.questions.get(key="who")
    grade_answer(attempt, question, points=Decimal(2), comment="", by=teacher, now=now)

    page = text_of(teacher_client.get(address))
    assert "Small set : 2 of 8" in page
    assert "so far" not in page


def test_copy_has_answers_log_and_grades_and_a_receipt_of_its_own(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    question = done.answers.first().question
    grade_answer(done, question, points=Decimal("0.5"), comment="Half.", by=teacher, now=now)
    done.refresh_from_db()
    transfer_attempts(moved(student, target, teacher, now), by=teacher, now=now)
    copy = Attempt.objects.get(carried_from=done)
    same = ("student_id", "seed", "started_at", "submitted_at", "submitted_by", "score", "max_score", "medium")
    assert [getattr(copy, name) for name in same] == [getattr(done, name) for name in same]
    assert (copy.assignment, copy.classroom, copy.number) == (quiz, target, 1)
    assert copy.receipt != done.receipt
    for model, columns in (
        (Answer, ("question", "value", "revision")),
        (AnswerEvent, ("operation", "value", "revision", "outcome", "at")),
    ):
        rows = model.objects.order_by("pk")
        assert (
            list(rows.filter(attempt=copy).values(*columns)) == list(rows.filter(attempt=done).values(*columns)) != []
        )
    assert [grade.comment for grade in copy.manual_grades.all()] == ["Half."]
    assert [finding.broken for finding in check_integrity()] == [(), (), (), ()]


@pytest.mark.parametrize("is_old", [False, True])
def test_late_answer_that_was_accepted_stays_accepted(
    is_old: bool,
    assignment: Assignment,
    student: Student,
    target: Classroom,
    quiz: Assignment,
    teacher: User,
    teacher_client: Client,
    now: datetime,
) -> None:
    assignment.closes_at = now + timedelta(minutes=10)
    assignment.save()
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "one", "b", now=now + timedelta(minutes=12))
    # A copy of this one can get the row id of the first.
    save(attempt, "one", "a", now=now + timedelta(minutes=13))
    attempt.refresh_from_db()
    submit_attempt(attempt, now=now + timedelta(minutes=14))
    at = now + timedelta(minutes=15)
    if is_old:
        newest = attempt.events.latest("pk")
        found = {"attempt": attempt, "question": newest.question, "value": "a", "revision": 1}
        AnswerEvent.objects.create(**found, operation=f"accepted.{newest.pk}", outcome="accepted", at=at)
        Answer.objects.create(**found, saved_at=newest.at)
    else:
        assert accept_late(attempt, by=teacher, now=at) == 1

    transfer_attempts(moved(student, target, teacher, now), by=teacher, now=now)

    for one in Attempt.objects.select_related("assignment", "student", "classroom"):
        context = teacher_client.get(reverse("attempt_review", args=[one.public_id])).context
        assert [line.is_accepted for line in context["late"]] == [False, True]
        assert not context["waits_for_acceptance"]
        assert accept_late(one, by=teacher, now=now + timedelta(minutes=30)) == 0


def test_work_is_carried_once(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    # Turned in during a pause of the old class, so without a deadline.
    Attempt.objects.filter(pk=done.pk).update(time_limit=timedelta(minutes=30))
    Assignment.objects.filter(pk=quiz.pk).update(time_limit=timedelta(minutes=30))
    paused_for = (done.submitted_at - done.started_at) / 2
    Assignment.objects.filter(pk=done.assignment_id).update(paused_at=done.started_at + paused_for)
    student = moved(student, target, teacher, now)
    assert [transfer_attempts(student, by=teacher, now=now) for _ in range(2)] == [1, 0]
    assert Attempt.objects.count() == 2
    copy = Attempt.objects.select_related("assignment", "classroom", "student").get(assignment=quiz)
    event = AuditEvent.objects.get(action="work_carried")
    assert (event.actor, event.classroom, event.student) == (teacher, target, student)
    # Back in the old class, the originals are there, and the copies stay in the other record.
    student = moved(student, done.classroom, teacher, now)
    assert transfer_attempts(student, by=teacher, now=now) == 0
    assert gradebook(done.classroom, now=now).rows[0].cells[0].score == done.score
    assert [given.assignment for given in student_assignments(student, now=now).done] == [done.assignment]
    # The copy has an end again.
    worked = done.submitted_at - done.started_at - paused_for
    reopen(copy, more_time=None, reason="", by=teacher, now=now)
    assert copy.deadline_at == now + timedelta(minutes=30) - worked


def test_only_finished_work_on_the_same_version_is_carried(
    attempt: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    student = moved(student, target, teacher, now)
    # The attempt is open.
    assert transferable_attempts(student) == {}
    submit_attempt(attempt, now=now)
    assert list(transferable_attempts(student)) == [quiz]
    # Work that was started in the new class comes first.
    own = make_attempt(assignment=quiz, student=student)
    assert transferable_attempts(student) == {}
    own.delete()
    Assignment.objects.filter(pk=quiz.pk).update(edition=make_assignment(classroom=target).edition)
    assert transferable_attempts(student) == {}


def test_all_attempts_are_carried_and_the_older_quiz_gets_them(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    Assignment.objects.filter(pk=done.assignment_id).update(max_attempts=2)
    second = make_attempt(assignment=done.assignment, student=student, number=2, started_at=now + timedelta(hours=1))
    submit_attempt(second, now=now + timedelta(hours=2))
    make_assignment(edition=quiz.edition, classroom=target, created_at=now + timedelta(days=1))
    student = moved(student, target, teacher, now)
    assert {key: [row.pk for row in rows] for key, rows in transferable_attempts(student).items()} == {
        quiz: [done.pk, second.pk]
    }
    half = Excuse.objects.create(
        assignment=quiz, student=student, reason_kind=ReasonKind.OTHER_FORM, given_by=teacher, given_at=now
    )
    transfer_attempts(student, by=teacher, now=now)
    assert list(Excuse.objects.all()) == [half]
    assert list(Attempt.objects.filter(assignment=quiz).values_list("number", "carried_from")) == [
        (1, done.pk),
        (2, second.pk),
    ]


@pytest.mark.parametrize(
    ("due_there", "extended_there", "is_late", "due_shown"),
    [
        pytest.param(1, None, False, 1, id="on time there"),
        pytest.param(-2, 2, False, 2, id="on time there by an extension"),
        pytest.param(None, None, False, 0, id="never due there"),
        pytest.param(-2, None, True, -1, id="late there too"),
    ],
)
def test_work_that_was_on_time_in_the_old_class_is_on_time_in_the_new_one(
    due_there: int | None,
    extended_there: int | None,
    is_late: bool,
    due_shown: int,
    done: Attempt,
    quiz: Assignment,
    student: Student,
    target: Classroom,
    teacher: User,
    now: datetime,
) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None or done.submitted_at is None else done.submitted_at + timedelta(hours=hours)

    Assignment.objects.filter(pk=done.assignment_id).update(due_at=at(due_there))
    Assignment.objects.filter(pk=quiz.pk).update(due_at=at(-1))
    given = {"student": student, "given_by": teacher, "given_at": now}
    if extended_there is not None:
        Extension.objects.create(assignment=done.assignment, due_at=at(extended_there), **given)
    # What the teacher gave in the new class stays.
    Extension.objects.create(assignment=quiz, closes_at=at(9), extra_attempts=1, reason="Ill", **given)
    student = moved(student, target, teacher, now)
    assert transfer_attempts(student, by=teacher, now=now) == 1
    cell = gradebook(target, now=now).rows[0].cells[0]
    assert (cell.is_late, cell.due_at) == (is_late, at(due_shown))
    [shown] = student_assignments(student, now=now).done
    assert shown.is_late == is_late
    kept = Extension.objects.get(assignment=quiz)
    assert (kept.closes_at, kept.extra_attempts, kept.reason) == (at(9), 1, "Ill")


def test_old_class_keeps_the_record(
    done: Attempt,
    quiz: Assignment,
    student: Student,
    target: Classroom,
    teacher: User,
    teacher_client: Client,
    now: datetime,
) -> None:
    old = done.classroom
    assert moved_away(old) == []
    transfer_attempts(moved(student, target, teacher, now), by=teacher, now=now)
    [record] = moved_away(old)
    assert (record.student, record.attempts) == (student, (done,))
    page = teacher_client.get(reverse("classroom_gradebook", args=[old.public_id]))
    shown = "Moved to another class Not in the averages and files on this page Maya Lopez , now in Period 6"
    assert shown in text_of(page)
    assert reverse("attempt_review", args=[done.public_id]) in read(page).links
    for layout in ("scores", "score_rows", "answers"):
        sent = {"layout": layout, "form": "csv"}
        file = teacher_client.post(reverse("download_file", args=[old.public_id]), sent)
        assert file.headers["Content-Type"].startswith("text/csv")
        assert "Maya" not in file.content.decode("utf-8-sig")
    assert moved_away(target) == []


def test_record_costs_one_query_for_any_number(
    assignment: Assignment, target: Classroom, teacher: User, now: datetime, queries: Callable[[], Any]
) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            student = make_student(classroom=assignment.classroom)
            submit_attempt(make_attempt(assignment=assignment, student=student), now=now)
            move_student(student, to=target, by=teacher, now=now)
        with queries() as seen:
            moved_away(assignment.classroom)
        counts.append(len(seen))
    assert counts == [1, 1]


def test_saves_after_a_deadline_that_was_moved_stay_counted(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    """The log of the deadline's move is in the old class."""
    Attempt.objects.filter(pk=done.pk).update(deadline_at=done.started_at - timedelta(hours=1))
    AuditEvent.objects.record(
        "assignment_changed",
        actor=teacher,
        classroom=done.classroom,
        at=now + timedelta(hours=1),
        assignment=done.assignment.public_id,
    )
    transfer_attempts(moved(student, target, teacher, now), by=teacher, now=now + timedelta(hours=2))
    assert [finding.broken for finding in check_integrity()] == [(), (), (), ()]


def test_erasing_takes_copies_too(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher: User, now: datetime
) -> None:
    student = moved(student, target, teacher, now)
    transfer_attempts(student, by=teacher, now=now)
    erase_classroom(done.classroom, by=teacher, now=now)
    copy = Attempt.objects.get()
    assert (copy.carried_from, copy.score) == (None, done.score)
    erase_student(student, by=teacher, now=now)
    assert not Attempt.objects.exists()


def test_teacher_says_where_the_work_counts(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher_client: Client
) -> None:
    page = reverse("student_history", args=[student.public_id])
    move = reverse("move_student", args=[student.public_id])
    assert "Also count finished work in the new class" in text_of(teacher_client.get(page))
    sent = {"classroom": target.public_id, "transfers_work": "on"}
    question = teacher_client.post(move, sent)
    assert 'name="transfers_work"' in question.content.decode()
    teacher_client.post(move, {"classroom": target.public_id, "is_confirmed": "on"})
    assert Attempt.objects.count() == 1
    later = text_of(teacher_client.get(page))
    assert "Finished in another class, not counted in Period 6: 1" in later
    counted = teacher_client.post(reverse("transfer_work", args=[student.public_id]), follow=True)
    assert "1 quiz counts in Period 6 too." in text_of(counted)
    assert "Done in another class, counts here too" in text_of(counted)
    assert "not counted in Period 6" not in text_of(counted)
    assert Attempt.objects.count() == 2


def test_move_carries_the_work_in_the_same_act(
    done: Attempt, quiz: Assignment, student: Student, target: Classroom, teacher_client: Client
) -> None:
    page = sent_with_work(teacher_client, student, target)
    assert "Print a new card. 1 quiz counts here too." in text_of(page)
    assert "The score isn’t the same" not in text_of(page)
    assert Attempt.objects.filter(classroom=target, submitted_at__isnull=False).count() == 1


@pytest.mark.parametrize("moves_first", [True, False])
def test_score_that_other_regrades_make_in_the_new_class_is_said(
    moves_first: bool,
    assignment: Assignment,
    quiz: Assignment,
    student: Student,
    target: Classroom,
    teacher: User,
    teacher_client: Client,
    now: datetime,
) -> None:
    done = make_answered_attempt(assignment=assignment, student=student, right=0)
    make_regrade(assignment=done.assignment)
    rescore([done])
    if moves_first:
        moved(student, target, teacher, now)
        page = teacher_client.post(reverse("transfer_work", args=[student.public_id]), follow=True)
    else:
        page = sent_with_work(teacher_client, student, target)
    said = "The score isn’t the same here as in the old class: “Small set”. Check the regrades of both classes."
    assert said in text_of(page)


@pytest.mark.parametrize(
    ("given", "is_told"),
    [("extension", True), ("excuse", True), ("used extension", False), ("half of a check", False), ("", False)],
)
def test_move_names_the_extensions_and_excuses_that_stay(
    given: str,
    is_told: bool,
    assignment: Assignment,
    quiz: Assignment,
    student: Student,
    target: Classroom,
    teacher: User,
    teacher_client: Client,
    now: datetime,
) -> None:
    row = {"assignment": assignment, "student": student, "given_by": teacher, "given_at": now}
    if "extension" in given:
        Extension.objects.create(**row, closes_at=now + timedelta(days=1), reason="Ill")
    elif given:
        Excuse.objects.create(**row, reason_kind="typed" if given == "excuse" else ReasonKind.OTHER_FORM)
    if given == "used extension":
        make_answered_attempt(assignment=assignment, student=student)
    question = teacher_client.post(reverse("move_student", args=[student.public_id]), {"classroom": target.public_id})
    said = "stays in “Period 3”: “Small set”. Set it again in “Period 6” if it’s needed there."
    assert (said in text_of(question)) is is_told
