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

from quizzes.content.editions import published
from quizzes.grading import points as grading
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Extension, Student, User
from quizzes.people.classrooms import set_archived
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.attempt_review import review_attempt, unused_events
from quizzes.reports.gradebook import Gradebook, counting_attempt, gradebook, progress
from quizzes.reports.teacher_home import classroom_summaries, needs
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_failed_try,
    make_student,
    save,
)

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def cells(book: Gradebook) -> list[tuple[str, list[tuple[str, object]]]]:
    """(name, (state, score) by column) by row."""
    return [(row.student.display_name, [(cell.state, cell.score) for cell in row.cells]) for row in book.rows]


def with_scores(*scores: int | None) -> list[Attempt]:
    """Attempts number 1, 2 ..., handed in with these scores of 8; None: still open."""
    return [
        Attempt(
            number=number,
            submitted_at=None if score is None else NOW,
            score=None if score is None else Decimal(score),
            max_score=None if score is None else 8,
        )
        for number, score in enumerate(scores, start=1)
    ]


# --- Which attempt counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "first", "best", "latest"),
    [
        ((), None, None, None),
        ((None,), None, None, None),
        ((5,), 1, 1, 1),
        ((5, 8, 2), 1, 2, 3),
        ((5, 8, 2, None), 1, 2, 3),
        # Of two that are equally good the earlier one counts.
        ((8, 8), 1, 1, 2),
        ((0, 0), 1, 1, 2),
    ],
)
def test_attempt_that_counts_follows_the_policy(
    scores: tuple[int | None, ...], first: int | None, best: int | None, latest: int | None
) -> None:
    for policy, number in (("first", first), ("best", best), ("latest", latest)):
        # The order in which attempts are given does not matter.
        counts = counting_attempt(with_scores(*scores)[::-1], policy)
        assert (counts.number if counts is not None else None) == number


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
        ("Ada", [("scored", 1), ("scored", 8)]),
        ("Ben", [("not_due", None), ("scored", 3)]),
        ("Cy", [("not_due", None), ("working", None)]),
        ("Dee", [("not_due", None), ("missing", None)]),
    ]
    # Ada: the mean of 1/8 and 8/8. Ben: 3/8. Class: their mean and median.
    assert [row.average_share for row in book.rows] == [Decimal("0.5625"), Decimal("0.375"), None, None]
    assert (book.mean_share, book.median_share) == (Decimal("0.46875"), Decimal("0.46875"))
    assert [(column.max_points, column.mean, column.median) for column in book.columns] == [
        (8, 1, 1),
        (8, Decimal("5.5"), Decimal("5.5")),
    ]


def test_gradebook_without_scores_has_no_averages(assignment: Assignment, student: Student) -> None:
    book = gradebook(assignment.classroom, now=NOW)

    assert cells(book) == [("Maya Lopez", [("not_due", None)])]
    assert (book.mean_share, book.median_share, book.rows[0].average_share) == (None, None, None)
    assert (book.columns[0].mean, book.columns[0].median) == (None, None)


def test_gradebook_score_of_nothing_right_is_zero_and_not_missing(assignment: Assignment, student: Student) -> None:
    make_answered_attempt(assignment=assignment, student=student, answers={})

    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    assert cells(book) == [("Maya Lopez", [("scored", 0)])]
    assert book.rows[0].average_share == 0


