"""Item reports from rows: what counts, what the figures rest on, and what wrong answers point to."""

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from quizzes.caches import clear_all
from quizzes.content.editions import published
from quizzes.content.question_types.question import Value
from quizzes.content.question_types.registry import TYPES, parse_question, regraded
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.models import Assignment, Classroom, Edition, Excuse, ManualGrade, Regrade, User
from quizzes.reports.answer_table import answer_rows
from quizzes.reports.item_report import DifferentEditions, ItemReport, item_report, options_of
from tests.conftest import Queries
from tests.drafting import BUILT_IN, EXAMPLES
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    parsed_reading,
    right_value,
    wrong_value,
)
from tests.question_laws import make_question
from tests.views.teacher.test_grading_queue import typed_document

KEYS = ("one", "some", "who", "proof")
Gather = Callable[[], AbstractContextManager[Queries]]


def sit(assignment: Assignment, answers: Sequence[dict[str, Value]]) -> None:
    """One submitted attempt of a new student for each entry, with these answers."""
    for given in answers:
        make_answered_attempt(assignment=assignment, answers=given)


def credits(report: ItemReport) -> list[float | None]:
    return [item.facility for item in report.figures.items]


def test_report_without_attempts_has_no_figures(assignment: Assignment) -> None:
    report = item_report([assignment])

    assert report.figures.attempt_count == 0
    assert credits(report) == [None] * 4
    assert [question.question.key for question in report.questions] == list(KEYS)
    assert [question.number for question in report.questions] == [1, 2, 3, 4]
    assert report.misread is None


def test_report_has_every_type_of_question(classroom: Classroom) -> None:
    document = {**BUILT_IN.document, "slug": "examples", "minimum": {}, "questions": EXAMPLES}
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    sit(assignment, [{}])

    report = item_report([assignment])

    assert [question.question.key for question in report.questions] == [table["key"] for table in EXAMPLES]
    assert {question.question.type for question in report.questions} == set(TYPES)


def test_report_counts_answers_with_their_rationale_and_sentences(assignment: Assignment) -> None:
    sit(assignment, [{"one": "a"}, {"one": "a"}, {"one": "b"}, {"one": "c"}, {}])

    question = item_report([assignment]).questions[0]

    assert [(choice.option.text, choice.count) for choice in question.figures.choices] == [
        ("Citizenship", 2),
        ("Birthplace", 1),
        ("Fingerprints", 1),
    ]
    assert question.figures.facility == 0.2
    assert (question.figures.answered_count, question.figures.not_reached_count) == (4, 1)
    assert question.commonest_wrong is not None
    assert question.commonest_wrong.option.text == "Citizenship"
    assert [sentence.key for sentence in question.evidence] == ["s1"]


def test_report_counts_each_speaker_and_each_sentence_given(assignment: Assignment) -> None:
    sit(assignment, [{"who": {"a": "mayor", "b": "mayor"}, "proof": ["s3", "s5"]}, {"proof": ["s1"]}])

    _, _, who, proof = item_report([assignment]).questions

    assert {choice.option.id: choice.count for choice in who.figures.choices if choice.count} == {
        "a:mayor": 1,
        "b:mayor": 1,
    }
    assert who.figures.facility == pytest.approx(1 / 6)
    assert {choice.option.id: choice.count for choice in proof.figures.choices} == {
        "s1": 1,
        "s3": 1,
        "s4": 0,
        "s5": 1,
        "s6": 0,
    }


def test_open_attempts_and_students_removed_moved_or_excused_are_left_out(
    assignment: Assignment, teacher: User
) -> None:
    make_answered_attempt(assignment=assignment, right=4)
    make_answered_attempt(assignment=assignment, right=0, submitted=False)
    gone = make_student(classroom=assignment.classroom, removed_at=NOW)
    make_answered_attempt(assignment=assignment, student=gone, right=0)
    moved = make_answered_attempt(assignment=assignment, right=0).student
    moved.classroom = make_classroom()
    moved.save()
    excused = make_answered_attempt(assignment=assignment, right=0)
    Excuse.objects.create(
        assignment=assignment, student=excused.student, reason="Was ill", given_by=teacher, given_at=NOW
    )

    report = item_report([assignment])

    assert report.figures.attempt_count == 1
    assert credits(report) == [1.0] * 4


