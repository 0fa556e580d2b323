"""The editor's form of a number or a date."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import LinesField, QuestionTypeForm, text
from quizzes.content.tables import Table


class UnitsField(LinesField):
    """Names of a unit, one a line. A comma separates names too: “feet, ft” has two."""

    def clean(self, value: Any) -> Any:
        """The names."""
        return super().clean("\n".join(str(value or "").split(",")))


class NumericForm(QuestionTypeForm):
    """A number or a date, how exact it has to be, and in which units."""

    regrade_fields = ("tolerance",)

    def build(self) -> None:
        """Kind, key, tolerance, units and a note."""
        kinds = [("number", gettext("A number")), ("date", gettext("A date"))]
        kind = forms.ChoiceField(label=gettext("The answer is"), choices=kinds, required=False)
        self.put("kind", kind, self.question.get("kind", "number"))
        hint = gettext("Number: 3.5, 40,000, or $40,000. Date: 2018-08-31, or --08-31 for any year.")
        self.put("figure", text(gettext("Correct answer"), 60, hint=hint), self.question.get("answer", ""))
        hint = gettext("How far off still counts: 0.5, or 1 for a day. Leave blank for exact.")
        self.put("tolerance", text(gettext("Tolerance (optional)"), 20, hint=hint), self.question.get("tolerance", ""))
        hint = gettext("1 per line, most common first. An answer with a unit that isn’t listed needs grading.")
        self.put("units", UnitsField(gettext("Units (optional)"), rows=2, hint=hint), self.question.get("units", []))
        required = forms.BooleanField(label=gettext("A unit is required"), required=False)
        self.put("unit_required", required, self.question.get("unit_required", False))
        self.put_note()

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        values = self.values
        own = {name: values[name] for name in ("kind", "tolerance", "units", "unit_required", "note")}
        return {**own, "answer": values["figure"]}
