"""Give an edition to classrooms, change an assignment's settings, start, pause and end it."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from quizzes.assignments.accommodations import move_deadlines, set_deadlines
from quizzes.assignments.board import close_shown
from quizzes.assignments.deadlines import Breaks, Window, WindowState, is_over
from quizzes.assignments.release import shows_by_submit
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Extension, User
from quizzes.models.locks import lock_rows, locked, read_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSettings:
    """The settings of an assignment except its window, by default those of the model.

    time_limit None: untimed. max_attempts None: no limit. own_title: "" for the title of the question set.
    is_title_made: Footnote made it, and pages translate it.
    """

    time_limit: timedelta | None = None
    max_attempts: int | None = 1
    attempt_policy: str = Assignment.AttemptPolicy.BEST
    shuffle_questions: bool = False
    shuffle_choices: bool = True
    release: str = Assignment.Release.AFTER_LAST
    shows_scores: bool = False
    is_teacher_paced: bool = False
    own_title: str = ""
    is_title_made: bool = False


class NotOpen(Exception):
    """The assignment has not opened."""


class StillMoreAttempts(Exception):
    """The answers or the scores would show to students who can start another attempt."""


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
    lock_rows(classrooms=[classroom.pk for classroom in windows])
    assigned_ids = set(Assignment.objects.filter(group=group).values_list("classroom_id", flat=True))
    left = {classroom: window for classroom, window in windows.items() if classroom.pk not in assigned_ids}
    return make_assignments(edition, left, settings=settings, group=group, by=by, now=now)


def make_assignments(
    edition: Edition,
    windows: Mapping[Classroom, Window],
    *,
    settings: AssignmentSettings,
    group: uuid.UUID,
    by: User,
    now: datetime,
    newer_version_of: Assignment | None = None,
) -> list[Assignment]:
    """Add an assignment of the edition to each of these classrooms, without a check for earlier ones; returns them."""
    made = [
        Assignment(
            edition=edition,
            classroom=classroom,
            group=group,
            assigned_by=by,
            created_at=now,
            newer_version_of=newer_version_of,
            paused_at=window.paused_at,
            **_window_fields(window),
            **asdict(settings),
        )
        for classroom, window in windows.items()
    ]
    Assignment.objects.bulk_create(made)
    for assignment in made:
        assignment.record_event(AuditEvent.Action.ASSIGNMENT_GIVEN, by=by, now=now)
    return made


@transaction.atomic
def change_assignment(
    assignment: Assignment,
    *,
    window: Window,
    settings: AssignmentSettings,
    by: User,
    now: datetime,
    more_time: timedelta = timedelta(0),
) -> Assignment:
    """Change window and settings. Attempts keep their answers and order, and their time limits never get shorter.

    more_time: added to the time limit of each attempt in progress, also of one that has a longer limit than the others.
    A repeat changes nothing.
    """
    lock_settings(assignment)
    columns = {**_window_fields(window), **asdict(settings)}
    if not more_time and all(getattr(assignment, name) == value for name, value in columns.items()):
        return assignment
    before = _in_force(assignment)
    if settings.is_teacher_paced and not assignment.is_teacher_paced:
        close_shown(assignment)
    for name, value in columns.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=columns)
    move_deadlines(_locked_attempts(Q(submitted_at=None), assignment), now=now, more_time=more_time)
    assignment.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, before=before)
    return assignment


@transaction.atomic
def open_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Open an assignment that has not opened, also one that waits for its teacher. Any other stays as it is.

    Its close stays, and its due time if that is still to come. At the moment of its close it is too late.
    """
    lock_settings(assignment)
    if window_state(assignment, now=now) is not WindowState.NOT_OPEN or assignment.closes_at == now:
        return assignment
    if assignment.waits_for_teacher:
        assignment.started_in_class_at = now
        assignment.save(update_fields=["started_in_class_at"])
    due_at = assignment.due_at if assignment.due_at is not None and assignment.due_at > now else None
    window = replace(window_of(assignment), opens_at=now, due_at=due_at, waits_for_teacher=False)
    return change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)


