"""What a gradebook, a report or a download shows."""

from collections.abc import Sequence
from typing import Any

from django import forms

from quizzes.files.downloads import FileFormat, Layout
from quizzes.models import Assignment

NAME, AVERAGE = "name", "average"

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
    form = forms.ChoiceField(choices=[(form.value, form.value) for form in FileFormat])


class AnswersFileForm(forms.Form):
    """How the answers to one assignment are written."""

    form = forms.ChoiceField(choices=[(form.value, form.value) for form in FileFormat])


class ItemsFileForm(AttemptsForm):
    """How an item analysis is written, and of which attempts."""

    form = forms.ChoiceField(choices=[(form.value, form.value) for form in FileFormat])


class ObjectiveForm(forms.Form):
    """The objective by which a gradebook is filtered, by its title; "" for none."""

    objective = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, titles: Sequence[str], **kwargs: Any) -> None:
        """titles: of the objectives that the class's assignments ask for."""
        super().__init__(*args, **kwargs)
        self.fields["objective"].choices = [(title, title) for title in titles]  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """The objective asked for; "" for one that is unknown."""
        return self.cleaned_data["objective"] if self.is_valid() else ""


class GradebookOrderForm(forms.Form):
    """By which column a gradebook is sorted: a leading “-” turns the order round; anything unknown means by name."""

    sort = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        """columns: public ids of the assignments shown."""
        super().__init__(*args, **kwargs)
        keys = [NAME, AVERAGE, *columns]
        self.fields["sort"].choices = [(key, key) for key in keys + [f"-{key}" for key in keys]]  # type: ignore[attr-defined]
        chosen = self.cleaned_data["sort"] if self.is_valid() else ""
        self.column = chosen.removeprefix("-") or NAME
        self.descending = chosen.startswith("-")
        # What a click on each column asks for: the other order of the one in force, else the best scores first.
        self.next_by_column = {key: f"-{key}" if key != NAME else key for key in keys}
        self.next_by_column[self.column] = self.column if self.descending else f"-{self.column}"

    @property
    def direction(self) -> str:
        """The order in force, as `aria-sort` says it."""
        return "descending" if self.descending else "ascending"

    @property
    def arrow(self) -> str:
        """The icon of the order in force."""
        return "down" if self.descending else "up"
