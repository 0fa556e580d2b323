"""Forms for the reading of a draft: its text and its sentences."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from unicodedata import normalize

from django import forms
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.document import MAX_SENTENCE_LENGTH, MAX_SENTENCES, MAX_SPEAKERS, sentence_tables
from quizzes.content.drafts.text import is_much_shorter, speaker_with_label, text_of
from quizzes.content.drafts.validation import NO_RIGHTS, sentences_without_speaker
from quizzes.content.pasted_text import CleanText, clean_text
from quizzes.content.question_types.form import text
from quizzes.content.reading import NOT_STATED, REPORTER
from quizzes.content.rights import RIGHTS
from quizzes.content.sentences import split_text
from quizzes.content.tables import Table
from quizzes.formatting import grouped, up_to
from quizzes.forms.editor.base import DraftForm, new_key
from quizzes.forms.editor.source import SourceForm
from quizzes.forms.fields import choice_field

# A long story has 2,000 words. This is room for 6 times as many.
MAX_TEXT_LENGTH = 80_000
# The buttons that change a sentence and the one before or after it.
_WITH_NEIGHBOR = frozenset(("join", "start", "continue"))


# The languages that students in schools of the United States speak at home most often, besides English. The second
# list has those without a name in Django.
_LANGUAGES = (
    "en ar bn bs de es fa fr el he hi hr ht hy id it ja km ko ml mr my ne pa pl pt pt-br ro ru sq sr sw ta te th tr uk "
    "ur uz vi zh-hans zh-hant"
).split()
_MORE_LANGUAGES = {
    "am": (gettext_lazy("Amharic"), "አማርኛ"),
    "gu": (gettext_lazy("Gujarati"), "ગુજરાતી"),
    "hmn": (gettext_lazy("Hmong"), "Hmoob"),
    "nv": (gettext_lazy("Navajo"), "Diné bizaad"),
    "ps": (gettext_lazy("Pashto"), "پښتو"),
    "so": (gettext_lazy("Somali"), "Soomaali"),
    "tl": (gettext_lazy("Tagalog"), "Tagalog"),
}


def languages(current: str) -> list[tuple[str, str]]:
    """(tag, name with the language's own name) of each offered language, by name; includes the current one."""
    english = {tag: LANG_INFO[tag]["name"] for tag in _LANGUAGES}
    names = {tag: (gettext(name), LANG_INFO[tag]["name_local"]) for tag, name in english.items()}
    names |= {tag: (str(name), own) for tag, (name, own) in _MORE_LANGUAGES.items()}
    if current not in names:
        known = LANG_INFO.get(current, {})
        name = known.get("name", current)
        names[current] = (gettext(name), known.get("name_local", name))
    labels = {
        tag: name if name.casefold() == own.casefold() else f"{name} ({own})" for tag, (name, own) in names.items()
    }
    return sorted(labels.items(), key=lambda pair: normalize("NFKD", pair[1]))


def check_sentences(pasted: str, language: str) -> None:
    """Raise ValidationError for too many or too long sentences."""
    sentences = [sentence for paragraph in split_text(pasted, language) for sentence in paragraph]
    if len(sentences) > MAX_SENTENCES:
        raise ValidationError(
            gettext("This has {count} sentences. The limit is {max_sentences}.").format(
                count=len(sentences), max_sentences=MAX_SENTENCES
            )
        )
    too_long = next((one for one in sentences if len(one) > MAX_SENTENCE_LENGTH), None)
    if too_long:
        raise ValidationError(
            gettext("A sentence is over {max_sentence_length} characters. Split it: “{value}…”").format(
                max_sentence_length=grouped(MAX_SENTENCE_LENGTH), value=too_long[:60]
            )
        )


class NewSetForm(SourceForm):
    """The title of a new set and, if they are there already, its source and the text of its reading."""

    needed = ("title",)

    text = text(
        gettext_lazy("Text"),
        MAX_TEXT_LENGTH,
        rows=10,
        hint=gettext_lazy("Leave a blank line between paragraphs. We’ll number the sentences."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data, today=today)
        self.pasted = CleanText("")

    def clean_text(self) -> str:
        """The text without HTML tags and broken lines, "" without one. Sets `pasted`."""
        self.pasted = clean_text(self.cleaned_data["text"])
        check_sentences(self.pasted.text, "en")
        return self.pasted.text

    def clean(self) -> dict[str, Any]:
        """Require the rights for a text."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("text") and cleaned.get("rights") == "":
            self.add_error("rights", gettext(NO_RIGHTS))
        return cleaned

    @property
    def source(self) -> dict[str, Any]:
        """The valid fields without the text, as a draft stores them."""
        return {name: value for name, value in super().source.items() if name != "text"}


class TextForm(DraftForm):
    """The text of the reading, pasted or typed."""

    is_whole = True
    not_saved = (*DraftForm.not_saved, "is_same_story")

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Leave a blank line between paragraphs. We’ll number the sentences."),
        error_messages={
            "required": gettext_lazy("Paste or type the reading."),
            "max_length": up_to(MAX_TEXT_LENGTH),
        },
    )
    is_same_story = forms.BooleanField(required=False, label=gettext_lazy("Yes, it’s the same story"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table) -> None:
        super().__init__(data, initial={"text": text_of(document)})
        self.document = document
        self.asks_for_story = False
        self.pasted = CleanText("")

    def clean_text(self) -> str:
        """The text without HTML tags and broken lines; refuses too many or too long sentences. Sets `pasted`."""
        self.pasted = clean_text(self.cleaned_data["text"])
        if self.document["reading"]["rights"] not in RIGHTS:
            raise ValidationError(gettext("First choose what you may show students, under “Source”."))
        if not self.pasted.text:
            raise ValidationError(self.fields["text"].error_messages["required"])
        check_sentences(self.pasted.text, self.document["reading"]["language"])
        return self.pasted.text

    def clean(self) -> dict[str, Any]:
        """Require a confirmation for a much shorter text, which may be another story."""
        cleaned = super().clean() or self.cleaned_data
        if "text" in cleaned and is_much_shorter(self.document, cleaned["text"]) and not cleaned.get("is_same_story"):
            self.asks_for_story = True
            self.add_error("text", gettext("The new text is less than half as long. Is it the same story?"))
        return cleaned


class ReadingForm(DraftForm):
    """The reading: title, language, level, and the text and speaker of each sentence."""

    row_start = "text-"

    reading_title = text(gettext_lazy("Reading title"), 200)
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    level = text(gettext_lazy("Level (optional)"), 40, hint=gettext_lazy("Such as Grade 7"))
    act = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table) -> None:
        reading = document["reading"]
        initial = {"reading_title": reading["title"], "language": reading["language"], "level": reading["level"]}
        self.tables = sentence_tables(document)
        self.without_speaker = sentences_without_speaker(document)
        for table in self.tables:
            initial |= {f"text-{table['key']}": table["text"], f"speaker-{table['key']}": table["voice"]}
        super().__init__(data, initial=initial)
        choice_field(self, "language").choices = languages(reading["language"])
        self.document = document
        speakers = [
            (speaker["key"], speaker["label"]) for speaker in document["voices"] if speaker["key"] != NOT_STATED
        ]
        self.story_speaker = dict(speakers).get(REPORTER, gettext("The story itself"))
        for number, table in enumerate(self.tables, start=1):
            self.fields[f"text-{table['key']}"] = text(
                gettext("Sentence {number}").format(number=number), MAX_SENTENCE_LENGTH, rows=2, look="says"
            )
            self.fields[f"speaker-{table['key']}"] = forms.ChoiceField(
                label=gettext("Who says sentence {number}").format(number=number),
                choices=speakers,
                required=False,
                widget=forms.Select(attrs={"class": "why"}),
            )
            self.fields[f"new_speaker-{table['key']}"] = text(
                gettext("Name of a new speaker of sentence {number}").format(number=number), 80
            )
        self.not_saved = (*self.not_saved, *(f"new_speaker-{table['key']}" for table in self.tables))

    def clean(self) -> dict[str, Any]:
        """Refuse a sentence without a text, and a new speaker without a name or beyond the limit."""
        cleaned = super().clean() or self.cleaned_data
        name, _, key = cleaned.get("act", "").partition(":")
        if name == "speaker" and cleaned.get(f"new_speaker-{key}") == "":
            self.add_error(f"new_speaker-{key}", gettext("Enter the speaker’s name."))
        if not self.is_autosave:
            known = {table["key"] for table in self.document["voices"]}
            for sentence, speaker in self._typed_speakers():
                known.add(speaker["key"])
                if len(known) > MAX_SPEAKERS:
                    self.add_error(
                        f"new_speaker-{sentence}",
                        gettext("The limit is {max_speakers} speakers. Remove one under “Speakers”.").format(
                            max_speakers=MAX_SPEAKERS
                        ),
                    )
        for table in self.tables:
            # A field that was not sent is not an empty one: another window may have added the sentence.
            if f"text-{table['key']}" in self.data and cleaned.get(f"text-{table['key']}") == "":
                self.add_error(f"text-{table['key']}", gettext("To remove a sentence, choose “Remove” below."))
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

    @property
    def is_autosave(self) -> bool:
        """Whether no button was pressed, so that a name of a speaker may be half typed."""
        return not self.cleaned_data.get("act") and not self.cleaned_data.get("publish")

    @property
    def new_speakers(self) -> list[tuple[str, Table]]:
        """(sentence key, speaker) for each typed name that a button saves. One name is one speaker, new or known."""
        self.is_valid()
        return [] if self.is_autosave else self._typed_speakers()

    def _typed_speakers(self) -> list[tuple[str, Table]]:
        known: list[Table] = [*self.document["voices"]]
        found = []
        for table in self.tables:
            label = self.cleaned_data.get(f"new_speaker-{table['key']}", "")
            if not label:
                continue
            same = speaker_with_label(label, known)
            if same is None or same["key"] == NOT_STATED:
                key = new_key(label, [speaker["key"] for speaker in known], "speaker")
                same = {"key": key, "label": label, "icon": "person"}
                known.append(same)
            found.append((table["key"], same))
        return found

    def problems(self) -> list[str]:
        """Also a message for each typed name of a speaker that waits for a button."""
        waiting = self._typed_speakers() if self.is_autosave else []
        return super().problems() + [
            gettext("Not saved: {field}. Choose “Add speaker” or “Save”.").format(
                field=self[f"new_speaker-{key}"].label
            )
            for key, _ in waiting
        ]

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
    def speakers(self) -> dict[str, str]:
        """The valid speaker keys by sentence key."""
        return {key: speaker for key, speaker in self._by_key("speaker-").items() if speaker}

    @property
    def action(self) -> tuple[str, str]:
        """(action, sentence key) of the button; ("save", "") for any other, and if it is out of date."""
        self.is_valid()
        name, _, key = self.cleaned_data.get("act", "").partition(":")
        keys = {table["key"] for table in self.tables}
        is_known = name in {"split", "remove", "speaker", *_WITH_NEIGHBOR} and key in keys
        return (name, key) if is_known and not self.is_out_of_date else ("save", "")

    @property
    def is_out_of_date(self) -> bool:
        """Whether the button changes 2 neighbors, and the page showed other sentences than the draft has now."""
        self.is_valid()
        shown = [name.removeprefix("text-") for name in self.data if name.startswith("text-")]
        is_same = shown == [table["key"] for table in self.tables]
        return self.cleaned_data.get("act", "").partition(":")[0] in _WITH_NEIGHBOR and not is_same

    def _by_key(self, start: str) -> dict[str, str]:
        return {name.removeprefix(start): value for name, value in self.valid.items() if name.startswith(start)}


class SentenceRow:
    """One sentence on the page. begins: whether it is the first of its paragraph."""

    def __init__(self, form: ReadingForm, table: Table, number: int, *, begins: bool, is_last: bool) -> None:
        self.key, self.number, self.begins, self.is_last = table["key"], number, begins, is_last
        self.text: BoundField = form[f"text-{table['key']}"]
        self.speaker: BoundField = form[f"speaker-{table['key']}"]
        self.new_speaker: BoundField = form[f"new_speaker-{table['key']}"]
        self.may_need_a_speaker = number in form.without_speaker
