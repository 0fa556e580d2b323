"""Parse the document of a question set: source, reading, objectives and questions.

An edition stores this document, so the same code reads a file, a draft and a published edition.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from quizzes.content.languages import (
    MissingText,
    TextFields,
    missing_texts,
    translated,
    with_language,
)
from quizzes.content.question_types.question import PICTURE_TEXTS, Question
from quizzes.content.question_types.registry import parse_question, text_fields
from quizzes.content.reading import Citation, Reading, parse_reading, parse_speakers
from quizzes.content.rights import note_language
from quizzes.content.tables import InvalidDocument, Table, table_of, tables_of, text_of, texts_of, whole_of
from quizzes.phrases import ngettext

# In characters.
MAX_TITLE, MAX_SUMMARY, MAX_DATE_NOTE = 200, 400, 300
# What a file says about a question, a statement or a sentence for the rules only.
FILE_FIELDS = frozenset({"asks", "gives", "confirmed", "absent", "stands_alone", "near", "refers_to"})

# What `make_summary` writes.
_MADE_SUMMARY = re.compile(r"(\d+) (?:questions? on|preguntas? sobre) “(.+)”\.")

# What students read of a set besides its questions and the sentences of its reading, by table.
SET_TEXTS = TextFields(
    texts=("title", "summary"),
    rows={"objectives": TextFields(texts=("title",)), "voices": TextFields(texts=("label",))},
)
CITATION_TEXTS = TextFields(texts=("date_note",))
READING_TEXTS = TextFields(
    texts=("rights_note",), rows={"words": TextFields(texts=("meaning",)), "picture": PICTURE_TEXTS}
)


class InvalidQuestion(InvalidDocument):
    """A question breaks a rule. question: its key, or its number in the set if it has no key."""

    def __init__(self, question: str, reason: str) -> None:
        super().__init__(reason)
        self.question = question


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing that a set teaches. minimum: the number of questions that it needs."""

    key: str
    title: str
    minimum: int


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A whole question set. questions: in the author's order. about_minutes: the author's estimate, at least 1.

    form_of: the slug of the set that is its other form, "" for none. language: of its texts, except the reading.
    translations: the same set in other languages, by language. A missing text there is in the first language.
    """

    slug: str
    title: str
    summary: str
    about_minutes: int
    objectives: tuple[Objective, ...]
    reading: Reading
    questions: tuple[Question, ...]
    form_of: str
    language: str
    translations: Mapping[str, "SetDocument"] = field(default_factory=dict, compare=False, repr=False)

    @property
    def made_summary(self) -> str:
        """As `made_summary` returns it."""
        return made_summary(self.summary)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that students can choose, its own first."""
        return (self.language, *(code for code in self.translations if code != self.language))

    def in_language(self, language: str | None) -> "SetDocument":
        """The set with its texts in this language; itself if it has none."""
        return self.translations.get(language or "", self)

    @property
    def max_points(self) -> int:
        """The sum of the points of all questions."""
        return sum(question.points for question in self.questions)

    def question(self, key: str) -> Question | None:
        """The question with this key, or None."""
        return next((question for question in self.questions if question.key == key), None)


def make_summary(count: int, title: str, language: str) -> str:
    """The line in place of a summary that no one wrote, in the first language of the set. count: of its questions."""
    noun, on = ("pregunta", "sobre") if language == "es" else ("question", "on")
    return f"{count} {noun}{'' if count == 1 else 's'} {on} “{title}”."


def made_summary(summary: str) -> str:
    """A summary that `make_summary` wrote, in the language of the page; "" for one that a teacher wrote."""
    made = _MADE_SUMMARY.fullmatch(summary)
    if made is None:
        return ""
    text = ngettext("{count} question on “{title}”.", "{count} questions on “{title}”.", int(made[1]))
    return text.format(count=made[1], title=made[2])


