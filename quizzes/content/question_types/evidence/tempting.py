"""Wrong sentences that a student may pick: the same rows for evidence and for answer and proof."""

from django import forms

from quizzes.content.drafts.document import sentence_tables
from quizzes.content.question_types.form import KindForm, Row
from quizzes.content.tables import Table
from quizzes.forms.editor.base import text

# Enough to tell sentences apart in a list.
SHOWN_WORDS = 9


class TemptingForm(KindForm):
    """The sentences that tempt, each with a reason, and a reason for all others."""

    template = "teacher/editor/kinds/tempting.html"
    # The question's list that holds them.
    name = "tempting"

    def build(self) -> None:
        """A sentence and a reason for each row."""
        hint = "What a student reads who picks a sentence not named above."
        self.put("other", text("For any other sentence", 500, hint=hint), self.question.get("rationale_other", ""))
        for number, row in enumerate(self._rows, start=1):
            field = forms.ChoiceField(label=f"Tempting sentence {number}", choices=self._sentences(row), required=False)
            self.put(f"sentence-{number}", field, row.get("sentence", ""))
            why = text(f"Why a student may pick tempting sentence {number}", 500, look="why")
            self.put(f"tempts-{number}", why, row.get("rationale", ""))

    @property
    def own(self) -> Table:
        """Tempting sentences and reasons, with what is valid of what was sent."""
        fields = self.valid
        rows = [
            {
                "sentence": fields.get(f"sentence-{number}", row.get("sentence", "")),
                "rationale": fields.get(f"tempts-{number}", row.get("rationale", "")),
            }
            for number, row in enumerate(self._rows, start=1)
        ]
        return {self.name: rows, "rationale_other": fields.get("other", self.initial["other"])}

    def tempting(self) -> list[Row]:
        """A row for each tempting sentence."""
        return [Row(self, number, "sentence", "tempts") for number in range(1, len(self._rows) + 1)]

    def _sentences(self, row: Table) -> list[tuple[str, str]]:
        shown = [("", "None")]
        for number, table in enumerate(sentence_tables(self.document), start=1):
            words = table["text"].split()
            end = " ..." if len(words) > SHOWN_WORDS else ""
            shown.append((table["key"], f"{number} {' '.join(words[:SHOWN_WORDS])}{end}"))
        if row.get("sentence", "") not in dict(shown):
            shown.append((row["sentence"], "A sentence that is no longer in the reading"))
        return shown

    @property
    def _rows(self) -> list[Table]:
        rows: list[Table] = self.question.get(self.name, [])
        return rows
