"""The editor's form of multiple answers."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.single.form import ChoicesForm
from quizzes.content.tables import Table


class MultipleForm(ChoicesForm):
    """Choices, one or more of them correct, and whether they give partial credit."""

    is_single = False

    def build(self) -> None:
        """The choices, and the switch for all or nothing."""
        super().build()
        label = gettext("All or nothing: full credit only for every correct answer and no other")
        all_or_nothing = forms.BooleanField(label=label, required=False)
        self.put("all_or_nothing", all_or_nothing, self.question.get("all_or_nothing", False))

    @property
    def own(self) -> Table:
        """The choices and the switch, with the valid values that were sent."""
        return {**super().own, **self.switch("all_or_nothing")}