def combine(source: Mapping[str, Any], question_set: Mapping[str, Any]) -> dict[str, Any]:
    """One document from the tables of a source and a set: plain JSON values, in their order.

    Fields that only the rules for files read stay in the files.
    """
    return {
        "slug": question_set.get("slug", ""),
        "title": question_set.get("title", ""),
        "summary": question_set.get("summary", ""),
        "about_minutes": question_set.get("about_minutes", 0),
        "minimum": question_set.get("minimum", {}),
        "citation": source.get("citation", {}),
        "objectives": source.get("objectives", []),
        "voices": source.get("voices", []),
        "facts": source.get("facts", []),
        "reading": _without_file_fields(source.get("reading", {})),
        "questions": _without_file_fields(question_set.get("questions", [])),
        **({"form_of": question_set["form_of"]} if "form_of" in question_set else {}),
        **({"languages": source["languages"]} if "languages" in source else {}),
        **({"texts": question_set["texts"]} if "texts" in question_set else {}),
    }


def _without_file_fields(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_file_fields(item) for name, item in value.items() if name not in FILE_FIELDS}
    if isinstance(value, list):
        return [_without_file_fields(item) for item in value]
    return value


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 (64 hexadecimal digits) of the document as canonical JSON."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse_set(document: Mapping[str, Any]) -> SetDocument:
    """The parsed set; raises InvalidQuestion or InvalidDocument. `find_problems` of set_problems.py validates it."""
    if not _can_be_stored(document):
        raise InvalidDocument("the document holds a value that a database cannot store")
    first, others = first_language(document), other_languages(document)
    parsed = _parse(document, _questions(document, others, first), first=first, language=first)
    translations = {
        code: _parse(
            _translated(document, code, first),
            tuple(question.in_language(code) for question in parsed.questions),
            first=first,
            language=code,
        )
        for code in others
    }
    return replace(parsed, translations=translations)


def first_language(document: Mapping[str, Any]) -> str:
    """The language that the questions are written in: that of the reading, without its region."""
    return text_of(table_of(document, "reading"), "language", at_most=20).partition("-")[0]


