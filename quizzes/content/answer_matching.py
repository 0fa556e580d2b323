"""Normalizes typed answers, so that two spellings of one answer compare as equal.

Ignored: case, accents, spaces, punctuation, a leading article, and the format of numbers and dates. Dates are read
month first (8/31 is August 31), or day first if month first is not a date (31/8). Months and number words are read
in English and Spanish. A date may leave out the year that the accepted answer has.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from quizzes.content.english_words import english_words
from quizzes.content.number_words import ARTICLES, CARDINALS, MONEY_SCALES, NUMBER, SCALES, number_at

# 1 typo is accepted in a word of at least this many letters. In a shorter word it often makes another word.
# 2 typos are never accepted: “persecution” and “prosecution” differ by 2 letters.
TYPO_MIN_LETTERS = 5
# An answer is close if at most 1 in this many letters differs. The limit is generous: a check costs a teacher
# a moment, and a correct answer that no teacher checks costs a student the points.
CLOSE_LETTERS = 3

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
_DATE = re.compile(r"(?P<year>\d{4}|-)-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
# A day written with a hyphen or a period: 8-31, 8.31.2018. Normalized, the hyphen is a space.
_LOOSE_DATE = re.compile(r"(?P<month>\d\d?)[ .](?P<day>\d\d?)(?:[ .](?P<year>\d{4}))?", re.ASCII)
_DAY_OF_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)
_DAY = re.compile(r"(\d\d?)(?:th)?", re.ASCII)
_IES = re.compile(r"ies$")
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)

_MONTHS = {
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
_AFTER_A_DAY = {**_MONTHS, "ene": 1, "abr": 4, "ago": 8, "dic": 12}
_MONTH_NAMES = {number: name for name, number in reversed(_MONTHS.items())}
# What students type who do not know the answer, normalized.
_DONT_KNOW = re.compile(
    r"|(?:i have )?no (?:idea|clue)|(?:i )?(?:dont|do not) know|idk|dunno|(?:im |i am )?not sure|unsure|na|n a"
    r"|no (?:lo )?se|ni idea|no tengo (?:ni )?idea"
)
# Words for an amount that are read as no number: they may mean something else.
_AMOUNTS = frozenset(
    "once twice thrice half couple pair dozen both none nobody nothing medio media mitad par docena ambos ambas "
    "ninguno ninguna nadie nada".split()
)
# Words next to a month that say no more than the month.
_BESIDE_A_MONTH = frozenset((*ARTICLES, "in", "on", "of", "en", "el", "de"))
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


def says_dont_know(text: str) -> bool:
    """Whether an answer only says that the student does not know, such as “idk” or “?”."""
    return _DONT_KNOW.fullmatch(normalize(text)) is not None


def read_number(text: str) -> tuple[Decimal, str] | None:
    """The only number of an answer and the normalized words around it; None without a number or with several."""
    words = _words(re.sub(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))", ",", text))
    numbers = [word for word in words if has_digit(word)]
    if len(numbers) != 1 or not NUMBER.fullmatch(numbers[0]):
        return None
    return Decimal(numbers[0]), " ".join(word for word in words if word != numbers[0])


def read_date(text: str) -> Day | None:
    """The date of an answer; None if the answer is not a date or has other words too."""
    normalized = normalize(text)
    loose = _LOOSE_DATE.fullmatch(normalized)
    if loose is not None:
        year, month, day = loose["year"] or "-", loose["month"], loose["day"]
        normalized = _day(year, month, day) or _day(year, day, month) or normalized
    match = _DATE.fullmatch(normalized)
    if match is None:
        return None
    return Day(None if match["year"] == "-" else int(match["year"]), int(match["month"]), int(match["day"]))


def iso_date(day: Day) -> str:
    """The date in ISO 8601: 2018-08-31, or --08-31 without a year. This is also its normalized form."""
    return f"{'-' if day.year is None else f'{day.year:04}'}-{day.month:02}-{day.day:02}"


def has_digit(text: str) -> bool:
    """Whether a text has a digit, in any script."""
    return any(char.isdigit() for char in text)


def names_amount(normalized: str) -> bool:
    """Whether a normalized answer without figures may mean a number: “twice”, or “thrity” for “thirty”."""
    return any(
        word in _AMOUNTS or any(_is_typo_of_word(word, number) for number in (*CARDINALS, *SCALES))
        for word in normalized.split()
    )


def names_month(normalized: str, month: int) -> bool:
    """Whether a normalized answer has this month and other words: “the last day of August”."""
    words = [word for word in normalized.split() if word not in _BESIDE_A_MONTH]
    return _MONTH_NAMES[month] in words and len(words) > 1


def is_turned(one: Day, other: Day) -> bool:
    """Whether two dates differ only by the order of month and day: 1/9 for September 1."""
    return (one.month, one.day) == (other.day, other.month) and (one.year is None or one.year == other.year)


def is_same(answer: str, accepted: str) -> bool:
    """Whether two normalized answers are the same. The answer may leave out the year of an accepted date."""
    if answer == accepted:
        return True
    # First, because `read_date` normalizes the answer again: of 200 characters, NFKD can make 3,600.
    if not _DATE.fullmatch(accepted):
        return False
    day = read_date(answer)
    return day is not None and iso_date(day)[-5:] == accepted[-5:] and (day.year is None or iso_date(day) == accepted)


def with_month_typos_corrected(normalized: str, *, keep_words: bool = False) -> str:
    """The normalized answer with the month of a date corrected if it has one typo: “agust 31” becomes --08-31.

    keep_words: do not correct another English word or name: “match 5” is not March 5.
    """
    words = normalized.split()
    for place, word in enumerate(words):
        is_beside_a_day = any(
            _DAY.fullmatch(other) for other in (*words[place + 1 : place + 2], *words[max(0, place - 2) : place])
        )
        if is_beside_a_day and (month := _month_with_typo(word)) and not (keep_words and _is_other_word(word, month)):
            return " ".join(_with_dates([*words[:place], month, *words[place + 1 :]]))
    return normalized


def _month_with_typo(word: str) -> str | None:
    """The month that this word misspells by one letter; None without one, or if it could be two."""
    if len(word) < TYPO_MIN_LETTERS - 1 or word in _MONTHS:
        return None
    months = {
        number
        for name, number in _MONTHS.items()
        if len(name) >= TYPO_MIN_LETTERS - 1 and name[0] == word[0] and _edits(word, name) == 1
    }
    return _MONTH_NAMES[months.pop()] if len(months) == 1 else None


def write_date(day: Day) -> str:
    """The date in words: “August 31, 2018”, or “August 31” without a year."""
    text = f"{_MONTH_NAMES[day.month].capitalize()} {day.day}"
    return text if day.year is None else f"{text}, {day.year}"


def is_typo(answer: str, accepted: str) -> bool:
    """Whether a normalized answer differs from the accepted one only by one typo in any of its longer words.

    A typo is one letter added, missing, replaced or swapped with the next. The first letter and all digits must match.
    A word that is another English word or name is no typo, unless it is the plural: “country” is not “county”.
    Source: optimal string alignment distance 1 for each word, with Elasticsearch's “prefix_length” of 1.
    """
    if is_same(with_month_typos_corrected(answer, keep_words=True), accepted):
        return True
    words, others = answer.split(), accepted.split()
    return len(words) == len(others) and all(
        one == other or _is_typo_of_word(one, other) for one, other in zip(words, others, strict=True)
    )


def is_one_of(answer: str, accepted: Iterable[str], *, with_typos: bool) -> bool:
    """Whether a normalized answer is the same as one of these. with_typos: or differs from one only by typos."""
    return any(is_same(answer, one) or (with_typos and is_typo(answer, one)) for one in accepted)


def _edits(one: str, other: str) -> int:
    """How many letters were left out, added, changed or swapped with the next one."""
    # Here, because the library takes 5 ms of a start and few answers need it.
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)


def _is_typo_of_word(word: str, accepted: str) -> bool:
    return (
        len(accepted) >= TYPO_MIN_LETTERS
        and word[0] == accepted[0]
        and not has_digit(word + accepted)
        and _edits(word, accepted) == 1
        and not _is_other_word(word, accepted)
    )


def _is_other_word(word: str, accepted: str) -> bool:
    """Whether this is an English word or name other than the plural or singular of the accepted one."""
    return word in english_words() and word not in (f"{accepted}s", accepted.removesuffix("s"))


def is_close(answer: str, accepted: str) -> bool:
    """Whether a teacher should compare a normalized answer with this accepted one before it counts as wrong.

    One of these is true:
    - one contains the other, with at least half of its letters;
    - few letters and no digits differ, or both have the same singular;
    - only the year of a date is missing or added, or month and day changed places;
    - the answer has a part of an accepted date: its month with other words (“the last day of August”), its day alone,
      or its figures (“0831”).
    """
    if _DATE.fullmatch(accepted):
        day, month = read_date(answer), int(accepted[-5:-3])
        is_same_day = day is not None and iso_date(day)[-5:] == accepted[-5:]
        if is_same_day or names_month(answer, month) or _has_figures_of(answer, accepted):
            return True
    one, other = (
        [word[-5:] if _DATE.fullmatch(word) else word for word in text.split()]
        for text in (with_month_typos_corrected(answer), accepted)
    )
    if not one or not other:
        return False
    if set(other) <= {*one, *(f"{word[3:]}-{word[:2]}" for word in one if _DAY_OF_YEAR.fullmatch(word))}:
        return True
    if set(one) <= set(other) and 2 * len("".join(set(one))) >= len("".join(set(other))):
        return True
    if set(filter(has_digit, one)) != set(filter(has_digit, other)):
        return False
    return (
        _edits("".join(one), "".join(other)) <= len("".join(other)) // CLOSE_LETTERS
        # “counties” and “county” differ by 3 letters of 6.
        or [_IES.sub("y", word) for word in one] == [_IES.sub("y", word) for word in other]
    )


def _has_figures_of(answer: str, date: str) -> bool:
    """Whether a normalized answer has only the day of this date, or the figures of day and month without marks."""
    month, day = date[-5:-3], date[-2:]
    together = rf"(?:{int(month)}{day}|{int(day)}{month})(?:(?:\d\d)?\d\d)?|\d{{4}}{month}{day}"
    words = " ".join(word for word in answer.split() if word not in _BESIDE_A_MONTH)
    return re.fullmatch(rf"{int(day)}(?:th)?|{together}", words, re.ASCII) is not None


def _words(text: str) -> list[str]:
    tokens = [token for match in _TOKEN.finditer(_plain(text)) for token in _tokens(match)]
    words = _with_dates(_with_numbers(tokens))
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


def _with_dates(tokens: Sequence[str]) -> list[str]:
    words: list[str] = []
    place = 0
    while place < len(tokens):
        day, length = _date_at(tokens[place : place + _MAX_DATE_WORDS])
        if day:
            while words and words[-1] in ("on", "the", "el"):
                words.pop()
        token = tokens[place]
        words.append(day or (_MONTH_NAMES[_MONTHS[token]] if token in _MONTHS else token))
        place += length or 1
    return words


def _date_at(tokens: Sequence[str]) -> tuple[str, int]:
    """The date at the start of the tokens, and how many tokens it takes; ("", 0) without one."""
    if _DATE.fullmatch(tokens[0]):
        return tokens[0], 1
    between = ("the",) if tokens[0] in _MONTHS else ("of", "de")
    rest = list(tokens[1:6])
    if rest[:1] and rest[0] in between:
        rest = rest[1:]
    if rest[1:2] and rest[1] in ("de", "del"):
        del rest[1]
    if not rest:
        return "", 0
    month, day = (tokens[0], rest[0]) if tokens[0] in _MONTHS else (rest[0], tokens[0])
    figures = _DAY.fullmatch(day)
    if month not in _AFTER_A_DAY or figures is None:
        return "", 0
    year = rest[1] if len(rest) > 1 and _YEAR.fullmatch(rest[1]) else "-"
    length = 1 + list(tokens).index(rest[0] if year == "-" else year, 1)
    date = _day(year, str(_AFTER_A_DAY[month]), figures[1])
    return (date, length) if date else ("", 0)
