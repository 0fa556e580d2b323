"""Accommodations and extensions, and the deadlines that they change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Unpack

from django.db import transaction
from django.db.models import Q

from quizzes.assignments.deadlines import deadline, granted_time
from quizzes.assignments.extended_times import ExtendedTime, extended_times
from quizzes.assignments.student_settings import extensions_of, personal_window, time_factors, window_of
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Classroom, Extension, Student, User
from quizzes.models.locks import lock_remaining, lock_rows, read_row
from quizzes.models.overrides import ExtensionValues
from quizzes.models.reasons import ReasonKind, reason_detail


class ExtensionChanged(Exception):
    """The student got another extension after the page was opened."""


def accommodations_of(classroom: Classroom) -> dict[int, Accommodation]:
    """The accommodations in a classroom, by student id. One query."""
    accommodations = Accommodation.objects.filter(student__classroom=classroom, student__removed_at=None)
    return {accommodation.student_id: accommodation for accommodation in accommodations}


def lock_quizzes_of(students: Sequence[Student]) -> None:
    """Lock these students and all their quizzes: those of their classes, and those that they have open."""
    started = Attempt.objects.open().filter(student__in=students).order_by().values("assignment")
    of_class = Q(classroom__in={student.classroom_id for student in students})
    quizzes = Assignment.objects.filter(of_class | Q(pk__in=started))
    lock_remaining(quizzes)
    lock_rows(students=[student.pk for student in students], with_starts=True)


@transaction.atomic
def extend_to_fit(assignment: Assignment, times: Sequence[ExtendedTime], *, by: User, now: datetime) -> None:
    """Extend the close for these students so that their granted time fits. A due time at the close moves along.

    The rest of an extension stays.
    """
    if not times:
        return
    lock_rows(assignments=[assignment.pk], students=[time.student.pk for time in times], with_starts=True)
    extensions = extensions_of(assignment)
    given = {
        time.student: extended(
            extensions.get(time.student.pk),
            due_at=time.needed_due_at,
            closes_at=time.needed_close_at,
            reason_kind=ReasonKind.FITS_EXTRA_TIME,
        )
        for time in times
    }
    _give(assignment, given, before=extensions, by=by, now=now)


@transaction.atomic
def extend_each_to_fit(
    classroom: Classroom, students: Sequence[Student], *, quizzes: Collection[str], by: User, now: datetime
) -> set[Student]:
    """`extend_to_fit` for all of these students on these quizzes of the class. Returns the students who needed it.

    quizzes: public ids.
    """
    lock_quizzes_of(students)
    found = set[Student]()
    for quiz in classroom.assignments.all():
        if quiz.public_id not in quizzes:
            continue
        of_class = extended_times(
            classroom, window_of(quiz), quiz.time_limit, max_attempts=quiz.max_attempts, now=now, assignment=quiz
        )
        short = [time for time in of_class if time.student in students and time.needed_close_at is not None]
        extend_to_fit(quiz, short, by=by, now=now)
        found |= {time.student for time in short}
    return found


def extended(
    extension: Extension | None, *, due_at: datetime | None, closes_at: datetime | None, reason_kind: ReasonKind
) -> ExtensionValues:
    """What an extension gives with these times. Other times (None), attempts and a reason of its own stay."""
    kept = extension or Extension()
    return {
        "due_at": due_at or kept.due_at,
        "closes_at": closes_at or kept.closes_at,
        "extra_attempts": kept.extra_attempts,
        "reason_kind": kept.reason_kind if kept.has_reason else reason_kind,
        "reason": kept.reason,
    }


def move_deadlines(attempts: Iterable[Attempt], *, now: datetime, more_time: timedelta = timedelta(0)) -> None:
    """Recompute the deadlines of open attempts, never with a shorter time limit.

    more_time: added to the time limit of each attempt. No deadline moves into the past: an attempt that started in an
    extension would end before its start. The queries of `set_deadlines`, and one update.
    """
    times = [(attempt, attempt.time_limit, attempt.deadline_at) for attempt in attempts]
    for attempt, time_limit, _ in times:
        attempt.time_limit = None if time_limit is None else time_limit + more_time
    set_deadlines([attempt for attempt, _, _ in times])
    moved = []
    for attempt, time_limit, deadline_at in times:
        earliest = min(now, deadline_at or now)
        if attempt.deadline_at is not None and attempt.deadline_at < earliest:
            attempt.deadline_at = earliest
        if (attempt.time_limit, attempt.deadline_at) != (time_limit, deadline_at):
            moved.append(attempt)
    Attempt.objects.bulk_update(moved, ["time_limit", "deadline_at"])


def set_deadlines(attempts: Sequence[Attempt]) -> None:
    """Recompute the time limits and the deadlines of open attempts without saving them. 2 queries."""
    if not attempts:
        return
    students = {attempt.student_id for attempt in attempts}
    extensions = Extension.objects.filter(assignment__in={one.assignment_id for one in attempts}, student__in=students)
    own = {(extension.student_id, extension.assignment_id): extension for extension in extensions}
    factors = time_factors(students)
    for attempt in attempts:
        quiz = attempt.assignment
        attempt.time_limit = longer_limit(attempt, factors)
        attempt.deadline_at = deadline(
            started_at=attempt.started_at,
            time_limit=attempt.time_limit,
            closes_at=personal_window(quiz, own.get((attempt.student_id, quiz.pk))).closes_at,
            paused_for=attempt.paused_for,
            paused_at=quiz.paused_at,
        )


def longer_limit(attempt: Attempt, factors: Mapping[int, Decimal | None]) -> timedelta | None:
    """The time limit of an attempt, or that of its quiz for this student if it is longer; None if one has none.

    factors: as of `time_factors`.
    """
    granted = granted_time(attempt.assignment.time_limit, time_factor=factors.get(attempt.student_id, Decimal(1)))
    return None if granted is None or attempt.time_limit is None else max(granted, attempt.time_limit)


@transaction.atomic
def set_accommodation(student: Student, *, time_factor: Decimal | None, by: User, now: datetime) -> None:
    """Give a student more time on every assignment, open attempts included. Safe to repeat.

    time_factor: None for no timer, 1 to remove the accommodation.
    """
    lock_quizzes_of([student])
    set_time_factors({student: time_factor}, by=by, now=now)


def set_time_factors(factors: Mapping[Student, Decimal | None], *, by: User, now: datetime) -> None:
    """`set_accommodation` for several students, after `lock_quizzes_of`. The same number of queries for any number."""
    present = time_factors([student.pk for student in factors])
    changed = {one: factor for one, factor in factors.items() if present.get(one.pk, Decimal(1)) != factor}
    Accommodation.objects.filter(student__in=[one for one, factor in changed.items() if factor == 1]).delete()
    Accommodation.objects.bulk_create(
        [
            Accommodation(student=one, time_factor=factor, changed_at=now)
            for one, factor in changed.items()
            if factor != 1
        ],
        update_conflicts=True,
        unique_fields=["student"],
        update_fields=["time_factor", "changed_at"],
    )
    move_deadlines(_open_attempts(student__in=list(changed)), now=now)
    texts = {one: None if factor is None else str(factor) for one, factor in changed.items()}
    record_accommodations("time_factor", texts, by=by, now=now)


def record_accommodations(name: str, values: Mapping[Student, Any], *, by: User, now: datetime) -> None:
    """Record that accommodations of students changed. name: of what changed. values: the new ones."""
    rows = [(student.classroom_id, student, {name: value}) for student, value in values.items()]
    AuditEvent.objects.record_each(AuditEvent.Action.ACCOMMODATION_CHANGED, rows, actor=by, at=now)


@transaction.atomic
def extend(
    assignment: Assignment,
    student: Student,
    *,
    by: User,
    now: datetime,
    **values: Unpack[ExtensionValues],
) -> None:
    """Give one student later times or more attempts on one assignment, instead of an earlier extension.

    Writes nothing if the student already has this extension.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    before = {one.student_id: one for one in assignment.extensions.filter(student=student)}
    _give(assignment, {student: values}, before=before, by=by, now=now)


