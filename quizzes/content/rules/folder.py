"""What the rules read: a source with its question sets, and helpers that several rules use."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from quizzes.content.languages import translated
from quizzes.content.question_types.registry import text_fields
from quizzes.content.reading import Reading
from quizzes.content.set_document import SetDocument
from quizzes.content.tables import Table
from quizzes.content.teaching_guide import TeachingGuide, parse_guide
from quizzes.content.writing_tips import flesch_kincaid

SOURCE_NAME, GUIDE_NAME = "source.toml", "teaching-guide.toml"
# The language that the built-in sets are written in.
FIRST_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a rule. file: its name. where: a question or a sentence, "" for the whole file."""

    file: str
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.reason}" if self.where else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a file. table: as written. statements: those of a who-says-so question."""

    file: str
    slug: str
    table: Table

    @property
    def key(self) -> str:
        """The key of the question."""
        return str(self.table["key"])

    @property
    def asked(self) -> str:
        """The stem and the statement."""
        return f"{self.table['stem']} {self.table.get('statement', '')}".strip()

    @property
    def choices(self) -> Sequence[Table]:
        """The choices of a question with answers to choose; () for tempting sentences."""
        return [row for row in self.table.get("choices", ()) if "text" in row]

    @property
    def tempting(self) -> Sequence[Table]:
        """The tempting sentences of an evidence question."""
        return [row for row in self.table.get("choices", ()) if "sentence" in row]

    @property
    def statements(self) -> Sequence[Table]:
        """The statements of a who-says-so question."""
        statements: Sequence[Table] = self.table.get("statements", ())
        return statements

    @property
    def keys(self) -> Sequence[Table]:
        """The correct choices."""
        return [choice for choice in self.choices if choice.get("key")]

    @property
    def is_written(self) -> bool:
        """Whether students write the answer and a teacher grades it."""
        return "criteria" in self.table

    @property
    def finds_sentences(self) -> bool:
        """Whether students find the sentences that prove a statement."""
        return "key_sentences" in self.table

    @property
    def points_by_shape(self) -> int | None:
        """1 for each key, statement or sentence to find; None for a question whose points its author decides."""
        return len(self.keys) or len(self.statements) or len(self.table.get("key_sentences", ())) or None

    @property
    def explanation(self) -> str:
        """The explanation, "" without one."""
        return str(self.table.get("explanation", ""))

    @property
    def feedback(self) -> list[str]:
        """Every rationale, "" for a missing one. Only built-in sets need them all."""
        lists = ("choices", "statements", "tempting", "prompts", "items", "gaps", "wrong")
        rows = [row for name in lists for row in self.table.get(name, ())]
        is_judged = isinstance(self.table.get("answer"), bool)
        both = ["rationale_true", "rationale_false"] if is_judged else []
        other = ["rationale_other"] if self.finds_sentences or "tempting" in self.table else []
        return [str(table.get("rationale", "")) for table in rows] + [
            str(self.table.get(name, "")) for name in (*both, *other)
        ]

    def in_language(self, language: str) -> "Item":
        """The question with its texts in this language; a missing text stays in English."""
        if language == FIRST_LANGUAGE:
            return self
        return replace(self, table=translated(self.table, text_fields(self.table), language, FIRST_LANGUAGE))

    def finding(self, reason: str) -> Finding:
        """A finding on this question."""
        return Finding(self.file, f"question “{self.key}”", reason)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One set: the file's name, its own tables and the parsed set."""

    file: str
    table: Mapping[str, Any]
    parsed: SetDocument

    @property
    def items(self) -> list[Item]:
        """Its questions."""
        return [Item(self.file, self.parsed.slug, table) for table in self.table["questions"]]


@dataclass(frozen=True, slots=True)
class Folder:
    """A source, its reading and its sets. story_runs: hashes of runs of the story, None if they are not known.

    guide_tables: the tables of the teaching guide, None without one.
    """

    source: Mapping[str, Any]
    reading: Reading
    sets: tuple[RuleSet, ...]
    story_runs: frozenset[str] | None
    guide_tables: Mapping[str, Any] | None

    @property
    def guide(self) -> TeachingGuide | None:
        """The teaching guide, None without one."""
        return parse_guide(self.guide_tables) if self.guide_tables is not None else None

    @property
    def items(self) -> list[Item]:
        """The questions of all sets."""
        return [item for one in self.sets for item in one.items]

    @property
    def singles(self) -> list[Item]:
        """The questions with one correct choice."""
        return [item for item in self.items if item.choices and item.points_by_shape == 1]

    @property
    def facts(self) -> dict[str, Table]:
        """The facts of the source by id."""
        return {fact["id"]: fact for fact in self.source["facts"]}

    @property
    def readings(self) -> list[Reading]:
        """The reading at every level."""
        return [self.reading, *self.reading.variants]

    @property
    def sentences(self) -> dict[str, Table]:
        """The sentences of the reading by key, as written."""
        return {
            table["key"]: table
            for paragraph in self.source["reading"]["paragraphs"]
            for table in paragraph["sentences"]
        }

    def speakers(self, keys: Sequence[str]) -> set[str]:
        """The speakers of these sentences."""
        return {sentence.speaker.key for sentence in self.reading.sentences(keys)}


Rule = Callable[[Folder], Iterator[Finding]]


def words(text: str) -> list[str]:
    """The words of a text."""
    return re.findall(r"[\w’'-]*\w", text)


def long_words(text: str) -> set[str]:
    """The words of at least four letters, in small letters."""
    return {word.casefold() for word in words(text) if len(word) >= 4}


def grade_level(texts: Sequence[str], *, without: frozenset[str]) -> float:
    """The Flesch-Kincaid grade of these sentences. without: names that do not count, in small letters."""
    counted = [word for text in texts for word in words(text) if word.lower().removesuffix("’s") not in without]
    if not counted:
        return 0
    return flesch_kincaid(counted, len(texts))


def chance(items: Sequence[Item]) -> Fraction:
    """How many of these single choices a guess gets on average."""
    return sum((Fraction(1, len(item.choices)) for item in items), Fraction(0))
