"""Forms to import and sync classes from a OneRoster or Clever package."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from quizzes.files.oneroster import OneRoster, RosterClass, UnreadableOneRoster, read_oneroster
from quizzes.files.roster_sync import ClassPlan
from quizzes.forms.classrooms import DEFAULT_ZONE
from quizzes.forms.fields import HIDDEN_IN_NAME, choice_field
from quizzes.models import Classroom, User

NO_CLASS, NEW_CLASS, UNDECIDED = "", "new", "undecided"
# With more classes than this, the file is hardly of one teacher, so none is chosen for them.
_OF_ONE_TEACHER = 8
# A check box for each student and a field for each class. The rest of the fields that the site takes is for students
# who are not in the file, and whom the teacher checks one by one.
_MOST_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 50


class OneRosterFileForm(forms.Form):
    """A OneRoster or Clever package. `read` has its classes."""

    file = forms.FileField(
        label=gettext_lazy("OneRoster or Clever file"),
        help_text=gettext_lazy("The ZIP file with the CSV files in it. Up to 16 MB."),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    teacher = forms.CharField(
        label=gettext_lazy("Classes of this teacher only"),
        help_text=gettext_lazy("A last name or an email, as in the file. Leave blank to see all classes."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"null_characters_not_allowed": HIDDEN_IN_NAME},
    )

    def __init__(self, *args: Any, by: User, today: date, **kwargs: Any) -> None:
        """by: the teacher who reads the file. Their own classes come first."""
        super().__init__(*args, **kwargs)
        self.by, self.today = by, today
        self.read: OneRoster | None = None

    def clean(self) -> dict[str, Any]:
        """Read the package."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.read = read_oneroster(
                    cleaned["file"].read(), today=self.today, email=self.by.email, teacher=cleaned["teacher"]
                )
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
        """own: the teacher's classes. The one with the title of the class in the file is chosen at first."""
        super().__init__(*args, **kwargs)
        self.file, self.own = file, {classroom.public_id: classroom for classroom in own}
        has_own = any(one.is_own for one in file.classes)
        chooses_all = not has_own and len(file.classes) <= _OF_ONE_TEACHER
        choices = [
            (NO_CLASS, gettext("Don’t import")),
            (NEW_CLASS, gettext("A new class")),
            *((classroom.public_id, classroom.list_name) for classroom in own),
        ]
        for place, one in enumerate(file.classes):
            same = _same(one.title, own)
            is_chosen = one.students and (one.is_own or chooses_all)
            undecided = [(UNDECIDED, gettext("Choose"))] if same == UNDECIDED else []
            self.fields[f"target-{place}"] = forms.ChoiceField(
                label=one.title,
                choices=[*undecided, *choices],
                required=False,
                widget=forms.Select(attrs={"class": "in"}),
                initial=same if same is not None else (NEW_CLASS if is_chosen else NO_CLASS),
            )

    @property
    def lines(self) -> list[tuple[RosterClass, forms.BoundField]]:
        """(class, its field) of each class of the file."""
        return [(one, self[f"target-{place}"]) for place, one in enumerate(self.file.classes)]

    @property
    def chosen_fields(self) -> list[forms.BoundField]:
        """The fields of the classes that are imported."""
        targets = self.targets
        return [field for one, field in self.lines if one.key in targets]

    @property
    def targets(self) -> dict[str, Classroom | None]:
        """The chosen classroom by key of a class, None for a new one; without those that are not imported."""
        found = {}
        for place, one in enumerate(self.file.classes):
            value = self.cleaned_data.get(f"target-{place}", NO_CLASS)
            if value not in (NO_CLASS, UNDECIDED):
                found[one.key] = self.own.get(value)
        return found

    def clean(self) -> dict[str, Any]:
        """Two classes of the file cannot fill one class, something must be chosen, and nothing stays undecided."""
        cleaned = super().clean() or {}
        undecided = [one for one, field in self.lines if cleaned.get(field.name) == UNDECIDED]
        for one in undecided:
            words = gettext("Several of your classes match “{title}”. Choose where it goes.")
            self.add_error(None, words.format(title=one.title))
        if undecided:
            return cleaned
        filled = [value for value in cleaned.values() if value not in (NO_CLASS, NEW_CLASS)]
        targets = self.targets
        chosen = [one for one in self.file.classes if one.key in targets]
        most = _MOST_FIELDS - len(chosen)
        if len(set(filled)) != len(filled):
            self.add_error(None, gettext("2 classes of the file go into one class. Choose another one for 1 of them."))
        elif not chosen:
            self.add_error(None, gettext("Choose at least 1 class to import."))
        elif sum(len(one.students) for one in chosen) > most:
            self.add_error(
                None,
                gettext("Choose fewer classes. Up to {count} students can be imported at a time.").format(count=most),
            )
        return cleaned


def _same(title: str, own: Sequence[Classroom]) -> str | None:
    """The choice for a class with this title: the class of this name, or with a period after it. None for neither.

    A file with changes may have one of several sections, and then its title needs no period. Of 2 classes with one
    name, the teacher chooses.
    """
    exact = [one for one in own if one.name.casefold() == title.casefold()]
    found = exact or [one for one in own if one.name.casefold().startswith(f"{title.casefold()} (")]
    if len({one.name.casefold() for one in found}) != 1:
        return None
    return found[0].public_id if len(found) == 1 else UNDECIDED


class ChangesForm(forms.Form):
    """The changes that the teacher confirms, as “place of the class:key of the change”."""

    change = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, plans: Sequence[ClassPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = [f"{place}:{change.key}" for place, plan in enumerate(plans) for change in plan.changes]
        choice_field(self, "change").choices = [(value, value) for value in values]
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
    """The time zone of a new class, and of today's date: that of the teacher's first class."""
    return own[0].time_zone if own else DEFAULT_ZONE
