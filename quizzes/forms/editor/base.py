"""What the forms of the editor share: a draft is saved field by field, and what is not valid yet stays on the page."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.text import slugify


class DraftForm(forms.Form):
    """A part of a draft. Its valid fields are saved whatever the others are.

    revision: of the draft that the page shows. over: a newer one, which the sender has been told of and overrules.
    """

    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    over = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """The draft's revision that the sender has seen."""
        self.is_valid()
        return self.cleaned_data.get("over") or self.cleaned_data.get("revision") or 0

    @property
    def valid(self) -> dict[str, Any]:
        """The values of the fields that are valid, by name."""
        self.is_valid()
        own = ("revision", "over", "act")
        return {name: value for name, value in self.cleaned_data.items() if name not in own}

    def others(self) -> list[tuple[str, str]]:
        """(label, what the draft has) for each field in which something else was sent."""
        changed = (self[name] for name in self.changed_data if name not in {"revision", "over", "act"})
        return [(str(field.label), _shown(field)) for field in changed]

    def problems(self) -> list[str]:
        """Each invalid field with what is wrong with it, for where the form itself is not shown again."""
        return [f"Not saved: {self[name].label}. {' '.join(map(str, errors))}" for name, errors in self.errors.items()]


class SentencesField(forms.CharField):
    """Sentences of the reading by their numbers, as in “3, 5”; its value is their keys, in reading order."""

    def __init__(self, *, sentence_keys: Sequence[str], **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "why", "autocomplete": "off"})
        super().__init__(**{"max_length": 200, "required": False, "widget": widget, **kwargs})
        self.sentence_keys = sentence_keys

    def prepare_value(self, value: Any) -> Any:
        """Numbers for keys; what was typed stays."""
        if not isinstance(value, list | tuple):
            return value
        return ", ".join(str(number) for number, key in enumerate(self.sentence_keys, start=1) if key in value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other numbers were sent."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        """Keys for numbers."""
        numbers = super().clean(value).replace(",", " ").replace(";", " ").split()
        keys = set()
        for number in numbers:
            if not number.isdecimal() or not 1 <= int(number) <= len(self.sentence_keys):
                raise ValidationError(
                    f"There is no sentence {number[:20]} in the reading. Its last one is {self._last}."
                )
            keys.add(self.sentence_keys[int(number) - 1])
        return [key for key in self.sentence_keys if key in keys]

    @property
    def _last(self) -> int:
        return len(self.sentence_keys)


class LinesField(forms.CharField):
    """Several short texts, one a line; its value is a list of those that are not empty, each once."""

    def __init__(self, label: str, *, rows: int = 3, hint: str = "", look: str = "") -> None:
        super().__init__(
            label=label,
            max_length=2_000,
            required=False,
            help_text=hint,
            widget=forms.Textarea(attrs={"rows": rows, "class": look}),
            error_messages={"max_length": "This is longer than 2000 characters."},
        )

    def prepare_value(self, value: Any) -> Any:
        """One line each; what was typed stays."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other lines were sent."""
        return self.clean(self.prepare_value(initial)) != self.clean(data)

    def clean(self, value: Any) -> Any:
        """The lines."""
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


def text(
    label: str, at_most: int, *, rows: int = 0, hint: str = "", look: str = "", named: bool = False, **kwargs: Any
) -> forms.CharField:
    """A field for text that may still be empty.

    rows: of its box, 0 for a single line. look: a class of its own. named: whether the label is not shown beside it.
    """
    attrs = {"class": look, **({"aria-label": label} if named else {})}
    widget = (
        forms.Textarea(attrs={**attrs, "rows": rows})
        if rows
        else forms.TextInput(attrs={**attrs, "autocomplete": "off"})
    )
    return forms.CharField(
        label=label,
        max_length=at_most,
        required=False,
        help_text=hint,
        widget=widget,
        error_messages={"max_length": f"This is longer than {at_most} characters."},
        **kwargs,
    )


def new_key(label: str, taken: Sequence[str], otherwise: str) -> str:
    """A key that none has yet, from what people read."""
    base = slugify(label)[:60].strip("-_") or otherwise
    names: Iterator[str] = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _shown(field: BoundField) -> str:
    initial = field.initial
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(initial, list | tuple) and choices:
        return "; ".join(str(choices.get(value, value)) for value in initial)
    if choices:
        return str(choices.get(initial, ""))
    prepared = field.field.prepare_value(initial)
    return "" if prepared is None else str(prepared)
