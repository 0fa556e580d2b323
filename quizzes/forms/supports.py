"""Forms for the supports of a class and of a student."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.supports import BREAKS, TEXT_SIZES, Supports, supports_of
from quizzes.content.reading import LEVELS
from quizzes.files.accommodations import HEADINGS, LEVEL_VALUES, NO_LIMIT, TIMES, read_values
from quizzes.files.table_file import TableFile, UnreadableTable, read_table
from quizzes.forms.classrooms import ClassSettingsForm
from quizzes.forms.fields import SeenField, students_field
from quizzes.models import Student

AS_THE_CLASS, OWN = "class", "own"
SUPPORT_CHOICES: dict[str, list[tuple[Any, Any]]] = {
    "text_size": [(size, f"{size}%") for size in TEXT_SIZES],
    "color": [
        ("", gettext_lazy("As on other pages")),
        ("yellow", gettext_lazy("Yellow overlay")),
        ("blue", gettext_lazy("Blue overlay")),
        ("green", gettext_lazy("Green overlay")),
        ("rose", gettext_lazy("Rose overlay")),
        ("contrast", gettext_lazy("High contrast, black on white")),
        ("inverse", gettext_lazy("High contrast, white on black")),
    ],
    "break_minutes": [
        (0, gettext_lazy("No breaks")),
        *((minutes, format_lazy(gettext_lazy("{count} min"), count=minutes)) for minutes in BREAKS if minutes),
    ],
}


class SupportsForm(forms.Form):
    """The supports of a class or a student."""

    seen = SeenField()
    read_aloud = forms.BooleanField(
        label=gettext_lazy("Read aloud"),
        required=False,
        help_text=gettext_lazy("The device reads the reading and the questions with its own voice."),
    )

    text_size = forms.ChoiceField(label=gettext_lazy("Text size"), required=False, choices=SUPPORT_CHOICES["text_size"])
    spacing = forms.BooleanField(label=gettext_lazy("Wide spacing of lines, letters, and words"), required=False)
    plain_font = forms.BooleanField(
        label=gettext_lazy("Easy-to-read font"),
        required=False,
        help_text=gettext_lazy("Lexend, with wide letters that are easy to tell apart."),
    )
    color = forms.ChoiceField(label=gettext_lazy("Colors"), required=False, choices=SUPPORT_CHOICES["color"])
    line_focus = forms.BooleanField(
        label=gettext_lazy("Line focus"),
        required=False,
        help_text=gettext_lazy("A button shows a few lines at a time and shades the rest."),
    )
    cross_out = forms.BooleanField(
        label=gettext_lazy("Cross out answer choices"),
        required=False,
        help_text=gettext_lazy("A button next to each choice crosses it out. Students can still choose it."),
    )
    fewer_choices = forms.BooleanField(
        label=gettext_lazy("One answer choice fewer"),
        required=False,
        help_text=gettext_lazy(
            "Where a question has at least 3 wrong choices, one is left out. "
            "Quizzes in progress and handouts don’t change."
        ),
    )

    notes = forms.BooleanField(
        label=gettext_lazy("Highlighter and notes"),
        required=False,
        help_text=gettext_lazy("On the reading. No page shows the notes to others; the file of all data has them."),
    )
    hide_clock = forms.BooleanField(
        label=gettext_lazy("Hide the clock"),
        required=False,
        help_text=gettext_lazy("The time left shows only in the last 5 minutes."),
    )
    break_minutes = forms.ChoiceField(
        label=gettext_lazy("Breaks that stop the clock"),
        required=False,
        choices=SUPPORT_CHOICES["break_minutes"],
        help_text=gettext_lazy("For each attempt with a time limit. The closing time of a quiz stays."),
    )

    def clean_text_size(self) -> int:
        """The size in percent."""
        return int(self.cleaned_data["text_size"] or 100)

    def clean_break_minutes(self) -> int:
        """How long breaks may be, in minutes."""
        return int(self.cleaned_data["break_minutes"] or 0)

    @property
    def supports(self) -> Supports:
        """The supports of a valid form."""
        return Supports(**{name: self.cleaned_data[name] for name in Supports.__dataclass_fields__})

    @property
    def support_fields(self) -> list[forms.BoundField]:
        """The fields of the supports."""
        return [self[name] for name in Supports.__dataclass_fields__]


class ClassSupportsForm(ClassSettingsForm, SupportsForm):
    """The supports of a class, all in one column."""

    columns: Mapping[str, str] = dict.fromkeys(Supports.__dataclass_fields__, "supports")

    @classmethod
    def value(cls, name: str, stored: Any) -> Any:
        """The value of one support."""
        return getattr(Supports.of(stored), name)


class StudentSupportsForm(SupportsForm):
    """The supports of one student: those of the class, or the student's own."""

    source = forms.ChoiceField(
        label=gettext_lazy("Supports"),
        widget=forms.RadioSelect,
        choices=[(AS_THE_CLASS, gettext_lazy("Same as the class")), (OWN, gettext_lazy("Only these:"))],
        error_messages={"required": gettext_lazy("Choose one.")},
    )

    def __init__(self, *args: Any, student: Student, **kwargs: Any) -> None:
        """student: with the classroom. `accommodation_forms` makes the form of a page, which has `seen`."""
        super().__init__(*args, **{"auto_id": "support_%s", **kwargs})
        self.shown = supports_of(student)
        self.initial = {
            "source": AS_THE_CLASS if student.supports is None else OWN,
            **asdict(self.shown),
        }

    def clean(self) -> None:
        """Refuse supports that were changed under “Same as the class”. Saving would drop them without a word."""
        is_of_class = self.initial["source"] == self.cleaned_data.get("source") == AS_THE_CLASS
        if is_of_class and not self.errors and self.supports != self.shown:
            self.add_error("source", gettext("You changed supports. To save them, choose “Only these”."))

    @property
    def own_supports(self) -> Supports | None:
        """The student's own supports in a valid form; None for those of the class."""
        return self.supports if self.cleaned_data["source"] == OWN else None


