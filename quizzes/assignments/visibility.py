"""Since when a student could see the answers, by the settings and the attempts as they were at each moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Max, Q

from quizzes.assignments.deadlines import grace_ends_at
from quizzes.assignments.release import (
    Release,
    given_with,
    is_released,
    last_attempt_ended_at,
    last_of,
    release_moment,
)
from quizzes.assignments.status import attempt_limit
from quizzes.assignments.student_settings import later_time
from quizzes.assignments.student_statuses import Key
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Extension
from quizzes.models.assignments import AssignmentQuerySet

# (from when, close) in their order; close None: no close, or a pause.
Closes = Sequence[tuple[datetime, datetime | None]]
# The first moment at which `is_over` is true.
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """When answers become visible, for a class or for one student.

    closes_at None: no close, or a pause, in which a quiz does not close. max_attempts 0: the student has left.
    """

    release: str
    max_attempts: int | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Period:
    """The settings of one student during a time. ends_at None: until now."""

    starts_at: datetime
    ends_at: datetime | None
    settings: ReleaseSettings


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt. submissions: (submitted, reopened) moments in their order; reopened None: still submitted."""

    started_at: datetime
    submissions: tuple[tuple[datetime, datetime | None], ...]

    def submitted_at(self, at: datetime) -> datetime | None:
        """When it was submitted, None if it was not submitted at this moment."""
        return next((start for start, end in self.submissions if start <= at and (end is None or at < end)), None)


@dataclass(frozen=True, slots=True)
class SetClose:
    """The closes of one assignment of a set.

    closes: of the class, the first from when it was assigned. extended: of each student who had an extension, None from
    the student's removal on. ends_at: when its class was archived, and students could not sign in.
    """

    closes: Closes
    extended: Sequence[Closes]
    ends_at: datetime | None

    def counts(self, at: datetime) -> bool:
        """Whether a release after the close waits for it at this moment."""
        return self.closes[0][0] <= at and (self.ends_at is None or at < self.ends_at)

    def close(self, at: datetime) -> datetime | None:
        """The last close of the class and its students, as it is known at this moment."""
        close = _in_force(self.closes, at)
        own = [_in_force(closes, at) for closes in self.extended]
        return close and max([close, *(later for later in own if later is not None)])

    def moments(self) -> set[datetime]:
        """When it may let a release come: a change, the end of the grace time, and the end of its class."""
        steps = [step for closes in (self.closes, *self.extended) for step in closes]
        ends = [self.ends_at] if self.ends_at is not None else []
        return {start for start, _ in steps} | {grace_ends_at(close) + _TICK for _, close in steps if close} | {*ends}


@dataclass(frozen=True, slots=True)
class History:
    """What the audit log knows.

    changes: (moment, settings of the class before it) by assignment. reopened: undone submissions by attempt. extended:
    the closes of extensions by assignment and student id.
    """

    changes: defaultdict[str, list[tuple[datetime, ReleaseSettings]]]
    reopened: defaultdict[str, list[tuple[datetime, datetime]]]
    extended: defaultdict[str, defaultdict[int, list[tuple[datetime, datetime | None]]]]


def first_visible_at(
    periods: Sequence[Period],
    works: Sequence[Work],
    *,
    set_closes: Sequence[SetClose],
    checked_at: datetime | None,
    now: datetime,
) -> datetime | None:
    """The first moment at which the student could see correct answers, None for not yet.

    works: of this student. set_closes: of all classes that a release after the close waits for. checked_at: when the
    student first checked an answer and saw the correct one.
    """
    found = [checked_at] if checked_at is not None else []
    for period in periods:
        moments = {period.starts_at, *(start for work in works for start, _ in work.submissions)}
        moments.update(*(close.moments() for close in set_closes))
        if period.settings.closes_at is not None:
            moments.add(grace_ends_at(period.settings.closes_at))
        end = min(now, period.ends_at or now)
        found += [at for at in moments if period.starts_at <= at <= end and _is_shown(period, works, set_closes, at)]
    return min(found, default=None)


