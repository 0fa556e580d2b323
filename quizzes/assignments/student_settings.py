"""The settings of one student on one assignment: window, time limit, attempts, excuse."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from quizzes.assignments.deadlines import Window, granted_time
from quizzes.assignments.status import attempt_limit
from quizzes.models import Accommodation, Assignment, Extension, Student


@dataclass(frozen=True, slots=True)
class StudentSettings:
    """The settings of one student on one assignment, with accommodation, extension and excuse.

    time_limit None: untimed. max_attempts None: no limit.
    """

    window: Window
    time_limit: timedelta | None
    max_attempts: int | None
    is_excused: bool


def window_of(assignment: Assignment) -> Window:
    """The assignment's window."""
    return Window(
        assignment.opens_at,
        assignment.due_at,
        assignment.closes_at,
        assignment.waits_for_teacher,
        assignment.paused_at,
    )


def personal_window(assignment: Assignment, extension: Extension | None) -> Window:
    """The assignment's window with the times of the student's extension."""
    window = window_of(assignment)
    if extension is None:
        return window
    return extended_window(window, due_at=extension.due_at, closes_at=extension.closes_at)


def extended_window(window: Window, *, due_at: datetime | None, closes_at: datetime | None) -> Window:
    """The window of a class with the times of an extension."""
    return replace(window, due_at=later_time(due_at, window.due_at), closes_at=later_time(closes_at, window.closes_at))


def extensions_of(assignment: Assignment) -> dict[int, Extension]:
    """The extensions on an assignment, by student id. One query."""
    return {extension.student_id: extension for extension in assignment.extensions.all()}


def later_time(own: datetime | None, of_class: datetime | None) -> datetime | None:
    """A student's due time or close: the later one of an extension (None: none) and the class (None: no such time).

    The time of the class may move past an extension, and back.
    """
    return of_class if own is None or of_class is None else max(own, of_class)


def student_settings(assignment: Assignment, student: Student) -> StudentSettings:
    """The settings of this student on this assignment. Two queries, three with a time limit."""
    return settings_given(
        assignment,
        student,
        extension=assignment.extensions.filter(student=student).order_by().first(),
        is_excused=assignment.excuses.filter(student=student).exists(),
    )


def settings_given(
    assignment: Assignment, student: Student, *, extension: Extension | None, is_excused: bool
) -> StudentSettings:
    """`student_settings` for a known extension and excuse. One query with a time limit, else none."""
    factor = time_factor_of(student) if assignment.time_limit is not None else None
    extra_attempts = extension.extra_attempts if extension is not None else 0
    return StudentSettings(
        window=personal_window(assignment, extension),
        time_limit=granted_time(assignment.time_limit, time_factor=factor),
        max_attempts=attempt_limit(assignment.max_attempts, extra_attempts),
        is_excused=is_excused,
    )


def time_factor_of(student: Student) -> Decimal | None:
    """The student's time factor, 1 without an accommodation; None for no time limit. One query."""
    return time_factors([student.pk]).get(student.pk, Decimal(1))


def time_factors(student_ids: Iterable[int]) -> dict[int, Decimal | None]:
    """The time factor of each of these students who has an accommodation; None for no time limit. One query."""
    return dict(Accommodation.objects.filter(student__in=student_ids).values_list("student_id", "time_factor"))
