"""A classroom's gradebook, an assignment's progress, and which attempt of a student counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any, Literal, NamedTuple, Protocol

from django.db.models import BooleanField, Count, DateTimeField, Exists, FilteredRelation, Max, OuterRef, Q, Value
from django.db.models.functions import Cast

from quizzes.assignments.deadlines import Standing
from quizzes.assignments.student_settings import personal_window
from quizzes.content.question_types.registry import TYPES
from quizzes.models import (
    Answer,
    Assignment,
    Attempt,
    Classroom,
    Excuse,
    Extension,
    ManualGrade,
    Question,
    Regrade,
    Student,
)

MARKED_BY_TEACHERS = tuple(name for name, module in TYPES.items() if module.MARKED_BY == "teacher")

# untested: in the gradebook of one objective, where every question on it was dropped.
CellState = Literal["scored", "working", "missing", "excused", "not_due", "untested"]
WorkState = Literal["not_started", "working", "submitted"]


class Scored(Protocol):
    """What decides which attempt counts: of an `Attempt`, or of the few columns that a large table reads."""

    @property
    def number(self) -> int: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def score(self) -> Decimal | None: ...
    @property
    def max_score(self) -> int | None: ...


class Submitted(Protocol):
    """What decides whether an attempt was late."""

    @property
    def submitted_at(self) -> datetime | None: ...
    @property
    def medium(self) -> str: ...


class AttemptRow(NamedTuple):
    """What a gradebook shows of an attempt. Not a row of the model: building 300 of those is a third of the page."""

    pk: int
    public_id: str
    number: int
    medium: str
    submitted_at: datetime | None
    score: Decimal | None
    max_score: int | None

    @property
    def is_open(self) -> bool:
        """Whether it has not been handed in."""
        return self.submitted_at is None

    @property
    def is_on_paper(self) -> bool:
        """Whether a teacher typed it in from a sheet."""
        return self.medium == Attempt.Medium.PAPER


class StudentRow(NamedTuple):
    """What a gradebook shows of a student."""

    pk: int
    public_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One student on one assignment. attempt: the one that counts, else the open one, else None.

    score and max_score in points, None unless scored. An excused student's score counts in nothing.
    is_ungraded: a teacher has still to mark an answer, until which the score counts in no figure.
    """

    state: CellState
    attempt: AttemptRow | None = None
    score: Decimal | None = None
    max_score: int | None = None
    is_late: bool = False
    is_ungraded: bool = False

    @property
    def whole_score(self) -> Decimal | None:
        """The score once every answer is marked; None before."""
        return None if self.is_ungraded else self.score

    @property
    def share(self) -> Decimal | None:
        """Whole score over max_score, 0 to 1; None without one or when every question was dropped."""
        return self.whole_score / self.max_score if self.whole_score is not None and self.max_score else None


@dataclass(frozen=True, slots=True)
class Column:
    """One assignment of a gradebook, with the median and mean of the scores that count, in points."""

    assignment: Assignment
    title: str
    max_points: int
    median: Decimal | None
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One student of a gradebook. average_share: mean share over the assignments that have a score."""

    student: StudentRow
    cells: tuple[Cell, ...]
    average_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A classroom's scores: one row a student by name, one column an assignment, newest first."""

    classroom: Classroom
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    mean_share: Decimal | None
    median_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One student's standing on a running assignment. attempt: the latest, None before the first.

    counts: the attempt that counts by the policy, None before one is handed in; is_late is about that one.
    """

    student: Student
    state: WorkState
    attempt: Attempt | None
    counts: Attempt | None
    is_late: bool
    answered_count: int
    last_saved_at: datetime | None


def counting_attempt[A: Scored](attempts: Sequence[A], policy: str) -> A | None:
    """The handed-in attempt that counts by the policy (first, best, latest); the earlier of two equally good ones."""
    done = sorted((attempt for attempt in attempts if not attempt.is_open), key=lambda attempt: attempt.number)
    if not done:
        return None
    match policy:
        case Assignment.AttemptPolicy.FIRST:
            return done[0]
        case Assignment.AttemptPolicy.LATEST:
            return done[-1]
    return max(done, key=lambda attempt: (share_of(attempt) or Decimal(0), -attempt.number))


def share_of(attempt: Scored) -> Decimal | None:
    """The attempt's score as a share of its maximum, 0 to 1; None before it is handed in, or when nothing counts."""
    return attempt.score / attempt.max_score if attempt.score is not None and attempt.max_score else None


