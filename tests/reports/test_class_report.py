"""What a class understood: the weakest objective, each question, each student by objective."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Extension, Student, User
from quizzes.reports.class_report import class_report
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_student,
    right_value,
)

Gather = Callable[[], AbstractContextManager[Any]]


def sit(assignment: Assignment, count: int, *, student: Student | None = None, **answers: Any) -> None:
    """So many students, or this one, who answer as told, and all else right."""
    questions = published(assignment.edition_id).document.questions
    right = {question.key: right_value(question) for question in questions}
    for _ in range(count):
        make_answered_attempt(assignment=assignment, student=student, answers={**right, **answers})


def test_report_names_the_weakest_objective_its_commonest_wrong_answer_and_the_proof(assignment: Assignment) -> None:
    sit(assignment, 3, proof=["s3"])
    sit(assignment, 1, one="a")

    report = class_report(assignment, now=NOW)

    assert report.reteach is not None
    assert report.reteach.objective.objective.key == "ended"
    assert report.reteach.objective.share == Fraction(14, 20)
    assert report.reteach.question is not None
    assert report.reteach.question.number == 4
    assert report.reteach.question.commonest_wrong is not None
    assert report.reteach.question.commonest_wrong.count == 3
    assert [sentence.key for sentence in report.reteach.question.evidence] == ["s5", "s6"]


def test_report_of_a_class_that_knows_everything_has_nothing_to_reteach(assignment: Assignment) -> None:
    sit(assignment, 2)
    assert class_report(assignment, now=NOW).reteach is None


def test_report_counts_who_had_a_question_wholly_right(assignment: Assignment) -> None:
    sit(assignment, 3, proof=["s3"])
    sit(assignment, 1, some=["a"])

    report = class_report(assignment, now=NOW)

    assert [(line.right_count, line.share, line.is_weak) for line in report.questions] == [
        (4, Fraction(1), False),
        (3, Fraction(3, 4), False),
        (4, Fraction(1), False),
        (1, Fraction(1, 4), True),
    ]
    assert [line.report.number for line in report.hardest] == [4, 2]


def test_report_puts_who_needs_most_help_first_and_tells_the_rest_apart(assignment: Assignment, teacher: User) -> None:
    classroom = assignment.classroom
    ana, ben, chi, dee, eva = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Chi", "D", "E"))
    make_answered_attempt(assignment=assignment, student=ana)
    make_answered_attempt(assignment=assignment, student=chi, right=2)
    make_attempt(assignment=assignment, student=dee)
    make_answered_attempt(assignment=assignment, student=eva, right=0)
    Excuse.objects.create(assignment=assignment, student=eva, reason="Ill", given_by=teacher, given_at=NOW)

    lines = class_report(assignment, now=NOW).lines

    assert [
        (line.student, line.status, [score and (score.earned, score.points) for score in line.scores]) for line in lines
    ] == [
        (chi, Status.SUBMITTED, [(3, 3), (0, 5)]),
        (ana, Status.SUBMITTED, [(3, 3), (5, 5)]),
        (ben, Status.NOT_STARTED, []),
        (dee, Status.IN_PROGRESS, []),
        (eva, Status.EXCUSED, []),
    ]


@pytest.mark.parametrize(("policy", "points"), [("first", 0), ("best", 8), ("latest", 3)])
def test_report_takes_the_attempt_that_counts(edition: Edition, policy: str, points: int) -> None:
    assignment = make_assignment(edition=edition, max_attempts=3, attempt_policy=policy)
    student = make_student(classroom=assignment.classroom)
    for number, right in enumerate((0, 4, 2), start=1):
        make_answered_attempt(assignment=assignment, student=student, number=number, right=right)

    report = class_report(assignment, now=NOW)

    assert sum(score.earned for score in report.lines[0].scores if score) == points
    assert report.items.figures.mean == points


def test_report_maps_the_planted_sentence_and_hides_the_map_below_five(assignment: Assignment) -> None:
    sit(assignment, 4, proof=["s3"])
    assert class_report(assignment, now=NOW).misread is None

    sit(assignment, 1, one="a")
    mapped = class_report(assignment, now=NOW).misread

    assert mapped is not None
    assert [
        (sentence.sentence.key, sentence.misread.attempt_count, sentence.is_often_misread)
        for paragraph in mapped
        for sentence in paragraph
        if sentence.misread
    ] == [("s2", 1, False), ("s3", 4, True)]


def test_report_agrees_with_the_stored_scores(assignment: Assignment) -> None:
    for right in (0, 1, 2, 3, 4):
        make_answered_attempt(assignment=assignment, right=right)

    lines = class_report(assignment, now=NOW).lines

    for line in lines:
        assert line.attempt is not None
        stored = Attempt.objects.get(pk=line.attempt.pk)
        assert sum(score.earned for score in line.scores if score) == stored.score


@pytest.mark.parametrize("count", [1, 30])
def test_report_costs_a_fixed_number_of_statements(edition: Edition, queries: Gather, count: int) -> None:
    assignment = make_assignment(edition=edition, classroom=make_classroom())
    for number in range(count):
        make_answered_attempt(assignment=assignment, right=number % 5)
    published(edition.pk)

    with queries() as seen:
        class_report(assignment, now=NOW)

    assert len(seen) == 11


def test_report_tells_late_and_missing_by_the_students_own_due_time(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW)
    ana, ben, chi, dee = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Chi", "Dee"))
    for student in (ana, ben):
        make_answered_attempt(assignment=assignment, student=student)
    for student in (ben, dee):
        Extension.objects.create(
            assignment=assignment, student=student, due_at=NOW + timedelta(hours=1), given_by=teacher, given_at=NOW
        )

    lines = class_report(assignment, now=NOW + timedelta(minutes=2)).lines

    assert [(line.student, line.status, line.found.is_late) for line in lines] == [
        (ana, Status.SUBMITTED, True),
        (ben, Status.SUBMITTED, False),
        (chi, Status.MISSING, False),
        (dee, Status.NOT_STARTED, False),
    ]
