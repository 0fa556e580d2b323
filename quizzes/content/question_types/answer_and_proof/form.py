from typing import Any

from django import forms

from quizzes.content.question_types.answer_and_proof.draft import STEPS
from quizzes.content.question_types.evidence.tempting import TemptingForm
from quizzes.content.question_types.form import KindForm, Row
from quizzes.content.question_types.registry import TYPES
from quizzes.content.question_types.single.form import ChoicesForm
from quizzes.content.question_types.true_false.form import TrueFalseForm
from quizzes.content.tables import Table

STEP_FORMS: dict[str, type[KindForm]] = {
    "single": ChoicesForm,
    "multiple": ChoicesForm,
    "true_false": TrueFalseForm,
}


class AnswerAndProofForm(TemptingForm):
    """Two steps: the answer, of a type of its own, and the sentences that tempt in its proof."""

    template = "teacher/editor/kinds/answer_and_proof.html"

    def __init__(self, data: Any = None, *, document: Table, question: Table) -> None:
        answer_type = question.get("answer_type") or "single"
        first = {**question, "type": answer_type}
        self.step = STEP_FORMS[answer_type](data, document=document, question=first)
        super().__init__(data, document=document, question=question)

    def build(self) -> None:
        """The type of the first step, and the rows of the second."""
        types = [(name, TYPES[name].LABEL) for name in STEPS]
        field = forms.ChoiceField(label="First step", choices=types, required=False)
        self.put("answer_type", field, self.question.get("answer_type") or "single")
        super().build()

    def is_valid(self) -> bool:
        """Whether both steps are."""
        return super().is_valid() and self.step.is_valid()

    def problems(self) -> list[str]:
        """Those of both steps."""
        return [*super().problems(), *self.step.problems()]

    def others(self) -> list[tuple[str, str]]:
        """Those of both steps."""
        return [*super().others(), *self.step.others()]

    @property
    def own(self) -> Table:
        """Both steps, with what is valid of what was sent."""
        answer_type = self.valid.get("answer_type") or self.initial["answer_type"]
        return {**super().own, **self.step.own, "answer_type": answer_type}

    def rows(self) -> list[Row]:
        """The rows of the first step."""
        return self.step.rows()
