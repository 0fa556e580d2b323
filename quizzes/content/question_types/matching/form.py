"""The editor's form of matching."""

from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class MatchingForm(QuestionTypeForm):
    """The lines with their matches, and more options that match no line."""

    row_list = "prompts"
    row_fields = {"text": "text", "option": "option", "rationale": "why"}

    def build(self) -> None:
        """The other options, 1 per line, and the fields of each line."""
        matched = {row.get("option", "") for row in self.row_tables}
        others = [option for option in self.question.get("options", []) if option not in matched]
        self.put(
            "options",
            text(
                gettext("More options"),
                1_000,
                rows=3,
                hint=gettext("1 per line. They match no line above and make guessing harder."),
            ),
            "\n".join(others),
        )
        for number, row in enumerate(self.row_tables, start=1):
            self.put(f"text-{number}", text(gettext("Line {number}").format(number=number), 300), row.get("text", ""))
            self.put(
                f"option-{number}",
                text(gettext("Match for line {number}").format(number=number), 200, look="why"),
                row.get("option", ""),
            )
            self.put(
                f"why-{number}",
                text(gettext("Feedback for line {number}").format(number=number), 500, look="why"),
                row.get("rationale", ""),
            )

    @property
    def own(self) -> Table:
        """Lines and options, with the valid values that were sent."""
        others = [*filter(None, map(str.strip, self.values["options"].splitlines()))]
        prompts = self.own_rows()
        used = {*others, *(row["option"] for row in prompts)}
        # Translations of the options go by their order, so those that stay keep it.
        kept = [option for option in self.question.get("options", []) if option in used]
        return {"options": list(dict.fromkeys([*kept, *others])), "prompts": prompts}
