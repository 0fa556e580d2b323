"""The abstract base of the editor's form for each question type, and the fields that these forms use."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from quizzes.content.question_types.question import MAX_ASKED, has_visible
from quizzes.content.tables import Table
from quizzes.formatting import Label, up_to, without_isolates

# Not those of numbers, which are no subclasses.
_TEXT_WIDGETS = (forms.TextInput, forms.Textarea)


class StoredField(BoundField):
    """A field that shows what is stored if the page that was sent did not have it. Another window added it."""

    def value(self) -> Any:
        """What was sent, or what is stored."""
        form = self.form
        is_omitted = self.field.widget.value_omitted_from_data(form.data, form.files, self.html_name)
        return self.initial if form.is_bound and is_omitted else super().value()


class PartForm(forms.Form):
    """A part of a draft. Each valid field is saved, even if others are invalid.

    not_saved: the fields that are not part of the draft. leaves_focus: whether something above it on the page has the
    focus. Otherwise its first field with an error has it.
    """

    bound_field_class = StoredField

    not_saved: tuple[str, ...] = ()
    leaves_focus = False

    @property
    def valid(self) -> dict[str, Any]:
        """The values of the valid fields, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if name not in self.not_saved}

    def place_focus(self, *, is_taken: bool) -> None:
        """Let the first field with an error have the focus, if nothing above the form has it."""
        self.leaves_focus = is_taken

    def others(self) -> list[tuple[str, str]]:
        """(label, value of the draft) for each field that was sent with another value."""
        changed = (self[name] for name in self.changed_data if name not in self.not_saved)
        return [(str(field.label), _shown(field)) for field in changed]

    def typed(self) -> list[tuple[str, str]]:
        """(label, text) for each text that was sent, for a page that does not show the form again."""
        fields = (self[name] for name, field in self.fields.items() if isinstance(field.widget, _TEXT_WIDGETS))
        return [(str(field.label), field.data) for field in fields if field.data]

    def problems(self) -> list[str]:
        """A message for each invalid field, for a page that does not show the form again."""
        return [
            gettext("Not saved: {field}. {problem}").format(field=self[name].label, problem=" ".join(map(str, errors)))
            for name, errors in self.errors.items()
        ]


class QuestionTypeForm(PartForm):
    """The fields that only one question type has. No name of a field is also a field of `QuestionForm`.

    regrade_fields: those that a regrade can change with the key. Their names are also those in the question's document.
    row_list: the list of the question whose entries have a row of fields each, "" for none. row_fields: the names of
    these fields, without their number, by the names in the question's document.

    Django's form metaclass conflicts with ABCMeta. mypy checks the abstract methods without it.
    """

    regrade_fields: tuple[str, ...] = ()
    row_list = ""
    row_fields: Mapping[str, str] = {}

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        question: Table,
        sentences: Sequence[Table],
        speakers: Sequence[Table],
    ) -> None:
        """question: of a draft. sentences: of its reading, in order. speakers: of its source."""
        super().__init__(data)
        self.question, self.sentences, self.speakers = question, sentences, speakers
        self.sentence_keys = [table["key"] for table in sentences]
        self.build()

    @abstractmethod
    def build(self) -> None:
        """Add the fields with the values of the question."""

    @property
    @abstractmethod
    def own(self) -> Table:
        """The fields of the question that only this type has, with the valid values that were sent."""

    @property
    def values(self) -> dict[str, Any]:
        """The value of each field: as it was sent if it is valid, else as the question has it."""
        return {**self.initial, **self.valid}

    def own_rows(self, *, optional: Collection[str] = ()) -> list[Table]:
        """The entries that have a row of fields. optional: names that an entry has only with a value."""
        values = self.values
        rows = [
            {name: values[f"{field}-{number}"] for name, field in self.row_fields.items()}
            for number in range(1, len(self.row_tables) + 1)
        ]
        return [{name: value for name, value in row.items() if value or name not in optional} for row in rows]

    @property
    def stem_hint(self) -> str:
        """What belongs into the question, if the type also has another text; else ""."""
        return ""

    @property
    def template(self) -> str:
        """The name of the template of this form."""
        return f"question_types/{self.question['type']}/editor.html"

    @property
    def changes_fields(self) -> bool:
        """Whether what was sent gives the question other fields, so that the page must show another form."""
        return False

    def put(self, name: str, field: Any, value: Any) -> None:
        """Add a field with a value of the question."""
        self.fields[name] = field
        self.initial[name] = value

    def put_count(self, label: str, least: int) -> None:
        """Add the field for how many choices or sentences the question asks for."""
        field = forms.IntegerField(
            label=label,
            min_value=least,
            max_value=MAX_ASKED,
            required=False,
            help_text=gettext("Students see this number. Name it in the question too."),
        )
        self.put("asked_count", field, self.question.get("asked_count"))

    def put_note(self) -> None:
        """Add the field for a note to students."""
        self.put("note", text(gettext("Note to students (optional)"), 200), self.question.get("note", ""))

    @property
    def own_count(self) -> Table:
        """The count as it was sent. A question that never had one stays as it was stored."""
        count = self.values["asked_count"]
        return {"asked_count": count} if count or "asked_count" in self.question else {}

    def sentences_field(self, label: str) -> "SentencesField":
        """A field for sentences of the reading."""
        return SentencesField(label=label, sentence_keys=self.sentence_keys)

    @property
    def row_tables(self) -> list[Table]:
        """The entries of the question that have a row of fields."""
        tables: list[Table] = self.question.get(self.row_list, [])
        return tables

    def rows(self) -> list["Row"]:
        """The rows of the question, as the page shows them."""
        return [Row(self, number) for number in range(1, len(self.row_tables) + 1)]


