"""Answer keys below the questions of a text, such as “Answer key: 1. B 2. A”. Pure."""

import re
from collections.abc import Mapping

from quizzes.files.questions.plain_text import ANSWER, CHOICE

_KEY_HEADING = re.compile(
    r"\s*(?:(?P<title>answer key|clave de respuestas)|answers|key|clave|respuestas)\b\s*:?(?P<rest>.*)", re.IGNORECASE
)
# “1. B” or “2) A, C” of a key, also several on one line.
_KEY_ENTRY = re.compile(
    r"\b(\d{1,3})\s?[.):–-]?\s{0,9}\(?(true|false|verdadero|falso|[a-z](?:\s?[,&]\s?[a-z])*)\b[.)]?", re.IGNORECASE
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
        entries = [entry for row in rows for entry in _key_entries(row)]
        key = {int(number): letters for number, letters in entries if number}
        return (lines[:place], key) if len(key) == len(entries) else (lines, {})
    return lines, {}


def _key_entries(row: str) -> list[tuple[str, str]]:
    """(number of the question, what the key says) of each entry of a line of a key, and ("", text) for other text."""
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
