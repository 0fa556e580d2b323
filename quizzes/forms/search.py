"""The form of the search box."""

from django import forms

NOT_TEXT = "The text has a hidden character. Retype it."


class SearchForm(forms.Form):
    """What a teacher searches for."""

    q = forms.CharField(
        label="Student, question set, or receipt",
        max_length=100,
        error_messages={
            "required": "Type a name, a title, or a receipt.",
            "max_length": "Use up to 100 characters.",
            "null_characters_not_allowed": NOT_TEXT,
        },
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
