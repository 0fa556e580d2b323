"""Answers of an attempt: save, check, and flag. The database logs each save."""

import hashlib
import json
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import IntegrityError, connection, transaction

from quizzes.assignments.deadlines import earliest_deadline_in_grace, is_over
from quizzes.assignments.release import is_checked_at_once
from quizzes.attempts.access import LoadedAttempt, Pace
from quizzes.content.question_types.registry import Value
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Board, Question
from quizzes.models.locks import read_row

Outcome = AnswerEvent.Outcome


class AttemptOver(Exception):
    """The attempt is submitted or its time is over."""


class NotCheckable(Exception):
    """The assignment does not show verdicts at once, or there is no answer to check."""


class AnswerChanged(Exception):
    """Another page has saved a newer answer than the one to check."""


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The result of a save. revision, value: of the current answer after the save. outcome: as logged.

    is_question_closed: whether a late answer is late only because the teacher has closed its question.
    """

    outcome: str
    revision: int
    value: Value
    is_question_closed: bool = False


# Raw SQL for correctness: the query that writes has the conditions, so that nothing can change between check and
# write. `FOR SHARE` makes a submission on PostgreSQL wait for this query. The deadline is compared with
# `earliest_deadline_in_grace(now)`.
# Since it sets `operation`, the database logs the save in the same query (migration 0055).
# In a teacher-paced quiz, the columns of the class board are compared as in `Pace.takes_answers`. A test compares the
# two in each state of the board.
_SAVE_ANSWER = """
INSERT INTO quizzes_answer (attempt_id, question_id, value, operation, revision, flagged, saved_at)
SELECT a.id, %s, {value}, %s, 1, {false}, %s FROM quizzes_attempt a
WHERE a.id = %s AND a.submitted_at IS NULL AND (a.deadline_at IS NULL OR a.deadline_at >= %s)
AND NOT EXISTS (SELECT 1 FROM quizzes_assignment g WHERE g.id = a.assignment_id AND g.is_teacher_paced AND NOT EXISTS (
SELECT 1 FROM quizzes_board b JOIN quizzes_question q ON q.edition_id = g.edition_id AND q.position = b.position
WHERE b.assignment_id = g.id AND b.position > b.closed_through AND q.id = %s)) {lock}
ON CONFLICT (attempt_id, question_id) DO UPDATE
SET value = excluded.value, operation = excluded.operation, revision = quizzes_answer.revision + 1,
saved_at = excluded.saved_at
WHERE quizzes_answer.revision = %s AND quizzes_answer.checked_at IS NULL
RETURNING revision
"""


def save_answer(
    attempt: Attempt | LoadedAttempt,
    question_id: int,
    value: Value,
    *,
    operation: str,
    seen_revision: int,
    now: datetime,
) -> SaveResult:
    """Update the current answer and log the save, in one query.

    operation: an id from the sender; the same operation with the same value changes nothing the second time.
    seen_revision: of the answer that the sender saw, 0 for none. now: when the request arrived.
    Raises RowDeleted.
    """
    operation = _operation_key(operation, question_id, value)
    # On PostgreSQL, a single query is a transaction by itself. Inside another one it needs a savepoint, for the
    # IntegrityError. On SQLite, only transactions wait in the queue of writers.
    is_single = connection.vendor == "postgresql" and not connection.in_atomic_block
    refused = partial(
        _refused, attempt.id, question_id, value, operation=operation, seen_revision=seen_revision, now=now
    )
    try:
        with nullcontext() if is_single else transaction.atomic():
            saved = _upsert(attempt.id, question_id, value, operation=operation, seen_revision=seen_revision, now=now)
        return saved or refused()
    except IntegrityError:
        # The log has this operation: it came again with a newer revision, or twice at the same time. Nothing changed.
        return refused()


def check_answer(attempt: LoadedAttempt, question_id: int, *, seen_revision: int, now: datetime) -> None:
    """Make an answer final so that the student may see its verdict. A second check changes nothing.

    seen_revision: of the answer that the student saw. Raises NotCheckable, AttemptOver, or AnswerChanged.
    """
    if not is_checked_at_once(attempt.release):
        raise NotCheckable
    if attempt.has_ended(now=now):
        raise AttemptOver
    answers = Answer.objects.filter(attempt=attempt.id, question_id=question_id, value__isnull=False)
    if answers.filter(checked_at=None, revision=seen_revision).update(checked_at=now):
        return
    checked_at = list(answers.values_list("checked_at", flat=True))
    if not checked_at:
        raise NotCheckable
    if checked_at == [None]:
        raise AnswerChanged


def set_flag(attempt: LoadedAttempt, question_id: int, *, flagged: bool, now: datetime) -> None:
    """Set or remove the student's flag on a question. Raises AttemptOver after the end."""
    if attempt.has_ended(now=now):
        raise AttemptOver
    Answer.objects.bulk_create(
        [Answer(attempt_id=attempt.id, question_id=question_id, flagged=flagged)],
        update_conflicts=True,
        unique_fields=["attempt", "question"],
        update_fields=["flagged"],
    )


