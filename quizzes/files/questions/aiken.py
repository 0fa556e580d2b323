"""Aiken, a text format for multiple choice. Text in, questions out, and back. Pure.

Test generators have a star before the correct answer instead of the line ANSWER: “*a) Council”. `plain_text` reads the
answers of documents.
Source: docs.moodle.org, “Aiken format”.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from quizzes.files.questions.answer_keys import is_key, typed_numbers, without_key, without_letters
from quizzes.files.questions.bare_choices import with_letters
from quizzes.files.questions.containers import check_lines, decoded
from quizzes.files.questions.item import (
    Item,
    Line,
    QuestionType,
    ReadQuestion,
    Skipped,
    counted,
    points_of,
    read,
    skipped,
)
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.plain_text import ANSWER, CHOICE, STAR, TRUTH, choice_letter, lettered_lines, text_lines
from quizzes.files.questions.question_labels import with_answer_lines
from quizzes.files.questions.typed_answers import TRUE, rubric_notes, typed_answer
from quizzes.phrases import gettext, with_single_quotes

# “ANSWER: B) The council” or “ANSWER: B – The council” repeats the choice, or says why.
_REPEATED = re.compile(r"\s*\(?([A-Za-z])(?:[.):]|\)?\s[–—-]\s)\s*(.*)")
_WHOLE_CHOICE = re.compile(r"\s*\(?([A-Za-z])(?:[.):]\s*|\)?\s[–—-]\s|\s\()\w\S.*")
# Before the next answer of “ANSWER: A) Schools and C) Parks”.
_NEXT_WHOLE = re.compile(r"(?:\s*[,;]\s*(?:(?:and|y|&)\s+)?|\s+(?:and|y|&)\s+)(?=\(?[A-Za-z][.)]\s)")
_FEEDBACK = re.compile(
    r"\s*(?:FEEDBACK|EXPLANATION|RATIONALE|JUSTIFICATION|EXPLICACIÓN|JUSTIFICACIÓN)\s*:\s*(.*)", re.IGNORECASE
)
# “Feedback A: It speaks.”, “Feedback for B) It votes.”
_CHOICE_FEEDBACK = re.compile(r"\s*(?:feedback|rationale)\s(?:for\s)?\(?([A-H])\)?\s?[:.]?\s+(\S.*)", re.IGNORECASE)
# “Q: Who?” with the choices “A: Mayor” and “B: Council” below it.
_QUESTION = re.compile(r"(?:Q|Question|Pregunta)\s?:\s+(?=\S)", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(?:Q(?:uestion)?\s?)?(\d{1,3})[.):]\s+(?=\S)", re.IGNORECASE)
_BOTH_TRUTHS = ({"true", "false"}, {"t", "f"}, {"verdadero", "falso"}, {"v", "f"})
_ALL_THAT_APPLY = re.compile(r"\ball (?:that|which) apply\b|\btod[oa]s l[oa]s que correspondan\b", re.IGNORECASE)
# “(2 points)”, “[1 pt]”, or “(points: 2)” before or after the text of a question, or alone on its last line.
_POINTS = (
    r"[(\[](?:worth )?(\d{1,3}(?:\.\d{1,2})?)\s?(?:points?|pts?\.?|puntos?)[)\]]"
    r"|[(\[](?:points?|pts?\.?|puntos?)\s?[:=]?\s?(\d{1,3}(?:\.\d{1,2})?)[)\]]"
)
_POINTS_BEFORE = re.compile(rf"(?:{_POINTS})\s*(?=\S)", re.IGNORECASE)
_POINTS_AFTER = re.compile(rf"\s?(?:{_POINTS}|(?<=\n)(\d{{1,3}}) (?:points?|pts?|puntos?))\Z", re.IGNORECASE)
# “Part II. True or False” above questions without choices.
_PART = re.compile(r"\s*(?:part|parte)\s(?:\d{1,2}|[IVX]{1,4}|[A-H])(?:\s?[.:–—-].*|\s*)", re.IGNORECASE)
# A heading and its directions.
_PART_LINES = 10
# Each takes 20 microseconds. 10,000 questions have 10 each.
MAX_LINES = 100_000
# Each takes at most 2 microseconds. Twice as many as a teacher can paste.
MAX_CHARACTERS = 1_200_000
# Far below the first question.
_HEAD_LINES = 1_000
_SHOWN_LENGTH = 60


def is_aiken(text: str) -> bool:
    """Whether a line names an answer, or an answer has a star."""
    return any(ANSWER.fullmatch(line) or STAR.match(line) for line in text_lines(text))


def has_questions(text: str) -> bool:
    """Whether the first lines have an answer A above an answer B, marked or not, a question with 1 answer, or a key."""
    lines = _question_lines("\n".join(text.split("\n", _HEAD_LINES)[:_HEAD_LINES]))
    letters = [choice_letter(line) for _, line in lines if line.strip()]
    if ("A", "B") in pairwise(letters) or any(ANSWER.fullmatch(line) for _, line in lines):
        return True
    above, key = without_key(lines)
    return any(_number(line) in key for _, line in above)


def _question_lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines, with one lettered answer on each and a line ANSWER: for the only answer of a question."""
    return with_letters(with_answer_lines(lettered_lines(text)))


