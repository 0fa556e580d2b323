"""Matching on paper."""

from typing import Any

from quizzes.content.question_types.paper import RowsEntry, View


class MatchingEntry(RowsEntry):
    """The letter of an option for each line."""

    def __init__(self) -> None:
        super().__init__(rows="prompts", choices="options", token="token", noun="line")  # noqa: S106 (no password)

    def printed(self, view: View) -> dict[str, Any]:
        """As it is: its options have their letters on the screen too."""
        return dict(view)
