"""Forms to change, restore, merge and move one student."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from quizzes.formatting import isolated
from quizzes.forms.fields import HIDDEN_IN_NAME, ClassroomChoice, NameField, SeenField, choice_field, form_arguments
from quizzes.models import Student
from quizzes.models.rosters import ClassroomQuerySet
from quizzes.people.names import MAX_NAME_LENGTH, has_hidden, normalize_name, split_name

HIDDEN_IN_NUMBER = gettext_lazy("The number has a hidden character. Retype it.")


class ChangesForm(forms.Form):
    """Which page of the changes a link to a student's page shows."""

    changes = forms.IntegerField(required=False)

    @property
    def page(self) -> int | None:
        """The number of the page; None if the link names none."""
        return self.cleaned_data["changes"] if self.is_valid() else None


class StudentNumberForm(forms.Form):
    """The school's own number of a student, "" for none."""

    number = forms.CharField(
        label=gettext_lazy("Student number"),
        help_text=gettext_lazy("From your school’s system, for gradebook files and roster syncs."),
        required=False,
        max_length=MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"null_characters_not_allowed": HIDDEN_IN_NUMBER},
    )

    def clean_number(self) -> str:
        """The number; refuses hidden characters, because no number of a file would match."""
        number: str = self.cleaned_data["number"]
        if has_hidden(number):
            raise ValidationError(HIDDEN_IN_NUMBER)
        return number


class RenameStudentForm(forms.Form):
    """A student's name. Other changes since the page was opened stay.

    initial: the stored name and last name, to see whether the last name was changed.
    """

    seen = SeenField(element_id="id_seen_name")
    name = NameField(
        label=gettext_lazy("Name on the roster"),
        help_text=gettext_lazy("Classmates see a short form, such as “Ana R.”, when they sign in."),
        error_messages={"required": gettext_lazy("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name"),
        help_text=gettext_lazy("The part of the name to sort by."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"null_characters_not_allowed": HIDDEN_IN_NAME},
    )

    @classmethod
    def of(cls, student: Student, data: QueryDict | None = None) -> Self:
        """The form with the name of this student. data: as sent."""
        initial = {"name": student.display_name, "family_name": student.family_name}
        return cls(**form_arguments(initial, cls.base_fields, data))

    def clean(self) -> dict[str, Any]:
        """The cleaned data, with None for no last name; refuses a last name that is no part of the name."""
        cleaned = super().clean() or {}
        name, family = cleaned.get("name", ""), normalize_name(cleaned.get("family_name", ""))
        if self._is_guess(family) and not re.search(rf"(?<![\w'’-]){re.escape(family)}(?![\w'’-])", name):
            # Only the name was changed, so its last name is guessed again.
            family = ""
        if name and family not in name:
            self.add_error("family_name", gettext("Type it as it is in the name above."))
        return {**cleaned, "family_name": family or None}

    def _is_guess(self, family: str) -> bool:
        """Whether this last name is the stored one, and is what the stored name suggests."""
        name, stored = self.initial["name"], self.initial["family_name"]
        return family != "" and family == stored == split_name(name).family


class RestoreStudentForm(forms.Form):
    """A student comes back to the roster. removed_at, merged_into: of what “Undo” in a notice takes back."""

    removed_at = forms.DateTimeField(required=False)
    merged_into = forms.CharField(required=False)


class MergeStudentForm(forms.Form):
    """The other name of a student who is on the roster twice. seen: of the plan that the teacher confirms."""

    other = forms.ChoiceField(
        label=gettext_lazy("The same student’s other name"),
        help_text=gettext_lazy("Removed students are in this list too."),
        error_messages={
            "required": gettext_lazy("Choose a student."),
            "invalid_choice": gettext_lazy("Choose a student from the list."),
        },
    )
    seen = SeenField(max_length=40)

    def __init__(self, data: Mapping[str, Any] | None, *, others: Sequence[Student]) -> None:
        super().__init__(data)
        self.others = {one.public_id: one for one in others}
        names = [(one.public_id, self._label(one)) for one in others]
        choice_field(self, "other").choices = [("", gettext("Choose a student")), *names]

    def clean_other(self) -> Student:
        """The student."""
        return self.others[self.cleaned_data["other"]]

    @staticmethod
    def _label(student: Student) -> str:
        if student.removed_at is None:
            return student.display_name
        return gettext("{name} (removed)").format(name=isolated(student.display_name))


class MoveStudentForm(forms.Form):
    """The class that a student moves to."""

    classroom = ClassroomChoice(
        label=gettext_lazy("Class"),
        help_text=gettext_lazy("Finished work stays in the record of the old class."),
        empty_label=gettext_lazy("Choose a class"),
        error_messages={
            "required": gettext_lazy("Choose a class."),
            "invalid_choice": gettext_lazy("Choose a class from the list."),
        },
    )
    transfers_work = forms.BooleanField(
        label=gettext_lazy("Also count finished work in the new class"),
        help_text=gettext_lazy("Where the new class has the same version of a quiz. You can do this later, too."),
        initial=True,
        required=False,
    )
    is_confirmed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, others: ClassroomQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ClassroomChoice, self.fields["classroom"]).queryset = others