NO_CHANGE = "", gettext_lazy("No change")


class BulkAccommodationsForm(forms.Form):
    """One change of accommodations and supports for several students. A field without a choice changes nothing."""

    def __init__(self, *args: Any, students: Sequence[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"] = students_field(students)
        times = {"1": gettext_lazy("Same as the class"), NO_LIMIT: gettext_lazy("No time limit")}
        self.fields["time"] = forms.ChoiceField(
            label=gettext_lazy("Time on every quiz"),
            required=False,
            choices=[NO_CHANGE, *((words, times.get(words, f"{words}x")) for words in TIMES)],
        )
        levels = {"": gettext_lazy("Same as the class"), **{key: gettext_lazy(name) for key, name in LEVELS.items()}}
        self.fields["level"] = forms.ChoiceField(
            label=gettext_lazy("Reading level"),
            required=False,
            choices=[NO_CHANGE, *((words, levels[level]) for words, level in LEVEL_VALUES.items())],
        )
        on_off: list[tuple[str, Any]] = [("yes", gettext_lazy("On")), ("no", gettext_lazy("Off"))]
        for name in HEADINGS:
            field = SupportsForm.base_fields[name]
            choices: list[tuple[str, Any]] = on_off
            if isinstance(field, forms.ChoiceField):
                choices = [(str(value) or "none", label) for value, label in SUPPORT_CHOICES[name]]
            self.fields[name] = forms.ChoiceField(label=field.label, required=False, choices=[NO_CHANGE, *choices])

    def clean(self) -> None:
        """Refuse a form without a change."""
        if not self.errors and not self.changes:
            self.add_error(None, gettext("Choose at least 1 change."))

    @property
    def changes(self) -> dict[str, Any]:
        """The new values of a valid form, by name."""
        chosen = {name: words for name, words in self.cleaned_data.items() if name != "students" and words}
        return read_values(chosen)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The time and the reading level."""
        return [self["time"], self["level"]]

    @property
    def support_fields(self) -> list[forms.BoundField]:
        """The fields of the supports."""
        return [self[name] for name in HEADINGS]

    @property
    def has_supports(self) -> bool:
        """Whether a support was chosen or has an error."""
        return any(field.value() or field.errors for field in self.support_fields)


class AccommodationsFileForm(forms.Form):
    """A table with accommodations. `rows` of a valid form."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("The file from “Download”, changed in a spreadsheet. Empty cells change nothing."),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
    )

    def clean_file(self) -> TableFile:
        """The table of the file."""
        try:
            return read_table(self.cleaned_data["file"].read())
        except UnreadableTable as error:
            raise forms.ValidationError(str(error)) from error


class ConfirmChangesForm(forms.Form):
    """The signed changes of a preview."""

    packed = forms.CharField(widget=forms.HiddenInput)
