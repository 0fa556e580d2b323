"""Aiken, a text format for multiple choice. Text in, questions out, and back. Pure.

Source: docs.moodle.org, “Aiken format”.
"""

import re
from collections.abc import Iterator, Sequence

from quizzes.files.questions.containers import decoded
from quizzes.files.questions.item import Item, Kind, Line, ReadQuestion, Skipped, read, skipped
from quizzes.files.questions.markup import tidy

_CHOICE = re.compile(r"\s*([A-Z])[.)]\s+(.*)")
_ANSWER = re.compile(r"\s*ANSWER\s*:\s*(.*?)\s*", re.IGNORECASE)


def is_aiken(text: str) -> bool:
    """Whether a line names an answer."""
    return any(_ANSWER.fullmatch(line) for line in text.split("\n"))


def read_aiken(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of an Aiken file, in order."""
    return [_read_block(start, lines) for start, lines in _blocks(decoded(content))]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """(first line, lines) of each question. A line ANSWER: ends it."""
    block: list[str] = []
    start = 0
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        if not block:
            start = number
        block.append(line)
        if _ANSWER.fullmatch(line):
            yield start, block
            block = []
    if block:
        yield start, block


def _read_block(start: int, lines: list[str]) -> ReadQuestion:
    where, stem, choices = f"Line {start}", list[str](), list[tuple[str, str]]()
    for line in lines:
        if _ANSWER.fullmatch(line):
            break
        if found := _CHOICE.fullmatch(line):
            choices.append((found[1], tidy(found[2])))
        elif choices:
            choices[-1] = (choices[-1][0], tidy(f"{choices[-1][1]} {line}"))
        else:
            stem.append(line)
    text = tidy("\n".join(stem))
    try:
        return read(where, _item(text, choices, _ANSWER.fullmatch(lines[-1])))
    except Skipped as reason:
        return skipped(where, text, str(reason))


def _item(stem: str, choices: list[tuple[str, str]], answer: re.Match[str] | None) -> Item:
    if not stem:
        raise Skipped("It has no question text before its answers.")
    if answer is None:
        raise Skipped("Its line ANSWER: is missing.")
    if not choices:
        raise Skipped("It has no answers. Each starts with a letter and a period, such as A.")
    keys = {key for key in re.split(r"[\s,;]+", answer[1].upper()) if key}
    letters = [letter for letter, _ in choices]
    if not keys or not keys <= set(letters):
        raise Skipped(f"ANSWER: {answer[1][:20]} names no answer of the question.")
    if len(set(letters)) != len(letters):
        raise Skipped("2 of its answers have the same letter.")
    kind: Kind = "single" if len(keys) == 1 else "multiple"
    return Item(kind, stem, lines=tuple(Line(text, letter in keys) for letter, text in choices))


def write_aiken(title: str, items: Sequence[Item]) -> bytes:
    """An Aiken file of these questions. Feedback and explanations are left out."""
    return "\n\n".join(map(_written, items)).encode() + b"\n"


def _written(item: Item) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    choices = [f"{letter}. {' '.join(line.text.split())}" for letter, line in zip(letters, item.lines, strict=False)]
    keys = [letter for letter, line in zip(letters, item.lines, strict=False) if line.is_correct]
    return "\n".join([" ".join(item.stem.split()), *choices, f"ANSWER: {', '.join(keys)}"])
