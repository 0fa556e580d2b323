from django import forms

from quizzes.drafts.document import Table, sentence_tables
from quizzes.forms.editor.base import text
from quizzes.forms.editor.kinds.base import KindForm, Row

# Enough to tell sentences apart in a list.
SHOWN_WORDS = 9


class EvidenceForm(KindForm):
    """The statement to prove, and the sentences that a student may pick wrongly."""

    template = "teacher/editor/kinds/evidence.html"

    def build(self) -> None:
        """The statement, a sentence and a reason for each tempting one, and a reason for all others."""
        self.put("statement", text("Statement to prove", 1_000, rows=2), self.question.get("statement", ""))
        self.put(
            "other",
            text("For any other sentence", 500, hint="What a student reads who picks a sentence not named above."),
            self.question.get("rationale_other", ""),
        )
        for number, row in enumerate(self._rows, start=1):
            self.put(
                f"sentence-{number}",
                forms.ChoiceField(label=f"Tempting sentence {number}", choices=self._sentences(row), required=False),
                row.get("sentence", ""),
            )
            self.put(
                f"why-{number}",
                text(f"Why a student may pick it ({number})", 500, look="why"),
                row.get("rationale", ""),
            )

    def _sentences(self, row: Table) -> list[tuple[str, str]]:
        shown = [("", "None")]
        for number, table in enumerate(sentence_tables(self.document), start=1):
            words = table["text"].split()
            shown.append(
                (table["key"], f"{number} {' '.join(words[:SHOWN_WORDS])}{' ...' if len(words) > SHOWN_WORDS else ''}")
            )
        if row.get("sentence", "") not in dict(shown):
            shown.append((row["sentence"], "A sentence that is no longer in the reading"))
        return shown

    @property
    def own(self) -> Table:
        """Statement, tempting sentences and reasons, with what is valid of what was sent."""
        fields = self.valid
        return {
            "statement": fields.get("statement", self.initial["statement"]),
            "rationale_other": fields.get("other", self.initial["other"]),
            "choices": [
                {
                    "sentence": fields.get(f"sentence-{number}", row.get("sentence", "")),
                    "rationale": fields.get(f"why-{number}", row.get("rationale", "")),
                }
                for number, row in enumerate(self._rows, start=1)
            ],
        }

    def rows(self) -> list[Row]:
        """A row for each tempting sentence."""
        return [Row(self, number, "sentence", "why") for number in range(1, len(self._rows) + 1)]

    @property
    def _rows(self) -> list[Table]:
        rows: list[Table] = self.question.get("choices", [])
        return rows
