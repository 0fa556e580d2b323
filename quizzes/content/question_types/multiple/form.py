"""The editor's form of multiple answers."""

from quizzes.content.question_types.single.form import ChoicesForm


class MultipleForm(ChoicesForm):
    """Choices, one or more of them correct."""

    is_single = False
