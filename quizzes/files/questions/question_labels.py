"""Questions with labels such as “Q:” and “A:”, as numbered questions with a line ANSWER: below each. Pure."""

import re
from itertools import pairwise

from quizzes.files.questions.plain_text import ANSWER, CHOICE

# “Q: Who?”, “Q1. Who?”, “1. Question: Who?”, “P: ¿Quién?” Not “p. 3”.
_QUESTION = re.compile(
    r"\s*(?:(?P<before>\d{1,3})[.):]\s+)?(?:Q(?=\s?\d{0,3}[.)])|(?i:q(?:uestion)?|p(?:regunta)?)(?=\s?\d{0,3}\s?:))"
    r"\s?(?P<number>\d{1,3})?\s?[.:)]\s+(?P<text>\S.*)"
)
_NUMBERED = re.compile(r"\s*\d{1,3}[.):]\s+\S")
# “A: Lee”, “A1. Lee”, “Answer 1: Lee”, “R: Lee”. Without a “Q:”, only a colon makes “A” a label.
_COLON = r"\s*(?i:a|ans(?:wer)?|r|resp(?:uesta)?)\.?\s?\d{0,3}\s?:\s*(?P<text>.*)"
_ANSWER_BELOW_NUMBER = re.compile(_COLON)
_ANSWER_BELOW_LABEL = re.compile(rf"{_COLON}|\s*[AR]\d{{0,3}}[.)]\s+(?P<other>\S.*)")
# “Q: Who? A: Lee”
_SAME_LINE = re.compile(r"(?P<question>.*\S)\s+(?P<answer>(?:A|Ans(?:wer)?|R|Resp(?:uesta)?):\s+\S.*)")
# “A. Mayor B. Council” has choices.
_NEXT_CHOICE = re.compile(r"(?:.*\s)?\(?B[.):]\s", re.IGNORECASE)


def with_answer_lines(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with “1. ” for “Q: ” and “ANSWER: ” for “A: ”, if questions have 1 answer and no choices.

    An answer goes on until a blank line.
    """
    has_labels = any(_QUESTION.fullmatch(line) for _, line in lines)
    start = _QUESTION if has_labels else _NUMBERED
    rows = [part for line in lines for part in _split(line, start)]
    places = [place for place, (_, line) in enumerate(rows) if start.match(line)]
    answer = _ANSWER_BELOW_LABEL if has_labels else _ANSWER_BELOW_NUMBER
    found, is_pair = rows[: places[0]] if places else rows, False
    for first, end in pairwise([*places, len(rows)]):
        group = _with_answer_line(rows[first:end], answer)
        is_pair = is_pair or group is not None
        found += group or rows[first:end]
    if not is_pair:
        return lines
    return _with_numbers(found) if has_labels else found


def _split(line: tuple[int, str], start: re.Pattern[str]) -> list[tuple[int, str]]:
    """The line; a question with its answer behind it as 2 lines."""
    number, text = line
    both = _SAME_LINE.fullmatch(text) if start.match(text) else None
    return [(number, both["question"]), (number, both["answer"])] if both else [line]


def _with_answer_line(group: list[tuple[int, str]], answer: re.Pattern[str]) -> list[tuple[int, str]] | None:
    """The lines of a question with a line ANSWER: for its only answer; None if it has choices or such a line."""
    below = [line for _, line in group[1:]]
    labels = [place for place, line in enumerate(below, start=1) if answer.fullmatch(line)]
    choices = [line for line in below if CHOICE.fullmatch(line) and not answer.fullmatch(line)]
    if len(labels) != 1 or choices or any(map(ANSWER.fullmatch, below)) or any(map(_NEXT_CHOICE.match, below)):
        return None
    [place] = labels
    end = next((n for n, (_, line) in enumerate(group) if n > place and not line.strip()), len(group))
    label = answer.fullmatch(group[place][1])
    first = next(filter(None, label.groups()), "") if label else ""
    texts = [first, *(line for _, line in group[place + 1 : end])]
    return [*group[:place], (group[place][0], f"ANSWER: {' '.join(texts).strip()}"), *group[end:]]


def _with_numbers(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with the number of each question in place of its label; 1, 2, 3 if a label has none.

    Labels without numbers beside other numbers are left out.
    """
    labels = [_QUESTION.fullmatch(line) for _, line in lines]
    numbers = [label["before"] or label["number"] for label in labels if label]
    if not all(numbers):
        has_others = any(_NUMBERED.match(line) for (_, line), label in zip(lines, labels, strict=True) if not label)
        numbers = ["" if has_others else str(number) for number in range(1, len(numbers) + 1)]
    found, left = list[tuple[int, str]](), iter(numbers)
    for (place, line), label in zip(lines, labels, strict=True):
        if label:
            number = next(left)
            found.append((place, f"{number}. {label['text']}" if number else label["text"]))
        else:
            found.append((place, line))
    return found
