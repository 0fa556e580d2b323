"""Forms for another level of a draft's reading: its text, and the sentences that say the same."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.document import MAX_SENTENCE_LENGTH, sentence_tables
from quizzes.content.drafts.levels import level_language, level_of, level_text, rows_of, stale_keys
from quizzes.content.pasted_text import CleanText, clean_text
from quizzes.content.question_types.form import text
from quizzes.content.reading import LEVELS, STANDARD
from quizzes.content.tables import Table
from quizzes.formatting import up_to
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.reading import MAX_TEXT_LENGTH, check_sentences

# Enough of a sentence to know it again in a list.
_SHOWN_LETTERS = 60


class PreviewLevelForm(forms.Form):
    """The reading level of a preview."""

    level = forms.ChoiceField(choices=list(LEVELS.items()), required=False)

    @property
    def chosen(self) -> str:
        """The key of the level; the standard one for any other value."""
        return self.cleaned_data.get("level") or STANDARD if self.is_valid() else STANDARD


class LevelTextForm(DraftForm):
    """The text of another level of the reading, pasted or typed."""

    is_whole = True

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "We’ll split it into sentences and match them with the standard reading. Check the matches."
        ),
        error_messages={
            "required": gettext_lazy("Paste or type the text."),
            "max_length": up_to(MAX_TEXT_LENGTH),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table, level: str) -> None:
        variant = level_of(document, level)
        shown = "" if variant is None else level_text(variant, sentence_tables(document))
        super().__init__(data, initial={"text": shown})
        self.language = level_language(document["reading"], level)
        self.pasted = CleanText("")

    def clean_text(self) -> str:
        """The text without HTML tags and broken lines; refuses too many or too long sentences. Sets `pasted`."""
        self.pasted = clean_text(self.cleaned_data["text"])
        if not self.pasted.text:
            raise ValidationError(self.fields["text"].error_messages["required"])
        check_sentences(self.pasted.text, self.language)
        return self.pasted.text


class LevelForm(DraftForm):
    """Title, level and note of a level, and for each of its sentences the standard sentence that says the same."""

    row_start = "text-"

    level_title = text(
        gettext_lazy("Title"), 200, hint=gettext_lazy("Leave blank to use the title of the standard reading.")
    )
    level = text(gettext_lazy("Level"), 40, hint=gettext_lazy("Such as Grade 4"))
    note = text(gettext_lazy("Note for students"), 300, hint=gettext_lazy("They see it above the reading."))
    act = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table, level: str) -> None:
        self.standard = sentence_tables(document)
        variant = level_of(document, level) or {"key": level, "rows": []}
        self.tables = rows_of(variant, self.standard)
        self.stale = set(stale_keys(variant, self.standard))
        initial = {"level_title": variant.get("title", "")}
        initial |= {name: variant.get(name, "") for name in ("level", "note")}
        for table in self.tables:
            initial |= {f"text-{table['id']}": table["text"], f"to-{table['id']}": table["to"]}
        super().__init__(data, initial=initial)
        choices = [("", gettext("Leave out: no standard sentence says this"))] + [
            (table["key"], f"{number}. {_start_of(table['text'])}") for number, table in enumerate(self.standard, 1)
        ]
        for number, table in enumerate(self.tables, start=1):
            self.fields[f"text-{table['id']}"] = text(
                gettext("Sentence {number}").format(number=number), MAX_SENTENCE_LENGTH, rows=2, look="says"
            )
            self.fields[f"to-{table['id']}"] = forms.ChoiceField(
                label=gettext("Standard sentence that says the same as sentence {number}").format(number=number),
                choices=choices,
                required=False,
                widget=forms.Select(attrs={"class": "why"}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a sentence without a text."""
        cleaned = super().clean() or self.cleaned_data
        for table in self.tables:
            if f"text-{table['id']}" in self.data and cleaned.get(f"text-{table['id']}") == "":
                message = gettext("To remove a sentence, choose “Edit the text” and delete it there.")
                self.add_error(f"text-{table['id']}", message)
        return cleaned

    def typed(self) -> list[tuple[str, str]]:
        """Also the sentences of rows that are gone, in one piece to paste."""
        return [*super().typed(), (gettext("Text"), " ".join(self.gone_texts))]

    @property
    def rows(self) -> list["LevelRow"]:
        """The sentences of the level, in their order."""
        texts = {table["key"]: table["text"] for table in self.standard}
        return [
            LevelRow(
                number,
                self[f"text-{table['id']}"],
                self[f"to-{table['id']}"],
                texts.get(table["to"], ""),
                table["to"] if table["to"] in self.stale else "",
            )
            for number, table in enumerate(self.tables, start=1)
        ]

    @property
    def about(self) -> dict[str, str]:
        """The valid fields of title, level and note, as a draft stores them."""
        names = {"level_title": "title", "level": "level", "note": "note"}
        return {names[name]: value for name, value in self.valid.items() if name in names}

    @property
    def texts(self) -> dict[str, str]:
        """The valid texts by row id."""
        return self._by_id("text-")

    @property
    def matches(self) -> dict[str, str]:
        """The valid keys of standard sentences by row id, "" for none."""
        return self._by_id("to-")

    @property
    def kept(self) -> str:
        """The key of the standard sentence whose match the button confirms, "" for another button."""
        self.is_valid()
        name, _, key = self.cleaned_data.get("act", "").partition(":")
        return key if name == "keep" else ""

    def _by_id(self, start: str) -> dict[str, str]:
        # A field that was not sent is not an empty one: another window may have added the sentence.
        return {
            name.removeprefix(start): value
            for name, value in self.valid.items()
            if name.startswith(start) and name in self.data
        }


class LevelRow:
    """One sentence of the level on the page. standard: the text of its match, or "". stale: the match's key, or ""."""

    def __init__(self, number: int, text: BoundField, match: BoundField, standard: str, stale: str) -> None:
        self.number, self.text, self.match, self.standard, self.stale = number, text, match, standard, stale


def _start_of(sentence: str) -> str:
    return sentence if len(sentence) <= _SHOWN_LETTERS else f"{sentence[:_SHOWN_LETTERS].rsplit(' ', 1)[0]}…"
