"""Answers in the lines of a question, such as “(Correct answer: B)”, as a line ANSWER: below the question. Pure."""

import re
from collections.abc import Iterator, Set
from itertools import pairwise

from quizzes.files.questions.answer_keys import without_key
from quizzes.files.questions.plain_text import ANSWER, CHOICE, STAR
from quizzes.files.questions.text_blocks import CHOICE_FEEDBACK, FEEDBACK, METADATA, question_number

# “T 1. It met.”, as a teacher fills in “___ 1. It met.”
_BEFORE_NUMBER = re.compile(r"\s*\(?(?P<said>[TFV]|(?i:true|false|verdadero|falso))\)?\s{1,9}(?=\d{1,3}[.):]\s{1,9}\S)")
# “Who? (Correct answer: B)”, “Who? (Answer: B) (2 points)”
_AT_END = re.compile(
    r"\s{0,9}[(\[](?:(?:the )?(?:correct )?answers?|ans|respuestas?(?: correctas?)?)(?:\s?[:=]|\s(?:is|es)\s)\s{0,9}"
    r"(?P<said>[^()\[\]]{1,200})[)\]](?=\s{0,9}(?:[(\[][^()\[\]]{0,20}\b(?:points?|pts?\.?|puntos?)[)\]])?\s*\Z)",
    re.IGNORECASE,
)
# “The ____ (Congress) makes laws.” and “It met. (True)”. “____ (2 points)” has no answer.
_BARE = re.compile(
    r"(?<=__)\s?\((?!(?:\d{1,3}\s?(?:points?|pts?|puntos?)|page|hint|pista)\b|pp?\.\s?\d)(?P<blank>[^()_]{1,80})\)"
    r"|\s{1,9}[(\[](?P<truth>true|false|verdadero|falso|t|f|v)[)\]]\s*\Z",
    re.IGNORECASE,
)
_OF_QUESTION = (CHOICE, STAR, ANSWER, FEEDBACK, CHOICE_FEEDBACK, METADATA)

_Lines = list[tuple[int, str]]


def with_answers_below(lines: _Lines) -> _Lines:
    """The numbered lines, with a line ANSWER: for each answer that a question has in its own lines.

    A question that names its answer in another way stays as it is.
    """
    if not any(_BEFORE_NUMBER.match(line) or _AT_END.search(line) or _BARE.search(line) for _, line in lines):
        return lines
    above, key = without_key(lines)
    has_numbers = any(question_number(line) is not None for _, line in above)
    found: _Lines = []
    for first, end in pairwise([*_starts(above), len(above)]):
        found += _with_answer(above[first:end], key.keys(), has_numbers=has_numbers)
    return [*found, *lines[len(above) :]]


def _starts(lines: _Lines) -> Iterator[int]:
    """Where a question may start: at its number, or at a text below a blank line."""
    after_blank = True
    for place, (_, line) in enumerate(lines):
        is_numbered = question_number(line) is not None or _BEFORE_NUMBER.match(line)
        if place == 0 or is_numbered or (after_blank and line.strip() and not _is_of_question(line)):
            yield place
        after_blank = not line.strip()


def _is_of_question(line: str) -> bool:
    return any(pattern.match(line) for pattern in _OF_QUESTION)


def _with_answer(question: _Lines, keyed: Set[int], *, has_numbers: bool) -> _Lines:
    """The lines of a question with a line ANSWER: for its own answer. keyed: the numbers of the answer key."""
    texts = [line for _, line in question]
    if any(ANSWER.fullmatch(text) or STAR.match(text) for text in texts):
        return question
    before = _BEFORE_NUMBER.match(texts[0])
    said = [before["said"]] if before else []
    plain = [texts[0][before.end() :] if before else texts[0], *texts[1:]]
    number = question_number(plain[0])
    has_choices = any(map(CHOICE.match, texts))
    for place, text in enumerate(plain):
        if found := _AT_END.search(text):
            said.append(found["said"])
            plain[place] = f"{text[: found.start()]}{text[found.end() :]}"
    # Beside a key or choices, what is in parentheses may be a hint.
    if not said and not has_choices and number not in keyed and (number is not None or not has_numbers):
        said = ["; ".join(found["blank"] or found["truth"] for text in plain for found in _BARE.finditer(text))]
        plain = [_BARE.sub("", text) for text in plain]
    if len(said) != 1 or not said[0].strip():
        return question
    last = max((place for place, text in enumerate(plain) if CHOICE.match(text)), default=0)
    below = (place for place, text in enumerate(plain) if place > last and (not text.strip() or _is_of_question(text)))
    end = next(below, len(plain))
    rows = [(row, text) for (row, _), text in zip(question, plain, strict=True)]
    return [*rows[:end], (rows[end - 1][0], f"ANSWER: {said[0].strip()}"), *rows[end:]]