@transaction.atomic
def change_extension(
    assignment: Assignment,
    student: Student,
    *,
    seen: datetime | None,
    by: User,
    now: datetime,
    **values: Unpack[ExtensionValues],
) -> None:
    """`extend`, unless another teacher has extended since the page was opened. Raises ExtensionChanged.

    seen: when the extension on the page was given, None for none.
    """
    lock_rows(assignments=[assignment.pk], students=[student.pk], with_starts=True)
    before = assignment.extensions.filter(student=student).first()
    if before is not None and before.given_at != seen and not before.has(values):
        raise ExtensionChanged
    _give(assignment, {student: values}, before={student.pk: before} if before else {}, by=by, now=now)


@transaction.atomic
def extend_students(
    assignment: Assignment, students: Sequence[Student], *, by: User, now: datetime, **values: Unpack[ExtensionValues]
) -> None:
    """Give several students later times or more attempts. Whoever has later or more keeps it. Safe to repeat."""
    lock_rows(assignments=[assignment.pk], students=[student.pk for student in students], with_starts=True)
    extensions = extensions_of(assignment)
    given = {student: _at_least(extensions.get(student.pk), values) for student in students}
    _give(assignment, given, before=extensions, by=by, now=now)


def _at_least(extension: Extension | None, values: ExtensionValues) -> ExtensionValues:
    """What an extension gives with these values, and never less than before. If it gives no more, its reason stays."""
    kept = extension or Extension()
    more: ExtensionValues = {
        "due_at": max(filter(None, (kept.due_at, values["due_at"])), default=None),
        "closes_at": max(filter(None, (kept.closes_at, values["closes_at"])), default=None),
        "extra_attempts": max(kept.extra_attempts, values["extra_attempts"]),
        "reason_kind": kept.reason_kind,
        "reason": kept.reason,
    }
    return more if kept.has(more) else {**more, "reason_kind": values["reason_kind"], "reason": values["reason"]}


