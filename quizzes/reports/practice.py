"""What a student may practise once answers are shown: the questions that did not get all their points."""

from dataclasses import dataclass

from quizzes.content.question_types.registry import type_of
from quizzes.grading.points import Adjustments
from quizzes.reports.attempt_review import ReviewedAttempt


@dataclass(frozen=True, slots=True)
class Practice:
    """The keys of the questions to try again, and the corrections by which they are checked."""

    keys: frozenset[str]
    adjusted: Adjustments


def practice_of(reviewed: ReviewedAttempt) -> Practice:
    """What is worth trying again; neither a dropped question nor one that a teacher grades."""
    return Practice(
        frozenset(
            item.question.key
            for item in reviewed.missed
            if item.possible and type_of(item.question).graded_by == "rule"
        ),
        Adjustments({item.question.key: item.corrections for item in reviewed.questions if item.corrections}),
    )