@pytest.mark.parametrize(
    ("policy", "mean"),
    [("first", 1.0), ("best", 8.0), ("latest", 3.0), (None, 3.0)],
    ids=["first", "best", "latest", "own"],
)
def test_one_attempt_of_a_student_counts(
    edition: Edition, classroom: Classroom, policy: str | None, mean: float
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=3, attempt_policy="latest")
    student = make_student(classroom=classroom)
    for number, right in enumerate((1, 4, 2), start=1):
        make_answered_attempt(assignment=assignment, student=student, right=right, number=number)

    report = item_report([assignment], policy=policy)

    assert (report.figures.attempt_count, report.figures.mean) == (1, mean)


def test_report_spans_the_classrooms_of_an_edition(assignment: Assignment) -> None:
    other = make_assignment(edition=assignment.edition, group=assignment.group)
    make_answered_attempt(assignment=assignment, right=4)
    make_answered_attempt(assignment=other, right=0)

    report = item_report([assignment, other])

    assert report.figures.attempt_count == 2
    assert credits(report) == [0.5] * 4


def test_report_over_different_editions_is_refused(assignment: Assignment) -> None:
    with pytest.raises(DifferentEditions):
        item_report([assignment, make_assignment()])


def test_the_order_that_a_student_saw_decides_what_was_not_reached(edition: Edition, classroom: Classroom) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, shuffle_questions=True)
    attempt = make_attempt(assignment=assignment)
    document = published(edition.pk).document
    shown = Shuffle(attempt.seed, True).order("questions", [(q.key, q) for q in document.questions])
    attempt.delete()
    make_answered_attempt(
        assignment=assignment,
        answers={shown[1].key: right_value(shown[1])},
        seed=attempt.seed,
    )

    report = item_report([assignment])
    counts = {item.item.key: (item.omitted_count, item.not_reached_count) for item in report.figures.items}

    assert counts == {
        shown[0].key: (1, 0),
        shown[1].key: (0, 0),
        shown[2].key: (0, 1),
        shown[3].key: (0, 1),
    }


# --- Corrections and marks ----------------------------------------------------------------------------------------


def regrade(assignment: Assignment, key: str, policy: str, by: User, document: dict[str, object] | None = None) -> None:
    question_id = published(assignment.edition_id).question_ids[key]
    Regrade.objects.create(
        group=uuid.uuid4(),
        assignment=assignment,
        question_id=question_id,
        policy=policy,
        document=document,
        reason="The key was wrong",
        made_by=by,
        made_at=NOW,
    )


def with_key(place: int) -> dict[str, object]:
    """The first question of the small set with another key."""
    question = make_document()["questions"][0]
    choices = [{**choice, "key": number == place} for number, choice in enumerate(question["choices"])]
    return {**question, "choices": choices}


def test_a_corrected_key_changes_what_is_right(assignment: Assignment, teacher: User) -> None:
    sit(assignment, [{"one": "a"}, {"one": "b"}])
    regrade(assignment, "one", "new_key", teacher, with_key(0))

    question = item_report([assignment]).questions[0]

    assert question.figures.facility == 0.5
    assert [choice.option.right for choice in question.figures.choices] == [True, False, False]


def test_evidence_is_of_the_new_key(assignment: Assignment, teacher: User, teacher_client: Client) -> None:
    sit(assignment, [{"one": "a"}, {"one": "b"}])

    def shown() -> list[list[str]]:
        page = teacher_client.get(reverse("regrade_question", args=[assignment.public_id, 1]))
        report = item_report([assignment]).questions[0]
        return [[sentence.key for sentence in found] for found in (report.evidence, page.context["sentences"])]

    assert shown() == [["s1"], ["s1"]]

    regrade(assignment, "one", "new_key", teacher, {**with_key(0), "evidence": ["s2", "s5"]})

    assert shown() == [["s2", "s5"], ["s2", "s5"]]