@transaction.atomic
def add_minutes(attempt: Attempt, *, more_time: timedelta, seen: datetime, by: User, now: datetime) -> datetime | None:
    """Move the end of an open attempt, and the student's due time and close where they come before the new end.

    seen: the end that the teacher saw. Returns the new end. None, and no change, if the attempt is submitted or has
    another end, or is paused: then no end is known.
    """
    lock_rows(
        assignments=[attempt.assignment_id], students=[attempt.student_id], attempts=[attempt.pk], with_starts=True
    )
    row = read_row(Attempt.objects.select_related("assignment", "student", "classroom"), attempt.pk)
    if not row.is_open or row.deadline_at != seen or row.assignment.paused_at is not None:
        return None
    ends_at = max(seen, now) + more_time
    if row.time_limit is not None:
        # From the start of the attempt, so that a later change of the settings does not remove the added time.
        row.time_limit = max(row.time_limit, ends_at - row.started_at - row.paused_for)
        row.save(update_fields=["time_limit"])
    extension = row.assignment.extensions.filter(student=row.student_id).first()
    window = personal_window(row.assignment, extension)
    is_due_later = window.due_at is not None and seen <= window.due_at < ends_at
    closes_later = window.closes_at is not None and window.closes_at < ends_at
    if is_due_later or closes_later:
        values = extended(
            extension,
            due_at=ends_at if is_due_later else None,
            closes_at=ends_at if closes_later else None,
            reason_kind=ReasonKind.EXTRA_MINUTES,
        )
        before = {row.student_id: extension} if extension is not None else {}
        _give(row.assignment, {row.student: values}, before=before, by=by, now=now)
    else:
        move_deadlines([row], now=now)
        detail = {**reason_detail(reason_kind=ReasonKind.EXTRA_MINUTES), "ends_at": ends_at.isoformat()}
        _record(AuditEvent.Action.EXTENSION_GIVEN, row.assignment, {row.student: detail}, by=by, now=now)
    return ends_at


def _give(
    assignment: Assignment,
    given: Mapping[Student, ExtensionValues],
    *,
    before: Mapping[int, Extension],
    by: User,
    now: datetime,
) -> None:
    """Store extensions with these values. assignment, students: locked. before: those of the students, by their ids.

    Nothing for a student who has this extension.
    """
    changed = {
        student: values
        for student, values in given.items()
        if student.pk not in before or not before[student.pk].has(values)
    }
    if not changed:
        return
    Extension.objects.bulk_create(
        [
            Extension(assignment=assignment, student=student, given_by=by, given_at=now, **values)
            for student, values in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["assignment", "student"],
        update_fields=["given_by", "given_at", "due_at", "closes_at", "extra_attempts", "reason_kind", "reason"],
    )
    move_deadlines(_open_attempts(student__in=list(changed), assignment=assignment), now=now)
    details = {
        student: {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
        for student, values in changed.items()
    }
    _record(AuditEvent.Action.EXTENSION_GIVEN, assignment, details, by=by, now=now)


def _record(
    action: AuditEvent.Action,
    assignment: Assignment,
    details: Mapping[Student, Mapping[str, Any]],
    *,
    by: User,
    now: datetime,
) -> None:
    rows = [
        (assignment.classroom_id, student, {"assignment": assignment.public_id, **detail})
        for student, detail in details.items()
    ]
    AuditEvent.objects.record_each(action, rows, actor=by, at=now)


def _open_attempts(**lookups: Any) -> Iterable[Attempt]:
    return Attempt.objects.open().filter(**lookups).select_related("assignment", "student")
