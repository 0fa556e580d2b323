"""The statuses of many students on many assignments, from few queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, DateTimeField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy, npgettext_lazy

from quizzes.assignments.deadlines import Window
from quizzes.assignments.release import Release, last_closes, own_attempts_ended_at, release_moment
from quizzes.assignments.status import Made, Status, StudentStatus, attempt_limit, status_of
from quizzes.assignments.student_settings import personal_window
from quizzes.formatting import NO_BREAK_SPACE, day
from quizzes.models import Assignment, Attempt, Excuse, Extension
from quizzes.phrases import gettext

# (student id, assignment id)
Key = tuple[int, int]

# In the order of the counts after “3 of 6 turned in”.
COUNTED = {
    Status.IN_PROGRESS: gettext_lazy("in progress"),
    Status.TIME_UP: gettext_lazy("time’s up"),
    Status.NOT_STARTED: gettext_lazy("not started"),
    Status.MISSING: npgettext_lazy("a count of students", "missing", "missing", "count"),
    Status.NOT_OPEN: gettext_lazy("not open yet"),
    Status.EXCUSED: npgettext_lazy("a count of students", "excused", "excused", "count"),
}


@dataclass(frozen=True, slots=True)
class Overrides:
    """The extensions and excuses, by student id and assignment id. Extensions have only their times and attempts."""

    extensions: Mapping[Key, Extension]
    excused: Set[Key]

    def window(self, assignment: Assignment, student_id: int) -> Window:
        """The student's own window."""
        return personal_window(assignment, self.extensions.get((student_id, assignment.pk)))

    def status[A: Made](
        self, assignment: Assignment, student_id: int, attempts: Sequence[A], *, now: datetime
    ) -> StudentStatus[A]:
        """The student's status on the assignment. attempts: all of this student on it, by number."""
        return status_of(
            self.window(assignment, student_id),
            attempts,
            is_excused=(student_id, assignment.pk) in self.excused,
            policy=assignment.attempt_policy,
            max_attempts=self.max_attempts(assignment, student_id),
            now=now,
        )

    def statuses[A: Made](
        self,
        assignment: Assignment,
        student_ids: Iterable[int],
        made: Mapping[Key, Sequence[A]],
        *,
        now: datetime,
    ) -> dict[int, StudentStatus[A]]:
        """The status of each of these students, by id and in this order. made: their attempts."""
        return {
            student_id: self.status(assignment, student_id, made.get((student_id, assignment.pk), ()), now=now)
            for student_id in student_ids
        }

    def status_counts(
        self,
        assignment: Assignment,
        student_ids: Iterable[int],
        made: Mapping[Key, Sequence[Attempt]],
        *,
        now: datetime,
    ) -> Counter[Status]:
        """How many of these students have each status; they add up to all of them. made: their attempts."""
        return Counter(found.status for found in self.statuses(assignment, student_ids, made, now=now).values())

    def max_attempts(self, assignment: Assignment, student_id: int) -> int | None:
        """How many attempts the student has, None without a limit."""
        extension = self.extensions.get((student_id, assignment.pk))
        return attempt_limit(assignment.max_attempts, extension.extra_attempts if extension is not None else 0)

    def answers_shown_at(
        self, assignment: Assignment, student_id: int, attempts: Sequence[Attempt], *, last_close: datetime | None
    ) -> datetime | None:
        """`release.answers_shown_at` from rows that are loaded. last_close: of the assignment, from `last_closes`.

        attempts: those of a student who may have left with `with_left_class()`.
        """
        return release_moment(
            Release(assignment.release),
            attempts_ended_at=lambda: self.attempts_ended_at(assignment, student_id, attempts),
            last_close=lambda: last_close,
        )

    def attempts_ended_at(
        self, assignment: Assignment, student_id: int, attempts: Sequence[Attempt]
    ) -> datetime | None:
        """`release.attempts_ended_at` from rows that are loaded, as `answers_shown_at` takes them."""
        return own_attempts_ended_at(
            assignment,
            [attempt.submitted_at for attempt in attempts],
            has_left_class=bool(attempts) and attempts[0].has_left_class,
            max_attempts=self.max_attempts(assignment, student_id),
            closes_at=self.window(assignment, student_id).closes_at,
        )


