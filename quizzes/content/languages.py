"""The texts of a document in other languages. Pure.

A table has its texts in the first language of the document under their own names, and those of another language beside
them under `texts`: {"text": "Friday", "texts": {"es": {"text": "viernes"}}}. Keys, ids and everything that grades an
answer stand once. So a translated question has the same key, choices and grade.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quizzes.content.tables import InvalidDocument, Table
from quizzes.phrases import gettext_noop

TEXTS = "texts"
# The languages in the words of teachers' pages.
NAMES = {"en": gettext_noop("English"), "es": gettext_noop("Spanish")}


@dataclass(frozen=True, slots=True)
class TextFields:
    """Which fields of a table are texts for people.

    texts: single ones. lines: lists of texts, translated line by line. answers: lists of what an answer may say. Those
    of another language are accepted in any language, and their number may differ. rows: the same of each list of
    tables, or of one table.
    """

    texts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    rows: Mapping[str, "TextFields"] = field(default_factory=dict)

    def __or__(self, other: "TextFields") -> "TextFields":
        """The fields of both."""
        return TextFields(
            tuple(dict.fromkeys((*self.texts, *other.texts))),
            tuple(dict.fromkeys((*self.lines, *other.lines))),
            tuple(dict.fromkeys((*self.answers, *other.answers))),
            {**self.rows, **other.rows},
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields of the table itself."""
        return (*self.texts, *self.lines, *self.answers)


class TranslatedText(str):
    """A text of a translated document. original: in the first language. language: of this text.

    is_fallback: whether the translation is missing, so that this is the original.
    """

    language: str
    original: str
    is_fallback: bool

    def __new__(cls, text: str, *, language: str, original: str, is_fallback: bool = False) -> "TranslatedText":
        """The text with its language."""
        made = super().__new__(cls, text)
        made.language, made.original, made.is_fallback = language, original, is_fallback
        return made


class PageWords(str):
    """Words in the language of the page, then perhaps a sentence in its own: “Sentence 4: The council voted.”

    words: with the colon if a sentence follows. sentence: "" for none. language: of the sentence.
    """

    words: str
    sentence: str
    language: str

    def __new__(cls, words: str, sentence: str = "", *, language: str = "") -> "PageWords":
        """The words and the sentence as one text."""
        made = super().__new__(cls, f"{words}{sentence}")
        made.words, made.sentence, made.language = words, sentence, language
        return made


@dataclass(frozen=True, slots=True)
class MissingText:
    """A text without a translation.

    place: its field, such as "choices 2: rationale". original: in the first language.
    """

    place: str
    original: str


def original_of(text: str) -> str:
    """The text in the first language, so that an order by text is the same in every language."""
    return text.original if isinstance(text, TranslatedText) else text


def with_language(text: str, language: str) -> TranslatedText:
    """The text as one without a translation, so that a page in another language says the language of the text."""
    return (
        text
        if isinstance(text, TranslatedText)
        else TranslatedText(text, language=language, original=text, is_fallback=True)
    )


