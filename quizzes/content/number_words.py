"""Numbers in figures and in words of English and Spanish, read from normalized words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# Python raises an error for numbers with thousands of digits.
_MAX_DIGITS = 30
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
ARTICLES = ("the", "a", "an")
CARDINALS = {
    word: number
    for words in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
        "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
        "veintiocho veintinueve",
    )
    for number, word in enumerate(words.split())
}
CARDINALS |= {
    word: 10 * number
    for words in (
        "twenty thirty forty fifty sixty seventy eighty ninety",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    )
    for number, word in enumerate(words.split(), start=2)
}
# Students leave out the hyphen: “thirtyone”.
CARDINALS |= {
    f"{tens}{ones}": CARDINALS[tens] + CARDINALS[ones]
    for tens in "twenty thirty forty fifty sixty seventy eighty ninety".split()
    for ones in "one two three four five six seven eight nine".split()
}
CARDINALS |= {
    f"{word}{ending}": 100 * number
    for number, word in enumerate(
        "doscient trescient cuatrocient quinient seiscient setecient ochocient novecient".split(), start=2
    )
    for ending in ("os", "as")
} | {"cien": 100, "ciento": 100}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        start=1,
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split(), start=2
    )
}
_ORDINALS["primero"] = 1
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES |= {"mil": 10**3, "millon": 10**6, "millones": 10**6}
# After an amount of money, a letter can mean nothing else: “$2.5M”. “5m” may be 5 meters.
MONEY_SCALES = {"m": "million", "b": "billion", "bn": "billion"}
# Words for a count that follow a number or an article: “two dozen”, “a couple”.
_COUNTS = {"dozen": 12, "couple": 2}
# The first half of a year that is spoken in two halves: “twenty eighteen”.
_CENTURIES = ("seventeen", "eighteen", "nineteen", "twenty")


def number_at(tokens: Sequence[str]) -> tuple[str, int]:
    """The number at the start of the tokens, and how many tokens it takes; ("", 0) without one."""
    first, following = tokens[0], _word(tokens, 1)
    # A thousand in Spanish, and short for a million in English: “2.5 mil”.
    if following == "mil" and _is_figures(first):
        return f"{_decimal(Fraction(first))} mil", 2
    start = _start(first, following)
    if start is None:
        return "", 0
    number, length = start
    for place in range(length, len(tokens)):
        if number.is_ordinal:
            break
        if number.goes_on_after(tokens[place], _word(tokens, place + 1)):
            continue
        if not number.take(tokens[place]):
            break
        length = place + 1
    value = number.total + number.group
    return _decimal(-value if first.startswith("-") else value) + ("th" if number.is_ordinal else ""), length


@dataclass(slots=True)
class _Number:
    """A number while its words are read: a total, and the group of up to 3 digits that comes next.

    The next word may be a number below `room`, which adds to the group, or a scale below `scale`, which ends it.
    """

    group: Fraction
    room: int = 0
    is_ordinal: bool = False
    total: Fraction = Fraction(0)
    scale: int = 10**15

    def goes_on_after(self, word: str, following: str) -> bool:
        """Whether this word is the “and” or the “y” before the rest of the number."""
        is_joint = (word == "and" and self.room in (100, 1000)) or (word == "y" and self.room == 10)
        return is_joint and 0 < CARDINALS.get(following, 0) < self.room

    def take(self, word: str) -> bool:
        """Add the word to the number; False if it is no part of it."""
        value = CARDINALS.get(word, _ORDINALS.get(word, 0))
        if word in _COUNTS and self.group:
            self.group, self.room, self.scale = self.group * _COUNTS[word], 0, 0
        elif 0 < value < self.room:
            self.group, self.room, self.is_ordinal = self.group + value, _room_after(value), word in _ORDINALS
        elif word == "hundred" and 0 < self.group < 100:
            self.group, self.room = self.group * 100, 100
        elif 100 < SCALES.get(word, 0) < self.scale and self.group:
            self.scale = SCALES[word]
            self.total, self.group, self.room = self.total + self.group * self.scale, Fraction(0), 1000
        else:
            return False
        return True


def _start(first: str, following: str) -> tuple[_Number, int] | None:
    """The number that these words start, and how many of them it has; None if they start none."""
    if _is_figures(first):
        return _Number(abs(Fraction(first))), 1
    if first in SCALES:
        return _Number(Fraction(1)), 0
    if first in (*ARTICLES, "un") and (following in SCALES or following in _COUNTS):
        return _Number(Fraction(1)), 1
    rest = CARDINALS.get(following, 0)
    if first in _CENTURIES and rest >= 10:
        return _Number(Fraction(CARDINALS[first] * 100 + rest), 10 if rest >= 20 else 0), 2
    value = CARDINALS.get(first, _ORDINALS.get(first))
    # “Once” is 11 in Spanish and 1 time in English. “Once de agosto” is Spanish.
    if value is None or (first == "once" and following != "de"):
        return None
    return _Number(Fraction(value), _room_after(value), is_ordinal=first in _ORDINALS), 1


def _room_after(value: int) -> int:
    """Below which number the next one may follow this one: “two hundred” 100, “twenty” 10, “two” 0."""
    return 100 if value >= 100 else 10 if value >= 20 and value % 10 == 0 else 0


def _is_figures(word: str) -> bool:
    return len(word) <= _MAX_DIGITS and NUMBER.fullmatch(word) is not None


def _word(tokens: Sequence[str], place: int) -> str:
    """The word at this place; "" after the last."""
    return tokens[place] if place < len(tokens) else ""


def _decimal(value: Fraction) -> str:
    places = 0
    while value.denominator != 1:
        value, places = value * 10, places + 1
    digits = str(abs(value.numerator)).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[: len(digits) - places] + ("." + digits[-places:] if places else "")
