"""Who says so on paper."""

from quizzes.content.question_types.paper import RowsEntry


class WhoSaysSoEntry(RowsEntry):
    """The letter of a voice for each statement."""

    def __init__(self) -> None:
        super().__init__(rows="statements", choices="voices", token="key", noun="statement")  # noqa: S106 (no password)
