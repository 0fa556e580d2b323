"""Forms to add, rename and move students of a roster."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from quizzes.files.rosters import MAX_ROWS, InvalidRoster, RosterRow, read_csv, read_pasted
from quizzes.forms.fields import NameField
from quizzes.models import Classroom
from quizzes.models.rosters import ClassroomQuerySet


class AddStudentsForm(forms.Form):
    """Names for a roster, pasted or in a file. `rows` has the result for each.

    is_confirmed: the teacher has seen the rows and adds the new ones.
    """

    names = forms.CharField(
        label="Names",
        help_text="One name per line. First name and last initial are enough.",
        required=False,
        strip=False,  # row numbers count empty lines too
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"null_characters_not_allowed": "The text has a hidden character. Retype it."},
    )
    file = forms.FileField(
        label="Or a CSV file",
        help_text="The first row needs headings: “name”, or “first name” and “last name”.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, present: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.rows: list[RosterRow] = []

    @property
    def new_names(self) -> list[str]:
        """The names that can be added, in their order."""
        return [row.name for row in self.rows if row.state == "new"]

    @property
    def new_text(self) -> str:
        """The names that can be added, one per line, to be sent again."""
        return "\n".join(self.new_names)

    @property
    def here_count(self) -> int:
        """The number of names that are on the roster already."""
        return sum(row.state == "here" for row in self.rows)

    @property
    def problem_count(self) -> int:
        """The number of rows that cannot be added."""
        return sum(row.state == "problem" for row in self.rows)

    def clean(self) -> dict[str, Any]:
        """Read the rows from the text or from the file."""
        cleaned = super().clean() or {}
        text, file = cleaned.get("names", ""), cleaned.get("file")
        if self.errors:
            return cleaned
        if file is not None and text.strip():
            self.add_error("file", "Paste names or choose a file, not both.")
        elif file is not None:
            self._read("file", file)
        elif text.strip():
            self._read("names", text)
        else:
            self.add_error("names", "Paste at least 1 name, or choose a file.")
        return cleaned

    def _read(self, field: str, source: str | UploadedFile) -> None:
        try:
            if isinstance(source, str):
                self.rows = read_pasted(source, present=self.present)
            else:
                self.rows = read_csv(source.read(), present=self.present)
        except InvalidRoster as error:
            self.add_error(field, str(error))
            return
        size = len(self.present) + len(self.new_names)
        if not self.rows:
            self.add_error(field, "No names below the headings.")
        elif size > MAX_ROWS:
            self.add_error(field, f"With these names, the class has {size} students. The limit is {MAX_ROWS}.")


class RenameStudentForm(forms.Form):
    """A student's name."""

    name = NameField(
        label="Name on the roster",
        help_text="Classmates see it when they sign in.",
        error_messages={"required": "Enter a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ClassroomChoice(forms.ModelChoiceField):
    """One of a closed list of classrooms, by public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Classroom.objects.none(), to_field_name="public_id", **kwargs)

    def clean(self, value: Any) -> Any:
        """The classroom."""
        # PostgreSQL raises an error for text with a NUL character.
        if "\x00" in str(value):
            raise ValidationError(self.error_messages["invalid_choice"])
        return super().clean(value)


class MoveStudentForm(forms.Form):
    """The class that a student moves to."""

    classroom = ClassroomChoice(
        label="Class",
        help_text="Finished work stays with the old class.",
        empty_label="Choose a class",
        error_messages={"required": "Choose a class.", "invalid_choice": "Choose a class from the list."},
    )

    def __init__(self, *args: Any, others: ClassroomQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classroom"].queryset = others  # type: ignore[attr-defined]
