"""Answers of a paper sheet: the marks that a teacher types for each question, read by the same rules as a page's form.

What was typed becomes the fields that the student's page would have sent, so that paper and screen cannot differ.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Literal

from quizzes.content.question_types.registry import NotAChoice, Presentation, Question, Value, public, read_answer
from quizzes.content.reading import Reading

View = Mapping[str, Any]
# Marks are letters or figures in a row, words a line, text several lines.
CellKind = Literal["marks", "words", "text"]

# For a statement, a line or a whole question without an answer.
NONE = "-"
_NO_ANSWER = frozenset({"", NONE, "–", "—"})
_MOST_MARKS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """One field to type into. label: of a part of the question, "" where it has one part. hint: what to type."""

    label: str
    hint: str
    kind: CellKind
    max_length: int


def paper_view(question: Question, presentation: Presentation, reading: Reading) -> dict[str, Any]:
    """The public view of a question, with the letter that each choice has on the sheet."""
    return _lettered(public(question, presentation, None, reading))


def cells(view: View) -> tuple[Cell, ...]:
    """The fields of a question, at least one. view: as `paper_view` gives it."""
    found: tuple[Cell, ...] = _WAYS[view["type"]].cells(view)
    return found


def says_something(typed: Sequence[str]) -> bool:
    """Whether anything was typed, a dash for “no answer” included."""
    return any(text.strip() for text in typed)


def read_typed(question: Question, typed: Sequence[str], presentation: Presentation, reading: Reading) -> Value:
    """The value of what was typed, None for no answer; raises NotAChoice with what to type instead.

    typed: one text a cell, in their order.
    """
    view = paper_view(question, presentation, reading)
    texts = [text.strip() for text in typed]
    if all(text in _NO_ANSWER for text in texts):
        return None
    return read_answer(question, _WAYS[question.type].read(view, texts), presentation, reading)


def written(question: Question, value: Value, presentation: Presentation, reading: Reading) -> tuple[str, ...]:
    """What to type for a value: `read_typed` gives it back. One text a cell, all of them "" for no answer."""
    view = paper_view(question, presentation, reading)
    if value is None:
        return ("",) * len(cells(view))
    given = _lettered(public(question, presentation, value, reading))
    found: tuple[str, ...] = _WAYS[question.type].write(given, view)
    return found


# --- What each way of answering looks like ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """How one type is typed. read: the fields of the page's form; write: the texts of a view with an answer in it.

    write takes that view and the one without an answer.
    """

    cells: Callable[[View], tuple[Cell, ...]]
    read: Callable[[View, Sequence[str]], dict[str, list[str]]]
    write: Callable[[View, View], tuple[str, ...]]


def _marks(hint: str) -> tuple[Cell, ...]:
    return (Cell("", hint, "marks", _MOST_MARKS),)


def _read_one(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    tokens = _tokens(view, typed[0])
    if len(tokens) > 1:
        raise NotAChoice(f"Write one of {_named(view['choices'])}.")
    return {"choice": tokens}


def _read_many(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    return {"choice": _tokens(view, typed[0])}


def _write_choices(view: View, printed: View) -> tuple[str, ...]:
    return ("".join(choice["letter"] for choice in view["choices"] if choice["chosen"]),)


def _read_sentences(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    tokens = {str(sentence["number"]): sentence["token"] for group in view["paragraphs"] for sentence in group}
    numbers = [number for number in re.split(r"[\s,;.]+", typed[0]) if number]
    for number in numbers:
        if number not in tokens:
            raise NotAChoice(f"“{number}” is not a sentence: write numbers from 1 to {len(tokens)}.")
    return {"sentence": [tokens[number] for number in numbers]}


def _write_sentences(view: View, printed: View) -> tuple[str, ...]:
    return (
        " ".join(str(sentence["number"]) for group in view["paragraphs"] for sentence in group if sentence["chosen"]),
    )


def _read_voices(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    rows = [(row["name"], {voice["letter"]: voice["key"] for voice in row["voices"]}) for row in view["statements"]]
    return _read_rows(rows, typed[0], "statement")


def _read_matching(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    rows = [(row["name"], {option["letter"]: option["token"] for option in row["options"]}) for row in view["prompts"]]
    return _read_rows(rows, typed[0], "line")


def _read_rows(rows: Sequence[tuple[str, Mapping[str, str]]], typed: str, noun: str) -> dict[str, list[str]]:
    """One letter a row, a dash for none. rows: the field's name, and its tokens by letter."""
    marks = _squeezed(typed)
    offered = list(rows[0][1])
    if len(marks) != len(rows):
        raise NotAChoice(f"Write {len(rows)} letters, one for each {noun}: {_spoken(offered)}, or {NONE} for none.")
    found = {}
    for (name, tokens), mark in zip(rows, marks, strict=True):
        if mark not in _NO_ANSWER:
            if mark not in tokens:
                raise NotAChoice(f"“{mark}” is not on the sheet: write {_spoken(offered)}, or {NONE} for none.")
            found[name] = [tokens[mark]]
    return found


