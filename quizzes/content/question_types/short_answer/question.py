"""Short answer: a few words typed, right where they are one of the accepted answers in any way of writing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from quizzes.content.answer_matching import fold, is_near, is_slip
from quizzes.content.question_types.question import (
    MAX_LINE,
    NO_IDEA,
    Choose,
    KeyRow,
    Option,
    Question,
    Review,
    Submitted,
    Value,
    common_fields,
    evidence_problems,
    flag_of,
    lines_of,
    read_typed,
    typed_review,
)
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of

NOTE = "Capital letters, accents and punctuation do not count."


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer known to be wrong, and why a student may give it. folded: its one form."""

    text: str
    folded: str
    rationale: str
    leans_on: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer(Question):
    """A question that is answered in a few words. Its value: the text as typed.

    note: for students, under the field; "" for the type's own. accepted: at least one, the first of them shown as the
    right answer; folded_accepted: their one forms. forgive_slips: whether a slip in a longer word is forgiven.
    """

    note: str
    accepted: tuple[str, ...]
    folded_accepted: tuple[str, ...]
    wrong: tuple[WrongAnswer, ...]
    forgive_slips: bool

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
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
        return cls(
            **common_fields(document),
            note=text_of(document, "note", optional=True),
            accepted=accepted,
            folded_accepted=folded,
            wrong=wrong,
            forgive_slips=flag_of(document, "forgive_slips"),
        )

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        return [
            *evidence_problems(self.evidence, self.facts, reading),
            *(
                f"the wrong answer “{answer.text}” leans on “{key}”, which is not in the reading"
                for answer in self.wrong
                for key in answer.leans_on
                if reading.sentence(key) is None
            ),
        ]

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, note and the own answer."""
        return {
            "stem": self.stem,
            "note": self.note or NOTE,
            "name": shuffle.token(self.key, "answer"),
            "answer": value or "",
            "max_length": MAX_LINE,
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The text typed, None for a blank field; raises NotAChoice."""
        return read_typed(submitted, shuffle.token(self.key, "answer"))

    def grade(self, value: Value) -> Fraction:
        """1 for an accepted answer, however it is written, else 0."""
        return Fraction(value is not None and self.accepts(fold(value)))

    def review(self, value: Value, reading: Reading) -> Review:
        """The answer given and the first accepted one."""
        known = None if value is None else next((one for one in self.wrong if one.folded == fold(value)), None)
        return typed_review(
            value,
            credit=self.grade(value),
            correct=self.accepted[0],
            needs_grading=self.needs_grading(value),
            why=known.rationale if known else "",
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The accepted answers, then those known to be wrong, for teachers."""
        return (
            *(KeyRow(text, True, "") for text in self.accepted),
            *(
                KeyRow(answer.text, False, answer.rationale, sentences=reading.sentences(answer.leans_on))
                for answer in self.wrong
            ),
        )

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return self.accepted[0]

    def wrong_answer(self, choose: Choose) -> Value:
        """An answer known to be wrong, or one that nobody accepts."""
        return choose(self.wrong).text if self.wrong else NO_IDEA

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this answer accepted as well."""
        wrong = [table for table in tables_of(document, "wrong") if fold(text_of(table, "text")) != fold(value)]
        return {
            **document,
            "accepted": accept_also(document, value),
            **({"wrong": wrong} if "wrong" in document else {}),
        }

    def needs_grading(self, value: Value) -> bool:
        """Whether the answer is wrong, near an accepted one, and not known to be wrong."""
        if value is None:
            return False
        folded = fold(value)
        return (
            not self.accepts(folded)
            and folded not in {answer.folded for answer in self.wrong}
            and any(is_near(folded, accepted) for accepted in self.folded_accepted)
        )

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """The accepted answers, of which the first is listed, then those known to be wrong."""
        return (
            *(
                Option(folded, text, True, "", listed=place == 0)
                for place, (folded, text) in enumerate(zip(self.folded_accepted, self.accepted, strict=True))
            ),
            *(Option(answer.folded, answer.text, False, answer.rationale, answer.leans_on) for answer in self.wrong),
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The answer given, the same option however it was written; () for no answer."""
        if value is None:
            return ()
        folded = fold(value)
        known = [option for option in self.options(reading) if option.id == folded]
        return tuple(known[:1]) or (Option(folded or value, value, self.accepts(folded), "", listed=False),)

    def as_written(self, option: Option, value: Value) -> str:
        """The answer itself."""
        return str(value)

    def accepts(self, folded: str) -> bool:
        """Whether this normalized answer is accepted, or only a typo away if the question forgives typos."""
        if folded in self.folded_accepted:
            return True
        return (
            self.forgive_slips
            and folded not in {answer.folded for answer in self.wrong}
            and any(is_slip(folded, accepted) for accepted in self.folded_accepted)
        )


def parse_accepted(table: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The accepted answers of a table as written and in their one form; raises InvalidDocument."""
    accepted = lines_of(table, "accepted")
    if not accepted:
        raise InvalidDocument("at least one answer must be accepted")
    for text in accepted:
        if len(text) > MAX_LINE:
            raise InvalidDocument(f"the accepted answer “{text[:40]}…” is longer than {MAX_LINE} characters")
        if not fold(text):
            raise InvalidDocument(f"the accepted answer “{text}” holds no letter and no figure")
    return accepted, tuple(fold(text) for text in accepted)


def accept_also(table: Mapping[str, Any], text: str) -> list[str]:
    """The accepted answers of a table, with this one at the end where none of them is the same."""
    accepted = list(texts_of(table, "accepted"))
    return accepted if fold(text) in map(fold, accepted) else [*accepted, text]
