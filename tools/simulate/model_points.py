"""What answers are worth in the model."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tools.simulate.model_rows import POINTS


def total(
    keys: dict[str, Any], values: dict[str, Any], model_regrades: list[tuple[str, str, Any]], grades: dict[str, Decimal]
) -> tuple[Decimal, int]:
    """(points, points possible). model_regrades: (question, policy, new key or None) in force, in the order made."""
    each = [points_of(question, keys, values, model_regrades, grades) for question in POINTS]
    got = sum((points for points, _ in each), Fraction(0))
    return Decimal(math.floor(got * 10_000 + Fraction(1, 2))) / 10_000, sum(possible for _, possible in each)


def points_of(
    question: str,
    keys: dict[str, Any],
    values: dict[str, Any],
    model_regrades: list[tuple[str, str, Any]],
    grades: dict[str, Decimal],
) -> tuple[Fraction, int]:
    """(points, points possible) of one question; the other arguments as in `total`."""
    points = POINTS[question]
    own = [(policy, key) for asked, policy, key in model_regrades if asked == question]
    if any(policy == "drop" for policy, _ in own):
        return Fraction(0), 0
    if question in grades:
        return Fraction(grades[question]), points
    right, is_given = [keys[question]], False
    for policy, key in own:
        if policy == "new_key":
            right, is_given = [key], False
        elif policy == "either_key":
            right.append(key)
        else:
            is_given = True
    share = Fraction(1) if is_given else max(credit(key, values.get(question)) for key in right)
    return points * share, points


def credit(key: Any, value: Any) -> Fraction:
    """The share of a question's points that an answer earns."""
    match key:
        case str():
            return Fraction(value == key)
        case dict():
            return Fraction(sum((value or {}).get(line) == right for line, right in key.items()), len(key))
    picked = set(value or [])
    return max(Fraction(0), Fraction(len(picked & set(key)) - len(picked - set(key)), len(key)))