def visible_since(
    assignments: Sequence[Assignment],
    *,
    now: datetime,
    student_ids: Collection[int] | None = None,
    first_sets: Mapping[int, int] | None,
) -> dict[Key, datetime]:
    """When each student could first see answers, by student id and assignment id, for those who could.

    5 to 8 queries, and one more for each step from a copy of the set to the first set.

    student_ids: for these students only; None for all. first_sets: from `first_sets_around`, then no query for copies.
    """
    some = {"student__in": student_ids} if student_ids is not None else {}
    attempts = list(Attempt.objects.filter(assignment__in=assignments, **some).with_left_class().order_by("number"))
    left_at = _left_at(attempts)
    given = given_with(assignments, first_sets=first_sets)
    history = _history(given)
    works = _works(attempts, history)
    releases = _releases(assignments, history)
    checks = _first_checks(attempts) if Release.AT_ONCE in releases else {}
    same_set = list(given.with_set()) if Release.AFTER_CLOSE in releases else []
    later_closes = Q(assignment__in=same_set, closes_at__isnull=False)
    extensions = _extensions(Q(assignment__in=assignments, **some) | later_closes)
    # A release after the close waits for all classes of one set and teacher.
    groups = {each.pk: (each.first_set, each.responsible) for each in same_set}
    result = {}
    for assignment in assignments:
        set_closes = [
            _set_close(each, history, extensions.values(), is_own=each == assignment)
            for each in same_set
            if groups[each.pk] == groups.get(assignment.pk)
        ]
        for key in [key for key in works if key[1] == assignment.pk]:
            periods = _periods(assignment, history.changes[assignment.public_id], extensions.get(key))
            since = first_visible_at(
                list(_until_left(periods, left_at.get(key))),
                works[key],
                set_closes=set_closes,
                checked_at=checks.get(key),
                now=now,
            )
            if since is not None:
                result[key] = since
    return result


def _works(attempts: Iterable[Attempt], history: History) -> dict[Key, list[Work]]:
    """The attempts of each student, by student id and assignment id."""
    works: defaultdict[Key, list[Work]] = defaultdict(list)
    for attempt in attempts:
        undone = history.reopened[attempt.public_id]
        last = [(attempt.submitted_at, None)] if attempt.submitted_at is not None else []
        works[attempt.student_id, attempt.assignment_id].append(Work(attempt.started_at, (*undone, *last)))
    return works


def _releases(assignments: Sequence[Assignment], history: History) -> set[str]:
    """The releases that one of the assignments has or had."""
    changes = [change for assignment in assignments for change in history.changes[assignment.public_id]]
    return {assignment.release for assignment in assignments} | {before.release for _, before in changes}


def _extensions(condition: Q) -> dict[Key, Extension]:
    """The extensions that match, by student id and assignment id. One query."""
    rows = Extension.objects.filter(condition).select_related("student")
    return {(row.student_id, row.assignment_id): row for row in rows}


def _first_checks(attempts: Sequence[Attempt]) -> dict[Key, datetime]:
    """When each student first checked an answer, by student id and assignment id. One query."""
    checked = Answer.objects.filter(attempt__in=attempts, checked_at__isnull=False).order_by("-checked_at")
    rows = checked.values_list("attempt__student", "attempt__assignment", "checked_at")
    # The newest first, so that the earliest one stays.
    return {(student_id, assignment_id): at for student_id, assignment_id, at in rows if at is not None}


def _left_at(attempts: Sequence[Attempt]) -> dict[Key, datetime]:
    """When each student who has left the class was moved, by student id and assignment id. One query, or none."""
    keys = {(attempt.student_id, attempt.assignment_id) for attempt in attempts if attempt.has_left_class}
    if not keys:
        return {}
    moves = AuditEvent.objects.filter(
        action=AuditEvent.Action.STUDENT_MOVED, student__in={student_id for student_id, _ in keys}
    )
    moved_at = dict(moves.order_by().values_list("student").annotate(Max("at")))
    return {(student_id, pk): moved_at[student_id] for student_id, pk in keys if student_id in moved_at}


def _until_left(periods: Iterable[Period], left_at: datetime | None) -> Iterator[Period]:
    """The periods. After the move of a student who left, they can start no attempt."""
    for period in periods:
        if left_at is None or (period.ends_at is not None and period.ends_at <= left_at):
            yield period
            continue
        if period.starts_at < left_at:
            yield replace(period, ends_at=left_at)
        without_attempts = replace(period.settings, max_attempts=0)
        yield replace(period, starts_at=max(period.starts_at, left_at), settings=without_attempts)


def _is_shown(period: Period, works: Sequence[Work], set_closes: Sequence[SetClose], at: datetime) -> bool:
    """Whether the student could see answers at this moment. `is_released` decides, as it does for now."""
    submitted_at = [work.submitted_at(at) for work in works if work.started_at <= at or work.submitted_at(at)]
    if not any(submitted_at):
        return False
    settings, release = period.settings, Release(period.settings.release)
    shown_at = release_moment(
        release,
        attempts_ended_at=lambda: last_attempt_ended_at(
            submitted_at, max_attempts=settings.max_attempts, closes_at=settings.closes_at
        ),
        last_close=lambda: last_of([close.close(at) for close in set_closes if close.counts(at)]),
    )
    return is_released(release, shown_at=shown_at, at=at)


