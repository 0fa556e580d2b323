"""The forms of the search boxes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from quizzes.content.question_types.form import TextField
from quizzes.formatting import up_to


class SearchForm(forms.Form):
    """What a teacher searches for."""

    q = TextField(
        label=gettext_lazy("Class, student, quiz, question set, or receipt"),
        max_length=100,
        error_messages={
            "required": gettext_lazy("Type a name, a title, or a receipt."),
            "max_length": up_to(100),
        },
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class AccountSearchForm(SearchForm):
    """Whose account the administrator searches for; "" for all accounts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = gettext_lazy("Name or email")
        self.fields["q"].required = False


class AccountPageForm(forms.Form):
    """Which page of the list of accounts a link opens."""

    page = forms.IntegerField(required=False, min_value=1)

    @property
    def number(self) -> int:
        """The number of the page, the first without a number or with one that no link has."""
        return (self.is_valid() and self.cleaned_data["page"]) or 1
