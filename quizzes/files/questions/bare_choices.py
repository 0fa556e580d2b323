"""Choices without letters below a question, as Google Forms copies them, as lines with letters. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from string import ascii_uppercase

from quizzes.files.questions.answer_keys import is_key
from quizzes.files.questions.plain_text import ANSWER, CHOICE, MARK, STAR, TRUTH

_NUMBERED = re.compile(r"\s*(\d{1,3})[.)](?:\s+\S|\s*\Z)")
_NUMBER_ALONE = re.compile(r"\s*\d{1,3}[.)]\s*")
# “1 Who?” of a list that lost its periods.
_BARE_NUMBER = re.compile(r"\A\s*(\d{1,3})\s+(?=\S)")
# The text of a question without a number: “Who?”, “Who? (2 points)”, “It met in ____.”, “It met on:”.
_ASKS = re.compile(
    r"(?!\s*(?:other|otr[oa]):)(?:.*(?:[?:][”\"’')]?\s*(?:[(\[][^()\[\]]{1,40}[)\]])?\s*|__.*))", re.IGNORECASE
)
# Below the text of a question of Google Forms.
_ASTERISK = re.compile(r"\s*\*\s*")
_POINTS = re.compile(r"\s*(\d{1,3} (?:points?|pts?|puntos?))\s*", re.IGNORECASE)
_ALL_THAT_APPLY = re.compile(r"\s*(?:check all that apply|selecciona todos los que correspondan)\.?\s*", re.IGNORECASE)
_ONLY_ONE = re.compile(r"\s*(?:mark only one oval|marca solo un óvalo)\.?\s*", re.IGNORECASE)
_REQUIRED = re.compile(r"(?<=\S)\s+\*\s*\Z")
_CORRECT = re.compile(r"\s*(?:correct answer|respuesta correcta)\s*:?\s*", re.IGNORECASE)
# Buttons and notes of the page of a form.
_FORM = re.compile(
    r"\s*(?:\* ?(?:indicates required question|required|indica que la pregunta es obligatoria|obligatorio)|required"
    r"|clear selection|borrar selección|clear form|borrar formulario|submit|enviar|add option(?: or .*)?"
    r"|never submit passwords .*|this content is neither created .*|does this form look suspicious.*|google forms)\s*",
    re.IGNORECASE,
)
# “A- The council”, “A – The council” have letters of another form.
_LETTER = re.compile(r"\s*\*?\(?[A-Ha-h]\)?\s?[–—-]\s")
# Longer lines are sentences of a text, and more are a list of something else.
_MAX_LENGTH = 120
_MAX_CHOICES = 12


def with_letters(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters before the choices of each question, and a star if one is marked as correct.

    If questions have letters, or only others are marked, lines below a question may be part of it, so they stay. What
    Google Forms has around the questions is left out. Without numbers, the questions get some.
    """
    end = next((place for place, (_, line) in enumerate(lines) if is_key(line)), len(lines))
    if any(_has_other_letter(line) for _, line in lines[:end]):
        return lines
    rows, below = _without_form(lines[:end])
    starts = _starts(rows, below)
    is_marked = any(ANSWER.fullmatch(line) or STAR.match(line) for _, line in rows)
    is_numbered = len(starts) < 2 or any(_NUMBERED.match(rows[place][1]) for place in starts)
    counts = [_BARE_NUMBER.match(rows[place][1]) for place in starts]
    if all(found and int(found[1]) == number for number, found in enumerate(counts, start=1)):
        rows = [
            (number, _BARE_NUMBER.sub("", line) if place in set(starts) else line)
            for place, (number, line) in enumerate(rows)
        ]
    found, is_bare = rows[: starts[0]] if starts else rows, False
    for count, (first, last) in enumerate(pairwise([*starts, len(rows)]), start=1):
        group = rows[first:last]
        lettered = _with_letters(group, below.get(rows[first][0], []), needs_mark=is_marked)
        is_bare = is_bare or lettered is not None
        (number, asked), *others = lettered or group
        found += [(number, ""), (number, asked if is_numbered else f"{count}. {asked.strip()}"), *others]
    return [*found, *lines[end:]] if is_bare else lines


def _has_other_letter(line: str) -> bool:
    """Whether a line is an answer A, but that of a statement."""
    choice = CHOICE.fullmatch(STAR.sub("", line))
    return choice is not None and choice[1].upper() == "A" and TRUTH.fullmatch(choice[3]) is None


def _without_form(lines: Sequence[tuple[int, str]]) -> tuple[list[tuple[int, str]], dict[int, list[str]]]:
    """The lines without those of a form, and what it has below a question by the number of the question's line.

    A number on its own line moves before the text below it, and “Correct answer” becomes ANSWER:.
    """
    found, below, before = list[tuple[int, str]](), defaultdict[int, list[str]](list), ""
    asked = 0
    for number, line in lines:
        if _NUMBER_ALONE.fullmatch(line):
            before = f"{line.strip()} "
        elif _CORRECT.fullmatch(line):
            before = "ANSWER: "
        elif asked and any(one.fullmatch(line) for one in (_ASTERISK, _POINTS, _ALL_THAT_APPLY, _ONLY_ONE)):
            below[asked].append(line.strip())
        elif not _FORM.fullmatch(line):
            found.append((number, f"{before}{line.strip()}" if before and line.strip() else line))
            before, asked = ("", number) if line.strip() else (before, asked)
    return found, below


