"""Multiple answers on paper."""

from collections.abc import Sequence

from quizzes.content.question_types.paper import Cell, Fields, View, letters_of, marks_cell
from quizzes.content.question_types.single.paper import ChoicesEntry, tokens_of
from quizzes.phrases import gettext


class MultipleEntry(ChoicesEntry):
    """The letters of all marked choices."""

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell."""
        return marks_cell(gettext("Each letter chosen: {letters}").format(letters=letters_of(view["choices"])))

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The tokens of the letters."""
        return {"choice": tokens_of(view, typed[0])}
