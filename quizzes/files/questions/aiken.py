"""Aiken, a text format for multiple choice. Text in, questions out, and back. Pure.

Test generators have a star before the correct answer instead of the line ANSWER: “*a) Council”. `plain_text` reads the
answers of documents.
Source: docs.moodle.org, “Aiken format”.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from quizzes.files.questions.answer_keys import is_key, typed_numbers, with_key_of_lines, without_key, without_letters
from quizzes.files.questions.bare_choices import with_letters
from quizzes.files.questions.containers import check_lines, decoded
from quizzes.files.questions.inline_answers import with_answers_below
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
from quizzes.files.questions.matching_lists import matching_lists
from quizzes.files.questions.plain_text import ANSWER, CHOICE, STAR, TRUTH, choice_letter, lettered_lines, text_lines
from quizzes.files.questions.question_labels import with_answer_lines
from quizzes.files.questions.text_blocks import (
    CHOICE_FEEDBACK,
    FEEDBACK,
    METADATA,
    NUMBERED,
    STARRED,
    blocks_of,
    has_answers,
    question_number,
    with_key,
    without_headings,
    without_stars,
)
from quizzes.files.questions.typed_answers import TRUE, typed_answer, typed_notes
from quizzes.phrases import gettext, with_single_quotes

# “ANSWER: B) The council” or “ANSWER: B – The council” repeats the choice, or says why.
_REPEATED = re.compile(r"\s*\(?([A-Za-z])(?:[.):]|\)?\s[–—-]\s)\s*(.*)")
_WHOLE_CHOICE = re.compile(r"\s*\(?([A-Za-z])(?:[.):]\s*|\)?\s[–—-]\s|\s\()\w\S.*")
# Before the next answer of “ANSWER: A) Schools and C) Parks”.
_NEXT_WHOLE = re.compile(r"(?:\s*[,;]\s*(?:(?:and|y|&)\s+)?|\s+(?:and|y|&)\s+)(?=\(?[A-Za-z][.)]\s)")
# If answers are marked as the format says, a star next to an answer is part of its text.
_OF_FORMAT = re.compile(r"ANSWER: [A-Z]")
# “Q: Who?” with the choices “A: Mayor” and “B: Council” below it.
_QUESTION = re.compile(r"(?:Q|Question|Pregunta)\s?:\s+(?=\S)", re.IGNORECASE)
_BOTH_TRUTHS = ({"true", "false"}, {"t", "f"}, {"verdadero", "falso"}, {"v", "f"})
_ALL_THAT_APPLY = re.compile(r"\ball (?:that|which) apply\b|\btod[oa]s l[oa]s que correspondan\b", re.IGNORECASE)
# “(2 points)”, “[1 pt]”, or “(points: 2)” before or after the text of a question, or alone on its last line.
_POINTS = (
    r"[(\[](?:worth )?(\d{1,3}(?:\.\d{1,2})?)\s?(?:points?|pts?\.?|puntos?)[)\]]"
    r"|[(\[](?:points?|pts?\.?|puntos?)\s?[:=]?\s?(\d{1,3}(?:\.\d{1,2})?)[)\]]"
)
_POINTS_BEFORE = re.compile(rf"(?:{_POINTS})\s*(?=\S)", re.IGNORECASE)
_POINTS_AFTER = re.compile(rf"\s?(?:{_POINTS}|(?<=\n)(\d{{1,3}}) (?:points?|pts?|puntos?))\Z", re.IGNORECASE)
# Each takes 40 microseconds (2026-12-01). 10,000 questions have 10 each.
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
    """Whether the first lines have an answer A above an answer B, marked or not, a question with 1 answer, or a key.

    A list to match counts too.
    """
    head = "\n".join(text.split("\n", _HEAD_LINES)[:_HEAD_LINES])
    lines = _question_lines(head)
    letters = [choice_letter(line) for _, line in lines if line.strip()]
    if ("A", "B") in pairwise(letters) or any(ANSWER.fullmatch(line) for _, line in lines):
        return True
    above, key = without_key(lines)
    return any(question_number(line) in key for _, line in above) or matching_lists(head) != []


def _question_lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines, with one lettered answer on each and a line ANSWER: for the only answer of a question."""
    return with_letters(with_answer_lines(with_answers_below(lettered_lines(with_key_of_lines(text)))))


