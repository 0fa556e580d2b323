"""The questions that a student may practice once answers are shown: those without full points."""

from dataclasses import dataclass

from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.grading.points import Adjustments, accepted_versions
from quizzes.reports.attempt_review import ReviewedAttempt


@dataclass(frozen=True, slots=True)
class Practice:
    """The keys of the questions to practice, and the regrades that apply to them."""

    keys: frozenset[str]
    adjusted: Adjustments


def practice_of(reviewed: ReviewedAttempt) -> Practice:
    """The missed questions, without dropped ones, those that a teacher grades, and those with a wrong count."""
    adjusted = Adjustments({item.question.key: item.regrades for item in reviewed.questions if item.regrades})
    keys = frozenset(
        item.question.key
        for item in reviewed.missed
        if item.possible and type_of(item.question).graded_by == "rule" and _asks_for_its_key(item.question, adjusted)
    )
    return Practice(keys, adjusted)


def _asks_for_its_key(question: Question, adjusted: Adjustments) -> bool:
    """Whether an answer with as many choices as the question asks for can be correct, also after a regrade."""
    accepted = accepted_versions(question, adjusted)
    counts = {version.chosen_count(version.correct_answer()) for version in accepted}
    return question.asked_count is None or question.asked_count in counts
