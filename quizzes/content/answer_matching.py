"""Which typed answers are the same, which have a typo, and which a teacher should compare. All are normalized.

An answer may leave out the year that the accepted date has.
"""

import re
from collections.abc import Iterable

from quizzes.content.english_words import english_words
from quizzes.content.normalized_answers import (
    DATE,
    DAY,
    MONTH_NAMES,
    MONTHS,
    Day,
    has_digit,
    iso_date,
    normalize,
    read_date,
    with_dates,
)
from quizzes.content.number_words import ARTICLES, CARDINALS, SCALES

# 1 typo is accepted in a word of at least this many letters. In a shorter word it often makes another word.
# 2 typos are never accepted: “persecution” and “prosecution” differ by 2 letters.
TYPO_MIN_LETTERS = 5
# An answer is close if at most 1 in this many letters differs. The limit is generous: a check costs a teacher
# a moment, and a correct answer that no teacher checks costs a student the points.
CLOSE_LETTERS = 3

_DAY_OF_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)
_IES = re.compile(r"ies$")
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


def says_dont_know(text: str) -> bool:
    """Whether an answer only says that the student does not know, such as “idk” or “?”."""
    return _DONT_KNOW.fullmatch(normalize(text)) is not None


def names_amount(normalized: str) -> bool:
    """Whether a normalized answer without figures may mean a number: “twice”, or “thrity” for “thirty”."""
    return any(
        word in _AMOUNTS or any(_is_typo_of_word(word, number) for number in (*CARDINALS, *SCALES))
        for word in normalized.split()
    )


def names_month(normalized: str, month: int) -> bool:
    """Whether a normalized answer has this month and other words: “the last day of August”."""
    words = [word for word in normalized.split() if word not in _BESIDE_A_MONTH]
    return MONTH_NAMES[month] in words and len(words) > 1


def is_turned(one: Day, other: Day) -> bool:
    """Whether two dates differ only by the order of month and day: 1/9 for September 1."""
    return (one.month, one.day) == (other.day, other.month) and (one.year is None or one.year == other.year)


def is_same(answer: str, accepted: str) -> bool:
    """Whether two normalized answers are the same. The answer may leave out the year of an accepted date."""
    if answer == accepted:
        return True
    # First, because `read_date` normalizes the answer again: of 200 characters, NFKD can make 3,600.
    if not DATE.fullmatch(accepted):
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
            DAY.fullmatch(other) for other in (*words[place + 1 : place + 2], *words[max(0, place - 2) : place])
        )
        if is_beside_a_day and (month := _month_with_typo(word)) and not (keep_words and _is_other_word(word, month)):
            return " ".join(with_dates([*words[:place], month, *words[place + 1 :]]))
    return normalized


def _month_with_typo(word: str) -> str | None:
    """The month that this word misspells by one letter; None without one, or if it could be two."""
    if len(word) < TYPO_MIN_LETTERS - 1 or word in MONTHS:
        return None
    months = {
        number
        for name, number in MONTHS.items()
        if len(name) >= TYPO_MIN_LETTERS - 1 and name[0] == word[0] and _edits(word, name) == 1
    }
    return MONTH_NAMES[months.pop()] if len(months) == 1 else None


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
    if DATE.fullmatch(accepted):
        day, month = read_date(answer), int(accepted[-5:-3])
        is_same_day = day is not None and iso_date(day)[-5:] == accepted[-5:]
        if is_same_day or names_month(answer, month) or _has_figures_of(answer, accepted):
            return True
    one, other = (
        [word[-5:] if DATE.fullmatch(word) else word for word in text.split()]
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
