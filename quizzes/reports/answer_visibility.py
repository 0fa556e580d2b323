"""Who could see the answers to a question set, and since when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Q

from quizzes.assignments.release import first_sets_around
from quizzes.assignments.visibility import visible_since
from quizzes.models import Assignment, Attempt, Student, Teaching, User


@dataclass(frozen=True, slots=True)
class StudentVisibility:
    """One student of a class. since: when they could first see answers, None for not yet. has_left: the class."""

    student: Student
    since: datetime | None
    has_left: bool


@dataclass(frozen=True, slots=True)
class ClassVisibility:
    """One class with the question set. lines: its students by name, then those who saw answers and left."""

    assignment: Assignment
    lines: tuple[StudentVisibility, ...]

    @property
    def shown_count(self) -> int:
        """How many students could see answers."""
        return sum(line.since is not None for line in self.lines)

    @property
    def since(self) -> datetime | None:
        """When the first of them could see answers."""
        return min((line.since for line in self.lines if line.since is not None), default=None)


def answer_visibility(assignment: Assignment, *, by: User, now: datetime) -> list[ClassVisibility]:
    """Each assignment of the same set, or of a copy, in this teacher's classes, this one first.

    7 to 10 queries, and one more for each step from a copy of the set to the first set.
    """
    first_sets = first_sets_around(Teaching.objects.filter(teacher=by).values("classroom"))
    given = Assignment.objects.taught_by(by).of_same_set([assignment], first_sets).with_set()
    assignments = sorted(given, key=lambda each: (each.pk != assignment.pk, each.classroom.name, each.pk))
    classrooms = {each.classroom_id for each in assignments}
    since = visible_since(assignments, now=now, first_sets=first_sets)
    is_shown = Q(classroom__in=classrooms, removed_at=None) | Q(pk__in={student_id for student_id, _ in since})
    students = list(Student.objects.filter(is_shown))
    return [ClassVisibility(each, _lines(each, students, since)) for each in assignments]


def _lines(
    assignment: Assignment, students: Sequence[Student], since: Mapping[tuple[int, int], datetime]
) -> tuple[StudentVisibility, ...]:
    """The students of the class, then those who could see answers and left."""
    lines = [
        StudentVisibility(
            student,
            since.get((student.pk, assignment.pk)),
            has_left=student.classroom_id != assignment.classroom_id or student.removed_at is not None,
        )
        for student in students
    ]
    shown = (line for line in lines if line.since is not None or not line.has_left)
    return tuple(sorted(shown, key=attrgetter("has_left")))


def student_saw_answers_at(attempt: Attempt, *, now: datetime) -> datetime | None:
    """When the student of this attempt could first see answers of its question set, in any class.

    The queries of `students_saw_answers_at`.
    """
    return students_saw_answers_at(attempt.assignment, [attempt.student_id], now=now).get(attempt.student_id)


def students_saw_answers_at(
    assignment: Assignment, student_ids: Collection[int], *, now: datetime
) -> dict[int, datetime]:
    """When each of these students could first see answers of the question set, in any class; by student id.

    Only those who could. 6 to 9 queries, and one more for each step from a copy of the set to the first set.
    """
    attempts = Attempt.objects.filter(student__in=student_ids).order_by()
    first_sets = first_sets_around(attempts.values("assignment__classroom"))
    given = Assignment.objects.of_same_set([assignment], first_sets)
    made = attempts.values("assignment")
    first: dict[int, datetime] = {}
    seen = visible_since(list(given.filter(pk__in=made)), now=now, student_ids=student_ids, first_sets=first_sets)
    for (student_id, _), since in seen.items():
        first[student_id] = min(since, first.get(student_id, since))
    return first
