"""Short answer: a few words typed, right where they are one of the accepted answers in any way of writing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.answer_matching import fold, is_near, is_slip
from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of

LABEL = "Short answer"
HINT = "Answer in a few words"
NOTE = "Capital letters, accents and punctuation do not count."
PARTIAL_CREDIT = ""
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer known to be wrong, and why a student may give it. folded: its one form."""

    text: str
    folded: str
    rationale: str
    leans_on: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer(base.Question):
    """A question that is answered in a few words. Its value: the text as typed.

    note: for students, under the field; "" for the type's own. accepted: at least one, the first of them shown as the
    right answer; folded_accepted: their one forms. forgive_slips: whether a slip in a longer word is forgiven.
    """

    note: str
    accepted: tuple[str, ...]
    folded_accepted: tuple[str, ...]
    wrong: tuple[WrongAnswer, ...]
    forgive_slips: bool


def parse(document: Mapping[str, Any]) -> ShortAnswer:
    """The question from its document; raises InvalidDocument."""
    accepted, folded = parse_accepted(document)
    wrong = tuple(
        WrongAnswer(text, fold(text), text_of(table, "rationale"), texts_of(table, "leans_on"))
        for table in tables_of(document, "wrong")
        for text in [text_of(table, "text")]
    )
    for answer in wrong:
        if answer.folded in folded:
            raise InvalidDocument(f"“{answer.text}” is both accepted and wrong")
    if len({answer.folded for answer in wrong}) != len(wrong):
        raise InvalidDocument("two wrong answers are the same")
    return ShortAnswer(
        **base.common_fields(document),
        note=text_of(document, "note", optional=True),
        accepted=accepted,
        folded_accepted=folded,
        wrong=wrong,
        forgive_slips=base.flag_of(document, "forgive_slips"),
    )


def parse_accepted(table: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The accepted answers of a table as written and in their one form; raises InvalidDocument."""
    accepted = base.lines_of(table, "accepted")
    if not accepted:
        raise InvalidDocument("at least one answer must be accepted")
    for text in accepted:
        if len(text) > base.MAX_LINE:
            raise InvalidDocument(f"the accepted answer “{text[:40]}…” is longer than {base.MAX_LINE} characters")
        if not fold(text):
            raise InvalidDocument(f"the accepted answer “{text}” holds no letter and no figure")
    return accepted, tuple(fold(text) for text in accepted)


def problems(question: ShortAnswer, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return [
        *base.evidence_problems(question.evidence, question.facts, reading),
        *(
            f"the wrong answer “{answer.text}” leans on “{key}”, which is not in the reading"
            for answer in question.wrong
            for key in answer.leans_on
            if reading.sentence(key) is None
        ),
    ]


def public(
    question: ShortAnswer, presentation: base.Presentation, value: base.Value, reading: Reading
) -> dict[str, Any]:
    """What a student may see before release: stem, note and the own answer."""
    return {
        "stem": question.stem,
        "note": question.note or NOTE,
        "name": presentation.token(question, "answer"),
        "answer": value or "",
        "max_length": base.MAX_LINE,
    }


def read_answer(
    question: ShortAnswer, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The text typed, None for a blank field; raises NotAChoice."""
    return base.read_typed(submitted, presentation.token(question, "answer"))


def grade(question: ShortAnswer, value: base.Value) -> Fraction:
    """1 for an accepted answer, however it is written, else 0."""
    return Fraction(value is not None and accepts(question, fold(value)))


def accepts(question: ShortAnswer, folded: str) -> bool:
    """Whether this form is accepted, or is but a slip away where the question forgives slips."""
    if folded in question.folded_accepted:
        return True
    return (
        question.forgive_slips
        and folded not in {answer.folded for answer in question.wrong}
        and any(is_slip(folded, accepted) for accepted in question.folded_accepted)
    )


def right(question: ShortAnswer) -> base.Value:
    """The answer that earns everything."""
    return question.accepted[0]


def wrong(question: ShortAnswer, choose: base.Choose) -> base.Value:
    """An answer known to be wrong, or one that nobody accepts."""
    return choose(question.wrong).text if question.wrong else base.NO_IDEA


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this answer accepted as well."""
    wrong = [table for table in tables_of(document, "wrong") if fold(text_of(table, "text")) != fold(value)]
    return {
        **document,
        "accepted": accept_also(document, value),
        **({"wrong": wrong} if "wrong" in document else {}),
    }


def accept_also(table: Mapping[str, Any], text: str) -> list[str]:
    """The accepted answers of a table, with this one at the end where none of them is the same."""
    accepted = list(texts_of(table, "accepted"))
    return accepted if fold(text) in map(fold, accepted) else [*accepted, text]


def doubtful(question: ShortAnswer, value: base.Value) -> bool:
    """Whether the answer is wrong, near an accepted one, and not known to be wrong."""
    if value is None:
        return False
    folded = fold(value)
    return (
        not accepts(question, folded)
        and folded not in {answer.folded for answer in question.wrong}
        and any(is_near(folded, accepted) for accepted in question.folded_accepted)
    )


def review(question: ShortAnswer, value: base.Value, reading: Reading) -> base.Review:
    """The answer given and the first accepted one, for after release."""
    known = None if value is None else next((one for one in question.wrong if one.folded == fold(value)), None)
    return base.typed_review(
        value,
        credit=grade(question, value),
        correct=question.accepted[0],
        in_doubt=doubtful(question, value),
        why=known.rationale if known else "",
    )


def answer_key(question: ShortAnswer, reading: Reading) -> tuple[base.KeyRow, ...]:
    """The accepted answers, then those known to be wrong, for teachers."""
    return (
        *(base.KeyRow(text, True, "") for text in question.accepted),
        *(
            base.KeyRow(answer.text, False, answer.rationale, sentences=reading.sentences(answer.leans_on))
            for answer in question.wrong
        ),
    )


def options(question: ShortAnswer, reading: Reading) -> tuple[base.Option, ...]:
    """The accepted answers, of which the first is listed, then those known to be wrong."""
    return (
        *(
            base.Option(folded, text, True, "", listed=place == 0)
            for place, (folded, text) in enumerate(zip(question.folded_accepted, question.accepted, strict=True))
        ),
        *(
            base.Option(answer.folded, answer.text, False, answer.rationale, answer.leans_on)
            for answer in question.wrong
        ),
    )


def picked(question: ShortAnswer, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The answer given, the same option however it was written; () for no answer."""
    if value is None:
        return ()
    folded = fold(value)
    known = [option for option in options(question, reading) if option.id == folded]
    return tuple(known[:1]) or (base.Option(folded or value, value, accepts(question, folded), "", listed=False),)
