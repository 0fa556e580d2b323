"""Compute points from answers, keys, regrades of keys, and teachers' grades.

A score depends on nothing else, so it can be recomputed at any time to the same value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from quizzes.content.question_types.question import Question, Value
from quizzes.content.reading import Reading

SCORE_STEP = Decimal("0.0001")

Policy = Literal["new_key", "either_key", "drop", "full_credit"]
Verdict = Literal["right", "partly", "wrong", "unanswered", "ungraded", "dropped"]


@dataclass(frozen=True, slots=True)
class AppliedRegrade:
    """One regrade of a question's key. question: with its new key, None if the policy needs none.

    stored: the JSON of its document, "" for none.
    Students read the explanation of the new key ("" for none), the reason, and when it was made.
    reason_kind: what `reason` is, of `ReasonKind`.
    """

    policy: Policy
    question: Question | None = None
    explanation: str = ""
    reason: str = ""
    reason_kind: str = "typed"
    made_at: datetime | None = None
    stored: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What teachers decided after publishing, by question key.

    regrades: the oldest first, and none that is undone. grades: the newest grade of each answer, in points.
    """

    regrades: Mapping[str, Sequence[AppliedRegrade]] = field(default_factory=dict)
    grades: Mapping[str, Decimal] = field(default_factory=dict)

    def is_dropped(self, key: str) -> bool:
        """Whether the question with this key counts for no student."""
        return any(regrade.policy == "drop" for regrade in self.regrades.get(key, ()))


@dataclass(frozen=True, slots=True)
class Earned:
    """Points earned and possible on one question; both 0 for a dropped question."""

    points: Fraction
    possible: int


@dataclass(frozen=True, slots=True)
class EarnedPart:
    """Points earned and possible on one part of a question. speakers: keys of the speakers that it is about."""

    key: str
    speakers: tuple[str, ...]
    points: Fraction
    possible: Fraction


NO_ADJUSTMENTS = Adjustments()


def earned(question: Question, value: Value, adjustments: Adjustments) -> Earned:
    """What one answer earns. A drop overrides a grade, a grade overrides other regrades, which apply in the order made.

    A dropped question counts for no student, so that all scores of a quiz have the same maximum.
    """
    if adjustments.is_dropped(question.key):
        return Earned(Fraction(0), 0)
    grade = adjustments.grades.get(question.key)
    if grade is not None:
        return Earned(Fraction(grade), question.points)
    # A new key ends the full credit that was given before it.
    since = since_new_key(adjustments.regrades.get(question.key, ()))
    if any(regrade.policy == "full_credit" for regrade in since):
        return Earned(Fraction(question.points), question.points)
    credit = max(version.grade(value) for version in accepted_versions(question, adjustments))
    return Earned(question.points * credit, question.points)


def earned_on_objective(question: Question, value: Value, adjustments: Adjustments) -> Earned:
    """What one answer earns on the objective of its question; both 0 while a teacher must still grade it.

    A correct answer whose evidence is not right earns points but counts as 0 here, because it does not show
    understanding. A teacher's grade, and full credit for everyone, count without the evidence.
    """
    if needs_grading(question, value, adjustments):
        return Earned(Fraction(0), 0)
    points = earned(question, value, adjustments)
    if question.key in adjustments.grades or points.points == points.possible:
        return points
    # The evidence of a key that gives fewer points is of another answer.
    versions = accepted_versions(question, adjustments)
    giving = [version for version in versions if question.points * version.grade(value) == points.points]
    is_proven = any(version.has_right_evidence(value) for version in giving)
    return points if is_proven else Earned(Fraction(0), points.possible)


def since_new_key(regrades: Sequence[AppliedRegrade]) -> Sequence[AppliedRegrade]:
    """The regrades after the newest that replaced the key; all of them if none did."""
    places = (place for place, regrade in enumerate(regrades, start=1) if regrade.policy == "new_key")
    return regrades[max(places, default=0) :]


