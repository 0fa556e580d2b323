"""Answers entered from paper are attempts on paper and earn the same points as on screen."""

import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.assignments.status import MOST_ATTEMPTS
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import NoAttemptsLeft, start_attempt
from quizzes.attempts.paper.answers import PaperAnswers, PaperOutcome, form_of, save_paper_answers, stored_paper_answers
from quizzes.attempts.paper.handout import FormLetter
from quizzes.content.editions import published
from quizzes.content.question_types.question import Value
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.grading import regrades
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Classroom, Edition, Extension, Student, User
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import item_report
from tests.conftest import Queries
from tests.content.question_types.test_walk import ANSWERS, DOCUMENT
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_edition,
    make_student,
    make_submitted_attempts,
    right_value,
    wrong_value,
)
from tests.files.test_class_export import empty_site
from tests.integrity import broken

LATER = NOW + timedelta(days=3)


def values_of(assignment: Assignment, *, right: int = 4, **changes: Value) -> dict[str, Value]:
    """An answer to every question, the first `right` of them correct."""
    questions = published(assignment.edition_id).document.questions
    given = {
        question.key: right_value(question) if place < right else wrong_value(question)
        for place, question in enumerate(questions)
    }
    return {**given, **changes}


def type_in(
    assignment: Assignment,
    student: Student,
    values: Mapping[str, Value],
    *,
    by: User,
    letter: FormLetter = "A",
    seen: int | None = None,
    operation: str = "page",
    now: datetime = LATER,
) -> PaperOutcome:
    """Save the paper answers of one student. seen: by default the stored version."""
    if seen is None:
        [there] = stored_paper_answers(assignment, [student])
        seen = there.version
    [outcome] = save_paper_answers(
        assignment, [PaperAnswers(student, letter, values, seen)], operation=operation, by=by, now=now
    )
    return outcome


# --- What is stored -----------------------------------------------------------------------------------------------


def test_paper_answers_become_a_submitted_attempt(assignment: Assignment, student: Student, teacher: User) -> None:
    assert type_in(assignment, student, values_of(assignment, right=3), by=teacher, letter="B") == "saved"

    attempt = assignment.attempts.get()
    form = form_of(assignment, "B")
    assert (attempt.medium, attempt.is_on_paper, attempt.is_open) == ("paper", True, False)
    assert (attempt.number, attempt.student, attempt.classroom_id) == (1, student, assignment.classroom_id)
    assert (attempt.score, attempt.max_score) == (Decimal(6), 8)
    assert (attempt.started_at, attempt.submitted_at, attempt.deadline_at) == (LATER, LATER, None)
    assert attempt.receipt
    # The student sees the questions and choices in the printed order.
    assert content_of(attempt).questions == form.questions
    assert content_of(attempt).shuffle == form.shuffle
    assert broken() == []


def test_entering_paper_answers_is_recorded(assignment: Assignment, student: Student, teacher: User) -> None:
    type_in(assignment, student, values_of(assignment), by=teacher)

    event = AuditEvent.objects.get(action=AuditEvent.Action.PAPER_TYPED)
    assert (event.actor, event.student, event.classroom, event.at) == (teacher, student, assignment.classroom, LATER)
    assert event.detail == {
        "assignment": assignment.public_id,
        "attempt": assignment.attempts.get().public_id,
        "form": "A",
        "answers": 4,
    }


def test_paper_answers_sent_twice_are_stored_once(assignment: Assignment, student: Student, teacher: User) -> None:
    values = values_of(assignment)

    outcomes = [type_in(assignment, student, values, by=teacher, seen=0) for _ in range(3)]

    assert outcomes == ["saved", "unchanged", "unchanged"]
    attempt = assignment.attempts.get()
    assert attempt.events.count() == 4
    assert list(attempt.answers.values_list("revision", flat=True)) == [1, 1, 1, 1]
    assert AuditEvent.objects.filter(action=AuditEvent.Action.PAPER_TYPED).count() == 1


def test_answers_entered_again_are_in_the_log(assignment: Assignment, student: Student, teacher: User) -> None:
    type_in(assignment, student, values_of(assignment), by=teacher)
    receipt = assignment.attempts.get().receipt
    type_in(assignment, student, values_of(assignment, one="a", some=None), by=teacher, operation="second")
    type_in(assignment, student, values_of(assignment, some=None), by=teacher, operation="second")

    attempt = assignment.attempts.get()
    assert dict(attempt.answers.values_list("question__key", "revision")) == {"one": 3, "some": 2, "who": 1, "proof": 1}
    log = attempt.events.filter(question__key="one").order_by("pk").values_list("value", "revision", "outcome")
    assert list(log) == [("b", 1, "saved"), ("a", 2, "saved"), ("b", 3, "saved")]
    assert (attempt.score, attempt.receipt) == (Decimal(6), receipt)
    assert broken() == []


