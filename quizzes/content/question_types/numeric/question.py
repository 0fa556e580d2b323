"""Number or date: typed, right within a tolerance, in one of the accepted units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quizzes.content.answer_matching import Day, fold, read_date, read_number, write_date
from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, text_of

LABEL = "Number or date"
HINT = "Write a number or a date"
PARTIAL_CREDIT = ""
MARKED_BY: base.MarkedBy = "rule"

# A leap year, so that every day has its place in it.
_ANY_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(base.Question):
    """A question for a number or a date. Its value: the text as typed.

    tolerance: in the number's own unit, or in days; 0 for none. units: one unit in all its names, () for a bare number;
    folded_units: their one forms. unit_required: whether an answer must name it; the page shows it where not.
    """

    note: str
    answer: Decimal | Day
    tolerance: Decimal
    units: tuple[str, ...]
    folded_units: tuple[str, ...]
    unit_required: bool

    @property
    def shown(self) -> str:
        """The key as people write it."""
        if isinstance(self.answer, Day):
            return write_date(self.answer)
        return " ".join([f"{self.answer:f}", *self.units[:1]])


def parse(document: Mapping[str, Any]) -> Numeric:
    """The question from its document; raises InvalidDocument."""
    kind = text_of(document, "kind")
    if kind not in ("number", "date"):
        raise InvalidDocument("“kind” must be number or date")
    answer = _number(document, "answer") if kind == "number" else read_date(text_of(document, "answer"))
    if answer is None:
        raise InvalidDocument("“answer” must be a date, such as 2018-08-31, or --08-31 where the year does not matter")
    tolerance = _number(document, "tolerance") if "tolerance" in document else Decimal(0)
    units = base.lines_of(document, "units")
    unit_required = base.flag_of(document, "unit_required")
    if tolerance < 0:
        raise InvalidDocument("“tolerance” cannot be below zero")
    if kind == "date" and (tolerance % 1 or units):
        raise InvalidDocument("the tolerance of a date is in whole days, and a date has no unit")
    if unit_required and not units:
        raise InvalidDocument("a unit is required and “units” names none")
    folded = tuple(fold(unit) for unit in units)
    for unit, name in zip(units, folded, strict=True):
        if not name or any(char.isdigit() for char in name):
            raise InvalidDocument(f"the unit “{unit}” must be a word or a sign, without a number in it")
    return Numeric(
        **base.common_fields(document),
        note=text_of(document, "note", optional=True),
        answer=answer,
        tolerance=tolerance,
        units=units,
        folded_units=folded,
        unit_required=unit_required,
    )


def problems(question: Numeric, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return base.evidence_problems(question.evidence, question.facts, reading)


def public(question: Numeric, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, note, the own answer, and the unit where it need not be named."""
    return {
        "stem": question.stem,
        "hint": "Write a date" if isinstance(question.answer, Day) else "Write a number",
        "note": question.note or ("Write the number with its unit." if question.unit_required else ""),
        "unit": "" if question.unit_required else "".join(question.units[:1]),
        "name": presentation.token(question, "answer"),
        "answer": value or "",
        "max_length": base.MAX_LINE,
    }


