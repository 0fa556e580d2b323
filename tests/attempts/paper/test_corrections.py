"""Paper answers that were entered for the wrong student are moved or taken away, and the attempt is free again."""

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.attempts.lifecycle import start_attempt
from quizzes.attempts.paper.answers import stored_paper_answers
from quizzes.attempts.paper.corrections import (
    CannotReceive,
    PaperAnswersChanged,
    delete_paper_answers,
    move_paper_answers,
)
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, Student, User
from tests.attempts.paper.test_answers import LATER, type_in, values_of
from tests.factories import NOW, make_answered_attempt, make_student
from tests.integrity import broken
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db
Action = AuditEvent.Action


@pytest.fixture
def ben(student: Student) -> Student:
    return make_student(classroom=student.classroom, name="Ben O.")


@pytest.fixture
def sheet(assignment: Assignment, student: Student, teacher: User) -> Attempt:
    type_in(assignment, student, values_of(assignment, right=3), by=teacher, letter="B")
    return assignment.attempts.get()


def version_of(assignment: Assignment, student: Student) -> int:
    [stored] = stored_paper_answers(assignment, [student])
    return stored.version


def move(assignment: Assignment, student: Student, to: Student, *, by: User) -> Attempt:
    return move_paper_answers(assignment, student, to, seen=version_of(assignment, student), by=by, now=LATER)


def test_a_moved_sheet_keeps_receipt_score_and_log(
    sheet: Attempt, assignment: Assignment, student: Student, ben: Student, teacher: User
) -> None:
    log = list(AnswerEvent.objects.order_by("pk").values())
    # The answers came in a merge, which a teacher may undo.
    assignment.attempts.update(made_as=make_student(classroom=student.classroom))

    move(assignment, student, ben, by=teacher)

    [moved] = assignment.attempts.all()
    assert (moved.pk, moved.student, moved.made_as, moved.number) == (sheet.pk, ben, None, 1)
    assert (moved.receipt, moved.score, moved.seed) == (sheet.receipt, sheet.score, sheet.seed)
    assert list(AnswerEvent.objects.order_by("pk").values()) == log
    events = AuditEvent.objects.filter(action=Action.PAPER_MOVED).order_by("pk")
    assert [(event.student, event.detail["direction"], event.detail["receipt"]) for event in events] == [
        (student, "from", sheet.receipt),
        (ben, "to", sheet.receipt),
    ]
    assert broken() == []
    # The first student has the attempt again.
    assert start_attempt(student, assignment, now=NOW).number == 1
    assert broken() == []


def test_deleted_paper_answers_leave_the_attempt_free_and_a_line_in_the_log(
    sheet: Attempt, assignment: Assignment, student: Student, teacher: User
) -> None:
    seen = version_of(assignment, student)
    delete_paper_answers(assignment, student, seen=seen, by=teacher, now=LATER)

    assert [model.objects.count() for model in (Attempt, Answer, AnswerEvent)] == [0, 0, 0]
    event = AuditEvent.objects.get(action=Action.PAPER_DELETED)
    assert (event.actor, event.student, event.at) == (teacher, student, LATER)
    assert event.detail == {
        "assignment": assignment.public_id,
        "attempt": sheet.public_id,
        "receipt": sheet.receipt,
        "form": "B",
        "answers": 4,
        "score": str(sheet.score),
        "max_score": sheet.max_score,
    }
    assert broken() == []
    with pytest.raises(PaperAnswersChanged):
        delete_paper_answers(assignment, student, seen=seen, by=teacher, now=LATER)
    assert AuditEvent.objects.filter(action=Action.PAPER_DELETED).count() == 1
    assert start_attempt(student, assignment, now=NOW).number == 1


@pytest.mark.parametrize("act", ["move", "delete"])
def test_later_attempts_on_screen_are_numbered_again(
    act: str, assignment: Assignment, student: Student, ben: Student, teacher: User
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(max_attempts=3)
    assignment.refresh_from_db()
    type_in(assignment, student, values_of(assignment), by=teacher)
    on_screen = start_attempt(student, assignment, now=NOW)
    assert on_screen.number == 2
    other = make_answered_attempt(assignment=assignment, student=ben)

    if act == "move":
        assert move(assignment, student, ben, by=teacher).number == 2
    else:
        seen = version_of(assignment, student)
        delete_paper_answers(assignment, student, seen=seen, by=teacher, now=LATER)

    on_screen.refresh_from_db()
    other.refresh_from_db()
    assert (on_screen.number, other.number) == (1, 1)
    assert broken() == []


def test_a_student_with_a_sheet_or_without_an_attempt_receives_none(
    sheet: Attempt, assignment: Assignment, student: Student, ben: Student, teacher: User
) -> None:
    type_in(assignment, ben, values_of(assignment), by=teacher)
    cara = make_student(classroom=student.classroom, name="Cara P.")
    make_answered_attempt(assignment=assignment, student=cara)
    for to in (ben, cara):
        with pytest.raises(CannotReceive):
            move(assignment, student, to, by=teacher)
    assert Attempt.objects.get(pk=sheet.pk).student == student
    assert not AuditEvent.objects.filter(action=Action.PAPER_MOVED).exists()


def test_a_sheet_that_changed_meanwhile_stays(
    sheet: Attempt, assignment: Assignment, student: Student, ben: Student, teacher: User
) -> None:
    seen = version_of(assignment, student)
    type_in(assignment, student, values_of(assignment, right=1), by=teacher, letter="B")

    with pytest.raises(PaperAnswersChanged):
        move_paper_answers(assignment, student, ben, seen=seen, by=teacher, now=LATER)
    with pytest.raises(PaperAnswersChanged):
        delete_paper_answers(assignment, student, seen=seen, by=teacher, now=LATER)
    assert (Attempt.objects.get().student, Attempt.objects.get().pk) == (student, sheet.pk)


def test_teacher_moves_a_sheet_and_takes_it_away_on_its_page(
    sheet: Attempt,
    assignment: Assignment,
    student: Student,
    ben: Student,
    teacher_client: Client,
    student_client: Client,
) -> None:
    address = reverse("student_paper_answers", args=[assignment.public_id, student.public_id])
    form = form_of(teacher_client.get(address), having="student")

    refused = teacher_client.post(form.action, form.data(student=""), follow=True)
    assert "Choose the student for these paper answers." in text_of(refused)
    done = teacher_client.post(form.action, form.data(student=ben.public_id), follow=True)
    assert (
        f"{ben.display_name} has these paper answers now. {student.display_name} can use the attempt again."
        in text_of(done)
    )
    again = teacher_client.post(form.action, form.data(student=ben.public_id), follow=True)
    assert "Choose the student for these paper answers." not in text_of(again)
    assert Attempt.objects.get().student == ben
    start = reverse("start_attempt", args=[assignment.public_id])
    assert start in student_client.get(reverse("student_home")).content.decode()
    assert "No attempts left" not in text_of(student_client.get(start))

    of_ben = reverse("student_paper_answers", args=[assignment.public_id, ben.public_id])
    action = reverse("delete_paper_answers", args=[assignment.public_id, ben.public_id])
    assert action in teacher_client.get(of_ben).content.decode()
    gone = teacher_client.post(action, {"seen": str(version_of(assignment, ben))}, follow=True)
    assert f"Deleted. {ben.display_name} can use the attempt again." in text_of(gone)
    assert "Wrong student?" not in text_of(gone)
    again = teacher_client.post(action, {"seen": "1"}, follow=True)
    assert "changed after you opened the page" not in text_of(again)
    assert not Attempt.objects.exists()
