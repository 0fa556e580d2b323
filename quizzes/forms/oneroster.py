"""Forms to import and sync classes from a OneRoster package."""

from collections.abc import Sequence
from typing import Any

from django import forms

from quizzes.files.oneroster import OneRoster, RosterClass, UnreadableOneRoster, read_oneroster
from quizzes.files.roster_sync import ClassPlan
from quizzes.forms.classrooms import DEFAULT_ZONE
from quizzes.models import Classroom

NO_CLASS, NEW_CLASS = "", "new"
# With more classes than this, the file is hardly of one teacher, so none is chosen for them.
_OF_ONE_TEACHER = 8


class OneRosterFileForm(forms.Form):
    """A OneRoster package. `read` has its classes."""

    file = forms.FileField(
        label="OneRoster file",
        help_text="A ZIP file with users.csv, classes.csv, and enrollments.csv. Up to 16 MB.",
        allow_empty_file=True,
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: OneRoster | None = None

    def clean(self) -> dict[str, Any]:
        """Read the package."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.read = read_oneroster(cleaned["file"].read())
            except UnreadableOneRoster as error:
                self.add_error("file", str(error))
        return cleaned


class PackedForm(forms.Form):
    """The signed classes of an earlier step. is_confirmed: the teacher has seen the changes."""

    packed = forms.CharField(widget=forms.HiddenInput)
    is_confirmed = forms.BooleanField(required=False)


class TargetsForm(forms.Form):
    """For each class of the file: the teacher's class that it fills, a new one, or none."""

    def __init__(self, *args: Any, file: OneRoster, own: Sequence[Classroom], **kwargs: Any) -> None:
        """own: the teacher's classes. One with the title of the class in the file is chosen at first."""
        super().__init__(*args, **kwargs)
        self.file, self.own = file, {classroom.public_id: classroom for classroom in own}
        by_name = {classroom.name.casefold(): classroom.public_id for classroom in own}
        otherwise = NEW_CLASS if len(file.classes) <= _OF_ONE_TEACHER else NO_CLASS
        choices = [
            (NO_CLASS, "Don’t import"),
            (NEW_CLASS, "A new class"),
            *((classroom.public_id, classroom.name) for classroom in own),
        ]
        for place, one in enumerate(file.classes):
            self.fields[f"target-{place}"] = forms.ChoiceField(
                label=one.title,
                choices=choices,
                required=False,
                widget=forms.Select(attrs={"class": "in"}),
                initial=by_name.get(one.title.casefold(), otherwise),
            )

    @property
    def lines(self) -> list[tuple[RosterClass, forms.BoundField]]:
        """(class, its field) of each class of the file."""
        return [(one, self[f"target-{place}"]) for place, one in enumerate(self.file.classes)]

    @property
    def targets(self) -> dict[str, Classroom | None]:
        """The chosen classroom by key of a class, None for a new one; without those that are not imported."""
        found = {}
        for place, one in enumerate(self.file.classes):
            value = self.cleaned_data.get(f"target-{place}", NO_CLASS)
            if value != NO_CLASS:
                found[one.key] = self.own.get(value)
        return found

    def clean(self) -> dict[str, Any]:
        """Two classes of the file cannot fill one class, and something must be chosen."""
        cleaned = super().clean() or {}
        filled = [value for value in cleaned.values() if value not in (NO_CLASS, NEW_CLASS)]
        if len(set(filled)) != len(filled):
            self.add_error(None, "2 classes of the file go into one class. Choose another one for 1 of them.")
        elif not any(value != NO_CLASS for value in cleaned.values()):
            self.add_error(None, "Choose at least 1 class to import.")
        return cleaned


class ChangesForm(forms.Form):
    """The changes that the teacher confirms, as “place of the class:key of the change”."""

    change = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, plans: Sequence[ClassPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = [f"{place}:{change.key}" for place, plan in enumerate(plans) for change in plan.changes]
        self.fields["change"].choices = [(value, value) for value in values]  # type: ignore[attr-defined]
        self.plans = plans

    @property
    def chosen(self) -> set[tuple[str, str]]:
        """(key of the class, key of the change) of each confirmed change; unknown ones are left out."""
        self.is_valid()
        found = set()
        for value in self.cleaned_data.get("change", []):
            place, _, key = value.partition(":")
            found.add((self.plans[int(place)].roster.key, key))
        return found


def time_zone_of(own: Sequence[Classroom]) -> str:
    """The time zone of a new class: that of the teacher's first class."""
    return own[0].time_zone if own else DEFAULT_ZONE
