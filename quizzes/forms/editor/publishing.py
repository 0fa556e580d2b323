"""Forms to publish a draft and to move assignments to the latest edition."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.question_types.form import text
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.fields import choice_field
from quizzes.models import Assignment


class PublishForm(DraftForm):
    """The note why a set is published with gaps in its objectives."""

    note = text(
        gettext_lazy("Why publish with missing questions?"),
        300,
        rows=2,
        hint=gettext_lazy("Required. Saved with this version."),
    )


class UpdateQuizzesForm(forms.Form):
    """Assignments without attempts that get the latest edition."""

    assignments = forms.MultipleChoiceField(
        label=gettext_lazy("Update these quizzes"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, assignments: Sequence[Assignment]) -> None:
        super().__init__(data)
        self.offered = assignments
        choice_field(self, "assignments").choices = [
            (
                row.public_id,
                gettext("{name}, now version {number}").format(
                    name=f"{row.title}, {row.classroom.name}", number=row.edition.number
                ),
            )
            for row in assignments
        ]

    @property
    def chosen(self) -> list[Assignment]:
        """The chosen assignments."""
        return [row for row in self.offered if row.public_id in self.cleaned_data["assignments"]]
