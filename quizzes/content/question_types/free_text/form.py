"""The editor's form of a written answer."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.question_types.free_text.question import MAX_LENGTH
from quizzes.content.question_types.question import MAX_POINTS
from quizzes.content.tables import Table


class FreeTextForm(QuestionTypeForm):
    """The rubric by which a teacher grades, a sample answer, and how long an answer may be."""

    row_list = "criteria"
    row_fields = {"title": "text", "points": "points", "description": "earns"}

    def build(self) -> None:
        """Sample answer, note, lengths, and the fields of each line of the rubric."""
        self.put("sample", text(gettext("Sample answer"), 2_000, rows=4), self.question.get("sample_answer", ""))
        self.put_note()
        for name, label, least in (
            ("min_length", gettext("Minimum characters (optional)"), 0),
            ("max_length", gettext("Maximum characters (optional)"), 1),
        ):
            length = forms.IntegerField(label=label, min_value=least, max_value=MAX_LENGTH, required=False)
            self.put(name, length, self.question.get(name))
        for number, row in enumerate(self.row_tables, start=1):
            title = text(gettext("What earns points, line {number}").format(number=number), 200, look="why")
            self.put(f"text-{number}", title, row.get("title", ""))
            points = forms.IntegerField(
                label=gettext("Points of line {number}").format(number=number),
                min_value=1,
                max_value=MAX_POINTS,
                error_messages={"required": gettext("Enter 1 to {count} points.").format(count=MAX_POINTS)},
            )
            points.widget.attrs["class"] = "why"
            self.put(f"points-{number}", points, row.get("points", 1))
            earns = text(gettext("How to earn the points of line {number}").format(number=number), 500, look="why")
            self.put(f"earns-{number}", earns, row.get("description", ""))

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        values = self.values
        own = {name: values[name] for name in ("note", "min_length", "max_length")}
        return {**own, "sample_answer": values["sample"], "criteria": self.own_rows()}
