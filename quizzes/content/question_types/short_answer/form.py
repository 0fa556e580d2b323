"""The editor's form of a short answer."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import LinesField, QuestionTypeForm, text
from quizzes.content.tables import Table


class ShortAnswerForm(QuestionTypeForm):
    """The accepted answers, and the wrong answers that a teacher expects."""

    row_list = "wrong"
    row_fields = {"text": "text", "rationale": "why", "leans_on": "leans"}
    regrade_fields = ("forgive_slips",)

    def build(self) -> None:
        """Accepted answers, typos, note, and the fields of each wrong answer."""
        hint = gettext("1 per line. Capitals, accents, and punctuation don’t matter.")
        self.put("accepted", LinesField(gettext("Accepted answers"), hint=hint), self.question.get("accepted", []))
        slips = forms.BooleanField(
            label=gettext("Allow 1 typo in longer words"),
            required=False,
            help_text=gettext(
                "If a typo spells another English word, you grade that answer. A typo that spells a word of another "
                "language is accepted, unless you add it as a wrong answer."
            ),
        )
        self.put("forgive_slips", slips, self.question.get("forgive_slips", False))
        self.put_note()
        for number, row in enumerate(self.row_tables, start=1):
            self.put(
                f"text-{number}",
                text(gettext("Wrong answer {number}").format(number=number), 200, named=True),
                row.get("text", ""),
            )
            why = text(gettext("Feedback for wrong answer {number}").format(number=number), 500, look="why")
            self.put(f"why-{number}", why, row.get("rationale", ""))
            leans = self.sentences_field(gettext("Sentences that suggest wrong answer {number}").format(number=number))
            self.put(f"leans-{number}", leans, row.get("leans_on", []))

    @property
    def own(self) -> Table:
        """All of it, with the valid values that were sent."""
        values = self.values
        own = {name: values[name] for name in ("accepted", "forgive_slips", "note")}
        return {**own, "wrong": self.own_rows(optional=("leans_on",))}
