"""The quizzes that were over before a student came to the class, and one excuse from all of them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import load_overrides
from quizzes.attempts.transfers import transferable_attempts
from quizzes.models import Assignment, AuditEvent, Classroom, Student, User
from quizzes.models.locks import lock_rows
from quizzes.models.reasons import ReasonKind, ReasonValues


def earlier_quizzes(student: Student, *, now: datetime) -> list[Assignment]:
    """The missing quizzes of the class that were over while the student was not in it, the oldest first.

    Without those for which work of another class can count. At most 9 queries, 1 if no quiz of the class is over.
    """
    over = over_quizzes(student.classroom, now=now)
    if student.removed_at is not None or not over:
        return []
    was_in_class, overrides = _membership(student), load_overrides(student=student)
    done = {*student.classroom.attempts.made_by(student.pk).order_by().values_list("assignment", flat=True)}
    done |= {quiz.pk for quiz in transferable_attempts(student)}
    return [
        quiz
        for quiz in over
        if quiz.pk not in done
        and overrides.status(quiz, student.pk, (), now=now).status is Status.MISSING
        and not was_in_class(over_at(quiz))
    ]


def over_quizzes(classroom: Classroom, *, now: datetime) -> list[Assignment]:
    """The quizzes of a class that closed before `now`, or were due and never close, the oldest first. 1 query."""
    given = classroom.assignments.with_set()
    return [quiz for quiz in given if quiz.paused_at is None and (at := over_at(quiz)) and at < now]


def missed_count(classroom: Classroom, *, now: datetime) -> int:
    """How many quizzes that are over a student who comes now has as missing. 2 queries."""
    older = {quiz.pk for versions in classroom.assignments.all().versions() for quiz in versions[:-1]}
    return sum(quiz.pk not in older for quiz in over_quizzes(classroom, now=now))


@transaction.atomic
def excuse_from_earlier(student: Student, *, by: User, now: datetime) -> int:
    """Excuse the student from `earlier_quizzes`; returns from how many. Safe to repeat."""
    # First, because the student can start a quiz that never closes.
    _lock(over_quizzes(student.classroom, now=now), student)
    quizzes = earlier_quizzes(student, now=now)
    for quiz in quizzes:
        excuse(quiz, student, reason_kind=ReasonKind.JOINED_LATER, by=by, now=now)
    return len(quizzes)


@transaction.atomic
def undo_excuse_from_earlier(student: Student, *, given_at: datetime | None, by: User, now: datetime) -> int:
    """Take back what `excuse_from_earlier` did in the student's class; returns for how many quizzes.

    given_at: its `now`, None for all that it did.
    """
    at = {} if given_at is None else {"excuses__given_at": given_at}
    given = student.classroom.assignments.filter(
        excuses__student=student, excuses__reason_kind=ReasonKind.JOINED_LATER, **at
    )
    quizzes = list(given.order_by("pk"))
    _lock(quizzes, student)
    reason: ReasonValues = {"reason_kind": ReasonKind.JOINED_LATER}
    return sum(undo_excuse(quiz, student, given_at=given_at, by=by, now=now, **reason) for quiz in quizzes)


def over_at(quiz: Assignment) -> datetime | None:
    """When the quiz closed, or was due if it never closes; None without both.

    A student who came before the close could still do it.
    """
    return quiz.closes_at or quiz.due_at


def _lock(quizzes: Sequence[Assignment], student: Student) -> None:
    lock_rows(assignments=[quiz.pk for quiz in quizzes], students=[student.pk], with_starts=True)


def _membership(student: Student) -> Callable[[datetime | None], bool]:
    """Whether the student was in the present class at a moment, from the log of moves. 2 queries."""
    # An entry that was merged into this one is the same student, and may be older.
    added_at = Student.objects.with_merged(student.pk).aggregate(at=Min("created_at"))["at"]
    log = AuditEvent.objects.filter(student=student, action=AuditEvent.Action.STUDENT_MOVED).order_by("at", "pk")
    # (at, new class, class before) of each move, the oldest first.
    moves: list[tuple[datetime, str, str]] = list(log.values_list("at", "classroom__public_id", "detail__before"))
    first_place = moves[0][2] if moves else student.classroom.public_id

    def was_in_class(moment: datetime | None) -> bool:
        if moment is None or moment < added_at:
            return False
        place = first_place
        for at, to, _ in moves:
            if at <= moment:
                place = to
        return place == student.classroom.public_id

    return was_in_class
