"""The next step of a new class, until a student has answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import is_current, window_state
from quizzes.models import Assignment, Classroom

StepName = Literal["students", "quiz", "start", "cards"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a teacher does next in a class.

    assignment: the quiz to start for “start”, the homework that needs sign-in cards for “cards”.
    """

    name: StepName
    assignment: Assignment | None = None


def next_step(classroom: Classroom, *, now: datetime) -> NextStep | None:
    """The next step of a class; None for an archived one and once a student of it has answered. At most 3 queries."""
    if classroom.archived_at is not None or classroom.attempts.in_class().exists():
        return None
    if not classroom.students.enrolled().exists():
        return NextStep("students")
    return step_of(list(classroom.assignments.all()), now=now)


def step_of(assignments: list[Assignment], *, now: datetime) -> NextStep:
    """The next step of a class with students in which no one has answered. assignments: the oldest first.

    It is about the newest of the open quizzes; without any, about the quiz that opens first.
    """
    waiting = [entry for entry in assignments if window_state(entry, now=now) is not WindowState.CLOSED]
    if not waiting:
        return NextStep("quiz")
    current = [entry for entry in waiting if is_current(entry, now=now)]
    # The others have an opening time: without it, a quiz waits for its teacher or is open.
    upcoming = current[-1] if current else min(waiting, key=lambda entry: entry.opens_at or now)
    return NextStep("cards" if upcoming.is_homework else "start", upcoming)
