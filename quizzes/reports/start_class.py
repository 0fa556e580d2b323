"""The page on the wall while a class starts a quiz: who is here, and how many students have each status."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.models import Answer, Assignment, Attempt, Classroom, KnownDevice, Presence
from quizzes.people.names import PersonName, short_names

# The longest usual lesson. A student last seen before it began may not be in the room.
HERE_FOR = timedelta(minutes=90)


_NOT_STARTED = {Status.NOT_OPEN, Status.NOT_STARTED, Status.MISSING}


@dataclass(frozen=True, slots=True)
class Attendance:
    """The shortened names of the students who are here and of those who are not, each in the order of the roster."""

    here: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def student_count(self) -> int:
        """How many students are on the roster."""
        return len(self.here) + len(self.absent)


def attendance(classroom_id: int, *, now: datetime) -> Attendance:
    """Who is here: who signed in, started a quiz, had its page open or saved an answer within HERE_FOR. One query.

    A student who signed out since is here too: on a shared device, each student signs out for the next one.
    """
    since, own = now - HERE_FOR, OuterRef("pk")
    made = Attempt.objects.filter(student=own, medium=Attempt.Medium.SCREEN).order_by()
    # A page without JavaScript sends no heartbeats, so a saved answer counts too.
    saved = Answer.objects.filter(attempt=OuterRef("pk"), saved_at__gte=since)
    seen = (
        Exists(KnownDevice.objects.filter(student=own, used_at__gte=since))
        | Exists(made.filter(Q(started_at__gte=since) | Exists(saved)))
        | Exists(Presence.objects.filter(attempt__student=own, seen_at__gte=since))
    )
    enrolled = Classroom(pk=classroom_id).students.enrolled()
    rows = list(enrolled.annotate(is_here=seen).values_list("display_name", "family_name", "is_here"))
    # A wall protects family names as the list of the join page does.
    shown = list(zip(short_names([PersonName(*row[:2]) for row in rows]), [row[2] for row in rows], strict=True))
    return Attendance(
        tuple(name for name, is_here in shown if is_here), tuple(name for name, is_here in shown if not is_here)
    )


def class_counts(assignment: Assignment, *, now: datetime) -> Counter[Status]:
    """How many students of the class have each status; they add up to the class. Three queries."""
    made = by_student_and_assignment(assignment.attempts.order_by())
    overrides = load_overrides(assignment=assignment)
    enrolled = assignment.classroom.students.enrolled().order_by().values_list("pk", flat=True)
    return overrides.status_counts(assignment, enrolled, made, now=now)


def counts_before_release(assignment: Assignment, *, now: datetime) -> tuple[int, int]:
    """How many students of the class have the quiz to do, and how many turned in and can start again. Three queries.

    Each also in an extension. To do: at work, or not started before the student's own close.
    """
    made = by_student_and_assignment(assignment.attempts.order_by())
    overrides = load_overrides(assignment=assignment)
    enrolled = assignment.classroom.students.enrolled().order_by().values_list("pk", flat=True)
    to_do = again = 0
    for pk, found in overrides.statuses(assignment, enrolled, made, now=now).items():
        is_closed = overrides.window(assignment, pk).state(at=now) is WindowState.CLOSED
        to_do += found.status is Status.IN_PROGRESS or (found.status in _NOT_STARTED and not is_closed)
        again += found.status is Status.SUBMITTED and found.can_start
    return to_do, again
