"""The editor's form of who says so."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class WhoSaysSoForm(QuestionTypeForm):
    """Statements, each with who says it and where; and the speakers that students choose from."""

    row_list = "statements"
    row_fields = {"text": "text", "voice": "speaker", "evidence": "proof", "rationale": "why"}

    def build(self) -> None:
        """The speakers to choose from, and the fields of each statement."""
        speakers = [(speaker["key"], speaker["label"]) for speaker in self.speakers]
        offered = [key for key in self.question.get("voices", []) if key in dict(speakers)]
        self.put(
            "voices",
            forms.MultipleChoiceField(
                label=gettext("Speakers to choose from"),
                help_text=gettext("Is someone missing? Add the speaker under Reading."),
                choices=speakers,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            offered,
        )
        for number, row in enumerate(self.row_tables, start=1):
            self.put(
                f"text-{number}", text(gettext("Statement {number}").format(number=number), 500), row.get("text", "")
            )
            self.put(
                f"speaker-{number}",
                forms.ChoiceField(
                    label=gettext("Who says statement {number}").format(number=number),
                    choices=[("", gettext("Choose one")), *speakers],
                    required=False,
                    widget=forms.Select(attrs={"class": "why"}),
                ),
                row.get("voice", ""),
            )
            self.put(
                f"proof-{number}",
                self.sentences_field(gettext("Sentences that say statement {number}").format(number=number)),
                row.get("evidence", []),
            )
            self.put(
                f"why-{number}",
                text(gettext("Feedback for statement {number}").format(number=number), 500, look="why"),
                row.get("rationale", ""),
            )

    @property
    def own(self) -> Table:
        """Speakers and statements, with the valid values that were sent."""
        statements = self.own_rows()
        for statement, row in zip(statements, self.row_tables, strict=True):
            # What is no longer in the reading has no number: it stays until its author settles it.
            lost = [key for key in row.get("evidence", []) if key not in self.sentence_keys]
            statement["evidence"] = [*(key for key in statement["evidence"] if key not in lost), *lost]
        return {"voices": self.values["voices"], "statements": statements}
