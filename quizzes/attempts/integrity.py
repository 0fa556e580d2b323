"""Check invariants I1 to I5 of docs/promises.md on all stored rows.

I1 is checked for the log only: it has each revision from the first to the current one. Only the browsers know which
answers were acknowledged.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Count, Min

from quizzes.assignments.deadlines import is_over
from quizzes.grading.scores import computed, stored
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent

BATCH = 500
Outcome = AnswerEvent.Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. checked: how many rows. broken: one line for each row that breaks the invariant."""

    name: str
    checked: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineMoves:
    """When teachers last moved deadlines, by the audit log.

    last: by assignment public id and student id; student None: for the class. log_since: the oldest event of the site,
    None for an empty log. Retention deletes older events, so that no one knows whether a deadline moved before.
    """

    last: dict[tuple[str, int | None], datetime]
    log_since: datetime | None

    def moved_after(self, at: datetime, *, assignment: Assignment, student_id: int | None = None) -> bool:
        """Whether a deadline was or may have been moved at this moment or later: for the class, or for this student."""
        if self.log_since is None or at < self.log_since:
            return True
        moves = (self.last.get((assignment.public_id, who)) for who in (None, student_id))
        return any(move is not None and at <= move for move in moves)

    def is_moved(self, assignment: Assignment) -> bool:
        """Whether a deadline of this assignment was or may have been moved, for the class or for any student."""
        is_named = any(public_id == assignment.public_id for public_id, _ in self.last)
        return is_named or self.moved_after(assignment.created_at, assignment=assignment)


def deadline_moves(**which: Any) -> DeadlineMoves:
    """The moves of deadlines in the events with these columns, all by default. 2 queries.

    Work that was carried from another class met the deadlines there.
    """
    action = AuditEvent.Action
    actions = [action.ASSIGNMENT_CHANGED, action.EXTENSION_GIVEN, action.WORK_CARRIED]
    events = AuditEvent.objects.filter(action__in=actions, **which).order_by("at")
    rows = events.values_list("detail", "student", "at")
    return DeadlineMoves(
        {(detail["assignment"], student): at for detail, student, at in rows},
        AuditEvent.objects.aggregate(since=Min("at"))["since"],
    )


def check_integrity() -> list[Finding]:
    """One finding for I1 and I2, and one for each other invariant. All queries see one moment of a running site.

    It reads batches of 500 attempts, writes nothing and blocks no other request.
    """
    with snapshot():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A query of the site may take 10 s. One of these reads all saves, which takes longer on a large site.
                cursor.execute("SET LOCAL statement_timeout = 0")
        return _findings()


def _findings() -> list[Finding]:
    log, scores, deadlines = [], [], []
    answers = submitted = saves = 0
    moves = deadline_moves()
    attempts = Attempt.objects.select_related("assignment").order_by("pk").iterator(BATCH)
    for batch in batched(attempts, BATCH):
        current, events = _by_attempt(Answer, batch), _by_attempt(AnswerEvent, batch)
        expected = computed(batch)
        for attempt in batch:
            answers += len(current[attempt.pk])
            log += _unexplained(attempt, current[attempt.pk], events[attempt.pk])
            if not attempt.is_open:
                submitted += 1
                if stored(attempt) != expected[attempt.pk]:
                    scores.append(f"{attempt}: stored {stored(attempt)}, recomputed {tuple(expected[attempt.pk])}")
            saved = [event for event in events[attempt.pk] if event.outcome == Outcome.SAVED]
            saves += len(saved)
            # A save from before a deadline was moved had the old deadline, which is not stored.
            deadlines += [
                f"{attempt}: {event} counts though it was late"
                for event in saved
                if is_over(at=event.at, deadline_at=attempt.deadline_at)
                and not any(
                    moves.moved_after(event.at, assignment=attempt.assignment, student_id=student_id)
                    # An extension of before a merge is in the log of the other entry.
                    for student_id in (attempt.student_id, attempt.made_as_id)
                )
            ]
    return [
        Finding("I1, I2 the log explains each current answer", answers, tuple(log)),
        Finding("I3 each score follows from the answers", submitted, tuple(scores)),
        Finding("I4 nothing late counts", saves, tuple(deadlines)),
        _operations_once(),
    ]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all queries see the rows of the first one, so that a save between two queries does not look like an error.

    Not `atomic`: on SQLite it takes the write lock.
    """
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _by_attempt[Row: (Answer, AnswerEvent)](model: type[Row], batch: Sequence[Attempt]) -> defaultdict[int, list[Row]]:
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    for row in model._default_manager.filter(attempt__in=[attempt.pk for attempt in batch]).order_by("pk"):
        rows[row.attempt_id].append(row)
    return rows


def _unexplained(attempt: Attempt, answers: list[Answer], events: list[AnswerEvent]) -> list[str]:
    saved: defaultdict[int, list[AnswerEvent]] = defaultdict(list)
    for event in events:
        if event.outcome in AnswerEvent.COUNTED:
            saved[event.question_id].append(event)
    broken = []
    for answer in answers:
        saves = sorted(saved.pop(answer.question_id, []), key=lambda event: event.revision)
        last = saves[-1].value if saves else None
        if [event.revision for event in saves] != list(range(1, answer.revision + 1)) or last != answer.value:
            broken.append(f"{attempt}: {answer} has revision {answer.revision} and the log {len(saves)} saves")
    return broken + [f"{attempt}: a save of question {question_id} has no answer" for question_id in saved]


def _operations_once() -> Finding:
    repeated = (
        AnswerEvent.objects.order_by().values("attempt", "operation").annotate(count=Count("pk")).filter(count__gt=1)
    )
    return Finding(
        "I5 each operation is logged once",
        AnswerEvent.objects.count(),
        tuple(f"attempt {row['attempt']}: operation {row['operation']} {row['count']} times" for row in repeated),
    )
