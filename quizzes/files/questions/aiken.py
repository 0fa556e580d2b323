"""Aiken, a text format for multiple choice. Text in, questions out, and back. Pure.

Test generators have a star before the correct answer instead of the line ANSWER: “*a) Council”. People also put it
after the answer, “A. Council *”, or a check mark, and have bullets instead of letters.
Source: docs.moodle.org, “Aiken format”.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from quizzes.files.questions.containers import decoded
from quizzes.files.questions.item import Item, Line, QuestionType, ReadQuestion, Skipped, counted, read, skipped
from quizzes.files.questions.markup import tidy
from quizzes.phrases import gettext

# The patterns try each space of a long run, and a line can be long.
_LONG_RUN = re.compile(r"([^\S\n]{9})[^\S\n]+")
# “A. Council”, “A) Council”, “(A) Council”; “A.Council” only where A is the next letter.
_CHOICE = re.compile(r"\s*\(?([A-Za-z])[.):](\s*)(.*)")
_TWO_CHOICES = re.compile(r"^[^\S\n]*\(?A[.):]\s*\S.*\n\s{0,9}\(?B[.):]\s*\S", re.IGNORECASE | re.MULTILINE)
# Between answers that stand side by side on one line. A longer line is text.
_MAX_ROW = 1_000
_COLUMN = re.compile(r"(?<!\s)(?:\t|[^\S\n]{2})[^\S\n]*+(?=\*?\s?\(?[A-Za-z][.):]\s*\S)")
_STAR = re.compile(r"\s*\*\s*(?=\(?[A-Za-z][.):]\s*\S)")
# Any other star on the line may be part of the text, such as in “2 * 3”.
_LAST_STAR = re.compile(r"\s*(\(?[A-Za-z][.):][^*]*[^*\s])\s*\*\s*")
_MARK = re.compile(r"(?:[✓✔✅☑]|\((?:correct|correct answer|correcta)\))\Z", re.IGNORECASE)
# A word processor copies “o” and a tab for a bullet of its second level.
_BULLET = re.compile(
    r"\s*(?P<star>\*\s?|(?=[☑☒✓✔✅]))?(?:[•●○◦▪■□☐☑☒✓✔✅]\s{0,9}|[·‣–-]\s{1,9}|o\t)(?P<inner>\*\s?)?(?P<text>[^\s*•–-].*)"
)
# “True” and “False” on lines of their own are the answers of a statement.
_TRUTH = re.compile(r"\s*(?P<star>\*\s?)?(?P<text>true|false|verdadero|falso)\s*(?P<end>\*)?\s*", re.IGNORECASE)
# “ANSWER: A” of the format, and what people write: “Correct answer - A”, “Answer: The council”.
_ANSWER = re.compile(
    r"\s*(?:(?:correct )?ANSWER\s*:(?P<any>.*)"
    r"|(?:correct )?(?:answers?|ans|key|respuesta(?: correcta)?)\s?[:=–-]\s?"
    r"(?P<letters>\(?[a-z](?:[ ,;&]{0,3}[a-z])*[.)]?)\s*)",
    re.IGNORECASE,
)
# “ANSWER: B) The council” repeats the choice.
_WHOLE_CHOICE = re.compile(r"\s*\(?([A-Za-z])[.):]\s*\w\S.*")
_FEEDBACK = re.compile(r"\s*(?:FEEDBACK|EXPLANATION|RATIONALE|JUSTIFICATION)\s*:\s*(.*)", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(?:Q(?:uestion)?\s?)?(\d{1,3})[.):]\s+(?=\S)", re.IGNORECASE)
_KEY_HEADING = re.compile(
    r"\s*(?:(?P<title>answer key|clave de respuestas)|answers|key|clave|respuestas)\b\s*:?(?P<rest>.*)", re.IGNORECASE
)
# “1. B” or “2) A, C” of a key, also several on one line.
_KEY_ENTRY = re.compile(
    r"\b(\d{1,3})\s?[.):–-]?\s{0,9}\(?(true|false|verdadero|falso|[a-z](?:\s?[,&]\s?[a-z])*)\b[.)]?", re.IGNORECASE
)
# “1. B. The council” of a key repeats the answer. “1. B. 2. A” has two.
_KEY_ANSWER = re.compile(
    rf"\s*(\d{{1,3}}\s?[.):–-]?\s{{0,9}}\(?[a-z])[.)]\s+(?!{_KEY_ENTRY.pattern})\S.*", re.IGNORECASE
)
# Chat programs and notes have Markdown: “### Question 1”, “**Answer:** B”, “---”. “2**3” is a number.
_MARKDOWN_HEAD = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)|\s{0,3}(?:---+|\*\*\*+)\s*\Z")
_BOLD = re.compile(r"(?<![^\s(])\*\*(?=[^\s*])([^*]+)\*\*(?!\w)")
# Above the text of the question.
_NUMBER_ALONE = re.compile(r"\s*(?:Question|Pregunta)\s(\d{1,3})[.):]?\s*", re.IGNORECASE)
_SHOWN_LENGTH = 60


def is_aiken(text: str) -> bool:
    """Whether a line names an answer, or an answer has a star."""
    return any(_ANSWER.fullmatch(line) or _STAR.match(line) for line in _lines(text))


def has_choices(text: str) -> bool:
    """Whether a line starts with A and the next one with B, or 2 lines with bullets: a text that marks no answer."""
    lines = _lines(text)
    bullets = [(_BULLET.fullmatch(line) or _TRUTH.fullmatch(line)) is not None for line in lines]
    return _TWO_CHOICES.search("\n".join(lines)) is not None or any(map(all, pairwise(bullets)))


def read_aiken(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of an Aiken file, in order."""
    plain = map(_without_markdown, _lines(decoded(content).lstrip("\ufeff")))
    numbered = _with_own_numbers(list(enumerate(plain, start=1)))
    lines = _lettered([(number, part) for number, line in _by_letter(numbered) for part in _columns(line)])
    lines = [(number, _starred(line)) for number, line in _with_lettered_truths(lines)]
    # Beside a line ANSWER: or a star that starts a line, a star after an answer may lead to a footnote.
    if not any(_ANSWER.fullmatch(line) or line.lstrip().startswith("*") for _, line in lines):
        lines = [
            (number, _LAST_STAR.sub(r"*\1", line) if _LAST_STAR.fullmatch(line) else line) for number, line in lines
        ]
    if any(_STAR.match(line) for _, line in lines):
        lines = list(_without_stars(lines))
    lines, key = _without_key(lines)
    blocks, above = _without_headings(list(counted(_blocks(lines))))
    blocks = list(_with_key(blocks, key))
    # Numbers before all questions are no part of them.
    if all(_NUMBERED.match(lines[0]) for _, lines in blocks):
        blocks = [(start, [_NUMBERED.sub("", lines[0], count=1), *lines[1:]]) for start, lines in blocks]
    questions = [_read_block(start, lines) for start, lines in blocks]
    note = gettext("The text above it was left out: “{text}”")
    return [
        replace(question, notes=(*question.notes, note.format(text=text))) if text else question
        for question, text in zip(questions, above, strict=True)
    ]


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


