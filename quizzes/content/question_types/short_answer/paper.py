"""A short answer on paper."""

from quizzes.content.question_types.paper import TypedEntry


class ShortAnswerEntry(TypedEntry):
    """The words."""
