"""The editor's form of true or false."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class TrueFalseForm(QuestionTypeForm):
    """The statement, the correct answer, and feedback for both answers."""

    def build(self) -> None:
        """Statement, correct answer, feedback, and the sentences that suggest the wrong answer."""
        answer = self.question.get("answer")
        hint = gettext("Students judge this sentence, such as “The council voted on Monday.”")
        label = gettext("Statement that is true or false")
        self.put("statement", text(label, 1_000, rows=2, hint=hint), self.question.get("statement", ""))
        self.put(
            "answer",
            forms.ChoiceField(
                label=gettext("The statement is"),
                choices=[("true", gettext("True")), ("false", gettext("False"))],
                required=False,
                widget=forms.RadioSelect,
            ),
            "" if answer is None else str(answer).lower(),
        )
        self.put(
            "why_true",
            text(gettext("Feedback for the answer true (optional)"), 500),
            self.question.get("rationale_true", ""),
        )
        self.put(
            "why_false",
            text(gettext("Feedback for the answer false (optional)"), 500),
            self.question.get("rationale_false", ""),
        )
        self.put(
            "leans",
            self.sentences_field(gettext("Sentences that suggest the wrong answer")),
            self.question.get("leans_on", []),
        )

    @property
    def stem_hint(self) -> str:
        """The statement has a field of its own."""
        return gettext("Ask about the statement below, such as “Is this true or false?”")

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        values = self.values
        return {
            "statement": values["statement"],
            "answer": {"true": True, "false": False}.get(values["answer"]),
            "rationale_true": values["why_true"],
            "rationale_false": values["why_false"],
            "leans_on": values["leans"],
        }
