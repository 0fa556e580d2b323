"""Fill in the blanks on paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.content.question_types.paper import NO_ANSWER, Cell, Fields, PaperEntry, View, letters_of, with_letters
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.phrases import gettext


class BlanksEntry(PaperEntry):
    """A cell for each gap: the word, or the letter of a choice."""

    has_marks_as_key = False

    def printed(self, view: View) -> dict[str, Any]:
        """The view with a letter for each choice of each gap."""
        return {**view, "gaps": [{**gap, "options": with_letters(gap["options"])} for gap in view["gaps"]]}

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell for each gap."""
        return tuple(
            Cell(
                f"({gap['letter']})",
                gettext("{letters}, or the word").format(letters=letters_of(gap["options"]))
                if gap["options"]
                else gettext("As written"),
                "words",
                gap["max_length"],
            )
            for gap in view["gaps"]
        )

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The text or token of each gap with an answer."""
        found = {}
        for place, (gap, text) in enumerate(zip(view["gaps"], typed, strict=True)):
            if text not in NO_ANSWER:
                found[gap["name"]] = [_token(gap, text, place, view["other_words"]) if gap["options"] else text]
        return found

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The text or letter of each gap."""
        return tuple(
            gap["answer"] or next((option["letter"] for option in gap["options"] if option["chosen"]), "")
            for gap in view["gaps"]
        )


def _token(gap: View, text: str, place: int, other_words: Mapping[str, Sequence[str]]) -> str:
    # A handout can be in another language than the page where its answers are entered.
    tokens = {
        word.casefold(): option["token"] for option in gap["options"] for word in other_words.get(option["token"], ())
    }
    tokens |= {option["text"].casefold(): option["token"] for option in gap["options"]}
    tokens |= {option["letter"].casefold(): option["token"] for option in gap["options"]}
    if text.casefold() not in tokens:
        raise NotAChoice(
            gettext("“{mark}” isn’t on the handout at ({blank}). Enter {letters}, or the word.").format(
                mark=text, blank=gap["letter"], letters=letters_of(gap["options"])
            ),
            place=place,
        )
    token: str = tokens[text.casefold()]
    return token
