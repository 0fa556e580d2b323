"""The classes and students that a close, more time, or a release of the answers affects."""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.release import given_with
from quizzes.assignments.status import MOST_ATTEMPTS
from quizzes.models import Assignment, Attempt, Excuse, Extension, Student, User


def working_counts(assignment: Assignment, *, now: datetime) -> tuple[int, int]:
    """How many students a close stops at work, and how many continue with an extension. Two queries."""
    working = assignment.attempts.open().filter(student__in=Student.objects.enrolled())
    extended = assignment.extensions.filter(closes_at__gt=now)
    continuing = working.filter(student__in=extended.values("student")).count()
    return working.count() - continuing, continuing


def ended_count(assignment: Assignment, *, closed_at: datetime) -> int:
    """How many attempts of the class ended at this close or a deadline after it. One query."""
    ended = assignment.attempts.filter(submitted_by=Attempt.SubmittedBy.DEADLINE, submitted_at__gte=closed_at)
    return ended.filter(student__in=Student.objects.enrolled()).count()


def with_started_counts(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The rows with `started_count`, as `Attempt.objects.started_count` counts, and `has_attempts`.

    has_attempts: whether anyone has started, also a student who was removed, moved away, or is excused.
    """
    made = Attempt.objects.filter(assignment=OuterRef("pk")).order_by()
    counted = made.in_reports().values("assignment").annotate(count=Count("student", distinct=True)).values("count")
    return assignments.annotate(  # type: ignore[no-redef]  # the model declares both for the readers of the rows
        started_count=Coalesce(Subquery(counted), 0), has_attempts=Exists(made)
    )


def classes_to_come(assignment: Assignment, *, by: User, now: datetime) -> tuple[list[str], list[str]]:
    """The names of this teacher's other classes with the same question set to do. One query.

    First: the classes in which it has not closed. Second: those in which it has closed, but not for a student with an
    extension, or for one who can start again.
    """
    of_student = {"assignment": OuterRef("assignment"), "student": OuterRef("student")}
    made = Attempt.objects.filter(**of_student).order_by().values("student").annotate(count=Count("pk")).values("count")
    has_attempts_left = Q(made__lt=Coalesce("assignment__max_attempts", MOST_ATTEMPTS) + F("extra_attempts"))
    extended = Extension.objects.annotate(made=Coalesce(Subquery(made), 0)).filter(
        has_attempts_left | Exists(Attempt.objects.open().filter(**of_student)),
        ~Exists(Excuse.objects.filter(**of_student)),
        assignment=OuterRef("pk"),
        closes_at__gt=now,
        student__removed_at=None,
        student__classroom=OuterRef("classroom"),
    )
    others = given_with([assignment]).taught_by(by).filter(classroom__archived_at=None)
    others = others.exclude(classroom=assignment.classroom).select_related("classroom")
    not_closed, with_extension = set[str](), set[str]()
    for other in others.annotate(has_extended=Exists(extended)):
        if window_state(other, now=now) is not WindowState.CLOSED:
            not_closed.add(other.classroom.name)
        elif other.has_extended:
            with_extension.add(other.classroom.name)
    return sorted(not_closed), sorted(with_extension - not_closed)