def _write_voices(view: View, printed: View) -> tuple[str, ...]:
    return ("".join(_chosen(row["voices"]) for row in view["statements"]),)


def _write_matching(view: View, printed: View) -> tuple[str, ...]:
    return ("".join(_chosen(row["options"]) for row in view["prompts"]),)


def _read_order(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    places, count = _squeezed(typed[0]), len(view["lines"])
    if sorted(places) != [str(place) for place in range(1, count + 1)]:
        raise NotAChoice(f"Write the {count} numbers beside the lines from top to bottom, each of 1 to {count} once.")
    lines = sorted(zip(places, view["lines"], strict=True), key=lambda pair: pair[0])
    return {"item": [line["token"] for _, line in lines], "placed": ["1"]}


def _write_order(view: View, printed: View) -> tuple[str, ...]:
    places = {line["token"]: str(place) for place, line in enumerate(view["lines"], start=1)}
    return ("".join(places[line["token"]] for line in printed["lines"]),)


def _read_line(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    return {view["name"]: [typed[0]]}


def _write_line(view: View, printed: View) -> tuple[str, ...]:
    return (view["answer"],)


def _gap_cells(view: View) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            f"({gap['letter']})",
            f"{_named(gap['options'])}, or the word" if gap["options"] else "As written",
            "words",
            gap["max_length"],
        )
        for gap in view["gaps"]
    )


