"""Forms with the options of a gradebook, a report or a download."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from quizzes.files.downloads import FileFormat, Layout
from quizzes.formatting import Label
from quizzes.forms.fields import choice_field
from quizzes.models import Assignment, Classroom

NAME, AVERAGE = "name", "average"

ATTEMPT_NAMES = {
    Assignment.AttemptPolicy.FIRST.value: gettext_lazy("First attempts"),
    Assignment.AttemptPolicy.BEST.value: gettext_lazy("Best attempts"),
    Assignment.AttemptPolicy.LATEST.value: gettext_lazy("Latest attempts"),
}


class AttemptsForm(forms.Form):
    """The attempts and classes of an item analysis; by default, first attempts of this class."""

    attempts = forms.ChoiceField(choices=Assignment.AttemptPolicy.choices, required=False)
    classes = forms.ChoiceField(
        choices=[("this", gettext_lazy("This class")), ("together", gettext_lazy("All my classes"))], required=False
    )

    @property
    def policy(self) -> str:
        """First, best or latest; an unknown value means first."""
        return self._chosen("attempts") or Assignment.AttemptPolicy.FIRST

    @property
    def over(self) -> str:
        """“this” class or all “together”; an unknown value means this class."""
        return self._chosen("classes") or "this"

    @property
    def policies(self) -> Sequence[tuple[str, Label, bool]]:
        """(value, name, whether it is selected) of each choice of attempts."""
        return [(value, name, value == self.policy) for value, name in ATTEMPT_NAMES.items()]

    def _chosen(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name, "")


class AnswersFileForm(forms.Form):
    """The format of a file with the answers to one assignment."""

    form = forms.ChoiceField(choices=[(form.value, form.value) for form in FileFormat])


class ItemsFileForm(AnswersFileForm, AttemptsForm):
    """The format and the attempts of an item analysis file."""


class FileForm(AnswersFileForm):
    """The layout and the format of a classroom's file."""

    layout = forms.ChoiceField(choices=[(layout.value, layout.value) for layout in Layout])
    quiz = forms.ModelChoiceField(Assignment.objects.none(), to_field_name="public_id", required=False)

    def __init__(self, *args: Any, classroom: Classroom, **kwargs: Any) -> None:
        """classroom: one of its quizzes may be chosen."""
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["quiz"]).queryset = classroom.assignments.all()


class ClassReportsForm(forms.Form):
    """Whether the reports of a class for parents have all answers; by default, only scores."""

    answers = forms.BooleanField(required=False)

    @property
    def has_answers(self) -> bool:
        """Whether the reports have all answers."""
        return self.is_valid() and self.cleaned_data["answers"]


class ObjectiveForm(forms.Form):
    """The title of the objective that filters a gradebook; "" for none."""

    objective = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, titles: Callable[[], Sequence[str]], **kwargs: Any) -> None:
        """titles: returns those of the objectives of the class. It is called only if the query string names one."""
        super().__init__(*args, **kwargs)
        choice_field(self, "objective").choices = lambda: [(title, title) for title in titles()]

    @property
    def title(self) -> str:
        """The title of the objective; "" if it is unknown."""
        return self.cleaned_data["objective"] if self.is_valid() else ""


class GradebookOrderForm(forms.Form):
    """The column that sorts a gradebook; a leading “-” means descending, and an unknown value means by name."""

    sort = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        """columns: public ids of the assignments shown."""
        super().__init__(*args, **kwargs)
        keys = [NAME, AVERAGE, *columns]
        choice_field(self, "sort").choices = [(key, key) for key in keys + [f"-{key}" for key in keys]]
        chosen = self.cleaned_data["sort"] if self.is_valid() else ""
        self.column = chosen.removeprefix("-") or NAME
        self.descending = chosen.startswith("-")
        # A click on the sorted column reverses its order. A click on another column shows the best scores first.
        self.next_by_column = {key: f"-{key}" if key != NAME else key for key in keys}
        self.next_by_column[self.column] = self.column if self.descending else f"-{self.column}"

    @property
    def direction(self) -> str:
        """The current order, as the value of `aria-sort`."""
        return "descending" if self.descending else "ascending"

    @property
    def arrow(self) -> str:
        """The icon of the current order."""
        return "down" if self.descending else "up"


class RetryLinkForm(forms.Form):
    """The questions of a retry, as the link from the results names them."""

    question = forms.MultipleChoiceField()

    def __init__(self, *args: Any, keys: Sequence[str], **kwargs: Any) -> None:
        """keys: of the questions of the edition."""
        super().__init__(*args, **kwargs)
        choice_field(self, "question").choices = [(key, key) for key in keys]
