from collections.abc import Sequence
from typing import Any

from django import forms

NAME, AVERAGE = "name", "average"


class ObjectiveForm(forms.Form):
    """Which objective a gradebook is filter_by_objective to, by its title; "" for none."""

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
