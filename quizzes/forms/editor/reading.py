"""Forms for the reading of a draft: its text, sentences and speakers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from quizzes.content.drafts.document import (
    FIXED_VOICES,
    MAX_SENTENCE_LENGTH,
    MAX_SENTENCES,
    RIGHTS,
    UNNAMED,
    sentence_tables,
)
from quizzes.content.drafts.text import is_much_shorter, text_of, uses_of_voices
from quizzes.content.drafts.validation import NO_RIGHTS, sentences_without_speaker
from quizzes.content.pasted_text import CleanText, clean_text
from quizzes.content.question_types.form import text
from quizzes.content.reading import NOT_STATED
from quizzes.content.sentences import split_text
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm, new_key
from quizzes.forms.editor.source import SourceForm

# A long story has 2,000 words. This is room for 6 times as many.
MAX_TEXT_LENGTH = 80_000
ICON_CHOICES = (
    ("person", "Person"),
    ("sign", "Protest sign"),
    ("page", "Page"),
    ("quote", "Quotation marks"),
    ("blank", "Crossed page"),
)
NEW_VOICES = 1
MAX_VOICES = 8


def languages(current: str) -> list[tuple[str, str]]:
    """(tag, name in English) of each language, by name; includes the current one."""
    known = {tag: info["name"] for tag, info in LANG_INFO.items() if "name" in info}
    return sorted({current: current, **known}.items(), key=lambda pair: pair[1])


def check_sentences(pasted: str, language: str) -> None:
    """Raise ValidationError for too many or too long sentences."""
    sentences = [sentence for paragraph in split_text(pasted, language) for sentence in paragraph]
    if len(sentences) > MAX_SENTENCES:
        raise ValidationError(f"This has {len(sentences)} sentences. The limit is {MAX_SENTENCES}.")
    too_long = next((one for one in sentences if len(one) > MAX_SENTENCE_LENGTH), None)
    if too_long:
        raise ValidationError(f"A sentence is over {MAX_SENTENCE_LENGTH} characters. Split it: “{too_long[:60]}...”")


class NewSetForm(SourceForm):
    """The title and the source of a new set and, if it is there already, the text of its reading."""

    text = text(
        "Text", MAX_TEXT_LENGTH, rows=10, hint="Leave a blank line between paragraphs. We’ll number the sentences."
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, today=today)
        self.pasted = CleanText("")

    def clean_text(self) -> str:
        """The text without HTML tags and broken lines, "" without one. Sets `pasted`."""
        self.pasted = clean_text(self.cleaned_data["text"])
        check_sentences(self.pasted.text, "en")
        return self.pasted.text

    @property
    def source(self) -> dict[str, Any]:
        """The valid fields without the text, as a draft stores them."""
        return {name: value for name, value in super().source.items() if name != "text"}


class TextForm(DraftForm):
    """The text of the reading, pasted or typed."""

    text = forms.CharField(
        label="Text",
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Leave a blank line between paragraphs. We’ll number the sentences.",
        error_messages={
            "required": "Paste or type the reading.",
            "max_length": f"Use up to {MAX_TEXT_LENGTH:,} characters.",
        },
    )
    is_same_story = forms.BooleanField(required=False, label="Yes, it’s the same story")

    def __init__(self, data: Any = None, *, document: Table) -> None:
        super().__init__(data, initial={"text": text_of(document)})
        self.document = document
        self.asks_for_story = False
        self.pasted = CleanText("")

    def clean_text(self) -> str:
        """The text without HTML tags and broken lines; refuses too many or too long sentences. Sets `pasted`."""
        self.pasted = clean_text(self.cleaned_data["text"])
        if self.document["reading"]["rights"] not in RIGHTS:
            raise ValidationError(NO_RIGHTS)
        if not self.pasted.text:
            raise ValidationError(self.fields["text"].error_messages["required"])
        check_sentences(self.pasted.text, self.document["reading"]["language"])
        return self.pasted.text

    def clean(self) -> dict[str, Any]:
        """Require a confirmation for a much shorter text, which may be another story."""
        cleaned = super().clean() or self.cleaned_data
        if "text" in cleaned and is_much_shorter(self.document, cleaned["text"]) and not cleaned.get("is_same_story"):
            self.asks_for_story = True
            self.add_error("text", "The new text is less than half as long. Is it the same story?")
        return cleaned


class ReadingForm(DraftForm):
    """The reading: title, language, level, and the text and speaker of each sentence."""

    reading_title = text("Reading title", 200)
    language = forms.ChoiceField(label="Language")
    level = text("Level", 40, hint="Such as Grade 7")
    act = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any = None, *, document: Table) -> None:
        reading = document["reading"]
        initial = {"reading_title": reading["title"], "language": reading["language"], "level": reading["level"]}
        self.tables = sentence_tables(document)
        self.without_speaker = sentences_without_speaker(document)
        for table in self.tables:
            initial |= {f"text-{table['key']}": table["text"], f"voice-{table['key']}": table["voice"]}
        super().__init__(data, initial=initial)
        self.fields["language"].choices = languages(reading["language"])  # type: ignore[attr-defined]
        self.document = document
        voices = [(voice["key"], voice["label"]) for voice in document["voices"] if voice["key"] != NOT_STATED]
        for number, table in enumerate(self.tables, start=1):
            self.fields[f"text-{table['key']}"] = text(f"Sentence {number}", MAX_SENTENCE_LENGTH, rows=2, look="says")
            self.fields[f"voice-{table['key']}"] = forms.ChoiceField(
                label=f"Who says sentence {number}",
                choices=voices,
                required=False,
                widget=forms.Select(attrs={"class": "why"}),
            )
            self.fields[f"speaker-{table['key']}"] = text(f"Name of a new speaker of sentence {number}", 80)
        self.not_saved = (*self.not_saved, *(f"speaker-{table['key']}" for table in self.tables))

    def clean(self) -> dict[str, Any]:
        """Refuse a sentence without a text, and a new speaker without a name or beyond the limit."""
        cleaned = super().clean() or self.cleaned_data
        name, _, key = cleaned.get("act", "").partition(":")
        if name == "speaker" and f"speaker-{key}" in cleaned:
            voice = self.speaker_for(key)
            if voice is None:
                self.add_error(f"speaker-{key}", "Enter the speaker’s name.")
            elif len({voice["key"], *(table["key"] for table in self.document["voices"])}) > MAX_VOICES:
                self.add_error(f"speaker-{key}", f"The limit is {MAX_VOICES} speakers. Remove one below.")
        for table in self.tables:
            if cleaned.get(f"text-{table['key']}") == "":
                self.add_error(f"text-{table['key']}", "To remove a sentence, choose “Remove” below.")
        return cleaned

    def paragraphs(self) -> Iterator[list["SentenceRow"]]:
        """The rows of each paragraph, in reading order."""
        number = 0
        for paragraph in self.document["reading"]["paragraphs"]:
            rows = []
            for place, table in enumerate(paragraph["sentences"]):
                number += 1
                rows.append(SentenceRow(self, table, number, begins=place == 0, is_last=number == len(self.tables)))
            yield rows

    def speaker_for(self, key: str) -> Table | None:
        """The new speaker of this sentence, or the one who has that name already; None without a name."""
        label = self.cleaned_data.get(f"speaker-{key}", "")
        if not label:
            return None
        known = self.document["voices"]
        same: Table | None = next((voice for voice in known if voice["label"].casefold() == label.casefold()), None)
        new = {"key": new_key(label, [voice["key"] for voice in known], "speaker"), "label": label, "icon": "person"}
        return new if same is None or same["key"] == NOT_STATED else same

    @property
    def reading(self) -> dict[str, str]:
        """The valid fields of title, language and level, as a draft stores them."""
        names = {"reading_title": "title", "language": "language", "level": "level"}
        return {names[name]: value for name, value in self.valid.items() if name in names}

    @property
    def texts(self) -> dict[str, str]:
        """The valid texts by sentence key."""
        return self._by_key("text-")

    @property
    def voices(self) -> dict[str, str]:
        """The valid speaker keys by sentence key."""
        return {key: voice for key, voice in self._by_key("voice-").items() if voice}

    @property
    def action(self) -> tuple[str, str]:
        """(action, sentence key) of the button; ("save", "") for any other."""
        self.is_valid()
        name, _, key = self.cleaned_data.get("act", "").partition(":")
        known = name in {"split", "join", "paragraph", "remove", "speaker"} and key in {
            table["key"] for table in self.tables
        }
        return (name, key) if known else ("save", "")

    def _by_key(self, start: str) -> dict[str, str]:
        return {name.removeprefix(start): value for name, value in self.valid.items() if name.startswith(start)}


class SentenceRow:
    """One sentence on the page. begins: whether it is the first of its paragraph."""

    def __init__(self, form: ReadingForm, table: Table, number: int, *, begins: bool, is_last: bool) -> None:
        self.key, self.number, self.begins, self.is_last = table["key"], number, begins, is_last
        self.text: BoundField = form[f"text-{table['key']}"]
        self.voice: BoundField = form[f"voice-{table['key']}"]
        self.speaker: BoundField = form[f"speaker-{table['key']}"]
        self.may_need_a_voice = number in form.without_speaker


class VoicesForm(DraftForm):
    """The speakers of the source: names and icons. A speaker with an empty name is removed."""

    def __init__(self, data: Any = None, *, document: Table) -> None:
        super().__init__(data)
        self.document = document
        self.keys = [voice["key"] for voice in document["voices"]]
        for voice in document["voices"]:
            self._add(voice["key"], voice["label"], voice["icon"], f"“{voice['label']}”")
        free = min(NEW_VOICES, MAX_VOICES - len(self.keys))
        self.new = [f"new-{number}" for number in range(1, free + 1)]
        for name in self.new:
            self._add(name, "", "person", "Another speaker")

    def _add(self, key: str, label: str, icon: str, name: str) -> None:
        self.fields[f"label-{key}"] = text(name, 80)
        self.fields[f"icon-{key}"] = forms.ChoiceField(label=f"Icon of {name}", choices=ICON_CHOICES, required=False)
        self.initial.update({f"label-{key}": label, f"icon-{key}": icon})

    def rows(self) -> list[tuple[BoundField, BoundField, bool]]:
        """(name, icon, whether it is new) for each speaker, in order."""
        return [(self[f"label-{key}"], self[f"icon-{key}"], key in self.new) for key in [*self.keys, *self.new]]

    def clean(self) -> dict[str, Any]:
        """Refuse an empty name for a speaker that is in use or that every story has."""
        cleaned = super().clean() or self.cleaned_data
        uses = uses_of_voices(self.document)
        for key in self.keys:
            if cleaned.get(f"label-{key}") == "" and key in FIXED_VOICES:
                self.add_error(f"label-{key}", "This speaker needs a name.")
            elif cleaned.get(f"label-{key}") == "" and uses.get(key):
                self.add_error(
                    f"label-{key}", f"{uses[key]} sentences or statements have this speaker. Change them first."
                )
        return cleaned

    @property
    def voices_to_save(self) -> list[Table]:
        """The speakers as a draft stores them. New speakers come before the speaker without a name."""
        fields, speakers = self.valid, []
        for voice in self.document["voices"]:
            label = fields.get(f"label-{voice['key']}", voice["label"])
            if label:
                speakers.append({**voice, "label": label, "icon": fields.get(f"icon-{voice['key']}") or voice["icon"]})
        place = next((number for number, voice in enumerate(speakers) if voice["key"] == UNNAMED), len(speakers))
        for name in self.new:
            if label := fields.get(f"label-{name}", ""):
                key = new_key(label, [voice["key"] for voice in speakers], "speaker")
                speakers.insert(place, {"key": key, "label": label, "icon": fields.get(f"icon-{name}") or "person"})
                place += 1
        return speakers
