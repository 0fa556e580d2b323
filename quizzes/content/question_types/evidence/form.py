from quizzes.content.question_types.evidence.tempting import TemptingForm
from quizzes.content.tables import Table
from quizzes.forms.editor.base import text


class EvidenceForm(TemptingForm):
    """The statement to prove, and the sentences that a student may pick wrongly."""

    template = "teacher/editor/kinds/evidence.html"
    name = "choices"

    def build(self) -> None:
        """The statement, and the rows of tempting sentences."""
        self.put("statement", text("Statement to prove", 1_000, rows=2), self.question.get("statement", ""))
        super().build()

    @property
    def own(self) -> Table:
        """Statement and tempting sentences, with what is valid of what was sent."""
        return {**super().own, "statement": self.valid.get("statement", self.initial["statement"])}
