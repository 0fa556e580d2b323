"""The texts of a draft in other languages, as its editor shows and saves them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from quizzes.content.drafts.document import finished, finished_question, question_of
from quizzes.content.drafts.rights_note import reading_with_note
from quizzes.content.languages import MissingText, TextFields, is_stale, rows_at, set_translation, translation_of
from quizzes.content.pictures import MAX_ALTERNATIVE
from quizzes.content.question_types.draft import text_in
from quizzes.content.question_types.question import MAX_LINE
from quizzes.content.question_types.registry import text_fields
from quizzes.content.reading import MAX_MEANING
from quizzes.content.set_document import (
    CITATION_TEXTS,
    MAX_DATE_NOTE,
    MAX_SUMMARY,
    MAX_TITLE,
    READING_TEXTS,
    SET_TEXTS,
    first_language,
    untranslated,
)
from quizzes.content.tables import Table
from quizzes.phrases import gettext, gettext_noop

# Replaces a question's key for the texts of the set itself. No question has this key.
SET = "set"
# In a row of a draft while its finished copy is read: where the row is.
_PLACE = "place_in_draft"

_NAMES = {
    "stem": gettext_noop("Question"),
    "text": gettext_noop("Text"),
    "title": gettext_noop("Title"),
    "label": gettext_noop("Name"),
    "summary": gettext_noop("Summary"),
    "explanation": gettext_noop("Explanation"),
    "statement": gettext_noop("Statement"),
    "description": gettext_noop("Description"),
    "meaning": gettext_noop("Meaning"),
    "note": gettext_noop("Note"),
    "rationale": gettext_noop("Feedback"),
    "rationale_true": gettext_noop("Feedback for “true”"),
    "rationale_false": gettext_noop("Feedback for “false”"),
    "rationale_other": gettext_noop("Feedback for any other sentence"),
    "sample_answer": gettext_noop("Sample answer"),
    "date_note": gettext_noop("Where the date comes from"),
    "rights_note": gettext_noop("Why students may see the text"),
    "options": gettext_noop("Answer choices"),
    "choices": gettext_noop("Answer choices"),
    "accepted": gettext_noop("Accepted answers"),
    "units": gettext_noop("Names of the unit"),
    "alternative": gettext_noop("What it shows"),
}
_ROWS = {
    "choices": gettext_noop("Answer"),
    "statements": gettext_noop("Statement"),
    "prompts": gettext_noop("Line"),
    "items": gettext_noop("Line"),
    "gaps": gettext_noop("Blank"),
    "wrong": gettext_noop("Wrong answer"),
    "criteria": gettext_noop("Criterion"),
    "tempting": gettext_noop("Sentence"),
    "objectives": gettext_noop("Objective"),
    "voices": gettext_noop("Speaker"),
    "words": gettext_noop("Word"),
    "picture": gettext_noop("Picture"),
}
# The rows that a part has once.
_ONCE = frozenset({"picture"})
# The lengths that publishing allows, in characters.
_AT_MOST = {
    "title": MAX_TITLE,
    "summary": MAX_SUMMARY,
    "date_note": MAX_DATE_NOTE,
    "meaning": MAX_MEANING,
    "alternative": MAX_ALTERNATIVE,
    "accepted": MAX_LINE,
}
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class TextToTranslate:
    """One text of a draft with its translation. id: its place, such as "choices-1-text". label: for its author.

    original: a list for `lines`, texts that belong together line by line, and for `answers`, of any number.
    translation: "" or [] without one. is_stale: whether the original changed since. at_most: of the text or of each
    line, in characters.
    """

    id: str
    label: str
    original: str | list[str]
    translation: str | list[str]
    is_stale: bool
    at_most: int
    is_lines: bool
    is_answers: bool


def offered_languages(document: Table, all_languages: Sequence[str]) -> list[str]:
    """The languages that a draft can have besides its own, and those that it has."""
    first, own = first_language(document), document.get("languages", ())
    return [code for code in all_languages if code != first or code in own]


def add_language(document: Table, language: str) -> None:
    """Give the draft this language, in place, unless it is written in it. Its texts from before are there again."""
    if language != first_language(document):
        document["languages"] = list(dict.fromkeys([*document.get("languages", []), language]))


def remove_language(document: Table, language: str) -> None:
    """Take this language from the draft, in place. Its texts stay in the draft and are not published."""
    document["languages"] = [code for code in document.get("languages", []) if code != language]


def texts_of_question(document: Table, key: str, language: str) -> list[TextToTranslate]:
    """The texts of a question, in order; of the set itself for `SET`; [] for a question that is gone."""
    return [_shown(place, name, table, fields, language) for place, name, table, fields in _slots(document, key)]


def set_translations(
    document: Table, key: str, values: Mapping[str, str | list[str]], language: str, *, kept: str
) -> None:
    """Set these translations, by id, in place. One that is new or `kept` belongs to the text that the draft has now."""
    for place, name, finished_table, _ in _slots(document, key):
        id_ = _id(place, name)
        if id_ in values and (id_ == kept or values[id_] != _value(finished_table, name, language)):
            table = _at(document, key, place)
            set_translation(table, name, values[id_], language, of=finished_table.get(name))


def missing_in(document: Table, language: str) -> list[tuple[str, list[MissingText]]]:
    """(question key or `SET`, texts) of everything that the draft lacks in this language, in order.

    A summary that the author left blank is not missing, although students see a line in its place. An
    explanation that is also feedback is not missing either.
    """
    found: dict[str, list[MissingText]] = {}
    edition = finished(document)
    questions = {question["key"]: question for question in edition["questions"]}
    for key, text in untranslated(edition, language):
        if key and _is_explanation(text.place.rpartition(": ")[2], text.original, questions[key]):
            continue
        if key or text.place != "summary" or document["summary"]:
            found.setdefault(key or SET, []).append(text)
    return list(found.items())


def label_of(place: str) -> str:
    """The place of a text, such as "choices 2: rationale", in words for its author."""
    row, _, name = place.rpartition(": ")
    noun, _, number = row.partition(" ")
    name = gettext(_NAMES.get(name, name.capitalize()))
    if not row:
        return name
    words = gettext("{row}: {text}") if noun in _ONCE else gettext("{row} {number}: {text}")
    return words.format(row=gettext(_ROWS.get(noun, noun.capitalize())), number=number, text=name.lower())


type _Place = tuple[tuple[str, int], ...]


def _slots(document: Table, key: str) -> Iterator[tuple[_Place, str, Table, TextFields]]:
    """(rows on the way, name, finished table, its fields) of each text that is not empty."""
    for part, table, fields in _tables(document, key):
        for slot in _slots_of(table, fields, ((part, 0),) if part else ()):
            _, name, row, _ = slot
            if not _is_explanation(name, row[name], table):
                yield slot


def _is_explanation(name: str, text: Any, question: Table) -> bool:
    """Whether this feedback is the explanation, whose translation it has too."""
    return name.startswith("rationale") and text == text_in(question, "explanation")


def _tables(document: Table, key: str) -> Iterator[tuple[str, Table, TextFields]]:
    """(part of the document, finished table, fields) of a question or of the set itself."""
    if key == SET:
        edition = finished(document)
        yield "", {**document, "summary": edition["summary"]}, SET_TEXTS
        yield "citation", document["citation"], CITATION_TEXTS
        yield "reading", reading_with_note(document), READING_TEXTS
        return
    stored = question_of(document, key)
    if stored is None:
        return
    question = deepcopy(stored)
    for name in text_fields(question).rows:
        for number, row in enumerate(rows_at(question, name)):
            row[_PLACE] = number
    yield "", finished_question(document, question, with_old_texts=True), text_fields(question)


def _slots_of(table: Table, fields: TextFields, place: _Place) -> Iterator[tuple[_Place, str, Table, TextFields]]:
    for name in fields.names:
        value = table.get(name)
        if (isinstance(value, str) and value.strip()) or (isinstance(value, list) and value):
            yield place, name, table, fields
    for name, row_fields in fields.rows.items():
        for number, row in enumerate(rows_at(table, name)):
            yield from _slots_of(row, row_fields, (*place, (name, row.get(_PLACE, number))))


def _at(document: Table, key: str, place: _Place) -> Table:
    """The table of the draft at this place."""
    table: Any = document if key == SET else question_of(document, key)
    for name, number in place:
        table = table[name] if isinstance(table[name], dict) else table[name][number]
    found: Table = table
    return found


def _id(place: _Place, name: str) -> str:
    return "-".join([*(f"{row}-{number + 1}" for row, number in place), name])


def _value(table: Table, name: str, language: str) -> str | list[str]:
    is_list = isinstance(table.get(name), list)
    value: str | list[str] = translation_of(table, language).get(name) or ([] if is_list else "")
    return value


def _shown(place: _Place, name: str, table: Table, fields: TextFields, language: str) -> TextToTranslate:
    rows = [(row, number) for row, number in place if row not in ("citation", "reading")]
    where = " ".join(f"{row} {number + 1}" for row, number in rows)
    return TextToTranslate(
        id=_id(place, name),
        label=label_of(f"{where}: {name}" if where else name),
        original=table[name],
        translation=_value(table, name, language),
        is_stale=is_stale(table, name, language),
        at_most=_AT_MOST.get(name, _LONGEST),
        is_lines=name in fields.lines,
        is_answers=name in fields.answers,
    )
