"""The work in a class of students who moved to another one."""

from dataclasses import dataclass

from django.db.models import F

from quizzes.models import Attempt, Classroom, Student


@dataclass(frozen=True, slots=True)
class MovedStudent:
    """A student who moved away, with the class of today, and the finished attempts here by time."""

    student: Student
    attempts: tuple[Attempt, ...]


def moved_away(classroom: Classroom) -> list[MovedStudent]:
    """The students who moved away and left finished work, by name; 1 query. Removed students are not among them."""
    rows = Attempt.objects.submitted().filter(classroom=classroom, student__removed_at=None)
    away = rows.exclude(student__classroom=F("classroom")).with_set().select_related("student__classroom")
    found: dict[int, list[Attempt]] = {}
    for attempt in away.order_by("student__sort_key", "student", "submitted_at", "pk"):
        found.setdefault(attempt.student_id, []).append(attempt)
    return [MovedStudent(attempts[0].student, tuple(attempts)) for attempts in found.values()]
