"""Class code, name and PIN of a student who signs in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet

from quizzes.models import Student
from quizzes.people.student_sign_in import PIN_LENGTH

NO_SUCH_CODE = "No class has this code."
NOT_ON_THE_LIST = "Choose your name from the list."


class CodeForm(forms.Form):
    """A class code as a student types it."""

    code = forms.CharField(
        label="Class code",
        help_text="Six letters and numbers. Your teacher has it on the board.",
        # A code is never long; what is gets the same word as any other that no class has.
        validators=[MaxLengthValidator(40, NO_SUCH_CODE)],
        error_messages={"required": "Type the code that your teacher gave you."},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                # Room for a hyphen or for spaces between the letters.
                "maxlength": "11",
            }
        ),
    )

    def refuse_code(self) -> None:
        """Say that no class has this code, in the same words whatever the reason."""
        self.add_error("code", NO_SUCH_CODE)
        self[
            "code"
        ].help_text = (
            "Check the last letter against the board. Codes never use the letters I and O or the numbers 0 and 1."
        )


class NameForm(forms.Form):
    """One name of a class's list; another one cannot be given."""

    student = forms.CharField(strip=False, error_messages={"required": NOT_ON_THE_LIST})

    def __init__(self, *args: Any, students: QuerySet[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = students

    def clean_student(self) -> Student:
        """The line of the list."""
        student = self.students.filter(public_id=self.cleaned_data["student"]).order_by().first()
        if student is None:
            raise forms.ValidationError(NOT_ON_THE_LIST)
        return student


class PinForm(forms.Form):
    """A PIN as a student types it; it is never shown again."""

    pin = forms.CharField(
        label="Your PIN",
        error_messages={"required": "Type your PIN."},
        validators=[MaxLengthValidator(40, "A PIN has four digits.")],
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "current-password", "maxlength": str(PIN_LENGTH)}
        ),
    )

    def name_teachers(self, teachers: Sequence[str]) -> None:
        """Say who can give a new PIN, before the form is checked or after it."""
        self["pin"].help_text = f"Four digits. Forgot it? {' or '.join(teachers)} can give you a new one."

    def refuse_pin(self, tries_left: int) -> None:
        """Say that the PIN is another one, and how many more tries this device has."""
        tries = f"{tries_left} more {'try' if tries_left == 1 else 'tries'}"
        self.add_error("pin", f"That PIN does not match. You have {tries}.")

    def refuse_for_now(self, when: str, whom: str) -> None:
        """Say that this device waits: until when, and whom to ask meanwhile."""
        self.add_error("pin", f"Too many wrong PINs on this device. Try again {when}, or ask {whom} for a new PIN.")

    def clean_pin(self) -> str:
        """Four digits 0 to 9, from whatever script the keyboard writes them in."""
        digits = self.cleaned_data["pin"]
        if len(digits) != PIN_LENGTH or not digits.isdecimal():
            raise forms.ValidationError("A PIN has four digits.")
        return "".join(str(int(digit)) for digit in digits)