def _lines(text: str) -> list[str]:
    """The lines of a text, each with at most 9 spaces in a row."""
    return _LONG_RUN.sub(r"\1", text).split("\n")


def _starred(line: str) -> str:
    """The line of an answer with a star for a check mark or “(correct)” at its end."""
    plain = line.rstrip()
    mark = _MARK.search(plain) if _CHOICE.fullmatch(plain) else None
    return f"{plain[: mark.start()].rstrip()} *" if mark else line


def _with_lettered_truths(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters before each “True” and “False” that stand on 2 lines in a row."""
    found = list(lines)
    truths = [_TRUTH.fullmatch(line) for _, line in lines]
    for place, (first, second) in enumerate(pairwise(truths)):
        if first and second and first["text"].casefold() != second["text"].casefold():
            for row, truth, letter in ((place, first, "A"), (place + 1, second, "B")):
                star = "*" if truth["star"] or truth["end"] else ""
                found[row] = (lines[row][0], f"{star}{letter}. {truth['text']}")
    return found


def _lettered(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters instead of bullets, if no answer has a letter."""
    # Not `_STAR.sub`, which tries each space of a long line.
    if any(_CHOICE.match(line, star.end() if (star := _STAR.match(line)) else 0) for _, line in lines):
        return lines
    found, letter = list[tuple[int, str]](), "A"
    for number, line in lines:
        bullet = _BULLET.fullmatch(line) if letter <= "Z" else None
        if bullet is not None:
            is_correct = bullet["star"] is not None or bullet["inner"] is not None
            inner = _CHOICE.fullmatch(bullet["text"])
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
    found = [_CHOICE.fullmatch(_STAR.sub("", part)) for part in parts]
    answers = [
        (choice[1].upper(), part) for choice, part in zip(found, parts, strict=True) if choice and choice[3].strip()
    ]
    return answers if len(answers) == len(parts) else []


def _columns(line: str) -> list[str]:
    """The answers of a line that has several, one after another in the alphabet; else the line."""
    answers = _answers(line)
    letters = "".join(letter for letter, _ in answers)
    return [part for _, part in answers] if letters and letters in string.ascii_uppercase else [line]


def _number(line: str) -> int | None:
    """The number that a question starts with."""
    found = _NUMBERED.match(line)
    return int(found[1]) if found else None


def _without_key(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], dict[int, str]]:
    """The numbered lines without the answer key below the questions, and its letters by the number of the question."""
    for place, (_, line) in reversed(list(enumerate(lines))):
        heading = _KEY_HEADING.fullmatch(line)
        if heading is None or _ANSWER.fullmatch(line):
            continue
        # “Answer key, Unit 3” has words of its own.
        is_title = heading["title"] and not _KEY_ENTRY.search(heading["rest"])
        rows = ["" if is_title else heading["rest"], *(line for _, line in lines[place + 1 :])]
        below = "\n".join(_KEY_ANSWER.sub(r"\1", row) if _KEY_ANSWER.fullmatch(row) else row for row in rows)
        entries = _KEY_ENTRY.findall(below)
        key = {int(number): letters for number, letters in entries}
        if len(key) < len(entries) or _KEY_ENTRY.sub("", below).strip(" ,;\t\n"):
            return lines, {}
        return lines[:place], key
    return lines, {}


