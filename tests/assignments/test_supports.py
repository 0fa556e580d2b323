"""Which supports a student has, and which attempts get a change."""

from datetime import datetime
from typing import Any

import pytest

from quizzes.assignments.supports import (
    NO_SUPPORTS,
    Supports,
    change_accommodations,
    set_class_supports,
    set_supports,
    supports_of,
)
from quizzes.attempts.lifecycle import start_attempt, submit_attempt
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.factories import make_assignment

READ, NOTES = Supports(read_aloud=True), Supports(notes=True)


@pytest.mark.parametrize(
    ("stored", "supports"),
    [
        ({}, NO_SUPPORTS),
        ({"read_aloud": True}, READ),
        # A file of another version, or made by hand.
        ({"read_aloud": "yes", "unknown": True}, NO_SUPPORTS),
        ({"read_aloud": 1}, NO_SUPPORTS),
        ({"text_size": 150, "color": "blue"}, Supports(text_size=150, color="blue")),
        ({"break_minutes": 15}, Supports(break_minutes=15)),
        ({"break_minutes": 7}, NO_SUPPORTS),
        ({"text_size": 700, "color": 'blue" onload='}, NO_SUPPORTS),
    ],
)
def test_stored_column_has_only_what_this_version_knows(stored: dict[str, Any], supports: Supports) -> None:
    assert Supports.of(stored) == supports


def test_only_what_is_on_is_stored() -> None:
    assert [NO_SUPPORTS.stored(), READ.stored()] == [{}, {"read_aloud": True}]
    assert [NO_SUPPORTS.is_any, READ.is_any] == [False, True]


def of_attempt(attempt: Attempt) -> Supports:
    return Supports.of(Attempt.objects.get(pk=attempt.pk).supports)


def test_own_supports_take_the_place_of_those_of_the_class(student: Student, teacher: User, now: datetime) -> None:
    set_class_supports(student.classroom, READ, by=teacher, now=now)
    assert supports_of(student) == READ
    set_supports(student, NO_SUPPORTS, by=teacher, now=now)
    assert supports_of(student) == NO_SUPPORTS
    set_supports(student, None, by=teacher, now=now)
    assert Student.objects.get(supports__isnull=True) == student
    page = Student.objects.select_related("classroom").get(pk=student.pk)
    assert supports_of(page) == READ
    # Another teacher changes others while the page of the class is open.
    set_supports(student, Supports(spacing=True), by=teacher, now=now)
    change_accommodations([(page, {"notes": True})], by=teacher, now=now)
    assert supports_of(Student.objects.get(pk=student.pk)) == Supports(spacing=True, notes=True)


def test_change_reaches_open_attempts_and_no_others(
    student: Student, classmate: Student, assignment: Assignment, teacher: User, now: datetime
) -> None:
    own, other = (start_attempt(one, assignment, now=now) for one in (student, classmate))
    done = submit_attempt(
        start_attempt(student, make_assignment(classroom=student.classroom, assigned_by=teacher), now=now), now=now
    )
    set_supports(classmate, NO_SUPPORTS, by=teacher, now=now)
    set_class_supports(student.classroom, READ, by=teacher, now=now)
    assert [of_attempt(attempt) for attempt in (own, other, done)] == [READ, NO_SUPPORTS, NO_SUPPORTS]
    page = Student.objects.select_related("classroom").get(pk=classmate.pk)
    set_class_supports(student.classroom, NOTES, by=teacher, now=now)
    # Since the page was opened, another teacher has changed those of the class.
    set_supports(page, None, by=teacher, now=now)
    assert of_attempt(other) == NOTES
    set_supports(classmate, READ, by=teacher, now=now)
    assert of_attempt(other) == READ


def test_new_attempt_has_the_supports_of_its_student(
    student: Student, assignment: Assignment, teacher: User, now: datetime
) -> None:
    set_supports(student, READ, by=teacher, now=now)
    assert of_attempt(start_attempt(student, assignment, now=now)) == READ


def test_repeat_changes_nothing_and_each_change_is_in_the_history(
    classroom: Classroom, student: Student, teacher: User, now: datetime
) -> None:
    for _ in range(2):
        set_class_supports(classroom, READ, by=teacher, now=now)
        set_supports(student, READ, by=teacher, now=now)
    events = classroom.audit_events.values_list("action", "detail")
    assert sorted(events) == [
        ("accommodation_changed", {"supports": {"read_aloud": True}}),
        ("classroom_changed", {"before": {"supports": {}}, "after": {"supports": {"read_aloud": True}}}),
    ]
