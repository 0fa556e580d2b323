"""A draft of multiple answers."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import numbered, other_count
from quizzes.content.question_types.single.draft import ChoicesDraft
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class MultipleDraft(ChoicesDraft):
    """Choices, one or more of them correct."""

    options = ("keep_order", "all_or_nothing", "asked_count")

    def key_problems(self, keys: Sequence[int], rows: Sequence[Table]) -> list[str]:
        """A message if every choice is correct."""
        if len(keys) > 1 and len(keys) >= len(numbered(rows)):
            return [gettext("Every answer is correct. Add a wrong one.")]
        return []

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        correct_count = sum(bool(row.get("key")) for row in question.get("choices", []))
        text = gettext("You ask for {asked}, and the number of correct answers is {count}. Change one of them.")
        found = super().problems(question, sentence_keys, speakers)
        return found + other_count(question, correct_count, text)
