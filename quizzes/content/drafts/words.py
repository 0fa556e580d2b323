"""The words of a draft's reading that are explained to students. Pure.

A word is stored as an edition has it, see `Word`. Its author edits the forms that the reading has, and the first form
of a new word is its name. A word without a form is only in the teaching guide of a built-in source, and stays as it is.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from quizzes.content.drafts.document import reading_of
from quizzes.content.drafts.levels import level_of
from quizzes.content.languages import set_translation, translation_of
from quizzes.content.reading import Word, parse_words
from quizzes.content.tables import Table

SPANISH = "es"
MAX_WORDS = 60


@dataclass(frozen=True, slots=True)
class ExplainedWord:
    """A word as its author edits it. name: how it is known, "" for a new one.

    forms: as the reading has it. spanish_forms: as its Spanish level has it. None: not sent, so it stays as it is.
    """

    name: str
    forms: tuple[str, ...]
    meaning: str
    spanish_forms: tuple[str, ...] | None = None
    spanish_meaning: str | None = None


def has_spanish_level(document: Table) -> bool:
    """Whether the reading is in Spanish and another language."""
    return _own_forms(document) != SPANISH and level_of(document, SPANISH) is not None


def has_spanish_texts(document: Table) -> bool:
    """Whether the texts of the draft are in Spanish and another language."""
    return _own_forms(document) != SPANISH and SPANISH in document.get("languages", ())


def explained_words(document: Table) -> list[ExplainedWord]:
    """The words that have a form in the language of the reading, in the order of the draft."""
    own = _own_forms(document)
    return [
        ExplainedWord(
            table["word"],
            tuple(table[own]),
            table["meaning"],
            tuple(table.get(SPANISH, ())),
            translation_of(table, SPANISH).get("meaning", ""),
        )
        for table in document["reading"].get("words", ())
        if table.get(own)
    ]


def set_words(document: Table, words: Sequence[ExplainedWord]) -> None:
    """Change and add these words, in place. One without a form is removed, and one that is not among them stays.

    The names of these words differ. They replace a stored word of their name, because the page may be sent twice.
    """
    stored = document["reading"].get("words", [])
    sent = {word.name: word for word in words if word.name}
    changed = {
        name: _changed(document, table, sent[name])
        for table in stored
        if (name := table["word"]) in sent and sent[name].forms
    }
    added = [_changed(document, {}, word) for word in words if not word.name and word.forms]
    taken = {slug(table["word"]) for table in (*changed.values(), *added)}
    left = [
        changed.get(table["word"], table)
        for table in stored
        if table["word"] in changed or (table["word"] not in sent and slug(table["word"]) not in taken)
    ]
    if stored or added:
        document["reading"]["words"] = [*left, *added]


def name_of(word: ExplainedWord, forms_before: Sequence[str]) -> str:
    """How the word is known: as before while it keeps a form, else by its first form."""
    return word.name if word.name and set(word.forms) & set(forms_before) else word.forms[0]


def slug(name: str) -> str:
    """The part of the name of a word that no 2 words of a reading have in common."""
    return Word(name, "", "", (), ()).slug


def absent_words(document: Table) -> set[str]:
    """The names of the words that no level of the reading has."""
    reading = reading_of(document)
    shown = {word.slug for level in (reading, *reading.variants) for word in level.explained_words}
    return {word.word for word in parse_words(document["reading"].get("words", ()), "") if word.slug not in shown}


def _changed(document: Table, table: Table, word: ExplainedWord) -> Table:
    """The stored word with what its author sent."""
    own, new = _own_forms(document), deepcopy(table)
    name = name_of(word, table.get(own, ()))
    new |= {"word": name, "meaning": word.meaning, own: list(word.forms)}
    is_other = name != table.get("word")
    if is_other:
        new.pop("spanish", None)
    if word.spanish_forms is not None:
        if is_other or not set(word.spanish_forms) & set(table.get(SPANISH, ())):
            new["spanish"] = "".join(word.spanish_forms[:1])
        new[SPANISH] = list(word.spanish_forms)
    if word.spanish_meaning is not None and word.spanish_meaning != translation_of(table, SPANISH).get("meaning", ""):
        set_translation(new, "meaning", word.spanish_meaning, SPANISH, of=word.meaning)
    return {field: value for field, value in new.items() if value or field in table}


def _own_forms(document: Table) -> str:
    """The name of the field with the forms in the language of the reading."""
    return SPANISH if document["reading"]["language"] == SPANISH else "en"
