"""The questions that a student may practice once answers are shown: those without full points."""

from dataclasses import dataclass

from quizzes.content.question_types.registry import type_of
from quizzes.grading.points import Adjustments
from quizzes.reports.attempt_review import ReviewedAttempt


@dataclass(frozen=True, slots=True)
class Practice:
    """The keys of the questions to practice, and the regrades that apply to them."""

    keys: frozenset[str]
    adjusted: Adjustments


def practice_of(reviewed: ReviewedAttempt) -> Practice:
    """The missed questions, without dropped ones and those that a teacher grades."""
    return Practice(
        frozenset(
            item.question.key
            for item in reviewed.missed
            if item.possible and type_of(item.question).graded_by == "rule"
        ),
        Adjustments({item.question.key: item.regrades for item in reviewed.questions if item.regrades}),
    )