def read_answer(
    question: Numeric, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The text typed, None for a blank field; raises NotAChoice."""
    return base.read_typed(submitted, presentation.token(question, "answer"))


def grade(question: Numeric, value: base.Value) -> Fraction:
    """1 for a number or date within the tolerance, its ends included, and in an accepted unit; else 0."""
    if value is None:
        return Fraction(0)
    if isinstance(question.answer, Day):
        day = read_date(value)
        return Fraction(day is not None and _is_within(question, day))
    found = read_number(value)
    return Fraction(found is not None and _is_within(question, found[0]) and _has_unit(question, found[1]))


def right(question: Numeric) -> base.Value:
    """The answer that earns everything."""
    return question.shown


def wrong(question: Numeric, choose: base.Choose) -> base.Value:
    """Words that are no number and no date."""
    return base.NO_IDEA


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this number or date as its key."""
    question = parse(document)
    if isinstance(question.answer, Day):
        if read_date(value) is None:
            raise InvalidDocument(f"“{value}” is not a date")
        return {**document, "answer": fold(value)}
    found = read_number(value)
    if found is None:
        raise InvalidDocument(f"“{value}” is not a number")
    if not _has_unit(question, found[1]):
        raise InvalidDocument(f"“{value}” is not in the unit of the question")
    return {**document, "answer": f"{found[0]:f}"}


def doubtful(question: Numeric, value: base.Value) -> bool:
    """Whether the answer is right but for its unit or year, or cannot be read and is more than words.

    More than words: it holds a figure, or is the unit alone, as “a month” is.
    """
    if value is None or grade(question, value):
        return False
    if isinstance(question.answer, Day):
        days = [day for day in map(read_date, fold(value).split()) if day is not None]
        if days:
            return any(_is_within(question, day) or _differs_in_year_only(question.answer, day) for day in days)
    else:
        found = read_number(value)
        if found is not None:
            return _is_within(question, found[0])
    return any(char.isdigit() for char in fold(value)) or fold(value) in question.folded_units


def review(question: Numeric, value: base.Value, reading: Reading) -> base.Review:
    """The answer given and the key, for after release."""
    return base.typed_review(
        value,
        credit=grade(question, value),
        correct=question.shown,
        in_doubt=doubtful(question, value),
        why="",
    )


def answer_key(question: Numeric, reading: Reading) -> tuple[base.KeyRow, ...]:
    """The key with its tolerance, for teachers."""
    unit = "days" if isinstance(question.answer, Day) else "".join(question.units[:1])
    margin = f" (give or take {question.tolerance:f} {unit}".rstrip() + ")" if question.tolerance else ""
    return (base.KeyRow(question.shown + margin, True, ""),)


def options(question: Numeric, reading: Reading) -> tuple[base.Option, ...]:
    """The key."""
    return (base.Option(_option_id(question, question.shown), question.shown, True, ""),)


def picked(question: Numeric, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The number or date given, the same option however it was written; () for no answer."""
    if value is None:
        return ()
    return (base.Option(_option_id(question, value), value, grade(question, value) == 1, "", listed=False),)


def _number(document: Mapping[str, Any], name: str) -> Decimal:
    value = document.get(name)
    if isinstance(value, float):
        raise InvalidDocument(f'“{name}” must be text where it has a decimal point, such as "0.5"')
    found = read_number(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if found is None or found[1]:
        raise InvalidDocument(f"“{name}” must be a number, in figures or as text")
    return found[0]


def _is_within(question: Numeric, given: Decimal | Day) -> bool:
    if isinstance(given, Day) and isinstance(question.answer, Day):
        apart = _days_apart(question.answer, given)
        return apart is not None and apart <= question.tolerance
    if isinstance(given, Decimal) and isinstance(question.answer, Decimal):
        # Fractions, since the difference of two decimals is rounded to 28 digits.
        return abs(Fraction(given) - Fraction(question.answer)) <= Fraction(question.tolerance)
    return False


def _days_apart(one: Day, other: Day) -> int | None:
    """Days between two dates; without years the shorter way round the calendar; None where one alone has a year."""
    if (one.year is None) != (other.year is None):
        return None
    first, second = (date(day.year or _ANY_YEAR, day.month, day.day) for day in (one, other))
    apart = abs((first - second).days)
    return apart if one.year else min(apart, 366 - apart)


def _differs_in_year_only(one: Day, other: Day) -> bool:
    return (one.year is None) != (other.year is None) and one[1:] == other[1:]


def _has_unit(question: Numeric, unit: str) -> bool:
    return unit in question.folded_units or (not unit and not question.unit_required)


def _option_id(question: Numeric, value: str) -> str:
    found = read_number(value)
    if isinstance(question.answer, Decimal) and found is not None and _has_unit(question, found[1]):
        return f"{found[0]:f}"
    return fold(value) or value
