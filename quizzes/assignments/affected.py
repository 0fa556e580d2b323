"""The classes and students that a close, more time, or a release of the answers affects."""

from datetime import datetime

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.release import given_with
from quizzes.models import Assignment, Attempt, Student, User


def working_counts(assignment: Assignment, *, now: datetime) -> tuple[int, int]:
    """How many students a close stops at work, and how many continue with an extension. Two queries."""
    working = assignment.attempts.open().filter(student__in=Student.objects.enrolled())
    extended = assignment.extensions.filter(closes_at__gt=now)
    continuing = working.filter(student__in=extended.values("student")).count()
    return working.count() - continuing, continuing


def ended_count(assignment: Assignment, *, closed_at: datetime) -> int:
    """How many attempts of the class ended at this close or a deadline after it. One query."""
    ended = assignment.attempts.filter(submitted_by=Attempt.SubmittedBy.DEADLINE, submitted_at__gte=closed_at)
    return ended.filter(student__in=Student.objects.enrolled()).count()


def classes_to_come(assignment: Assignment, *, by: User, now: datetime) -> list[str]:
    """The names of this teacher's other classes in which the same question set has not closed. One query."""
    others = given_with([assignment]).taught_by(by).filter(classroom__archived_at=None)
    return sorted(
        {
            other.classroom.name
            for other in others.exclude(classroom=assignment.classroom).select_related("classroom")
            if window_state(other, now=now) is not WindowState.CLOSED
        }
    )
