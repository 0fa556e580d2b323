"""Forms for the class board: what it shows, in one window and in all, and whether names are hidden."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from quizzes.forms.fields import NO_SUCH_QUESTION
from quizzes.models import Board


class ShowForm(forms.Form):
    """The question and the phase that the board shows, such as “4-2”.

    The value is the target and not a step, so a repeated request is safe. One field, so that a button can send it.
    """

    aim = forms.RegexField(r"^[0-9]{1,3}-[1-4]$")

    def __init__(self, *args: Any, question_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_count = question_count

    def clean_aim(self) -> dict[str, int]:
        """The arguments of `show_on_board`: number and phase."""
        number, phase = map(int, self.cleaned_data["aim"].split("-"))
        if not 1 <= number <= self.question_count:
            raise ValidationError(NO_SUCH_QUESTION)
        return {"number": number, "phase": Board.Phase(phase)}


class WindowForm(forms.Form):
    """The query string of one window of the board. A value that the board does not know counts as left out."""

    controls = forms.ChoiceField(choices=[("off", "off")], required=False)
    language = forms.CharField(max_length=10, required=False)

    @property
    def values(self) -> dict[str, str]:
        """Value by field, "" for one that is left out."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def query(self, **changed: str) -> str:
        """The query string that keeps the language and hidden controls in this window. The keys work in both cases.

        changed: another value, "" for none.
        """
        query = urlencode({name: value for name, value in {**self.values, **changed}.items() if value})
        return f"?{query}" if query else ""


class NamesForm(forms.Form):
    """Whether this browser hides the names of students. page: the page that asks and opens again, "" for Progress."""

    is_hidden = forms.TypedChoiceField(
        choices=[
            ("True", gettext_lazy("Hide names")),
            ("False", gettext_lazy("Show names")),
        ],
        coerce=lambda value: value == "True",
    )
    page = forms.ChoiceField(required=False, choices=[("assignment_results", gettext_lazy("Results"))])


class NameslessForm(forms.Form):
    """The query string of a link from a page on the projector: the page that it opens names no student."""

    names = forms.ChoiceField(choices=[("off", "off")])
