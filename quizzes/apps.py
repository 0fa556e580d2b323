"""The app quizzes, and the messages of Django that it replaces."""

from django import forms
from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes import phrases


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "Footnote"

    def ready(self) -> None:
        # Django's message speaks of null characters, which no one can see. Fields of allauth show it too.
        ProhibitNullCharactersValidator.message = gettext_lazy("The text has a hidden character. Retype it.")
        # Django's message repeats the value that was sent, such as the id of a student who left the class.
        for field in (forms.ChoiceField, forms.MultipleChoiceField):
            field.default_error_messages["invalid_choice"] = gettext_lazy("Choose one of these.")
        phrases.use(gettext, ngettext)
