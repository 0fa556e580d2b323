"""The editor's form of true or false."""

from django import forms

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class TrueFalseForm(QuestionTypeForm):
    """One statement, which of the two it is, and why a student may say the other."""

    def build(self) -> None:
        """Statement, key, both reasons, and the sentences that tempt."""
        answer = self.question.get("answer")
        self.put("statement", text("Statement", 1_000, rows=2), self.question.get("statement", ""))
        self.put(
            "answer",
            forms.ChoiceField(
                label="The statement is",
                choices=[("true", "True"), ("false", "False")],
                required=False,
                widget=forms.RadioSelect,
            ),
            "" if answer is None else str(answer).lower(),
        )
        self.put(
            "why_true", text("Feedback for the answer true (optional)", 500), self.question.get("rationale_true", "")
        )
        self.put(
            "why_false", text("Feedback for the answer false (optional)", 500), self.question.get("rationale_false", "")
        )
        self.put(
            "leans", self.sentences_field("Sentences that suggest the wrong answer"), self.question.get("leans_on", [])
        )

    @property
    def own(self) -> Table:
        """Statement, key and reasons, with the valid values that were sent."""
        fields = self.valid
        answer = fields.get("answer", self.initial["answer"])
        return {
            "statement": fields.get("statement", self.initial["statement"]),
            "answer": {"true": True, "false": False}.get(answer),
            "rationale_true": fields.get("why_true", self.initial["why_true"]),
            "rationale_false": fields.get("why_false", self.initial["why_false"]),
            "leans_on": fields.get("leans", self.initial["leans"]),
        }
