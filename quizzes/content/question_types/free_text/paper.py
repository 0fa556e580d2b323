"""A written answer on paper."""

from quizzes.content.question_types.paper import TypedEntry


class FreeTextEntry(TypedEntry):
    """The whole text."""

    def __init__(self) -> None:
        super().__init__("text")