@pytest.mark.parametrize(
    ("due", "own_due", "is_late", "missing"),
    [
        (None, None, False, "not_due"),
        (MINUTE, None, False, "missing"),
        (MINUTE - SECOND, None, True, "missing"),
        (SECOND, MINUTE, False, "missing"),
        (SECOND, 2 * MINUTE, False, "not_due"),
        (2 * MINUTE, SECOND, True, "missing"),
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
    missing: str,
) -> None:
    """Maya hands in a minute after the start; Noah has not begun a second after that."""
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
    assert noah.cells[0].state == missing


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
    assert cells(book) == [("Ada", [("scored", 8)])]
    assert book.mean_share == 1
    assert cells(gradebook(other_classroom, now=now)) == [("Ben", [])]
    assert Attempt.objects.count() == 3


def test_gradebook_excused_student_counts_in_nothing(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=0)
    make_answered_attempt(assignment=assignment, student=classmate)
    Excuse.objects.create(assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=NOW)

    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    assert cells(book) == [("Maya Lopez", [("excused", None)]), ("Noah Kim", [("scored", 8)])]
    assert book.mean_share == 1
    assert book.columns[0].mean == 8


def test_gradebook_costs_three_statements_however_large(
    edition: Edition, classroom: Classroom, statements: Callable[[], Any]
) -> None:
    for size in (1, 3):
        for _ in range(size):
            assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
            for _ in range(size):
                make_answered_attempt(assignment=assignment)
        with statements() as seen:
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
    voices = {"a": "mayor", "b": "protesters", "c": "not_stated"}
    told = given.get("who") or {}
    total = (
        (given.get("one") == "b")
        + 2 * credit({"a", "c"}, {"b", "d"}, given.get("some"))
        + 3 * Fraction(sum(told.get(key) == voice for key, voice in voices.items()), 3)
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
            again, _ = grading.score(published(edition.pk).document, stored)
            assert attempt.score == again == earned[-1]
        counts = {"first": earned[:1], "best": [max(earned)] if earned else [], "latest": earned[-1:]}[policy]
        expected.append(counts[0] if counts else None)

    book = gradebook(classroom, now=NOW)

    assert [row.cells[0].score for row in book.rows] == expected
    shares = [score / 8 for score in expected if score is not None]
    assert book.median_share == (median(shares) if shares else None)


# --- Progress -----------------------------------------------------------------------------------------------------


def test_progress_tells_who_has_begun_and_how_far(
    edition: Edition, classroom: Classroom, statements: Callable[[], Any]
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
    ada, ben, cy, dee = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy", "Dee"))
    working = make_attempt(assignment=assignment, student=ben)
    save(working, "one", "a", now=NOW + SECOND)
    save(working, "some", ["a"], now=NOW + 2 * SECOND)
    save(working, "some", None, seen_revision=1, now=NOW + 3 * SECOND)
    make_answered_attempt(assignment=assignment, student=cy)
    first = make_answered_attempt(assignment=assignment, student=dee)
    second = make_attempt(assignment=assignment, student=dee, number=2)

    with statements() as seen:
        entries = progress(assignment)

    assert [(entry.student, entry.state, entry.answered_count) for entry in entries] == [
        (ada, "not_started", 0),
        (ben, "working", 1),
        (cy, "submitted", 4),
        (dee, "working", 0),
    ]
    assert entries[1].last_saved_at == NOW + SECOND
    assert (entries[3].attempt, entries[3].counts) == (second, first)
    assert len(seen) == 4


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
        "Single choice",
        "Multiple answers",
        "Who says so?",
        "Evidence",
    ]
    assert [sentence.key for sentence in reviewed.questions[2].evidence] == ["s3", "s4"]
    assert [voice.key for voice in reviewed.questions[2].voices] == ["mayor", "protesters"]
    assert [(score.objective.key, score.earned, score.points, score.level) for score in reviewed.objectives] == [
        ("records", Fraction(2), 3, "nearly"),
        ("ended", Fraction(0), 5, "not_yet"),
    ]
    assert [item.question.key for item in reviewed.missed] == ["some", "who", "proof"]
    # s1 to s6 each prove one of what was missed; the earliest is named.
    assert [sentence.key for sentence in reviewed.read_again] == ["s1"]


def test_review_of_a_perfect_attempt_has_nothing_to_read_again(assignment: Assignment) -> None:
    reviewed = review_attempt(make_answered_attempt(assignment=assignment))

    assert (reviewed.missed, reviewed.read_again) == ((), ())
    assert [(score.share, score.level) for score in reviewed.objectives] == [(Fraction(1), "secure")] * 2


@pytest.mark.parametrize(
    ("given_answers", "level"),
    [
        ({"who": {"a": "mayor", "b": "protesters", "c": "not_stated"}, "proof": ["s5"]}, "secure"),  # 4 of 5
        ({"who": {"a": "mayor", "b": "protesters", "c": "not_stated"}}, "nearly"),  # 3 of 5
        ({"who": {"a": "mayor", "b": "protesters"}}, "not_yet"),  # 2 of 5
    ],
)
def test_review_levels_begin_at_four_fifths_and_a_half(
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


# --- What needs the teacher ---------------------------------------------------------------------------------------


def test_needs_are_who_is_locked_out_what_is_due_and_empty_classes(
    edition: Edition, classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    ada, ben, cy = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy"))
    empty = make_classroom(teacher=teacher, name="Period 9")
    due = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
    make_assignment(edition=edition, classroom=classroom, due_at=NOW + 2 * DAY)
    make_answered_attempt(assignment=due, student=ada)
    make_attempt(assignment=due, student=ben)
    for _ in range(5):
        make_failed_try(student=cy, at=NOW)

    found = needs(teacher, now=NOW)

    assert [(need.kind, need.count, need.classroom) for need in found] == [
        ("locked_out", 1, classroom),
        ("not_submitted", 2, classroom),
        ("no_students", 0, empty),
    ]
    assert found[0].students == (cy,)
    assert (found[1].assignment, found[1].title, found[1].not_started_count) == (due, "Small set", 1)
    assert needs(other_teacher, now=NOW) == []


@pytest.mark.parametrize(
    ("due", "closes", "is_needed"),
    [
        (DAY, None, True),
        (DAY + SECOND, None, False),
        (-9 * DAY, None, True),
        (None, DAY, True),
        (None, DAY + SECOND, False),
        (None, None, False),
        # Past the close nothing can be handed in.
        (-DAY, -SECOND, False),
        (-DAY, timedelta(0), True),
    ],
)
def test_needs_name_what_is_due_within_a_day_and_can_still_be_done(
    edition: Edition,
    student: Student,
    teacher: User,
    due: timedelta | None,
    closes: timedelta | None,
    is_needed: bool,
) -> None:
    make_assignment(
        edition=edition,
        classroom=student.classroom,
        due_at=None if due is None else NOW + due,
        closes_at=None if closes is None else NOW + closes,
    )

    assert [need.kind for need in needs(teacher, now=NOW)] == (["not_submitted"] if is_needed else [])


def test_needs_count_who_is_in_the_class_now(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    """A finished student who moves away must not stand for one who has not begun."""
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
    make_student(classroom=classroom, name="Ada")
    moves, goes = (make_student(classroom=classroom, name=name) for name in ("Ben", "Cy"))
    for one in (moves, goes):
        make_answered_attempt(assignment=assignment, student=one)
    move_student(moves, to=other_classroom, by=teacher, now=now)
    remove_student(goes, by=teacher, now=now)

    [need] = needs(teacher, now=now)

    assert (need.count, need.not_started_count) == (1, 1)


def test_needs_leave_archived_classes_in_peace(classroom: Classroom, teacher: User, now: datetime) -> None:
    assert [need.kind for need in needs(teacher, now=now)] == ["no_students"]
    set_archived(classroom, is_archived=True, by=teacher, now=now)

    assert needs(teacher, now=now) == []


# --- Home ---------------------------------------------------------------------------------------------------------


def test_summary_of_a_class_names_the_newest_open_assignment(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    ada, ben = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben"))
    closed = make_assignment(edition=edition, classroom=classroom, created_at=NOW, closes_at=NOW + HOUR)
    running = make_assignment(edition=edition, classroom=classroom, created_at=NOW + MINUTE)
    make_assignment(edition=edition, classroom=classroom, created_at=NOW + HOUR, opens_at=NOW + 3 * HOUR)
    make_answered_attempt(assignment=closed, student=ada)
    make_answered_attempt(assignment=running, student=ada, right=2)
    make_answered_attempt(assignment=running, student=ben, submitted=False)

    [summary] = classroom_summaries(teacher, now=NOW + 2 * HOUR)

    assert (summary.classroom, summary.student_count, summary.assignment) == (classroom, 2, running)
    assert (summary.title, summary.submitted_count) == ("Small set", 1)
    # The mean of 8/8 and 3/8.
    assert summary.mean_share == Decimal("0.6875")


def test_summary_of_an_empty_class_has_no_figures(classroom: Classroom, teacher: User, other_teacher: User) -> None:
    [summary] = classroom_summaries(teacher, now=NOW)

    assert (summary.student_count, summary.assignment, summary.title) == (0, None, "")
    assert (summary.submitted_count, summary.mean_share) == (0, None)
    assert classroom_summaries(other_teacher, now=NOW) == []


def test_summary_counts_who_is_in_the_class_now(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    stays, moves, goes = (make_student(classroom=classroom, name=name) for name in ("Ada", "Ben", "Cy"))
    make_answered_attempt(assignment=assignment, student=stays)
    make_answered_attempt(assignment=assignment, student=moves, right=0)
    make_answered_attempt(assignment=assignment, student=goes, right=0)
    move_student(moves, to=other_classroom, by=teacher, now=now)
    remove_student(goes, by=teacher, now=now)

    [summary] = classroom_summaries(teacher, now=now)

    assert (summary.student_count, summary.submitted_count) == (1, 1)
    assert summary.mean_share == 1


def test_home_costs_the_same_for_any_number_of_classes(
    edition: Edition, teacher: User, statements: Callable[[], Any]
) -> None:
    counts = []
    for size in (1, 3):
        for _ in range(size):
            classroom = make_classroom(teacher=teacher)
            for _ in range(size):
                assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)
                make_answered_attempt(assignment=assignment)
                make_student(classroom=classroom)
        with statements() as seen:
            classroom_summaries(teacher, now=NOW)
            needs(teacher, now=NOW)
        counts.append(len(seen))

    assert counts == [11, 11]
