"""The editor's form of a single choice, and the part that it shares with multiple answers."""

from django import forms
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.question_types.choices import BESIDE_THE_POINT, CONTRADICTED, NOT_STATED, SAID_BY_SOMEONE
from quizzes.content.question_types.form import QuestionTypeForm, Row, text
from quizzes.content.tables import Table

MARK_CHOICES = [
    ("", gettext_lazy("Choose")),
    (CONTRADICTED, gettext_lazy("The reading says otherwise")),
    (NOT_STATED, gettext_lazy("The reading doesn’t say this")),
    (BESIDE_THE_POINT, gettext_lazy("True, but off the question")),
    (SAID_BY_SOMEONE, gettext_lazy("Someone says this, the story itself doesn’t")),
]


class ChoicesForm(QuestionTypeForm):
    """The choices of a question. is_single: whether exactly one of them is correct."""

    row_list = "choices"
    row_fields = {"text": "text", "rationale": "why", "leans_on": "leans", "mark": "mark", "mark_at": "against"}
    is_single: bool

    def build(self) -> None:
        """Which choices are correct, whether they keep their order, and the fields of each choice."""
        keys = [str(number) for number, row in enumerate(self.row_tables, start=1) if row.get("key")]
        offered = [
            (str(number), gettext("Answer {number}").format(number=number))
            for number in range(1, len(self.row_tables) + 1)
        ]
        if self.is_single:
            self.put(
                "key",
                forms.ChoiceField(label=gettext("Correct answer"), choices=offered, required=False),
                "".join(keys[:1]),
            )
        else:
            self.put(
                "key",
                forms.MultipleChoiceField(label=gettext("Correct answers"), choices=offered, required=False),
                keys,
            )
        kept = forms.BooleanField(label=gettext("Keep this order for every student"), required=False)
        self.put("keep_order", kept, self.question.get("keep_order", False))
        for number, row in enumerate(self.row_tables, start=1):
            self.put(
                f"text-{number}",
                text(gettext("Answer {number}").format(number=number), 500, named=True),
                row.get("text", ""),
            )
            self.put(
                f"why-{number}",
                text(gettext("Feedback for answer {number}").format(number=number), 500, look="why"),
                row.get("rationale", ""),
            )
            self.put(
                f"leans-{number}",
                self.sentences_field(gettext("Sentences that suggest answer {number}").format(number=number)),
                row.get("leans_on", []),
            )
            mark = forms.ChoiceField(
                label=gettext("What’s wrong with answer {number}").format(number=number),
                choices=MARK_CHOICES,
                required=False,
            )
            self.put(f"mark-{number}", mark, row.get("mark", ""))
            against = self.sentences_field(gettext("Evidence against answer {number}").format(number=number))
            self.put(f"against-{number}", against, row.get("mark_at", []))

    @property
    def own(self) -> Table:
        """The choices, with the valid values that were sent."""
        right = _numbers(self.values["key"])
        choices = self.own_rows(optional=("leans_on", "mark", "mark_at"))
        for number, choice in enumerate(choices, start=1):
            if str(number) in right:
                choice["key"] = True
        return {"choices": choices, **self.switch("keep_order")}

    def switch(self, name: str) -> Table:
        """The switch as it was sent. A question that never had it on stays as it was stored."""
        is_on = self.values[name]
        return {name: is_on} if is_on or name in self.question else {}

    def rows(self) -> list[Row]:
        """A row for each choice."""
        right = _numbers(self["key"].value() or [])
        return [Row(self, number, is_key=str(number) in right) for number in range(1, len(self.row_tables) + 1)]


class SingleForm(ChoicesForm):
    """Choices, one of them correct."""

    is_single = True


def _numbers(key: str | list[str]) -> set[str]:
    """The numbers of the correct choices: a radio button sends one, and check boxes a list."""
    return {key} if isinstance(key, str) else set(key)
