"""Number or date: typed, correct within a tolerance and in an accepted unit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from quizzes.content.answer_matching import (
    is_turned,
    names_amount,
    names_month,
    says_dont_know,
    with_month_typos_corrected,
)
from quizzes.content.languages import TextFields, all_languages
from quizzes.content.normalized_answers import (
    Day,
    has_digit,
    iso_date,
    normalize,
    read_date,
    read_number,
    sign_names,
    write_date,
)
from quizzes.content.question_types.question import (
    MAX_LINE,
    NO_IDEA,
    Choose,
    Question,
    Submitted,
    Value,
    common_fields,
    read_typed,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, typed_review
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import MONTHS, Reading
from quizzes.content.tables import InvalidDocument, flag_of, lines_of, text_of
from quizzes.phrases import gettext, ngettext

# A leap year, so that it has every day.
_ANY_YEAR = 2000
# Many countries write 1.500,25 for 1,500.25.
_EXCHANGED_MARKS = str.maketrans(".,", ",.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(Question):
    """A question for a number or a date. Its value: the text as typed.

    tolerance: in the number's unit, or in days; 0 for none. units: all names of one unit, () for a number without unit.
    normalized_units: their normalized forms. unit_required: an answer must name the unit. Otherwise the page shows it.
    """

    note: str
    answer: Decimal | Day
    tolerance: Decimal
    units: tuple[str, ...]
    normalized_units: tuple[str, ...]
    unit_required: bool

    @property
    def shown(self) -> str:
        """The correct answer as a student may type it."""
        return self._written(self.answer)

    def _written(self, answer: Decimal | Day) -> str:
        if isinstance(answer, Day):
            return write_date(answer)
        return self._with_unit(f"{answer:f}")

    def _with_unit(self, number: str) -> str:
        return " ".join([number, *self.units[:1]])

    @property
    def _in_words(self) -> str:
        """The correct answer in the language of the page, a large number with commas."""
        if not isinstance(self.answer, Day):
            return self._with_unit(_grouped(self.answer))
        month, day, year = gettext(MONTHS[self.answer.month - 1]), self.answer.day, self.answer.year
        if year is None:
            return gettext("{month} {day}").format(month=month, day=day)
        return gettext("{month} {day}, {year}").format(month=month, day=day, year=year)

    @classmethod
    def own_texts(cls) -> TextFields:
        """The note and the names of the unit."""
        return TextFields(texts=("note",), answers=("units",))

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        kind = text_of(document, "kind")
        if kind not in ("number", "date"):
            raise InvalidDocument("“kind” must be number or date")
        answer = _number(document, "answer") if kind == "number" else read_date(text_of(document, "answer"))
        if answer is None:
            raise InvalidDocument(
                "“answer” must be a date, such as 2018-08-31, or --08-31 where the year does not matter"
            )
        tolerance = _number(document, "tolerance") if "tolerance" in document else Decimal(0)
        others = [unit for units in all_languages(document, "units") for unit in units]
        units = tuple(dict.fromkeys((*lines_of(document, "units"), *others)))
        unit_required = flag_of(document, "unit_required")
        if tolerance < 0:
            raise InvalidDocument("“tolerance” cannot be below zero")
        # Not “% 1”, which raises an error for over 28 digits.
        if kind == "date" and (tolerance != tolerance.to_integral_value() or units):
            raise InvalidDocument("the tolerance of a date is in whole days, and a date has no unit")
        if unit_required and not units:
            raise InvalidDocument("a unit is required and “units” names none")
        normalized = tuple(normalize(unit) for unit in units)
        for unit, name in zip(units, normalized, strict=True):
            if not can_be_unit(name):
                raise InvalidDocument(f"the unit “{unit}” must be a word or a sign, without a number in it")
        return cls(
            **common_fields(document),
            note=text_of(document, "note", optional=True),
            answer=answer,
            tolerance=tolerance,
            units=units,
            normalized_units=normalized,
            unit_required=unit_required,
        )

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, note, own answer, and the unit if it may be left out."""
        return {
            "stem": self.stem,
            "hint": gettext("Type a date") if isinstance(self.answer, Day) else gettext("Type a number"),
            "note": self.note or (gettext("Include the unit.") if self.unit_required else ""),
            "unit": "" if self.unit_required else "".join(self.units[:1]),
            "name": shuffle.token(self.key, "answer"),
            "answer": value or "",
            "max_length": MAX_LINE,
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The typed text, None for a blank field; raises NotAChoice."""
        return read_typed(submitted, shuffle.token(self.key, "answer"))

    def grade(self, value: Value) -> Fraction:
        """1 for a number or date within the tolerance, ends included, and in an accepted unit; else 0."""
        if value is None:
            return Fraction(0)
        if isinstance(self.answer, Day):
            day = read_date(value)
            return Fraction(day is not None and self._is_within(day))
        found = read_number(value)
        return Fraction(found is not None and self._is_within(found[0]) and self._has_unit(value, found[1]))

    def review(self, value: Value, reading: Reading) -> Review:
        """The answer and the correct one."""
        return typed_review(
            value,
            credit=self.grade(value),
            correct=self._in_words,
            needs_grading=self.needs_grading(value),
            why="",
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The correct answer with its tolerance."""
        text = self._in_words
        if self.tolerance:
            margin = _grouped(self.tolerance)
            # The answer names the unit of a number.
            if isinstance(self.answer, Day):
                margin = f"{margin} {ngettext('day', 'days', int(self.tolerance))}"
            text = gettext("{answer} (give or take {margin})").format(answer=text, margin=margin)
        if isinstance(self.answer, Day) and self.answer.year is not None:
            text = gettext("{answer} (the year may be left out)").format(answer=text)
        return (KeyRow(text, True, ""),)

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return self.shown

    def wrong_answer(self, choose: Choose) -> Value:
        """The nearest number or date that is surely wrong; words if there is none."""
        near = map(self._written, self._near_misses())
        return next((text for text in near if not self.grade(text) and not self.needs_grading(text)), NO_IDEA)

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """The tolerance and the names of the unit."""
        return self.tolerance, frozenset(self.normalized_units), self.unit_required

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this number or date as its key."""
        question = cls.parse(document)
        if isinstance(question.answer, Day):
            day = read_date(value)
            if day is None:
                raise InvalidDocument(gettext("“{value}” isn’t a date").format(value=value))
            # The page says that the year may be left out.
            in_year = iso_date(day._replace(year=day.year or question.answer.year))
            return {**document, "answer": iso_date(read_date(in_year) or day)}
        found = read_number(value)
        if found is None:
            raise InvalidDocument(gettext("“{value}” isn’t a number").format(value=value))
        if not question._has_unit(value, found[1]):
            raise InvalidDocument(gettext("“{value}” isn’t in the unit of the question").format(value=value))
        return {**document, "answer": f"{found[0]:f}"}

    def needs_grading(self, value: Value) -> bool:
        """Whether the answer is wrong, and a rule may have misread it.

        A date: only its year is wrong, its month has a typo, or month and day changed places; or it has figures or the
        month with other words. A number: only its unit is wrong, other words are next to it, or its periods and
        commas may mean each other. Without a figure: the answer names the unit or an amount, as “a month” does.
        """
        if value is None or self.grade(value):
            return False
        normalized = normalize(value)
        if isinstance(self.answer, Day):
            key, corrected = self.answer, with_month_typos_corrected(normalized)
            days = [day for day in (read_date(value), *map(read_date, corrected.split())) if day is not None]
            if days:
                return any(
                    self._is_within(day) or _differs_in_year_only(key, day) or is_turned(day, key) for day in days
                )
            return has_digit(corrected) or names_month(corrected, key.month)
        found = read_number(value)
        if found is None:
            return has_digit(normalized) or any(map(self._is_unit, normalized.split())) or names_amount(normalized)
        exchanged = read_number(value.translate(_EXCHANGED_MARKS))
        return (
            self._is_within(found[0])
            or not (found[1] == "" or self._is_unit(found[1]))
            or (exchanged is not None and self._is_within(exchanged[0]))
        )

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """The key."""
        return (Option(self._option_id(self.shown), self._in_words, True, ""),)

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The number or date, the same option in any spelling; () for no answer."""
        if value is None:
            return ()
        is_right, dont_know = self.grade(value) == 1, says_dont_know(value)
        return (Option(self._option_id(value), value, is_right, "", listed=False, dont_know=dont_know),)

    def _is_within(self, given: Decimal | Day) -> bool:
        if isinstance(given, Day) and isinstance(self.answer, Day):
            apart = _days_apart(self.answer, given)
            return apart is not None and apart <= self.tolerance
        if isinstance(given, Decimal) and isinstance(self.answer, Decimal):
            # Fractions, since the difference of two decimals is rounded to 28 digits.
            return abs(Fraction(given) - Fraction(self.answer)) <= Fraction(self.tolerance)
        return False

    def _near_misses(self) -> list[Decimal | Day]:
        """The numbers or dates just beyond the tolerance. No number is below zero if the key is not."""
        steps = (-self.tolerance - 1, self.tolerance + 1)
        if isinstance(self.answer, Decimal):
            numbers = [self.answer + step for step in steps]
            return [number for number in numbers if number >= 0 or self.answer < 0]
        key = date(self.answer.year or _ANY_YEAR, self.answer.month, self.answer.day).toordinal()
        last = date.max.toordinal()
        days = [date.fromordinal(min(max(key + int(step), 1), last)) for step in steps]
        return [Day(self.answer.year and day.year, day.month, day.day) for day in days]

    def _has_unit(self, value: str, unit: str) -> bool:
        return fits_unit(value, unit, self.normalized_units) or (not unit and not self.unit_required)

    def _is_unit(self, words: str) -> bool:
        """Whether these normalized words are a name of the unit, in the singular or plural."""
        return words.removesuffix("s") in {name.removesuffix("s") for name in self.normalized_units}

    def _option_id(self, value: str) -> str:
        found = read_number(value)
        if isinstance(self.answer, Decimal) and found is not None and self._has_unit(value, found[1]):
            return f"{found[0]:f}"
        return normalize(value) or value


def can_be_unit(name: str) -> bool:
    """Whether this normalized name can be that of a unit: a word or a sign, without a number."""
    return bool(name) and not has_digit(name)


def fits_unit(text: str, unit: str, names: Collection[str]) -> bool:
    """Whether these normalized words next to the number of the text are its unit.

    If the unit has no name, it is a sign in the text: the $ of “$40,000”. The word “pounds” may also be a weight.
    """
    return unit in (names or sign_names(text))


def _grouped(number: Decimal) -> str:
    """The number with commas from 10,000 on, so that a year has none."""
    return f"{number:,f}" if abs(number) >= 10_000 else f"{number:f}"


def _number(document: Mapping[str, Any], name: str) -> Decimal:
    value = document.get(name)
    if isinstance(value, float):
        raise InvalidDocument(f'“{name}” must be text where it has a decimal point, such as "0.5"')
    found = read_number(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if found is None or found[1]:
        raise InvalidDocument(f"“{name}” must be a number, in figures or as text")
    return found[0]


def _days_apart(key: Day, answer: Day) -> int | None:
    """Days between the key and an answer; without years, the shorter way around the calendar.

    The answer may leave out the year of the key. None if only the answer has a year.
    """
    if key.year is None and answer.year is not None:
        return None
    has_years = key.year is not None and answer.year is not None
    first, second = (date((day.year if has_years else None) or _ANY_YEAR, day.month, day.day) for day in (key, answer))
    apart = abs((first - second).days)
    return apart if has_years else min(apart, 366 - apart)


def _differs_in_year_only(one: Day, other: Day) -> bool:
    return (one.year is None) != (other.year is None) and one[1:] == other[1:]
