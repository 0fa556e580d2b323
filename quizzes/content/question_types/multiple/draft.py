"""A draft of multiple answers."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import numbered
from quizzes.content.question_types.single.draft import ChoicesDraft
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class MultipleDraft(ChoicesDraft):
    """Choices, one or more of them correct."""

    switches = ("keep_order", "all_or_nothing")

    def key_problems(self, keys: Sequence[int], rows: Sequence[Table]) -> list[str]:
        """A message if every choice is correct."""
        if len(keys) > 1 and len(keys) >= len(numbered(rows)):
            return [gettext("Every answer is correct. Add a wrong one.")]
        return []
