"""When students see the answers."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Max, Q

from quizzes.assignments.deadlines import is_over
from quizzes.models import Assignment, Attempt

Release = Assignment.Release


def answers_shown_at(assignment: Assignment) -> datetime | None:
    """The last close of all classrooms in the assignment's group. One query, or none without such a release.

    None if the release does not wait for the close, or if a classroom of the group never closes.
    """
    return last_closes([assignment])[assignment.pk]


def last_closes(assignments: Collection[Assignment]) -> dict[int, datetime | None]:
    """`answers_shown_at` of each assignment, by assignment id. One query, or none."""
    groups = {assignment.group for assignment in assignments if assignment.release == Release.AFTER_CLOSE}
    group_closes = {}
    if groups:
        assignments_by_group = Assignment.objects.filter(group__in=groups).order_by().values_list("group")
        rows = assignments_by_group.annotate(
            classes=Max("closes_at"),
            students=Max("extensions__closes_at"),
            never_closing=Count("pk", filter=Q(closes_at=None)),
        )
        group_closes = {
            group: None if never_closing else max(close for close in (classes, students) if close is not None)
            for group, classes, students, never_closing in rows
        }
    return {
        assignment.pk: group_closes.get(assignment.group) if assignment.release == Release.AFTER_CLOSE else None
        for assignment in assignments
    }


def answers_shown(assignment: Assignment, attempt: Attempt, *, shown_at: datetime | None, now: datetime) -> bool:
    """Whether the student may see key, score and evidence of the whole attempt.

    shown_at: from `answers_shown_at`. Answers appear after the grace time, in which other students may still save.
    """
    if attempt.is_open:
        return False
    if assignment.release == Release.AFTER_CLOSE:
        return shown_at is not None and is_over(at=now, deadline_at=shown_at)
    return assignment.release in {Release.AT_ONCE, Release.AFTER_SUBMIT}
