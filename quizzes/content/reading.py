"""A reading: numbered sentences, and the speaker of each (stored key: voice)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop

VOICE_ICONS = ("page", "person", "sign", "quote", "blank")
# The key of the speaker “The story itself”.
REPORTER = "reporter"
NOT_STATED = "not_stated"
MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker: who says a sentence.

    key: never changes; `NOT_STATED` means “the story does not say”.
    label: what students read. icon: one of `VOICE_ICONS`.
    """

    key: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a reading. number: from 1, in reading order, as students see it."""

    key: str
    number: int
    text: str
    voice: Voice
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of the story.

    published_on: ISO date or "". date_note: how the date is known, shown in brackets; "" if the story prints it.
    rights_note: why the class may see the reading. author: "" if the story names none.
    """

    publisher: str
    title: str
    url: str
    published_on: str
    date_note: str
    rights_note: str
    author: str = ""

    @property
    def day(self) -> date | None:
        """The day when the story was published; None if it is not known."""
        return date.fromisoformat(self.published_on) if self.published_on else None

    @property
    def as_of(self) -> str:
        """The line beside every question, such as “As of July 2018”, so that nobody reads old news as news of today."""
        if self.day is None:
            return gettext("The source gives no date")
        if self.date_note:
            text = gettext("As of {month} {year} (date from outside the story)")
        else:
            text = gettext("As of {month} {year}")
        return text.format(month=gettext(MONTHS[self.day.month - 1]), year=self.day.year)

    @property
    def is_dated_by_note(self) -> bool:
        """Whether the date note has the year of publication, so that a page need not repeat the date."""
        return bool(self.published_on) and self.published_on[:4] in self.date_note


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage for a class. paragraphs: in order; each has at least one sentence."""

    title: str
    language: str
    level: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    citation: Citation
    voices: tuple[Voice, ...]

    def __iter__(self) -> Iterator[Sentence]:
        for paragraph in self.paragraphs:
            yield from paragraph

    def sentence(self, key: str) -> Sentence | None:
        """The sentence with this key, or None."""
        return next((sentence for sentence in self if sentence.key == key), None)

    def sentences(self, keys: Sequence[str]) -> tuple[Sentence, ...]:
        """The sentences with these keys, in reading order; unknown keys are ignored."""
        return tuple(sentence for sentence in self if sentence.key in keys)

    def voice(self, key: str) -> Voice | None:
        """The speaker with this key, or None."""
        return next((voice for voice in self.voices if voice.key == key), None)


def parse_voices(tables: Sequence[Mapping[str, Any]]) -> tuple[Voice, ...]:
    """The speakers in the order of the source; raises InvalidDocument. Students always see them in this order."""
    voices = tuple(Voice(text_of(t, "key"), text_of(t, "label"), text_of(t, "icon")) for t in tables)
    for voice in voices:
        if voice.icon not in VOICE_ICONS:
            raise InvalidDocument(
                f"voice “{voice.key}” has the icon “{voice.icon}”, which is none of {', '.join(VOICE_ICONS)}"
            )
    if len({voice.key for voice in voices}) != len(voices):
        raise InvalidDocument("two voices have the same key")
    return voices


def parse_reading(table: Mapping[str, Any], *, citation: Citation, voices: Sequence[Voice]) -> Reading:
    """A reading from its document; raises InvalidDocument, which names the sentence."""
    by_key = {voice.key: voice for voice in voices if voice.key != NOT_STATED}
    paragraphs: list[tuple[Sentence, ...]] = []
    number = 0
    for paragraph in tables_of(table, "paragraphs"):
        sentences = []
        for item in tables_of(paragraph, "sentences"):
            number += 1
            key, voice = text_of(item, "key"), text_of(item, "voice")
            if voice not in by_key:
                raise InvalidDocument(f"sentence “{key}” has the voice “{voice}”, which the source does not list")
            sentences.append(
                Sentence(key, number, text_of(item, "text"), by_key[voice], frozenset(texts_of(item, "facts")))
            )
        if not sentences:
            raise InvalidDocument("a paragraph has no sentence")
        paragraphs.append(tuple(sentences))
    reading = Reading(
        title=text_of(table, "title", at_most=200),
        language=text_of(table, "language", at_most=20),
        level=text_of(table, "level", optional=True),
        paragraphs=tuple(paragraphs),
        citation=citation,
        voices=tuple(voices),
    )
    keys = [sentence.key for sentence in reading]
    if not keys:
        raise InvalidDocument("the reading has no sentence")
    if len(set(keys)) != len(keys):
        raise InvalidDocument("two sentences have the same key")
    return reading
