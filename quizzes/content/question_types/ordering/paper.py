"""Ordering on paper."""

from collections.abc import Sequence

from quizzes.content.question_types.paper import Cell, Fields, PaperEntry, View, marks_cell, squeezed
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.phrases import gettext


class OrderingEntry(PaperEntry):
    """The numbers beside the lines, from top to bottom."""

    has_marks_as_key = True

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell."""
        return marks_cell(gettext("The {count} numbers from top to bottom").format(count=len(view["lines"])))

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The tokens of the lines in the order of their numbers."""
        places, count = squeezed(typed[0]), len(view["lines"])
        if sorted(places) != [str(place) for place in range(1, count + 1)]:
            raise NotAChoice(
                gettext("Enter the {count} numbers from top to bottom. Use 1 to {count} once each.").format(count=count)
            )
        lines = sorted(zip(places, view["lines"], strict=True), key=lambda pair: pair[0])
        return {"item": [line["token"] for _, line in lines], "placed": ["1"]}

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The number of each printed line."""
        places = {line["token"]: str(place) for place, line in enumerate(view["lines"], start=1)}
        return ("".join(places[line["token"]] for line in blank["lines"]),)

    def key_words(self, words: str, marks: str, blank: View) -> str:
        """Each printed line after its number, so that the words are in the order of the marks."""
        return "; ".join(f"{mark}. {line['text']}" for mark, line in zip(marks, blank["lines"], strict=True))