def earned_parts(
    question: Question, value: Value, reading: Reading, adjustments: Adjustments
) -> tuple[EarnedPart, ...]:
    """What one answer earns on each part of the question; the parts add up to `earned`.

    The newest key says who the speakers are. Points that come from no key, such as a teacher's grade, are spread over
    the parts.
    """
    whole = earned(question, value, adjustments)
    best = max(accepted_versions(question, adjustments), key=lambda version: version.grade(value))
    graded = {part.key: part for part in best.graded_parts(value, reading)}
    is_from_key = whole.points == whole.possible * sum(part.share * part.credit for part in graded.values())
    whole_share = whole.points / whole.possible if whole.possible else Fraction(0)
    return tuple(
        EarnedPart(
            part.key,
            part.speakers,
            whole.possible * part.share * (graded[part.key].credit if is_from_key else whole_share),
            whole.possible * part.share,
        )
        for part in regraded_question(question, adjustments).graded_parts(value, reading)
    )


def needs_grading(question: Question, value: Value, adjustments: Adjustments) -> bool:
    """Whether a teacher must still grade this answer: a written one, or a typed one that is close to an accepted key.

    Until then it is not a wrong answer. It earns no points, and no average counts its attempt.
    """
    if value is None or question.key in adjustments.grades:
        return False
    points = earned(question, value, adjustments)
    return points.points < points.possible and any(
        keyed.needs_grading(value) for keyed in accepted_versions(question, adjustments)
    )


def verdict(points: Earned, *, is_answered: bool, needs_grading: bool) -> Verdict:
    """The verdict in one word, from the points after regrades and manual grades.

    ungraded: a teacher must still grade it. dropped: it counts for no student.
    """
    if not points.possible:
        return "dropped"
    if not is_answered:
        return "unanswered"
    if points.points >= points.possible:
        return "right"
    if needs_grading:
        return "ungraded"
    return "partly" if points.points else "wrong"


def accepted_versions(question: Question, adjustments: Adjustments) -> tuple[Question, ...]:
    """The question with each accepted key: the newest key that replaced the others, and the keys added after it."""
    questions: tuple[Question, ...] = (question,)
    for regrade in adjustments.regrades.get(question.key, ()):
        if regrade.question is not None:
            questions = (regrade.question,) if regrade.policy == "new_key" else (*questions, regrade.question)
    return questions


def regraded_question(question: Question, adjustments: Adjustments) -> Question:
    """The question with the key of the newest regrade that has one."""
    for regrade in reversed(adjustments.regrades.get(question.key, ())):
        if regrade.question is not None:
            return regrade.question
    return question


def explanation_in_force(question: Question, regrades: Sequence[AppliedRegrade]) -> str:
    """Why the key that counts is right; "" if the explanation belongs to a replaced key. regrades: of the question."""
    for regrade in reversed(regrades):
        if regrade.explanation or regrade.policy == "new_key":
            return regrade.explanation
    return question.explanation


def evidence_of(question: Question, classes: Iterable[Adjustments]) -> tuple[str, ...]:
    """The keys of the sentences that prove the newest key in each of these classes; without any, the question's own."""
    newest = [regraded_question(question, adjustments) for adjustments in classes] or [question]
    return tuple(dict.fromkeys(key for one in newest for key in one.evidence))


def score(questions: Iterable[Question], values: Mapping[str, Value], adjustments: Adjustments) -> tuple[Decimal, int]:
    """(points earned, points possible) of an attempt. Points earned are rounded half up to 4 decimal places.

    questions: of its edition. values: current value by question key; a question without one earns 0.
    """
    parts = [earned(question, values.get(question.key), adjustments) for question in questions]
    total = sum((part.points for part in parts), start=Fraction(0))
    return rounded(total), sum(part.possible for part in parts)


def rounded(points: Fraction) -> Decimal:
    """Points as a score has them, rounded half up to 4 decimal places."""
    return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(SCORE_STEP, ROUND_HALF_UP)


def ungraded_count(questions: Iterable[Question], values: Mapping[str, Value], adjustments: Adjustments) -> int:
    """How many answers of an attempt a teacher must still grade. questions, values: as for `score`."""
    return sum(needs_grading(question, values.get(question.key), adjustments) for question in questions)
