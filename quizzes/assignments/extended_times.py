"""The time of students with an accommodation on their quizzes, and whether it fits before the close."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from quizzes.assignments.deadlines import Window, deadline, granted_time, needed_close
from quizzes.assignments.status import attempt_limit, has_attempts_left
from quizzes.assignments.student_settings import extended_window, extensions_of, personal_window, time_factors
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Excuse, Extension, Student
from quizzes.models.rosters import StudentQuerySet


@dataclass(frozen=True, slots=True)
class ExtendedTime:
    """The time of a student with an accommodation on one assignment. time_factor, time_limit None: no timer.

    starts_at: when the attempt started, else the earliest possible start. window: the student's own.
    """

    student: Student
    time_factor: Decimal | None
    time_limit: timedelta | None
    starts_at: datetime
    window: Window

    @property
    def ends_at(self) -> datetime | None:
        """The deadline with this start, None for no deadline."""
        return deadline(started_at=self.starts_at, time_limit=self.time_limit, closes_at=self.window.closes_at)

    @property
    def needed_close_at(self) -> datetime | None:
        """The close that leaves all of the granted time; None if the time fits."""
        return needed_close(starts_at=self.starts_at, granted=self.time_limit, closes_at=self.window.closes_at)

    @property
    def needed_due_at(self) -> datetime | None:
        """The due time that moves along with the close, so that the granted time is not late; None if it stays."""
        return self.needed_close_at if self.window.is_due_at_close else None


def extended_times(
    classroom: Classroom,
    window: Window,
    time_limit: timedelta | None,
    *,
    max_attempts: int | None,
    now: datetime,
    assignment: Assignment | None,
) -> list[ExtendedTime]:
    """`time_on` of each student with an accommodation in this window, by name; empty without a time limit.

    assignment: to change it. Its extensions and attempts count, and students who are excused are left out. One query,
    three with an assignment.
    """
    if time_limit is None:
        return []
    students = classroom.students.enrolled().not_excused(assignment)
    rows = Accommodation.objects.filter(student__in=students)
    extensions: Mapping[int, Extension] = {}
    attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
    if assignment is not None:
        extensions = extensions_of(assignment)
        for attempt in assignment.attempts.order_by():
            attempts[attempt.student_id].append(attempt)
    times = []
    for row in rows.select_related("student").order_by("student__sort_key", "student"):
        extension = extensions.get(row.student_id) or Extension()
        time = time_on(
            row.student,
            time_limit=time_limit,
            time_factor=row.time_factor,
            window=extended_window(window, due_at=extension.due_at, closes_at=extension.closes_at),
            max_attempts=attempt_limit(max_attempts, extension.extra_attempts),
            attempts=attempts[row.student_id],
            now=now,
        )
        times += [time] if time is not None else []
    return times


def names_without_extra_time(
    students: StudentQuerySet, window: Window, time_limit: timedelta | None, *, is_teacher_paced: bool
) -> list[str]:
    """The names of those with an accommodation that gives them no more time than the class has; [] if it does.

    Extra time extends a time limit. Without one, the close or the teacher ends an attempt. One query, else none.
    """
    if time_limit is not None or (window.closes_at is None and not is_teacher_paced):
        return []
    return list(students.filter(accommodation__isnull=False).values_list("display_name", flat=True))


def time_on(
    student: Student,
    *,
    time_limit: timedelta | None,
    time_factor: Decimal | None,
    window: Window,
    max_attempts: int | None,
    attempts: Sequence[Attempt],
    now: datetime,
) -> ExtendedTime | None:
    """The student's time in the open attempt or in one that starts now; None if there is no limit or no such attempt.

    time_limit: of the class. The rest is the student's own. attempts: all of this student on the assignment.
    """
    if time_limit is None:
        return None
    granted = granted_time(time_limit, time_factor=time_factor)
    working = next((attempt for attempt in attempts if attempt.is_open), None)
    if working is not None:
        # An open attempt keeps a longer time that it has.
        limit = None if granted is None or working.time_limit is None else max(granted, working.time_limit)
        return ExtendedTime(student, time_factor, limit, working.started_at + working.paused_for, window)
    is_closed = window.closes_at is not None and window.closes_at <= now
    if is_closed or not has_attempts_left(max_attempts, len(attempts)):
        return None
    return ExtendedTime(student, time_factor, granted, max(window.opens_at or now, now), window)


def times_with_factors(
    factors: Mapping[Student, Decimal | None], *, now: datetime
) -> list[tuple[Assignment, ExtendedTime]]:
    """The time of each student with this factor on each assignment that has a limit and is not done. Five queries.

    Without the students whose factor gives no more time than they have: nothing new can end after a close.
    """
    present = time_factors([student.pk for student in factors])
    more = {
        student: factor
        for student, factor in factors.items()
        if (before := present.get(student.pk, Decimal(1))) is not None and (factor is None or factor > before)
    }
    limited = Assignment.objects.filter(classroom__in={student.classroom_id for student in more})
    assignments = list(limited.filter(time_limit__isnull=False, closes_at__isnull=False).with_set())
    rows = {"student__in": list(more), "assignment__in": assignments}
    excused = set(Excuse.objects.filter(**rows).values_list("student_id", "assignment_id"))
    attempts = defaultdict(list)
    for attempt in Attempt.objects.filter(**rows).order_by("number"):
        attempts[attempt.student_id, attempt.assignment_id].append(attempt)
    extensions = {(one.student_id, one.assignment_id): one for one in Extension.objects.filter(**rows)}
    found = []
    for student, factor in more.items():
        for assignment in assignments:
            key = (student.pk, assignment.pk)
            if assignment.classroom_id != student.classroom_id or key in excused:
                continue
            extension = extensions.get(key) or Extension()
            time = time_on(
                student,
                time_limit=assignment.time_limit,
                time_factor=factor,
                window=personal_window(assignment, extension),
                max_attempts=attempt_limit(assignment.max_attempts, extension.extra_attempts),
                attempts=attempts[key],
                now=now,
            )
            if time is not None:
                found.append((assignment, time))
    return found
