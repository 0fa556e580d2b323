"""Forms to extend or excuse several students on one assignment at once."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms

from quizzes.forms.accommodations import ExtensionForm
from quizzes.forms.fields import students_field
from quizzes.models import Student

EXTEND, EXCUSE = "extend", "excuse"


class ExtendStudentsForm(ExtensionForm):
    """Several students, and an extension or an excuse for all of them. act: the button that sent it."""

    act = forms.ChoiceField(choices=[(EXTEND, EXTEND), (EXCUSE, EXCUSE)], widget=forms.HiddenInput)

    def __init__(self, *args: Any, students: Sequence[Student], **kwargs: Any) -> None:
        super().__init__(*args, extension=None, **kwargs)
        self.rows = {student.public_id: student for student in students}
        self.fields["students"] = students_field(students)

    @property
    def is_excuse(self) -> bool:
        """Whether the students are excused. Of a valid form."""
        return bool(self.cleaned_data["act"] == EXCUSE)

    @property
    def students(self) -> list[Student]:
        """The chosen students, in the order of the page. Of a valid form."""
        chosen = set(self.cleaned_data["students"])
        return [student for public_id, student in self.rows.items() if public_id in chosen]

    def clean(self) -> dict[str, Any]:
        """The cleaned data. Times count for an extension only."""
        if self.cleaned_data.get("act") == EXCUSE:
            return self.cleaned_data
        return super().clean()


class UnfinishedForm(forms.Form):
    """Valid for a link that chooses the students who have not turned in."""

    choose = forms.ChoiceField(choices=[("unfinished", "unfinished")])


class UndoExcusesForm(forms.Form):
    """The students whose excuses are undone, by public id, with spaces between. given_at: of the excuses."""

    given_at = forms.DateTimeField(required=False)
    students = forms.RegexField(r"\A[\w-]+(?: [\w-]+)*\Z")

    @cached_property
    def public_ids(self) -> frozenset[str]:
        """The public ids of a valid form."""
        return frozenset(str(self.cleaned_data["students"]).split(" "))
