"""Short answer: a few typed words, correct if they match an accepted answer in any spelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from quizzes.content.answer_matching import is_close, is_one_of, says_dont_know
from quizzes.content.languages import TEXTS, TextFields, all_languages, original_of
from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.question import (
    MAX_LINE,
    NO_IDEA,
    Choose,
    Question,
    Submitted,
    Value,
    common_fields,
    evidence_problems,
    read_typed,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, typed_review
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, flag_of, lines_of, tables_of, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop

NOTE = gettext_noop("Capital letters, accents, and punctuation don’t matter.")


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A known wrong answer, and why a student may give it. normalized: its normalized form in each language."""

    text: str
    normalized: tuple[str, ...]
    rationale: str
    leans_on: tuple[str, ...]

    @property
    def option_id(self) -> str:
        """The id of its option, the same whichever language the question is in."""
        return normalize(original_of(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer(Question):
    """A question that is answered in a few words. Its value: the text as typed.

    note: for students, under the field; "" for NOTE. accepted: at least one, the first is shown as the correct answer.
    normalized_accepted: their normalized forms. forgive_slips: whether a typo in a longer word is accepted.
    """

    note: str
    accepted: tuple[str, ...]
    normalized_accepted: tuple[str, ...]
    wrong: tuple[WrongAnswer, ...]
    forgive_slips: bool

    @classmethod
    def own_texts(cls) -> TextFields:
        """The note, the accepted answers, and the known wrong ones."""
        return TextFields(
            texts=("note",), answers=("accepted",), rows={"wrong": TextFields(texts=("text", "rationale"))}
        )

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        accepted, normalized = parse_accepted(document)
        wrong: list[WrongAnswer] = []
        for answer in map(_wrong_answer, tables_of(document, "wrong")):
            if set(answer.normalized) & set(normalized):
                raise InvalidDocument(gettext("“{text}” is both accepted and wrong").format(text=answer.text))
            # An edition may have answers that a later version of the site reads as the same. The first one counts.
            if not any(set(answer.normalized) & set(other.normalized) for other in wrong):
                wrong.append(answer)
        return cls(
            **common_fields(document),
            note=text_of(document, "note", optional=True),
            accepted=accepted,
            normalized_accepted=normalized,
            wrong=tuple(wrong),
            forgive_slips=flag_of(document, "forgive_slips"),
        )

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        return [
            *evidence_problems(self.evidence, self.facts, reading),
            *(
                f"the wrong answer “{answer.text}” is suggested by “{key}”, which is not in the reading"
                for answer in self.wrong
                for key in answer.leans_on
                if reading.sentence(key) is None
            ),
        ]

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, note and the own answer."""
        return {
            "stem": self.stem,
            "note": self.note or gettext(NOTE),
            "name": shuffle.token(self.key, "answer"),
            "answer": value or "",
            "max_length": MAX_LINE,
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The typed text, None for a blank field; raises NotAChoice."""
        return read_typed(submitted, shuffle.token(self.key, "answer"))

    def grade(self, value: Value) -> Fraction:
        """1 for an accepted answer in any spelling, else 0."""
        return Fraction(value is not None and self.accepts(normalize(value)))

    def review(self, value: Value, reading: Reading) -> Review:
        """The answer and the first accepted one."""
        known = None if value is None else self._known_wrong(normalize(value))
        return typed_review(
            value,
            credit=self.grade(value),
            correct=self.accepted[0],
            needs_grading=self.needs_grading(value),
            why=known.rationale if known else "",
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The accepted answers, then the known wrong ones."""
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
        """A known wrong answer, or one that no question accepts."""
        return choose(self.wrong).text if self.wrong else NO_IDEA

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document that accepts this answer too."""
        wrong = [
            table
            for table in tables_of(document, "wrong")
            if normalize(value) not in map(normalize, [text_of(table, "text"), *all_languages(table, "text")])
        ]
        return {
            **document,
            "accepted": accept_also(document, value),
            **({"wrong": wrong} if "wrong" in document else {}),
        }

    @classmethod
    def accepting_only(cls, document: dict[str, Any], value: Value) -> dict[str, Any]:
        """The document with this accepted answer only."""
        return accept_only(document, value)

    def needs_grading(self, value: Value) -> bool:
        """Whether the answer is wrong, close to an accepted one, and not a known wrong one."""
        if value is None:
            return False
        normalized = normalize(value)
        return (
            not self.accepts(normalized)
            and self._known_wrong(normalized) is None
            and any(is_close(normalized, accepted) for accepted in self.normalized_accepted)
        )

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """The accepted answers (the first is listed), then the known wrong ones."""
        return (
            *(
                Option(normalized, text, True, "", listed=place == 0)
                for place, (normalized, text) in enumerate(zip(self.normalized_accepted, self.accepted, strict=True))
            ),
            *(Option(answer.option_id, answer.text, False, answer.rationale, answer.leans_on) for answer in self.wrong),
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The answer, the same option in any spelling; () for no answer."""
        if value is None:
            return ()
        normalized = normalize(value)
        if (wrong := self._known_wrong(normalized)) is not None:
            normalized = wrong.option_id
        known = [option for option in self.options(reading) if option.id == normalized]
        if known:
            return (known[0],)
        is_right, dont_know = self.accepts(normalized), says_dont_know(value)
        return (Option(normalized or value, value, is_right, "", listed=False, dont_know=dont_know),)

    def as_written(self, option: Option, value: Value) -> str:
        """The answer itself."""
        return str(value)

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """All accepted answers, and with forgiven typos the wrong ones, which are no typo."""
        wrong = {text for answer in self.wrong for text in answer.normalized} if self.forgive_slips else set()
        return self.forgive_slips, frozenset(self.normalized_accepted), frozenset(wrong)

    def _known_wrong(self, normalized: str) -> WrongAnswer | None:
        return next((answer for answer in self.wrong if normalized in answer.normalized), None)

    def accepts(self, normalized: str) -> bool:
        """Whether this normalized answer is accepted, or only a typo away if the question forgives typos."""
        with_typos = self.forgive_slips and self._known_wrong(normalized) is None
        return is_one_of(normalized, self.normalized_accepted, with_typos=with_typos)


def _wrong_answer(table: Mapping[str, Any]) -> WrongAnswer:
    text = text_of(table, "text")
    return WrongAnswer(
        text,
        tuple(dict.fromkeys(map(normalize, [text, *all_languages(table, "text")]))),
        text_of(table, "rationale", optional=True),
        texts_of(table, "leans_on"),
    )


def parse_accepted(table: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The accepted answers of a table in every language, as written and normalized; raises InvalidDocument.

    Those of the table's own language come first.
    """
    accepted = lines_of(table, "accepted")
    if not accepted:
        raise InvalidDocument(gettext("enter at least 1 accepted answer"))
    for text in accepted:
        if len(text) > MAX_LINE:
            raise InvalidDocument(
                gettext("the accepted answer “{text}…” is longer than {count} characters").format(
                    text=text[:40], count=MAX_LINE
                )
            )
        if not normalize(text):
            raise InvalidDocument(gettext("the accepted answer “{text}” has no letter and no digit").format(text=text))
    others = [text for texts in all_languages(table, "accepted") for text in texts if text not in accepted]
    accepted = tuple(dict.fromkeys((*accepted, *others)))
    return accepted, tuple(normalize(text) for text in accepted)


def accept_also(table: Mapping[str, Any], text: str) -> list[str]:
    """The accepted answers of a table, with this one at the end unless they match it."""
    accepted = list(texts_of(table, "accepted"))
    return accepted if normalize(text) in map(normalize, accepted) else [*accepted, text]


def accept_only(table: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The table with this accepted answer only, in every language."""
    languages = {
        language: {name: value for name, value in own.items() if name != "accepted"}
        for language, own in table.get(TEXTS, {}).items()
    }
    return {**table, "accepted": [text], **({TEXTS: languages} if languages else {})}