def answers_shown_times(student_id: int, attempts: Iterable[Attempt]) -> dict[int, datetime | None]:
    """`Overrides.answers_shown_at` of each assignment, by id; 2 queries. attempts: all of the student's, as in it."""
    return {pk: moment for (_, pk), moment in answers_shown_times_of([student_id], attempts).items()}


def answers_shown_times_of(student_ids: Collection[int], attempts: Iterable[Attempt]) -> dict[Key, datetime | None]:
    """`answers_shown_times` of several students, by student and assignment; 2 queries."""
    made = by_student_and_assignment(attempts)
    closes = last_closes([own[0].assignment for own in made.values()])
    overrides = load_overrides(student__in=student_ids)
    return {
        (student_id, pk): overrides.answers_shown_at(own[0].assignment, student_id, own, last_close=closes[pk])
        for (student_id, pk), own in made.items()
    }


def attempts_ended_times(student_ids: Collection[int], attempts: Iterable[Attempt]) -> dict[Key, datetime | None]:
    """`Overrides.attempts_ended_at` by student and assignment that shows scores; 1 query, none without one."""
    made = by_student_and_assignment(attempt for attempt in attempts if attempt.assignment.shows_scores)
    if not made:
        return {}
    overrides = load_overrides(student__in=student_ids)
    return {
        (student_id, pk): overrides.attempts_ended_at(own[0].assignment, student_id, own)
        for (student_id, pk), own in made.items()
    }


def load_overrides(**lookups: Any) -> Overrides:
    """The extensions and excuses that match. One query. lookups: valid for both models."""
    extensions = Extension.objects.filter(**lookups).order_by()
    excuses = Excuse.objects.filter(**lookups).order_by()
    # PostgreSQL needs types for the constants of a UNION.
    none = Cast(Value(None), DateTimeField())
    no, yes = (Value(is_excused, output_field=BooleanField()) for is_excused in (False, True))
    rows = extensions.values_list("student_id", "assignment_id", "due_at", "closes_at", "extra_attempts", no).union(
        excuses.values_list("student_id", "assignment_id", none, none, Value(0), yes), all=True
    )
    extended, excused = {}, set()
    for student_id, assignment_id, due_at, closes_at, extra_attempts, is_excused in rows:
        if is_excused:
            excused.add((student_id, assignment_id))
        else:
            extended[student_id, assignment_id] = Extension(
                due_at=due_at, closes_at=closes_at, extra_attempts=extra_attempts
            )
    return Overrides(extended, excused)


def by_student_and_assignment(attempts: Iterable[Attempt]) -> defaultdict[Key, list[Attempt]]:
    """The attempts of each student on each assignment, by number. One query for a queryset."""
    grouped: defaultdict[Key, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        grouped[attempt.student_id, attempt.assignment_id].append(attempt)
    for students_attempts in grouped.values():
        students_attempts.sort(key=lambda attempt: attempt.number)
    return grouped


def counted_words(status: Status, count: int) -> str:
    """The words after a number of students with this status: “missing”."""
    return str(COUNTED[status] % {"count": count})


def status_label(status: Status, opens_at: datetime | None, zone: ZoneInfo | None) -> str:
    """The label of a status on pages and in files: “Missing”, “Opens Fri, Oct 23”. zone None: the current zone.

    opens_at None: the quiz opens when the teacher starts it.
    """
    if status is Status.NOT_OPEN and opens_at is not None:
        # Files have this label too, and a program that reads one expects plain spaces.
        return gettext("Opens {day}").format(day=day(opens_at, zone).replace(NO_BREAK_SPACE, " "))
    return status.label
