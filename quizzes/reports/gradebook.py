"""A classroom's gradebook: the score of each student on each assignment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import Exists, FilteredRelation, Q

from quizzes.assignments.status import Status, StudentStatus, counting_attempt
from quizzes.assignments.student_statuses import Key, by_student_and_assignment, load_overrides
from quizzes.models import Assignment, Attempt, Classroom

# A share such as 1/3 is cut after 28 digits. Without this rounding, an average of thirds could be a little less than
# 57.5% and show as 57%. The error is far below this step, and no other average lies that close to a half percent.
AVERAGE_STEP = Decimal("1e-20")


class AttemptRow(NamedTuple):
    """The attempt fields that a gradebook row needs. No model row: 300 of them take a third of the page's time."""

    pk: int
    public_id: str
    number: int
    medium: str
    deadline_at: datetime | None
    submitted_at: datetime | None
    score: Decimal | None
    max_score: int | None
    ungraded_count: int

    @property
    def is_open(self) -> bool:
        """Whether it is not submitted."""
        return self.submitted_at is None

    @property
    def is_on_paper(self) -> bool:
        """Whether a teacher entered it from paper."""
        return self.medium == Attempt.Medium.PAPER


class StudentRow(NamedTuple):
    """The student fields that a gradebook row needs."""

    pk: int
    public_id: str
    display_name: str
    family_name: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One student on one assignment. attempt: the one that counts, else the latest, None before the first.

    due_at: the student's own. score and max_score: of the counting attempt in points, None without one.
    is_ungraded: a teacher must still grade an answer. The score then counts in no figure.
    is_dropped: in the gradebook of one objective, every question of the objective was dropped.
    is_zero: missing work that counts as 0 in averages, by the setting of the classroom.
    """

    status: Status
    due_at: datetime | None
    attempt: AttemptRow | Attempt | None
    score: Decimal | None = None
    max_score: int | None = None
    is_late: bool = False
    is_ungraded: bool = False
    is_dropped: bool = False
    is_zero: bool = False

    @property
    def whole_score(self) -> Decimal | None:
        """The score if every answer is graded, else None."""
        return None if self.is_ungraded else self.score

    @property
    def share(self) -> Decimal | None:
        """The whole score as a share of max_score, 0 to 1; None without a score or if every question was dropped."""
        return self.whole_score / self.max_score if self.whole_score is not None and self.max_score else None

    @property
    def counted_score(self) -> Decimal | None:
        """The score that counts in averages: the whole score, or 0 for missing work that counts as 0; else None."""
        if self.is_zero:
            return Decimal(0)
        return self.whole_score if self.max_score else None

    @property
    def counted_share(self) -> Decimal | None:
        """The counted score as a share, 0 to 1; None if the work counts in no average."""
        return Decimal(0) if self.is_zero else self.share


@dataclass(frozen=True, slots=True)
class Column:
    """One assignment of a gradebook, with the median and average of the scores that count, in points.

    max_points: what a submitted attempt can earn, so without dropped questions.
    """

    assignment: Assignment
    title: str
    max_points: int
    median: Decimal | None
    average: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One student of a gradebook. average_share: over the assignments that count in averages."""

    student: StudentRow
    cells: tuple[Cell, ...]
    average_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A classroom's scores: a row for each student by name, a column for each assignment, the newest first.

    has_others_work: whether students who are not in the class today have attempts here; true also if the class has no
    students, because no row says it.
    """

    classroom: Classroom
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    average_share: Decimal | None
    median_share: Decimal | None
    has_others_work: bool

    @property
    def scored_count(self) -> int:
        """The number of students in the class average and the median."""
        return sum(row.average_share is not None for row in self.rows)


def gradebook(classroom: Classroom, *, now: datetime, policy: str | None = None) -> Gradebook:
    """The classroom's gradebook; 3 queries for any size.

    policy: which attempt of a student counts (first, best, latest); None for the policy of each assignment.
    """
    assignments = list(
        classroom.assignments.with_max_points()
        .select_related("edition__question_set")
        .defer("edition__document")
        .order_by("-created_at", "-pk")
    )
    if policy is not None:
        for assignment in assignments:
            assignment.attempt_policy = policy
    students, made, has_others_work = _students_and_attempts(classroom)
    overrides = load_overrides(assignment__classroom=classroom)
    rows = []
    for student in students:
        cells = []
        for assignment in assignments:
            attempts = made.get((student.pk, assignment.pk), ())
            found = overrides.status(assignment, student.pk, attempts, now=now)
            cells.append(cell_of(found, assignment.max_points, missing_is_zero=classroom.counts_missing_as_zero))
        rows.append(Row(student, tuple(cells), average_of_cells(cells)))
    columns = [(assignment, assignment.max_points) for assignment in assignments]
    return totaled_gradebook(classroom, columns, rows, has_others_work=has_others_work)


def totaled_gradebook(
    classroom: Classroom,
    assignments: Iterable[tuple[Assignment, int]],
    rows: Sequence[Row],
    *,
    has_others_work: bool = False,
) -> Gradebook:
    """The gradebook of these rows, with medians and averages. assignments: with their `max_points`."""
    columns = []
    for place, (assignment, max_points) in enumerate(assignments):
        graded = [points for row in rows if (points := row.cells[place].counted_score) is not None]
        columns.append(
            Column(assignment, assignment.title, max_points, median(graded) if graded else None, average_of(graded))
        )
    averages = [row.average_share for row in rows if row.average_share is not None]
    return Gradebook(
        classroom,
        tuple(columns),
        tuple(rows),
        average_of(averages),
        median(averages) if averages else None,
        has_others_work,
    )


def _students_and_attempts(classroom: Classroom) -> tuple[list[StudentRow], dict[Key, list[AttemptRow]], bool]:
    """The enrolled students by name, and their attempts in this classroom by student and assignment; 1 query.

    Also whether others have attempts here: part of the same query, because nearly every class has none.
    """
    others = Attempt.objects.filter(classroom=classroom).exclude(student__classroom=classroom)
    here = FilteredRelation("attempts", condition=Q(attempts__classroom=classroom))
    columns = [*StudentRow._fields, "here__assignment_id", *(f"here__{name}" for name in AttemptRow._fields)]
    rows = classroom.students.enrolled().alias(here=here).order_by("sort_key", "pk", "here__number")
    students: dict[int, StudentRow] = {}
    made: defaultdict[Key, list[AttemptRow]] = defaultdict(list)
    own = len(StudentRow._fields)
    # Without a student, the query has no row to say it.
    has_others_work = True
    for row in rows.values_list(*columns, Exists(others)):
        pk, assignment_id, attempt, has_others_work = row[0], row[own], row[own + 1 : -1], row[-1]
        students.setdefault(pk, StudentRow._make(row[:own]))
        if assignment_id is not None:
            made[pk, assignment_id].append(AttemptRow._make(attempt))
    return list(students.values()), made, has_others_work


def cell_of(
    found: StudentStatus[AttemptRow] | StudentStatus[Attempt], max_points: int, *, missing_is_zero: bool
) -> Cell:
    """The cell of one student on one assignment. missing_is_zero: the setting of the classroom.

    max_points: of the assignment, without dropped questions. Without any, it counts for no student, missing or not.
    """
    attempt = found.counting_attempt
    if attempt is None:
        is_zero = missing_is_zero and found.status is Status.MISSING and bool(max_points)
        return Cell(found.status, found.due_at, found.latest_attempt, is_zero=is_zero)
    is_ungraded = attempt.ungraded_count > 0
    return Cell(
        found.status,
        found.due_at,
        attempt,
        attempt.score,
        attempt.max_score,
        found.is_late,
        is_ungraded=is_ungraded,
    )


def count_outside_averages(assignments: Sequence[Assignment]) -> int:
    """How many submitted attempts of these assignments count in no average by `cell_of`; 1 query.

    Another attempt of the student counts, or an answer needs grading.
    """
    made = by_student_and_assignment(Attempt.objects.filter(assignment__in=assignments).in_reports().submitted())
    policies = {assignment.pk: assignment.attempt_policy for assignment in assignments}
    counting = [counting_attempt(attempts, policies[key[1]]) for key, attempts in made.items()]
    averaged = sum(attempt is not None and not attempt.ungraded_count for attempt in counting)
    return sum(map(len, made.values())) - averaged


def average_of_cells(cells: Iterable[Cell]) -> Decimal | None:
    """The average of the shares of one student that count; None without one."""
    return average_of(share for cell in cells if (share := cell.counted_share) is not None)


def average_of(numbers: Iterable[Decimal]) -> Decimal | None:
    """The average of the numbers, rounded to `AVERAGE_STEP`; None without numbers."""
    values = list(numbers)
    return (sum(values, start=Decimal(0)) / len(values)).quantize(AVERAGE_STEP) if values else None
