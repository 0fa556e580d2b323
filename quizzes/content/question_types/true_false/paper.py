"""True or false on paper."""

from collections.abc import Sequence
from typing import Any

from quizzes.content.question_types.paper import Fields, View, squeezed
from quizzes.content.question_types.single.paper import SingleEntry

# The letters of all handouts: a handout can be in another language than the page where its answers are entered.
_TOKENS = {"T": "true", "V": "true", "F": "false"}


class TrueFalseEntry(SingleEntry):
    """T or F, or the word."""

    def printed(self, view: View) -> dict[str, Any]:
        """With the first letter of each word, in Spanish V and F."""
        return {**view, "choices": [{**choice, "letter": choice["text"][0]} for choice in view["choices"]]}

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The token of the letter or word."""
        words = {choice["text"].upper(): choice["token"] for choice in view["choices"]}
        token = words.get(typed[0].upper()) or _TOKENS.get(squeezed(typed[0]))
        return {"choice": [token]} if token else super().read(view, typed)
