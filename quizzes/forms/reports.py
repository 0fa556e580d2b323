from collections.abc import Sequence

from django import forms

from quizzes.files.downloads import Form, Layout
from quizzes.models import Assignment

ATTEMPT_NAMES = {
    Assignment.AttemptPolicy.FIRST.value: "First attempts",
    Assignment.AttemptPolicy.BEST.value: "Best attempts",
    Assignment.AttemptPolicy.LATEST.value: "Latest attempts",
}


class AttemptsForm(forms.Form):
    """Which attempts and classes an item analysis is about: first attempts of this class unless it says otherwise."""

    attempts = forms.ChoiceField(choices=Assignment.AttemptPolicy.choices, required=False)
    classes = forms.ChoiceField(
        choices=[("this", "This class"), ("together", "All my classes with it")], required=False
    )

    @property
    def policy(self) -> str:
        """First, best or latest; what is unknown means first."""
        return self._chosen("attempts") or Assignment.AttemptPolicy.FIRST

    @property
    def over(self) -> str:
        """“this” class or all “together”; what is unknown means this one."""
        return self._chosen("classes") or "this"

    @property
    def policies(self) -> Sequence[tuple[str, str, bool]]:
        """(value, name, whether it is in force) of each choice of attempts."""
        return [(value, name, value == self.policy) for value, name in ATTEMPT_NAMES.items()]

    def _chosen(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name, "")


class FileForm(forms.Form):
    """Which file of a classroom to write."""

    layout = forms.ChoiceField(choices=[(layout.value, layout.value) for layout in Layout])
    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])


class AnswersFileForm(forms.Form):
    """How the answers to one assignment are written."""

    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])


class ItemsFileForm(AttemptsForm):
    """How an item analysis is written, and of which attempts."""

    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])
