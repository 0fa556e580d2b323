"""Written answer: a few sentences in the student's own words, graded by the teacher with a rubric."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import TextFields
from quizzes.content.question_types.question import (
    NO_IDEA,
    Choose,
    Question,
    Submitted,
    Value,
    common_fields,
    read_typed,
    refuse_equal,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, ReviewRow, RowNote
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of, whole_of
from quizzes.phrases import gettext, ngettext

# About two pages by hand: more than a teacher of 150 students can read.
MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the rubric. title: shown before students write. description: what earns its points, shown later."""

    title: str
    points: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(Question):
    """A question to answer in sentences. Its value: the text as typed, lines ended by "\\n".

    criteria: at least one, whose points add up to the question's. min_length, max_length: in characters; the first is
    only asked for, since half an answer is better than one that was not saved. sample_answer: one good answer.
    """

    note: str
    min_length: int
    max_length: int
    criteria: tuple[Criterion, ...]
    sample_answer: str

    @classmethod
    def own_texts(cls) -> TextFields:
        """The note, the sample answer, and the rubric."""
        return TextFields(
            texts=("note", "sample_answer"), rows={"criteria": TextFields(texts=("title", "description"))}
        )

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        fields = common_fields(document)
        criteria = tuple(
            Criterion(
                text_of(table, "title"), whole_of(table, "points", 1, fields["points"]), text_of(table, "description")
            )
            for table in tables_of(document, "criteria")
        )
        if not criteria:
            raise InvalidDocument("a question that a teacher grades needs at least one criterion")
        total = sum(criterion.points for criterion in criteria)
        if total != fields["points"]:
            raise InvalidDocument(
                f"the points of the criteria add up to {total} and those of the question are {fields['points']}"
            )
        refuse_equal(
            [criterion.title for criterion in criteria],
            gettext("lines {first} and {second} of the rubric are the same"),
        )
        max_length = whole_of(document, "max_length", 1, MAX_LENGTH) if "max_length" in document else MAX_LENGTH
        return cls(
            **fields,
            note=text_of(document, "note", optional=True),
            min_length=whole_of(document, "min_length", 0, max_length) if "min_length" in document else 0,
            max_length=max_length,
            criteria=criteria,
            sample_answer=text_of(document, "sample_answer"),
        )

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, note, lengths, the titles of the rubric and own answer."""
        return {
            "stem": self.stem,
            "note": self.note,
            "name": shuffle.token(self.key, "answer"),
            "answer": value or "",
            "min_length": self.min_length,
            "max_length": self.max_length,
            "criteria": [{"title": criterion.title, "points": criterion.points} for criterion in self.criteria],
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The typed text, None for a blank field; raises NotAChoice."""
        name = shuffle.token(self.key, "answer")
        return read_typed(submitted, name, limit=self.max_length, lines=True)

    def grade(self, value: Value) -> Fraction:
        """0: it earns nothing until a teacher grades it."""
        return Fraction(0)

    def review(self, value: Value, reading: Reading) -> Review:
        """The answer, one good answer and the rubric."""
        given = (ReviewRow(value, "given", RowNote.ANSWER, ""),) if value is not None else ()
        return Review(
            credit=self.grade(value),
            rows=(
                *given,
                ReviewRow(self.sample_answer, "missed", RowNote.SAMPLE, ""),
                *(ReviewRow(_line(criterion), "no", "", "") for criterion in self.criteria),
            ),
            given=value or "",
            correct=self.sample_answer,
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """One good answer and the rubric."""
        return (
            KeyRow(self.sample_answer, True, ""),
            *(KeyRow(_line(criterion), True, "") for criterion in self.criteria),
        )

    def correct_answer(self) -> Value:
        """One good answer. It earns nothing until a teacher grades it."""
        return self.sample_answer

    def wrong_answer(self, choose: Choose) -> Value:
        """Words that earn nothing."""
        return NO_IDEA

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """Raises InvalidDocument: the type has no key."""
        raise InvalidDocument(gettext("a teacher grades this question, so it has no answer key"))

    def other_amount(self, value: Value) -> str:
        """How long the answer is if it is shorter than asked; "" otherwise."""
        if len(value) >= self.min_length:
            return ""
        return gettext("{count} of at least {least} characters").format(
            count=f"{len(value):,}", least=f"{self.min_length:,}"
        )

    def needs_grading(self, value: Value) -> bool:
        """Whether there is an answer."""
        return value is not None

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """One option for every answer, since no two texts are equal; () for no answer."""
        return () if value is None else (Option("answer", gettext("An answer"), False, "", listed=False),)

    def as_written(self, option: Option, value: Value) -> str:
        """The text itself."""
        return str(value)


def _line(criterion: Criterion) -> str:
    points = ngettext("{count} point", "{count} points", criterion.points).format(count=criterion.points)
    return f"{criterion.title} ({points}): {criterion.description}"
