"""Since when a student could see the answers, by the settings and the attempts as they were at each moment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from quizzes.assignments.deadlines import GRACE, is_over
from quizzes.assignments.release import Release, SetClose, closes_of_sets
from quizzes.assignments.student_statuses import Key
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Extension

# The first moment at which `is_over` holds.
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The settings of one student during a time. max_attempts, closes_at: their own. ends_at None: until now."""

    starts_at: datetime
    ends_at: datetime | None
    release: str
    max_attempts: int | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt. submissions: (submitted, reopened) moments in their order; reopened None: still submitted."""

    started_at: datetime
    submissions: tuple[tuple[datetime, datetime | None], ...]

    def is_submitted(self, at: datetime) -> bool:
        """Whether it was submitted at this moment."""
        return any(start <= at and (end is None or at < end) for start, end in self.submissions)

    def is_open(self, at: datetime) -> bool:
        """Whether it was started and not submitted at this moment."""
        return self.started_at <= at and not self.is_submitted(at)


def first_visible_at(
    periods: Sequence[Period],
    works: Sequence[Work],
    *,
    set_closes: Sequence[SetClose],
    checked_at: datetime | None,
    now: datetime,
) -> datetime | None:
    """The first moment at which the student could see correct answers, None for not yet.

    works: of this student. set_closes: of all classes that the release after the close waits for. checked_at: when the
    student first checked an answer and saw the correct one.
    """
    found = [checked_at] if checked_at is not None else []
    for period in periods:
        moments = {period.starts_at, *(start for work in works for start, _ in work.submissions)}
        moments |= {close.closes_at + GRACE + _TICK for close in set_closes if close.closes_at is not None}
        if period.closes_at is not None:
            moments.add(period.closes_at + GRACE)
        end = min(now, period.ends_at or now)
        found += [at for at in moments if period.starts_at <= at <= end and _is_shown(period, works, set_closes, at)]
    return min(found, default=None)


def visible_since(
    assignments: Sequence[Assignment], *, now: datetime, student_id: int | None = None
) -> dict[Key, datetime]:
    """When each student could first see answers, by student id and assignment id, for those who could. 3 to 5 queries.

    student_id: for one student only.
    """
    one = {"student": student_id} if student_id is not None else {}
    attempts = list(Attempt.objects.filter(assignment__in=assignments, **one).order_by("number"))
    changes, reopened = _history(assignments)
    works: defaultdict[Key, list[Work]] = defaultdict(list)
    for attempt in attempts:
        undone = reopened[attempt.public_id]
        last = [(attempt.submitted_at, None)] if attempt.submitted_at is not None else []
        works[attempt.student_id, attempt.assignment_id].append(Work(attempt.started_at, (*undone, *last)))
    extensions = {
        (extension.student_id, extension.assignment_id): extension
        for extension in Extension.objects.filter(assignment__in=assignments, **one)
    }
    releases = {assignment.release for assignment in assignments}
    releases |= {before["release"] for events in changes.values() for _, before in events}
    checks = _first_checks(attempts) if Release.AT_ONCE in releases else {}
    closes = closes_of_sets(assignments) if Release.AFTER_CLOSE in releases else {}
    result = {}
    for assignment in assignments:
        for key in [key for key in works if key[1] == assignment.pk]:
            since = first_visible_at(
                list(_periods(assignment, changes[assignment.public_id], extensions.get(key))),
                works[key],
                set_closes=closes.get(assignment.pk, ()),
                checked_at=checks.get(key),
                now=now,
            )
            if since is not None:
                result[key] = since
    return result


def _first_checks(attempts: Sequence[Attempt]) -> dict[Key, datetime]:
    """When each student first checked an answer, by student id and assignment id. One query."""
    checked = Answer.objects.filter(attempt__in=attempts, checked_at__isnull=False).order_by("-checked_at")
    rows = checked.values_list("attempt__student", "attempt__assignment", "checked_at")
    # The newest first, so that the earliest one stays.
    return {(student_id, assignment_id): at for student_id, assignment_id, at in rows if at is not None}


def _is_shown(period: Period, works: Sequence[Work], set_closes: Sequence[SetClose], at: datetime) -> bool:
    """The rule of `answers_shown` at a past moment."""
    submitted_count = sum(work.is_submitted(at) for work in works)
    if not submitted_count:
        return False
    match period.release:
        case Release.AT_ONCE | Release.AFTER_SUBMIT:
            return True
        case Release.AFTER_LAST:
            is_over_for_student = period.closes_at is not None and at >= period.closes_at + GRACE
            has_used_all = period.max_attempts is not None and submitted_count >= period.max_attempts
            return not any(work.is_open(at) for work in works) and (has_used_all or is_over_for_student)
        case Release.AFTER_CLOSE:
            return all(is_over(at=at, deadline_at=close.closes_at) for close in set_closes if close.created_at <= at)
    return False


def _history(
    assignments: Sequence[Assignment],
) -> tuple[defaultdict[str, list[tuple[datetime, dict[str, str]]]], defaultdict[str, list[tuple[datetime, datetime]]]]:
    """Changes of settings by assignment: (moment, settings before); undone submissions by attempt. One query."""
    changes: defaultdict[str, list[tuple[datetime, dict[str, str]]]] = defaultdict(list)
    reopened: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    actions = AuditEvent.Action
    events = AuditEvent.objects.filter(
        Q(action=actions.ASSIGNMENT_CHANGED, detail__has_key="before") | Q(action=actions.ATTEMPT_REOPENED),
        classroom__in={assignment.classroom_id for assignment in assignments},
    )
    for action, at, detail in events.order_by("at", "pk").values_list("action", "at", "detail"):
        if action == actions.ASSIGNMENT_CHANGED:
            changes[detail["assignment"]].append((at, detail["before"]))
        else:
            # Events of older versions do not say when it was submitted: the moment before it was reopened.
            submitted_at = detail.get("submitted_at")
            start = datetime.fromisoformat(submitted_at) if submitted_at else at - _TICK
            reopened[detail["attempt"]].append((start, at))
    return changes, reopened


def _periods(
    assignment: Assignment, changes: Sequence[tuple[datetime, dict[str, str]]], extension: Extension | None
) -> Iterator[Period]:
    """The settings of one student from the first to those of now. An extension splits the period in which it came."""
    current = {name: getattr(assignment, name) for name in ("release", "max_attempts", "closes_at")}
    moments = [at for at, _ in changes]
    settings = [*(_parsed(before) for _, before in changes), current]
    for start, end, values in zip([assignment.created_at, *moments], [*moments, None], settings, strict=True):
        if extension is None or (end is not None and end <= extension.given_at):
            yield Period(start, end, **values)
            continue
        if start < extension.given_at:
            yield Period(start, extension.given_at, **values)
        limit = values["max_attempts"]
        yield Period(
            max(start, extension.given_at),
            end,
            values["release"],
            None if limit is None else limit + extension.extra_attempts,
            extension.closes_at or values["closes_at"],
        )


def _parsed(before: dict[str, str]) -> dict[str, Any]:
    """The settings in an audit event, which has them as text."""
    limit, close = before["max_attempts"], before["closes_at"]
    return {
        "release": before["release"],
        "max_attempts": None if limit == "None" else int(limit),
        "closes_at": None if close == "None" else datetime.fromisoformat(close),
    }
