"""The ETag of live pages: of what a page shows, or of counters of the rows that a teacher's page shows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from quizzes.caches import process_cache
from quizzes.models import Assignment, User

# With an open attempt or a wrong PIN, the ETag changes this often even without a save: students become stuck or offline
# over time, and a lock ends.
TIME_STEP = timedelta(seconds=15)

# A live page changes with an attempt, with a save (a late one changes no answer, so the log is counted), or with a
# teacher's action, which the audit log records. A move to another class is in the log of that class, so students are
# counted too. The audit log has a count beside the maximum id, because transactions do not always commit in the order
# of their ids. Times that pass, of the class or of an extension, change the status of students who do nothing.
_COUNTERS = (
    "SELECT COUNT(*) FROM quizzes_attempt t WHERE t.assignment_id = quizzes_assignment.id",
    "SELECT COUNT(t.submitted_at) FROM quizzes_attempt t WHERE t.assignment_id = quizzes_assignment.id",
    "SELECT COUNT(*) FROM quizzes_attempt t JOIN quizzes_answerevent e ON e.attempt_id = t.id"
    " WHERE t.assignment_id = quizzes_assignment.id",
    "SELECT COUNT(*) FROM quizzes_auditevent e WHERE e.classroom_id = quizzes_assignment.classroom_id",
    "SELECT COALESCE(MAX(e.id), 0) FROM quizzes_auditevent e WHERE e.classroom_id = quizzes_assignment.classroom_id",
    "SELECT COUNT(*) FROM quizzes_student s"
    " WHERE s.classroom_id = quizzes_assignment.classroom_id AND s.removed_at IS NULL",
    "CASE WHEN quizzes_assignment.opens_at <= %s THEN 1 ELSE 0 END"
    " + CASE WHEN quizzes_assignment.due_at < %s THEN 1 ELSE 0 END"
    " + CASE WHEN quizzes_assignment.closes_at < %s THEN 1 ELSE 0 END",
    "SELECT COUNT(CASE WHEN x.due_at < %s THEN 1 END) + COUNT(CASE WHEN x.closes_at < %s THEN 1 END)"
    " FROM quizzes_extension x WHERE x.assignment_id = quizzes_assignment.id",
    # Wrong PINs lock students out, and a right PIN deletes them.
    "SELECT COALESCE(MAX(f.id), 0) FROM quizzes_failedtry f JOIN quizzes_student s ON s.id = f.student_id"
    " WHERE s.classroom_id = quizzes_assignment.classroom_id",
    "SELECT COUNT(*) FROM quizzes_failedtry f JOIN quizzes_student s ON s.id = f.student_id"
    " WHERE s.classroom_id = quizzes_assignment.classroom_id",
)

# Placeholders in the built query for the teacher's id, the assignment's public id and the moment.
_TEACHER, _ASSIGNMENT, _NOW = -1, "assignment", "now"


@dataclass(frozen=True, slots=True)
class LiveState:
    """Counters of an assignment's rows. board: (position, phase) of the class board, None before its first slide.

    closed_through: the last closed question of a teacher-paced quiz. It stays closed when the board goes back. None
    without a board.
    failure_count: wrong PINs in the class.
    """

    counters: tuple[int, ...]
    open_count: int
    failure_count: int
    board: tuple[int, int] | None
    closed_through: int | None


def live_state(public_id: str, *, by: User, now: datetime) -> LiveState | None:
    """The live state of this teacher's assignment, None if it is not theirs; 1 query."""
    sql, order = _query()
    at = connection.ops.adapt_datetimefield_value(now)
    values: dict[Any, Any] = {_TEACHER: by.pk, _ASSIGNMENT: public_id, _NOW: at}
    with connection.cursor() as cursor:
        cursor.execute(sql, [values[name] for name in order])
        row = cursor.fetchone()
    if row is None:
        return None
    *counted, position, phase, closed_through = row
    counters = tuple(map(int, counted))
    board = (position, phase) if position is not None else None
    return LiveState(counters, counters[0] - counters[1], counters[-1], board, closed_through)


@process_cache(maxsize=1)
def _query() -> tuple[str, tuple[Any, ...]]:
    """The query, with its access rule from `taught_by`, and the order of its parameters.

    Built once: building it for each poll takes longer than the rest of a poll (goal 15 of docs/performance.md).
    """
    counters = [RawSQL(sql, [_NOW] * sql.count("%s"), IntegerField()) for sql in _COUNTERS]  # noqa: S611  constants
    assignments = Assignment.objects.taught_by(User(pk=_TEACHER)).filter(public_id=_ASSIGNMENT).order_by()
    board = ("board__position", "board__phase", "board__closed_through")
    sql, order = assignments.values_list(*counters, *board).query.sql_with_params()
    return sql, order


def content_etag(*parts: object) -> str:
    """An ETag of these values, by their `repr`. It is weak: the page may be compressed."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def time_step(state: LiveState, now: datetime) -> int | None:
    """The part of an ETag that changes every `TIME_STEP`; None if no attempt is open and no one may be locked out."""
    is_timed = state.open_count or state.failure_count
    return int(now.timestamp() // TIME_STEP.total_seconds()) if is_timed else None
