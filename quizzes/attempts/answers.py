"""Saving an answer: one short transaction that moves the current answer and logs what came."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from quizzes.assignments.deadlines import GRACE, is_over
from quizzes.attempts.attempt_content import Seat, stored_moment
from quizzes.content.question_types.question import Value
from quizzes.models import Answer, AnswerEvent, Attempt

Outcome = AnswerEvent.Outcome


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save. revision, value: of the current answer afterwards; outcome: as logged."""

    outcome: str
    revision: int
    value: Value


# The conditions of a save (the attempt open, its time not over, the answer neither newer nor settled) are settled by
# the database in the statement that writes, so that nothing can come between; `FOR SHARE` makes a hand-in on PostgreSQL
# wait for it.
_MOVE_ANSWER = """
INSERT INTO quizzes_answer (attempt_id, question_id, value, revision, flagged, saved_at)
SELECT a.id, %s, {value}, 1, {false}, %s FROM quizzes_attempt a
WHERE a.id = %s AND a.submitted_at IS NULL AND (a.deadline_at IS NULL OR a.deadline_at >= %s) {whose} {lock}
ON CONFLICT (attempt_id, question_id) DO UPDATE
SET value = excluded.value, revision = quizzes_answer.revision + 1, saved_at = excluded.saved_at
WHERE quizzes_answer.revision = %s AND quizzes_answer.checked_at IS NULL
RETURNING revision, (SELECT deadline_at FROM quizzes_attempt WHERE id = attempt_id)
"""
_SEATED = """AND a.student_id = %s AND EXISTS (
SELECT 1 FROM quizzes_student s WHERE s.id = a.student_id AND s.pin_version = %s AND s.removed_at IS NULL)"""
_LOG_SAVE = """
INSERT INTO quizzes_answerevent (attempt_id, question_id, operation, value, revision, outcome, at)
VALUES (%s, %s, %s, {value}, %s, %s, %s)
"""
# PostgreSQL takes both at once, a transaction by itself: one way to the server and back instead of four.
_MOVE_AND_LOG = """
WITH moved (revision, deadline_at) AS ({move}), logged AS (
INSERT INTO quizzes_answerevent (attempt_id, question_id, operation, value, revision, outcome, at)
SELECT %s, %s, %s, {value}, revision, %s, %s FROM moved)
SELECT revision, deadline_at FROM moved
"""


def save_answer(
    attempt: Attempt, question_id: int, value: Value, *, operation: str, seen_revision: int, now: datetime
) -> Saved:
    """Move the current answer and log the save, in one transaction: two statements, one on PostgreSQL.

    operation: named by the sender; the same operation with the same value changes nothing the second time.
    seen_revision: of the answer that the sender was looking at, 0 for none. now: when the request arrived.
    """
    operation = _operation_key(operation, question_id, value)
    try:
        with transaction.atomic():
            moved = _move_and_log(attempt.pk, question_id, value, operation, seen_revision, now)
            if moved is not None:
                return Saved(Outcome.SAVED, moved[0], value)
            return _refuse(attempt, question_id, value, operation, now)
    except IntegrityError:
        # The log has this operation: it came again with a newer revision, or twice at once. Its move is undone.
        with transaction.atomic():
            return _refuse(attempt, question_id, value, operation, now)


def save_from_seat(
    seat: Seat,
    question_id: int,
    value: Value,
    *,
    pin_version: int,
    operation: str,
    seen_revision: int,
    now: datetime,
) -> tuple[int, datetime | None] | None:
    """(revision, deadline) of a save with nothing in its way, without a look at the attempt first.

    pin_version: under which the student signed in. None, and nothing has changed, where something is in the way: the
    PIN is another one or the student removed, the attempt has ended, the answer is newer or settled, or the operation
    is known. `save_answer` tells them apart.
    """
    operation = _operation_key(operation, question_id, value)
    # What is one statement needs no transaction around it, unless it is within one already.
    is_one = connection.vendor == "postgresql" and not connection.in_atomic_block
    try:
        with nullcontext() if is_one else transaction.atomic():
            whose = seat.student_id, pin_version
            return _move_and_log(seat.attempt_id, question_id, value, operation, seen_revision, now, whose=whose)
    except IntegrityError:
        return None


def log_save(
    attempt_id: int, question_id: int, operation: str, value: Value, revision: int, outcome: str, now: datetime
) -> None:
    """Append to the log. Raises IntegrityError where it has this operation."""
    at = connection.ops.adapt_datetimefield_value(now)
    statement = _LOG_SAVE.format(value=_json_placeholder())
    with connection.cursor() as cursor:
        cursor.execute(statement, [attempt_id, question_id, operation, _as_json(value), revision, str(outcome), at])


def _move_and_log(
    attempt_id: int,
    question_id: int,
    value: Value,
    operation: str,
    seen_revision: int,
    now: datetime,
    *,
    whose: Sequence[int] = (),
) -> tuple[int, datetime | None] | None:
    """(revision, the attempt's deadline) of a move, now logged. whose: (student, version of the PIN), if asked."""
    postgresql = connection.vendor == "postgresql"
    placeholder = _json_placeholder()
    statement = _MOVE_ANSWER.format(
        value=placeholder,
        false="FALSE" if postgresql else "0",
        whose=_SEATED if whose else "",
        lock="FOR SHARE OF a" if postgresql else "",
    )
    at, earliest_deadline = map(connection.ops.adapt_datetimefield_value, (now, now - GRACE))
    written = _as_json(value)
    arguments = [question_id, written, at, attempt_id, earliest_deadline, *whose, seen_revision]
    if postgresql:
        statement = _MOVE_AND_LOG.format(move=statement, value=placeholder)
        arguments += [attempt_id, question_id, operation, written, str(Outcome.SAVED), at]
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row = cursor.fetchone()
    if row is None:
        return None
    if not postgresql:
        log_save(attempt_id, question_id, operation, value, row[0], Outcome.SAVED, now)
    return row[0], stored_moment(row[1])


def _refuse(attempt: Attempt, question_id: int, value: Value, operation: str, now: datetime) -> Saved:
    current = Answer.objects.filter(attempt=attempt, question_id=question_id).first()
    known = AnswerEvent.objects.filter(attempt=attempt, operation=operation).first()
    if known is not None and known.outcome == Outcome.SAVED:
        return Saved(Outcome.SAVED, known.revision, known.value)
    revision, shown = (current.revision, current.value) if current else (0, None)
    if known is not None:
        return Saved(known.outcome, revision, shown)
    submitted_at, deadline_at = Attempt.objects.values_list("submitted_at", "deadline_at").get(pk=attempt.pk)
    if submitted_at is not None or is_over(at=now, deadline_at=deadline_at):
        outcome = Outcome.LATE
    else:
        outcome = Outcome.SETTLED if current is not None and current.checked_at is not None else Outcome.STALE
    log_save(attempt.pk, question_id, operation, value, revision, outcome, now)
    return Saved(outcome, revision, shown)


def _operation_key(operation: str, question_id: int, value: Value) -> str:
    """One name for one act: a page kept by the browser may send another value under an old name, another act."""
    digest = hashlib.sha256(f"{question_id}:{json.dumps(value, sort_keys=True)}".encode()).hexdigest()
    return f"{operation[:40]}.{digest[:20]}"


def _json_placeholder() -> str:
    return "CAST(%s AS jsonb)" if connection.vendor == "postgresql" else "%s"


def _as_json(value: Value) -> str | None:
    return None if value is None else json.dumps(value)