def test_two_keys_in_force_are_both_right(assignment: Assignment, teacher: User) -> None:
    sit(assignment, [{"one": "a"}, {"one": "b"}])
    regrade(assignment, "one", "either_key", teacher, with_key(0))

    question = item_report([assignment]).questions[0]

    assert question.figures.facility == 1
    assert [choice.option.right for choice in question.figures.choices] == [True, True, False]
    assert question.commonest_wrong is None
    # A known wrong answer that the new key accepts in its translation only.
    wrong = {"text": "fear", "texts": {"es": {"text": "miedo"}}}
    table = make_question("short_answer", accepted=["distrust"], wrong=[wrong])
    keys = [parse_question(table, ["es"]), parse_question(regraded(table, "miedo"), ["es"])]
    found = [options_of(keys, value, parsed_reading()) for value in ("miedo", "fear")]
    assert [[(option.id, option.right) for option in options] for options in found] == [
        [("miedo", True)],
        [("fear", False)],
    ]


def test_a_dropped_question_is_in_no_total(assignment: Assignment, teacher: User) -> None:
    make_answered_attempt(assignment=assignment, right=4)
    regrade(assignment, "who", "drop", teacher)

    report = item_report([assignment])

    assert (report.figures.max_points, report.figures.mean) == (5, 5)
    assert report.questions[2].figures.facility == 1


def test_full_credit_for_everyone_answers_for_no_one(assignment: Assignment, teacher: User) -> None:
    make_answered_attempt(assignment=assignment, answers={"one": "b"})
    regrade(assignment, "proof", "full_credit", teacher)

    report = item_report([assignment])

    assert credits(report) == [1, 0, 0, 1]
    assert [item.answered_count for item in report.figures.items] == [1, 0, 0, 0]
    assert [item.not_reached_count for item in report.figures.items] == [0, 1, 1, 1]


def test_a_mark_is_the_credit_of_that_answer_alone(assignment: Assignment, teacher: User) -> None:
    marked = make_answered_attempt(assignment=assignment, right=0)
    make_answered_attempt(assignment=assignment, right=0)
    ManualGrade.objects.create(
        attempt=marked,
        question_id=published(assignment.edition_id).question_ids["some"],
        points=Decimal("1.5"),
        made_by=teacher,
        made_at=NOW,
    )

    assert credits(item_report([assignment])) == [0, 0.375, 0, 0]


def test_full_points_that_a_newer_grade_overrules_make_no_answer_right(classroom: Classroom, teacher: User) -> None:
    assignment = make_assignment(edition=make_edition(document=typed_document()), classroom=classroom)
    marked = make_answered_attempt(assignment=assignment, answers={"one": "August 30"})
    for points in (1, 0):
        ManualGrade.objects.create(
            attempt=marked,
            question_id=published(assignment.edition_id).question_ids["one"],
            points=Decimal(points),
            made_by=teacher,
            made_at=NOW,
        )

    [choice] = [choice for choice in item_report([assignment]).questions[0].figures.choices if choice.count]

    assert not choice.option.right


# --- The misread map ----------------------------------------------------------------------------------------------


def test_a_planted_misconception_is_of_its_sentence(assignment: Assignment) -> None:
    """Twenty students, most of whom take the mayor's account (s3) for the proof; the rest err at random places."""
    questions = {question.key: question for question in published(assignment.edition_id).document.questions}
    right = {key: right_value(question) for key, question in questions.items()}
    sit(assignment, [{**right, "proof": ["s3"]}] * 11)
    sit(assignment, [{**right, "one": "a"}] * 4)
    sit(assignment, [{**right, "who": {"a": "mayor", "b": "mayor", "c": "not_stated"}}] * 3)
    sit(assignment, [right] * 2)

    misread = item_report([assignment]).misread

    assert misread is not None
    assert {sentence: (one.attempt_count, one.share) for sentence, one in misread.items()} == {
        "s3": (11, 0.55),
        "s2": (4, 0.2),
        "s4": (3, 0.15),
    }


