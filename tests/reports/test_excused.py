"""An excused student is neither missing nor a score: on the teacher's home, the progress board and the gradebook."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.attempts.late_answers import attempts_with_late
from quizzes.models import Assignment, Classroom, Edition, Excuse, Student, User
from quizzes.people.rosters import remove_student
from quizzes.reports.class_report import class_report
from quizzes.reports.progress import progress
from quizzes.reports.teacher_home import load_teacher_home
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt, save
from tests.pages import text_of

HOUR = timedelta(hours=1)


def excuse(assignment: Assignment, *students: Student, by: User) -> None:
    for student in students:
        Excuse.objects.create(assignment=assignment, student=student, reason="Was ill", given_by=by, given_at=NOW)


@pytest.fixture
def due(edition: Edition, classroom: Classroom) -> Assignment:
    return make_assignment(edition=edition, classroom=classroom, due_at=NOW + HOUR)


def test_needs_leave_out_who_is_excused(due: Assignment, four_students: list[Student], teacher: User) -> None:
    """Ana is done; Ben is excused and has nothing, Cy is excused and at work; Dee has not started."""
    ana, ben, cy, _ = four_students
    make_answered_attempt(assignment=due, student=ana)
    make_attempt(assignment=due, student=cy)
    excuse(due, ben, cy, by=teacher)

    [need] = load_teacher_home(teacher, now=NOW).needs

    assert (need.kind, need.count, need.not_started_count) == ("not_submitted", 1, 1)


def test_needs_count_one_who_turned_in_and_is_excused_for_no_one_else(
    due: Assignment, four_students: list[Student], teacher: User
) -> None:
    """Ana submitted and is excused; the other three have not submitted."""
    make_answered_attempt(assignment=due, student=four_students[0])
    excuse(due, four_students[0], by=teacher)

    [need] = load_teacher_home(teacher, now=NOW).needs

    assert (need.count, need.not_started_count) == (3, 3)


def test_late_answers_of_the_excused_wait_for_no_one(
    due: Assignment, four_students: list[Student], teacher: User, teacher_client: Client
) -> None:
    """They would not count if the teacher accepted them."""
    ana, ben, *_ = four_students
    for student in (ana, ben):
        attempt = make_answered_attempt(assignment=due, student=student, answers={"one": "a"})
        save(attempt, "one", "b", seen_revision=1, now=NOW + HOUR)
    excuse(due, ben, by=teacher)

    *_, need = load_teacher_home(teacher, now=NOW + 2 * HOUR).needs

    assert (need.kind, [name for name, _ in need.late]) == ("late_answers", [ana.display_name])
    assert [line.student for line in progress(due, now=NOW + HOUR) if line.has_late_answers] == [ana]
    assert [line.student for line in class_report(due, now=NOW + HOUR).lines if line.has_late_answers] == [ana]
    assert [attempt.student for attempt in attempts_with_late(due, now=NOW + HOUR)] == [ana]


def test_needs_are_none_when_all_others_turned_in(due: Assignment, four_students: list[Student], teacher: User) -> None:
    ana, ben, cy, dee = four_students
    for student in (ana, ben):
        make_answered_attempt(assignment=due, student=student)
    excuse(due, cy, dee, by=teacher)
    # One who was excused and left counts no second time.
    remove_student(dee, by=teacher, now=NOW)

    assert load_teacher_home(teacher, now=NOW).needs == []


def test_summary_leaves_out_who_is_excused(due: Assignment, four_students: list[Student], teacher: User) -> None:
    ana, ben, cy, _ = four_students
    make_answered_attempt(assignment=due, student=ana)
    make_answered_attempt(assignment=due, student=ben, right=0)
    excuse(due, ben, cy, by=teacher)

    [summary] = load_teacher_home(teacher, now=NOW).summaries

    assert summary.newest is not None
    assert (summary.newest.submitted_count, summary.newest.expected_count, summary.student_count) == (1, 2, 4)
    assert summary.average_share == Decimal(1)


def test_home_says_how_many_of_those_who_have_to(
    due: Assignment, four_students: list[Student], teacher: User, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=due, student=four_students[0])
    excuse(due, four_students[1], by=teacher)

    assert "1 of 3 turned in" in text_of(teacher_client.get(reverse("teacher_home")))


def test_progress_counts_the_excused_apart(
    due: Assignment, four_students: list[Student], teacher: User, teacher_client: Client
) -> None:
    ana, ben, _, _ = four_students
    make_answered_attempt(assignment=due, student=ana)
    excuse(due, ben, by=teacher)

    page = text_of(teacher_client.get(reverse("assignment_progress", args=[due.public_id])))

    assert "1 of 3 turned in, 2 missing, 1 excused" in page
