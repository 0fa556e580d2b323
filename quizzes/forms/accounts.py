"""Forms for teacher accounts: allauth's forms with other labels and hints."""

import re
from datetime import datetime
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.assignments.deadlines import minutes_left
from quizzes.formatting import Label
from quizzes.forms.erasure import ErasureForm
from quizzes.forms.fields import ENTER_EMAIL, NameField
from quizzes.models import User
from quizzes.people.guess_limits import Limit, Refusal

# Session key, set by a sign-in link: until this timestamp a new password does not need the old one, because a teacher
# who uses a sign-in link may have forgotten it.
LINK_GOOD_UNTIL = "sign_in_link_good_until"

# Words of this site and of schools, which Django's list of common passwords does not have.
SITE_WORDS = frozenset(
    {"civics", "classroom", "district", "education", "footnote", "quiz", "quizzes", "school", "student", "students"}
)
_ROWS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.",
)
_LETTERS = re.compile(r"[^\W\d_]+")

PASSWORD_HINT = gettext_lazy("At least 12 characters. A few unrelated words work well.")
NAME_HINT = gettext_lazy("What students call you, such as Ms. Rivera.")
ENTER_PASSWORD = gettext_lazy("Enter your password.")
ENTER_NEW_PASSWORD = gettext_lazy("Enter a new password.")


def too_many_passwords(refusal: Refusal, *, now: datetime) -> str:
    """The error of a sign-in that must wait."""
    words = {
        Limit.DEVICE: gettext("Too many wrong passwords on this device."),
        Limit.ACCOUNT: gettext("Too many wrong passwords for this email."),
        Limit.ADDRESS: gettext("Too many wrong passwords from this network."),
    }
    return f"{words[refusal.limit]} {_again(refusal, now)}"


def too_many_codes(refusal: Refusal, *, now: datetime) -> str:
    """The error of a second step that must wait."""
    words = {
        Limit.DEVICE: gettext("Too many wrong codes on this device."),
        Limit.ACCOUNT: gettext("Too many wrong codes for this email."),
        Limit.ADDRESS: gettext("Too many wrong codes from this network."),
    }
    return f"{words[refusal.limit]} {_again(refusal, now)}"


def _again(refusal: Refusal, now: datetime) -> str:
    minutes = minutes_left(at=now, deadline_at=refusal.until) or 1
    return ngettext("Try again in {count} minute.", "Try again in {count} minutes.", minutes).format(count=minutes)


class LengthValidator(MinimumLengthValidator):
    """Django's, in words that say what to enter."""

    def get_error_message(self) -> str:
        return gettext("Use at least {count} characters.").format(count=self.min_length)


class CommonValidator(CommonPasswordValidator):
    """Django's, in words that say what to enter. Also for common words that digits, symbols, or repeats make long.

    Only 187 of the 19,640 passwords of Django's list have 12 characters.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        text = password.casefold()
        is_common = not _parts(text).isdisjoint(self.passwords | SITE_WORDS)
        if is_common or len(_repeated(text)) < len(text) or _is_row(text):
            raise ValidationError(self.get_error_message(), code="password_too_common")
        super().validate(password, user)

    def get_error_message(self) -> str:
        return gettext("Choose a password that is harder to guess.")


def _parts(text: str) -> set[str]:
    """The text without digits and symbols at its ends, and its letters. What each repeats, from 3 characters on."""
    words = list(_LETTERS.finditer(text))
    middle = text[words[0].start() : words[-1].end()] if words else ""
    parts = {_repeated(middle), _repeated("".join(word[0] for word in words))}
    # One or two letters among digits and symbols are no word, and an initial of a name is one letter.
    return {part for part in parts if len(part) >= 3}


def _repeated(text: str) -> str:
    """The shortest part that makes the text when it is repeated: “abab” has “ab”."""
    return text[: (text + text).find(text, 1)] if text else ""


def _is_row(text: str) -> bool:
    """Whether the text is a part of a row of keys or letters, forward or backward. A row starts again at its end."""
    rows = [row * (len(text) // len(row) + 2) for row in _ROWS]
    return any(text in row or text[::-1] in row for row in rows)


class SimilarityValidator(UserAttributeSimilarityValidator):
    """Django's, in words that name no column: those are in English in each language. Also for parts of the password."""

    def validate(self, password: str, user: User | None = None) -> None:
        for text in {password, *_parts(password.casefold())}:
            super().validate(text, user)

    def get_error_message(self) -> str:
        return gettext("Choose a password that isn’t like your name or email.")


