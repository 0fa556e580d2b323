"""The teaching guide of a source: what its teachers read. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.content.languages import TextFields, missing_texts, translated, unknown_texts
from quizzes.content.tables import table_of, tables_of, text_of, texts_of, whole_of

# The language that guides are written in. Texts in other languages are next to them, as in a question set.
LANGUAGE = "en"
_OWN_TEXTS = TextFields(
    lines=("summary",),
    rows={
        "prompts": TextFields(texts=("question",), lines=("starters",)),
        "extension": TextFields(texts=("title", "text")),
        "standards": TextFields(texts=("about", "also")),
    },
)
_PARTS = {
    "care": TextFields(texts=("lead",), lines=("points",)),
    "plan": TextFields(texts=("shorter",), rows={"days": TextFields(texts=("aim", "quizzes"), lines=("in_class",))}),
    "checked": TextFields(lines=("inside", "outside")),
    "parents": TextFields(texts=("text",)),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the plan. in_class: what the class does, in order. quizzes: what the class opens in Footnote."""

    aim: str
    in_class: tuple[str, ...]
    quizzes: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to discuss, and how a sentence of an answer can start."""

    question: str
    starters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something to do beyond the quizzes."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard. questions: keys of the questions that fit. also: other parts of the guide that fit, or ""."""

    code: str
    about: str
    questions: tuple[str, ...]
    also: str


@dataclass(frozen=True, slots=True)
class TeachingGuide:
    """How to teach with a source. Every part may be empty; a page leaves out an empty part.

    minutes: the length of a lesson. shorter: what to do with less time. checked_inside, checked_outside: how the
    source was checked, from the story and from other sources.
    """

    summary: tuple[str, ...]
    care_lead: str
    care: tuple[str, ...]
    minutes: int
    days: tuple[Day, ...]
    shorter: str
    prompts: tuple[Prompt, ...]
    extension: tuple[Activity, ...]
    standards: tuple[Standard, ...]
    checked_inside: tuple[str, ...]
    checked_outside: tuple[str, ...]
    parents: str

    @property
    def missing(self) -> list[str]:
        """The names of its empty parts."""
        parts = {
            "summary": self.summary,
            "care": self.care,
            "plan": self.days,
            "prompts": self.prompts,
            "extension": self.extension,
            "standards": self.standards,
            "checked": self.checked_inside,
            "parents": self.parents,
        }
        return [name for name, part in parts.items() if not part]


def parse_guide(table: Mapping[str, Any], language: str | None = None) -> TeachingGuide:
    """The guide of teaching-guide.toml; raises InvalidDocument.

    language: of its texts, None for the one that it is written in. A missing text stays in that one and knows it.
    """
    if language is not None and language != LANGUAGE:
        parts = {name: translated(part, fields, language, LANGUAGE) for name, part, fields in _parts(table)}
        table = {**translated(table, _OWN_TEXTS, language, LANGUAGE), **parts}
    care, plan, checked, parents = (table_of(table, name) for name in ("care", "plan", "checked", "parents"))
    return TeachingGuide(
        summary=texts_of(table, "summary"),
        care_lead=text_of(care, "lead", optional=True),
        care=texts_of(care, "points"),
        minutes=whole_of(plan, "minutes", 0) if "minutes" in plan else 0,
        days=tuple(
            Day(text_of(day, "aim"), texts_of(day, "in_class"), text_of(day, "quizzes", optional=True))
            for day in tables_of(plan, "days")
        ),
        shorter=text_of(plan, "shorter", optional=True),
        prompts=tuple(
            Prompt(text_of(prompt, "question"), texts_of(prompt, "starters")) for prompt in tables_of(table, "prompts")
        ),
        extension=tuple(Activity(text_of(one, "title"), text_of(one, "text")) for one in tables_of(table, "extension")),
        standards=tuple(
            Standard(
                text_of(one, "code"),
                text_of(one, "about"),
                texts_of(one, "questions"),
                text_of(one, "also", optional=True),
            )
            for one in tables_of(table, "standards")
        ),
        checked_inside=texts_of(checked, "inside"),
        checked_outside=texts_of(checked, "outside"),
        parents=text_of(parents, "text", optional=True),
    )


def untranslated_guide(table: Mapping[str, Any], languages: Sequence[str]) -> Iterator[str]:
    """What these languages lack in the guide, and texts that fit nothing in it, one line each."""
    for name, part, fields in [("", table, _OWN_TEXTS), *_parts(table)]:
        where = f"{name}: " if name else ""
        for problem in unknown_texts(part, fields, languages):
            yield f"{where}{problem}"
        for language in languages:
            for text in missing_texts(part, fields, language):
                yield f"{where}no text in “{language}” for {text.place}: “{text.original}”"


def _parts(table: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], TextFields]]:
    return [(name, table_of(table, name), fields) for name, fields in _PARTS.items() if name in table]
