"""Assignments: give an edition to classrooms, change its settings, delete it."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from quizzes.assignments.accommodations import move_deadlines
from quizzes.assignments.deadlines import Window, WindowState
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, User


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSettings:
    """What holds in every classroom of an assignment. time_limit None: untimed; max_attempts None: no limit."""

    time_limit: timedelta | None
    max_attempts: int | None
    attempt_policy: str
    shuffle_questions: bool
    shuffle_choices: bool
    release: str


class HasAttempts(Exception):
    """An assignment that students have begun cannot be taken back."""


@transaction.atomic
def assign(
    edition: Edition,
    windows: Mapping[Classroom, Window],
    *,
    settings: AssignmentSettings,
    group: uuid.UUID,
    by: User,
    now: datetime,
) -> list[Assignment]:
    """Give an edition to classrooms, one assignment each, in one group.

    group: named by the form that asks, so that sending it twice assigns once. Returns what this call made.
    """
    # The classrooms' rows are the lock, taken in one order: without it a form sent twice at once would assign twice.
    list(Classroom.objects.select_for_update().filter(pk__in=[classroom.pk for classroom in windows]).order_by("pk"))
    there = set(Assignment.objects.filter(group=group).values_list("classroom_id", flat=True))
    made = [
        Assignment(
            edition=edition,
            classroom=classroom,
            group=group,
            assigned_by=by,
            created_at=now,
            **_window_fields(window),
            **asdict(settings),
        )
        for classroom, window in windows.items()
        if classroom.pk not in there
    ]
    Assignment.objects.bulk_create(made)
    for assignment in made:
        _record(AuditEvent.Action.ASSIGNMENT_GIVEN, assignment, by=by, now=now)
    return made


@transaction.atomic
def change_assignment(
    assignment: Assignment, *, window: Window, settings: AssignmentSettings, by: User, now: datetime
) -> Assignment:
    """Change window and terms. Attempts keep their answers, their order and at least the time limit they began with."""
    before = {name: str(getattr(assignment, name)) for name in (*_window_fields(window), *asdict(settings))}
    for name, value in {**_window_fields(window), **asdict(settings)}.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=[*_window_fields(window), *asdict(settings)])
    for name, end in (("due_at", window.due_at), ("closes_at", window.closes_at)):
        # An extension that gives no more than the class has now would take time away.
        outgrown = assignment.extensions.filter(**{f"{name}__lte": end}) if end else assignment.extensions.all()
        outgrown.update(**{name: None})
    move_deadlines(Attempt.objects.open().filter(assignment=assignment).select_related("assignment", "student"))
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, assignment, by=by, now=now, before=before)
    return assignment


@transaction.atomic
def delete_assignment(assignment: Assignment, *, by: User, now: datetime) -> None:
    """Take back an assignment that nobody has begun; raises HasAttempts."""
    if assignment.attempts.exists():
        raise HasAttempts
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, assignment, by=by, now=now, withdrawn=True)
    assignment.delete()


@transaction.atomic
def use_edition(assignment: Assignment, edition: Edition, *, by: User, now: datetime) -> None:
    """Let an assignment that nobody has begun, nor corrected, give another edition of its set; raises HasAttempts."""
    # Locked, so that an attempt that begins in this moment waits, and one that has begun is seen.
    current = Assignment.objects.select_for_update().get(pk=assignment.pk)
    # A correction speaks of the questions of the edition that it was made for.
    if current.attempts.exists() or current.regrades.exists():
        raise HasAttempts
    before = current.edition_id
    current.edition = edition
    current.save(update_fields=["edition"])
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, current, by=by, now=now, edition_before=before, edition=edition.pk)


def window_state(assignment: Assignment, *, now: datetime) -> WindowState:
    """Where `now` lies in the assignment's window."""
    return window_of(assignment).state(at=now)


def _window_fields(window: Window) -> dict[str, datetime | None]:
    return {"opens_at": window.opens_at, "due_at": window.due_at, "closes_at": window.closes_at}


def _record(action: str, assignment: Assignment, *, by: User, now: datetime, **detail: Any) -> None:
    AuditEvent.objects.record(
        action, actor=by, classroom=assignment.classroom, at=now, assignment=assignment.public_id, **detail
    )
