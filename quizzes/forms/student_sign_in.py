"""Forms for student sign-in: class code, name and PIN."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.formatting import Label, either, isolated
from quizzes.models import PinKind, Student
from quizzes.people.guess_limits import PIN_LENGTH, Limit, Refusal
from quizzes.people.pins import pin_of_words

NO_SUCH_CODE = gettext_lazy("No class uses this code now.")
NOT_ON_THE_LIST = gettext_lazy("Choose your name from the list.")
NOT_A_PIN = gettext_lazy("A PIN has 4 digits.")

TOO_MANY = {
    Limit.DEVICE: gettext_lazy("Too many wrong PINs on this device."),
    Limit.STUDENT: gettext_lazy("Too many wrong PINs for your name, also from other devices."),
    Limit.CLASSROOM: gettext_lazy("Too many wrong PINs in this class, so a new device needs your teacher."),
    Limit.ADDRESS: gettext_lazy("Too many wrong PINs from this network."),
}


class Unsent(StrEnum):
    """What a page without a session could not send."""

    ANSWER = "answer"
    TURN_IN = "turn-in"
    CHANGE = "change"


class UnsentForm(forms.Form):
    """What the page before could not send, because the student was signed out. Valid if there was something."""

    unsent = forms.ChoiceField(choices=[(lost.value, lost.value) for lost in Unsent])


class SignOutForm(forms.Form):
    """Whose page signs out. The session may have ended since, or another tab may have one of another student."""

    student = forms.SlugField(max_length=12)

    @property
    def student_id(self) -> str:
        """The public id of that student, “nobody” if the page does not say."""
        return str(self.cleaned_data["student"]) if self.is_valid() else "nobody"


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
                # The page has no other field.
                "autofocus": True,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                # Allows spaces or hyphens between the letters.
                "maxlength": "11",
            }
        ),
    )

    def leave_focus(self) -> None:
        """Let the page start at its top, because it has something before the field."""
        del self.fields["code"].widget.attrs["autofocus"]

    def refuse_code(self) -> None:
        """Add the error for an unknown code. It does not depend on the reason."""
        self.add_error("code", NO_SUCH_CODE)
        self["code"].help_text = gettext(
            "Check it against the board or your card. Codes never use I, O, 0, or 1. Still no class? Ask your teacher."
        )


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


class SentPinKindForm(forms.Form):
    """The kind of PIN that a page asked for. 4 digits if it does not say."""

    kind = forms.ChoiceField(choices=PinKind.choices)

    @property
    def pin_kind(self) -> str:
        """The kind, whether the form is valid or not."""
        return str(self.cleaned_data["kind"]) if self.is_valid() else PinKind.DIGITS


class PicturesInput(forms.Widget):
    """4 groups of radio buttons, one for each place of a PIN. `parts/picture_pin.html` has the markup."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """The digits of the chosen pictures, fewer than 4 if a group has none."""
        return "".join(data.get(f"{name}-{place}", "") for place in range(1, PIN_LENGTH + 1))


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the form of one kind of PIN says."""

    required: Label
    malformed: Label
    wrong: Label
    hint: Label


_TEXTS = {
    PinKind.DIGITS: _Texts(
        required=gettext_lazy("Type your PIN."),
        malformed=NOT_A_PIN,
        wrong=gettext_lazy("That’s not the right PIN."),
        hint=gettext_lazy("4 digits. Forgot it? Ask {teacher} for a new one."),
    ),
    PinKind.PICTURES: _Texts(
        required=gettext_lazy("Choose your 4 pictures."),
        malformed=gettext_lazy("Choose 1 picture in each row."),
        wrong=gettext_lazy("Those aren’t your pictures. Look at your card."),
        hint=gettext_lazy("4 pictures, in the order on your card. Forgot them? Ask {teacher} for new ones."),
    ),
    PinKind.WORDS: _Texts(
        required=gettext_lazy("Type your 2 words."),
        malformed=gettext_lazy("Type the 2 words on your card, with a space between them."),
        wrong=gettext_lazy("Those aren’t your words. Look at your card."),
        hint=gettext_lazy("2 words. Forgot them? Ask {teacher} for new ones."),
    ),
}


def _widget(kind: str) -> forms.Widget:
    if kind == PinKind.PICTURES:
        return PicturesInput()
    if kind == PinKind.WORDS:
        return forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": "40"}
        )
    # Chromium offers to save any other password field, also with "off", and fills it in for the next student.
    return forms.PasswordInput(
        attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": str(PIN_LENGTH)}
    )


class PinForm(forms.Form):
    """A PIN as a student enters it. Digits and pictures are never shown again."""

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

    def __init__(self, *args: Any, kind: str = PinKind.DIGITS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self._texts = PinKind(kind), _TEXTS[PinKind(kind)]
        self.fields["pin"] = forms.CharField(
            label=gettext_lazy("Your PIN"),
            widget=_widget(kind),
            error_messages={
                "required": self._texts.required,
                "null_characters_not_allowed": self._texts.malformed,
            },
            validators=[MaxLengthValidator(40, self._texts.malformed)],
        )
        self.order_fields(["pin", "device"])

    def is_of_another(self, student_id: str) -> bool:
        """Whether the page that sent the PIN is of another student. False if it does not say."""
        return bool(self.data.get("student", student_id) != student_id)

    def focus_pin(self) -> None:
        """Give the field the focus, on a page that asks for the PIN first."""
        self.fields["pin"].widget.attrs["autofocus"] = True

    def name_teachers(self, teachers: Sequence[str]) -> None:
        """Set the hint with the names of teachers who can give a new PIN."""
        self["pin"].help_text = str(self._texts.hint).format(teacher=either([*map(isolated, teachers)]))

    def refuse_pin(self, tries_left: int) -> None:
        """Add the error for a wrong PIN, with how many more tries this device has."""
        rest = ngettext("You have {count} more try.", "You have {count} more tries.", tries_left)
        self.add_error("pin", f"{self._texts.wrong} {rest.format(count=tries_left)}")

    def refuse_pin_of_attempt(self, tries_left: int) -> None:
        """Add the error for a wrong PIN on the page of an attempt. The same text is for an archived class."""
        text = ngettext(
            "That PIN didn’t work, or your teacher closed the class. You have {count} more try.",
            "That PIN didn’t work, or your teacher closed the class. You have {count} more tries.",
            tries_left,
        )
        self.add_error("pin", text.format(count=tries_left))

    def refuse_more_tries(self, refusal: Refusal, when: str, whom: str) -> None:
        """Add the error that this device must wait or needs the teacher.

        when: the end of the wait, such as “in 5 minutes”. whom: the person who can let the student in.
        """
        whom = isolated(whom)
        if refusal.until is None:
            rest = gettext("Ask {teacher} to let you in.").format(teacher=whom)
        elif refusal.limit is Limit.ADDRESS:
            rest = gettext("Try again {when}.").format(when=when)
        else:
            rest = gettext("Try again {when}, or ask {teacher} to let you in.").format(when=when, teacher=whom)
        self.add_error("pin", f"{TOO_MANY[refusal.limit]} {rest}")

    def clean_pin(self) -> str:
        """Four digits 0 to 9, also if the keyboard writes digits of another script."""
        typed = self.cleaned_data["pin"]
        digits = pin_of_words(typed) if self.kind is PinKind.WORDS else typed
        if len(digits) != PIN_LENGTH or not digits.isdecimal():
            raise forms.ValidationError(self._texts.malformed)
        return "".join(str(int(digit)) for digit in digits)