class Labeled:
    """Sets labels, hints, and the errors of empty fields. Removes placeholders, which disappear when a user types."""

    wording: dict[str, tuple[Label, Label]] = {
        "login": (gettext_lazy("Email"), ""),
        "email": (gettext_lazy("Email"), gettext_lazy("You sign in with it. Students don’t see it.")),
        "password": (gettext_lazy("Password"), ""),
        "oldpassword": (gettext_lazy("Current password"), ""),
        "password1": (gettext_lazy("New password"), PASSWORD_HINT),
        "password2": (gettext_lazy("Confirm new password"), ""),
    }
    missing: dict[str, Label] = {
        "login": ENTER_EMAIL,
        "email": ENTER_EMAIL,
        "password": ENTER_PASSWORD,
        "oldpassword": ENTER_PASSWORD,
        "password1": ENTER_NEW_PASSWORD,
        "password2": ENTER_NEW_PASSWORD,
        "code": gettext_lazy("Enter the code."),
    }
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.wording.get(name, (field.label, field.help_text))
            if name in self.missing:
                field.error_messages["required"] = self.missing[name]
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = ENTER_EMAIL


class OwnNameField(NameField):
    """The name of the teacher who fills in the form."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Your name"),
            help_text=NAME_HINT,
            error_messages={"required": gettext_lazy("Enter the name that students call you.")},
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )


class SignInForm(Labeled, allauth_forms.LoginForm):
    """Email address and password."""


class SignUpForm(Labeled, allauth_forms.SignupForm):
    """A new teacher account. The account adapter saves it and marks the invitation as used."""

    name = OwnNameField()
    field_order = ["name", "email", "password1"]
    wording = {**Labeled.wording, "password1": (gettext_lazy("Password"), PASSWORD_HINT)}

    def clean(self) -> dict[str, Any]:
        """Also refuse a password that is similar to the name; allauth checks only the email address."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned and "name" in cleaned and "password1" not in self.errors:
            try:
                validate_password(cleaned["password1"], User(email=cleaned.get("email", ""), name=cleaned["name"]))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class ChangePasswordForm(Labeled, allauth_forms.ChangePasswordForm):
    """A new password. The old one is required, except soon after a sign-in link was used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if context.request.session.get(LINK_GOOD_UNTIL, 0) > timezone.now().timestamp():
            del self.fields["oldpassword"]


class SetPasswordForm(Labeled, allauth_forms.SetPasswordForm):
    """A first password for an account that has none."""


class ForgottenPasswordForm(Labeled, allauth_forms.ResetPasswordForm):
    """The email address that gets a link for a new password."""

    wording = {"email": (gettext_lazy("Email"), "")}


class NewPasswordForm(Labeled, allauth_forms.ResetPasswordKeyForm):
    """A new password, after that link was opened."""


class ConfirmPasswordForm(Labeled, allauth_forms.ReauthenticateForm):
    """The password of the signed-in account, before its second step changes."""

    wording = {"password": (gettext_lazy("Your password"), "")}


class PasswordField(forms.CharField):
    """The password of the signed-in account, typed again before a change that matters."""

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        super().__init__(
            label=gettext("Your password"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": ENTER_PASSWORD},
            **kwargs,
        )
        self.user = user

    def clean(self, value: Any) -> str:
        """The password; refuses a wrong one, and any after too many. The limits are those of sign-in."""
        password = str(super().clean(value))
        if not get_adapter().reauthenticate(self.user, password):
            raise ValidationError(gettext("This isn’t your password. Try again."))
        return password


class PasswordForm(forms.Form):
    """The password of the signed-in account."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(user=user)


class DeleteAccountForm(ErasureForm, PasswordForm):
    """The password of an account that is deleted for good."""


class EmailForm(PasswordForm):
    """A new email address, with the password."""

    email = forms.EmailField(
        label=gettext_lazy("New email"),
        help_text=gettext_lazy("You sign in with it. Students never see it."),
        max_length=254,
        error_messages={"required": ENTER_EMAIL, "invalid": ENTER_EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class OwnNameForm(forms.Form):
    """The teacher's name."""

    name = OwnNameField()
