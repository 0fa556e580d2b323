"""Answer and proof while it is written: a first step with choices, and the sentences that tempt in the second."""

from collections.abc import Sequence
from types import ModuleType

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.content.question_types.evidence import draft as evidence
from quizzes.content.question_types.single import draft as choices
from quizzes.content.question_types.true_false import draft as true_false
from quizzes.content.tables import Table

# The first step, by `answer_type`.
STEPS: dict[str, ModuleType] = {"single": choices, "multiple": choices, "true_false": true_false}

OWN = ("answer_type", *choices.OWN, *true_false.OWN, "tempting", "rationale_other")
USES_PICKER = True
ROWS, MAX = ("choices", "tempting"), MAX_ROWS


def blank(voices: Sequence[Table]) -> Table:
    """A single choice with four empty answers, and room for two tempting sentences."""
    tempting = [{"sentence": "", "rationale": ""} for _ in range(2)]
    own = {**true_false.blank(voices), **choices.blank(voices)}
    return {"answer_type": "single", **own, "tempting": tempting, "rationale_other": ""}


def opened(question: Table) -> None:
    """With the fields of every first step, so that one may be tried and given up."""
    for name, value in blank(()).items():
        question.setdefault(name, value)


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """Without what belongs to another first step, and without empty rows."""
    step = _step(question)
    finished: Table = step.finish(_first(question), sentence_keys, voices)
    unused = {*choices.OWN, *true_false.OWN} - {*step.OWN}
    proof = evidence.finish(_second(question), sentence_keys, voices)
    kept = {name: value for name, value in finished.items() if name not in unused}
    return {**kept, "type": "answer_and_proof", "tempting": proof["choices"]}


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    found: list[str] = _step(question).faults(_first(question), sentence_keys, voices)
    return found + evidence.faults(_second(question), sentence_keys, voices)


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With keys of its own, which students do not see."""
    first: Table = _step(question).shown(_first(question), sentence_keys)
    return {**first, "type": "answer_and_proof", "evidence": list(sentence_keys[:1]), "tempting": []}


def _step(question: Table) -> ModuleType:
    return STEPS[question.get("answer_type") or "single"]


def _first(question: Table) -> Table:
    return {**question, "type": question.get("answer_type") or "single"}


def _second(question: Table) -> Table:
    # The statement that the sentences prove is the answer itself.
    return {**question, "type": "evidence", "statement": question["stem"] or "...", "choices": question["tempting"]}
