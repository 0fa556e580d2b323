"""The editor's form of evidence, and the tempting sentences that it shares with answer and evidence."""

from django import forms
from django.utils.translation import gettext, pgettext

from quizzes.content.question_types.form import QuestionTypeForm, Row, text
from quizzes.content.tables import Table

# Enough to tell sentences apart in a list.
SHOWN_WORDS = 9


class TemptingForm(QuestionTypeForm):
    """The tempting sentences with their feedback, and feedback for all others."""

    row_list = "tempting"
    row_fields = {"sentence": "sentence", "rationale": "tempts"}

    def build(self) -> None:
        """The feedback for all others, and the fields of each tempting sentence."""
        hint = gettext("Feedback for any sentence not listed above")
        self.put(
            "other",
            text(gettext("Any other sentence (optional)"), 500, hint=hint),
            self.question.get("rationale_other", ""),
        )
        for number, row in enumerate(self.row_tables, start=1):
            field = forms.ChoiceField(
                label=gettext("Wrong sentence {number}").format(number=number),
                choices=self._sentences(row),
                required=False,
            )
            self.put(f"sentence-{number}", field, row.get("sentence", ""))
            why = text(gettext("Feedback for wrong sentence {number}").format(number=number), 500, look="why")
            self.put(f"tempts-{number}", why, row.get("rationale", ""))

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        return {self.row_list: self.own_rows(), "rationale_other": self.values["other"]}

    def tempting(self) -> list[Row]:
        """A row for each tempting sentence."""
        return super().rows()

    def _sentences(self, row: Table) -> list[tuple[str, str]]:
        shown = [("", pgettext("a sentence", "None"))]
        for number, table in enumerate(self.sentences, start=1):
            words = table["text"].split()
            end = "…" if len(words) > SHOWN_WORDS else ""
            shown.append((table["key"], f"{number} {' '.join(words[:SHOWN_WORDS])}{end}"))
        if row.get("sentence", "") not in dict(shown):
            shown.append((row["sentence"], gettext("A sentence that was removed from the reading")))
        return shown


class EvidenceForm(TemptingForm):
    """The statement to prove, how many sentences to choose, and the tempting sentences."""

    row_list = "choices"

    def build(self) -> None:
        """The statement, the count, and the rows of tempting sentences."""
        self.put("statement", text(gettext("Statement to prove"), 1_000, rows=2), self.question.get("statement", ""))
        self.put_count(gettext("Sentences to choose (optional)"), 1)
        super().build()

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        return {**super().own, "statement": self.values["statement"], **self.own_count}
