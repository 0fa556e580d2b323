"""Prove the invariants of ARCHITECTURE.md (I1 to I5) over everything that is stored.

Of I1 it is the log's half: each revision from the first to the current one is there. What was acknowledged to whom,
clients alone know.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from quizzes.assignments.deadlines import is_over
from quizzes.grading.scores import computed
from quizzes.models import Answer, AnswerEvent, Attempt, AuditEvent

BATCH = 500
Outcome = AnswerEvent.Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """What one proof came to. checked: rows looked at; broken: one line each, [] when it holds."""

    name: str
    checked: int
    broken: tuple[str, ...]


def check_integrity() -> list[Finding]:
    """One finding for I1 and I2, one for each of the others, over one moment of a site that may be at work.

    It reads everything in batches of 500 attempts, writes nothing and lets nobody wait.
    """
    with _one_moment():
        return _findings()


def _findings() -> list[Finding]:
    log, scores, deadlines = [], [], []
    answers = submitted = saves = 0
    moved = _moved_at()
    for batch in _batches():
        given, events = _by_attempt(Answer, batch), _by_attempt(AnswerEvent, batch)
        expected = computed(batch)
        for attempt in batch:
            answers += len(given[attempt.pk])
            log += _unexplained(attempt, given[attempt.pk], events[attempt.pk])
            if not attempt.is_open:
                submitted += 1
                if (attempt.score, attempt.max_score) != expected[attempt.pk]:
                    scores.append(f"{attempt}: stored {attempt.score}, recomputed {expected[attempt.pk][0]}")
            accepted = [event for event in events[attempt.pk] if event.outcome == Outcome.SAVED]
            saves += len(accepted)
            # What came before an end was moved was in time by the end of then, which the attempt no longer has.
            of_all, of_one = (moved.get((attempt.assignment.public_id, who)) for who in (None, attempt.student_id))
            since = max((at for at in (of_all, of_one) if at is not None), default=None)
            deadlines += [
                f"{attempt}: {event} counts though it was late"
                for event in accepted
                if (since is None or event.at > since) and _late(attempt, event)
            ]
    return [
        Finding("I1, I2 the log explains each current answer", answers, tuple(log)),
        Finding("I3 each score follows from the answers", submitted, tuple(scores)),
        Finding("I4 nothing late counts", saves, tuple(deadlines)),
        _operations_once(),
    ]


@contextmanager
def _one_moment() -> Iterator[None]:
    """All statements see the rows as they were at the first of them: a save in between is no fault of the log.

    No `atomic`: on SQLite that waits for the writers' turn, and would hold it.
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


def _batches() -> Iterator[list[Attempt]]:
    batch: list[Attempt] = []
    for attempt in Attempt.objects.select_related("assignment").order_by("pk").iterator(BATCH):
        batch.append(attempt)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _by_attempt[Row: (Answer, AnswerEvent)](model: type[Row], batch: list[Attempt]) -> defaultdict[int, list[Row]]:
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    for row in model._default_manager.filter(attempt__in=[attempt.pk for attempt in batch]).order_by("pk"):
        rows[row.attempt_id].append(row)
    return rows


def _unexplained(attempt: Attempt, answers: list[Answer], events: list[AnswerEvent]) -> list[str]:
    saved: defaultdict[int, list[AnswerEvent]] = defaultdict(list)
    for event in events:
        if event.outcome in {Outcome.SAVED, Outcome.ACCEPTED}:
            saved[event.question_id].append(event)
    found = []
    for answer in answers:
        own = sorted(saved.pop(answer.question_id, []), key=lambda event: event.revision)
        last = own[-1].value if own else None
        if [event.revision for event in own] != list(range(1, answer.revision + 1)) or last != answer.value:
            found.append(f"{attempt}: {answer} has revision {answer.revision} and the log {len(own)} saves")
    return found + [f"{attempt}: a save of question {question_id} has no answer" for question_id in saved]


def _late(attempt: Attempt, event: AnswerEvent) -> bool:
    return is_over(at=event.at, deadline_at=attempt.deadline_at)


def _moved_at() -> dict[tuple[str, int | None], datetime]:
    """When a teacher last moved the ends of an assignment, by its public id, and by student; None for everybody."""
    actions = [AuditEvent.Action.ASSIGNMENT_CHANGED, AuditEvent.Action.EXTENSION_GIVEN]
    events = AuditEvent.objects.filter(action__in=actions).order_by("at")
    return {
        (detail["assignment"], student): at for detail, student, at in events.values_list("detail", "student", "at")
    }


def _operations_once() -> Finding:
    repeated = (
        AnswerEvent.objects.order_by().values("attempt", "operation").annotate(count=Count("pk")).filter(count__gt=1)
    )
    return Finding(
        "I5 each operation is logged once",
        AnswerEvent.objects.count(),
        tuple(f"attempt {row['attempt']}: operation {row['operation']} {row['count']} times" for row in repeated),
    )
