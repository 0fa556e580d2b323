"""From answers to points: the fold over keys, corrections of keys and teachers' marks.

A score depends on nothing else, so it can be computed again at any time to the same value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from quizzes.question_types import Question, Value, grade
from quizzes.set_document import SetDocument

SCORE_STEP = Decimal("0.0001")

Policy = Literal["new_key", "either_key", "drop", "full_credit"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a question's key. question: the question with its new key, None where the policy needs none."""

    policy: Policy
    question: Question | None = None


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
    keyed = [question]
    is_full = is_dropped = False
    for correction in adjustments.corrections.get(question.key, ()):
        match correction.policy, correction.question:
            case "new_key", Question() as corrected:
                keyed, is_full = [corrected], False
            case "either_key", Question() as corrected:
                keyed.append(corrected)
            case "full_credit", _:
                is_full = True
            case "drop", _:
                is_dropped = True
    if is_dropped:
        return Earned(Fraction(0), 0)
    credit = Fraction(1) if is_full else max(grade(version, value) for version in keyed)
    return Earned(question.points * credit, question.points)


def corrected(question: Question, adjustments: Adjustments) -> Question:
    """The question with the key that holds now: the newest correction that brought one."""
    for correction in reversed(adjustments.corrections.get(question.key, ())):
        if correction.question is not None:
            return correction.question
    return question


def score(
    document: SetDocument, values: Mapping[str, Value], adjustments: Adjustments = NO_ADJUSTMENTS
) -> tuple[Decimal, int]:
    """(points earned, points possible) of an attempt; earned is rounded half up to 4 places.

    values: current value by question key; a missing one earns nothing.
    """
    parts = [earned(question, values.get(question.key), adjustments) for question in document.questions]
    total = sum((part.points for part in parts), start=Fraction(0))
    exact = Decimal(total.numerator) / Decimal(total.denominator)
    return exact.quantize(SCORE_STEP, ROUND_HALF_UP), sum(part.possible for part in parts)
