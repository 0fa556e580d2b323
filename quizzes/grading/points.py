"""From answers to points: the fold over keys, corrections of keys and teachers' marks.

A score depends on nothing else, so it can be computed again at any time to the same value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from quizzes.content.question_types.question import Question, Value

SCORE_STEP = Decimal("0.0001")

Policy = Literal["new_key", "either_key", "drop", "full_credit"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a question's key. question: the question with its new key, None where the policy needs none.

    What students read of it: the explanation of the new key ("" without one), the reason, and when it was made.
    """

    policy: Policy
    question: Question | None = None
    explanation: str = ""
    reason: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What a teacher decided after publishing, by question key.

    corrections: in the order made, without those undone. marks: the newest mark an answer got, in points.
    """

    corrections: Mapping[str, Sequence[Correction]] = field(default_factory=dict)
    marks: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earned:
    """Points earned and possible on one question; both 0 when it was dropped."""

    points: Fraction
    possible: int


NO_ADJUSTMENTS = Adjustments()


def earned(question: Question, value: Value, adjustments: Adjustments = NO_ADJUSTMENTS) -> Earned:
    """What one answer earns. A mark stands whatever the corrections; else they apply in the order made."""
    mark = adjustments.marks.get(question.key)
    if mark is not None:
        return Earned(Fraction(mark), question.points)
    policies = [correction.policy for correction in adjustments.corrections.get(question.key, ())]
    if "drop" in policies:
        return Earned(Fraction(0), 0)
    # A new key takes back the full credit that was given before it.
    since_new_key = policies[len(policies) - policies[::-1].index("new_key") :] if "new_key" in policies else policies
    if "full_credit" in since_new_key:
        return Earned(Fraction(question.points), question.points)
    credit = max(version.grade(value) for version in keys_in_force(question, adjustments))
    return Earned(question.points * credit, question.points)


def keys_in_force(question: Question, adjustments: Adjustments) -> tuple[Question, ...]:
    """The question once for each key that counts: the newest that replaced all before it, and those added since."""
    keyed: tuple[Question, ...] = (question,)
    for correction in adjustments.corrections.get(question.key, ()):
        if correction.question is not None:
            keyed = (correction.question,) if correction.policy == "new_key" else (*keyed, correction.question)
    return keyed


def corrected(question: Question, adjustments: Adjustments) -> Question:
    """The question with the key that holds now: the newest correction that brought one."""
    for correction in reversed(adjustments.corrections.get(question.key, ())):
        if correction.question is not None:
            return correction.question
    return question


def score(
    questions: Iterable[Question], values: Mapping[str, Value], adjustments: Adjustments = NO_ADJUSTMENTS
) -> tuple[Decimal, int]:
    """(points earned, points possible) of an attempt; earned is rounded half up to 4 places.

    questions: of its edition. values: current value by question key; a missing one earns nothing.
    """
    parts = [earned(question, values.get(question.key), adjustments) for question in questions]
    total = sum((part.points for part in parts), start=Fraction(0))
    exact = Decimal(total.numerator) / Decimal(total.denominator)
    return exact.quantize(SCORE_STEP, ROUND_HALF_UP), sum(part.possible for part in parts)
