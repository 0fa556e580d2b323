"""Free text: a few sentences in the student's own words, marked by the teacher with a rubric."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of

LABEL = "In your own words"
HINT = "Your teacher reads this one"
PARTIAL_CREDIT = "Your teacher marks it. What earns points is listed with the question."
MARKED_BY: base.MarkedBy = "teacher"

# About two pages by hand: more than a teacher of 150 students can read.
MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the rubric. title: for students before they write. description: what earns its points, for later."""

    title: str
    points: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(base.Question):
    """A question to answer in sentences. Its value: the text as typed, lines ended by "\\n".

    criteria: at least one, whose points add up to the question's. min_length, max_length: in characters; the first is
    only asked for, since half an answer is better than one that was not saved. sample_answer: one good answer.
    """

    note: str
    min_length: int
    max_length: int
    criteria: tuple[Criterion, ...]
    sample_answer: str


def parse(document: Mapping[str, Any]) -> FreeText:
    """The question from its document; raises InvalidDocument."""
    fields = base.common_fields(document)
    criteria = tuple(
        Criterion(text_of(table, "title"), _whole(table, "points", 1, fields["points"]), text_of(table, "description"))
        for table in tables_of(document, "criteria")
    )
    if not criteria:
        raise InvalidDocument("a question that a teacher marks needs at least one criterion")
    total = sum(criterion.points for criterion in criteria)
    if total != fields["points"]:
        raise InvalidDocument(
            f"the points of the criteria add up to {total} and those of the question are {fields['points']}"
        )
    base.refuse_equal([criterion.title for criterion in criteria], what="criteria")
    max_length = _whole(document, "max_length", 1, MAX_LENGTH) if "max_length" in document else MAX_LENGTH
    return FreeText(
        **fields,
        note=text_of(document, "note", optional=True),
        min_length=_whole(document, "min_length", 0, max_length) if "min_length" in document else 0,
        max_length=max_length,
        criteria=criteria,
        sample_answer=text_of(document, "sample_answer"),
    )


def problems(question: FreeText, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return base.evidence_problems(question.evidence, question.facts, reading)


def public(question: FreeText, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, note, lengths, the titles of the rubric and the own answer."""
    return {
        "stem": question.stem,
        "note": question.note,
        "name": presentation.token(question, "answer"),
        "answer": value or "",
        "min_length": question.min_length,
        "max_length": question.max_length,
        "criteria": [{"title": criterion.title, "points": criterion.points} for criterion in question.criteria],
    }


def read_answer(
    question: FreeText, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The text typed, None for a blank field; raises NotAChoice."""
    name = presentation.token(question, "answer")
    return base.read_typed(submitted, name, limit=question.max_length, lines=True)


def grade(question: FreeText, value: base.Value) -> Fraction:
    """0: nothing is earned until a teacher has marked it."""
    return Fraction(0)


def right(question: FreeText) -> base.Value:
    """One good answer; it earns nothing until a teacher has marked it."""
    return question.sample_answer


def wrong(question: FreeText, choose: base.Choose) -> base.Value:
    """Words that earn nothing."""
    return base.NO_IDEA


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """Raises InvalidDocument: no text is the key."""
    raise InvalidDocument("a teacher marks this question; it has no key to change")


def doubtful(question: FreeText, value: base.Value) -> bool:
    """Whether there is something to read."""
    return value is not None


def review(question: FreeText, value: base.Value, reading: Reading) -> base.Review:
    """The answer given, one good answer and the rubric, for after release."""
    given = (base.ReviewRow(value, "no", "", ""),) if value is not None else ()
    return base.Review(
        credit=grade(question, value),
        rows=(
            *given,
            base.ReviewRow(question.sample_answer, "missed", "One good answer", ""),
            *(base.ReviewRow(_line(criterion), "no", "", "") for criterion in question.criteria),
        ),
        given=value or "",
        correct=question.sample_answer,
    )


def answer_key(question: FreeText, reading: Reading) -> tuple[base.KeyRow, ...]:
    """One good answer and the rubric, for teachers."""
    return (
        base.KeyRow(question.sample_answer, True, ""),
        *(base.KeyRow(_line(criterion), True, "") for criterion in question.criteria),
    )


def picked(question: FreeText, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """That there is an answer: no two texts are counted together; () for none."""
    return () if value is None else (base.Option("answer", "An answer", False, "", listed=False),)


def _line(criterion: Criterion) -> str:
    points = f"{criterion.points} point{'' if criterion.points == 1 else 's'}"
    return f"{criterion.title} ({points}): {criterion.description}"


def _whole(table: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidDocument(f"“{name}” must be a whole number from {least} to {most}")
    return value