def translation_of(table: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """The texts of a table in this language, {} for none; raises InvalidDocument."""
    texts = table.get(TEXTS, {})
    own = texts.get(language, {}) if isinstance(texts, Mapping) else None
    if not isinstance(own, Mapping):
        raise InvalidDocument("“texts” must have a table for each language")
    return own


def all_languages(table: Mapping[str, Any], name: str) -> list[Any]:
    """What each other language has under this name, without languages that have nothing there."""
    found = (translation_of(table, language).get(name) for language in table.get(TEXTS, {}))
    return [value for value in found if value]


def translated(table: Mapping[str, Any], fields: TextFields, language: str, first: str) -> Table:
    """The table with its texts in this language. A missing text stays in the first language and knows it.

    The languages change places: `texts` of the new table has those of the first language.
    """
    own = translation_of(table, language)
    found: Table = {**table}
    for name in fields.texts:
        if isinstance(original := table.get(name), str) and original.strip():
            found[name] = _text(original, own.get(name), language, first)
    for name in fields.lines:
        if isinstance(lines := table.get(name), list):
            new = _lines(own.get(name))
            # Lines belong together by their place. A list of another length is out of date.
            new = new if len(new) == len(lines) else [""] * len(lines)
            found[name] = [_text(one, other, language, first) for one, other in zip(lines, new, strict=True)]
    for name in fields.answers:
        if isinstance(table.get(name), list) and (new := [text for text in _lines(own.get(name)) if text.strip()]):
            found[name] = new
    found |= _changed_rows(table, fields, lambda row, own_fields: translated(row, own_fields, language, first))
    originals = {name: table[name] for name in fields.names if name in table}
    others = {code: texts for code, texts in table.get(TEXTS, {}).items() if code != language}
    return {**found, TEXTS: {**others, first: originals}}


def missing_texts(table: Mapping[str, Any], fields: TextFields, language: str) -> Iterator[MissingText]:
    """The texts of a table that this language lacks, in order."""
    own = translation_of(table, language)
    for name in fields.texts:
        original, text = table.get(name), own.get(name)
        if isinstance(original, str) and original.strip() and not (isinstance(text, str) and text.strip()):
            yield MissingText(name, original)
    for name in fields.lines:
        lines, new = _lines(table.get(name)), _lines(own.get(name))
        if lines and (len(new) != len(lines) or not all(text.strip() for text in new)):
            yield MissingText(name, "; ".join(lines))
    for name in fields.answers:
        if _lines(table.get(name)) and not any(text.strip() for text in _lines(own.get(name))):
            yield MissingText(name, "; ".join(_lines(table.get(name))))
    for name, row_fields in fields.rows.items():
        for number, row in enumerate(rows_at(table, name), start=1):
            for missing in missing_texts(row, row_fields, language):
                yield MissingText(f"{name} {number}: {missing.place}", missing.original)


def unknown_texts(table: Mapping[str, Any], fields: TextFields, languages: Sequence[str]) -> Iterator[str]:
    """Why texts of other languages do not fit the table, one line each."""
    texts = table.get(TEXTS, {})
    if not isinstance(texts, Mapping):
        yield "“texts” must have a table for each language"
        return
    for language in texts:
        if language not in languages:
            yield f"it has texts in “{language}”, which “languages” does not name"
        for name in sorted(set(translation_of(table, language)) - set(fields.names)):
            yield f"“{name}” can’t have a translation"
        for name, value in translation_of(table, language).items():
            if not isinstance(value, str if name in fields.texts else list):
                yield f"“{name}” in “{language}” must be {'text' if name in fields.texts else 'a list of texts'}"
    for name, row_fields in fields.rows.items():
        for row in rows_at(table, name):
            yield from unknown_texts(row, row_fields, languages)


def rows_at(table: Mapping[str, Any], name: str) -> list[Table]:
    """The tables under this name: those of a list, or the one that is there alone."""
    rows = table.get(name)
    return [row for row in (rows if isinstance(rows, list) else [rows]) if isinstance(row, dict)]


def _changed_rows(table: Mapping[str, Any], fields: TextFields, change: Callable[[Table, TextFields], Table]) -> Table:
    """What the table has under each name of `fields.rows`, with each table in it changed."""
    found: Table = {}
    for name, row_fields in fields.rows.items():
        if isinstance(rows := table.get(name), list):
            found[name] = [change(row, row_fields) if isinstance(row, dict) else row for row in rows]
        elif isinstance(rows, dict):
            found[name] = change(rows, row_fields)
    return found


# --- While an author writes ----------------------------------------------------------------------------------------

# What each translation was written from, in a draft only. Students do not get the translation of a text that changed.
BASED_ON = "based_on_texts"


def anchor_texts(table: Table, fields: TextFields) -> None:
    """Note in a table of a draft, in place, what its translations say, for `finished_texts`."""
    if TEXTS in table:
        own = {name: table[name] for name in fields.names if name in table}
        table[BASED_ON] = {language: dict(own) for language in table[TEXTS]}
    for name, row_fields in fields.rows.items():
        for row in rows_at(table, name):
            anchor_texts(row, row_fields)


def set_translation(table: Table, name: str, value: str | list[str], language: str, *, of: Any) -> None:
    """Set the text of this field in this language, in place. of: the text that it translates."""
    own = table.setdefault(TEXTS, {}).setdefault(language, {})
    based_on = table.setdefault(BASED_ON, {}).setdefault(language, {})
    own[name], based_on[name] = value, of


def is_stale(table: Mapping[str, Any], name: str, language: str) -> bool:
    """Whether the text changed after it was translated."""
    if not translation_of(table, language).get(name):
        return False
    based_on = table.get(BASED_ON, {}).get(language, {})
    return name in based_on and _folded(based_on[name]) != _folded(table.get(name))


def finished_texts(table: Table, fields: TextFields, languages: Sequence[str]) -> Table:
    """The table as an edition stores it: with the texts in these languages that fit its fields and are up to date."""
    found = {name: value for name, value in table.items() if name not in (TEXTS, BASED_ON)}
    found |= _changed_rows(table, fields, lambda row, own_fields: finished_texts(row, own_fields, languages))
    texts = {
        language: {
            name: value
            for name, value in translation_of(table, language).items()
            if name in fields.names and value and table.get(name) and not is_stale(table, name, language)
        }
        for language in languages
    }
    kept = {language: own for language, own in texts.items() if own}
    return {**found, TEXTS: kept} if kept else found


def carry_texts(old: Table, new: Table, fields: TextFields) -> None:
    """Give the rows of a saved table, in place, the translations of the rows in their places before."""
    for name, row_fields in fields.rows.items():
        for before, after in zip(rows_at(old, name), rows_at(new, name), strict=False):
            for key in (TEXTS, BASED_ON):
                if key in before and key not in after:
                    after[key] = before[key]
            carry_texts(before, after, row_fields)


def _folded(value: Any) -> list[str]:
    return [" ".join(line.split()) for line in (_lines(value) if isinstance(value, list) else [str(value or "")])]


def _lines(value: Any) -> list[str]:
    return [str(line) for line in value] if isinstance(value, list | tuple) else []


def _text(original: str, text: Any, language: str, first: str) -> TranslatedText:
    if isinstance(text, str) and text.strip():
        return TranslatedText(text.strip(), language=language, original=original.strip())
    return TranslatedText(original.strip(), language=first, original=original.strip(), is_fallback=True)
