"""The editor's form of ordering."""

from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, Row, text
from quizzes.content.tables import Table


class OrderingForm(QuestionTypeForm):
    """Lines in their right order."""

    def build(self) -> None:
        """A text and a reason for each line."""
        for number, row in enumerate(self._rows, start=1):
            self.put(f"text-{number}", text(gettext("Line {number}").format(number=number), 300), row.get("text", ""))
            self.put(
                f"why-{number}",
                text(gettext("Feedback for line {number}").format(number=number), 500, look="why"),
                row.get("rationale", ""),
            )

    @property
    def own(self) -> Table:
        """The lines, with the valid values that were sent."""
        fields = self.valid
        return {
            "items": [
                {
                    "text": fields.get(f"text-{number}", row.get("text", "")),
                    "rationale": fields.get(f"why-{number}", row.get("rationale", "")),
                }
                for number, row in enumerate(self._rows, start=1)
            ]
        }

    def rows(self) -> list[Row]:
        """A row for each line."""
        return [Row(self, number, "text", "why") for number in range(1, len(self._rows) + 1)]

    @property
    def _rows(self) -> list[Table]:
        rows: list[Table] = self.question.get("items", [])
        return rows
