"""A reading: numbered sentences, and the speaker of each (stored key: voice)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

from quizzes.content.languages import PageWords, TranslatedText, with_language
from quizzes.content.pictures import Picture, parse_picture
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop

SPEAKER_ICONS = ("page", "person", "sign", "quote", "blank")
# The key of the speaker “The story itself”.
REPORTER = "reporter"
NOT_STATED = "not_stated"
# The longest explanation of a word, in characters.
MAX_MEANING = 200
# A story of the last two months is still current.
RECENT = timedelta(days=60)
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
_SPANISH_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
# Notes of built-in versions before 0.6.0 end with it. The page says it above each reading that explains words.
_WORD_HINT = "Tap a dotted word to see what it means."

# The levels of a reading by key, with their names. The reading as written is the standard level.
STANDARD = "standard"
LEVELS = {STANDARD: gettext_noop("Standard"), "easier": gettext_noop("Easier"), "es": gettext_noop("Spanish")}


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker: who says a sentence.

    key: never changes; `NOT_STATED` means “the story does not say”.
    label: what students read. icon: one of `SPEAKER_ICONS`.
    """

    key: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is explained to students. spanish: its translation, or "".

    forms: how readings in English have it, such as “detained”; forms_es: those in Spanish; () if only teachers see it.
    """

    word: str
    meaning: str
    spanish: str
    forms: tuple[str, ...]
    forms_es: tuple[str, ...]

    @property
    def is_in_spanish(self) -> bool:
        """Whether its meaning is in Spanish too, so that the Spanish word comes first."""
        meaning = self.meaning
        is_spanish = isinstance(meaning, TranslatedText) and not meaning.is_fallback and meaning.language == "es"
        return bool(self.spanish) and is_spanish

    @property
    def slug(self) -> str:
        """The word as part of an id."""
        return re.sub(r"\W+", "-", self.word.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence. word: the word that it is a form of, None for text between words."""

    text: str
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a reading. number: from 1, in reading order, as students see it.

    parts: the text with its explained words, each where a paragraph first has it; () if none is explained.
    """

    key: str
    number: int
    text: str
    speaker: Speaker
    facts: frozenset[str]
    parts: tuple[Part, ...] = ()


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

    def is_old(self, *, today: date) -> bool:
        """Whether the story is too old to tell how things are today. False without a date."""
        return self.day is not None and today - self.day > RECENT

    @property
    def as_of(self) -> str:
        """The line next to every question, such as “As of July 2018”, so that no one reads old news as new."""
        return self._dated(
            gettext("As of {month} {year}"), gettext("As of {month} {year} (date from outside the story)")
        )

    @property
    def story_date(self) -> str:
        """The line on pages of results, which have dates of their own: “News story from July 2018”."""
        return self._dated(
            gettext("News story from {month} {year}"),
            gettext("News story from {month} {year} (date from outside the story)"),
        )

    def _dated(self, text: str, by_note: str) -> str:
        """The text with the month. by_note: the text for a date that the story does not print."""
        if self.day is None:
            return gettext("The source gives no date")
        form = by_note if self.date_note else text
        return form.format(month=gettext(MONTHS[self.day.month - 1]), year=self.day.year)

    @property
    def is_dated_by_note(self) -> bool:
        """Whether the date note has the year of publication, so that a page need not repeat the date."""
        return bool(self.published_on) and self.published_on[:4] in self.date_note


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage for a class. paragraphs: in order; each has at least one sentence.

    words: all that the source explains, also those that no sentence has.
    variant: its level, one of `LEVELS`. variants: the same sentences at other levels, with the keys, numbers, facts,
    and speakers of this reading; one of them may lack some. note: what students should know first.
    """

    title: str
    language: str
    level: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    citation: Citation
    speakers: tuple[Speaker, ...]
    words: tuple[Word, ...] = ()
    variant: str = STANDARD
    note: str = ""
    variants: tuple["Reading", ...] = ()
    picture: Picture | None = None

    def __iter__(self) -> Iterator[Sentence]:
        for paragraph in self.paragraphs:
            yield from paragraph

    def sentence(self, key: str) -> Sentence | None:
        """The sentence with this key, or None."""
        return next((sentence for sentence in self if sentence.key == key), None)

    def sentences(self, keys: Sequence[str]) -> tuple[Sentence, ...]:
        """The sentences with these keys, in reading order; unknown keys are ignored."""
        return tuple(sentence for sentence in self if sentence.key in keys)

    def quote(self, sentence: Sentence) -> PageWords:
        """A sentence of it with its number."""
        number = gettext("Sentence {number}").format(number=sentence.number)
        return PageWords(f"{number}: ", sentence.text, language=self.language)

    def names(self, keys: Sequence[str]) -> PageWords:
        """The numbers of the sentences with these keys, in words."""
        numbers = (sentence.number for sentence in self.sentences(keys))
        return PageWords("; ".join(gettext("Sentence {number}").format(number=number) for number in numbers))

    def in_variant(self, key: str) -> "Reading":
        """The reading at this level; itself if it has no such level."""
        return next((variant for variant in self.variants if variant.variant == key), self)

    def in_language(self, language: str | None) -> "Reading":
        """The reading with its level in this language first; itself if that level lacks a sentence or is missing."""
        shown = self.in_variant(language or "")
        if shown is self or not shown.has([sentence.key for sentence in self]):
            return self
        others = tuple(variant for variant in self.variants if variant is not shown)
        return replace(shown, variants=(replace(self, variants=()), *others))

    def at_level(self, key: str, needed: Sequence[str]) -> "Reading":
        """The reading at this level; itself without such a level, or if the level lacks a needed sentence."""
        shown = self.in_variant(key)
        return shown if shown is self or shown.has(needed) else self

    @property
    def date_line(self) -> str:
        """The line above the reading that says when it was news, in English or Spanish; "" without a date."""
        day, language = self.citation.day, self.language.partition("-")[0]
        if day is None or language not in ("en", "es"):
            return ""
        if language == "es":
            outside = " La fecha viene de fuera de la noticia." if self.citation.date_note else ""
            month = _SPANISH_MONTHS[day.month - 1]
            return f"Noticia de {month} de {day.year}. Cuenta cómo eran las cosas entonces, no cómo son hoy.{outside}"
        outside = " The date comes from outside the story." if self.citation.date_note else ""
        return f"News from {day:%B %Y}. It tells how things were then, not how they are now.{outside}"

    @property
    def shown_level(self) -> str:
        """Its level in the words of its author, such as “Grade 7”; "" without one."""
        grade = re.fullmatch(r"Grade (\d+)", self.level)
        return gettext("Grade {number}").format(number=grade[1]) if grade else self.level

    @property
    def level_name(self) -> str:
        """The name of its level."""
        return gettext(LEVELS[self.variant])

    def has(self, keys: Sequence[str]) -> bool:
        """Whether it has all these sentences."""
        return {sentence.key for sentence in self}.issuperset(keys)

    @property
    def explained_words(self) -> tuple[Word, ...]:
        """The words that its sentences explain, by word, each once."""
        found = {part.word for sentence in self for part in sentence.parts if part.word is not None}
        return tuple(word for word in self.words if word in found)

    @property
    def shown_words(self) -> list[tuple[str, Word]]:
        """Each explained word in the language of this reading, the first of its translations, by what is shown."""
        is_spanish = self.language == "es"
        shown = [
            (word.spanish.split(",")[0] if is_spanish and word.spanish else word.word, word)
            for word in self.explained_words
        ]
        return sorted(shown, key=lambda pair: normalize("NFKD", pair[0].casefold()))

    def speaker(self, key: str) -> Speaker | None:
        """The speaker with this key, or None."""
        return next((speaker for speaker in self.speakers if speaker.key == key), None)


