"""One student's work: the status of each assignment, its attempts, and which of them counts."""

from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from quizzes.assignments.status import Status
from quizzes.models import Assignment, Classroom, Edition, Excuse, Student, User
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.student_history import history_lines
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt, make_classroom
from tests.pages import text_of

HOUR = timedelta(hours=1)


def lines(student: Student, teacher: User) -> list[tuple[Status, bool, list[int], int | None]]:
    """(status, late, numbers of the attempts, number of the counting one) of each line."""
    return [
        (
            line.student_status.status,
            line.student_status.is_late,
            [attempt.number for attempt, _ in line.attempts],
            line.student_status.counting_attempt and line.student_status.counting_attempt.number,
        )
        for line in history_lines(student, by=teacher, now=NOW + 2 * HOUR)
    ]


def give(edition: Edition, classroom: Classroom, place: int, **fields: object) -> Assignment:
    return make_assignment(edition=edition, classroom=classroom, created_at=NOW - place * HOUR, **fields)


def test_history_has_one_line_for_each_assignment(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    due = {"due_at": NOW + HOUR}
    give(edition, classroom, 1)
    give(edition, classroom, 2, **due)
    excused, excused_later, late, tried, working = (
        give(edition, classroom, place, max_attempts=None, **due) for place in range(3, 8)
    )
    for assignment in (excused, excused_later):
        Excuse.objects.create(assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=NOW)
    make_answered_attempt(assignment=excused_later, student=student)
    make_answered_attempt(assignment=late, student=student, started_at=NOW + HOUR)
    for number, right in enumerate((4, 0), start=1):
        make_answered_attempt(assignment=tried, student=student, number=number, right=right)
    make_attempt(assignment=working, student=student)

    assert lines(student, teacher) == [
        (Status.NOT_STARTED, False, [], None),
        (Status.MISSING, False, [], None),
        (Status.EXCUSED, False, [], None),
        (Status.EXCUSED, False, [1], None),
        (Status.SUBMITTED, True, [1], 1),
        (Status.SUBMITTED, False, [2, 1], 1),
        (Status.IN_PROGRESS, False, [1], None),
    ]


def test_history_follows_a_student_to_another_class_of_the_teacher(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, other_teacher: User
) -> None:
    old = give(edition, classroom, 2)
    give(edition, classroom, 1)
    new_class = make_classroom(teacher=teacher, name="Period 9")
    give(edition, new_class, 0)
    make_answered_attempt(assignment=old, student=student)
    move_student(student, to=new_class, by=teacher, now=NOW)
    student.refresh_from_db()

    assert lines(student, teacher) == [(Status.NOT_STARTED, False, [], None), (Status.SUBMITTED, False, [1], 1)]
    assert lines(student, other_teacher) == []

    remove_student(student, by=teacher, now=NOW)
    student.refresh_from_db()

    assert lines(student, teacher) == [(Status.SUBMITTED, False, [1], 1)]


def test_student_page_has_points_percentages_and_states_in_words(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    give(edition, classroom, 0, due_at=NOW + HOUR)
    excused = give(edition, classroom, 1)
    tried = give(edition, classroom, 2, max_attempts=2)
    Excuse.objects.create(assignment=excused, student=student, reason="Ill", given_by=teacher, given_at=NOW)
    make_answered_attempt(assignment=excused, student=student, right=0)
    for number, right in enumerate((2, 1), start=1):
        make_answered_attempt(assignment=tried, student=student, number=number, right=right)

    text = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))

    assert "Small set Extend or excuse : Small set Missing" in text
    assert "0 of 8, 0% Doesn’t count. Receipt" in text
    assert "Attempt 1 : Small set , Fri, Oct 23, 11:01 am EDT, this one counts" in text
    assert "3 of 8, 38%" in text
    assert "1 of 8, 13%" in text


def test_history_share_is_of_the_attempts_own_maximum(assignment: Assignment, student: Student, teacher: User) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=2)
    [line] = history_lines(student, by=teacher, now=NOW)
    assert [share for _, share in line.attempts] == [Decimal("0.375")]
