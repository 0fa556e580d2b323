"""The editor's form of ordering."""

from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class OrderingForm(QuestionTypeForm):
    """The lines in their correct order."""

    row_list = "items"
    row_fields = {"text": "text", "rationale": "why"}

    def build(self) -> None:
        """Text and feedback for each line."""
        for number, row in enumerate(self.row_tables, start=1):
            self.put(f"text-{number}", text(gettext("Line {number}").format(number=number), 300), row.get("text", ""))
            self.put(
                f"why-{number}",
                text(gettext("Feedback for line {number}").format(number=number), 500, look="why"),
                row.get("rationale", ""),
            )

    @property
    def own(self) -> Table:
        """The lines, with the valid values that were sent."""
        return {"items": self.own_rows()}
