"""What one student sees of an edition: its questions and choices in the attempt's own order."""

from dataclasses import dataclass
from functools import lru_cache

from quizzes.models import Attempt
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


def _arrange(attempt: Attempt) -> tuple[Published, Presentation, tuple[Question, ...]]:
    content = published(attempt.assignment.edition_id)
    order = Presentation(attempt.seed, attempt.shuffle_questions)
    questions = order.order("questions", [(question.key, question) for question in content.document.questions])
    return content, Presentation(attempt.seed, attempt.shuffle_choices), tuple(questions)