def _read_gaps(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    found = {}
    for gap, text in zip(view["gaps"], typed, strict=True):
        if text in _NO_ANSWER:
            continue
        if gap["options"]:
            by_name = {option["text"].casefold(): option["token"] for option in gap["options"]}
            by_name |= {option["letter"].casefold(): option["token"] for option in gap["options"]}
            if text.casefold() not in by_name:
                raise NotAChoice(
                    f"“{text}” is not on the sheet at ({gap['letter']}): write {_named(gap['options'])}, or the word."
                )
            text = by_name[text.casefold()]
        found[gap["name"]] = [text]
    return found


def _write_gaps(view: View, printed: View) -> tuple[str, ...]:
    return tuple(
        gap["answer"] or next((option["letter"] for option in gap["options"] if option["chosen"]), "")
        for gap in view["gaps"]
    )


def _read_proved(view: View, typed: Sequence[str]) -> dict[str, list[str]]:
    parts = re.fullmatch(r"(\D*?)[\s,;.–—-]*([\d\s,;.]*)", typed[0])
    if parts is None:
        raise NotAChoice("Write the letter, then the numbers of the sentences.")
    answer, numbers = parts.groups()
    inner = _WAYS[view["answer"]["type"]]
    return {
        **(inner.read(view["answer"], [answer]) if answer not in _NO_ANSWER else {}),
        **(_read_sentences(view, [numbers]) if numbers.strip() else {}),
    }


def _write_proved(view: View, printed: View) -> tuple[str, ...]:
    [answer] = _WAYS[view["answer"]["type"]].write(view["answer"], printed["answer"])
    [numbers] = _write_sentences(view, printed)
    return (f"{answer or NONE} {numbers}".strip(),)


_WAYS: Mapping[str, _Way] = {
    "single": _Way(lambda view: _marks(_named(view["choices"])), _read_one, _write_choices),
    "multiple": _Way(
        lambda view: _marks(f"Each letter marked, of {_named(view['choices'])}"), _read_many, _write_choices
    ),
    "true_false": _Way(lambda view: _marks(_named(view["choices"])), _read_one, _write_choices),
    "who_says_so": _Way(
        lambda view: _marks(_rows_hint(view["statements"], "voices", "statement")), _read_voices, _write_voices
    ),
    "evidence": _Way(lambda view: _marks("Numbers of sentences"), _read_sentences, _write_sentences),
    "matching": _Way(
        lambda view: _marks(_rows_hint(view["prompts"], "options", "line")), _read_matching, _write_matching
    ),
    "ordering": _Way(
        lambda view: _marks(f"The {len(view['lines'])} numbers from top to bottom"), _read_order, _write_order
    ),
    "short_answer": _Way(lambda view: (Cell("", "As written", "words", view["max_length"]),), _read_line, _write_line),
    "numeric": _Way(lambda view: (Cell("", "As written", "words", view["max_length"]),), _read_line, _write_line),
    "blanks": _Way(_gap_cells, _read_gaps, _write_gaps),
    "free_text": _Way(lambda view: (Cell("", "As written", "text", view["max_length"]),), _read_line, _write_line),
    "answer_and_proof": _Way(
        lambda view: _marks(f"{_named(view['answer']['choices'])}, then numbers of sentences"),
        _read_proved,
        _write_proved,
    ),
}


# --- Letters ------------------------------------------------------------------------------------------------------


def _lettered(view: View) -> dict[str, Any]:
    """The view with a letter on everything that is chosen by one; matching has its own."""
    found = dict(view)
    if "choices" in view:
        # True and false are known by their own letters.
        named = "TF" if view["type"] == "true_false" else ascii_uppercase
        found["choices"] = _with_letters(view["choices"], named)
    if "statements" in view:
        found["statements"] = [
            {**row, "voices": _with_letters(row["voices"], ascii_uppercase)} for row in view["statements"]
        ]
    if "gaps" in view:
        found["gaps"] = [{**gap, "options": _with_letters(gap["options"], ascii_uppercase)} for gap in view["gaps"]]
    if "answer" in view and view["type"] == "answer_and_proof":
        found["answer"] = _lettered(view["answer"])
    return found


def _with_letters(rows: Sequence[View], letters: str) -> list[dict[str, Any]]:
    return [{**row, "letter": letter} for row, letter in zip(rows, letters, strict=False)]


def _tokens(view: View, typed: str) -> list[str]:
    by_letter = {choice["letter"]: choice["token"] for choice in view["choices"]}
    words = {choice["text"].upper(): choice["token"] for choice in view["choices"] if view["type"] == "true_false"}
    if typed.upper() in words:
        return [words[typed.upper()]]
    marks = _squeezed(typed)
    for mark in marks:
        if mark not in by_letter:
            raise NotAChoice(f"“{mark}” is not on the sheet: write {_named(view['choices'])}.")
    return [by_letter[mark] for mark in dict.fromkeys(marks)]


def _squeezed(typed: str) -> str:
    """Typed marks without what may stand between them."""
    return re.sub(r"[\s,;./]+", "", typed).upper().replace("–", NONE).replace("—", NONE)


def _chosen(options: Sequence[View]) -> str:
    return next((option["letter"] for option in options if option["chosen"]), NONE)


def _named(rows: Sequence[View]) -> str:
    return _spoken([row["letter"] for row in rows])


def _spoken(letters: Sequence[str]) -> str:
    return f"{', '.join(letters[:-1])} or {letters[-1]}"


def _rows_hint(rows: Sequence[View], name: str, noun: str) -> str:
    letters = [option["letter"] for option in rows[0][name]]
    return f"{len(rows)} letters, one for each {noun}: {_spoken(letters)}"
