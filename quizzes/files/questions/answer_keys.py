"""Answer keys below the questions of a text, such as “Answer key: 1. B 2. A”. Pure."""

import re
from collections.abc import Mapping, Sequence

from quizzes.files.questions.plain_text import ANSWER, CHOICE

_KEY_HEADING = re.compile(
    r"\s*(?:(?P<title>answer (?:key|section)|clave de respuestas)|answers|key|clave|respuestas)\b\s*:?(?P<rest>.*)",
    re.IGNORECASE,
)
# “Answer: 1-B, 2-C” below a list to match.
_ANSWER_HEADING = re.compile(r"\s*(?:correct )?(?:answer|respuesta)(?: correcta)?\s*:(?P<rest>\s*\d.*)", re.IGNORECASE)
# “1. B” or “2) A, C” of a key, also several on one line.
_KEY_ENTRY = re.compile(
    r"\b(\d{1,3})\s?[.):=→–-]?\s{0,9}\(?(true|false|verdadero|falso|[a-z](?:\s?[,&]\s?[a-z])*)\b[.)]?", re.IGNORECASE
)
# “1. B. The council” or “1. B – It voted” of a key says more of the answer. “1. B. 2. A” has two.
_KEY_ANSWER = re.compile(
    rf"\s*(\d{{1,3}})\s?[.):–-]?\s{{0,9}}\(?([a-z])(?:\)?[.:]?\s*[–—-]\s+|[.):]{{1,2}}\s+|\s?\()"
    rf"(?!{_KEY_ENTRY.pattern})(?![a-z][.)]?\s*\Z)(?P<text>\S.*)",
    re.IGNORECASE,
)
# “3. July 4” or “3 - July 4” of a key. “1. Paris 2. Rome” has two.
_KEY_TEXT = re.compile(r"\s*(\d{1,3})(?:[.):]\s+|\s[–—-]\s+)((?!.*\s\d{1,3}[.):]\s)\S.*)")
# What a key says of a question with choices.
_CHOICE = re.compile(r"[a-e](?:[\s,&]+[a-e])*(?:[.):].*)?", re.IGNORECASE | re.DOTALL)
# “B, A, C”, “b) a) c)”, or “BAC” of a key without numbers.
_KEY_LETTERS = re.compile(r"(?:\(?[a-z]\b[.)]?[\s,;]{0,9}){2,}|(?-i:[A-H]{2,})", re.IGNORECASE)


# “MULTIPLE CHOICE” or “Part 2” in a key, or above questions.
KEY_PART = re.compile(
    r"\s*(?:(?:part|section|parte|sección)\s(?:\d{1,2}|[IVX]{1,4}|[A-H])\b\s*[.:)–—-]*\s*)?"
    r"(?:(?:multiple choice|true(?:\s?/\s?| or | and )false|matching|completion|short answer|written answer"
    r"|fill[ -]in(?:[ -]the)?[ -]blanks?|essay"
    r"|opción múltiple|verdadero o falso|emparejar|respuesta corta)\b\s*(?:questions?)?)?\s*[.:]?\s*",
    re.IGNORECASE,
)
# “__B__ 1. Who?” has its answer on the line to write on.
_ANSWERED = re.compile(
    r"\s*_{1,20}\s?(?P<said>[A-Ha-hTFV]|true|false|verdadero|falso)\s?_{1,20}\s*(?P<rest>(?P<number>\d{1,3})[.):]\s.*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*(\d{1,3})[.):]\s+\S")
# ExamView has “1. ANS: B PTS: 1 DIF: Easy”.
_EXAMVIEW = re.compile(r"(\d{1,3}[.)]\s{0,9})ANS:\s{0,9}(\S.*?)(?:\s{1,9}(?:PTS|DIF|REF|OBJ|TOP)\s?:.*)?")


def without_letters(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[str]]:
    """The numbered lines without a key of letters only, and its letters. No question above may name its answer."""
    starts = [place for place, (_, line) in enumerate(lines) if _KEY_HEADING.fullmatch(line)]
    heading = _KEY_HEADING.fullmatch(lines[starts[-1]][1]) if starts else None
    above = lines[: starts[-1]] if starts else []
    letters = [found[1].upper() for _, line in above if (found := CHOICE.fullmatch(line))]
    if heading is None or letters.count("A") < 2 or any(ANSWER.fullmatch(line) for _, line in above):
        return lines, []
    below = " ".join([heading["rest"], *(line for _, line in lines[starts[-1] + 1 :])]).strip()
    return (above, re.findall("[a-z]", below, re.IGNORECASE)) if _KEY_LETTERS.fullmatch(below) else (lines, [])


