"""The lines of a text in blocks, 1 for each question: where it starts, what stands above it, and its key. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

from quizzes.files.questions.answer_keys import KEY_PART
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.plain_text import ANSWER, CHOICE, STAR

FEEDBACK = re.compile(
    r"\s*(?:FEEDBACK|EXPLANATION|RATIONALE|JUSTIFICATION|EXPLICACIÓN|JUSTIFICACIÓN)\s*:\s*(.*)", re.IGNORECASE
)
# “Feedback A: It speaks.”, “Feedback for B) It votes.”
CHOICE_FEEDBACK = re.compile(r"\s*(?:feedback|rationale)\s(?:for\s)?\(?([A-H])\)?\s?[:.]?\s+(\S.*)", re.IGNORECASE)
NUMBERED = re.compile(r"\s*(?:Q(?:uestion)?\s?)?(\d{1,3})[.):]\s+(?=\S)", re.IGNORECASE)
# “Part II. True or False” above questions without choices.
_PART = re.compile(r"\s*(?:part|parte)\s(?:\d{1,2}|[IVX]{1,4}|[A-H])(?:\s?[.:–—-].*|\s*)", re.IGNORECASE)
# “II – Opción múltiple”, as `plain_text` writes a title with a numeral. Also without a blank line above it.
_TITLE = re.compile(r"\s*[IVX]{1,5} – \S.{0,80}")
# Lines of a test bank below the answer: “DIF: Easy”, “Page Ref: 34”, “Points: 2”.
METADATA = re.compile(
    r"\s*(?:DIF|diff(?:iculty)?|REF|page ref(?:erence)?|OBJ|(?:learning )?objectives?|TOP|topic|skill|NAT|STA|LOC|MSC"
    r"|bloom[’']?s(?: taxonomy| level)?|standards?|cognitive level|(?P<points>PTS|points?|puntos?))\s?:\s*(?P<text>.*)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Ha-h]")
# In a line ANSWER: before the letters that a star, or the key, names. A private character, as none is typed.
STARRED = "\ue012"
# Lines below an answer: feedback of each choice, and metadata.
_MAX_BELOW = 20
# A heading and its directions.
_PART_LINES = 10
_SHOWN_LENGTH = 60


def has_answers(lines: Sequence[str]) -> bool:
    """Whether a question has choices, or names its answer."""
    return any(CHOICE.fullmatch(line) or ANSWER.fullmatch(line) for line in lines)


def question_number(line: str) -> int | None:
    """The number that a question starts with."""
    found = NUMBERED.match(line)
    return int(found[1]) if found else None


def with_key(blocks: list[tuple[int, list[str]]], key: Mapping[int, str]) -> Iterator[tuple[int, list[str]]]:
    """The questions with their letters of the key, those that name an answer too; a number used twice has none."""
    counts = Counter(question_number(lines[0]) for _, lines in blocks)
    for start, lines in blocks:
        number = question_number(lines[0])
        said = key.get(number or 0, "") if counts[number] == 1 else ""
        place = next((place for place, line in enumerate(lines) if place and ANSWER.fullmatch(line)), 0)
        if said and not place:
            yield start, [*lines, f"ANSWER: {said}"]
        elif _LETTERS.fullmatch(said) and STARRED not in lines[place]:
            named = ANSWER.fullmatch(lines[place])
            own = "" if named is None else named["any"] or named["letters"] or ""
            yield start, [*lines[:place], f"ANSWER: {own.strip()} {STARRED}{said}", *lines[place + 1 :]]
        else:
            yield start, lines


def without_headings(
    blocks: list[tuple[int, list[str]]], rows: Sequence[tuple[int, str]]
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The questions without the lines above their numbers, such as a title or “Part 2”, and those lines of each.

    rows: the numbered lines of all blocks, and blank ones.
    """
    numbered = [next((place for place, line in enumerate(lines) if question_number(line)), 0) for _, lines in blocks]
    numbers = [question_number(lines[place]) or 0 for place, (_, lines) in zip(numbered, blocks, strict=True)]
    # A part of a text goes on with a later number.
    if len(blocks) < 2 or not 0 < numbers[0] == numbers[1] - 1:
        return blocks, [""] * len(blocks)
    found, above = list[tuple[int, list[str]]](), list[str]()
    places, done = [number for number, line in rows if line.strip()], 0
    for expected, (place, (_, lines)) in enumerate(zip(numbered, blocks, strict=True), start=numbers[0]):
        # Other numbers are of statements in the question.
        first = place if question_number(lines[place]) == expected else 0
        found.append((places[done + first], lines[first:]))
        done += len(lines)
        above.append(tidy(" ".join(lines[:first]))[:_SHOWN_LENGTH].rstrip("."))
    return found, above


