"""Who could see the answers to a question set, and since when."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from quizzes.assignments.visibility import visible_since
from quizzes.models import Assignment, Attempt, Student, User


@dataclass(frozen=True, slots=True)
class StudentVisibility:
    """One student of a class. since: when they could first see answers, None for not yet."""

    student: Student
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ClassVisibility:
    """One class with the question set. lines: its students by name."""

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
    """Each assignment of the same set in this teacher's classes, this one first. 5 to 7 queries.

    assignment: with its set.
    """
    given = Assignment.objects.taught_by(by).of_set(assignment.edition.question_set).with_set()
    assignments = sorted(given, key=lambda each: (each.pk != assignment.pk, each.classroom.name, each.pk))
    classrooms = {each.classroom_id for each in assignments}
    students: defaultdict[int, list[Student]] = defaultdict(list)
    for student in Student.objects.enrolled().filter(classroom__in=classrooms):
        students[student.classroom_id].append(student)
    since = visible_since(assignments, now=now)
    return [
        ClassVisibility(
            each,
            tuple(
                StudentVisibility(student, since.get((student.pk, each.pk))) for student in students[each.classroom_id]
            ),
        )
        for each in assignments
    ]


def student_saw_answers_at(attempt: Attempt, *, now: datetime) -> datetime | None:
    """When the student of this attempt could first see answers of its question set, in any class. 4 to 6 queries.

    attempt: with its set.
    """
    question_set = attempt.assignment.edition.question_set
    given = Assignment.objects.of_set(question_set).filter(attempts__student=attempt.student_id).distinct()
    since = visible_since(list(given), now=now, student_id=attempt.student_id)
    return min(since.values(), default=None)
