"""The quizzes of a classroom: the window of each, and how many students have each status."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import is_current, window_state
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.models import Assignment, Attempt, Classroom, QuestionSet, User

# More would push the page down. The Quizzes tab has them all.
LINKED = 3


@dataclass(frozen=True, slots=True)
class QuizLine:
    """One assignment of a classroom. counts: how many students have each status; they add up to the class."""

    assignment: Assignment
    state: WindowState
    counts: Counter[Status]

    @property
    def submitted_count(self) -> int:
        """How many students turned it in."""
        return self.counts[Status.SUBMITTED]

    @property
    def expected_count(self) -> int:
        """How many students should turn it in."""
        return self.counts.total() - self.counts[Status.EXCUSED]


def current_quizzes(classroom: Classroom, *, now: datetime) -> list[Assignment]:
    """`current_among` all quizzes of the class. One query."""
    return current_among(classroom.assignments.with_set(), now=now)


def current_among(assignments: Iterable[Assignment], *, now: datetime) -> list[Assignment]:
    """The open quizzes, the newest first, at most LINKED of them; without any, the newest one.

    A quiz that waits for its teacher is among the open ones.
    """
    newest_first = sorted(assignments, key=lambda assignment: (assignment.created_at, assignment.pk), reverse=True)
    current = [assignment for assignment in newest_first if is_current(assignment, now=now)]
    return current[:LINKED] or newest_first[:1]


def quiz_lines(classroom: Classroom, *, by: User, now: datetime) -> list[QuizLine]:
    """The classroom's assignments, the newest first; 4 queries for any number.

    Their attribute `can_preview`: whether the set is open to `by`, the teacher of the page.
    """
    can_preview = Exists(QuestionSet.objects.open_to(by).filter(pk=OuterRef("edition__question_set")))
    rows = classroom.assignments.with_set().annotate(can_preview=can_preview)
    assignments = list(rows.order_by("-created_at", "-pk"))
    students = list(classroom.students.enrolled().order_by().values_list("pk", flat=True))
    made = by_student_and_assignment(Attempt.objects.filter(assignment__in=assignments).order_by())
    overrides = load_overrides(assignment__classroom=classroom)
    return [
        QuizLine(
            assignment,
            window_state(assignment, now=now),
            overrides.status_counts(assignment, students, made, now=now),
        )
        for assignment in assignments
    ]
