"""A reading: the numbered sentences that every answer points at, and the voices that vouch for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

VOICE_ICONS = ("page", "person", "sign", "quote", "blank")
NOT_STATED = "not_stated"


class InvalidDocument(ValueError):
    """A stored or authored document that breaks its own rules; the message is one line for its author."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who vouches for a sentence.

    key: stable name; `NOT_STATED` stands for "the story does not say".
    label: as students read it. icon: one of `VOICE_ICONS`.
    """

    key: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a reading. number: from 1, in reading order; the only numbering that students see."""

    key: str
    number: int
    text: str
    voice: Voice
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the story comes from.

    published_on: ISO date or "". date_note: how the date is known, shown in brackets; "" when the story prints it.
    rights_note: under what right the reading is shown. author: "" where the story names none.
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
        """The day on which the story appeared, None where it is not known."""
        return date.fromisoformat(self.published_on) if self.published_on else None

    @property
    def is_dated_by_note(self) -> bool:
        """Whether the date note says the date itself, by its year."""
        return bool(self.published_on) and self.published_on[:4] in self.date_note


@dataclass(frozen=True, slots=True)
class Reading:
    """A text for a class. paragraphs: in order, each a tuple of sentences; no paragraph is empty."""

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
        """The sentences with these keys, in reading order; unknown keys are left out."""
        return tuple(sentence for sentence in self if sentence.key in keys)

    def voice(self, key: str) -> Voice | None:
        """The voice with this key, or None."""
        return next((voice for voice in self.voices if voice.key == key), None)


def text_of(table: Mapping[str, Any], name: str, *, optional: bool = False, at_most: int | None = None) -> str:
    """The non-empty string under `name`; raises InvalidDocument, except "" where `optional` and absent.

    at_most: the characters that its column holds, where it is stored in one.
    """
    value = table.get(name, "")
    if not isinstance(value, str):
        raise InvalidDocument(f"“{name}” must be text")
    if not value.strip() and not optional:
        raise InvalidDocument(f"“{name}” is missing")
    if at_most is not None and len(value.strip()) > at_most:
        raise InvalidDocument(f"“{name}” is longer than {at_most} characters")
    return value.strip()


def texts_of(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of strings under `name`, () when absent; raises InvalidDocument for anything else."""
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InvalidDocument(f"“{name}” must be a list of texts")
    if len(set(value)) != len(value):
        raise InvalidDocument(f"“{name}” names the same thing twice")
    return tuple(value)


def tables_of(table: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """The list of tables under `name`, () when absent; raises InvalidDocument for anything else."""
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidDocument(f"“{name}” must be a list of tables")
    return tuple(value)


def parse_voices(tables: Sequence[Mapping[str, Any]]) -> tuple[Voice, ...]:
    """Voices in the order given, which is the order in which they are always offered."""
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
    """A reading from its document; raises InvalidDocument with the sentence named."""
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