def other_languages(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The other languages that the set has texts in; raises InvalidDocument."""
    others = texts_of(document, "languages")
    if first_language(document) in others:
        raise InvalidDocument("“languages” names the language that the set is written in")
    return others


def _translated(document: Mapping[str, Any], language: str, first: str) -> Table:
    """The document with the texts of this language, without its questions."""
    return {
        **translated(document, SET_TEXTS, language, first),
        "citation": translated(table_of(document, "citation"), CITATION_TEXTS, language, first),
        "reading": translated(table_of(document, "reading"), READING_TEXTS, language, first),
    }


def untranslated(document: Mapping[str, Any], language: str) -> list[tuple[str, MissingText]]:
    """(question key or "", text) of each text that this language lacks, in order; [] for a complete language."""
    around = (
        (document, SET_TEXTS),
        (table_of(document, "citation"), CITATION_TEXTS),
        (table_of(document, "reading"), READING_TEXTS),
    )
    found = [("", text) for table, fields in around for text in missing_texts(table, fields, language)]
    for question in tables_of(document, "questions"):
        found += [(question["key"], text) for text in missing_texts(question, text_fields(question), language)]
    return found


def _parse(document: Mapping[str, Any], questions: tuple[Question, ...], *, first: str, language: str) -> SetDocument:
    """The set with these questions. first: the language that it is written in. language: of its texts."""
    reading = parse_reading(
        table_of(document, "reading"),
        citation=_citation(table_of(document, "citation"), table_of(document, "reading"), first),
        speakers=[
            replace(one, label=with_language(one.label, first)) for one in parse_speakers(tables_of(document, "voices"))
        ],
    )
    facts = [text_of(fact, "id") for fact in tables_of(document, "facts")]
    if len(set(facts)) != len(facts):
        raise InvalidDocument("two facts have the same id")
    return SetDocument(
        slug=slug_of(document),
        title=text_of(document, "title", at_most=MAX_TITLE),
        summary=text_of(document, "summary", at_most=MAX_SUMMARY),
        about_minutes=whole_of(document, "about_minutes", 1),
        objectives=_objectives(document, first),
        reading=reading,
        questions=questions,
        form_of=text_of(document, "form_of", optional=True, at_most=80),
        language=language,
    )


def slug_of(table: Mapping[str, Any]) -> str:
    """The table's slug; raises InvalidDocument."""
    slug = text_of(table, "slug", at_most=80)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise InvalidDocument("“slug” can have only lowercase letters, digits, and hyphens")
    return slug


def _questions(document: Mapping[str, Any], languages: Sequence[str], first: str) -> tuple[Question, ...]:
    questions = tuple(
        _question(table, number, languages, first)
        for number, table in enumerate(tables_of(document, "questions"), start=1)
    )
    repeated = [key for key, count in Counter(question.key for question in questions).items() if count > 1]
    if repeated:
        raise InvalidQuestion(repeated[0], "two questions have this key")
    if not questions:
        raise InvalidDocument("the set has no question")
    return questions


def _question(table: Mapping[str, Any], number: int, languages: Sequence[str], first: str) -> Question:
    name = table.get("key")
    try:
        return parse_question(table, languages, first=first)
    except InvalidDocument as error:
        raise InvalidQuestion(name if isinstance(name, str) and name else f"number {number}", str(error)) from error


def _objective(table: Mapping[str, Any], minimum: Mapping[str, Any], first: str) -> Objective:
    key = text_of(table, "key", at_most=80)
    least = whole_of(minimum, key, 0) if key in minimum else 0
    return Objective(key, with_language(text_of(table, "title"), first), least)


def _objectives(document: Mapping[str, Any], first: str) -> tuple[Objective, ...]:
    minimum = table_of(document, "minimum")
    objectives = tuple(_objective(table, minimum, first) for table in tables_of(document, "objectives"))
    if len({objective.key for objective in objectives}) != len(objectives):
        raise InvalidDocument("two objectives have the same key")
    unknown = set(minimum) - {objective.key for objective in objectives}
    if unknown:
        raise InvalidDocument(f"“minimum” names the objective “{min(unknown)}”, which the source does not have")
    return objectives


def _citation(citation: Mapping[str, Any], reading: Mapping[str, Any], first: str) -> Citation:
    published_on = text_of(citation, "published_on", optional=True)
    try:
        if published_on:
            date.fromisoformat(published_on)
    except ValueError as error:
        raise InvalidDocument("“published_on” must be a date, as 2018-07-27") from error
    url = text_of(citation, "url", optional=True, at_most=200)
    note = text_of(reading, "rights_note", optional=True)
    # The link comes from a file and is shown on pages: other schemes could run scripts.
    if url and not url.startswith(("http://", "https://")):
        raise InvalidDocument("“url” needs to start with http:// or https://")
    return Citation(
        publisher=text_of(citation, "publisher", at_most=200),
        title=text_of(citation, "title", at_most=300),
        url=url,
        published_on=published_on,
        date_note=with_language(text_of(citation, "date_note", optional=True, at_most=MAX_DATE_NOTE), first),
        rights_note=with_language(note, note_language(note, first)),
        author=text_of(citation, "author", optional=True, at_most=200),
    )


def _can_be_stored(value: Any) -> bool:
    """Whether PostgreSQL can store the value as JSON: no NUL, no lone surrogate, no NaN and no infinity."""
    match value:
        case dict():
            return all(_can_be_stored(name) and _can_be_stored(item) for name, item in value.items())
        case list():
            return all(map(_can_be_stored, value))
        case str():
            return not re.search("[\x00\ud800-\udfff]", value)
        case float():
            return math.isfinite(value)
    return True
