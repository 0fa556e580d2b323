from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from quizzes.people.names import MAX_NAME_LENGTH, InvalidName, clean_name


class NameField(forms.CharField):
    """A name that people read: of a student, a class or a teacher."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_NAME_LENGTH, **kwargs})
        self.error_messages["max_length"] = f"The name is longer than {self.max_length} characters."
        self.error_messages["null_characters_not_allowed"] = "The name holds a character that cannot be seen."

    def clean(self, value: Any) -> str:
        """The name as `clean_name` writes it; refuses what cannot be seen."""
        text = super().clean(value)
        try:
            return clean_name(text)
        except InvalidName as error:
            raise ValidationError(f"{str(error)[0].upper()}{str(error)[1:]}.") from error
