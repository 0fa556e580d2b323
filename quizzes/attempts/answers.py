"""Answers of an attempt: save, check, flag, and accept late ones or take that back. The database logs each save."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery

from quizzes.assignments.deadlines import earliest_deadline_in_grace, is_over
from quizzes.assignments.release import is_checked_at_once
from quizzes.attempts.access import LoadedAttempt, Pace
from quizzes.content.question_types.registry import Value
from quizzes.grading.manual_grades import replace_grades
from quizzes.grading.scores import lock_score, rescore
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, Board, Question, User
from quizzes.models.locks import locked, read_row

Outcome = AnswerEvent.Outcome

# The home of a teacher reads the saves of these attempts only. A device is back online within a few days.
LATE_SHOWN_FOR = timedelta(days=14)


class AttemptOver(Exception):
    """The attempt is submitted or its time is over."""


class NotCheckable(Exception):
    """The assignment does not show verdicts at once, or there is no answer to check."""


@dataclass(frozen=True, slots=True)
class Saved:
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
) -> Saved:
    """Update the current answer and log the save, in one query.

    operation: an id from the sender; the same operation with the same value changes nothing the second time.
    seen_revision: of the answer that the sender saw, 0 for none. now: when the request arrived.
    Raises RowDeleted.
    """
    operation = _operation_key(operation, question_id, value)
    # On PostgreSQL, a single query is a transaction by itself. Inside another one it needs a savepoint, for the
    # IntegrityError. On SQLite, only transactions wait in the queue of writers.
    is_single = connection.vendor == "postgresql" and not connection.in_atomic_block
    try:
        with nullcontext() if is_single else transaction.atomic():
            saved = _upsert(attempt.id, question_id, value, operation=operation, seen_revision=seen_revision, now=now)
        return saved or _refused(attempt.id, question_id, value, operation=operation, now=now)
    except IntegrityError:
        # The log has this operation: it came again with a newer revision, or twice at the same time. Nothing changed.
        return _refused(attempt.id, question_id, value, operation=operation, now=now)


def check_answer(attempt: LoadedAttempt, question_id: int, *, now: datetime) -> None:
    """Make an answer final so that the student may see its verdict. A second check changes nothing.

    Raises NotCheckable or AttemptOver.
    """
    if not is_checked_at_once(attempt.release):
        raise NotCheckable
    if attempt.has_ended(now=now):
        raise AttemptOver
    answers = Answer.objects.filter(attempt=attempt.id, question_id=question_id, value__isnull=False)
    if not answers.filter(checked_at=None).update(checked_at=now) and not answers.exists():
        raise NotCheckable


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


def accepted_late(events: Sequence[AnswerEvent]) -> set[int]:
    """The row ids of the late events that a teacher has accepted. events: of one attempt.

    They include its LATE, ACCEPTED and UNDONE ones. Acceptances of older versions name the late event by its row
    id, which differs in a copy of the attempt. They accepted the newest late answer to their question.
    """
    late = [event for event in events if event.outcome == Outcome.LATE]
    named = {_acceptance(event): event.pk for event in late}
    found: set[int] = set()
    for event in sorted(events, key=lambda event: event.pk):
        if event.outcome == Outcome.ACCEPTED:
            before = [one for one in late if one.question_id == event.question_id and one.at <= event.at]
            newest = max(before, key=lambda one: (one.at, one.pk), default=None)
            name = event.operation[:_ACCEPTANCE_LENGTH]
            found.add(named.get(name, newest.pk if newest is not None else 0))
        elif event.outcome == Outcome.UNDONE:
            found -= {one.pk for one in late if one.question_id == event.question_id}
    return found


def waiting_late(events: Sequence[AnswerEvent], saved_at: Mapping[int, datetime | None]) -> dict[int, AnswerEvent]:
    """The late events that a teacher can accept, by question row id.

    It is the newest late answer to its question, is not accepted, and nothing was saved later. events: as for
    `accepted_late`. saved_at: of the current answers, by question row id.
    """
    late = sorted((event for event in events if event.outcome == Outcome.LATE), key=lambda event: (event.at, event.pk))
    newest = {event.question_id: event for event in late}
    accepted = accepted_late(events)
    return {
        question_id: event
        for question_id, event in newest.items()
        if event.pk not in accepted and (saved_at.get(question_id) or event.at) <= event.at
    }


def waiting_late_questions(attempt_id: int) -> set[int]:
    """The row ids of the questions with a late answer that a teacher can accept; one query."""
    answer = Answer.objects.filter(attempt=OuterRef("attempt"), question=OuterRef("question")).order_by()
    events = _late_events(attempt_id).defer("value").annotate(saved_at=Subquery(answer.values("saved_at")[:1]))
    rows = list(events)
    return set(waiting_late(rows, {row.question_id: row.saved_at for row in rows}))


def has_late_to_accept(*, now: datetime) -> ExpressionWrapper:
    """Whether an attempt of the last `LATE_SHOWN_FOR` has a late answer that a teacher can accept, for `annotate`.

    The rule of `waiting_late`, as a part of a query over many attempts. A test compares the two.
    """
    same = {"attempt": OuterRef("attempt"), "question": OuterRef("question")}
    undone = AnswerEvent.objects.filter(**same, pk__gt=OuterRef("pk"), outcome=Outcome.UNDONE)
    accepted = AnswerEvent.objects.filter(~Exists(undone), **same, outcome=Outcome.ACCEPTED, at__gte=OuterRef("at"))
    newer = Answer.objects.filter(**same, saved_at__gt=OuterRef("at"))
    late = AnswerEvent.objects.filter(~Exists(accepted), ~Exists(newer), attempt=OuterRef("pk"), outcome=Outcome.LATE)
    return ExpressionWrapper(Q(submitted_at__gte=now - LATE_SHOWN_FOR) & Exists(late), output_field=BooleanField())


def attempts_with_late(assignment: Assignment, *, now: datetime) -> QuerySet[Attempt]:
    """The attempts with a late answer that a teacher can accept, of students who are still in the class.

    Each has `late_at`: when its newest late answer came.
    """
    made = assignment.attempts.filter(student__removed_at=None, student__classroom=assignment.classroom_id)
    late_at = Max("events__at", filter=Q(events__outcome=Outcome.LATE))
    return made.annotate(has_late=has_late_to_accept(now=now), late_at=late_at).filter(has_late=True)


@transaction.atomic
def accept_late(attempt: Attempt, *, by: User, now: datetime) -> int:
    """Count the newest late answer to each question; returns how many answers changed. Safe to repeat.

    A newer answer, saved in a reopened attempt, stays. An open attempt does not change. Each answer has the grades that
    it had before. attempt: with its assignment.
    """
    lock_score(attempt)
    if attempt.is_open:
        return 0
    answers = {answer.question_id: answer for answer in locked(Answer.objects.filter(attempt=attempt))}
    saved_at = {question_id: answer.saved_at for question_id, answer in answers.items()}
    waiting = waiting_late(list(_late_events(attempt.pk)), saved_at)
    writes = _writes(attempt) if waiting else {}
    for event in waiting.values():
        answer = answers.get(event.question_id) or Answer.objects.create(attempt=attempt, question_id=event.question_id)
        _move_grades(answer, event.value, writes.get(event.question_id, []), now=now)
        _overwrite(answer, event.value, event.at, cause=_acceptance(event), outcome=Outcome.ACCEPTED, now=now)
    if waiting:
        rescore([attempt])
        _record(AuditEvent.Action.LATE_ACCEPTED, attempt, len(waiting), by=by, now=now)
    return len(waiting)


@transaction.atomic
def undo_accept_late(attempt: Attempt, *, accepted_at: datetime | None = None, by: User, now: datetime) -> int:
    """Count the answers in time again where accepted ones count; returns how many answers changed. Safe to repeat.

    A newer answer, saved in a reopened attempt, stays. An open attempt does not change. Each answer has the grades that
    it had before. attempt: with its assignment. accepted_at: of the acceptance to undo, so that those of other
    questions stay; None for all.
    """
    lock_score(attempt)
    if attempt.is_open:
        return 0
    answers = {answer.question_id: answer for answer in locked(Answer.objects.filter(attempt=attempt))}
    writes = _writes(attempt)
    accepted = {
        question_id: events
        for question_id, events in writes.items()
        if events[-1].outcome == Outcome.ACCEPTED and accepted_at in (None, events[-1].at)
    }
    for question_id, events in accepted.items():
        saved = next((event for event in reversed(events) if event.outcome == Outcome.SAVED), None)
        answer = answers[question_id]
        value, saved_at = (saved.value, saved.at) if saved is not None else (None, None)
        _move_grades(answer, value, events, now=now)
        _overwrite(answer, value, saved_at, cause=f"undone.{question_id}", outcome=Outcome.UNDONE, now=now)
    if accepted:
        rescore([attempt])
        _record(AuditEvent.Action.LATE_UNDONE, attempt, len(accepted), by=by, now=now)
    return len(accepted)


def _writes(attempt: Attempt) -> dict[int, list[AnswerEvent]]:
    """What changed each answer, the oldest first, by question row id. One query."""
    writes: defaultdict[int, list[AnswerEvent]] = defaultdict(list)
    for event in attempt.events.filter(outcome__in=AnswerEvent.COUNTED).order_by("pk"):
        writes[event.question_id].append(event)
    return dict(writes)


def _move_grades(answer: Answer, value: Value, writes: Sequence[AnswerEvent], *, now: datetime) -> None:
    """Let the grades of this value count from now on, and no others. A grade of the same value stays.

    writes: of the answer. A save of the student ends what can count again.
    """
    if answer.value == value:
        return
    before = [None, *(event.value for event in writes)]
    replaced_at = None
    for event, replaced in zip(reversed(writes), reversed(before[:-1]), strict=True):
        if event.outcome == Outcome.SAVED:
            break
        if replaced == value:
            replaced_at = event.at
            break
    replace_grades(answer, replaced_at=replaced_at, now=now)


def _overwrite(
    answer: Answer, value: Value, saved_at: datetime | None, *, cause: str, outcome: Outcome, now: datetime
) -> None:
    """Store another value as the next revision of an answer, and log it. It is of no operation of a page.

    cause: the start of the operation in the log. The revision makes it another one after each undo.
    """
    answer.value, answer.saved_at = value, saved_at
    answer.revision, answer.operation = answer.revision + 1, ""
    answer.save(update_fields=["value", "saved_at", "revision", "operation"])
    _log(
        answer.attempt_id,
        answer.question_id,
        value,
        operation=f"{cause}.{answer.revision}",
        revision=answer.revision,
        outcome=outcome,
        now=now,
    )


def _record(action: AuditEvent.Action, attempt: Attempt, count: int, *, by: User, now: datetime) -> None:
    """Log that this many late answers were accepted or taken back."""
    AuditEvent.objects.record(
        action,
        actor=by,
        classroom=attempt.classroom,
        student=attempt.student,
        at=now,
        attempt=attempt.public_id,
        answers=count,
    )


def _late_events(attempt_id: int) -> QuerySet[AnswerEvent]:
    outcomes = [Outcome.LATE, Outcome.ACCEPTED, Outcome.UNDONE]
    return AnswerEvent.objects.filter(attempt=attempt_id, outcome__in=outcomes).order_by("at", "pk")


def _acceptance(event: AnswerEvent) -> str:
    """The start of the operation that accepts this late event. Its own one is the same in each copy of the attempt."""
    return f"accepted.{hashlib.sha256(event.operation.encode()).hexdigest()[:40]}"


_ACCEPTANCE_LENGTH = len("accepted.") + 40


def _upsert(
    attempt_id: int, question_id: int, value: Value, *, operation: str, seen_revision: int, now: datetime
) -> Saved | None:
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
    return None if row is None else Saved(Outcome.SAVED, row[0], value)


@transaction.atomic
def _refused(attempt_id: int, question_id: int, value: Value, *, operation: str, now: datetime) -> Saved:
    """Log and return why nothing was saved. A known operation gets its first reply and no second log row.

    An answer that was late, and comes again after the attempt or the question was opened again, is stale.
    """
    row = read_row(Attempt.objects.select_related("assignment").order_by(), attempt_id)
    has_ended = row.submitted_at is not None or is_over(at=now, deadline_at=row.deadline_at)
    is_closed = not has_ended and not _takes_answers(row.assignment, question_id)
    current = Answer.objects.filter(attempt=attempt_id, question_id=question_id).first()
    first_event = AnswerEvent.objects.filter(attempt=attempt_id, operation=operation).first()
    if first_event is not None and first_event.outcome == Outcome.SAVED:
        return Saved(Outcome.SAVED, first_event.revision, first_event.value)
    revision, current_value = (current.revision, current.value) if current else (0, None)
    takes_answers = not has_ended and not is_closed
    if first_event is not None:
        is_late = first_event.outcome == Outcome.LATE
        outcome = Outcome.STALE if is_late and takes_answers else first_event.outcome
        return Saved(outcome, revision, current_value, is_closed and is_late)
    if current is not None and current.checked_at is not None:
        # Also after the end: a teacher who accepts late answers must not replace one that the student saw checked.
        outcome = Outcome.SETTLED
    else:
        outcome = Outcome.STALE if takes_answers else Outcome.LATE
    _log(attempt_id, question_id, value, operation=operation, revision=revision, outcome=outcome, now=now)
    return Saved(outcome, revision, current_value, is_closed and outcome == Outcome.LATE)


def _takes_answers(assignment: Assignment, question_id: int) -> bool:
    """Whether the question is not closed by a teacher. Two queries if the quiz is teacher-paced, else none."""
    if not assignment.is_teacher_paced:
        return True
    board = Board.objects.filter(assignment=assignment).first()
    position = Question.objects.values_list("position", flat=True).get(pk=question_id)
    return board is not None and Pace(board.position, board.closed_through).takes_answers(position)


def _log(
    attempt_id: int, question_id: int, value: Value, *, operation: str, revision: int, outcome: str, now: datetime
) -> None:
    """Append what the trigger does not log: a refused save, or an answer that a teacher accepts late or takes back.

    Raises IntegrityError if the log has this operation.
    """
    AnswerEvent.objects.create(
        attempt_id=attempt_id,
        question_id=question_id,
        operation=operation,
        value=value,
        revision=revision,
        outcome=outcome,
        at=now,
    )


def _operation_key(operation: str, question_id: int, value: Value) -> str:
    """The id of one save. It includes the value: a page from the browser's cache can send a new one under an old id."""
    digest = hashlib.sha256(f"{question_id}:{json.dumps(value, sort_keys=True)}".encode()).hexdigest()
    return f"{operation[:40]}.{digest[:20]}"
