"""A draft of answer and evidence: a first step with choices, and the tempting sentences of the second."""

from collections.abc import Mapping, Sequence

from quizzes.content.question_types.draft import QuestionDraft
from quizzes.content.question_types.evidence.draft import EvidenceDraft
from quizzes.content.question_types.multiple.draft import MultipleDraft
from quizzes.content.question_types.single.draft import SingleDraft
from quizzes.content.question_types.true_false.draft import TrueFalseDraft
from quizzes.content.tables import Table

# The first step, by `answer_type`.
STEPS: Mapping[str, QuestionDraft] = {
    "single": SingleDraft(),
    "multiple": MultipleDraft(),
    "true_false": TrueFalseDraft(),
}
_EVIDENCE = EvidenceDraft()


class AnswerAndProofDraft(QuestionDraft):
    """A first step of one of three types, and tempting sentences."""

    set_aside_key = "answer_and_proof"
    fields = ("answer_type", *SingleDraft.fields, *TrueFalseDraft.fields, "tempting", "rationale_other")
    row_lists = ("choices", "tempting")

    def blank(self, speakers: Sequence[Table]) -> Table:
        """A single choice with four empty answers, and two empty tempting sentences."""
        tempting = [{"sentence": "", "rationale": ""} for _ in range(2)]
        own = {**STEPS["true_false"].blank(speakers), **STEPS["single"].blank(speakers)}
        return {"answer_type": "single", **own, "tempting": tempting, "rationale_other": ""}

    def open(self, question: Table) -> None:
        """Add the fields of every first step, so that a teacher can try another one."""
        for name, value in self.blank(()).items():
            question.setdefault(name, value)

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without the fields of other first steps, and without empty rows."""
        step = _step(question)
        finished = step.finish(_first(question), sentence_keys, speakers)
        unused = {*SingleDraft.fields, *TrueFalseDraft.fields} - {*step.fields}
        proof = _EVIDENCE.finish(_second(question), sentence_keys, speakers)
        kept = {name: value for name, value in finished.items() if name not in unused}
        return {**kept, "type": "answer_and_proof", "tempting": proof["choices"]}

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """The problems of both steps."""
        found = _step(question).problems(_first(question), sentence_keys, speakers)
        return found + _EVIDENCE.problems(_second(question), sentence_keys, speakers)

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key in both steps, which students do not see."""
        first = _step(question).shown(_first(question), sentence_keys)
        return {**first, "type": "answer_and_proof", "evidence": list(sentence_keys[:1]), "tempting": []}


def _step(question: Table) -> QuestionDraft:
    return STEPS[question.get("answer_type") or "single"]


def _first(question: Table) -> Table:
    return {**question, "type": question.get("answer_type") or "single"}


def _second(question: Table) -> Table:
    # The statement that the sentences prove is the answer itself. A count is that of the first step.
    own = {"statement": question["stem"] or "...", "choices": question["tempting"], "asked_count": None}
    return {**question, "type": "evidence", **own}
