"""Answer and proof: a question with choices, and as a second step the sentences that prove the answer.

Credit as in the two-part items of the PARCC reading tests ("evidence-based selected response"): half for the answer,
and the other half for its proof, which counts with a right answer only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import ModuleType
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.question_types.evidence import question as evidence
from quizzes.content.question_types.multiple import question as multiple
from quizzes.content.question_types.single import question as single
from quizzes.content.question_types.true_false import question as true_false
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of

LABEL = "Answer and proof"
HINT = "Answer, then choose the sentence that proves it"
PARTIAL_CREDIT = "A right answer earns half of the points. With it, the right proof earns the other half."
MARKED_BY: base.MarkedBy = "rule"

ANSWER_TYPES: Mapping[str, ModuleType] = {"single": single, "multiple": multiple, "true_false": true_false}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAndProof(base.Question):
    """A question in two steps. answer: the first, of one of `ANSWER_TYPES`. proof: the second; its key is `evidence`.

    Its value: {"answer": a value of the first step or None, "proof": sentence keys, sorted as text}, one of them given.
    """

    answer: base.Question
    proof: evidence.Evidence

    @property
    def statement(self) -> str:
        """What the first step is about, "" where its stem says all."""
        return getattr(self.answer, "statement", "")


def parse(document: Mapping[str, Any]) -> AnswerAndProof:
    """The question from its document; raises InvalidDocument."""
    answer_type = text_of(document, "answer_type")
    if answer_type not in ANSWER_TYPES:
        raise InvalidDocument(f"“answer_type” must be one of {', '.join(ANSWER_TYPES)}")
    proof = {
        **document,
        "type": "evidence",
        "statement": text_of(document, "stem"),
        "key_sentences": document.get("evidence", []),
        "choices": list(tables_of(document, "tempting")),
    }
    return AnswerAndProof(
        **base.common_fields(document),
        answer=ANSWER_TYPES[answer_type].parse({**document, "type": answer_type}),
        proof=evidence.parse(proof),
    )


def problems(question: AnswerAndProof, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    found = [*_module(question).problems(question.answer, reading), *evidence.problems(question.proof, reading)]
    return list(dict.fromkeys(found))


def public(
    question: AnswerAndProof, presentation: base.Presentation, value: base.Value, reading: Reading
) -> dict[str, Any]:
    """What a student may see before release: the view of the first step, and every sentence of the reading."""
    module, (answer, proof) = _module(question), _steps(value)
    return {
        "stem": question.stem,
        "answer": {
            "type": question.answer.type,
            "partial_credit": module.PARTIAL_CREDIT,
            **module.public(question.answer, presentation, answer, reading),
        },
        "paragraphs": evidence.public(question.proof, presentation, proof, reading)["paragraphs"],
    }


def read_answer(
    question: AnswerAndProof, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """Both steps, None when neither was answered; raises NotAChoice."""
    answer = _module(question).read_answer(question.answer, submitted, presentation, reading)
    proof = evidence.read_answer(question.proof, submitted, presentation, reading)
    return None if answer is None and proof is None else {"answer": answer, "proof": proof or []}


def grade(question: AnswerAndProof, value: base.Value) -> Fraction:
    """Half of the first step's credit, and where that is all of it, half of the proof's."""
    answer, proof = _steps(value)
    credit: Fraction = _module(question).grade(question.answer, answer)
    return (credit + (evidence.grade(question.proof, proof) if credit == 1 else 0)) / 2


def grounded(question: AnswerAndProof, value: base.Value) -> bool:
    """Whether exactly the proving sentences were picked; with a credit of at least 1/2 the answer itself is right."""
    return evidence.grade(question.proof, _steps(value)[1]) == 1


def right(question: AnswerAndProof) -> base.Value:
    """The answer that earns everything."""
    return {"answer": _module(question).right(question.answer), "proof": evidence.right(question.proof)}


def wrong(question: AnswerAndProof, choose: base.Choose) -> base.Value:
    """A wrong answer, with a proof that tempts."""
    return {
        "answer": _module(question).wrong(question.answer, choose),
        "proof": evidence.wrong(question.proof, choose) or [],
    }


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this answer and these sentences as its key; both steps are needed."""
    answer, proof = _steps(value)
    if answer is None or not proof:
        raise InvalidDocument("the new key needs an answer and its proof")
    answer_type = text_of(document, "answer_type")
    rekeyed: dict[str, Any] = ANSWER_TYPES[answer_type].rekey(document, answer)
    tempting = [table for table in tables_of(document, "tempting") if table.get("sentence") not in proof]
    return {**rekeyed, "evidence": list(proof), "tempting": tempting}


doubtful = base.never_doubtful


def review(question: AnswerAndProof, value: base.Value, reading: Reading) -> base.Review:
    """The choices with their key, then the picked and the proving sentences, for after release."""
    answer, proof = _steps(value)
    steps = (
        _module(question).review(question.answer, answer, reading),
        evidence.review(question.proof, proof, reading),
    )
    return base.Review(
        credit=grade(question, value),
        rows=tuple(row for step in steps for row in step.rows),
        given="; ".join(step.given for step in steps if step.given),
        correct="; ".join(step.correct for step in steps),
    )


def answer_key(question: AnswerAndProof, reading: Reading) -> tuple[base.KeyRow, ...]:
    """Every choice, then the proving and the tempting sentences, with their rationale, for teachers."""
    return (
        *_module(question).answer_key(question.answer, reading),
        *evidence.answer_key(question.proof, reading),
    )


def options(question: AnswerAndProof, reading: Reading) -> tuple[base.Option, ...]:
    """The choices, then the sentences."""
    return (
        *_grouped("answer", _module(question).options(question.answer, reading)),
        *_grouped("proof", evidence.options(question.proof, reading)),
    )


def picked(question: AnswerAndProof, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """What was given in each step; () for no answer."""
    answer, proof = _steps(value)
    return (
        *_grouped("answer", _module(question).picked(question.answer, answer, reading)),
        *_grouped("proof", evidence.picked(question.proof, proof, reading)),
    )


def _module(question: AnswerAndProof) -> ModuleType:
    return ANSWER_TYPES[question.answer.type]


def _steps(value: base.Value) -> tuple[base.Value, base.Value]:
    """The values of the two steps, None for one without an answer."""
    return (None, None) if value is None else (value.get("answer"), value.get("proof") or None)


def _grouped(group: str, found: tuple[base.Option, ...]) -> tuple[base.Option, ...]:
    return tuple(replace(option, id=f"{group}:{option.id}", group=group) for option in found)
