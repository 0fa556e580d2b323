"""Give an edition to classrooms, change an assignment's settings, delete it."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from quizzes.assignments.accommodations import move_deadlines, set_excused
from quizzes.assignments.deadlines import Window, WindowState
from quizzes.assignments.release import shows_before_last_attempt
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, User
from quizzes.models.assignments import MAX_TITLE


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSettings:
    """The settings of an assignment except its window. time_limit None: untimed. max_attempts None: no limit.

    own_title: "" for the title of the question set.
    """

    time_limit: timedelta | None
    max_attempts: int | None
    attempt_policy: str
    shuffle_questions: bool
    shuffle_choices: bool
    release: str
    is_teacher_paced: bool = False
    own_title: str = ""


class HasAttempts(Exception):
    """The assignment has attempts or regrades."""


class NotOpen(Exception):
    """The assignment has not opened."""


class StillMoreAttempts(Exception):
    """The answers would show to students who can start another attempt."""


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
    """Give an edition to classrooms, one assignment each, in one group; returns the assignments that are new.

    group: an id from the form, so that a form sent twice assigns once.
    """
    # Locks in a fixed order, so that a form sent twice at the same time neither assigns twice nor ends in a deadlock.
    list(Classroom.objects.select_for_update().filter(pk__in=[classroom.pk for classroom in windows]).order_by("pk"))
    assigned_ids = set(Assignment.objects.filter(group=group).values_list("classroom_id", flat=True))
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
        if classroom.pk not in assigned_ids
    ]
    Assignment.objects.bulk_create(made)
    for assignment in made:
        _record(AuditEvent.Action.ASSIGNMENT_GIVEN, assignment, by=by, now=now)
    return made


@transaction.atomic
def change_assignment(
    assignment: Assignment, *, window: Window, settings: AssignmentSettings, by: User, now: datetime
) -> Assignment:
    """Change window and settings. Attempts keep their answers and order, and their time limits never get shorter."""
    before = {name: str(getattr(assignment, name)) for name in (*_window_fields(window), *asdict(settings))}
    for name, value in {**_window_fields(window), **asdict(settings)}.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=[*_window_fields(window), *asdict(settings)])
    for name, end in (("due_at", window.due_at), ("closes_at", window.closes_at)):
        # An extension that ends before the new time of the class would take time away.
        outdated = assignment.extensions.filter(**{f"{name}__lte": end}) if end else assignment.extensions.all()
        outdated.update(**{name: None})
    move_deadlines(Attempt.objects.open().filter(assignment=assignment).select_related("assignment", "student"))
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, assignment, by=by, now=now, before=before)
    return assignment


def open_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Open an assignment that has not opened, with its due time and its close. Any other stays as it is."""
    if window_state(assignment, now=now) is not WindowState.NOT_OPEN:
        return assignment
    window = Window(now, assignment.due_at, assignment.closes_at)
    return change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)


def close_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Close an open assignment. Extensions stay; attempts without one are submitted after the grace time.

    Raises NotOpen before it opens.
    """
    match window_state(assignment, now=now):
        case WindowState.NOT_OPEN:
            raise NotOpen
        case WindowState.CLOSED:
            return assignment
    due_at = min(assignment.due_at, now) if assignment.due_at is not None else None
    window = Window(assignment.opens_at, due_at, now)
    return change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)


def keep_open(
    assignment: Assignment, *, more_time: timedelta, seen_close: datetime | None, by: User, now: datetime
) -> Assignment:
    """Move the close by `more_time`, from now if it has passed.

    seen_close: the close on the page of the button. If it moved since, nothing changes, so that two clicks add once.
    """
    closes_at = assignment.closes_at
    if closes_at is None or closes_at != seen_close:
        return assignment
    window = Window(assignment.opens_at, assignment.due_at, max(closes_at, now) + more_time)
    return change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)


def release_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Show the answers to every student who has submitted. Raises StillMoreAttempts."""
    if assignment.release in {Assignment.Release.AT_ONCE, Assignment.Release.AFTER_SUBMIT}:
        return assignment
    settings = replace(settings_of(assignment), release=Assignment.Release.AFTER_SUBMIT)
    is_closed = window_state(assignment, now=now) is WindowState.CLOSED
    if not is_closed and shows_before_last_attempt(settings.release, settings.max_attempts):
        raise StillMoreAttempts
    return change_assignment(assignment, window=window_of(assignment), settings=settings, by=by, now=now)


