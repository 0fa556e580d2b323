"""Forms for student sign-in: class code, name and PIN."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.models import Student
from quizzes.people.guess_limits import PIN_LENGTH, Limit, Refusal

NO_SUCH_CODE = gettext_lazy("No class has this code.")
NOT_ON_THE_LIST = gettext_lazy("Choose your name from the list.")
NOT_A_PIN = gettext_lazy("A PIN has 4 digits.")

TOO_MANY = {
    Limit.DEVICE: gettext_lazy("Too many wrong PINs on this device."),
    Limit.STUDENT: gettext_lazy("Too many wrong PINs for your name, also from other devices."),
    Limit.CLASSROOM: gettext_lazy("Too many wrong PINs in this class, so a new device needs your teacher."),
    Limit.ADDRESS: gettext_lazy("Too many wrong PINs from this network."),
}


class CodeForm(forms.Form):
    """A class code as a student types it."""

    code = forms.CharField(
        label=gettext_lazy("Class code"),
        help_text=gettext_lazy("6 letters and numbers, on the board or your sign-in card."),
        # A code that is too long gets the same message as any other unknown code.
        validators=[MaxLengthValidator(40, NO_SUCH_CODE)],
        error_messages={
            "required": gettext_lazy("Type your class code."),
            "null_characters_not_allowed": NO_SUCH_CODE,
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                # Allows spaces or hyphens between the letters.
                "maxlength": "11",
            }
        ),
    )

    def refuse_code(self) -> None:
        """Add the error for an unknown code. It does not depend on the reason."""
        self.add_error("code", NO_SUCH_CODE)
        self["code"].help_text = gettext("Check it against the board or your card. Codes never use I, O, 0, or 1.")


class NameForm(forms.Form):
    """One name of the roster. Other names are refused."""

    student = forms.CharField(
        strip=False,
        error_messages={"required": NOT_ON_THE_LIST, "null_characters_not_allowed": NOT_ON_THE_LIST},
    )

    def __init__(self, *args: Any, students: QuerySet[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = students

    def clean_student(self) -> Student:
        """The student with this name on the roster."""
        student = self.students.filter(public_id=self.cleaned_data["student"]).order_by().first()
        if student is None:
            raise forms.ValidationError(NOT_ON_THE_LIST)
        return student


class PinForm(forms.Form):
    """A PIN as a student types it; it is never shown again."""

    pin = forms.CharField(
        label=gettext_lazy("Your PIN"),
        error_messages={"required": gettext_lazy("Type your PIN."), "null_characters_not_allowed": NOT_A_PIN},
        validators=[MaxLengthValidator(40, NOT_A_PIN)],
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "current-password", "maxlength": str(PIN_LENGTH)}
        ),
    )

    device = forms.ChoiceField(
        label=gettext_lazy("This device"),
        help_text=gettext_lazy("You’re also signed out after 30 minutes without a quiz."),
        choices={
            "shared": gettext_lazy("Shared: sign me out when the browser closes"),
            "own": gettext_lazy("My own: keep me signed in today"),
        },
        initial="shared",
        required=False,
        widget=forms.RadioSelect,
    )

    @property
    def is_shared(self) -> bool:
        """Whether the session ends with the browser. Of a valid form."""
        return self.cleaned_data["device"] != "own"

    def name_teachers(self, teachers: Sequence[str]) -> None:
        """Set the hint with the names of teachers who can give a new PIN."""
        self["pin"].help_text = gettext("4 digits. Forgot it? Ask {teacher} for a new one.").format(
            teacher=gettext(" or ").join(teachers)
        )

    def refuse_pin(self, tries_left: int) -> None:
        """Add the error for a wrong PIN, with how many more tries this device has."""
        text = ngettext(
            "That’s not the right PIN. You have {count} more try.",
            "That’s not the right PIN. You have {count} more tries.",
            tries_left,
        )
        self.add_error("pin", text.format(count=tries_left))

    def refuse(self, refusal: Refusal, when: str, whom: str) -> None:
        """Add the error that this device must wait or needs the teacher.

        when: the end of the wait, such as “at 11:05 am”. whom: who can let the student in.
        """
        if refusal.until is None:
            rest = gettext("Ask {teacher} to let you in.").format(teacher=whom)
        elif refusal.limit is Limit.ADDRESS:
            rest = gettext("Try again {when}.").format(when=when)
        else:
            rest = gettext("Try again {when}, or ask {teacher} for a new PIN.").format(when=when, teacher=whom)
        self.add_error("pin", f"{TOO_MANY[refusal.limit]} {rest}")

    def clean_pin(self) -> str:
        """Four digits 0 to 9, also if the keyboard writes digits of another script."""
        digits = self.cleaned_data["pin"]
        if len(digits) != PIN_LENGTH or not digits.isdecimal():
            raise forms.ValidationError(NOT_A_PIN)
        return "".join(str(int(digit)) for digit in digits)