@transaction.atomic
def close_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Close an open assignment. Extensions stay; attempts without one are submitted after the grace time.

    Raises NotOpen before it opens.
    """
    lock_settings(assignment)
    match window_state(assignment, now=now):
        case WindowState.NOT_OPEN:
            raise NotOpen
        case WindowState.CLOSED:
            return assignment
    assignment = resume(assignment, by=by, now=now)
    due_at = min(assignment.due_at, now) if assignment.due_at is not None else None
    window = replace(window_of(assignment), due_at=due_at, closes_at=now)
    return change_assignment(assignment, window=window, settings=settings_of(assignment), by=by, now=now)


def is_time_limited(assignment: Assignment, *, now: datetime) -> bool:
    """Whether students work on it now, with a time limit."""
    return assignment.time_limit is not None and window_state(assignment, now=now).is_open


@transaction.atomic
def give_more_time(
    assignment: Assignment,
    *,
    more_time: timedelta,
    seen_close: datetime | None,
    seen_limit: timedelta | None,
    by: User,
    now: datetime,
) -> Assignment:
    """Add `more_time` to the time limit of an open assignment, and move its close, from now if that has passed.

    A due time at the close moves along. So work that was not late at `close_now` is not late because of it.
    seen_close, seen_limit: as on the page of the button. If one changed since, nothing changes, so that two clicks add
    once.
    """
    lock_settings(assignment)
    closes_at, time_limit = assignment.closes_at, assignment.time_limit
    is_limited = is_time_limited(assignment, now=now)
    if (closes_at, time_limit) != (seen_close, seen_limit) or (closes_at is None and not is_limited):
        return assignment
    window, settings = window_of(assignment), settings_of(assignment)
    if closes_at is not None:
        moved = max(closes_at, assignment.paused_at or now) + more_time
        window = replace(window, due_at=moved if window.is_due_at_close else window.due_at, closes_at=moved)
    if time_limit is None or not is_limited:
        return change_assignment(assignment, window=window, settings=settings, by=by, now=now)
    settings = replace(settings, time_limit=time_limit + more_time)
    return change_assignment(assignment, window=window, settings=settings, by=by, now=now, more_time=more_time)


@transaction.atomic
def pause(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Stop the clock of an open assignment for all its students. Safe to repeat; answers on their way still count."""
    lock_settings(assignment)
    if assignment.paused_at is not None or not window_state(assignment, now=now).is_open:
        return assignment
    before = _in_force(assignment)
    assignment.paused_at = now
    assignment.save(update_fields=["paused_at"])
    move_deadlines(_locked_attempts(Q(submitted_at=None), assignment), now=now)
    assignment.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, before=before, paused=True)
    return assignment


