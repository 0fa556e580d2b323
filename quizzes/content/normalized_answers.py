"""The normal form of typed answers, in which two spellings of one answer are equal; numbers and dates in answers.

Ignored: case, accents, spaces, punctuation, a leading article, and the format of numbers and dates. Dates are read
month first (8/31 is August 31), or day first if month first is not a date (31/8). Months and number words are read
in English and Spanish.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from quizzes.content.number_words import ARTICLES, MONEY_SCALES, NUMBER, number_at

_SIGNS = str.maketrans({**dict.fromkeys("’‘ʼ´`′", "'"), **dict.fromkeys("‐‑‒–—―−", "-"), "⁄": "/"})
# Letters that Unicode does not decompose into a letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
# A fraction or an exponent after a figure: 1½ is not 11/2, and 10² is not 102.
_RAISED = re.compile(r"(?<=\d)(?=[½⅓⅔¼¾⅐-⅞↉²³¹⁰⁴-⁹⁻])")
_KEPT_SIGNS = "'.,/-%$€£&"
_LETTER = rf"[^\s\d{re.escape(_KEPT_SIGNS)}]"
_ACRONYM = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:\.{_LETTER})+(?!{_LETTER})\.?")
_TOKEN = re.compile(
    rf"""
    (?<!\d)(?P<year>\d{{4}}|-)(?P<between>[-/.])(?P<month>\d\d?)(?P=between)(?P<day>\d\d?)(?!\d)
    | (?<![\d/])(?P<first>\d\d?)(?:/(?P<second>\d\d?)(?:/(?P<last>\d{{4}}|\d\d))?(?![\d/])
      | (?P<mark>[.-])(?P<second_>\d\d?)(?P=mark)(?P<last_>\d{{4}}|\d\d)(?![.-]?\d))
    | (?P<number>(?:(?<!\S)-)?(?:\d{{1,3}}(?:,\d{{3}})+(?![\d,])|\d+)(?:\.\d+)?|(?<![^\s\-$€£])-?\.\d+)
      (?P<suffix>(?:st|nd|rd|th|k|e?ro|er|\.?o)(?!{_LETTER}))?
    | {_LETTER}+(?:'{_LETTER}+)*
    | [%$€£&]
    """,
    re.VERBOSE | re.ASCII,
)
DATE = re.compile(r"(?P<year>\d{4}|-)-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
# A day written with a hyphen or a period: 8-31, 8.31.2018. Normalized, the hyphen is a space.
_LOOSE_DATE = re.compile(r"(?P<month>\d\d?)[ .](?P<day>\d\d?)(?:[ .](?P<year>\d{4}))?", re.ASCII)
DAY = re.compile(r"(\d\d?)(?:th)?", re.ASCII)
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "enero"),
            ("february", "feb", "febrero"),
            ("march", "mar", "marzo"),
            ("april", "apr", "abril"),
            ("may", "mayo"),
            ("june", "jun", "junio"),
            ("july", "jul", "julio"),
            ("august", "aug", "agosto"),
            ("september", "sept", "sep", "septiembre", "setiembre"),
            ("october", "oct", "octubre"),
            ("november", "nov", "noviembre"),
            ("december", "dec", "diciembre"),
        ),
        start=1,
    )
    for name in names
}
# After a day only: “ago” alone is an English word.
_AFTER_A_DAY = {**MONTHS, "ene": 1, "abr": 4, "ago": 8, "dic": 12}
MONTH_NAMES = {number: name for name, number in reversed(MONTHS.items())}
# No number and no date has more words. The limits keep the time linear.
_MAX_NUMBER_WORDS, _MAX_DATE_WORDS = 40, 6
_UNITS = {"%": "percent", "$": "dollars", "€": "euros", "£": "pounds", "&": "and"}
_PLURALS = {"dollar": "dollars", "dolar": "dollars", "dolares": "dollars", "euro": "euros", "pound": "pounds"}


class Day(NamedTuple):
    """A calendar day. year: None if the answer has no year."""

    year: int | None
    month: int
    day: int


def normalize(text: str) -> str:
    """The normalized answer: words, numbers and dates separated by spaces; "" if it has none of these."""
    return " ".join(_words(text))


def read_number(text: str) -> tuple[Decimal, str] | None:
    """The only number of an answer and the normalized words around it; None without a number or with several."""
    words = _words(re.sub(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))", ",", text))
    numbers = [word for word in words if has_digit(word)]
    if len(numbers) != 1 or not NUMBER.fullmatch(numbers[0]):
        return None
    return Decimal(numbers[0]), " ".join(word for word in words if word != numbers[0])


def sign_names(text: str) -> set[str]:
    """The normalized names of the signs in a text that stand next to a number: “dollars” for $."""
    return {name for sign, name in _UNITS.items() if sign in text and sign != "&"}


def read_date(text: str) -> Day | None:
    """The date of an answer; None if the answer is not a date or has other words too."""
    normalized = normalize(text)
    loose = _LOOSE_DATE.fullmatch(normalized)
    if loose is not None:
        year, month, day = loose["year"] or "-", loose["month"], loose["day"]
        normalized = _day(year, month, day) or _day(year, day, month) or normalized
    match = DATE.fullmatch(normalized)
    if match is None:
        return None
    return Day(None if match["year"] == "-" else int(match["year"]), int(match["month"]), int(match["day"]))


def iso_date(day: Day) -> str:
    """The date in ISO 8601: 2018-08-31, or --08-31 without a year. This is also its normalized form."""
    return f"{'-' if day.year is None else f'{day.year:04}'}-{day.month:02}-{day.day:02}"


def has_digit(text: str) -> bool:
    """Whether a text has a digit, in any script."""
    return any(char.isdigit() for char in text)


def write_date(day: Day) -> str:
    """The date in words: “August 31, 2018”, or “August 31” without a year."""
    text = f"{MONTH_NAMES[day.month].capitalize()} {day.day}"
    return text if day.year is None else f"{text}, {day.year}"


def _words(text: str) -> list[str]:
    tokens = [token for match in _TOKEN.finditer(_plain(text)) for token in _tokens(match)]
    words = with_dates(_with_numbers(tokens))
    while len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    return words


def _plain(text: str) -> str:
    spaced = _RAISED.sub(" ", text.translate(_SIGNS))
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spaced).casefold())
    # Only accents of this block may be removed. The marks of other scripts are letters.
    bare = "".join(char for char in apart if not "\u0300" <= char <= "\u036f")
    whole = unicodedata.normalize("NFC", bare).translate(_SIGNS).translate(_LETTERS)
    plain = "".join(_plain_char(char) for char in whole)
    return _ACRONYM.sub(lambda acronym: acronym[0].replace(".", ""), plain)


def _plain_char(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    kind = unicodedata.category(char)
    if kind == "Cf":
        return ""
    return char if kind[0] in "LMN" or char in _KEPT_SIGNS else " "


def _tokens(match: re.Match[str]) -> list[str]:
    if match["month"]:
        day = _day(match["year"], match["month"], match["day"])
        return [day] if day else re.findall(r"\d+", match[0])
    if match["first"]:
        month, day_, year = match["first"], match["second"] or match["second_"], match["last"] or match["last_"] or "-"
        # 18-08-31 may begin with the year or the day.
        is_ambiguous = match["mark"] and len(year) == 2
        if len(year) == 2:
            # Two-digit years follow POSIX.
            year = str(int(year) + (2000 if int(year) < 69 else 1900))
        day = _day(year, month, day_) or (None if is_ambiguous else _day(year, day_, month))
        return [day] if day else [_number(figures) for figures in re.findall(r"\d+", match[0])]
    if match["number"]:
        number, suffix = _number(match["number"]), match["suffix"]
        return [number, "thousand"] if suffix == "k" else [number + ("th" if suffix else "")]
    return [match[0].replace("'", "")]


def _number(figures: str) -> str:
    whole, _, part = figures.lstrip("-").replace(",", "").partition(".")
    text = (whole.lstrip("0") or "0") + (f".{part.rstrip('0')}" if part.rstrip("0") else "")
    return f"-{text}" if figures[0] == "-" and text != "0" else text


def _day(year: str, month: str, day: str) -> str | None:
    """The date in ISO 8601 (--08-31 without a year); None if the calendar has no such day."""
    # Without a year, February 29 is a valid date, as in 2000.
    days = monthrange(2000 if year == "-" else int(year), int(month))[1] if 1 <= int(month) <= 12 else 0
    return f"{year}-{int(month):02}-{int(day):02}" if 1 <= int(day) <= days and year != "0000" else None


def _with_numbers(tokens: Sequence[str]) -> list[str]:
    words: list[str] = []
    place = 0
    while place < len(tokens):
        number, length = number_at(tokens[place : place + _MAX_NUMBER_WORDS])
        word = _PLURALS.get(tokens[place], tokens[place])
        if tokens[place : place + 2] in (["per", "cent"], ["por", "ciento"]):
            number, length = "percent", 2
        elif length == 0 and word in "$€£" and place + 1 < len(tokens):
            parts = list(tokens[place + 1 : place + 1 + _MAX_NUMBER_WORDS])
            parts[1:2] = [MONEY_SCALES.get(part, part) for part in parts[1:2]]
            amount, size = number_at(parts)
            number, length = (f"{amount} {_UNITS[word]}", size + 1) if size else (_UNITS[word], 1)
        words += number.split() if length else [_UNITS.get(word, word)]
        place += length or 1
    return words


def with_dates(tokens: Sequence[str]) -> list[str]:
    words: list[str] = []
    place = 0
    while place < len(tokens):
        day, length = _date_at(tokens[place : place + _MAX_DATE_WORDS])
        if day:
            while words and words[-1] in ("on", "the", "el"):
                words.pop()
        token = tokens[place]
        words.append(day or (MONTH_NAMES[MONTHS[token]] if token in MONTHS else token))
        place += length or 1
    return words


def _date_at(tokens: Sequence[str]) -> tuple[str, int]:
    """The date at the start of the tokens, and how many tokens it takes; ("", 0) without one."""
    if DATE.fullmatch(tokens[0]):
        return tokens[0], 1
    between = ("the",) if tokens[0] in MONTHS else ("of", "de")
    rest = list(tokens[1:6])
    if rest[:1] and rest[0] in between:
        rest = rest[1:]
    if rest[1:2] and rest[1] in ("de", "del"):
        del rest[1]
    if not rest:
        return "", 0
    month, day = (tokens[0], rest[0]) if tokens[0] in MONTHS else (rest[0], tokens[0])
    figures = DAY.fullmatch(day)
    if month not in _AFTER_A_DAY or figures is None:
        return "", 0
    year = rest[1] if len(rest) > 1 and _YEAR.fullmatch(rest[1]) else "-"
    length = 1 + list(tokens).index(rest[0] if year == "-" else year, 1)
    date = _day(year, str(_AFTER_A_DAY[month]), figures[1])
    return (date, length) if date else ("", 0)
