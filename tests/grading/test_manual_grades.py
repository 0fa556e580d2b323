"""A grade counts for the answer that the teacher read, and for no later one."""

import copy
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from quizzes.attempts.late_answers import accept_late, undo_accept_late
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.grading import manual_grades
from quizzes.grading.manual_grades import grade_answer, grade_answers
from quizzes.grading.queue import queued_answers
from quizzes.models import Attempt, Classroom, Student, User
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    save,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def graded(classroom: Classroom, student: Student, teacher: User) -> Attempt:
    """A written answer that got 1 of 3 points."""
    document = copy.deepcopy(make_document())
    question = document["questions"][2]
    common = ("key", "objective", "skill", "points", "facts", "stem", "evidence", "explanation")
    document["questions"][2] = {name: question[name] for name in common} | {
        "type": "free_text",
        "criteria": [{"title": "A reason", "points": question["points"], "description": "Names one."}],
        "sample_answer": "It ends because of the rules.",
    }
    given = make_assignment(
        edition=make_edition(document=document), classroom=classroom, assigned_by=teacher, time_limit=10 * MINUTE
    )
    attempt = make_attempt(assignment=given, student=student)
    save(attempt, "one", "b", now=NOW + MINUTE)
    save(attempt, "who", "Because.", now=NOW + MINUTE)
    submit_attempt(attempt, now=NOW + 2 * MINUTE)
    grade(attempt, "1", teacher)
    assert state(attempt) == (2, 0, 0)
    return attempt


def grade(attempt: Attempt, points: str, teacher: User, minute: int = 3) -> None:
    question = attempt.assignment.edition.questions.get(key="who")
    grade_answer(attempt, question, points=Decimal(points), comment="", by=teacher, now=NOW + minute * MINUTE)


def state(attempt: Attempt) -> tuple[Decimal | None, int, int]:
    """Its score, how many of its answers need grading, and how many answers are in the queue."""
    attempt.refresh_from_db()
    return (
        attempt.score,
        attempt.ungraded_count,
        sum(len(entry.attempts) for entry in queued_answers(attempt.assignment)),
    )


def test_grade_of_several_answers_costs_the_same_for_one_and_for_many(
    graded: Attempt, teacher: User, queries: Queries
) -> None:
    given = graded.assignment
    question = given.edition.questions.get(key="who")
    counts = []
    for size in (1, 10):
        attempts = [make_answered_attempt(assignment=given, answers={"who": "Because."}) for _ in range(size)]
        with queries() as sent:
            grade_answers(
                attempts, question, points=Decimal(1), comment="", group=uuid.uuid4(), by=teacher, now=NOW + 5 * MINUTE
            )
        counts.append(len(sent))
        assert {state(attempt)[1] for attempt in attempts} == {0}
    assert counts[0] == counts[1]


def test_grade_counts_from_the_score_that_another_teacher_left(graded: Attempt, teacher: User) -> None:
    seen = Attempt.objects.get(pk=graded.pk)
    grade(graded, "3", teacher, minute=4)
    assert state(graded) == (4, 0, 0)

    grade(seen, "1", teacher, minute=5)

    assert state(graded) == (2, 0, 0)


def test_grade_of_an_attempt_that_was_reopened_meanwhile_waits(graded: Attempt, teacher: User) -> None:
    seen = Attempt.objects.get(pk=graded.pk)
    reopen(graded, more_time=None, reason="", by=teacher, now=NOW + 4 * MINUTE)

    grade(seen, "3", teacher, minute=5)

    assert state(graded)[0] is None
    submit_attempt(graded, now=NOW + 6 * MINUTE)
    assert state(graded) == (4, 0, 0)


@pytest.mark.parametrize(("again", "left"), [("Because.", (4, 0, 0)), ("Because of it.", (1, 1, 1))])
def test_grade_stays_if_the_same_answer_is_saved_again(
    again: str, left: tuple[int, int, int], graded: Attempt, teacher: User
) -> None:
    """The page of a question saves its answer again when the student goes on to the next question."""
    grade(graded, "3", teacher, minute=4)
    reopen(graded, more_time=None, reason="", by=teacher, now=NOW + 5 * MINUTE)
    save(graded, "who", again, seen_revision=1, now=NOW + 6 * MINUTE)

    submit_attempt(graded, now=NOW + 7 * MINUTE)

    assert state(graded) == left


def test_late_answer_that_is_accepted_needs_a_grade_of_its_own(graded: Attempt, teacher: User) -> None:
    # It had arrived before the other one was graded.
    save(graded, "who", "Because of the rules.", seen_revision=1, now=NOW + 2.5 * MINUTE)
    assert accept_late(graded, by=teacher, now=NOW + 20 * MINUTE) == 1
    assert state(graded) == (1, 1, 1)
    grade(graded, "1", teacher, 21)

    assert state(graded) == (2, 0, 0)


def test_undo_of_a_late_answer_brings_the_grade_back(graded: Attempt, teacher: User) -> None:
    before = state(graded)
    for minute, value in ((2.5, "Because of the rules."), (22, "Because of the law.")):
        save(graded, "who", value, seen_revision=1, now=NOW + minute * MINUTE)
        assert accept_late(graded, by=teacher, now=NOW + 23 * MINUTE) == 1
        grade(graded, "1", teacher, 24)
    assert undo_accept_late(graded, by=teacher, now=NOW + 25 * MINUTE) == 1

    assert state(graded) == before
    answer = graded.answers.get(question__key="who")
    event = graded.events.get(outcome="undone")
    assert (event.value, event.revision) == (answer.value, answer.revision)
    assert answer.saved_at < NOW + 3 * MINUTE


