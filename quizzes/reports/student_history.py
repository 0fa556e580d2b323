"""One student's work: every assignment of the class, with its status and attempts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from quizzes.assignments.status import StudentStatus, score_share
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.models import Assignment, Attempt, AuditEvent, Student, User
from quizzes.people.erased_counts import class_files
from quizzes.reports.gradebook import Cell, average_of_cells, cell_of


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One assignment of a student, with its `max_points`.

    attempts: (attempt, its score as a share of its maximum), the newest first. The share is None until every answer is
    graded.
    """

    assignment: Assignment
    student_status: StudentStatus[Attempt]
    attempts: tuple[tuple[Attempt, Decimal | None], ...]

    @property
    def is_carried(self) -> bool:
        """Whether an attempt is a copy of one in another class."""
        return any(attempt.carried_from_id is not None for attempt, _ in self.attempts)


def class_cells(student: Student, lines: Iterable[HistoryLine]) -> list[tuple[HistoryLine, Cell]]:
    """The lines of the student's class, each with its cell of the gradebook. student: with the class."""
    missing_is_zero = student.classroom.counts_missing_as_zero
    return [
        (line, cell_of(line.student_status, line.assignment.max_points, missing_is_zero=missing_is_zero))
        for line in lines
        if line.assignment.classroom_id == student.classroom_id
    ]


def class_average(student: Student, lines: Iterable[HistoryLine]) -> Decimal | None:
    """The student's average in their class, as in its gradebook; None without work that counts. student: with class."""
    return average_of_cells(cell for _, cell in class_cells(student, lines))


def history_lines(student: Student, *, by: User, now: datetime) -> list[HistoryLine]:
    """The student's work in this teacher's classes, the newest assignment first; 3 queries.

    Assignments without an attempt are those of the student's class, none for a removed student.
    """
    return history_lines_of([student], by=by, now=now)[student.pk]


def history_lines_of(students: Collection[Student], *, by: User, now: datetime) -> dict[int, list[HistoryLine]]:
    """`history_lines` of several students, by student id; 3 queries."""
    attempts = Attempt.objects.taught_by(by).filter(student__in=[student.pk for student in students])
    made = by_student_and_assignment(attempts.with_left_class())
    started = Q(pk__in={assignment_id for _, assignment_id in made})
    classes = {student.classroom_id for student in students if student.removed_at is None}
    assignments = Assignment.objects.taught_by(by).filter(started | Q(classroom__in=classes))
    overrides = load_overrides(student__in=[student.pk for student in students])
    lines: dict[int, list[HistoryLine]] = {student.pk: [] for student in students}
    for assignment in assignments.with_set().with_max_points().order_by("-created_at", "-pk"):
        for student in students:
            own = made.get((student.pk, assignment.pk), [])
            is_given = student.removed_at is None and assignment.classroom_id == student.classroom_id
            if own or is_given:
                status = overrides.status(assignment, student.pk, own, now=now)
                newest_first = tuple(
                    (attempt, None if attempt.ungraded_count else score_share(attempt)) for attempt in reversed(own)
                )
                lines[student.pk].append(HistoryLine(assignment, status, newest_first))
    return lines


def events_of(entries: Collection[Student], *, by: User) -> QuerySet[AuditEvent]:
    """What was done to these entries of a student in this teacher's classes, the newest first.

    What teachers of an earlier class did stays theirs: it has their grades, comments and reasons. A merge is one event.
    """
    return AuditEvent.objects.filter(student__in=entries, classroom__teachers=by).exclude(_second_of_merge(entries))


def _second_of_merge(entries: Collection[Student]) -> Q:
    """The event of a merge that is of the entry that left. The entry that stayed has the same one.

    An entry stays on the roster when another one is merged into it, so it was removed later, or never.
    """
    found = Q(pk__in=())
    for one in entries:
        stayed = [
            other.public_id
            for other in entries
            if one.removed_at is not None and (other.removed_at is None or other.removed_at > one.removed_at)
        ]
        found |= Q(student=one, detail__other__in=stayed)
    return found & Q(action__in=(AuditEvent.Action.STUDENT_MERGED, AuditEvent.Action.MERGE_UNDONE))


def events_and_class_files(entries: Collection[Student], *, by: User) -> QuerySet[AuditEvent]:
    """As `events_of`, with the downloads of files about all students of a class, since the first entry was added.

    The classes are those of the entries, and those where one has an attempt.
    """
    students = Student.objects.filter(pk__in=[one.pk for one in entries])
    attempts = Attempt.objects.filter(student__in=entries)
    files = class_files(students, attempts, since=min(one.created_at for one in entries))
    return AuditEvent.objects.filter(files | Q(student__in=entries), classroom__teachers=by)


def titled_events(events: Iterable[AuditEvent], lines: Iterable[HistoryLine]) -> list[tuple[AuditEvent, str]]:
    """Each event with the title of its quiz, "" if it is about no quiz of these lines. No query but the events."""
    titles: dict[str, str] = {}
    for line in lines:
        ids = line.assignment.public_id, *(attempt.public_id for attempt, _ in line.attempts)
        titles |= dict.fromkeys(ids, line.assignment.title)
    # An event has the public id of its quiz, of its attempt, or of both.
    return [
        (event, titles.get(event.detail.get("assignment")) or titles.get(event.detail.get("attempt"), ""))
        for event in events
    ]