@transaction.atomic
def delete_assignment(assignment: Assignment, *, by: User, now: datetime) -> None:
    """Delete an assignment without attempts. Raises HasAttempts."""
    if assignment.attempts.exists():
        raise HasAttempts
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, assignment, by=by, now=now, withdrawn=True)
    assignment.delete()


@transaction.atomic
def use_edition(assignment: Assignment, edition: Edition, *, by: User, now: datetime) -> None:
    """Give another edition of the set with an assignment that has no attempts and no regrades. Raises HasAttempts."""
    # The lock makes a student who starts an attempt wait until this transaction ends.
    current = Assignment.objects.select_for_update().get(pk=assignment.pk)
    # A regrade refers to a question of the old edition.
    if current.attempts.exists() or current.regrades.exists():
        raise HasAttempts
    before = current.edition_id
    current.edition = edition
    current.save(update_fields=["edition"])
    _record(AuditEvent.Action.ASSIGNMENT_CHANGED, current, by=by, now=now, edition_before=before, edition=edition.pk)


@transaction.atomic
def split_by_edition(
    assignment: Assignment, edition: Edition, *, group: uuid.UUID, by: User, now: datetime
) -> Assignment:
    """Give another edition to the students who have not started, as an assignment of its own; returns that one.

    It has the same window, settings and extensions. Each student is excused from one of the two. group: an id from the
    form, so that a form sent twice splits once.
    """
    current = Assignment.objects.select_for_update().get(pk=assignment.pk)
    known = Assignment.objects.filter(group=group, classroom=current.classroom_id).first()
    if known is not None:
        return known
    started = set(current.attempts.values_list("student", flat=True))
    excused = set(current.excuses.values_list("student", flat=True))
    suffix = f", version {edition.number}"
    made = Assignment(
        edition=edition,
        classroom=current.classroom,
        group=group,
        assigned_by=by,
        created_at=now,
        **_window_fields(window_of(current)),
        **asdict(settings_of(current)) | {"own_title": f"{current.title[: MAX_TITLE - len(suffix)]}{suffix}"},
    )
    made.save()
    _record(AuditEvent.Action.ASSIGNMENT_GIVEN, made, by=by, now=now)
    for student in current.classroom.students.enrolled():
        stays = student.pk in started or student.pk in excused
        left, number = (made, current.edition.number) if stays else (current, edition.number)
        reason = f"Has version {number} of this quiz." if student.pk not in excused else "Excused from this quiz."
        set_excused(left, student, is_excused=True, reason=reason, by=by, now=now)
    for extension in current.extensions.exclude(student__in=started):
        extension.pk, extension.assignment = None, made
        extension.save()
    return made


def window_state(assignment: Assignment, *, now: datetime) -> WindowState:
    """The state of the assignment's window at `now`."""
    return window_of(assignment).state(at=now)


def settings_of(assignment: Assignment) -> AssignmentSettings:
    """The assignment's settings."""
    return AssignmentSettings(**{name: getattr(assignment, name) for name in AssignmentSettings.__dataclass_fields__})


def _window_fields(window: Window) -> dict[str, datetime | None]:
    return {"opens_at": window.opens_at, "due_at": window.due_at, "closes_at": window.closes_at}


def _record(action: str, assignment: Assignment, *, by: User, now: datetime, **detail: Any) -> None:
    AuditEvent.objects.record(
        action, actor=by, classroom=assignment.classroom, at=now, assignment=assignment.public_id, **detail
    )
