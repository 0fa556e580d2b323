"""What one student sees of an edition: its questions and choices in the attempt's own order."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Model, QuerySet

from quizzes.models import Answer, Assignment, Attempt, Classroom, Student
from quizzes.question_sets import Published, published
from quizzes.question_types import Presentation, Question


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An edition as one attempt shows it. questions: in the attempt's order; presentation: of their choices."""

    published: Published
    presentation: Presentation
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


def sitting(attempt: Attempt) -> Sitting:
    """The attempt with the content of its edition, which costs no statement once the edition is in the process.

    attempt: with its assignment loaded.
    """
    return Sitting(*_arrange(attempt), attempt)


@lru_cache(maxsize=10_000)
def seat(public_id: str) -> Seat:
    """The seat of an attempt; one statement the first time in a process. Raises Attempt.DoesNotExist."""
    attempt = Attempt.objects.select_related("assignment").get(public_id=public_id)
    return Seat(*_arrange(attempt), attempt.pk, attempt.student_id)


# What a question's page needs of each answer.
_OF_ITS_ANSWERS = ("question_id", "value", "revision", "flagged", "saved_at", "checked_at")


def take_seat(seat: Seat, *, pin_version: int) -> tuple[Sitting, dict[int, Answer]] | None:
    """The sitting of an open attempt, and its answers by question row id, in one statement.

    pin_version: under which the student signed in. None where the PIN is another one, the student removed or the
    attempt handed in. Fields that a question's page does not show are deferred.
    """
    rows = _seated(seat, pin_version)
    found = list(
        rows.values_list(
            "public_id",
            "student__display_name",
            "classroom__time_zone",
            "assignment__release",
            "assignment_id",
            "classroom_id",
            "deadline_at",
            *(f"answers__{name}" for name in _OF_ITS_ANSWERS),
        )
    )
    if not found:
        return None
    public_id, display_name, time_zone, release, assignment_id, classroom_id, deadline_at = found[0][:7]
    attempt = _partly(
        Attempt, id=seat.attempt_id, public_id=public_id, deadline_at=deadline_at, handed_in_at=None,
        student_id=seat.student_id, assignment_id=assignment_id, classroom_id=classroom_id,
    )  # fmt: skip
    attempt.student = _partly(Student, id=seat.student_id, display_name=display_name)
    attempt.classroom = _partly(Classroom, id=classroom_id, time_zone=time_zone)
    attempt.assignment = _partly(Assignment, id=assignment_id, release=release)
    answers = {
        row[7]: _partly(Answer, attempt_id=seat.attempt_id, **dict(zip(_OF_ITS_ANSWERS, row[7:], strict=True)))
        for row in found
        if row[7] is not None
    }
    return Sitting(seat.published, seat.presentation, seat.questions, attempt), answers


def time_of(seat: Seat, *, pin_version: int) -> tuple[datetime | None] | None:
    """(deadline) of an open attempt, in one statement; None where `take_seat` gives None."""
    return _seated(seat, pin_version).values_list("deadline_at").first()


def _seated(seat: Seat, pin_version: int) -> QuerySet[Attempt]:
    """The attempt while it is open and the session speaks for its student. Sorted by nothing that costs a join."""
    mine = Attempt.objects.open().filter(pk=seat.attempt_id, student=seat.student_id)
    return mine.filter(student__pin_version=pin_version, student__removed_at=None).order_by("pk")


def _partly[M: Model](model: type[M], **values: Any) -> M:
    """A stored row of which these fields are known; the others are read when something asks for them."""
    known = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(None, known, [values[name] for name in known])


def _arrange(attempt: Attempt) -> tuple[Published, Presentation, tuple[Question, ...]]:
    content = published(attempt.assignment.edition_id)
    order = Presentation(attempt.seed, attempt.shuffle_questions)
    questions = order.order("questions", [(question.key, question) for question in content.document.questions])
    return content, Presentation(attempt.seed, attempt.shuffle_choices), tuple(questions)
