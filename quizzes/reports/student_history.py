"""One student's work: every assignment of the class, with each attempt, or what there is instead of one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Q

from quizzes.assignments.deadlines import Standing
from quizzes.assignments.student_settings import personal_window
from quizzes.models import Assignment, Attempt, Student, User
from quizzes.reports.gradebook import counting_attempt, is_late, share_of

WorkLineState = Literal["submitted", "working", "missing", "excused", "not_due"]


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One attempt of an assignment, or an assignment without one. attempt None: missing, excused or not due.

    counts: of several attempts, whether it is this one that counts. is_excused: the assignment counts in nothing.
    """

    assignment: Assignment
    state: WorkLineState
    attempt: Attempt | None = None
    is_late: bool = False
    is_excused: bool = False
    counts: bool = False

    @property
    def share(self) -> Decimal | None:
        """The attempt's score as a share of its maximum, 0 to 1; None without one."""
        return share_of(self.attempt) if self.attempt is not None else None


def work_of(student: Student, *, by: User, now: datetime) -> list[WorkLine]:
    """The student's work in this teacher's classes, the newest assignment first; four statements.

    What was not begun is named for the class that the student is in now.
    """
    made: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.taught_by(by).made_by(student.pk).order_by("-number"):
        made[attempt.assignment_id].append(attempt)
    begun = Q(pk__in=list(made))
    theirs = begun if student.removed_at is not None else begun | Q(classroom=student.classroom_id)
    assignments = Assignment.objects.taught_by(by).filter(theirs).with_set().order_by("-created_at", "-pk")
    extensions = {extension.assignment_id: extension for extension in student.extensions.all()}
    excused = set(student.excuses.values_list("assignment_id", flat=True))
    lines = []
    for assignment in assignments:
        window = personal_window(assignment, extensions.get(assignment.pk))
        attempts, is_excused = made[assignment.pk], assignment.pk in excused
        counting = counting_attempt(attempts, assignment.attempt_policy) if len(attempts) > 1 else None
        for attempt in attempts:
            attempt.assignment = assignment
            lines.append(
                WorkLine(
                    assignment,
                    "working" if attempt.is_open else "submitted",
                    attempt,
                    is_late(attempt, window.due_at),
                    is_excused,
                    attempt is counting and not is_excused,
                )
            )
        if not attempts:
            is_over = window.standing(at=now) in {Standing.PAST_DUE, Standing.CLOSED}
            state: WorkLineState = "excused" if is_excused else "missing" if is_over else "not_due"
            lines.append(WorkLine(assignment, state, is_excused=is_excused))
    return lines
