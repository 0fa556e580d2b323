"""Who says so on paper."""

from quizzes.content.question_types.paper import RowsEntry
from quizzes.phrases import gettext_noop


class WhoSaysSoEntry(RowsEntry):
    """The letter of a speaker for each statement."""

    def __init__(self) -> None:
        super().__init__(
            rows="statements",
            choices="speakers",
            token="key",  # noqa: S106  not a password
            hint=gettext_noop("{count} letters, 1 for each statement: {letters}"),
            request=gettext_noop("Enter {count} letters, 1 for each statement: {letters}, or {none} for none."),
        )