def test_late_answer_that_equals_the_counted_one_leaves_its_grade(graded: Attempt, teacher: User) -> None:
    """The page of a question sends its answer again when the student goes on to the next question."""
    before = state(graded)
    for minute in (20, 22):
        save(graded, "who", "Because.", seen_revision=1, now=NOW + minute * MINUTE)
        assert accept_late(graded, by=teacher, now=NOW + (minute + 1) * MINUTE) == 1
        assert state(graded) == before

    save(graded, "who", "Because of the rules.", seen_revision=1, now=NOW + 24 * MINUTE)
    assert accept_late(graded, by=teacher, now=NOW + 25 * MINUTE) == 1
    assert state(graded) == (1, 1, 1)
    assert undo_accept_late(graded, by=teacher, now=NOW + 26 * MINUTE) == 1
    assert state(graded) == before


def accept(attempt: Attempt, value: str, teacher: User, minute: int) -> None:
    """Save an answer late, and accept it a minute later."""
    save(attempt, "who", value, seen_revision=1, now=NOW + minute * MINUTE)
    assert accept_late(attempt, by=teacher, now=NOW + (minute + 1) * MINUTE) == 1


def test_undo_keeps_the_newest_grade_of_the_answer_in_time(graded: Attempt, teacher: User) -> None:
    accept(graded, "Because of the rules.", teacher, 20)
    accept(graded, "Because.", teacher, 22)
    grade(graded, "3", teacher, 24)
    assert state(graded) == (4, 0, 0)

    assert undo_accept_late(graded, by=teacher, now=NOW + 25 * MINUTE) == 1

    assert state(graded) == (4, 0, 0)


def test_grade_comes_back_with_its_answer(graded: Attempt, teacher: User) -> None:
    accept(graded, "Because of the rules.", teacher, 20)
    grade(graded, "3", teacher, 22)
    assert state(graded) == (4, 0, 0)
    for minute, value, expected in ((23, "Because.", (2, 0, 0)), (25, "Because of the rules.", (4, 0, 0))):
        accept(graded, value, teacher, minute)
        assert state(graded) == expected
    accept(graded, "Because of the law.", teacher, 27)
    assert state(graded) == (1, 1, 1)
    last = NOW + 28 * MINUTE
    assert undo_accept_late(graded, accepted_at=last, by=teacher, now=last + 0.2 * MINUTE) == 1
    assert state(graded) == (4, 0, 0)
    assert accept_late(graded, by=teacher, now=last + 0.4 * MINUTE) == 1
    assert state(graded) == (1, 1, 1)

    assert undo_accept_late(graded, by=teacher, now=NOW + 29 * MINUTE) == 1
    assert state(graded) == (2, 0, 0)
    accept(graded, "Because of the law.", teacher, 30)
    assert state(graded) == (1, 1, 1)


def test_grade_that_the_teacher_undid_stays_undone(graded: Attempt, teacher: User) -> None:
    accept(graded, "Because of the rules.", teacher, 20)
    question, group = graded.assignment.edition.questions.get(key="who"), uuid.uuid4()
    given = {"points": Decimal(3), "comment": "", "group": group, "by": teacher}
    grade_answers([graded], question, **given, now=NOW + 22 * MINUTE)
    accept(graded, "Because of the law.", teacher, 23)
    accept(graded, "Because of the rules.", teacher, 25)
    assert state(graded) == (4, 0, 0)
    manual_grades.undo(group, by=teacher, now=NOW + 27 * MINUTE)
    assert state(graded) == (1, 1, 1)

    accept(graded, "Because of the law.", teacher, 28)
    accept(graded, "Because of the rules.", teacher, 30)

    assert state(graded) == (1, 1, 1)


def test_grade_stays_if_an_equal_late_answer_is_undone(graded: Attempt, teacher: User) -> None:
    save(graded, "who", "Because.", seen_revision=1, now=NOW + 20 * MINUTE)
    accept_late(graded, by=teacher, now=NOW + 21 * MINUTE)
    grade(graded, "2", teacher, 22)
    assert undo_accept_late(graded, by=teacher, now=NOW + 23 * MINUTE) == 1
    assert state(graded) == (3, 0, 0)


def test_undo_of_a_late_answer_without_one_in_time_leaves_none(graded: Attempt, teacher: User) -> None:
    save(graded, "some", ["a", "c"], now=NOW + 20 * MINUTE)
    accept_late(graded, by=teacher, now=NOW + 21 * MINUTE)
    assert undo_accept_late(graded, by=teacher, now=NOW + 22 * MINUTE) == 1

    answer = graded.answers.get(question__key="some")
    assert (answer.value, answer.saved_at, answer.revision) == (None, None, 2)


def test_late_answer_to_another_question_leaves_a_grade(graded: Attempt, teacher: User) -> None:
    save(graded, "some", ["a", "c"], now=NOW + 20 * MINUTE)
    assert accept_late(graded, by=teacher, now=NOW + 21 * MINUTE) == 1

    assert state(graded) == (4, 0, 0)


@pytest.mark.parametrize("is_changed", [True, False])
def test_answer_that_changed_in_a_reopened_attempt_needs_a_grade_of_its_own(
    is_changed: bool, graded: Attempt, teacher: User
) -> None:
    reopen(graded, more_time=10 * MINUTE, reason="", by=teacher, now=NOW + 4 * MINUTE)
    save(graded, "one", "a", seen_revision=1, now=NOW + 5 * MINUTE)
    if is_changed:
        save(graded, "who", "Because of the rules.", seen_revision=1, now=NOW + 5 * MINUTE)
    submit_attempt(graded, now=NOW + 6 * MINUTE)

    assert state(graded) == ((0, 1, 1) if is_changed else (1, 0, 0))
