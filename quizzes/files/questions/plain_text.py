"""Multiple choice as people write it in a document, as lines with a letter before each answer. Pure.

Answers may have bullets for letters, stand in columns, or be True and False alone. A correct one may have a star, a
check mark, or “(correct)”.
"""

import re
import string
from itertools import pairwise

# The patterns try each space of a long run, and a line can be long.
_LONG_RUN = re.compile(r"([^\S\n]{9})[^\S\n]+")
# “A. Council”, “A) Council”, “(A) Council”; “A.Council” only where A is the next letter.
CHOICE = re.compile(r"\s*\(?([A-Za-z])[.):](\s*)(.*)")
_TWO_CHOICES = re.compile(r"^[^\S\n]*\(?A[.):]\s*\S.*\n\s{0,9}\(?B[.):]\s*\S", re.IGNORECASE | re.MULTILINE)
# Between answers that stand side by side on one line. A longer line is text.
_MAX_ROW = 1_000
_COLUMN = re.compile(r"(?<!\s)(?:\t|[^\S\n]{2})[^\S\n]*+(?=\*?\s?\(?[A-Za-z][.):]\s*\S)")
STAR = re.compile(r"\s*\*\s*(?=\(?[A-Za-z][.):]\s*\S)")
# Any other star on the line may be part of the text, such as in “2 * 3”.
_LAST_STAR = re.compile(r"\s*(\(?[A-Za-z][.):][^*]*[^*\s])\s*\*\s*")
_MARK = re.compile(r"(?:[✓✔✅☑]|\((?:correct|correct answer|correcta)\))\Z", re.IGNORECASE)
# A word processor copies “o” and a tab for a bullet of its second level.
_BULLET = re.compile(
    r"\s*(?P<star>\*\s?|(?=[☑☒✓✔✅]))?(?:[•●○◦▪■□☐☑☒✓✔✅]\s{0,9}|[·‣–-]\s{1,9}|o\t)(?P<inner>\*\s?)?(?P<text>[^\s*•–-].*)"
)
# “True” and “False” on lines of their own are the answers of a statement.
TRUTH = re.compile(r"\s*(?P<star>\*\s?)?(?P<text>true|false|verdadero|falso)\s*(?P<end>\*)?\s*", re.IGNORECASE)
# “ANSWER: A” of the format, and what people write: “Correct answer - A”, “Answer: The council”.
ANSWER = re.compile(
    r"\s*(?:(?:correct )?ANSWER\s*:(?P<any>.*)"
    r"|(?:correct )?(?:answers?|ans|key|respuesta(?: correcta)?)\s?[:=–-]\s?"
    r"(?P<letters>\(?[a-z](?:[ ,;&]{0,3}[a-z])*[.)]?)\s*)",
    re.IGNORECASE,
)
# Chat programs and notes have Markdown: “### Question 1”, “**Answer:** B”, “---”. “2**3” is a number.
_MARKDOWN_HEAD = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)|\s{0,3}(?:---+|\*\*\*+)\s*\Z")
_BOLD = re.compile(r"(?<![^\s(])\*\*(?=[^\s*])([^*]+)\*\*(?!\w)")
# Above the text of the question.
_NUMBER_ALONE = re.compile(r"\s*(?:Question|Pregunta)\s(\d{1,3})[.):]?\s*", re.IGNORECASE)


def has_choices(text: str) -> bool:
    """Whether a line starts with A and the next one with B, or 2 lines with bullets: a text that marks no answer."""
    lines = text_lines(text)
    bullets = [(_BULLET.fullmatch(line) or TRUTH.fullmatch(line)) is not None for line in lines]
    return _TWO_CHOICES.search("\n".join(lines)) is not None or any(map(all, pairwise(bullets)))


