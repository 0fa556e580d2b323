"""The abstract base of a question of each type while a teacher writes it, and checks that types share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from quizzes.content.languages import BASED_ON, TEXTS
from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.tables import Table, repeated

# How many rows each list of a question may have: each has an id.
MAX_ROWS = len(CHOICE_IDS)


class QuestionDraft(ABC):
    """How a draft holds a question of one type.

    A draft may be incomplete: any field may be empty and any row blank.
    """

    # Whether the teacher chooses the evidence of the question in the reading, next to the form.
    uses_picker: bool = True

    @property
    @abstractmethod
    def set_aside_key(self) -> str:
        """The key under which a draft keeps the fields of this type after a change of type. Stored, so never changed.

        Types with the same key share their fields.
        """

    @property
    @abstractmethod
    def fields(self) -> tuple[str, ...]:
        """The fields that only this type has."""

    @property
    @abstractmethod
    def row_lists(self) -> tuple[str, ...]:
        """The lists that a teacher can add rows to, the main list first."""

    @abstractmethod
    def blank(self, speakers: Sequence[Table]) -> Table:
        """The fields of a new question. speakers: those of the source."""

    def open(self, question: Table) -> None:
        """Change a question from the shape of an edition to the shape of a draft, in place."""
        return

    @abstractmethod
    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """The question in the shape of an edition; incomplete if the draft is."""

    @abstractmethod
    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing before publishing, in the words of the page. `Question.problems` speaks to a programmer."""

    @abstractmethod
    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """A finished question with a placeholder key, so that its public view can be shown."""


def rows(question: Table) -> list[Table]:
    """Every row of the question, such as its choices, statements or lines."""
    return [
        row
        for name, value in question.items()
        if isinstance(value, list) and name != "kept"
        for row in value
        if isinstance(row, dict)
    ]


def text_in(table: Table, name: str) -> str:
    """The stripped text under this name, "" if there is none."""
    return str(table.get(name) or "").strip()


def numbered(rows: Sequence[Table], name: str = "text") -> list[tuple[int, Table]]:
    """The rows with text, each with its number on the page, from 1."""
    return [(number, row) for number, row in enumerate(rows, start=1) if text_in(row, name)]


def kept_rows(rows: Sequence[Table], name: str = "text") -> list[Table]:
    """Copies of the rows with text."""
    return [dict(row) for _, row in numbered(rows, name)]


def with_explanation(row: Table, name: str, question: Table) -> Table:
    """The row with the question's explanation under this name if it has nothing else there, in each language."""
    explanation = text_in(question, "explanation")
    if text_in(row, name) not in ("", explanation):
        return row
    found = {**row, name: explanation}
    for kind in (TEXTS, BASED_ON):
        kept = row.get(kind, {})
        own = {code: texts["explanation"] for code, texts in question.get(kind, {}).items() if "explanation" in texts}
        if explanation and own:
            found[kind] = kept | {code: kept.get(code, {}) | {name: text} for code, text in own.items()}
    return found


def missing(table: Table, name: str, message: str) -> list[str]:
    """[message] if there is no text under this name."""
    return [] if text_in(table, name) else [message]


def too_few(rows: Sequence[Table], at_least: int, message: str) -> list[str]:
    """[message] if fewer rows than this have text."""
    return [] if len(numbered(rows)) >= at_least else [message]


def equals(rows: Sequence[Table], message: str) -> list[str]:
    """For each row that repeats an earlier one, apart from case and spaces, the message with their numbers.

    message: such as “Answers {first} and {second} are the same.”
    """
    found = repeated({number: text_in(row, "text") for number, row in numbered(rows)})
    return [message.format(first=first, second=second) for second, first in found.items()]


def without_blank_count(question: Table) -> Table:
    """A copy without `asked_count` if the teacher left it blank."""
    return {name: value for name, value in question.items() if name != "asked_count" or value}


def other_count(question: Table, correct_count: int, message: str) -> list[str]:
    """[message] with both numbers if the question asks for another number than is correct."""
    asked = question.get("asked_count")
    is_other = bool(asked and correct_count) and asked != correct_count
    return [message.format(asked=asked, count=correct_count)] if is_other else []


def lost(keys: Sequence[str], sentence_keys: Sequence[str], message: str) -> list[str]:
    """[message] if one of these sentences is no longer in the reading."""
    return [message] if set(keys) - set(sentence_keys) else []
