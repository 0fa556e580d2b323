"""A draft of ordering."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, equals, numbered, too_few
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class OrderingDraft(QuestionDraft):
    """Lines in the correct order, and why a student may put one elsewhere."""

    set_aside_key = "ordering"
    fields = ("items",)
    row_lists = ("items",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """Four empty lines."""
        return {"items": [{"text": "", "rationale": ""} for _ in range(4)]}

    def open(self, question: Table) -> None:
        """Put the lines in their correct order, so that no line needs a position."""
        lines = sorted(question["items"], key=lambda row: row["place"])
        question["items"] = [{name: value for name, value in row.items() if name != "place"} for row in lines]

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without the empty lines, each with its place on the page."""
        rows = [row for _, row in numbered(question.get("items", []))]
        return {**question, "items": [{**row, "place": place} for place, row in enumerate(rows, start=1)]}

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("items", [])
        return too_few(rows, 3, gettext("Enter at least 3 lines, in the correct order.")) + equals(
            rows, gettext("Lines {first} and {second} are the same.")
        )

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """Unchanged: any order can be shown."""
        return question