class Row:
    """One row on the page: its number, its fields by name, and whether it is correct; None if no row can be.

    letter: the name of the row for students, "" if it has none.
    """

    def __init__(self, form: QuestionTypeForm, number: int, *, is_key: bool | None = None, letter: str = "") -> None:
        self.number, self.is_key, self.letter = number, is_key, letter
        self.fields: dict[str, BoundField] = {name: form[f"{name}-{number}"] for name in form.row_fields.values()}


class SentencesField(forms.MultipleChoiceField):
    """Sentences of the reading, each with its number to check. The value is their keys, in reading order."""

    def __init__(self, *, sentence_keys: Sequence[str], **kwargs: Any) -> None:
        choices = [
            (key, gettext("Sentence {number}").format(number=number))
            for number, key in enumerate(sentence_keys, start=1)
        ]
        messages = {"invalid_choice": gettext("The reading doesn’t have this sentence.")}
        super().__init__(choices=choices, required=False, error_messages=messages, **kwargs)
        self.sentence_keys = sentence_keys

    def clean(self, value: Any) -> Any:
        """The keys in reading order."""
        chosen = super().clean(value)
        return [key for key in self.sentence_keys if key in chosen]


class TextField(forms.CharField):
    """A text, as `without_isolates` returns it. Without a visible character it is empty."""

    def to_python(self, value: Any) -> Any:
        """The text, or the empty value."""
        given = without_isolates(super().to_python(value) or "")
        return given if has_visible(given) else self.empty_value


class LinesField(forms.CharField):
    """Several short texts, one a line. The value is a list of the non-empty ones, each once."""

    def __init__(self, label: str, *, rows: int = 3, hint: str = "", look: str = "") -> None:
        super().__init__(
            label=label,
            max_length=2_000,
            required=False,
            help_text=hint,
            widget=forms.Textarea(attrs={"rows": rows, "class": look}),
            error_messages={"max_length": up_to(2_000)},
        )

    def prepare_value(self, value: Any) -> Any:
        """One line each; user input unchanged."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other lines were sent."""
        return self.clean(self.prepare_value(initial)) != self.clean(data)

    def clean(self, value: Any) -> Any:
        """The lines."""
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


def text(
    label: Label,
    at_most: int,
    *,
    rows: int = 0,
    hint: Label = "",
    look: str = "",
    named: bool = False,
    **kwargs: Any,
) -> forms.CharField:
    """A field for text that may be empty.

    rows: of a textarea, 0 for a single line. look: its CSS class. named: the label is not shown next to it.
    """
    attrs = {"class": look, **({"aria-label": label} if named else {})}
    widget = (
        forms.Textarea(attrs={**attrs, "rows": rows})
        if rows
        else forms.TextInput(attrs={**attrs, "autocomplete": "off"})
    )
    return TextField(
        label=label,
        max_length=at_most,
        required=False,
        help_text=hint,
        widget=widget,
        error_messages={"max_length": up_to(at_most)},
        **kwargs,
    )


def _shown(field: BoundField) -> str:
    initial = field.initial
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(initial, list | tuple) and choices:
        return "; ".join(str(choices.get(value, value)) for value in initial)
    if choices:
        return str(choices.get(initial, ""))
    prepared = field.field.prepare_value(initial)
    return "" if prepared is None else str(prepared)