def test_paper_answers_on_another_form_stay_the_same(assignment: Assignment, student: Student, teacher: User) -> None:
    values = values_of(assignment)
    type_in(assignment, student, values, by=teacher, letter="A")

    assert type_in(assignment, student, values, by=teacher, letter="B", operation="again") == "saved"

    attempt = assignment.attempts.get()
    assert content_of(attempt).questions == form_of(assignment, "B").questions
    assert (attempt.score, attempt.events.count()) == (Decimal(8), 4)
    [there] = stored_paper_answers(assignment, [student])
    assert (there.letter, there.values) == ("B", values)


def test_answers_that_others_entered_meanwhile_are_not_overwritten(
    assignment: Assignment, student: Student, teacher: User
) -> None:
    type_in(assignment, student, values_of(assignment), by=teacher, seen=0)

    outcome = type_in(assignment, student, values_of(assignment, one="a"), by=teacher, seen=0, operation="other")

    assert outcome == "changed"
    assert assignment.attempts.get().answers.get(question__key="one").value == "b"
    other = make_assignment(edition=make_edition(document=DOCUMENT), classroom=assignment.classroom)
    stale = Assignment.objects.get(pk=assignment.pk)
    Assignment.objects.filter(pk=assignment.pk).update(edition=other.edition)
    assert type_in(stale, student, values_of(stale, one="a"), by=teacher) == "other_edition"
    Assignment.objects.filter(pk=assignment.pk).update(edition=stale.edition)
    # The same answers from two teachers are no conflict.
    assert type_in(assignment, student, values_of(assignment), by=teacher, seen=0, operation="other") == "unchanged"


def test_paper_without_answers_can_be_submitted(assignment: Assignment, student: Student, teacher: User) -> None:
    nothing = dict.fromkeys(values_of(assignment))

    assert type_in(assignment, student, nothing, by=teacher) == "saved"
    assert type_in(assignment, student, nothing, by=teacher) == "unchanged"

    attempt = assignment.attempts.get()
    assert (attempt.score, attempt.max_score, attempt.answers.count()) == (Decimal(0), 8, 0)
    assert broken() == []


# --- Paper and screen ---------------------------------------------------------------------------------------------


def test_an_attempt_on_a_screen_is_never_overwritten(assignment: Assignment, student: Student, teacher: User) -> None:
    on_screen = make_answered_attempt(assignment=assignment, student=student, right=1)
    before = list(on_screen.answers.order_by("pk").values())

    assert type_in(assignment, student, values_of(assignment), by=teacher) == "no_attempt_left"

    assert list(assignment.attempts.values_list("medium", flat=True)) == ["screen"]
    assert list(on_screen.answers.order_by("pk").values()) == before


@pytest.mark.parametrize(("policy", "counts"), [("first", "screen"), ("latest", "paper"), ("best", "paper")])
def test_paper_answers_are_another_attempt_and_the_policy_decides(
    policy: str, counts: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=2, attempt_policy=policy)
    make_answered_attempt(assignment=assignment, student=student, right=1)

    assert type_in(assignment, student, values_of(assignment), by=teacher) == "saved"

    assert list(assignment.attempts.order_by("number").values_list("number", "medium")) == [(1, "screen"), (2, "paper")]
    [row] = gradebook(classroom, now=LATER).rows
    assert row.cells[0].attempt is not None
    assert row.cells[0].attempt.medium == counts


def test_paper_answers_use_an_attempt_of_their_student(assignment: Assignment, student: Student, teacher: User) -> None:
    type_in(assignment, student, values_of(assignment), by=teacher)

    with pytest.raises(NoAttemptsLeft):
        start_attempt(student, assignment, now=LATER)


def test_paper_answers_are_the_last_of_unlimited_attempts(
    edition: Edition, classroom: Classroom, student: Student, classmate: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
    for one, made_count in ((student, MOST_ATTEMPTS - 1), (classmate, MOST_ATTEMPTS)):
        make_submitted_attempts(made_count, assignment=assignment, student=one)

    assert type_in(assignment, student, values_of(assignment), by=teacher) == "saved"
    assert type_in(assignment, classmate, values_of(assignment), by=teacher) == "no_attempt_left"
    # The stored answers can still be corrected.
    assert type_in(assignment, student, values_of(assignment, right=1), by=teacher) == "saved"

    assert assignment.attempts.filter(medium="paper").get().number == MOST_ATTEMPTS
    Extension.objects.create(
        assignment=assignment, student=classmate, extra_attempts=1, given_by=teacher, given_at=LATER
    )
    assert type_in(assignment, classmate, values_of(assignment), by=teacher) == "saved"


def test_a_student_at_work_keeps_on_working(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
    running = make_attempt(assignment=assignment, student=student)

    assert type_in(assignment, student, values_of(assignment), by=teacher) == "saved"

    assert start_attempt(student, assignment, now=LATER) == running


def test_paper_answers_entered_after_the_due_time_are_not_late(
    edition: Edition, classroom: Classroom, student: Student, classmate: Student, teacher: User
) -> None:
    """The site does not know when the student finished."""
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + timedelta(hours=1))
    type_in(assignment, student, values_of(assignment), by=teacher)
    make_answered_attempt(assignment=assignment, student=classmate, started_at=LATER)

    rows = gradebook(classroom, now=LATER).rows

    assert {row.student.pk: row.cells[0].is_late for row in rows} == {student.pk: False, classmate.pk: True}


@pytest.mark.parametrize("letter", ["A", "B"])
def test_the_same_answers_are_worth_the_same_on_paper_and_on_a_screen(
    letter: FormLetter, classroom: Classroom, student: Student, classmate: Student, teacher: User
) -> None:
    """For every question type. The test of the view enters them as text."""
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom)
    on_screen = make_answered_attempt(assignment=assignment, student=student, answers=ANSWERS)

    type_in(assignment, classmate, ANSWERS, by=teacher, letter=letter)

    on_paper = assignment.attempts.on_paper().get()
    assert (on_paper.score, on_paper.max_score) == (on_screen.score, on_screen.max_score)
    assert on_paper.score
    assert broken() == []


