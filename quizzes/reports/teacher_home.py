"""A teacher's home: what needs a teacher, and a line a classroom."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quizzes.assignments.deadlines import Standing
from quizzes.assignments.lifecycle import standing
from quizzes.grading.queue import queued_answers
from quizzes.models import Assignment, Attempt, Classroom, Excuse, Student, User
from quizzes.people import student_sign_in
from quizzes.reports.gradebook import counting_attempt, mean_of, share_of

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing that needs the teacher. count: the numeral shown; kind names the sentence and the action."""

    kind: Literal["not_submitted", "locked_out", "no_students", "queued_answers"]
    count: int
    classroom: Classroom
    assignment: Assignment | None = None
    title: str = ""
    not_started_count: int = 0
    students: tuple[Student, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassroomSummary:
    """A line of the teacher's home. assignment: the newest open one; mean_share over all its scores that count.

    submitted_count of expected_count: students on that assignment, without those excused from it.
    """

    classroom: Classroom
    student_count: int
    assignment: Assignment | None
    title: str
    submitted_count: int
    expected_count: int
    mean_share: Decimal | None


def needs(user: User, *, now: datetime) -> list[TodoItem]:
    """What needs this teacher, most urgent first; the number of statements is fixed."""
    classrooms = list(Classroom.objects.taught_by(user).current())
    locked: defaultdict[int, list[Student]] = defaultdict(list)
    for student in student_sign_in.locked_students(classrooms, now=now):
        locked[student.classroom_id].append(student)
    by_pk = {classroom.pk: classroom for classroom in classrooms}
    found = [
        TodoItem("locked_out", len(students), by_pk[pk], students=tuple(students)) for pk, students in locked.items()
    ]
    sizes = _sizes(classrooms)
    found += _not_submitted(by_pk, sizes, now)
    found += _doubts(by_pk)
    found += [TodoItem("no_students", 0, classroom) for classroom in classrooms if not sizes.get(classroom.pk)]
    return found


def classroom_summaries(user: User, *, now: datetime) -> list[ClassroomSummary]:
    """A line a classroom, by name; the number of statements is fixed."""
    classrooms = list(Classroom.objects.taught_by(user).current())
    sizes = _sizes(classrooms)
    newest: dict[int, Assignment] = {}
    assignments = (
        Assignment.objects.filter(classroom__in=classrooms)
        .select_related("edition__question_set")
        .defer("edition__document")
        .order_by("created_at", "pk")
    )
    by_pk: dict[int, Assignment] = {}
    for assignment in assignments:
        by_pk[assignment.pk] = assignment
        if standing(assignment, now=now) in {Standing.OPEN, Standing.PAST_DUE}:
            newest[assignment.classroom_id] = assignment
    excused = set(_excused().filter(assignment__in=by_pk).values_list("assignment_id", "student_id"))
    excused_counts = Counter(assignment_id for assignment_id, _ in excused)
    made: defaultdict[tuple[int, int], list[Attempt]] = defaultdict(list)
    here = Attempt.objects.filter(student__removed_at=None, student__classroom=F("classroom"))
    for attempt in here.filter(classroom__in=classrooms).submitted():
        if (attempt.assignment_id, attempt.student_id) not in excused:
            made[attempt.assignment_id, attempt.student_id].append(attempt)
    shares: defaultdict[int, list[Decimal]] = defaultdict(list)
    done: Counter[int] = Counter()
    for (assignment_id, _), attempts in made.items():
        assignment = by_pk[assignment_id]
        counts = counting_attempt(attempts, assignment.attempt_policy)
        if counts is not None:
            done[assignment_id] += 1
            share = share_of(counts)
            if share is not None:
                shares[assignment.classroom_id].append(share)
    return [
        ClassroomSummary(
            classroom,
            sizes.get(classroom.pk, 0),
            newest.get(classroom.pk),
            newest[classroom.pk].edition.question_set.title if classroom.pk in newest else "",
            done[newest[classroom.pk].pk] if classroom.pk in newest else 0,
            sizes.get(classroom.pk, 0) - excused_counts[newest[classroom.pk].pk] if classroom.pk in newest else 0,
            mean_of(shares[classroom.pk]),
        )
        for classroom in classrooms
    ]


def _sizes(classrooms: Sequence[Classroom]) -> dict[int, int]:
    counted = Student.objects.enrolled().filter(classroom__in=classrooms).order_by().values("classroom")
    return {row["classroom"]: row["count"] for row in counted.annotate(count=Count("pk"))}


def _excused() -> QuerySet[Excuse]:
    """Excuses of students who are in the class now."""
    return Excuse.objects.filter(student__removed_at=None, student__classroom=F("assignment__classroom"))


def _doubts(by_pk: Mapping[int, Classroom]) -> list[TodoItem]:
    """One need an assignment that has answers to read, the oldest first."""
    given = Assignment.objects.filter(classroom__in=by_pk).select_related("edition__question_set")
    assignments = {assignment.pk: assignment for assignment in given.defer("edition__document")}
    unread = queued_answers(list(assignments.values()))
    return [
        TodoItem(
            "queued_answers",
            sum(len(entry.attempts) for entry in unread[pk]),
            by_pk[assignment.classroom_id],
            assignment,
            assignment.edition.question_set.title,
        )
        for pk, assignment in assignments.items()
        if pk in unread
    ]


def _not_submitted(by_pk: Mapping[int, Classroom], sizes: Mapping[int, int], now: datetime) -> list[TodoItem]:
    due = Q(due_at__lte=now + SOON) | Q(due_at=None, closes_at__lte=now + SOON)
    still_open = Q(closes_at=None) | Q(closes_at__gte=now)
    # Whoever was removed or moved away is no longer counted in the size of the class; whoever is excused owes nothing.
    here = Attempt.objects.filter(
        ~Exists(Excuse.objects.filter(assignment=OuterRef("assignment"), student=OuterRef("student"))),
        assignment=OuterRef("pk"),
        student__removed_at=None,
        student__classroom=OuterRef("classroom"),
    )
    assignments = (
        Assignment.objects.filter(due & still_open, classroom__in=by_pk)
        .select_related("edition__question_set")
        .defer("edition__document")
        .annotate(
            begun=_count_of(here),
            done=_count_of(here.submitted()),
            excused=_count_of(_excused().filter(assignment=OuterRef("pk"))),
        )
        .order_by("due_at", "closes_at", "pk")
    )
    found = []
    for assignment in assignments:
        size = sizes.get(assignment.classroom_id, 0) - assignment.excused
        if size > assignment.done:
            found.append(
                TodoItem(
                    "not_submitted",
                    size - assignment.done,
                    by_pk[assignment.classroom_id],
                    assignment,
                    assignment.edition.question_set.title,
                    max(0, size - assignment.begun),
                )
            )
    return found


def _count_of(rows: QuerySet[Any]) -> Coalesce:
    """How many students these rows are about, counted within the statement around it. rows: of one assignment."""
    counted = rows.order_by().values("assignment").annotate(count=Count("student", distinct=True))
    return Coalesce(Subquery(counted.values("count")), 0)
