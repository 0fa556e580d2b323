"""The abstract base of an answer on paper, and the letters and marks that types share.

A teacher types the marks of a handout. `read` turns them into the fields that the student's page sends, so that paper
and screen cannot differ.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Literal

from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.phrases import gettext

# The public view of a question.
View = Mapping[str, Any]
# The fields of the student's page, by name.
Fields = dict[str, list[str]]
# marks: letters or figures in a row. words: one line. text: several lines.
CellKind = Literal["marks", "words", "text"]

# A statement, a line or a whole question without an answer.
NONE = "-"
NO_ANSWER = frozenset({"", NONE, "–", "—"})
_MOST_MARKS = 60
# Characters for one sentence number, such as “120, ”.
_SENTENCE_MARKS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One field to type into. label: of a part of the question, "" if it has one part. hint: what to type."""

    label: str
    hint: str
    kind: CellKind
    max_length: int


class PaperEntry(ABC):
    """How a type is printed on a handout and how its answers are entered from paper."""

    @property
    @abstractmethod
    def has_marks_as_key(self) -> bool:
        """Whether the answer key shows the marks of a correct answer, and not only its words."""

    def printed(self, view: View) -> dict[str, Any]:
        """The view as the handout shows it, with a letter for each choice. view: public, with or without an answer."""
        return dict(view)

    @abstractmethod
    def cells(self, view: View) -> tuple[Cell, ...]:
        """The fields to type into, at least one. view: printed."""

    @abstractmethod
    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The fields of the student's page; raises NotAChoice with what to type instead.

        view: printed. typed: one stripped text a cell, at least one of them an answer.
        """

    @abstractmethod
    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """What to type for an answer, one text a cell: `read` gives it back. view: printed with the answer, blank:
        printed without.
        """

    def key_words(self, words: str, marks: str, blank: View) -> str:
        """The correct answer in words, as the answer key shows it after its marks. blank: as in `write`."""
        return words


class TypedEntry(PaperEntry):
    """An answer in words, typed as the student wrote it. kind: of its cell."""

    has_marks_as_key = False

    def __init__(self, kind: CellKind = "words") -> None:
        self.kind = kind

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell."""
        return (Cell("", gettext("As written"), self.kind, view["max_length"]),)

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The text."""
        return {view["name"]: [typed[0]]}

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The text."""
        return (view["answer"],)


class RowsEntry(PaperEntry):
    """One letter for each row, such as “ACB”.

    rows: the list of the view. choices: the list of each row. token: the field of a choice that the page sends.
    hint: what to type. request: what to type instead, with {none} for no answer.
    """

    has_marks_as_key = True

    def __init__(self, *, rows: str, choices: str, token: str, hint: str, request: str) -> None:
        self.rows, self.choices, self.token = rows, choices, token
        self.hint, self.request = hint, request

    def printed(self, view: View) -> dict[str, Any]:
        """With a letter for each choice of each row."""
        rows = [{**row, self.choices: with_letters(row[self.choices])} for row in view[self.rows]]
        return {**view, self.rows: rows}

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell for all rows."""
        rows = view[self.rows]
        return marks_cell(gettext(self.hint).format(count=len(rows), letters=letters_of(rows[0][self.choices])))

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The token of each row with a letter."""
        rows, marks = view[self.rows], squeezed(typed[0])
        offered = letters_of(rows[0][self.choices])
        if len(marks) != len(rows):
            raise NotAChoice(gettext(self.request).format(count=len(rows), letters=offered, none=NONE))
        found = {}
        for row, mark in zip(rows, marks, strict=True):
            if mark not in NO_ANSWER:
                tokens = {choice["letter"]: choice[self.token] for choice in row[self.choices]}
                if mark not in tokens:
                    raise NotAChoice(
                        gettext("“{mark}” isn’t on the handout. Enter {letters}, or {none} for none.").format(
                            mark=mark, letters=offered, none=NONE
                        )
                    )
                found[row["name"]] = [tokens[mark]]
        return found

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The letters in a row."""
        chosen = (
            next((choice["letter"] for choice in row[self.choices] if choice["chosen"]), NONE)
            for row in view[self.rows]
        )
        return ("".join(chosen),)


def marks_cell(hint: str, *, sentence_count: int = 0) -> tuple[Cell, ...]:
    """One cell for marks. sentence_count: how many sentence numbers it has room for."""
    return (Cell("", hint, "marks", _MOST_MARKS + _SENTENCE_MARKS * sentence_count),)


def with_letters(choices: Sequence[View], letters: str = ascii_uppercase) -> list[dict[str, Any]]:
    """The choices with their letters."""
    return [{**choice, "letter": letter} for choice, letter in zip(choices, letters, strict=False)]


def letters_of(choices: Sequence[View]) -> str:
    """The letters of these choices in words: “A, B, or C”."""
    letters = [choice["letter"] for choice in choices]
    if len(letters) > 2:
        return gettext("{letters}, or {last}").format(letters=", ".join(letters[:-1]), last=letters[-1])
    return gettext("{letters} or {last}").format(letters=", ".join(letters[:-1]), last=letters[-1])


def squeezed(typed: str) -> str:
    """Typed marks in capitals, without the spaces and signs between them."""
    return re.sub(r"[\s,;./]+", "", typed).upper().replace("–", NONE).replace("—", NONE)