def lettered_lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines of a text, with one lettered answer on each, and a star before each that is marked correct."""
    plain = map(_without_markdown, text_lines(text))
    numbered = _with_own_numbers(list(enumerate(plain, start=1)))
    lines = _lettered([(number, part) for number, line in _by_letter(numbered) for part in _columns(line)])
    lines = [(number, _starred(line)) for number, line in _with_lettered_truths(lines)]
    # Beside a line ANSWER: or a star that starts a line, a star after an answer may lead to a footnote.
    if any(ANSWER.fullmatch(line) or line.lstrip().startswith("*") for _, line in lines):
        return lines
    return [(number, _LAST_STAR.sub(r"*\1", line) if _LAST_STAR.fullmatch(line) else line) for number, line in lines]


def text_lines(text: str) -> list[str]:
    """The lines of a text, each with at most 9 spaces in a row."""
    return _LONG_RUN.sub(r"\1", text).split("\n")


def _without_markdown(line: str) -> str:
    return _BOLD.sub(r"\1", _MARKDOWN_HEAD.sub("", line, count=1) if _MARKDOWN_HEAD.match(line) else line)


def _with_own_numbers(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with “1. ” before the text below a line “Question 1”, in place of that line."""
    found, own = list[tuple[int, str]](), ""
    for number, line in lines:
        if alone := _NUMBER_ALONE.fullmatch(line):
            own = alone[1]
        found.append((number, "" if alone else f"{own}. {line.strip()}" if own and line.strip() else line))
        own = own if alone or not line.strip() else ""
    return found


def _starred(line: str) -> str:
    """The line of an answer with a star for a check mark or “(correct)” at its end."""
    plain = line.rstrip()
    mark = _MARK.search(plain) if CHOICE.fullmatch(plain) else None
    return f"{plain[: mark.start()].rstrip()} *" if mark else line


def _with_lettered_truths(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters before each “True” and “False” that stand on 2 lines in a row."""
    found = list(lines)
    truths = [TRUTH.fullmatch(line) for _, line in lines]
    for place, (first, second) in enumerate(pairwise(truths)):
        if first and second and first["text"].casefold() != second["text"].casefold():
            for row, truth, letter in ((place, first, "A"), (place + 1, second, "B")):
                star = "*" if truth["star"] or truth["end"] else ""
                found[row] = (lines[row][0], f"{star}{letter}. {truth['text']}")
    return found


def _lettered(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters instead of bullets, if no answer has a letter."""
    # Not `STAR.sub`, which tries each space of a long line.
    if any(CHOICE.match(line, star.end() if (star := STAR.match(line)) else 0) for _, line in lines):
        return lines
    found, letter = list[tuple[int, str]](), "A"
    for number, line in lines:
        bullet = _BULLET.fullmatch(line) if letter <= "Z" else None
        if bullet is not None:
            is_correct = bullet["star"] is not None or bullet["inner"] is not None
            inner = CHOICE.fullmatch(bullet["text"])
            text = inner[3] if inner and inner[1].upper() == letter else bullet["text"]
            found.append((number, f"{'*' if is_correct else ''}{letter}. {text}"))
            letter = chr(ord(letter) + 1)
        else:
            found.append((number, line))
            letter = "A" if line.strip() else letter
    return found


def _by_letter(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines, with one answer on each where A and C stand above B and D."""
    found, rows = list[tuple[int, str]](), list[tuple[int, str]]()
    for number, line in lines:
        letters = [letter for letter, _ in _answers(line)]
        if "A" in letters or (line.strip() and not letters):
            found += _in_order(rows)
            rows = []
        rows.append((number, line))
    return found + _in_order(rows)


def _in_order(rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The rows, or their answers from A on, if those are in another order. Blank lines are then below."""
    answers = [(letter, number, part) for number, line in rows for letter, part in _answers(line)]
    letters = "".join(letter for letter, *_ in answers)
    if letters == "".join(sorted(letters)) or "".join(sorted(letters)) != string.ascii_uppercase[: len(letters)]:
        return rows
    blank = [(number, line) for number, line in rows if not line.strip()]
    return [(number, part) for _, number, part in sorted(answers)] + blank


def _answers(line: str) -> list[tuple[str, str]]:
    """(letter, text with letter) of each answer of a line that has only answers; else []."""
    parts = _COLUMN.split(line) if len(line) < _MAX_ROW else []
    found = [CHOICE.fullmatch(STAR.sub("", part)) for part in parts]
    answers = [
        (choice[1].upper(), part) for choice, part in zip(found, parts, strict=True) if choice and choice[3].strip()
    ]
    return answers if len(answers) == len(parts) else []


def _columns(line: str) -> list[str]:
    """The answers of a line that has several, one after another in the alphabet; else the line."""
    answers = _answers(line)
    letters = "".join(letter for letter, _ in answers)
    return [part for _, part in answers] if letters and letters in string.ascii_uppercase else [line]
