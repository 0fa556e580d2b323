"""The form to import a class from its file."""

from django import forms
from django.utils.translation import gettext_lazy


class ClassFileForm(forms.Form):
    """A class file that Footnote wrote."""

    file = forms.FileField(
        label=gettext_lazy("Class file"),
        help_text=gettext_lazy("A JSON file that Footnote exported. Up to 16 MB."),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
