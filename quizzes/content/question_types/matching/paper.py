"""Matching on paper."""

from typing import Any

from quizzes.content.question_types.paper import RowsEntry, View
from quizzes.phrases import gettext_noop


class MatchingEntry(RowsEntry):
    """The letter of an option for each line."""

    def __init__(self) -> None:
        super().__init__(
            rows="prompts",
            choices="options",
            token="token",  # noqa: S106  not a password
            hint=gettext_noop("{count} letters, 1 for each line: {letters}"),
            request=gettext_noop("Enter {count} letters, 1 for each line: {letters}, or {none} for none."),
        )

    def printed(self, view: View) -> dict[str, Any]:
        """As it is: its options have their letters on the screen too."""
        return dict(view)
