"""Attempts are started once, resumed, flagged, checked, submitted once, and submitted at the deadline."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from quizzes.assignments.deadlines import GRACE
from quizzes.attempts import lifecycle
from quizzes.attempts.answers import AnswerChanged, AttemptOver, NotCheckable, check_answer, set_flag
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import (
    AssignmentClosed,
    NoAttemptsLeft,
    NotOpenYet,
    start_attempt,
    submit_at_deadline,
    submit_attempt,
    submit_overdue,
)
from quizzes.content.editions import published
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Classroom, Edition, Student
from quizzes.people.erasure import erase_student
from tests.factories import loaded, make_answered_attempt, make_assignment, make_attempt, make_student, save

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def question_id(attempt: Attempt, key: str) -> int:
    return published(attempt.assignment.edition_id).question_ids[key]


def answer_of(attempt: Attempt, key: str) -> Answer:
    return Answer.objects.get(attempt=attempt, question_id=question_id(attempt, key))


# --- Start --------------------------------------------------------------------------------------------------------


def test_start_attempt_fixes_what_the_student_sees(edition: Edition, student: Student, now: datetime) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=student.classroom,
        time_limit=30 * MINUTE,
        shuffle_questions=True,
        shuffle_choices=False,
    )

    attempt = start_attempt(student, assignment, now=now)

    assert (attempt.number, attempt.started_at, attempt.deadline_at) == (1, now, now + 30 * MINUTE)
    assert (attempt.shuffle_questions, attempt.shuffle_choices, attempt.time_limit) == (True, False, 30 * MINUTE)
    assert attempt.classroom == student.classroom
    assert attempt.is_open
    assert len(attempt.seed) == 32


def test_start_attempt_twice_starts_once(assignment: Assignment, student: Student, now: datetime) -> None:
    first = start_attempt(student, assignment, now=now)
    second = start_attempt(student, assignment, now=now + MINUTE)

    assert second == first
    assert second.started_at == now
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("opens", "closes", "refusal"),
    [
        (SECOND, None, NotOpenYet),
        (timedelta(0), None, None),
        (-MINUTE, -SECOND, AssignmentClosed),
        # The close itself is still open. The grace time is for answers and not for new attempts.
        (-MINUTE, timedelta(0), None),
    ],
)
def test_start_attempt_keeps_to_the_window(
    edition: Edition,
    student: Student,
    now: datetime,
    opens: timedelta,
    closes: timedelta | None,
    refusal: type[Exception] | None,
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=student.classroom,
        opens_at=now + opens,
        closes_at=None if closes is None else now + closes,
    )

    if refusal is None:
        start_attempt(student, assignment, now=now)
    else:
        with pytest.raises(refusal):
            start_attempt(student, assignment, now=now)

    assert Attempt.objects.count() == (refusal is None)


def test_start_attempt_past_due_is_late_but_allowed(edition: Edition, student: Student, now: datetime) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, due_at=now - MINUTE)

    assert start_attempt(student, assignment, now=now).is_open


def test_start_attempt_counts_attempts_to_their_limit(edition: Edition, student: Student, now: datetime) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, max_attempts=2)
    for number in (1, 2):
        attempt = start_attempt(student, assignment, now=now)
        assert attempt.number == number
        submit_attempt(attempt, now=now)

    with pytest.raises(NoAttemptsLeft):
        start_attempt(student, assignment, now=now)


def test_start_attempt_without_a_limit_is_always_allowed(edition: Edition, student: Student, now: datetime) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, max_attempts=None)
    for _ in range(4):
        submit_attempt(start_attempt(student, assignment, now=now), now=now)

    assert start_attempt(student, assignment, now=now).number == 5


def test_start_attempt_of_a_classmate_does_not_count(
    assignment: Assignment, student: Student, classmate: Student, now: datetime
) -> None:
    submit_attempt(start_attempt(classmate, assignment, now=now), now=now)

    assert start_attempt(student, assignment, now=now).number == 1


def test_start_attempt_after_the_time_submits_and_starts_the_next(
    edition: Edition, student: Student, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=MINUTE, max_attempts=2)
    first = start_attempt(student, assignment, now=now)
    save(first, "one", "b", now=now + SECOND)

    second = start_attempt(student, assignment, now=now + 10 * MINUTE)

    first.refresh_from_db()
    assert (first.submitted_at, first.submitted_by, first.score) == (now + MINUTE, "deadline", Decimal(1))
    assert second.number == 2


def test_start_attempt_within_the_grace_time_returns_the_same(
    edition: Edition, student: Student, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=MINUTE)
    first = start_attempt(student, assignment, now=now)

    assert start_attempt(student, assignment, now=now + MINUTE + GRACE) == first
    with pytest.raises(NoAttemptsLeft):
        start_attempt(student, assignment, now=now + MINUTE + GRACE + SECOND)


# --- What the student sees ----------------------------------------------------------------------------------------


def test_content_keeps_its_order_whatever_is_saved(edition: Edition, student: Student, now: datetime) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, shuffle_questions=True)
    attempt = start_attempt(student, assignment, now=now)
    before = [question.key for question in content_of(attempt).questions]
    assignment.shuffle_questions = False
    assignment.save()
    save(attempt, "one", "b")

    again = Attempt.objects.select_related("assignment").get()

    assert [question.key for question in content_of(again).questions] == before
    assert sorted(before) == ["one", "proof", "some", "who"]


def test_content_without_shuffle_is_in_authored_order(attempt: Attempt) -> None:
    assert [question.key for question in content_of(attempt).questions] == ["one", "some", "who", "proof"]


def test_content_of_two_students_differs_in_order(edition: Edition, classroom: Classroom) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, shuffle_questions=True)
    orders = {
        tuple(question.key for question in content_of(make_attempt(assignment=assignment)).questions) for _ in range(20)
    }

    # 24 orders and 20 attempts: the probability of one order for all is 24**-19.
    assert len(orders) > 1


def test_content_costs_no_query_once_the_edition_is_cached(attempt: Attempt, queries: Callable[[], Any]) -> None:
    content_of(attempt)
    again = Attempt.objects.select_related("assignment").get()

    with queries() as seen:
        content_of(again)

    assert list(seen) == []


@pytest.mark.parametrize(
    ("saved", "number"),
    [
        ([], 1),
        (["one"], 2),
        (["some"], 3),
        (["one", "some"], 3),
        (["proof"], 1),
        (["some", "one"], 3),
        (["proof", "one"], 2),
        (["one", "some", "who"], 4),
        (["one", "some", "who", "proof"], 4),
        (["one", "some", "half", "proof"], 3),
    ],
)
def test_resume_number_is_the_first_unfinished_after_the_last_saved(
    attempt: Attempt, now: datetime, saved: list[str], number: int
) -> None:
    values = {"one": "a", "some": ["a"], "who": dict.fromkeys("abc", "mayor"), "proof": ["s1"], "half": {"a": "mayor"}}
    for second, key in enumerate(saved):
        save(attempt, "who" if key == "half" else key, values[key], now=now + second * SECOND)

    assert content_of(attempt).resume_number(attempt.answers.all()) == number


def test_resume_number_ignores_flags_and_removed_answers(attempt: Attempt, now: datetime) -> None:
    set_flag(loaded(attempt), question_id(attempt, "one"), flagged=True, now=now)
    save(attempt, "some", ["a"], now=now)
    save(attempt, "some", None, seen_revision=1, now=now)

    assert content_of(attempt).resume_number(attempt.answers.all()) == 1


# --- Flags and checks ---------------------------------------------------------------------------------------------


def test_flag_is_set_and_removed_without_changing_the_answer(attempt: Attempt, now: datetime) -> None:
    save(attempt, "one", "b")

    set_flag(loaded(attempt), question_id(attempt, "one"), flagged=True, now=now)
    flagged = answer_of(attempt, "one")
    set_flag(loaded(attempt), question_id(attempt, "one"), flagged=False, now=now)

    assert (flagged.flagged, flagged.value, flagged.revision) == (True, "b", 1)
    assert answer_of(attempt, "one").flagged is False


def test_flag_before_an_answer_does_not_block_the_save(attempt: Attempt, now: datetime) -> None:
    set_flag(loaded(attempt), question_id(attempt, "one"), flagged=True, now=now)
    assert answer_of(attempt, "one").revision == 0

    saved = save(attempt, "one", "b", seen_revision=0)

    assert (saved.outcome, saved.revision) == ("saved", 1)
    assert answer_of(attempt, "one").flagged is True


def test_flag_after_the_end_is_refused(attempt: Attempt, now: datetime) -> None:
    submit_attempt(attempt, now=now)

    with pytest.raises(AttemptOver):
        set_flag(loaded(attempt), question_id(attempt, "one"), flagged=True, now=now)
    assert Answer.objects.count() == 0


@pytest.fixture
def checking(edition: Edition, student: Student) -> Attempt:
    """An attempt that shows its verdicts at once."""
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, release="at_once", time_limit=10 * MINUTE
    )
    return make_attempt(assignment=assignment, student=student)


def test_check_makes_an_answer_final_once(checking: Attempt, now: datetime) -> None:
    save(checking, "one", "a")

    check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now + SECOND)
    check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now + MINUTE)

    assert answer_of(checking, "one").checked_at == now + SECOND
    assert save(checking, "one", "b", seen_revision=1).outcome == "settled"
    assert answer_of(checking, "one").value == "a"


@pytest.mark.parametrize("release", ["after_hand_in", "never"])
def test_check_is_refused_where_answers_are_shown_later(
    edition: Edition, student: Student, now: datetime, release: str
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, release=release)
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "one", "a")

    with pytest.raises(NotCheckable):
        check_answer(loaded(attempt), question_id(attempt, "one"), seen_revision=1, now=now)
    assert answer_of(attempt, "one").checked_at is None


def test_check_needs_an_answer(checking: Attempt, now: datetime) -> None:
    with pytest.raises(NotCheckable):
        check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now)

    save(checking, "one", "a")
    save(checking, "one", None, seen_revision=1)
    with pytest.raises(NotCheckable):
        check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now)


def test_check_makes_no_newer_answer_final(checking: Attempt, now: datetime) -> None:
    save(checking, "one", "a")
    save(checking, "one", "b", seen_revision=1)

    with pytest.raises(AnswerChanged):
        check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now)
    assert answer_of(checking, "one").checked_at is None


def test_check_ends_with_the_attempt(checking: Attempt, now: datetime) -> None:
    save(checking, "one", "a")
    with pytest.raises(AttemptOver):
        check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now + 11 * MINUTE + SECOND)

    submit_attempt(checking, now=now)
    with pytest.raises(AttemptOver):
        check_answer(loaded(checking), question_id(checking, "one"), seen_revision=1, now=now)


# --- Submit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({}, "0"),
        ({"one": "b"}, "1"),
        ({"one": "a"}, "0"),
        ({"some": ["a"]}, "1"),  # half of 2
        ({"some": ["a", "b", "c"]}, "1"),
        ({"who": {"a": "mayor"}}, "1"),  # a third of 3
        ({"proof": ["s5", "s6", "s1"]}, "1"),
        ({"one": "b", "some": ["a", "c"], "who": {"a": "mayor", "b": "protesters"}, "proof": ["s5"]}, "6"),
        (
            {
                "one": "b",
                "some": ["a", "c"],
                "who": {"a": "mayor", "b": "protesters", "c": "not_stated"},
                "proof": ["s5", "s6"],
            },
            "8",
        ),
    ],
)
def test_submit_attempt_scores_worked_figures(
    attempt: Attempt, now: datetime, answers: dict[str, Any], score: str
) -> None:
    for key, value in answers.items():
        save(attempt, key, value)

    done = submit_attempt(attempt, now=now + MINUTE)

    assert done.score == Decimal(score)
    assert (done.submitted_at, done.submitted_by, done.is_open) == (now + MINUTE, "student", False)


def test_submit_attempt_again_gives_the_same_receipt(attempt: Attempt, now: datetime) -> None:
    save(attempt, "one", "b")
    # A second tab with the old row.
    other_tab = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
    first = submit_attempt(attempt, now=now)

    again = submit_attempt(other_tab, now=now + MINUTE)

    assert (again.receipt, again.submitted_at, again.score) == (first.receipt, now, Decimal(1))
    assert first.receipt is not None
    assert len(first.receipt) == 7
    assert first.receipt[3] == "-"


@pytest.mark.parametrize(
    ("after", "at", "by"),
    [
        (-SECOND, -SECOND, "student"),
        (timedelta(0), timedelta(0), "student"),
        (GRACE, GRACE, "student"),
        (GRACE + SECOND, timedelta(0), "deadline"),
        (timedelta(days=3), timedelta(0), "deadline"),
    ],
)
def test_submit_attempt_after_the_grace_time_counts_as_at_the_deadline(
    edition: Edition, student: Student, now: datetime, after: timedelta, at: timedelta, by: str
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=30 * MINUTE)
    attempt = make_attempt(assignment=assignment, student=student)
    ends = now + 30 * MINUTE

    submit_attempt(attempt, now=ends + after)

    assert (attempt.submitted_at, attempt.submitted_by) == (ends + at, by)


def test_submit_overdue_submits_attempts_whose_time_is_over(
    edition: Edition, classroom: Classroom, now: datetime
) -> None:
    timed = make_assignment(edition=edition, classroom=classroom, time_limit=30 * MINUTE)
    over, in_grace = (
        make_attempt(assignment=timed, started_at=now - started) for started in (31 * MINUTE + SECOND, 31 * MINUTE)
    )
    save(over, "one", "b", now=over.started_at)
    untimed = make_attempt(assignment=make_assignment(edition=edition, classroom=classroom))
    done = make_answered_attempt(assignment=timed, started_at=now - timedelta(days=1))

    assert submit_overdue(now) == 1
    assert submit_overdue(now) == 0

    for attempt in (over, in_grace, untimed):
        attempt.refresh_from_db()
    assert (over.submitted_at, over.submitted_by, over.score) == (now - MINUTE - SECOND, "deadline", Decimal(1))
    assert in_grace.is_open
    assert untimed.is_open
    assert Attempt.objects.get(pk=done.pk).receipt == done.receipt


def test_submit_overdue_goes_on_past_an_attempt_that_fails(
    edition: Edition, classroom: Classroom, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    timed = make_assignment(edition=edition, classroom=classroom, time_limit=30 * MINUTE)
    _first, broken, _last = (make_attempt(assignment=timed, started_at=now - timedelta(days=1)) for _ in range(3))
    save(broken, "who", {"a": "mayor"}, now=broken.started_at)
    # No save stores such a value. It represents any row that cannot be scored.
    Answer.objects.filter(attempt=broken).update(value=7)

    assert submit_overdue(now) == 2

    assert [attempt.pk for attempt in Attempt.objects.open()] == [broken.pk]
    [record] = caplog.records
    assert record.getMessage() == f"Attempt {broken.public_id} is overdue and could not be submitted."
    assert record.exc_info is not None


def test_submit_overdue_passes_an_attempt_that_is_erased_meanwhile(
    edition: Edition,
    classroom: Classroom,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    timed = make_assignment(edition=edition, classroom=classroom, time_limit=30 * MINUTE)
    erased, last = (make_attempt(assignment=timed, started_at=now - timedelta(days=1)) for _ in range(2))

    def erase_first(attempt: Attempt, *, now: datetime) -> None:
        if attempt == erased:
            erase_student(attempt.student, by=None, now=now)
        submit_attempt(attempt, now=now)

    monkeypatch.setattr(lifecycle, "submit_attempt", erase_first)

    assert submit_overdue(now) == 1

    assert list(Attempt.objects.values_list("pk", "submitted_by")) == [(last.pk, "deadline")]
    assert caplog.records == []


def test_submit_attempt_keeps_later_answers_as_late(attempt: Attempt, now: datetime) -> None:
    save(attempt, "one", "b")
    submit_attempt(attempt, now=now)

    saved = save(attempt, "one", "a", seen_revision=1, now=now + SECOND)

    assert (saved.outcome, saved.revision, saved.value) == ("late", 1, "b")
    assert answer_of(attempt, "one").value == "b"
    assert list(AnswerEvent.objects.filter(outcome="late").values_list("value", flat=True)) == ["a"]


def test_submit_attempt_of_a_student_who_moved_stays_in_the_class(
    attempt: Attempt, student: Student, other_classroom: Classroom, now: datetime
) -> None:
    student.classroom = other_classroom
    student.save()

    done = submit_attempt(attempt, now=now)

    assert done.classroom != other_classroom
    assert make_student(classroom=other_classroom).attempts.count() == 0


def test_deadline_that_a_teacher_moves_meanwhile_submits_nothing(attempt: Attempt, now: datetime) -> None:
    Attempt.objects.update(deadline_at=now)
    listed = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
    later = now + GRACE + timedelta(seconds=1)
    Attempt.objects.update(deadline_at=later + timedelta(minutes=10))

    assert submit_attempt(listed, now=later).is_open
    assert listed.deadline_at == later + timedelta(minutes=10)
    # The page's clock asked before.
    old = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
    Attempt.objects.update(deadline_at=later + timedelta(minutes=20))
    assert submit_at_deadline(old, now=old.deadline_at or later).is_open
    # A student can submit at any time.
    assert not submit_attempt(listed, now=later).is_open