def parse_speakers(tables: Sequence[Mapping[str, Any]]) -> tuple[Speaker, ...]:
    """The speakers in the order of the source; raises InvalidDocument. Students always see them in this order."""
    speakers = tuple(Speaker(text_of(t, "key"), text_of(t, "label"), text_of(t, "icon")) for t in tables)
    for speaker in speakers:
        if speaker.icon not in SPEAKER_ICONS:
            raise InvalidDocument(
                f"speaker “{speaker.key}” has the icon “{speaker.icon}”, which is none of {', '.join(SPEAKER_ICONS)}"
            )
    if len({speaker.key for speaker in speakers}) != len(speakers):
        raise InvalidDocument("two speakers have the same key")
    return speakers


def parse_words(tables: Sequence[Mapping[str, Any]], language: str) -> tuple[Word, ...]:
    """The explained words, by word; raises InvalidDocument. language: in which they are written."""
    words = tuple(
        Word(
            with_language(text_of(table, "word", at_most=60), language),
            with_language(text_of(table, "meaning", at_most=MAX_MEANING), language),
            text_of(table, "spanish", optional=True, at_most=100),
            texts_of(table, "en"),
            texts_of(table, "es"),
        )
        for table in tables
    )
    if len({word.slug for word in words}) != len(words):
        raise InvalidDocument("two words to know are the same")
    return tuple(sorted(words, key=lambda word: word.slug))


