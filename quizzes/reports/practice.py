"""What a student may practise once answers are shown: the questions that did not get all their points."""

from dataclasses import dataclass

from quizzes.content.question_types.free_text.question import FreeText
from quizzes.grading.points import Adjustments
from quizzes.reports.attempt_review import ReviewedAttempt


@dataclass(frozen=True, slots=True)
class Practice:
    """The keys of the questions to try again, and the corrections by which they are checked."""

    keys: frozenset[str]
    adjusted: Adjustments


def practice_of(reviewed: ReviewedAttempt) -> Practice:
    """What is worth trying again; neither a dropped question nor free text, which only a teacher can mark."""
    return Practice(
        frozenset(
            item.question.key for item in reviewed.missed if item.possible and not isinstance(item.question, FreeText)
        ),
        Adjustments({item.question.key: item.corrections for item in reviewed.questions if item.corrections}),
    )
