"""The editor's form of who says so."""

from django import forms
from django.utils.translation import gettext

from quizzes.content.question_types.form import QuestionTypeForm, text
from quizzes.content.tables import Table


class WhoSaysSoForm(QuestionTypeForm):
    """Statements, each with who says it and where; and the speakers that students choose from."""

    row_list = "statements"
    row_fields = ("text", "speaker", "proof", "why")

    def build(self) -> None:
        """A text, a speaker, its sentences and a reason, for each statement."""
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
        fields = self.valid
        statements = [
            {
                "text": fields.get(f"text-{number}", row.get("text", "")),
                "voice": fields.get(f"speaker-{number}", row.get("voice", "")),
                # What is no longer in the reading has no number: it stays until its author settles it.
                "evidence": [*fields.get(f"proof-{number}", self._here(row)), *self._lost(row)],
                "rationale": fields.get(f"why-{number}", row.get("rationale", "")),
            }
            for number, row in enumerate(self.row_tables, start=1)
        ]
        return {"voices": fields.get("voices", self.initial["voices"]), "statements": statements}

    def _here(self, row: Table) -> list[str]:
        return [key for key in row.get("evidence", []) if key in self.sentence_keys]

    def _lost(self, row: Table) -> list[str]:
        return [key for key in row.get("evidence", []) if key not in self.sentence_keys]