def explain_words(
    paragraphs: Sequence[Sequence[Sentence]], words: Sequence[Word], language: str
) -> tuple[tuple[Sentence, ...], ...]:
    """The paragraphs with each word explained where a paragraph first has it."""
    own = [(form, word) for word in words for form in (word.forms_es if language == "es" else word.forms)]
    if not own:
        return tuple(tuple(replace(sentence, parts=()) for sentence in paragraph) for paragraph in paragraphs)
    forms = {form.casefold(): word for form, word in own}
    longest_first = sorted((form for form, _ in own), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    explained = []
    for paragraph in paragraphs:
        seen: set[Word] = set()
        explained.append(
            tuple(replace(sentence, parts=_parts(sentence.text, pattern, forms, seen)) for sentence in paragraph)
        )
    return tuple(explained)


def _parts(text: str, pattern: re.Pattern[str], forms: Mapping[str, Word], seen: set[Word]) -> tuple[Part, ...]:
    """The parts of a text; () if it has no word that is not in `seen`. Adds its words there."""
    parts, end = [], 0
    for match in pattern.finditer(text):
        # None: the pattern takes “ı” for “i”.
        word = forms.get(match[0].casefold())
        if word is not None and word not in seen:
            seen.add(word)
            parts += [Part(text[end : match.start()]), Part(match[0], word)]
            end = match.end()
    return (*(part for part in parts if part.text), *([Part(text[end:])] if text[end:] else [])) if parts else ()


def parse_reading(table: Mapping[str, Any], *, citation: Citation, speakers: Sequence[Speaker]) -> Reading:
    """A reading from its document; raises InvalidDocument, which names the sentence."""
    by_key = {speaker.key: speaker for speaker in speakers if speaker.key != NOT_STATED}
    paragraphs: list[tuple[Sentence, ...]] = []
    number = 0
    for paragraph in tables_of(table, "paragraphs"):
        sentences = []
        for item in tables_of(paragraph, "sentences"):
            number += 1
            key, speaker = text_of(item, "key"), text_of(item, "voice")
            if speaker not in by_key:
                raise InvalidDocument(f"sentence “{key}” has the speaker “{speaker}”, which the source does not list")
            sentences.append(
                Sentence(key, number, text_of(item, "text"), by_key[speaker], frozenset(texts_of(item, "facts")))
            )
        if not sentences:
            raise InvalidDocument("a paragraph has no sentence")
        paragraphs.append(tuple(sentences))
    language = text_of(table, "language", at_most=20)
    words = parse_words(tables_of(table, "words"), language)
    reading = Reading(
        title=text_of(table, "title", at_most=200),
        language=language,
        level=text_of(table, "level", optional=True),
        paragraphs=explain_words(paragraphs, words, language),
        citation=citation,
        speakers=tuple(speakers),
        words=words,
        picture=parse_picture(table),
    )
    keys = [sentence.key for sentence in reading]
    if not keys:
        raise InvalidDocument("the reading has no sentence")
    if len(set(keys)) != len(keys):
        raise InvalidDocument("two sentences have the same key")
    variants = tuple(parse_variant(variant, reading) for variant in tables_of(table, "variants"))
    if len({variant.variant for variant in variants}) != len(variants):
        raise InvalidDocument("two levels of the reading have the same key")
    return replace(reading, variants=variants)


def parse_variant(table: Mapping[str, Any], reading: Reading) -> Reading:
    """Another level of the reading; raises InvalidDocument. A sentence without a text there is left out."""
    key, texts = text_of(table, "key"), table.get("sentences")
    if key not in LEVELS or key == STANDARD:
        raise InvalidDocument(f"the level “{key}” is none of {', '.join(LEVELS)} beside the standard one")
    if not isinstance(texts, dict) or not texts:
        raise InvalidDocument(f"the level “{key}” has no sentence")
    if unknown := texts.keys() - {sentence.key for sentence in reading}:
        raise InvalidDocument(f"the level “{key}” has the sentence “{min(unknown)}”, which the reading does not have")
    paragraphs = [
        [replace(sentence, text=text_of(texts, sentence.key)) for sentence in paragraph if sentence.key in texts]
        for paragraph in reading.paragraphs
    ]
    language = text_of(table, "language", at_most=20)
    return replace(
        reading,
        title=text_of(table, "title", at_most=200),
        language=language,
        level=text_of(table, "level", optional=True),
        paragraphs=explain_words([paragraph for paragraph in paragraphs if paragraph], reading.words, language),
        variant=key,
        note=text_of(table, "note", optional=True, at_most=300).removesuffix(_WORD_HINT).rstrip(),
    )
