"""Forms that confirm a deletion for good."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.question_types.form import TextField
from quizzes.formatting import isolated
from quizzes.forms.fields import SeenField

CHANGED = gettext_lazy("Something changed after you opened this page. Read it again, then delete.")


class ErasureForm(forms.Form):
    """A deletion for good. seen: the `stamp` of what the page said is deleted; a page without it asks again."""

    seen = SeenField(max_length=100)


class EraseClassroomForm(ErasureForm):
    """The name of the class, typed by hand."""

    name = TextField(
        label=gettext_lazy("Class name"),
        error_messages={"required": gettext_lazy("Type the class name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, classroom_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classroom_name = classroom_name
        self.fields["name"].help_text = gettext("Type “{classroom_name}” to delete the class.").format(
            classroom_name=isolated(classroom_name)
        )

    def clean_name(self) -> str:
        """The name, if it is that of the class, with any spacing."""
        name = str(self.cleaned_data["name"])
        if " ".join(name.split()) != " ".join(self.classroom_name.split()):
            raise ValidationError(
                gettext("This isn’t the name of the class. Type “{classroom_name}”.").format(
                    classroom_name=isolated(self.classroom_name)
                )
            )
        return name