@transaction.atomic
def resume(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Continue a paused assignment. Safe to repeat.

    Time limits and the times of class and students that were still to come move by the length of the pause. It is at
    least 0: after the server's clock was set back in the pause, no one loses time.
    """
    lock_settings(assignment)
    paused_at = assignment.paused_at
    if paused_at is None:
        return assignment
    before = _in_force(assignment)
    ended_at = max(now, paused_at)
    assignment.paused_at, assignment.resumed_at = None, ended_at
    length = ended_at - paused_at
    _shift(assignment, since=paused_at, length=length)
    assignment.save(update_fields=["paused_at", "resumed_at", "due_at", "closes_at"])
    extensions = list(assignment.extensions.all())
    for extension in extensions:
        _shift(extension, since=paused_at, length=length)
    assignment.extensions.bulk_update(extensions, ["due_at", "closes_at"])
    submitted_in_pause = Q(submitted_at__gte=paused_at, deadline_at=None)
    attempts = _locked_attempts(Q(submitted_at=None) | submitted_in_pause, assignment)
    for attempt in attempts:
        if not is_over(at=paused_at, deadline_at=attempt.deadline_at):
            attempt.paused_for += stood_still(attempt, paused_at=paused_at, ended_at=ended_at)
        # A break that was on when the pause began loses no time.
        if attempt.break_ends_at is not None and Breaks(ends_at=attempt.break_ends_at).is_on(at=paused_at):
            attempt.break_ends_at += length
    set_deadlines(attempts)
    # One update: a second one of a row would lock the key of its student, out of the order of `lock_rows`.
    Attempt.objects.bulk_update(attempts, ["paused_for", "break_ends_at", "time_limit", "deadline_at"])
    assignment.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, before=before, paused=False)
    return assignment


def stood_still(attempt: Attempt, *, paused_at: datetime, ended_at: datetime) -> timedelta:
    """How long a pause that ended then stopped the clock of this attempt; 0 if it was submitted before."""
    return max(timedelta(0), (attempt.submitted_at or ended_at) - max(paused_at, attempt.started_at))


@transaction.atomic
def release_now(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Show the answers to every student who has submitted. Raises StillMoreAttempts."""
    lock_settings(assignment)
    if shows_by_submit(assignment.release):
        return assignment
    if has_more_attempts(assignment, now=now):
        raise StillMoreAttempts
    return _change_settings(assignment, release=Assignment.Release.AFTER_SUBMIT, by=by, now=now)


@transaction.atomic
def show_scores(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Show scores before the answers, as `can_see_score` has it. Raises StillMoreAttempts; safe to repeat."""
    lock_settings(assignment)
    if assignment.shows_scores:
        return assignment
    if has_more_attempts(assignment, now=now):
        raise StillMoreAttempts
    return _change_settings(assignment, shows_scores=True, by=by, now=now)


@transaction.atomic
def hide_scores(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Hide the scores until the answers show. Safe to repeat."""
    lock_settings(assignment)
    if not assignment.shows_scores:
        return assignment
    return _change_settings(assignment, shows_scores=False, by=by, now=now)


def has_more_attempts(assignment: Assignment, *, now: datetime) -> bool:
    """Whether students who have turned in can start again, so that answers and scores must wait."""
    return assignment.max_attempts != 1 and window_state(assignment, now=now) is not WindowState.CLOSED


def window_state(assignment: Assignment, *, now: datetime) -> WindowState:
    """The state of the assignment's window at `now`."""
    return window_of(assignment).state(at=now)


def starts_in_class(assignment: Assignment) -> bool:
    """Whether the teacher starts this quiz in class, also if that is done. Not after another opening time was set."""
    is_started = assignment.opens_at is not None and assignment.opens_at == assignment.started_in_class_at
    return assignment.waits_for_teacher or is_started


def is_current(assignment: Assignment, *, now: datetime) -> bool:
    """Whether the assignment is open, or waits for its teacher to start it."""
    state = window_state(assignment, now=now)
    return state.is_open or (assignment.waits_for_teacher and state is WindowState.NOT_OPEN)


def lock_settings(assignment: Assignment) -> None:
    """Read window and settings again, under a lock: no one changes them before the end of this transaction."""
    read_locked(
        assignment, *_window_fields(window_of(assignment)), "paused_at", *AssignmentSettings.__dataclass_fields__
    )


def settings_of(assignment: Assignment) -> AssignmentSettings:
    """The assignment's settings."""
    return AssignmentSettings(**{name: getattr(assignment, name) for name in AssignmentSettings.__dataclass_fields__})


def _window_fields(window: Window) -> dict[str, Any]:
    """The columns that a change of the window sets. A pause has columns of its own."""
    return {
        "opens_at": window.opens_at,
        "due_at": window.due_at,
        "closes_at": window.closes_at,
        "waits_for_teacher": window.waits_for_teacher,
    }


def _change_settings(assignment: Assignment, *, by: User, now: datetime, **settings: Any) -> Assignment:
    """Change some settings and keep the window. settings: fields of `AssignmentSettings`."""
    changed = replace(settings_of(assignment), **settings)
    return change_assignment(assignment, window=window_of(assignment), settings=changed, by=by, now=now)


def _in_force(assignment: Assignment) -> dict[str, str | None]:
    """Window and settings as text, for the audit log; None for no value. In a pause, an assignment does not close."""
    window = window_of(assignment)
    if window.paused_at is not None:
        window = replace(window, closes_at=None)
    values = {**_window_fields(window), **asdict(settings_of(assignment))}
    return {name: None if value is None else str(value) for name, value in values.items()}


def _locked_attempts(which: Q, assignment: Assignment) -> list[Attempt]:
    """The attempts of this assignment, locked in a fixed order, with this object as their assignment."""
    rows = Attempt.objects.filter(which, assignment=assignment).select_related("student")
    attempts = list(locked(rows).order_by("pk"))
    for attempt in attempts:
        attempt.assignment = assignment
    return attempts


def _shift(row: Assignment | Extension, *, since: datetime, length: timedelta) -> None:
    """Move the due time and the close of this row if they were still to come."""
    row.due_at = row.due_at + length if row.due_at is not None and row.due_at >= since else row.due_at
    row.closes_at = row.closes_at + length if row.closes_at is not None and row.closes_at >= since else row.closes_at
