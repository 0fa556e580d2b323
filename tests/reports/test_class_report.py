"""What a class understood: misconceptions, each question, each student by objective."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Extension, Student, User
from quizzes.reports.class_report import ClassReport, class_report
from quizzes.reports.objective_scores import GOT_IT_SHARE
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_student,
    right_value,
)
from tests.reports.test_item_report import regrade

Gather = Callable[[], AbstractContextManager[Any]]


def sit(assignment: Assignment, count: int, *, student: Student | None = None, **answers: Any) -> None:
    """So many students, or this one, who answer as told, and all else right."""
    questions = published(assignment.edition_id).document.questions
    right = {question.key: right_value(question) for question in questions}
    for _ in range(count):
        make_answered_attempt(assignment=assignment, student=student, answers={**right, **answers})


def named(report: ClassReport) -> list[tuple[int, str, int]]:
    """Each misconception: the number of its question, the wrong answer, how many gave it."""
    return [
        (shared.question.number, shared.choice.option.text, shared.choice.count) for shared in report.misconceptions
    ]


def test_report_names_the_commonest_error_over_all_questions_with_its_evidence(assignment: Assignment) -> None:
    sit(assignment, 3, proof=["s3"])
    sit(assignment, 4, one="a")

    report = class_report(assignment, now=NOW)

    assert named(report) == [(1, "Citizenship", 4), (4, "Sentence 3: The mayor said that the rules were broken.", 3)]
    assert [[sentence.key for sentence in shared.evidence] for shared in report.misconceptions] == [
        ["s1"],
        ["s5", "s6"],
    ]


def test_report_shows_the_evidence_of_the_statement_with_the_wrong_speaker(assignment: Assignment) -> None:
    sit(assignment, 3, who={"a": "mayor", "b": "mayor", "c": "not_stated"})

    [shared] = class_report(assignment, now=NOW).misconceptions

    assert shared.choice.option.text == "“People are easy to find.” Mayor’s account"
    assert shared.correct == ("Protesters’ claim",)
    assert [sentence.key for sentence in shared.evidence] == ["s4"]
    # The author's reason is about the statement. It need not fit this speaker, so it is only the feedback.
    [statement] = [part for part in shared.question.question.statements if part.id == "b"]
    assert (shared.choice.option.why, shared.feedback) == ("", statement.rationale)
    assert shared.feedback.startswith("rationale")


def test_a_statement_that_no_one_says_has_no_evidence(assignment: Assignment) -> None:
    sit(assignment, 3, who={"a": "mayor", "b": "protesters", "c": "mayor"})

    [shared] = class_report(assignment, now=NOW).misconceptions

    assert shared.correct == ("The story does not say",)
    assert shared.evidence == ()


@pytest.mark.parametrize(
    ("wrong", "right", "is_strong"), [(3, 0, False), (4, 8, True), (4, 9, False), (5, 10, True), (6, 24, False)]
)
def test_a_third_of_the_class_and_more_than_three_is_a_strong_sign(
    wrong: int, right: int, is_strong: bool, assignment: Assignment
) -> None:
    sit(assignment, wrong, one="a")
    sit(assignment, right)
    [shared] = class_report(assignment, now=NOW).misconceptions
    assert shared.is_strong is is_strong
    assert shared.correct == ("Birthplace",)


@pytest.mark.parametrize(("wrong", "right", "count"), [(2, 0, 0), (3, 12, 1), (3, 13, 0), (4, 16, 1)])
def test_a_misconception_is_shared_by_3_students_and_a_fifth(
    wrong: int, right: int, count: int, assignment: Assignment
) -> None:
    sit(assignment, wrong, one="a")
    sit(assignment, right)
    assert len(class_report(assignment, now=NOW).misconceptions) == count


@pytest.mark.parametrize("policy", ["drop", "full_credit"])
def test_report_names_at_most_three_and_none_of_what_is_dropped_or_free(
    policy: str, assignment: Assignment, teacher: User
) -> None:
    sit(assignment, 5, one="a", some=["b"], proof=["s3"], who={"a": "reporter", "b": "reporter", "c": "reporter"})
    sit(assignment, 1, some=["b"])
    shared = named(class_report(assignment, now=NOW))
    assert (len(shared), shared[0][0]) == (3, 2)

    regrade(assignment, "some", policy, teacher)

    report = class_report(assignment, now=NOW)
    assert 2 not in {number for number, _, _ in named(report)}
    assert not report.questions[1].is_to_reteach


def test_report_of_a_class_that_knows_everything_has_nothing_to_reteach(assignment: Assignment) -> None:
    sit(assignment, 3)
    report = class_report(assignment, now=NOW)
    assert (report.misconceptions, report.weak, report.retry.questions, report.needing_help) == ((), (), (), ())


def test_part_of_the_points_of_a_long_question_is_not_weak(assignment: Assignment) -> None:
    # Nobody has full credit for question 3, and each student has 2 of its 3 points.
    sit(assignment, 1, who={"a": "reporter", "b": "protesters", "c": "not_stated"})
    sit(assignment, 1, who={"a": "mayor", "b": "mayor", "c": "not_stated"})

    line = class_report(assignment, now=NOW).questions[2]

    assert (line.full_share, line.points_share, line.is_weak) == (0, pytest.approx(2 / 3), False)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(20))
def test_what_to_reteach_never_contradicts_the_tables(seed: int, assignment: Assignment) -> None:
    chance = Random(seed)
    questions = published(assignment.edition_id).document.questions
    for _ in range(chance.randint(1, 9)):
        answers = {
            question.key: chance.choice([right_value(question), question.wrong_answer(chance.choice)])
            for question in questions
        }
        make_answered_attempt(assignment=assignment, answers=answers)

    report = class_report(assignment, now=NOW)

    tagged = {line.report.number for line in report.questions if line.is_to_reteach}
    assert tagged == {number for number, _, _ in named(report)} | {line.report.number for line in report.weak}
    wrong = sorted(
        (
            choice.count
            for line in report.questions
            for choice in line.report.figures.choices
            if not choice.option.right and choice.count >= 3 and choice.count * 5 >= report.attempt_count
        ),
        reverse=True,
    )
    assert [count for _, _, count in named(report)] == wrong[:3]
    for shared in report.misconceptions:
        assert len(shared.students) == len(set(shared.students)) == shared.choice.count
    # The retry starts with the questions of these wrong answers. None outside it is weaker than the others in it.
    shares = {line.report.number: line.points_share or 0 for line in report.questions}
    inside = {question.number for question in report.retry.questions}
    assert {line.report.number for line in report.retry.shared} == {number for number, _, _ in named(report)}
    outside = [share for number, share in shares.items() if number not in inside]
    added = [shares[line.report.number] for line in report.retry.weakest]
    assert not added or not outside or max(added) <= min(outside)
    assert len(inside) == 3 or min(outside, default=1) >= GOT_IT_SHARE


def test_report_counts_who_had_a_question_wholly_right(assignment: Assignment) -> None:
    sit(assignment, 3, proof=["s3"])
    sit(assignment, 1, some=["a"])

    report = class_report(assignment, now=NOW)

    assert [
        (line.right_count, line.full_share, line.points_share, line.is_to_reteach) for line in report.questions
    ] == [
        (4, Fraction(1), 1, False),
        (3, Fraction(3, 4), 0.875, False),
        (4, Fraction(1), 1, False),
        (1, Fraction(1, 4), 0.25, True),
    ]


def test_retry_starts_with_the_shared_wrong_answers_and_adds_the_weakest(assignment: Assignment) -> None:
    sit(assignment, 3, who={"a": "reporter", "b": "protesters", "c": "not_stated"}, some=["b"])
    sit(assignment, 3, some=["a"], proof=["s5"])
    sit(assignment, 4)

    retry = class_report(assignment, now=NOW).retry

    # Question 3 has 90 % of the points, and a wrong answer of 3 students. Question 2 is weaker.
    assert [line.report.number for line in retry.shared] == [2, 3]
    assert [line.report.number for line in retry.weakest] == []
    assert [question.number for question in retry.questions] == [2, 3]


def test_histogram_has_each_student_once_and_says_who_needs_help(assignment: Assignment) -> None:
    for right in (0, 0, 2, 3, 4):
        make_answered_attempt(assignment=assignment, right=right)

    report = class_report(assignment, now=NOW)

    # 0, 0, 3, 6 and 8 of 8 points.
    assert [(part.label, part.count, part.help_count) for part in report.histogram] == [
        ("0", 2, 2),
        ("1", 0, 0),
        ("2", 0, 0),
        ("3", 1, 1),
        ("4", 0, 0),
        ("5", 0, 0),
        ("6", 1, 0),
        ("7", 0, 0),
        ("8", 1, 0),
    ]
    assert [(line.earned, line.possible) for line in report.needing_help] == [(0, 8), (0, 8), (3, 8)]


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
        (sentence.sentence.key, sentence.misread.attempt_count, sentence.tint)
        for paragraph in mapped
        for sentence in paragraph
        if sentence.misread
    ] == [("s2", 1, 1), ("s3", 4, 4)]


def test_report_agrees_with_the_stored_scores(assignment: Assignment) -> None:
    for right in (0, 1, 2, 3, 4):
        make_answered_attempt(assignment=assignment, right=right)

    lines = class_report(assignment, now=NOW).lines

    assert len(lines) == 5
    for line in lines:
        assert line.attempt is not None
        stored = Attempt.objects.get(pk=line.attempt.pk)
        assert sum(score.earned for score in line.scores if score) == stored.score


@pytest.mark.parametrize("count", [1, 30])
def test_report_costs_a_fixed_number_of_queries(edition: Edition, queries: Gather, count: int) -> None:
    assignment = make_assignment(edition=edition, classroom=make_classroom())
    for number in range(count):
        make_answered_attempt(assignment=assignment, right=number % 5)
    published(edition.pk)

    with queries() as seen:
        class_report(assignment, now=NOW)

    assert len(seen) == 10


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

    assert [(line.student, line.status, line.student_status.is_late) for line in lines] == [
        (ana, Status.SUBMITTED, True),
        (ben, Status.SUBMITTED, False),
        (chi, Status.MISSING, False),
        (dee, Status.NOT_STARTED, False),
    ]
