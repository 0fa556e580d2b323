"""What the class board shows, and whether names are hidden."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from quizzes.forms.fields import NO_SUCH_QUESTION
from quizzes.models import Board


class ShowForm(forms.Form):
    """Which question the board is to show, in which phase, as “4-2”.

    It names the aim and not a step, so that it may come twice; one field, so that a button can say it.
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


class NamesForm(forms.Form):
    """Whether the names of students are to be hidden in this browser."""

    is_hidden = forms.TypedChoiceField(
        choices=[("True", "Hide names"), ("False", "Show names")], coerce=lambda value: value == "True"
    )
