"""True or false on paper."""

from collections.abc import Sequence

from quizzes.content.question_types.paper import Fields, View
from quizzes.content.question_types.single.paper import SingleEntry


class TrueFalseEntry(SingleEntry):
    """T or F, or the word."""

    def __init__(self) -> None:
        super().__init__("TF")

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The token of the letter or word."""
        words = {choice["text"].upper(): choice["token"] for choice in view["choices"]}
        token = words.get(typed[0].upper())
        return {"choice": [token]} if token else super().read(view, typed)