def without_stars(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The numbered lines with a line ANSWER: below the choices instead of stars before them. An own line gets both.

    The choices end at a line FEEDBACK:, at a numbered question, at a blank line before a text, and with the file.
    """
    letters, count, after_blank = list[str](), 0, False
    for number, line in lines:
        if not line.strip():
            after_blank = True
            yield number, line
            continue
        choice = CHOICE.fullmatch(plain := STAR.sub("", line))
        is_end = after_blank or NUMBERED.match(line) or FEEDBACK.fullmatch(line)
        if choice:
            count += 1
            letters += [choice[1]] if plain != line else []
        elif count and (is_end or ANSWER.fullmatch(line)):
            answer = ANSWER.fullmatch(line)
            if answer is None:
                yield number, f"ANSWER: {' '.join(letters)}"
            # Stars before all choices are bullets.
            elif 0 < len(letters) < max(count, 2) and not answer["sample"]:
                named = answer["any"] or answer["letters"] or ""
                plain = f"ANSWER: {named.strip()} {STARRED}{' '.join(letters)}"
            letters, count = [], 0
        after_blank = False
        yield number, plain
    if count:
        yield lines[-1][0], f"ANSWER: {' '.join(letters)}"


def blocks_of(lines: Sequence[tuple[int, str]], typed: Set[int]) -> Iterator[tuple[int, list[str]]]:
    """(first line, lines) of each question. A line ANSWER: ends it, or a line FEEDBACK: after that.

    Without its line ANSWER:, a question ends before the next number, and at a blank line below its choices, if no
    other choice follows. typed: the numbers of questions that the key has without a letter, so they have no choices.
    """
    block: list[str] = []
    # The number of the question, and of lines in its text.
    numbers: list[int] = []
    start = 0
    after_blank = False
    for place, (number, line) in enumerate(lines):
        if not line.strip():
            after_blank = True
            continue
        named = question_number(line)
        is_next = named is not None and numbers == [named - 1]
        is_typed = is_next and named is not None and {named - 1, named} <= typed
        is_below = after_blank or _TITLE.fullmatch(line) or KEY_PART.fullmatch(line)
        is_part = is_below and numbers != [] and _is_part(lines[place : place + _PART_LINES], numbers[0] + 1)
        if block and (is_typed or is_part or _ends_before(line, block, is_next=is_next, after_blank=after_blank)):
            yield start, block
            block, numbers = [], []
        if not block:
            start = number
        block.append(line)
        numbers += [] if named is None else [named]
        after_blank = False
    if block:
        yield start, block


def _is_part(lines: Sequence[tuple[int, str]], number: int) -> bool:
    """Whether the first line is the heading of a part, with the question of this number below it.

    “Part A. All powers ...” with choices below it is the text of a question.
    """
    if not any(part.fullmatch(lines[0][1]) for part in (_PART, _TITLE, KEY_PART)):
        return False
    below = next((line for _, line in lines if CHOICE.fullmatch(line) or question_number(line) is not None), "")
    # The numbers of a part may start again.
    return question_number(below) in {number, 1}


def _ends_before(line: str, block: Sequence[str], *, is_next: bool, after_blank: bool) -> bool:
    """Whether the question of these lines ends before this one. is_next: whether it has the number that comes next."""
    if CHOICE_FEEDBACK.fullmatch(line):
        return False
    last, above = _last_lines(block)
    is_answered = ANSWER.fullmatch(last) or (FEEDBACK.fullmatch(last) and ANSWER.fullmatch(above))
    if is_answered and METADATA.fullmatch(line):
        return False
    if ANSWER.fullmatch(last):
        return not FEEDBACK.fullmatch(line)
    if is_answered:
        return True
    if CHOICE.fullmatch(line) or ANSWER.fullmatch(line) or FEEDBACK.fullmatch(line):
        return False
    is_below_choice = CHOICE.fullmatch(last) is not None
    return (is_below_choice and (after_blank or is_next)) or (is_next and NUMBERED.match(block[0]) is not None)


def _last_lines(block: Sequence[str]) -> tuple[str, str]:
    """(the last line of a question, the line above it) without feedback of choices and metadata."""
    tail = [line for line in block[-_MAX_BELOW:] if not CHOICE_FEEDBACK.fullmatch(line)] or [block[-1]]
    for place in range(len(tail) - 1, -1, -1):
        if not METADATA.fullmatch(tail[place]):
            is_answered = ANSWER.fullmatch(tail[place]) or FEEDBACK.fullmatch(tail[place])
            end = place if is_answered else len(tail) - 1
            return tail[end], tail[end - 1] if end else ""
    return tail[-1], ""
