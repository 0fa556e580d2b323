"""What teachers read: scores that follow from the answers, by the policy, for those who are in the class."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.files.gradebook import canvas_table, quiz_choices, score_rows_table, scores_table
from quizzes.formatting import percent
from quizzes.grading import points as grading
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Extension, Student, User
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.attempt_review import review_attempt, unused_events
from quizzes.reports.gradebook import Gradebook, average_of, gradebook
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_regrade,
    make_student,
    save,
)

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def cells(book: Gradebook) -> list[tuple[str, list[tuple[Status, object]]]]:
    """(name, (status, score) by column) by row."""
    return [(row.student.display_name, [(cell.status, cell.score) for cell in row.cells]) for row in book.rows]


# --- Gradebook ----------------------------------------------------------------------------------------------------


def test_gradebook_of_hand_worked_scores(edition: Edition, classroom: Classroom, teacher: User) -> None:
    """8 points: Ada 8 and 1, Ben 3, Cy nothing yet, Dee nothing and too late for the first."""
    ada, ben, cy, _ = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy", "Dee"))
    old = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, due_at=NOW + HOUR)
    new = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=NOW + HOUR)
    make_answered_attempt(assignment=old, student=ada)
    make_answered_attempt(assignment=new, student=ada, right=1)
    make_answered_attempt(assignment=old, student=ben, right=2)
    make_answered_attempt(assignment=old, student=cy, submitted=False)

    book = gradebook(classroom, now=NOW + 2 * HOUR)

    assert [column.assignment for column in book.columns] == [new, old]
    assert cells(book) == [
        ("Ada", [(Status.SUBMITTED, 1), (Status.SUBMITTED, 8)]),
        ("Ben", [(Status.NOT_STARTED, None), (Status.SUBMITTED, 3)]),
        ("Cy", [(Status.NOT_STARTED, None), (Status.IN_PROGRESS, None)]),
        ("Dee", [(Status.NOT_STARTED, None), (Status.MISSING, None)]),
    ]
    # Ada: the mean of 1/8 and 8/8. Ben: 3/8. Class: their mean and median.
    assert [row.average_share for row in book.rows] == [Decimal("0.5625"), Decimal("0.375"), None, None]
    assert (book.average_share, book.median_share) == (Decimal("0.46875"), Decimal("0.46875"))
    assert [(column.max_points, column.average, column.median) for column in book.columns] == [
        (8, 1, 1),
        (8, Decimal("5.5"), Decimal("5.5")),
    ]


def test_gradebook_without_scores_has_no_averages(assignment: Assignment, student: Student) -> None:
    book = gradebook(assignment.classroom, now=NOW)

    assert cells(book) == [("Maya Lopez", [(Status.NOT_STARTED, None)])]
    assert (book.average_share, book.median_share, book.rows[0].average_share) == (None, None, None)
    assert (book.columns[0].average, book.columns[0].median) == (None, None)


def test_gradebook_score_without_a_correct_answer_is_zero_and_not_missing(
    assignment: Assignment, student: Student
) -> None:
    make_answered_attempt(assignment=assignment, student=student, answers={})

    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    assert cells(book) == [("Maya Lopez", [(Status.SUBMITTED, 0)])]
    assert book.rows[0].average_share == 0


def test_points_possible_are_those_that_an_attempt_can_earn_now(assignment: Assignment, student: Student) -> None:
    other = make_assignment(edition=assignment.edition, classroom=assignment.classroom, created_at=NOW + SECOND)
    # One question that is dropped twice, one that is back, and one of another quiz with the same questions.
    for number, undone_at in ((3, None), (3, None), (1, NOW)):
        make_regrade(assignment=assignment, policy="drop", number=number, undone_at=undone_at)
    make_regrade(assignment=other, policy="full_credit", number=2)

    for _ in range(2):
        book = gradebook(assignment.classroom, now=NOW + MINUTE)
        assert [column.max_points for column in book.columns] == [8, 5]
        assert scores_table(book)[1] == ["Points possible", None, None, None, None, 8, 5, None]
        assert canvas_table(book)[1][5:] == [8, 5]
        assert [line[-2] for line in score_rows_table(book, None)[1:]] == [8, 5]
        assert [points for _, _, points in quiz_choices(book)] == [8, 5]
        attempt = make_answered_attempt(assignment=assignment, student=student, number=Attempt.objects.count() + 1)
        assert attempt.max_score == 5


def test_gradebook_counts_no_score_of_a_quiz_whose_questions_were_all_dropped(
    assignment: Assignment, student: Student
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={})
    Attempt.objects.filter(pk=attempt.pk).update(score=0, max_score=0)

    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    assert (book.rows[0].average_share, book.columns[0].average, book.columns[0].median) == (None, None, None)


@pytest.mark.parametrize(
    ("scores", "possible", "shown"),
    [
        # 27 of 72 points are 37.5%, 90 of 144 are 62.5%.
        ((4, 3, 2, 0, 5, 0, 2, 0, 3, 0, 5, 3), 6, "38%"),
        ((10, 8, 4, 1, 8, 12, 6, 12, 12, 4, 7, 6), 12, "63%"),
    ],
)
def test_average_of_thirds_that_is_half_a_percent_rounds_up(scores: tuple[int, ...], possible: int, shown: str) -> None:
    assert percent(average_of(Decimal(score) / possible for score in scores)) == shown


@pytest.mark.parametrize(
    ("due", "own_due", "is_late", "missing"),
    [
        (None, None, False, Status.NOT_STARTED),
        (MINUTE, None, False, Status.MISSING),
        (MINUTE - SECOND, None, True, Status.MISSING),
        (SECOND, MINUTE, False, Status.MISSING),
        (SECOND, 2 * MINUTE, False, Status.NOT_STARTED),
        (2 * MINUTE, SECOND, False, Status.NOT_STARTED),
    ],
)
def test_gradebook_late_and_missing_are_by_the_students_own_due_time(
    edition: Edition,
    student: Student,
    classmate: Student,
    teacher: User,
    due: timedelta | None,
    own_due: timedelta | None,
    is_late: bool,
    missing: Status,
) -> None:
    """Maya submits one minute after the start; Noah has not started one second later."""
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, due_at=None if due is None else NOW + due
    )
    if own_due is not None:
        for one in (student, classmate):
            Extension.objects.create(
                assignment=assignment, student=one, due_at=NOW + own_due, given_by=teacher, given_at=NOW
            )
    make_answered_attempt(assignment=assignment, student=student)

    maya, noah = gradebook(student.classroom, now=NOW + MINUTE + SECOND).rows

    assert maya.cells[0].is_late is is_late
    assert noah.cells[0].status == missing


def test_gradebook_shows_who_is_in_the_class_now(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    stays, moves, goes = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy"))
    for one in (stays, moves, goes):
        make_answered_attempt(assignment=assignment, student=one)

    move_student(moves, to=other_classroom, by=teacher, now=now)
    remove_student(goes, by=teacher, now=now)

    book = gradebook(classroom, now=now)
    assert cells(book) == [("Ada", [(Status.SUBMITTED, 8)])]
    assert book.average_share == 1
    assert cells(gradebook(other_classroom, now=now)) == [("Ben", [])]
    assert Attempt.objects.count() == 3


def test_gradebook_excused_student_counts_in_nothing(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=0)
    make_answered_attempt(assignment=assignment, student=classmate)
    Excuse.objects.create(assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=NOW)

    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    assert cells(book) == [("Maya Lopez", [(Status.EXCUSED, None)]), ("Noah Park", [(Status.SUBMITTED, 8)])]
    assert book.average_share == 1
    assert book.columns[0].average == 8


def test_gradebook_costs_three_queries_however_large(
    edition: Edition, classroom: Classroom, queries: Callable[[], Any]
) -> None:
    for size in (1, 3):
        for _ in range(size):
            assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
            for _ in range(size):
                make_answered_attempt(assignment=assignment)
        with queries() as seen:
            gradebook(classroom, now=NOW)
        assert len(seen) == 3


values = st.fixed_dictionaries(
    {},
    optional={
        "one": st.sampled_from([None, "a", "b", "c"]),
        "some": st.none() | st.sets(st.sampled_from("abcd"), min_size=1).map(sorted),
        "who": st.none()
        | st.dictionaries(st.sampled_from("abc"), st.sampled_from(["reporter", "mayor", "protesters", "not_stated"])),
        "proof": st.none() | st.sets(st.sampled_from(["s1", "s3", "s5", "s6"]), min_size=1).map(sorted),
    },
)


def credit(right: set[str], wrong: set[str], picked: Any) -> Fraction:
    picked = set(picked or ())
    return max(Fraction(0), Fraction(len(picked & right) - len(picked & wrong), len(right)))


def points(given: dict[str, Any]) -> Decimal:
    """The points of these answers, worked out again from the text of `make_document` alone."""
    speakers = {"a": "mayor", "b": "protesters", "c": "not_stated"}
    told = given.get("who") or {}
    total = (
        (given.get("one") == "b")
        + 2 * credit({"a", "c"}, {"b", "d"}, given.get("some"))
        + 3 * Fraction(sum(told.get(key) == speaker for key, speaker in speakers.items()), 3)
        + 2 * credit({"s5", "s6"}, {"s1", "s2", "s3", "s4"}, given.get("proof"))
    )
    return (Decimal(total.numerator) / Decimal(total.denominator)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@given(
    st.sampled_from(["first", "best", "latest"]),
    st.lists(st.lists(values, max_size=3), min_size=1, max_size=3),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_gradebook_score_is_the_score_computed_from_the_answers(
    edition: Edition, policy: str, class_answers: list[list[dict[str, Any]]]
) -> None:
    classroom = make_classroom()
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None, attempt_policy=policy)
    expected: list[Decimal | None] = []
    for place, tries in enumerate(class_answers):
        student = make_student(classroom=classroom, name=f"Student {place}")
        earned = []
        for number, given_answers in enumerate(tries, start=1):
            attempt = make_answered_attempt(
                assignment=assignment, student=student, number=number, answers=given_answers
            )
            earned.append(points(given_answers))
            stored = dict(attempt.answers.values_list("question__key", "value"))
            again, _ = grading.score(published(edition.pk).document.questions, stored, grading.NO_ADJUSTMENTS)
            assert attempt.score == again == earned[-1]
        counts = {"first": earned[:1], "best": [max(earned)] if earned else [], "latest": earned[-1:]}[policy]
        expected.append(counts[0] if counts else None)

    book = gradebook(classroom, now=NOW)

    assert [row.cells[0].score for row in book.rows] == expected
    shares = [score / 8 for score in expected if score is not None]
    assert book.median_share == (median(shares) if shares else None)


# --- One attempt --------------------------------------------------------------------------------------------------


def test_review_of_an_attempt_says_what_was_earned_and_why(assignment: Assignment, student: Student) -> None:
    attempt = make_answered_attempt(
        assignment=assignment,
        student=student,
        answers={"one": "b", "some": ["a"], "who": {"a": "reporter", "b": "reporter"}},
    )

    reviewed = review_attempt(attempt)

    assert [(item.number, item.question.key, item.verdict, item.earned) for item in reviewed.questions] == [
        (1, "one", "right", Fraction(1)),
        (2, "some", "partly", Fraction(1)),
        (3, "who", "wrong", Fraction(0)),
        (4, "proof", "unanswered", Fraction(0)),
    ]
    assert [item.type_label for item in reviewed.questions] == [
        "Multiple choice",
        "Choose all that apply",
        "Who says so?",
        "Evidence",
    ]
    assert [sentence.key for sentence in reviewed.questions[2].evidence] == ["s3", "s4"]
    assert [sentence.speaker.key for sentence in reviewed.questions[2].evidence] == ["mayor", "protesters"]
    assert [(score.objective.key, score.earned, score.points, score.level) for score in reviewed.objectives] == [
        ("records", Fraction(2), 3, "almost"),
        ("ended", Fraction(0), 5, "not_yet"),
    ]
    assert [item.question.key for item in reviewed.missed] == ["some", "who", "proof"]
    # s1 to s6 are each the evidence of one missed question; the first is shown.
    assert [(sentence.key, numbers) for sentence, numbers in reviewed.first_to_reread] == [("s1", [2])]


def test_review_of_a_perfect_attempt_has_nothing_to_read_again(assignment: Assignment) -> None:
    reviewed = review_attempt(make_answered_attempt(assignment=assignment))

    assert (reviewed.missed, reviewed.first_to_reread) == ((), ())
    assert [(score.share, score.level) for score in reviewed.objectives] == [(Fraction(1), "got_it")] * 2


@pytest.mark.parametrize(
    ("given_answers", "level"),
    [
        ({"who": {"a": "mayor", "b": "protesters", "c": "not_stated"}, "proof": ["s5"]}, "got_it"),  # 4 of 5
        ({"who": {"a": "mayor", "b": "protesters", "c": "not_stated"}}, "almost"),  # 3 of 5
        ({"who": {"a": "mayor", "b": "protesters"}}, "not_yet"),  # 2 of 5
    ],
)
def test_review_levels_start_at_four_fifths_and_a_half(
    assignment: Assignment, given_answers: dict[str, Any], level: str
) -> None:
    reviewed = review_attempt(make_answered_attempt(assignment=assignment, answers=given_answers))

    assert reviewed.objectives[1].level == level


def test_answers_that_did_not_count_are_listed_as_they_came(attempt: Attempt) -> None:
    save(attempt, "one", "a")
    save(attempt, "one", "b", seen_revision=0, now=NOW + SECOND)
    attempt.deadline_at = NOW + MINUTE
    attempt.save(update_fields=["deadline_at"])
    save(attempt, "one", "c", seen_revision=1, now=NOW + HOUR)

    assert [(event.value, event.outcome) for event in unused_events(attempt)] == [("b", "stale"), ("c", "late")]
