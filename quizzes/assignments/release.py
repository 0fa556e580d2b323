"""When students see the answers."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Max, Q

from quizzes.assignments.deadlines import is_over
from quizzes.models import Assignment, Attempt

Release = Assignment.Release


def answers_shown_at(assignment: Assignment) -> datetime | None:
    """The last close of all classrooms that have this assignment; one statement, none where release waits for no close.

    None where release waits for no close, or for that of a classroom which now has none.
    """
    return last_closes([assignment])[assignment.pk]


def last_closes(assignments: Collection[Assignment]) -> dict[int, datetime | None]:
    """What `answers_shown_at` says of each of these, by assignment id; one statement, or none."""
    groups = {assignment.group for assignment in assignments if assignment.release == Release.AFTER_CLOSE}
    found = {}
    if groups:
        ends = Assignment.objects.filter(group__in=groups).order_by().values_list("group")
        closes = ends.annotate(
            classes=Max("closes_at"),
            students=Max("extensions__closes_at"),
            endless=Count("pk", filter=Q(closes_at=None)),
        )
        found = {
            group: None if endless else max(end for end in (classes, students) if end is not None)
            for group, classes, students, endless in closes
        }
    return {
        assignment.pk: found.get(assignment.group) if assignment.release == Release.AFTER_CLOSE else None
        for assignment in assignments
    }


def answers_shown(assignment: Assignment, attempt: Attempt, *, shown_at: datetime | None, now: datetime) -> bool:
    """Whether the student may see key, score and evidence of a whole attempt.

    shown_at: what `answers_shown_at` gave. Answers still in flight at the last close may arrive within the grace.
    """
    if attempt.is_open:
        return False
    if assignment.release == Release.AFTER_CLOSE:
        return shown_at is not None and is_over(at=now, deadline_at=shown_at)
    return assignment.release in {Release.AT_ONCE, Release.AFTER_SUBMIT}