def read_aiken(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of an Aiken file, in order."""
    text = decoded(content).lstrip("\ufeff")
    check_lines(text, at_most=MAX_LINES, characters=MAX_CHARACTERS)
    lists = matching_lists(text)
    if not lists:
        return _read_text(_question_lines(text), None)
    rows = text.split("\n")
    starts, ends = [0, *(one.end for one in lists)], [*(one.start for one in lists), len(rows)]
    parts = [
        [(start + number, line) for number, line in _question_lines("\n".join(rows[start:end]))]
        for start, end in zip(starts, ends, strict=True)
    ]
    above, key = without_key(parts[-1])
    used = Counter(number for one in lists if not one.key for number, _ in one.prompts)
    used.update({number for part in [*parts[:-1], above] for _, line in part if (number := question_number(line))})
    key = {number: said for number, said in key.items() if used[number] == 1}
    found = _read_text(parts[0], key)
    for one, below in zip(lists, parts[1:], strict=True):
        found += [*one.read(key), *_read_text(below, key)]
    return found


def _read_text(lines: list[tuple[int, str]], key: Mapping[int, str] | None) -> list[ReadQuestion]:
    """The outcome of each question of these lines. key: of the whole text, None if they are all of it."""
    if any(STAR.match(line) for _, line in lines):
        lines = list(without_stars(lines))
    lines, letters = without_letters(lines)
    lines, own = without_key(lines)
    key = own if key is None else key
    blocks, above = without_headings(list(counted(blocks_of(lines, typed_numbers(key)))), lines)
    blocks = list(with_key(blocks, key))
    if len(letters) == len(blocks):
        blocks = [
            (start, [*block, f"ANSWER: {letter}"]) for (start, block), letter in zip(blocks, letters, strict=True)
        ]
    # Numbers before all questions are no part of them. “I can write more.” below them is no question.
    if all(NUMBERED.match(lines[0]) for _, lines in blocks if has_answers(lines)):
        blocks = [(start, [NUMBERED.sub("", lines[0], count=1), *lines[1:]]) for start, lines in blocks]
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


def _read_block(start: int, lines: list[str], *, can_lack_key: bool) -> ReadQuestion:
    where = gettext("Line {number}").format(number=start)
    said = {found[1].upper(): tidy(found[2]) for line in lines[1:] if (found := CHOICE_FEEDBACK.fullmatch(line))}
    answered = next((place for place, line in enumerate(lines) if ANSWER.fullmatch(line)), len(lines))
    below = [found for line in lines[answered:] if (found := METADATA.fullmatch(line))]
    of_bank = next((found["text"] for found in below if found["points"]), "")
    lines = [
        line
        for place, line in enumerate(lines)
        if not (place and CHOICE_FEEDBACK.fullmatch(line)) and not (place > answered and METADATA.fullmatch(line))
    ]
    feedback = FEEDBACK.fullmatch(lines[-1]) if len(lines) > 1 else None
    if feedback:
        lines = lines[:-1]
    stem, choices, feedback_above = _stem_and_choices(lines)
    text, points = _without_points(_QUESTION.sub("", tidy(stem), count=1))
    notes: list[str] = []
    try:
        item = _item(text, choices, ANSWER.fullmatch(lines[-1]), can_lack_key=can_lack_key)
        if said and choices:
            item = _with_feedback(item, choices, said)
        general = tidy(feedback[1] if feedback else feedback_above)
        item = replace(item, points=points_of(points or of_bank, notes), explanation=general)
        notes += typed_notes(item)
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, text, str(reason))


def _stem_and_choices(lines: Sequence[str]) -> tuple[str, list[tuple[str, str]], str]:
    """(the text of the question, its choices by letter, the first feedback below them) of the lines above ANSWER:."""
    stem, choices, feedback = list[str](), list[tuple[str, list[str]]](), list[str]()
    for place, line in enumerate(lines):
        # “1. Correct: The mayor vote.” is a question.
        if (place or len(lines) == 1) and ANSWER.fullmatch(line):
            break
        if choices and (above := FEEDBACK.fullmatch(line)):
            feedback.append(above[1])
            continue
        found = CHOICE.fullmatch(line)
        letter = found[1].upper() if found else ""
        if found and letter == "A" and choices and not stem:
            # “A. Lincoln said what?” is the question.
            stem = [f"{key}. {' '.join(parts)}" for key, parts in choices]
            choices = []
        expected = chr(ord(choices[-1][0]) + 1) if choices else "A"
        if found and (letter == expected or (found[2] and choices)):
            choices.append((letter, [found[3]]))
        elif choices:
            choices[-1][1].append(line)
        else:
            stem.append(line)
    texts = [(letter, tidy(" ".join(parts))) for letter, parts in choices]
    return "\n".join(stem), texts, next(iter(feedback), "")


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
    named, _, starred = named.partition(STARRED)
    named = named.strip().removeprefix("*")
    if not named.strip():
        return _without_answer(stem, choices, can_lack_key=can_lack_key)
    if not choices:
        return typed_answer(stem, tidy(named), is_sample=bool(answer and answer["sample"]))
    letters = [letter for letter, _ in choices]
    named = _as_letters(named, [(letter, text.casefold()) for letter, text in choices])
    keys = _keys(named, set(letters))
    if starred and set(starred.upper().split()) != keys:
        reason = gettext("It has 2 different answers: “{first}” and “{second}”. Remove one of them.")
        raise Skipped(reason.format(first=starred.upper(), second=with_single_quotes(tidy(named)[:_SHOWN_LENGTH])))
    if len(set(letters)) != len(letters):
        raise Skipped(gettext("2 of its answers have the same letter."))
    question_type: QuestionType = "single" if len(keys) == 1 else "multiple"
    truths = {_bare(text): letter for letter, text in choices}
    if question_type == "single" and truths.keys() in _BOTH_TRUTHS:
        return Item("true_false", stem, is_true=any(truths.get(word) in keys for word in TRUE))
    if answer and not _OF_FORMAT.fullmatch(answer[0]) and {key for key, text in choices if text.endswith("*")} <= keys:
        # A star after the correct answers alone would show them.
        choices = [(letter, text.removesuffix("*").rstrip()) for letter, text in choices]
    return Item(question_type, stem, lines=tuple(Line(text, letter in keys) for letter, text in choices))


def _without_answer(stem: str, choices: Sequence[tuple[str, str]], *, can_lack_key: bool) -> Item:
    """The question of choices of which none is marked. The teacher marks one in the editor. Raises Skipped."""
    if not choices and is_key(stem):
        raise Skipped(
            gettext(
                "This answer key doesn’t fit the questions. Give each question a number of its own, and each answer a "
                "line, such as “1. B”."
            )
        )
    if not choices:
        raise Skipped(
            gettext(
                "It has no answer. If it has choices, start each with a letter, such as “*A. Council”. If not, add the "
                "line “ANSWER: Council”, or “Sample answer: ...” for a written answer."
            )
        )
    if len(choices) > 1 and all(text.endswith("?") for _, text in choices):
        raise Skipped(gettext("Its choices are questions. Give each of them a number of its own."))
    # A star in a choice is a mark that we did not understand.
    if len(choices) == 1 or not can_lack_key or any("*" in text for _, text in choices):
        raise Skipped(
            gettext(
                "It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”."
            )
        )
    if {_bare(text) for _, text in choices} in _BOTH_TRUTHS:
        return Item("true_false", stem, is_true=None)
    question_type: QuestionType = "multiple" if _ALL_THAT_APPLY.search(stem) else "single"
    return Item(question_type, stem, lines=tuple(Line(text) for _, text in choices))


def _as_letters(named: str, texts: Sequence[tuple[str, str]]) -> str:
    """The letters of the choices that are named by their text; else `named`. texts: in lower case. Raises Skipped."""
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
    return by_text[0] if len(by_text) == 1 else named


def _keys(named: str, letters: Set[str]) -> set[str]:
    """The letters that “A, C”, “A and C” or “AC” names, all of these. Raises Skipped."""
    keys = {
        key for key in re.split(r"[\s,;&.()/]+", named.upper()) if key and (key in letters or key not in {"AND", "Y"})
    }
    if len(keys) == 1 and not keys <= letters and set(next(iter(keys))) <= letters:
        # “ANSWER: AC”
        keys = set(keys.pop())
    if not keys or not keys <= letters:
        raise Skipped(_not_an_answer(named))
    return keys


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