# --- Statistics, regrades, files ----------------------------------------------------------------------------------


def test_paper_answers_are_in_the_same_statistics(assignment: Assignment, classroom: Classroom, teacher: User) -> None:
    for right in range(5):
        make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom), right=right)
    screen = item_report([assignment])
    other = make_assignment(edition=assignment.edition, classroom=classroom, created_at=NOW)
    students = [make_student(classroom=classroom) for _ in range(5)]
    for right, student in enumerate(students):
        type_in(other, student, values_of(other, right=right), by=teacher, letter="AB"[right % 2])  # type: ignore[arg-type]

    paper = item_report([other])

    assert paper.figures == screen.figures
    assert (paper.paper_count, screen.paper_count) == (5, 0)
    assert paper.misread == screen.misread
    report = class_report(other, now=NOW)
    assert sum(line.attempt is not None and line.attempt.is_on_paper for line in report.lines) == 5


def test_paper_answers_are_regraded_with_the_others(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=0)
    type_in(assignment, classmate, values_of(assignment, right=0), by=teacher)
    before = assignment.attempts.on_paper().get().score or Decimal(0)
    question = assignment.edition.questions.get(position=1)
    seen = regrades.preview([assignment], question, policy="full_credit", document=None)
    regrades.apply(
        [assignment],
        question,
        policy="full_credit",
        document=None,
        reason="Unclear",
        stamp=seen.stamp,
        group=uuid.uuid4(),
        by=teacher,
        now=LATER,
    )

    scores = dict(assignment.attempts.values_list("medium", "score"))

    assert scores["paper"] == scores["screen"] == before + 1
    type_in(assignment, classmate, values_of(assignment, right=0, some=["a", "c"]), by=teacher, operation="again")
    assert assignment.attempts.on_paper().get().score == before + 3
    assert broken() == []


def test_paper_answers_are_exported_with_their_class(
    assignment: Assignment, classroom: Classroom, student: Student, teacher: User
) -> None:
    type_in(assignment, student, values_of(assignment, right=2), by=teacher, letter="B")
    values = stored_paper_answers(assignment, [student])[0].values
    content = export_classroom(classroom, now=LATER)
    assert [attempt["medium"] for attempt in json.loads(content)["attempts"]] == ["paper"]
    new_teacher = empty_site()

    again = import_classroom(content, by=new_teacher, now=LATER)

    there_again = again.assignments.select_related("edition").get()
    [there] = stored_paper_answers(there_again, list(again.students.all()))
    # The form is computed from the edition's content, so the other site finds its letter.
    assert (there.letter, there.values) == ("B", values)
    assert there.attempt is not None
    assert there.attempt.medium == "paper"
    assert broken() == []
    assert type_in(there_again, there.student, {**values, "one": "c"}, by=new_teacher, letter="B") == "saved"


def test_saving_costs_the_same_queries_for_one_student_and_thirty(
    assignment: Assignment,
    classroom: Classroom,
    teacher: User,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    published(assignment.edition_id)
    counts = []
    for size in (1, 30):
        sheets = [
            PaperAnswers(make_student(classroom=classroom), "AB"[place % 2], values_of(assignment), 0)  # type: ignore[arg-type]
            for place in range(size)
        ]
        with queries() as seen:
            assert set(save_paper_answers(assignment, sheets, operation="page", by=teacher, now=LATER)) == {"saved"}
        counts.append(len(seen))
        again = [PaperAnswers(sheet.student, sheet.letter, values_of(assignment, one="c"), 4) for sheet in sheets]
        with queries() as seen:
            assert set(save_paper_answers(assignment, again, operation="next", by=teacher, now=LATER)) == {"saved"}
        counts.append(len(seen))
    assert counts == [16, 15, 16, 15]
    assert Answer.objects.count() == 31 * 4


def test_receipts_of_paper_attempts_are_unique(assignment: Assignment, classroom: Classroom, teacher: User) -> None:
    sheets = [PaperAnswers(make_student(classroom=classroom), "A", values_of(assignment), 0) for _ in range(40)]

    save_paper_answers(assignment, sheets, operation="page", by=teacher, now=LATER)

    assert len(set(Attempt.objects.values_list("receipt", flat=True))) == 40


# --- The column ---------------------------------------------------------------------------------------------------
