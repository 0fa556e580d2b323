"""Forms for the texts of a draft in another language."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.translations import TextToTranslate, texts_of_question
from quizzes.content.question_types.form import LinesField, text
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm

# A text of more characters gets a field of several lines.
_LONG = 80


class LanguageActForm(forms.Form):
    """Add a language to a draft, or remove it."""

    language = forms.ChoiceField(choices=lambda: settings.LANGUAGES)
    act = forms.ChoiceField(choices=[("add", gettext_lazy("Add")), ("remove", gettext_lazy("Remove"))])


class TranslationForm(DraftForm):
    """The texts of one question, or of the set itself, in another language. Any may be empty."""

    act = forms.RegexField(r"^(save|next|keep:[a-z0-9_-]+)\Z", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table, key: str, language: str) -> None:
        super().__init__(data)
        self.texts = texts_of_question(document, key, language)
        for shown in self.texts:
            self.fields[shown.id] = _field(shown)
            self.initial[shown.id] = shown.translation
            self.fields[shown.id].widget.attrs["lang"] = language

    def clean(self) -> dict[str, Any]:
        """The values; lines must be as many as those that they translate, and not too long."""
        cleaned: dict[str, Any] = super().clean() or {}
        for shown in self.texts:
            lines = cleaned.get(shown.id)
            if shown.is_lines and lines and len(lines) != len(shown.original):
                self.add_error(
                    shown.id,
                    ValidationError(
                        gettext("Enter {count} lines, 1 for each answer.").format(count=len(shown.original))
                    ),
                )
            elif isinstance(lines, list) and any(len(line) > shown.at_most for line in lines):
                self.add_error(
                    shown.id, gettext("Use up to {count} characters on each line.").format(count=shown.at_most)
                )
        return cleaned

    @property
    def kept(self) -> str:
        """The id of the text whose translation the button confirms, "" for another button."""
        self.is_valid()
        name, _, id_ = self.cleaned_data.get("act", "").partition(":")
        return id_ if name == "keep" else ""

    def lines(self) -> list[tuple[TextToTranslate, Any]]:
        """(text, its field) for the page."""
        return [(shown, self[shown.id]) for shown in self.texts]


def _field(shown: TextToTranslate) -> forms.Field:
    if isinstance(shown.original, list):
        hint = (
            gettext("1 per line, in the same order.")
            if shown.is_lines
            else gettext("1 per line. They count in every language.")
        )
        return LinesField(shown.label, rows=max(3, len(shown.original)), hint=hint)
    return text(shown.label, shown.at_most, rows=3 if len(shown.original) > _LONG else 0)
