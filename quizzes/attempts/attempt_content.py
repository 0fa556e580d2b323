"""What one student sees of an edition: its questions and choices in the attempt's own order."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

from quizzes.content.editions import Published, published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.models import Assignment, Attempt, Classroom, Student


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An edition as one attempt shows it. questions: in the attempt's order; shuffle: of their choices."""

    published: Published
    shuffle: Shuffle
    questions: tuple[Question, ...]

    def question_id(self, question: Question) -> int:
        """The row id of a question of this attempt."""
        return self.published.question_ids[question.key]


@dataclass(frozen=True, slots=True)
class Sitting(Arrangement):
    """An attempt with its content, as its student sees it."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Seat(Arrangement):
    """What never changes about an attempt: whose it is and what it shows. Whether it may go on is for the database."""

    attempt_id: int
    student_id: int


@dataclass(frozen=True, slots=True)
class Given:
    """What a student's page knows of a current answer. A row of it costs ten times as much as reading it."""

    question_id: int
    value: Value
    revision: int
    flagged: bool
    saved_at: datetime | None
    checked_at: datetime | None


def sitting(attempt: Attempt) -> Sitting:
    """The attempt with the content of its edition, which costs no statement once the edition is in the process.

    attempt: with its assignment loaded.
    """
    edition_id = attempt.assignment.edition_id
    return Sitting(*_arrange(edition_id, attempt.seed, attempt.shuffle_questions, attempt.shuffle_choices), attempt)


@lru_cache(maxsize=10_000)
def seat(public_id: str) -> Seat:
    """The seat of an attempt; one statement the first time in a process. Raises Attempt.DoesNotExist."""
    columns = "pk", "student_id", "assignment__edition_id", "seed", "shuffle_questions", "shuffle_choices"
    attempt_id, student_id, *arrangement = Attempt.objects.order_by().values_list(*columns).get(public_id=public_id)
    return Seat(*_arrange(*arrangement), attempt_id, student_id)


# Written out, because a queryset of these joins takes five times as long to build as to run, on the page that is asked
# for most. The conditions hold of an open attempt while the session speaks for its student.
_SEATED = """
FROM quizzes_attempt a JOIN quizzes_student s ON s.id = a.student_id {joins}
WHERE a.id = %s AND a.student_id = %s AND s.pin_version = %s AND s.removed_at IS NULL AND a.submitted_at IS NULL
"""
_TAKE_SEAT = """
SELECT a.public_id, s.display_name, c.time_zone, g.release, a.assignment_id, a.classroom_id, a.deadline_at,
n.question_id, n.value, n.revision, n.flagged, n.saved_at, n.checked_at
""" + _SEATED.format(
    joins="""JOIN quizzes_classroom c ON c.id = a.classroom_id JOIN quizzes_assignment g ON g.id = a.assignment_id
LEFT JOIN quizzes_answer n ON n.attempt_id = a.id"""
)
_TIME_OF = "SELECT a.deadline_at" + _SEATED.format(joins="")


def answers_of(attempt: Attempt) -> dict[int, Given]:
    """The current answers of an attempt by question row id; one statement."""
    fields = "question_id", "value", "revision", "flagged", "saved_at", "checked_at"
    return {row[0]: Given(*row) for row in attempt.answers.order_by().values_list(*fields)}


def take_seat(seat: Seat, *, pin_version: int) -> tuple[Sitting, dict[int, Given]] | None:
    """The sitting of an open attempt, and its answers by question row id, in one statement.

    pin_version: under which the student signed in. None where the PIN is another one, the student removed or the
    attempt handed in. Fields that a question's page does not show are deferred.
    """
    rows = _rows(_TAKE_SEAT, seat, pin_version)
    if not rows:
        return None
    public_id, display_name, time_zone, release, assignment_id, classroom_id, deadline_at = rows[0][:7]
    attempt = _partly(
        Attempt, id=seat.attempt_id, public_id=public_id, deadline_at=stored_moment(deadline_at), submitted_at=None,
        student_id=seat.student_id, assignment_id=assignment_id, classroom_id=classroom_id,
    )  # fmt: skip
    attempt.student = _partly(Student, id=seat.student_id, display_name=display_name)
    attempt.classroom = _partly(Classroom, id=classroom_id, time_zone=time_zone)
    edition_id = seat.published.edition_id
    attempt.assignment = _partly(Assignment, id=assignment_id, edition_id=edition_id, release=release)
    answers = {row[7]: _given(*row[7:]) for row in rows if row[7] is not None}
    return Sitting(seat.published, seat.shuffle, seat.questions, attempt), answers


def time_of(seat: Seat, *, pin_version: int) -> tuple[datetime | None] | None:
    """(deadline) of an open attempt, in one statement; None where `take_seat` gives None."""
    rows = _rows(_TIME_OF, seat, pin_version)
    return (stored_moment(rows[0][0]),) if rows else None


def stored_moment(value: datetime | None) -> datetime | None:
    """A moment as a statement of our own reads it: SQLite has no zones, and Django stores UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _rows(statement: str, seat: Seat, pin_version: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [seat.attempt_id, seat.student_id, pin_version])
        return cursor.fetchall()


def _given(question_id: int, value: str | None, revision: int, flagged: bool, *moments: datetime | None) -> Given:
    read = None if value is None else json.loads(value)
    return Given(question_id, read, revision, bool(flagged), *map(stored_moment, moments))


def _partly[M: Model](model: type[M], **values: Any) -> M:
    """A stored row of which these fields are known; the others are read when something asks for them."""
    known = _as_stored(model, tuple(values))
    return model.from_db(None, known, [values[name] for name in known])


@cache
def _as_stored(model: type[Model], names: tuple[str, ...]) -> list[str]:
    """The names in the order of the columns, in which `from_db` takes the values."""
    return [field.attname for field in model._meta.concrete_fields if field.attname in names]


def _arrange(
    edition_id: int, seed: str, shuffle_questions: bool, shuffle_choices: bool
) -> tuple[Published, Shuffle, tuple[Question, ...]]:
    content = published(edition_id)
    order = Shuffle(seed, shuffle_questions)
    questions = order.order("questions", [(question.key, question) for question in content.document.questions])
    return content, Shuffle(seed, shuffle_choices), tuple(questions)
