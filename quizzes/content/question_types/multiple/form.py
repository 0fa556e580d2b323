"""The editor's form of multiple answers."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.single.form import ChoicesForm
from quizzes.content.tables import Table


class MultipleForm(ChoicesForm):
    """Choices, one or more of them correct, whether they give partial credit, and how many to choose."""

    is_single = False

    def build(self) -> None:
        """The choices, the switch for all or nothing, and the count."""
        super().build()
        label = gettext("All or nothing: full credit only for every correct answer and no other")
        all_or_nothing = forms.BooleanField(label=label, required=False)
        self.put("all_or_nothing", all_or_nothing, self.question.get("all_or_nothing", False))
        self.put_count(gettext("Answers to choose (optional)"), 2)

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        return {**super().own, **self.switch("all_or_nothing"), **self.own_count}
