"""A number or a date on paper."""

from quizzes.content.question_types.paper import TypedEntry


class NumericEntry(TypedEntry):
    """The number or date, with its unit."""