def _with_key(blocks: list[tuple[int, list[str]]], key: Mapping[int, str]) -> Iterator[tuple[int, list[str]]]:
    """The questions with their letters of the key. One that names its answer keeps it; a number used twice has none."""
    counts = Counter(_number(lines[0]) for _, lines in blocks)
    for start, lines in blocks:
        number = _number(lines[0])
        if number is not None and number in key and counts[number] == 1 and not any(map(_ANSWER.fullmatch, lines)):
            yield start, [*lines, f"ANSWER: {key[number]}"]
        else:
            yield start, lines


def _without_headings(blocks: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The questions without the lines above their numbers, such as a title or “Part 2”, and those lines of each."""
    numbered = [next((place for place, line in enumerate(lines) if _number(line)), 0) for _, lines in blocks]
    if len(blocks) < 2 or _number(blocks[1][1][numbered[1]]) != 2:
        return blocks, [""] * len(blocks)
    found, above = list[tuple[int, list[str]]](), list[str]()
    for expected, (place, (start, lines)) in enumerate(zip(numbered, blocks, strict=True), start=1):
        # Other numbers are of statements in the question.
        first = place if _number(lines[place]) == expected else 0
        found.append((start + first, lines[first:]))
        above.append(tidy(" ".join(lines[:first]))[:_SHOWN_LENGTH])
    return found, above


def _without_stars(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The numbered lines with a line ANSWER: below the choices instead of stars before them.

    The choices end at a line FEEDBACK:, at a numbered question, at a blank line before a text, and with the file.
    """
    letters, in_choices, after_blank = list[str](), False, False
    for number, line in lines:
        if not line.strip():
            after_blank = True
            yield number, line
            continue
        choice = _CHOICE.fullmatch(plain := _STAR.sub("", line))
        is_end = after_blank or _NUMBERED.match(line) or _FEEDBACK.fullmatch(line)
        if choice:
            in_choices = True
            letters += [choice[1]] if plain != line else []
        elif in_choices and (is_end or _ANSWER.fullmatch(line)):
            if not _ANSWER.fullmatch(line):
                yield number, f"ANSWER: {' '.join(letters)}"
            letters, in_choices = [], False
        after_blank = False
        yield number, plain
    if in_choices:
        yield lines[-1][0], f"ANSWER: {' '.join(letters)}"


def _blocks(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """(first line, lines) of each question. A line ANSWER: ends it, or a line FEEDBACK: after that.

    Without its line ANSWER:, a question ends before the next number, and at a blank line below its choices, if no
    other choice follows.
    """
    block: list[str] = []
    # The number of the question, and of lines in its text.
    numbers: list[int] = []
    start = 0
    after_blank = False
    for number, line in lines:
        if not line.strip():
            after_blank = True
            continue
        named = _number(line)
        is_next = named is not None and numbers == [named - 1]
        if block and _ends_before(line, block, is_next=is_next, after_blank=after_blank):
            yield start, block
            block, numbers = [], []
        if not block:
            start = number
        block.append(line)
        numbers += [] if named is None else [named]
        after_blank = False
    if block:
        yield start, block


def _ends_before(line: str, block: Sequence[str], *, is_next: bool, after_blank: bool) -> bool:
    """Whether the question of these lines ends before this one. is_next: whether it has the number that comes next."""
    last = block[-1]
    if _ANSWER.fullmatch(last):
        return not _FEEDBACK.fullmatch(line)
    if _FEEDBACK.fullmatch(last) and len(block) > 1 and _ANSWER.fullmatch(block[-2]):
        return True
    if _CHOICE.fullmatch(line) or _ANSWER.fullmatch(line) or _FEEDBACK.fullmatch(line):
        return False
    is_below_choice = _CHOICE.fullmatch(last) is not None
    return (is_below_choice and (after_blank or is_next)) or (is_next and _NUMBERED.match(block[0]) is not None)


def _read_block(start: int, lines: list[str]) -> ReadQuestion:
    where = gettext("Line {number}").format(number=start)
    stem: list[str] = []
    found_choices: list[tuple[str, list[str]]] = []
    feedback = _FEEDBACK.fullmatch(lines[-1]) if len(lines) > 1 else None
    if feedback:
        lines = lines[:-1]
    for line in lines:
        if _ANSWER.fullmatch(line):
            break
        found = _CHOICE.fullmatch(line)
        letter = found[1].upper() if found else ""
        if found and letter == "A" and found_choices and not stem:
            # “A. Lincoln said what?” is the question.
            stem = [f"{key}. {' '.join(parts)}" for key, parts in found_choices]
            found_choices = []
        expected = chr(ord(found_choices[-1][0]) + 1) if found_choices else "A"
        if found and (letter == expected or (found[2] and found_choices)):
            found_choices.append((letter, [found[3]]))
        elif found_choices:
            found_choices[-1][1].append(line)
        else:
            stem.append(line)
    choices = [(letter, tidy(" ".join(parts))) for letter, parts in found_choices]
    text = tidy("\n".join(stem))
    try:
        item = _item(text, choices, _ANSWER.fullmatch(lines[-1]))
        return read(where, replace(item, explanation=tidy(feedback[1])) if feedback else item)
    except Skipped as reason:
        return skipped(where, text, str(reason))


def _item(stem: str, choices: list[tuple[str, str]], answer: re.Match[str] | None) -> Item:
    if not stem:
        raise Skipped(gettext("It has no question text before its answers."))
    named = "" if answer is None else answer["any"] or answer["letters"] or ""
    if not named.strip():
        raise Skipped(
            gettext(
                "It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”."
            )
        )
    if not choices:
        raise Skipped(gettext("It has no answers. Each starts with a letter and a period, such as A."))
    texts = [(letter, text.casefold()) for letter, text in choices]
    repeated = _CHOICE.fullmatch(named)
    if repeated and (repeated[1].upper(), tidy(repeated[3]).casefold()) in texts:
        named = repeated[1]
    elif whole := _WHOLE_CHOICE.fullmatch(named):
        named = whole[1]
    answer_text = tidy(named).casefold()
    by_text = [letter for letter, text in texts if text == answer_text and len(text) > 1]
    # “T” and “F” of a key, where True and False are A and B.
    by_text += [letter for letter, text in texts if _TRUTH.fullmatch(text) and text[0] == answer_text]
    if len(by_text) == 1:
        [named] = by_text
    keys = {key for key in re.split(r"[\s,;&.()]+", named.upper()) if key not in {"", "AND"}}
    letters = [letter for letter, _ in choices]
    if len(keys) == 1 and not keys <= set(letters) and set(next(iter(keys))) <= set(letters):
        # “ANSWER: AC”
        keys = set(keys.pop())
    if not keys or not keys <= set(letters):
        raise Skipped(gettext("ANSWER: {value} names no answer of the question.").format(value=named.strip()[:20]))
    if len(set(letters)) != len(letters):
        raise Skipped(gettext("2 of its answers have the same letter."))
    question_type: QuestionType = "single" if len(keys) == 1 else "multiple"
    return Item(question_type, stem, lines=tuple(Line(text, letter in keys) for letter, text in choices))


def write_aiken(title: str, items: Sequence[Item]) -> bytes:
    """An Aiken file of these questions. Feedback and explanations are left out."""
    return "\n\n".join(map(_written, items)).encode() + b"\n"


def _written(item: Item) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    choices = [f"{letter}. {' '.join(line.text.split())}" for letter, line in zip(letters, item.lines, strict=False)]
    keys = [letter for letter, line in zip(letters, item.lines, strict=False) if line.is_correct]
    return "\n".join([" ".join(item.stem.split()), *choices, f"ANSWER: {', '.join(keys)}"])