def _starts(rows: Sequence[tuple[int, str]], below: Mapping[int, Sequence[str]]) -> list[int]:
    """The places of the lines that start a question. A text that asks may go on in the next line."""
    found, last = list[int](), 0
    for place, (number, line) in enumerate(rows):
        numbered = _NUMBERED.match(line)
        is_next = numbered is not None and int(numbered[1]) == last + 1
        last += is_next
        is_asked = _ASKS.fullmatch(line) or number in below or _REQUIRED.search(line) or _is_above_truth(rows, place)
        if is_next or (is_asked and not (found and found[-1] == place - 1)):
            found.append(place)
    return found


def _is_above_truth(rows: Sequence[tuple[int, str]], place: int) -> bool:
    """Whether the line is a statement, with “A. True” below it."""
    below = CHOICE.fullmatch(rows[place + 1][1]) if place + 1 < len(rows) else None
    return below is not None and below[1] == "A" and rows[place][1].strip() != ""


def _with_letters(
    group: Sequence[tuple[int, str]], below: Sequence[str], *, needs_mark: bool
) -> list[tuple[int, str]] | None:
    """The lines of a question with letters before its choices; None if they are none. below: its lines of a form."""
    stem, end = _bounds([line for _, line in group])
    choices = [(number, line.strip()) for number, line in group[stem:end] if line.strip()]
    # “* Mayor” on each line is a bullet of Markdown.
    if all(text.startswith("*") for _, text in choices):
        choices = [(number, text[1:].strip()) for number, text in choices]
    # “A Mayor”, “B Council” of a list that lost its periods.
    if [text[:2] for _, text in choices] == [f"{letter} " for letter in ascii_uppercase[: len(choices)]]:
        choices = [(number, text[2:].strip()) for number, text in choices]
    texts = [text for _, text in choices]
    answers = [found for _, line in group[end:] if (found := ANSWER.fullmatch(line))]
    if not 1 < len(texts) <= _MAX_CHOICES or not all(map(_is_choice, texts)):
        return None
    if not all(_names(answer, texts) for answer in answers):
        return None
    lettered = [
        (number, _marked(letter, text)) for letter, (number, text) in zip(ascii_uppercase, choices, strict=False)
    ]
    if needs_mark and not answers and not any(text.startswith("*") for _, text in lettered):
        return None
    number, asked = group[stem - 1]
    apply = [line for line in below if _ALL_THAT_APPLY.fullmatch(line)]
    points = [f"({found[1]})" for line in below if (found := _POINTS.fullmatch(line))]
    return [
        *group[: stem - 1],
        (number, " ".join([_REQUIRED.sub("", asked), *apply, *points])),
        *lettered,
        *group[end:],
    ]


def _bounds(lines: Sequence[str]) -> tuple[int, int]:
    """The place of the first line below the text of the question, and of the first one below its choices.

    The choices end at a line ANSWER:, and at a blank line, unless there is one below the first choice too.
    """
    stem = next((place for place, line in enumerate(lines) if place and not _ASKS.fullmatch(line)), len(lines))
    last = next((place for place, line in enumerate(lines) if ANSWER.fullmatch(line)), len(lines))
    places = [place for place in range(stem, last) if lines[place].strip()]
    gaps = [place for place, below in pairwise(places) if below > place + 1]
    return stem, gaps[0] + 1 if gaps and gaps[0] != places[0] else last


def _is_choice(text: str) -> bool:
    """Whether a line may be a choice without a letter: “A. Lincoln” is none, and “J. Madison” is one."""
    choice = CHOICE.fullmatch(STAR.sub("", text))
    is_lettered = (choice is not None and choice[1].upper() == "A") or _LETTER.match(text) is not None
    is_other = "\t" in text or _NUMBERED.match(text) is not None or TRUTH.fullmatch(text) is not None
    return len(text) <= _MAX_LENGTH and not is_other and not is_lettered


def _names(answer: re.Match[str], texts: Sequence[str]) -> bool:
    """Whether a line ANSWER: names one of these choices by its text."""
    named = (answer["any"] or answer["letters"] or "").strip().casefold()
    return named in {text.strip("* ").casefold() for text in texts}


def _marked(letter: str, text: str) -> str:
    mark = MARK.search(text)
    is_correct = mark is not None or text.startswith("*") or text.endswith("*")
    plain = (text[: mark.start()] if mark else text).strip("* ")
    return f"{'*' * is_correct}{letter}. {plain}"
