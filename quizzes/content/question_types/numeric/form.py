"""The editor's form of a number or a date."""

from django import forms

from quizzes.content.question_types.form import LinesField, QuestionTypeForm, text
from quizzes.content.tables import Table


class NumericForm(QuestionTypeForm):
    """A number or a date, how exact it has to be, and in which units."""

    def build(self) -> None:
        """Kind, key, tolerance, units and a note."""
        kinds = [("number", "A number"), ("date", "A date")]
        kind = forms.ChoiceField(label="The answer is", choices=kinds, required=False)
        self.put("kind", kind, self.question.get("kind", "number"))
        hint = "A number in figures, or a date as in 2018-08-31, or --08-31 where the year does not matter."
        self.put("figure", text("Right answer", 60, hint=hint), self.question.get("answer", ""))
        hint = "How far off is still right: 0.5 for a number, 1 for a day. Left empty, it has to be exact."
        self.put("tolerance", text("Tolerance", 20, hint=hint), self.question.get("tolerance", ""))
        hint = "One a line, the usual one first. Left empty, there is none."
        self.put("units", LinesField("Units", rows=2, hint=hint), self.question.get("units", []))
        required = forms.BooleanField(label="The unit has to be named", required=False)
        self.put("unit_required", required, self.question.get("unit_required", False))
        self.put("note", text("Note to students", 200), self.question.get("note", ""))

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        fields = self.valid
        names = {"kind": "kind", "answer": "figure", "tolerance": "tolerance", "units": "units"}
        names |= {"unit_required": "unit_required", "note": "note"}
        return {name: fields.get(field, self.initial[field]) for name, field in names.items()}