def is_late(attempt: Submitted, due_at: datetime | None) -> bool:
    """Whether the attempt was handed in after the due time, which may be the student's own.

    Never on paper: what is known of a sheet is when it was typed.
    """
    if attempt.medium == Attempt.Medium.PAPER:
        return False
    return due_at is not None and attempt.submitted_at is not None and attempt.submitted_at > due_at


def gradebook(classroom: Classroom, *, now: datetime) -> Gradebook:
    """The classroom's gradebook, in three statements however large it is; four where a teacher marks a question."""
    asked = Question.objects.filter(edition=OuterRef("edition"), type__in=MARKED_BY_TEACHERS)
    assignments = list(
        classroom.assignments.select_related("edition__question_set")
        .defer("edition__document")
        .annotate(has_marks=Exists(asked))
        .order_by("-created_at", "-pk")
    )
    ungraded = _unmarked(classroom) if any(assignment.has_marks for assignment in assignments) else set()
    students, made = _students_and_attempts(classroom)
    extended, excused = _extended_and_excused(classroom)
    rows = []
    for student in students:
        cells = tuple(
            Cell("excused")
            if (student.pk, assignment.pk) in excused
            else _cell(
                made.get((student.pk, assignment.pk), []),
                assignment,
                extended.get((student.pk, assignment.pk)),
                now,
                ungraded,
            )
            for assignment in assignments
        )
        shares = [cell.share for cell in cells if cell.share is not None]
        rows.append(Row(student, cells, mean_of(shares)))
    columns = []
    for place, assignment in enumerate(assignments):
        scores = [row.cells[place].whole_score for row in rows]
        given = [points for points in scores if points is not None]
        columns.append(
            Column(
                assignment,
                assignment.edition.question_set.title,
                assignment.edition.max_points,
                median(given) if given else None,
                mean_of(given),
            )
        )
    averages = [row.average_share for row in rows if row.average_share is not None]
    return Gradebook(classroom, tuple(columns), tuple(rows), mean_of(averages), median(averages) if averages else None)


def _students_and_attempts(classroom: Classroom) -> tuple[list[StudentRow], dict[tuple[int, int], list[AttemptRow]]]:
    """Who is on the roster, by name, and the attempts in this classroom by student and assignment; one statement."""
    here = FilteredRelation("attempts", condition=Q(attempts__classroom=classroom))
    pupil = ["pk", "public_id", "display_name"]
    columns = [*pupil, "here__assignment_id", *(f"here__{name}" for name in AttemptRow._fields)]
    found = classroom.students.enrolled().alias(here=here).order_by("display_name", "pk", "here__number")
    students: dict[int, StudentRow] = {}
    made: defaultdict[tuple[int, int], list[AttemptRow]] = defaultdict(list)
    for pk, public_id, name, assignment_id, *attempt in found.values_list(*columns):
        students.setdefault(pk, StudentRow(pk, public_id, name))
        if assignment_id is not None:
            made[pk, assignment_id].append(AttemptRow._make(attempt))
    return list(students.values()), made


