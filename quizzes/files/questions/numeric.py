"""The number and the tolerance of a numeric question, as files of several formats write them. Pure."""

import re
from decimal import Decimal

from quizzes.files.questions.item import Skipped
from quizzes.phrases import gettext

# Some write “.5”. “1...5” is no range to .5.
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.(?!\.)\s*({_NUMBER})\s*")
# One thousand in some countries, one in others.
_AMBIGUOUS = re.compile(r"(?<!\d)(?<!\d\.)[1-9]\d{0,2},\d{3}(?!\d)")
_TOLERANCE = re.compile(rf"\s*({_NUMBER})\s*(?::\s*({_NUMBER}))?\s*")
_MAX_DIGITS = 30


def numbers(text: str) -> tuple[str, str]:
    """(number, tolerance) of “3”, “3:0.1” or “2.9..3.1”; raises Skipped."""
    if found := _AMBIGUOUS.search(text):
        raise Skipped(
            gettext("“{value}” can be read as 2 numbers. Write it without a comma, or with a period.").format(
                value=found[0]
            )
        )
    from_to, single = _RANGE.fullmatch(text), _TOLERANCE.fullmatch(text)
    try:
        if from_to:
            low, high = (Decimal(part.replace(",", ".")) for part in from_to.groups())
            return _written((low + high) / 2), _written(abs(high - low) / 2)
        if single:
            tolerance = single[2] or "0"
            return _written(Decimal(single[1].replace(",", "."))), _written(abs(Decimal(tolerance.replace(",", "."))))
    except (ArithmeticError, ValueError):
        pass
    raise Skipped(
        gettext("“{value}” isn’t a number that we can read. Use figures, such as 1200 or 0.5.").format(
            value=text.strip()[:40]
        )
    )


def qti_tolerance(mode: str, given: str, number: str) -> str:
    """The tolerance of QTI 2: one value, or one below and one above; raises Skipped if they differ. "" for none.

    mode: with “relative”, the values are percentages of the number.
    """
    values = [numbers(f"0:{one}")[1] for one in given.split()]
    if mode not in ("absolute", "relative") or not values:
        return ""
    if values[0] != values[-1]:
        raise Skipped(gettext("It accepts more on one side of its number than on the other. Footnote has 1 tolerance."))
    return numbers(f"0:{abs(Decimal(number) * Decimal(values[0])) / 100:f}")[1] if mode == "relative" else values[0]


def _written(number: Decimal) -> str:
    # A number with a great exponent would become a text of millions of digits.
    if not -_MAX_DIGITS < number.adjusted() < _MAX_DIGITS:
        raise ValueError(number)
    return f"{number.normalize():f}" if number else "0"