# --- Cost and agreement -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_a_report_costs_six_queries(assignment: Assignment, queries: Gather, count: int) -> None:
    for number in range(count):
        make_answered_attempt(assignment=assignment, right=number % 5)
    clear_all()

    with queries() as seen:
        item_report([assignment])
    with queries() as again:
        item_report([assignment])

    assert (len(seen), len(again)) == (6, 4)


@pytest.mark.parametrize("students", [1, 30])
@pytest.mark.parametrize("count", [1, 12])
def test_a_report_over_several_classes_costs_the_same(
    edition: Edition, queries: Gather, count: int, students: int
) -> None:
    given = [make_assignment(edition=edition) for _ in range(count)]
    for place in range(students):
        make_answered_attempt(assignment=given[place % count], right=place % 5)
    published(edition.pk)

    with queries() as seen:
        report = item_report(given)

    assert report.figures.attempt_count == students
    assert len(seen) == 4


def test_figures_agree_with_the_stored_scores(assignment: Assignment) -> None:
    for right in (0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 2, 3):
        make_answered_attempt(assignment=assignment, right=right, started_at=NOW + timedelta(minutes=right))

    figures = item_report([assignment]).figures
    stored = assignment.attempts.aggregate(mean=models.Avg("score"), total=models.Sum("score"))

    assert figures.mean == pytest.approx(float(stored["mean"]), abs=1e-9)
    assert sum(Fraction(item.facility or 0) * item.item.points for item in figures.items) * 12 == pytest.approx(
        float(stored["total"]), abs=1e-9
    )


def test_wrong_values_earn_nothing_in_the_report_either(assignment: Assignment) -> None:
    document = published(assignment.edition_id).document
    sit(assignment, [{question.key: wrong_value(question) for question in document.questions}])

    assert credits(item_report([assignment])) == [0] * 4


# --- Answers that a teacher reads ---------------------------------------------------------------------------------


@pytest.fixture
def essay(classroom: Classroom) -> Assignment:
    """The small set with a fifth question, two points, that a teacher marks."""
    document = make_document()
    first = document["questions"][0]
    document["questions"].append(
        {name: first[name] for name in ("objective", "skill", "facts", "evidence", "explanation")}
        | {
            "key": "essay",
            "type": "free_text",
            "points": 2,
            "stem": "What does the system record, and why?",
            "sample_answer": "A birthplace.",
            "criteria": [{"title": "Names it", "points": 2, "description": "The birthplace"}],
        }
    )
    return make_assignment(edition=make_edition(document=document), classroom=classroom)


def test_an_answer_waits_for_its_mark_and_is_no_wrong_answer(essay: Assignment, teacher: User) -> None:
    marked = make_answered_attempt(assignment=essay, answers={"essay": "Birthplaces."})
    sit(essay, [{"essay": "It records a birthplace."}, {"one": "b"}])
    ManualGrade.objects.create(
        attempt=marked,
        question_id=published(essay.edition_id).question_ids["essay"],
        points=Decimal("1"),
        made_by=teacher,
        made_at=NOW,
    )

    question = item_report([essay]).questions[4]

    assert (question.ungraded_count, question.figures.answered_count) == (1, 2)
    # 1 of 2 points, and nothing for the skipped question. It is in no total until the third is graded.
    assert question.figures.facility == pytest.approx(1 / 4)
    assert item_report([essay]).figures.max_points == 8
    assert question.figures.choices == ()
    assert question.commonest_wrong is None
    verdicts = {(row.student, row.verdict) for row in answer_rows(essay.classroom) if row.question.key == "essay"}
    assert {verdict for _, verdict in verdicts} == {"partly", "ungraded", "unanswered"}
