"""Answer and evidence: a question with choices, then the sentences that prove the answer.

Source of the credit: the two-part items of the PARCC reading tests ("evidence-based selected response"). Half is for
the answer. The other half is for its evidence, which counts only with a correct answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import TextFields
from quizzes.content.question_types.choices import CHOICE_TEXTS
from quizzes.content.question_types.evidence.question import Evidence
from quizzes.content.question_types.multiple.question import PARTIAL_CREDIT, Multiple
from quizzes.content.question_types.question import Choose, Question, Submitted, Value, common_fields
from quizzes.content.question_types.results import KeyRow, Option, Review
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.question_types.single.question import Single
from quizzes.content.question_types.true_false.question import TrueFalse
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of
from quizzes.phrases import gettext, gettext_noop

STEPS_CREDIT = gettext_noop("The answer is half the points. If it’s correct, the evidence earns the rest.")

# The types of the first step, by `answer_type`.
ANSWER_TYPES: Mapping[str, type[Question]] = {"single": Single, "multiple": Multiple, "true_false": TrueFalse}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAndProof(Question):
    """A question in two steps. answer: the first, of one of `ANSWER_TYPES`. proof: the second, keyed to `evidence`.

    Its value: {"answer": a value of the first step or None, "proof": sentence keys, sorted as text}, one of them given.
    """

    answer: Question
    proof: Evidence

    @property
    def statement(self) -> str:
        """The statement of the first step, "" if it has none."""
        return self.answer.statement

    @property
    def asked_count(self) -> int | None:
        """How many choices the first step asks for. The evidence may be several sentences."""
        return self.answer.asked_count

    def chosen_count(self, value: Value) -> int:
        """How many choices of the first step are chosen."""
        return self.answer.chosen_count(_steps(value)[0])

    @classmethod
    def own_texts(cls) -> TextFields:
        """The texts of both steps."""
        return TextFields(
            texts=("statement", "rationale_true", "rationale_false", "rationale_other"),
            rows={"choices": CHOICE_TEXTS, "tempting": TextFields(texts=("rationale",))},
        )

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        answer_type = text_of(document, "answer_type")
        if answer_type not in ANSWER_TYPES:
            raise InvalidDocument(f"“answer_type” must be one of {', '.join(ANSWER_TYPES)}")
        proof = {
            **{name: value for name, value in document.items() if name != "asked_count"},
            "type": "evidence",
            "statement": text_of(document, "stem"),
            "key_sentences": document.get("evidence", []),
            "choices": list(tables_of(document, "tempting")),
        }
        return cls(
            **common_fields(document),
            answer=ANSWER_TYPES[answer_type].parse({**document, "type": answer_type}),
            proof=Evidence.parse(proof),
        )

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        found = [*self.answer.problems(reading), *self.proof.problems(reading)]
        return list(dict.fromkeys(found))

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: the view of the first step, and every sentence of the reading."""
        answer, proof = _steps(value)
        return {
            "stem": self.stem,
            "answer": {
                "type": self.answer.type,
                "partial_credit": gettext(
                    self.answer.credit_rule(PARTIAL_CREDIT if isinstance(self.answer, Multiple) else "")
                ),
                **self.answer.public(shuffle, answer, reading),
            },
            "paragraphs": self.proof.public(shuffle, proof, reading)["paragraphs"],
            "has_two_steps": True,
        }

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with the choices of its first step in the order that `public` shows."""
        return replace(self, answer=self.answer.arranged(shuffle))

    def with_fewer_choices(self, draw: Shuffle) -> Self:
        """The question without one of the wrong choices of its first step if at least 2 remain."""
        return replace(self, answer=self.answer.with_fewer_choices(draw))

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """Both steps, None without any; raises NotAChoice."""
        answer = self.answer.read_answer(submitted, shuffle, reading)
        proof = self.proof.read_answer(submitted, shuffle, reading)
        return None if answer is None and proof is None else {"answer": answer, "proof": proof or []}

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The step without an answer: “the answer” or “the evidence”."""
        answer, proof = _steps(value)
        if answer is None:
            return (gettext("the answer"),)
        return self.answer.missing_parts(answer, shuffle) if proof else (gettext("the evidence"),)

    def grade(self, value: Value) -> Fraction:
        """Half of the first step's credit; with full credit there, also half of the second step's."""
        answer, proof = _steps(value)
        credit = self.answer.grade(answer)
        return (credit + (self.proof.grade(proof) if credit == 1 else 0)) / 2

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """The grading terms of the first step."""
        return self.answer.grading_terms

    def review(self, value: Value, reading: Reading) -> Review:
        """The choices, then the chosen and the proving sentences."""
        answer, proof = _steps(value)
        steps = (self.answer.review(answer, reading), self.proof.review(proof, reading))
        return Review(
            credit=self.grade(value),
            rows=tuple(row for step in steps for row in step.rows),
            given="; ".join(step.given for step in steps if step.given),
            correct="; ".join(step.correct for step in steps),
            note=self._note(*steps),
        )

    def _note(self, answer: Review, proof: Review) -> str:
        """Why correct evidence earned nothing, or why a step with something correct did."""
        if answer.credit == 1:
            return proof.note
        return answer.note or (gettext(STEPS_CREDIT) if proof.credit else "")

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """Every choice, then the proving and the tempting sentences, with their rationale."""
        return (*self.answer.answer_key(reading), *self.proof.answer_key(reading))

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return {"answer": self.answer.correct_answer(), "proof": self.proof.correct_answer()}

    def wrong_answer(self, choose: Choose) -> Value:
        """A wrong answer with a tempting sentence."""
        return {"answer": self.answer.wrong_answer(choose), "proof": self.proof.wrong_answer(choose) or []}

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this answer and these sentences as its key; it needs both steps."""
        answer, proof = _steps(value)
        if answer is None or not proof:
            raise InvalidDocument(gettext("it needs an answer and its evidence"))
        answer_type = text_of(document, "answer_type")
        regraded = ANSWER_TYPES[answer_type].regraded(document, answer)
        tempting = [table for table in tables_of(document, "tempting") if table.get("sentence") not in proof]
        return {**regraded, "evidence": list(proof), "tempting": tempting}

    def has_right_evidence(self, value: Value) -> bool:
        """Whether exactly the proving sentences were chosen. With a credit of 1/2 or more the answer is correct."""
        return self.proof.grade(_steps(value)[1]) == 1

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """The choices, then the sentences."""
        return (
            *_grouped("answer", self.answer.options(reading)),
            *_grouped("proof", self.proof.options(reading)),
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The options of both steps; () for no answer."""
        answer, proof = _steps(value)
        return (
            *_grouped("answer", self.answer.chosen_options(answer, reading)),
            *_grouped("proof", self.proof.chosen_options(proof, reading)),
        )


def _steps(value: Value) -> tuple[Value, Value]:
    """The values of the two steps, None for one without an answer."""
    return (None, None) if value is None else (value.get("answer"), value.get("proof") or None)


def _grouped(group: str, found: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(replace(option, id=f"{group}:{option.id}", group=group) for option in found)