def _in_force(closes: Closes, at: datetime) -> datetime | None:
    return next((close for start, close in reversed(closes) if start <= at), None)


def _set_close(assignment: Assignment, history: History, extensions: Iterable[Extension], *, is_own: bool) -> SetClose:
    """The closes of an assignment. is_own: of the students themselves, who wait for it in an archived class too."""
    changes = history.changes[assignment.public_id]
    closes = [*(before.closes_at for _, before in changes), _current_settings(assignment).closes_at]
    starts = [assignment.created_at, *(at for at, _ in changes)]
    extended = dict(history.extended[assignment.public_id])
    for row in extensions:
        if row.assignment_id == assignment.pk and row.closes_at is not None:
            # The end of a pause moves the close of the row, not that of its event.
            earlier = [step for step in extended.get(row.student_id, ()) if step[0] < row.given_at]
            extended[row.student_id] = [*earlier, (row.given_at, row.closes_at)]
            if row.student.removed_at is not None:
                extended[row.student_id].append((row.student.removed_at, None))
    ends_at = None if is_own else assignment.classroom.archived_at
    return SetClose(list(zip(starts, closes, strict=True)), list(extended.values()), ends_at)


def _history(assignments: AssignmentQuerySet) -> History:
    """Of the classes with these assignments. One query."""
    history = History(defaultdict(list), defaultdict(list), defaultdict(lambda: defaultdict(list)))
    paused: set[str] = set()
    actions = AuditEvent.Action
    events = AuditEvent.objects.filter(
        Q(action=actions.ASSIGNMENT_CHANGED, detail__has_key="before")
        | Q(action=actions.EXTENSION_GIVEN, detail__has_key="closes_at")
        | Q(action=actions.ATTEMPT_REOPENED),
        classroom__in=assignments.order_by().values("classroom"),
    )
    for action, at, student, detail in events.order_by("at", "pk").values_list("action", "at", "student", "detail"):
        if action == actions.ASSIGNMENT_CHANGED:
            changed = detail["assignment"]
            history.changes[changed].append((at, _settings_before(detail["before"], is_paused=changed in paused)))
            if "paused" in detail:
                if detail["paused"]:
                    paused.add(changed)
                else:
                    paused.discard(changed)
        elif action == actions.EXTENSION_GIVEN:
            close = detail["closes_at"]
            history.extended[detail["assignment"]][student].append((at, close and datetime.fromisoformat(close)))
        else:
            # Events of older versions do not say when it was submitted: the moment before it was reopened.
            submitted_at = detail.get("submitted_at")
            start = datetime.fromisoformat(submitted_at) if submitted_at else at - _TICK
            history.reopened[detail["attempt"]].append((start, at))
    return history


def _periods(
    assignment: Assignment, changes: Sequence[tuple[datetime, ReleaseSettings]], extension: Extension | None
) -> Iterator[Period]:
    """The settings of one student, from the first to the current ones. An extension splits a period in two."""
    moments = [at for at, _ in changes]
    settings = [*(before for _, before in changes), _current_settings(assignment)]
    for start, end, of_class in zip([assignment.created_at, *moments], [*moments, None], settings, strict=True):
        if extension is None or (end is not None and end <= extension.given_at):
            yield Period(start, end, of_class)
            continue
        if start < extension.given_at:
            yield Period(start, extension.given_at, of_class)
        own = ReleaseSettings(
            of_class.release,
            attempt_limit(of_class.max_attempts, extension.extra_attempts),
            later_time(extension.closes_at, of_class.closes_at),
        )
        yield Period(max(start, extension.given_at), end, own)


def _current_settings(assignment: Assignment) -> ReleaseSettings:
    closes_at = assignment.closes_at if assignment.paused_at is None else None
    return ReleaseSettings(assignment.release, assignment.max_attempts, closes_at)


def _settings_before(before: Mapping[str, str | None], *, is_paused: bool) -> ReleaseSettings:
    """The settings in an audit event, which has them as text."""
    # Events of 0.7 and before have no value as a word.
    limit, close = (None if before[name] == "None" else before[name] for name in ("max_attempts", "closes_at"))
    return ReleaseSettings(
        str(before["release"]),
        None if limit is None else int(limit),
        None if is_paused or close is None else datetime.fromisoformat(close),
    )