def without_key(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], dict[int, str]]:
    """The numbered lines without the answer key below the questions, and what it says by number of the question."""
    for place, (_, line) in reversed(list(enumerate(lines))):
        heading = _KEY_HEADING.fullmatch(line)
        if heading is None or ANSWER.fullmatch(line):
            continue
        # “Answer key, Unit 3” has words of its own.
        is_title = heading["title"] and not _KEY_ENTRY.search(heading["rest"])
        rows = ["" if is_title else heading["rest"], *(line for _, line in lines[place + 1 :])]
        entries = [entry for row in rows if not KEY_PART.fullmatch(row) for entry in _key_entries(row)]
        key = {int(number): letters for number, letters in entries if number}
        return (lines[:place], key) if len(key) == len(entries) else (lines, {})
    return _without_bare_key(lines)


def _without_bare_key(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], dict[int, str]]:
    """The same for a key without a heading: at least 2 entries with letters at the end, for numbers of questions."""
    start, key = len(lines), dict[int, str]()
    for place, (_, line) in reversed(list(enumerate(lines))):
        entries = _KEY_ENTRY.findall(line)
        if line.strip() and (not entries or _KEY_ENTRY.sub("", line).strip(" ,;\t")):
            break
        if any(int(number) in key for number, _ in entries):
            return lines, {}
        key.update({int(number): said for number, said in entries})
        start = place if entries else start
    numbers = {int(found[1]) for _, line in lines[:start] if (found := _NUMBER.match(line))}
    return (lines[:start], key) if len(key) > 1 and key.keys() <= numbers else (lines, {})


def with_key_of_lines(text: str) -> str:
    """The text with a key below it, if its questions have their answers on the lines to write on: “__B__ 1. Who?”"""
    rows = text.split("\n")
    found = [_ANSWERED.fullmatch(row) for row in rows]
    entries = [f"{answered['number']}. {answered['said']}" for answered in found if answered]
    plain = [answered["rest"] if answered else row for row, answered in zip(rows, found, strict=True)]
    return "\n".join([*plain, "", "key", *entries]) if entries else text


def key_below(rows: Sequence[str], numbers: Sequence[int]) -> tuple[dict[int, str], int]:
    """(the key of exactly these numbers at the start of the rows, how many rows it has); ({}, 0) without one.

    One with a heading at the end of a text is of the whole text.
    """
    heading, texts, end = _heading_below(rows)
    if heading and _KEY_LETTERS.fullmatch(texts[0]):
        letters = re.findall("[a-z]", texts[0], re.IGNORECASE)
        return (dict(zip(numbers, letters, strict=True)), end) if len(letters) == len(numbers) else ({}, 0)
    key, after_blank = dict[int, str](), False
    for place, text in enumerate(texts, start=end - 1):
        entries = _key_entries(text) if text else []
        if any(not number or int(number) not in numbers for number, _ in entries):
            is_of_text = _KEY_ENTRY.match(text) and not _KEY_ENTRY.sub("", text).strip(" ,;")
            if is_of_text or (heading and not after_blank):
                return {}, 0
            break
        if entries:
            key.update({int(number): said for number, said in entries})
            end = place + 1
        after_blank = not text
    is_of_text = heading is not None and _KEY_HEADING.fullmatch(heading) and not any(map(str.strip, rows[end:]))
    return (key, end) if set(key) == set(numbers) and not is_of_text else ({}, 0)


def _heading_below(rows: Sequence[str]) -> tuple[str | None, list[str], int]:
    """(the heading of a key in the first row with text, the rows of the key, how many rows are above its second)."""
    place = next((place for place, row in enumerate(rows) if row.strip()), len(rows))
    row = "".join(rows[place : place + 1])
    heading = _KEY_HEADING.fullmatch(row) or _ANSWER_HEADING.fullmatch(row)
    first = heading["rest"].strip() if heading else row.strip()
    return row if heading else None, [first, *map(str.strip, rows[place + 1 :])], place + 1


def _key_entries(row: str) -> list[tuple[str, str]]:
    """(number of the question, what the key says) of each entry of a line of a key, and ("", text) for other text."""
    row = f"{found[1]}{found[2]}" if (found := _EXAMVIEW.fullmatch(row.strip())) else row
    if found := _KEY_ANSWER.fullmatch(row):
        return [(found[1], f"{found[2]}. {found['text'].strip('“”"().')}")]
    rest = _KEY_ENTRY.sub("", row).strip(" ,;\t\n")
    if rest and (found := _KEY_TEXT.fullmatch(row)):
        return [(found[1], found[2])]
    return [*_KEY_ENTRY.findall(row), *([("", rest)] if rest else [])]


def typed_numbers(key: Mapping[int, str]) -> set[int]:
    """The numbers of the questions of a key that it has without the letter of a choice, such as “True” or a text."""
    return {number for number, text in key.items() if not _CHOICE.fullmatch(text)}


def is_key(text: str) -> bool:
    """Whether a text without answers starts as an answer key does."""
    heading = _KEY_HEADING.fullmatch(text.split("\n")[0])
    return heading is not None and bool(heading["title"] or not heading["rest"])
