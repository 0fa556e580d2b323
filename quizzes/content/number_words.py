"""Numbers in figures and in words of English and Spanish, read from normalized words."""

import re
from collections.abc import Sequence
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
    total = group = Fraction(0)
    # The next token may be a number below `room`, which adds to the group, or a scale below `scale`, which ends it.
    room, scale = 100, 10**15
    sign, ending, length = 1, "", 0
    for place, word in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        number = CARDINALS.get(word, _ORDINALS.get(word))
        if place == 0 and word == "once" and following != "de":
            # 11 in Spanish and 1 time in English. “Once de agosto” is Spanish.
            break
        if place == 1 and word == "mil" and NUMBER.fullmatch(tokens[0]):
            # A thousand in Spanish, and short for a million in English: “2.5 mil”.
            ending, length = " mil", 2
            break
        if place == 0 and NUMBER.fullmatch(word) and len(word) <= _MAX_DIGITS:
            sign, group, room = -1 if word[0] == "-" else 1, abs(Fraction(word)), 0
        elif place == 0 and word in (*ARTICLES, "un") and (following in SCALES or following in _COUNTS):
            group, room = Fraction(1), 0
            continue
        elif place == 1 and tokens[0] in _CENTURIES and number is not None and number >= 10 and word in CARDINALS:
            group, room = group * 100 + number, 10 if number >= 20 else 0
        elif word in _COUNTS and place and group:
            group, room, scale = group * _COUNTS[word], 0, 0
        elif (
            ((word == "and" and room in (100, 1000)) or (word == "y" and room == 10))
            and place
            and 0 < CARDINALS.get(following, 0) < room
        ):
            continue
        elif number is not None and (0 < number < room or place == 0):
            group, room = group + number, 100 if number >= 100 else 10 if number >= 20 else 0
            ending = "th" if word in _ORDINALS else ""
        elif word == "hundred" and (place == 0 or 0 < group < 100):
            group, room = (group or Fraction(1)) * 100, 100
        elif SCALES.get(word, 100) > 100 and SCALES[word] < scale and (place == 0 or group):
            scale = SCALES[word]
            total, group, room = total + (group or Fraction(1)) * scale, Fraction(0), 1000
        else:
            break
        length = place + 1
        if ending:
            break
    return (_decimal(sign * (total + group)) + ending, length) if length else ("", 0)


def _decimal(value: Fraction) -> str:
    places = 0
    while value.denominator != 1:
        value, places = value * 10, places + 1
    digits = str(abs(value.numerator)).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[: len(digits) - places] + ("." + digits[-places:] if places else "")
