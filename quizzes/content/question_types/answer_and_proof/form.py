"""The editor's form of answer and evidence."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.evidence.form import TemptingForm
from quizzes.content.question_types.form import Row
from quizzes.content.question_types.multiple.question_type import MULTIPLE
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.single.question_type import SINGLE
from quizzes.content.question_types.true_false.question_type import TRUE_FALSE
from quizzes.content.tables import Table

# The first step, by `answer_type`.
STEPS: Mapping[str, QuestionType] = {step.name: step for step in (SINGLE, MULTIPLE, TRUE_FALSE)}


class AnswerAndProofForm(TemptingForm):
    """A first step of one of three types, and tempting sentences."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        question: Table,
        sentences: Sequence[Table],
        speakers: Sequence[Table],
    ) -> None:
        answer_type = question.get("answer_type") or "single"
        first = {**question, "type": answer_type}
        self.step = STEPS[answer_type].form(data, question=first, sentences=sentences, speakers=speakers)
        super().__init__(data, question=question, sentences=sentences, speakers=speakers)

    def build(self) -> None:
        """The type of the first step, and the rows of the second."""
        types = [(name, gettext(step.label)) for name, step in STEPS.items()]
        field = forms.ChoiceField(label=gettext("First step"), choices=types, required=False)
        self.put("answer_type", field, self.question.get("answer_type") or "single")
        super().build()

    def is_valid(self) -> bool:
        """Whether both steps are."""
        return super().is_valid() and self.step.is_valid()

    def problems(self) -> list[str]:
        """The problems of both steps."""
        return [*super().problems(), *self.step.problems()]

    def others(self) -> list[tuple[str, str]]:
        """What both steps return."""
        return [*super().others(), *self.step.others()]

    @property
    def own(self) -> Table:
        """Both steps, with the valid values that were sent."""
        answer_type = self.values["answer_type"] or self.initial["answer_type"]
        return {**super().own, **self.step.own, "answer_type": answer_type}

    @property
    def changes_fields(self) -> bool:
        """Whether the type of the first step was changed."""
        return bool(self.own["answer_type"] != self.question.get("answer_type"))

    def rows(self) -> list[Row]:
        """The rows of the first step."""
        return self.step.rows()
