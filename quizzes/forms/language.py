"""The form that chooses the language of the pages."""

from django import forms
from django.conf import settings


class LanguageForm(forms.Form):
    """One of the languages of this site."""

    language = forms.ChoiceField(choices=lambda: settings.LANGUAGES)
