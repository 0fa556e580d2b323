"""The editor's form of fill in the blanks."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import LinesField, QuestionTypeForm, Row, text
from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.tables import Table


class BlanksForm(QuestionTypeForm):
    """A text with blanks, and the correct answers and choices of each."""

    row_list = "gaps"
    row_fields = {"accepted": "accepted", "choices": "choices", "rationale": "why"}
    regrade_fields = ("forgive_slips",)

    def build(self) -> None:
        """Text, typos, note, and the fields of each blank."""
        hint = gettext("Type {a} where the first blank goes, {b} for the second, and so on.")
        self.put("blank_text", text(gettext("Text"), 2_000, rows=4, hint=hint), self.question.get("text", ""))
        slips = forms.BooleanField(
            label=gettext("Allow 1 typo in longer words"),
            required=False,
            help_text=gettext(
                "If a typo spells another English word, you grade that answer. A typo that spells a word of another "
                "language is accepted."
            ),
        )
        self.put("forgive_slips", slips, self.question.get("forgive_slips", False))
        self.put_note()
        for number, row in enumerate(self.row_tables, start=1):
            letter = CHOICE_IDS[number - 1]
            self.put(
                f"accepted-{number}",
                LinesField(gettext("Accepted in blank {letter}").format(letter=letter), rows=2),
                row.get("accepted", []),
            )
            self.put(
                f"choices-{number}",
                LinesField(gettext("Choices for blank {letter}").format(letter=letter), rows=2, look="why"),
                row.get("choices", []),
            )
            why = text(gettext("Feedback for blank {letter}").format(letter=letter), 500, look="why")
            self.put(f"why-{number}", why, row.get("rationale", ""))

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        values = self.values
        own = {"text": values["blank_text"], "forgive_slips": values["forgive_slips"], "note": values["note"]}
        return {**own, "gaps": self.own_rows()}

    def rows(self) -> list[Row]:
        """A row for each blank."""
        return [Row(self, number, letter=CHOICE_IDS[number - 1]) for number in range(1, len(self.row_tables) + 1)]