def _upsert(
    attempt_id: int, question_id: int, value: Value, *, operation: str, seen_revision: int, now: datetime
) -> SaveResult | None:
    """The saved answer; None if a condition did not hold. Raises IntegrityError if the log has this operation."""
    is_postgresql = connection.vendor == "postgresql"
    query = _SAVE_ANSWER.format(
        value="CAST(%s AS jsonb)" if is_postgresql else "%s",
        false="FALSE" if is_postgresql else "0",
        lock="FOR SHARE OF a" if is_postgresql else "",
    )
    json_value = None if value is None else json.dumps(value)
    at, earliest = map(connection.ops.adapt_datetimefield_value, (now, earliest_deadline_in_grace(now)))
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            [question_id, json_value, operation, at, attempt_id, earliest, question_id, seen_revision],
        )
        row = cursor.fetchone()
    return None if row is None else SaveResult(Outcome.SAVED, row[0], value)


@transaction.atomic
def _refused(
    attempt_id: int, question_id: int, value: Value, *, operation: str, seen_revision: int, now: datetime
) -> SaveResult:
    """The result of a save that changed no row: saved before, late, stale, or checked already. Logs a new operation.

    A known operation gets its first reply and no second log row. A late answer may come again after a teacher reopened
    the attempt or the question: then it is stale. A late empty answer is logged only if its page saw the current one.
    Raises IntegrityError if the same operation is logged at the same time.
    """
    row = read_row(Attempt.objects.select_related("assignment").order_by(), attempt_id)
    has_ended = row.submitted_at is not None or is_over(at=now, deadline_at=row.deadline_at)
    is_question_closed = not has_ended and _is_closed_by_teacher(row.assignment, question_id)
    current = Answer.objects.filter(attempt=attempt_id, question_id=question_id).first()
    first_event = AnswerEvent.objects.filter(attempt=attempt_id, operation=operation).first()
    if first_event is not None and first_event.outcome == Outcome.SAVED:
        return SaveResult(Outcome.SAVED, first_event.revision, first_event.value)
    revision, current_value = (current.revision, current.value) if current else (0, None)
    is_too_late = has_ended or is_question_closed
    if first_event is not None:
        was_late = first_event.outcome == Outcome.LATE
        outcome = Outcome.STALE if was_late and not is_too_late else first_event.outcome
        return SaveResult(outcome, revision, current_value, is_question_closed and was_late)
    if current is not None and current.checked_at is not None:
        # Also after the end: a teacher who accepts late answers must not replace one that the student saw checked.
        outcome = Outcome.SETTLED
    else:
        outcome = Outcome.LATE if is_too_late else Outcome.STALE
    # A teacher who accepts late answers must not remove one that another page has saved.
    if outcome != Outcome.LATE or value is not None or 0 < seen_revision == revision:
        AnswerEvent.objects.create(
            attempt_id=attempt_id,
            question_id=question_id,
            operation=operation,
            value=value,
            revision=revision,
            outcome=outcome,
            at=now,
        )
    return SaveResult(outcome, revision, current_value, is_question_closed and outcome == Outcome.LATE)


def _is_closed_by_teacher(assignment: Assignment, question_id: int) -> bool:
    """Whether the class board keeps the question closed. Two queries if the quiz is teacher-paced, else none."""
    if not assignment.is_teacher_paced:
        return False
    board = Board.objects.filter(assignment=assignment).first()
    position = Question.objects.values_list("position", flat=True).get(pk=question_id)
    return board is None or not Pace(board.position, board.closed_through).takes_answers(position)


def _operation_key(operation: str, question_id: int, value: Value) -> str:
    """The id of one save. It includes the value: a page from the browser's cache can send a new one under an old id."""
    digest = hashlib.sha256(f"{question_id}:{json.dumps(value, sort_keys=True)}".encode()).hexdigest()
    return f"{operation[:40]}.{digest[:20]}"
