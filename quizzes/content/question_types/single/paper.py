"""Choices on paper: single choice, and the parts that it shares with multiple answers and true or false."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from quizzes.content.question_types.paper import (
    Cell,
    Fields,
    PaperEntry,
    View,
    letters_of,
    marks_cell,
    squeezed,
    with_letters,
)
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.phrases import gettext


class ChoicesEntry(PaperEntry):
    """Choices with letters. letters: those to use, in order."""

    has_marks_as_key = True

    def __init__(self, letters: str = ascii_uppercase) -> None:
        self.letters = letters

    def printed(self, view: View) -> dict[str, Any]:
        """With a letter for each choice."""
        return {**view, "choices": with_letters(view["choices"], self.letters)}

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The letters of the chosen choices."""
        return ("".join(choice["letter"] for choice in view["choices"] if choice["chosen"]),)


class SingleEntry(ChoicesEntry):
    """One letter."""

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell."""
        return marks_cell(letters_of(view["choices"]))

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The token of the letter."""
        tokens = tokens_of(view, typed[0])
        if len(tokens) > 1:
            raise NotAChoice(gettext("Enter {letters}.").format(letters=letters_of(view["choices"])))
        return {"choice": tokens}


def tokens_of(view: View, typed: str) -> list[str]:
    """The tokens of typed letters, each once; raises NotAChoice."""
    by_letter = {choice["letter"]: choice["token"] for choice in view["choices"]}
    marks = squeezed(typed)
    for mark in marks:
        if mark not in by_letter:
            raise NotAChoice(
                gettext("“{mark}” isn’t on the handout. Enter {letters}.").format(
                    mark=mark, letters=letters_of(view["choices"])
                )
            )
    return [by_letter[mark] for mark in dict.fromkeys(marks)]
