"""The form to import a class from its file."""

from django import forms


class ClassFileForm(forms.Form):
    """A class file that Footnote wrote."""

    file = forms.FileField(
        label="Class file",
        help_text="A JSON file that Footnote exported. Up to 16 MB.",
        allow_empty_file=True,
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