def _extended_and_excused(classroom: Classroom) -> tuple[dict[tuple[int, int], Extension], set[tuple[int, int]]]:
    """Extensions, and who is excused, by student and assignment; one statement."""
    of = {"assignment__classroom": classroom}
    extensions = Extension.objects.filter(**of).values_list(
        "student_id", "assignment_id", "due_at", "closes_at", Value(False, output_field=BooleanField())
    )
    no_end = Cast(Value(None), DateTimeField())
    excuses = Excuse.objects.filter(**of).values_list(
        "student_id", "assignment_id", no_end, no_end, Value(True, output_field=BooleanField())
    )
    extended, excused = {}, set()
    for student_id, assignment_id, due_at, closes_at, is_excused in extensions.union(excuses, all=True):
        if is_excused:
            excused.add((student_id, assignment_id))
        else:
            extended[student_id, assignment_id] = Extension(due_at=due_at, closes_at=closes_at)
    return extended, excused


def progress(assignment: Assignment) -> list[Progress]:
    """One entry a student by name, in four statements however many there are."""
    made: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in assignment.attempts.order_by("number"):
        made[attempt.student_id].append(attempt)
    latest = [attempts[-1].pk for attempts in made.values()]
    given = Answer.objects.filter(attempt__in=latest, value__isnull=False)
    counted = {
        row["attempt"]: row
        for row in given.order_by().values("attempt").annotate(count=Count("pk"), last=Max("saved_at"))
    }
    extended = {extension.student_id: extension for extension in assignment.extensions.all()}
    entries = []
    for student in assignment.classroom.students.enrolled().order_by("display_name", "pk"):
        attempts = made[student.pk]
        own = attempts[-1] if attempts else None
        counts = counting_attempt(attempts, assignment.attempt_policy)
        due_at = personal_window(assignment, extended.get(student.pk)).due_at
        late = counts is not None and is_late(counts, due_at)
        saved: Mapping[str, Any] = counted.get(own.pk, {}) if own else {}
        state: WorkState = "not_started" if own is None else "working" if own.is_open else "submitted"
        entries.append(Progress(student, state, own, counts, late, saved.get("count", 0), saved.get("last")))
    return entries


def due_at(attempt: Attempt) -> datetime | None:
    """When the attempt was due for its own student; one statement. attempt: with its assignment."""
    extension = attempt.assignment.extensions.filter(student=attempt.student_id).first()
    return personal_window(attempt.assignment, extension).due_at


def _unmarked(classroom: Classroom) -> set[str]:
    """Public ids of the handed-in attempts with an answer that a teacher has still to mark; one statement."""
    marks = ManualGrade.objects.filter(attempt=OuterRef("attempt"), question=OuterRef("question"))
    settled = Regrade.objects.filter(
        assignment=OuterRef("attempt__assignment"),
        question=OuterRef("question"),
        undone_at=None,
        policy__in=[Regrade.Policy.DROP, Regrade.Policy.FULL_CREDIT],
    )
    waiting = Answer.objects.filter(
        attempt__classroom=classroom,
        attempt__submitted_at__isnull=False,
        question__type__in=MARKED_BY_TEACHERS,
        value__isnull=False,
    ).exclude(Exists(marks) | Exists(settled))
    return set(waiting.values_list("attempt__public_id", flat=True))


def _cell(
    attempts: Sequence[AttemptRow],
    assignment: Assignment,
    extension: Extension | None,
    now: datetime,
    ungraded: Set[str] = frozenset(),
) -> Cell:
    window = personal_window(assignment, extension)
    counts = counting_attempt(attempts, assignment.attempt_policy)
    if counts is not None:
        late = is_late(counts, window.due_at)
        return Cell("scored", counts, counts.score, counts.max_score, late, counts.public_id in ungraded)
    if attempts:
        return Cell("working", attempts[-1])
    if window.standing(at=now) in {Standing.PAST_DUE, Standing.CLOSED}:
        return Cell("missing")
    return Cell("not_due")


def mean_of(numbers: Iterable[Decimal]) -> Decimal | None:
    """Their mean; None of nothing."""
    given = list(numbers)
    return sum(given, start=Decimal(0)) / len(given) if given else None
