"""True or false: one statement about the reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import TextFields
from quizzes.content.question_types.choices import (
    Choice,
    choice_keys,
    choice_options,
    leaning_problems,
)
from quizzes.content.question_types.question import Choose, Question, Submitted, Value, common_fields, evidence_problems
from quizzes.content.question_types.results import KeyRow, Option, Review, choice_row
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse(Question):
    """A statement that the reading proves (answer True) or contradicts. Its value: a bool.

    choices: true, then false, always in this order.
    """

    statement: str = field()
    answer: bool
    choices: tuple[Choice, Choice]

    @classmethod
    def own_texts(cls) -> TextFields:
        """The statement and the rationales."""
        return TextFields(texts=("statement", "rationale_true", "rationale_false"))

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        answer = document.get("answer")
        if not isinstance(answer, bool):
            raise InvalidDocument("“answer” must be true or false")
        leans_on = texts_of(document, "leans_on")
        because = text_of(document, "rationale_true", optional=True)
        otherwise = text_of(document, "rationale_false", optional=True)
        return cls(
            **common_fields(document),
            statement=text_of(document, "statement"),
            answer=answer,
            choices=(
                Choice("true", gettext_noop("True"), answer, because, () if answer else leans_on),
                Choice("false", gettext_noop("False"), not answer, otherwise, leans_on if answer else ()),
            ),
        )

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        return [
            *evidence_problems(self.evidence, self.facts, reading),
            *leaning_problems(self.choices, reading),
        ]

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, statement, and both choices in their fixed order."""
        return {
            "stem": self.stem,
            "statement": self.statement,
            "choices": [
                {"token": choice.id, "text": gettext(choice.text), "chosen": choice.id == _id(value)}
                for choice in self.choices
            ],
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """True or False, None without a choice; raises NotAChoice."""
        tokens = submitted.get("choice", ())
        if not tokens:
            return None
        if len(tokens) > 1 or tokens[0] not in ("true", "false"):
            raise NotAChoice(gettext("Choose true or false."))
        return tokens[0] == "true"

    def grade(self, value: Value) -> Fraction:
        """1 for the correct answer, else 0."""
        return Fraction(value is self.answer)

    def review(self, value: Value, reading: Reading) -> Review:
        """Both choices, with the correct one."""
        return Review(
            credit=self.grade(value),
            rows=tuple(
                choice_row(
                    gettext(choice.text), right=choice.right, chosen=choice.id == _id(value), why=choice.rationale
                )
                for choice in self.choices
            ),
            given="".join(gettext(choice.text) for choice in self.choices if choice.id == _id(value)),
            correct=gettext("True") if self.answer else gettext("False"),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """Both choices with their rationale."""
        return choice_keys(self._named_choices(), reading)

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return self.answer

    def wrong_answer(self, choose: Choose) -> Value:
        """The other value."""
        return not self.answer

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this answer as its key; a new one without what was written for the other."""
        old = () if value is document["answer"] else ("rationale_true", "rationale_false", "leans_on")
        return {name: entry for name, entry in document.items() if name not in old} | {"answer": value}

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """True, then false."""
        return choice_options(self._named_choices())

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The chosen one; () for no answer."""
        return tuple(option for option in self.options(reading) if option.id == _id(value))

    def _named_choices(self) -> tuple[Choice, ...]:
        """The choices in the language of the page."""
        return tuple(replace(choice, text=gettext(choice.text)) for choice in self.choices)

    def guess_share(self) -> Fraction | None:
        """One in two."""
        return Fraction(1, len(self.choices))


def _id(value: Value) -> str:
    return {True: "true", False: "false"}.get(value, "")