def read_aiken(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of an Aiken file, in order."""
    text = decoded(content).lstrip("\ufeff")
    check_lines(text, at_most=MAX_LINES, characters=MAX_CHARACTERS)
    lines = _question_lines(text)
    if any(STAR.match(line) for _, line in lines):
        lines = list(_without_stars(lines))
    lines, letters = without_letters(lines)
    lines, key = without_key(lines)
    blocks, above = _without_headings(list(counted(_blocks(lines, typed_numbers(key)))))
    blocks = list(_with_key(blocks, key))
    if len(letters) == len(blocks):
        blocks = [
            (start, [*block, f"ANSWER: {letter}"]) for (start, block), letter in zip(blocks, letters, strict=True)
        ]
    # Numbers before all questions are no part of them. “I can write more.” below them is no question.
    if all(_NUMBERED.match(lines[0]) for _, lines in blocks if _has_answers(lines)):
        blocks = [(start, [_NUMBERED.sub("", lines[0], count=1), *lines[1:]]) for start, lines in blocks]
    # With a key that fits no question, each answer is in the text, so the teacher changes the key.
    has_key = any(is_key(line) for _, lines in blocks for line in lines)
    questions = [_read_block(start, lines, can_lack_key=not has_key) for start, lines in blocks]
    if letters and len(letters) != len(blocks):
        reason = gettext("The answer key has {key_count} answers for {count} questions.")
        reason = reason.format(key_count=len(letters), count=len(blocks))
        questions = [replace(question, item=None, reason=reason) for question in questions]
    note = gettext("The text above it was left out: “{text}”.")
    return [
        replace(question, notes=(*question.notes, note.format(text=text))) if text else question
        for question, text in zip(questions, above, strict=True)
    ]


def _has_answers(lines: Sequence[str]) -> bool:
    return any(CHOICE.fullmatch(line) or ANSWER.fullmatch(line) for line in lines)


def _number(line: str) -> int | None:
    """The number that a question starts with."""
    found = _NUMBERED.match(line)
    return int(found[1]) if found else None


def _with_key(blocks: list[tuple[int, list[str]]], key: Mapping[int, str]) -> Iterator[tuple[int, list[str]]]:
    """The questions with their letters of the key. One that names its answer keeps it; a number used twice has none."""
    counts = Counter(_number(lines[0]) for _, lines in blocks)
    for start, lines in blocks:
        number = _number(lines[0])
        if number is not None and number in key and counts[number] == 1 and not any(map(ANSWER.fullmatch, lines)):
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
        above.append(tidy(" ".join(lines[:first]))[:_SHOWN_LENGTH].rstrip("."))
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
        choice = CHOICE.fullmatch(plain := STAR.sub("", line))
        is_end = after_blank or _NUMBERED.match(line) or _FEEDBACK.fullmatch(line)
        if choice:
            in_choices = True
            letters += [choice[1]] if plain != line else []
        elif in_choices and (is_end or ANSWER.fullmatch(line)):
            if not ANSWER.fullmatch(line):
                yield number, f"ANSWER: {' '.join(letters)}"
            letters, in_choices = [], False
        after_blank = False
        yield number, plain
    if in_choices:
        yield lines[-1][0], f"ANSWER: {' '.join(letters)}"


def _blocks(lines: Sequence[tuple[int, str]], typed: Set[int]) -> Iterator[tuple[int, list[str]]]:
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
        named = _number(line)
        is_next = named is not None and numbers == [named - 1]
        is_typed = is_next and named is not None and {named - 1, named} <= typed
        is_part = after_blank and numbers != [] and _is_part(lines[place : place + _PART_LINES], numbers[0] + 1)
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
    if not _PART.fullmatch(lines[0][1]):
        return False
    below = next((line for _, line in lines if CHOICE.fullmatch(line) or _number(line) is not None), "")
    return _number(below) == number


def _ends_before(line: str, block: Sequence[str], *, is_next: bool, after_blank: bool) -> bool:
    """Whether the question of these lines ends before this one. is_next: whether it has the number that comes next."""
    if _CHOICE_FEEDBACK.fullmatch(line):
        return False
    last = next((below for below in reversed(block) if not _CHOICE_FEEDBACK.fullmatch(below)), block[-1])
    if ANSWER.fullmatch(last):
        return not _FEEDBACK.fullmatch(line)
    if _FEEDBACK.fullmatch(last) and len(block) > 1 and ANSWER.fullmatch(block[-2]):
        return True
    if CHOICE.fullmatch(line) or ANSWER.fullmatch(line) or _FEEDBACK.fullmatch(line):
        return False
    is_below_choice = CHOICE.fullmatch(last) is not None
    return (is_below_choice and (after_blank or is_next)) or (is_next and _NUMBERED.match(block[0]) is not None)


def _read_block(start: int, lines: list[str], *, can_lack_key: bool) -> ReadQuestion:
    where = gettext("Line {number}").format(number=start)
    stem: list[str] = []
    found_choices: list[tuple[str, list[str]]] = []
    said = [found for line in lines[1:] if (found := _CHOICE_FEEDBACK.fullmatch(line))]
    lines = [lines[0], *(line for line in lines[1:] if not _CHOICE_FEEDBACK.fullmatch(line))]
    feedback = _FEEDBACK.fullmatch(lines[-1]) if len(lines) > 1 else None
    if feedback:
        lines = lines[:-1]
    for place, line in enumerate(lines):
        # “1. Correct: The mayor vote.” is a question.
        if (place or len(lines) == 1) and ANSWER.fullmatch(line):
            break
        if found_choices and (above := _FEEDBACK.fullmatch(line)):
            feedback = feedback or above
            continue
        found = CHOICE.fullmatch(line)
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
    text, points = _without_points(_QUESTION.sub("", tidy("\n".join(stem)), count=1))
    notes: list[str] = []
    try:
        item = _item(text, choices, ANSWER.fullmatch(lines[-1]), can_lack_key=can_lack_key)
        if said and choices:
            item = _with_feedback(item, choices, {found[1].upper(): tidy(found[2]) for found in said})
        general = tidy(feedback[1]) if feedback else ""
        item = replace(item, points=points_of(points, notes), explanation=general)
        notes += rubric_notes(item)
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, text, str(reason))


def _letters_of_whole(named: str, texts: Sequence[tuple[str, str]]) -> str:
    """The letters if several choices are named by letter and whole text, as in `texts`; else "". Raises Skipped."""
    parts = [_REPEATED.fullmatch(part) for part in _NEXT_WHOLE.split(named)]
    found = [(part[1].upper(), tidy(part[2]).casefold()) for part in parts if part]
    # “B. Adams, J. Adams” has initials.
    if not 1 < len(parts) == len(found) or not {letter for letter, _ in found} <= {letter for letter, _ in texts}:
        return ""
    if not set(found) <= set(texts):
        raise Skipped(_not_an_answer(named))
    return " ".join(letter for letter, _ in found)


def _not_an_answer(named: str) -> str:
    reason = gettext("“{value}” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer.")
    return reason.format(value=with_single_quotes(tidy(named)[:_SHOWN_LENGTH]))


def _with_feedback(item: Item, choices: Sequence[tuple[str, str]], said: Mapping[str, str]) -> Item:
    """The question with the feedback of its choices. said: by letter."""
    if item.question_type == "true_false":
        by_truth = {_bare(text)[:1] in {"t", "v"}: said.get(letter, "") for letter, text in choices}
        return replace(item, feedback_true=by_truth.get(True, ""), feedback_false=by_truth.get(False, ""))
    rows = zip(item.lines, choices, strict=True)
    return replace(item, lines=tuple(replace(line, feedback=said.get(letter, "")) for line, (letter, _) in rows))


def _without_points(text: str) -> tuple[str, str]:
    """(the text of a question without its points, the points); "" for no points."""
    found = _POINTS_BEFORE.match(text) or _POINTS_AFTER.search(text)
    if found is None:
        return text, ""
    return f"{text[: found.start()]}{text[found.end() :]}", next(filter(None, found.groups()))


def _item(stem: str, choices: list[tuple[str, str]], answer: re.Match[str] | None, *, can_lack_key: bool) -> Item:
    if not stem:
        raise Skipped(gettext("It has no question text before its answers."))
    named = "" if answer is None else answer["any"] or answer["letters"] or ""
    if not named.strip() and not choices and is_key(stem):
        raise Skipped(
            gettext(
                "This answer key doesn’t fit the questions. Give each question a number of its own, and each answer a "
                "line, such as “1. B”."
            )
        )
    # A star in a choice is a mark that we did not understand.
    if not named.strip() and len(choices) > 1 and can_lack_key and not any("*" in text for _, text in choices):
        return _without_answer(stem, choices)
    if not named.strip():
        raise Skipped(
            gettext(
                "It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”."
            )
        )
    if not choices:
        return typed_answer(stem, tidy(named), is_sample=bool(answer and answer["sample"]))
    texts = [(letter, text.casefold()) for letter, text in choices]
    repeated = _REPEATED.fullmatch(named)
    said = tidy(repeated[2]).casefold() if repeated else ""
    if repeated and (repeated[1].upper(), said) in texts:
        named = repeated[1]
    elif several := _letters_of_whole(named, texts):
        named = several
    elif len(said) > 1 and any(text == said for _, text in texts):
        reason = gettext("“{value}” has the letter of one answer and the text of another.")
        raise Skipped(reason.format(value=with_single_quotes(tidy(named)[:_SHOWN_LENGTH])))
    elif whole := _WHOLE_CHOICE.fullmatch(named):
        named = whole[1]
    answer_text = _bare(named)
    # “A” is a letter, also if an answer is “a” in quotes.
    by_text = [letter for letter, text in texts if len(text) > 1 and text == tidy(named).casefold()] or [
        letter for letter, text in texts if len(answer_text) > 1 and _bare(text) == answer_text
    ]
    # “T” and “F” of a key, where True and False are A and B.
    by_text += [letter for letter, text in texts if TRUTH.fullmatch(text) and text[0] == answer_text]
    if len(by_text) == 1:
        [named] = by_text
    keys = {key for key in re.split(r"[\s,;&.()/]+", named.upper()) if key not in {"", "AND"}}
    letters = [letter for letter, _ in choices]
    if len(keys) == 1 and not keys <= set(letters) and set(next(iter(keys))) <= set(letters):
        # “ANSWER: AC”
        keys = set(keys.pop())
    if not keys or not keys <= set(letters):
        raise Skipped(_not_an_answer(named))
    if len(set(letters)) != len(letters):
        raise Skipped(gettext("2 of its answers have the same letter."))
    question_type: QuestionType = "single" if len(keys) == 1 else "multiple"
    truths = {_bare(text): letter for letter, text in choices}
    if question_type == "single" and truths.keys() in _BOTH_TRUTHS:
        return Item("true_false", stem, is_true=any(truths.get(word) in keys for word in TRUE))
    return Item(question_type, stem, lines=tuple(Line(text, letter in keys) for letter, text in choices))


def _without_answer(stem: str, choices: Sequence[tuple[str, str]]) -> Item:
    """The question of choices of which none is marked. The teacher marks one in the editor."""
    if {_bare(text) for _, text in choices} in _BOTH_TRUTHS:
        return Item("true_false", stem, is_true=None)
    question_type: QuestionType = "multiple" if _ALL_THAT_APPLY.search(stem) else "single"
    return Item(question_type, stem, lines=tuple(Line(text) for _, text in choices))


def _bare(text: str) -> str:
    """The text of an answer in lower case, without quotes around it and a period at its end."""
    return tidy(text).casefold().strip('“”"').removesuffix(".")


def write_aiken(title: str, items: Sequence[Item]) -> bytes:
    """An Aiken file of these questions. Feedback and explanations are left out."""
    return "\n\n".join(map(_written, items)).encode() + b"\n"


def _written(item: Item) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    choices = [f"{letter}. {' '.join(line.text.split())}" for letter, line in zip(letters, item.lines, strict=False)]
    key = next(letter for letter, line in zip(letters, item.lines, strict=False) if line.is_correct)
    return "\n".join([" ".join(item.stem.split()), *choices, f"ANSWER: {key}"])
