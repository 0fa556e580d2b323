"""Forms for teacher accounts: allauth's forms with other labels and hints."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as step_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from quizzes.assignments.deadlines import minutes_left
from quizzes.forms.fields import NameField
from quizzes.models import User
from quizzes.people.guess_limits import Limit, Refusal

# Session key, set by a sign-in link: until this timestamp a new password does not need the old one, because a teacher
# who uses a sign-in link may have forgotten it.
LINK_GOOD_UNTIL = "sign_in_link_good_until"

PASSWORD_HINT = "At least 12 characters. A few unrelated words work well."  # noqa: S105  not a password
NAME_HINT = "What students call you, such as Ms. Rivera."


def too_many_passwords(refusal: Refusal, *, now: datetime) -> str:
    """The error of a sign-in that must wait."""
    return f"Too many wrong passwords {_where_and_when(refusal, now)}"


def too_many_codes(refusal: Refusal, *, now: datetime) -> str:
    """The error of a second step that must wait."""
    return f"Too many wrong codes {_where_and_when(refusal, now)}"


def _where_and_when(refusal: Refusal, now: datetime) -> str:
    minutes = minutes_left(at=now, deadline_at=refusal.until) or 1
    when = f"in {minutes} minute{'' if minutes == 1 else 's'}"
    where = {Limit.DEVICE: "on this device", Limit.ACCOUNT: "for this email", Limit.ADDRESS: "from this network"}
    return f"{where[refusal.limit]}. Try again {when}."


class _Labeled:
    """Sets labels and hints, and removes placeholders, which disappear when a user types."""

    wording: dict[str, tuple[str, str]] = {
        "login": ("Email", ""),
        "email": ("Email", "You sign in with it. Students don’t see it."),
        "password": ("Password", ""),
        "oldpassword": ("Current password", ""),
        "password1": ("New password", PASSWORD_HINT),
        "password2": ("Confirm new password", ""),
        "code": ("Code", ""),
        "name": ("Name", ""),
    }
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.wording.get(name, (field.label, field.help_text))


class SignInForm(_Labeled, allauth_forms.LoginForm):
    """Email address and password."""


class SignUpForm(_Labeled, allauth_forms.SignupForm):
    """A new teacher account. The account adapter saves it and marks the invitation as used."""

    name = NameField(
        label="Your name",
        help_text=NAME_HINT,
        error_messages={"required": "Enter the name that students call you."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]
    wording = {**_Labeled.wording, "password1": ("Password", PASSWORD_HINT)}

    def clean(self) -> dict[str, Any]:
        """Also refuse a password that is similar to the name; allauth checks only the email address."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned and "name" in cleaned and "password1" not in self.errors:
            try:
                validate_password(cleaned["password1"], User(email=cleaned.get("email", ""), name=cleaned["name"]))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class ChangePasswordForm(_Labeled, allauth_forms.ChangePasswordForm):
    """A new password. The old one is required, except soon after a sign-in link was used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if context.request.session.get(LINK_GOOD_UNTIL, 0) > timezone.now().timestamp():
            del self.fields["oldpassword"]


class SetPasswordForm(_Labeled, allauth_forms.SetPasswordForm):
    """A first password for an account that has none."""


class ForgottenPasswordForm(_Labeled, allauth_forms.ResetPasswordForm):
    """The email address that gets a link for a new password."""

    wording = {"email": ("Email", "")}


class NewPasswordForm(_Labeled, allauth_forms.ResetPasswordKeyForm):
    """A new password, after that link was opened."""


class ConfirmPasswordForm(_Labeled, allauth_forms.ReauthenticateForm):
    """The password of the signed-in account, before its second step changes."""

    wording = {"password": ("Your password", "")}


class _Code(_Labeled):
    """A code of the authenticator app or a recovery code; each works once."""

    wording = {"code": ("Code", "6 digits from your app, or a recovery code of 8 digits.")}
    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code; refuses a wrong one, and one that was used."""
        adapter = get_adapter()
        begun = adapter.begin_code(self.user)
        code = str(super().clean_code())  # type: ignore[misc]  # allauth's form has it
        if self.authenticator.type == Authenticator.Type.TOTP:
            # allauth remembers a code for one period; with the tolerance it would work in three.
            span = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
            if not cache.add(f"used code {self.user.pk} {normalize_user_code(code)}", 1, timeout=span):
                raise get_mfa_adapter().validation_error("incorrect_code")
        adapter.end_code(begun)
        return code


class SecondStepForm(_Code, step_forms.AuthenticateForm):
    """The code after the password."""


class ConfirmCodeForm(_Code, step_forms.ReauthenticateForm):
    """A code of the signed-in account, before its second step changes."""


class AddAppForm(_Labeled, ActivateTOTPForm):
    """The first code of a new authenticator app."""

    wording = {"code": ("Code", "The 6 digits that your app shows now.")}


class AddPasskeyForm(_Labeled, AddWebAuthnForm):
    """A new passkey. A script fills in what the device said."""

    name = forms.CharField(label="Name", help_text="Where the passkey is, such as My laptop.", max_length=40)
    wording = {}

    def clean(self) -> dict[str, Any]:
        """Also refuse what no device says."""
        with _refused_passkey():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class SecondStepPasskeyForm(AuthenticateWebAuthnForm):
    """The passkey after the password."""

    def clean_credential(self) -> Authenticator:
        """The passkey that signed; also refuses what no device says."""
        with _refused_passkey():
            return super().clean_credential()


class ConfirmPasskeyForm(SecondStepPasskeyForm):
    """A passkey of the signed-in account, before its second step changes."""

    reauthenticated = True


@contextmanager
def _refused_passkey() -> Iterator[None]:
    # fido2 parses JSON that the form has not checked.
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise get_mfa_adapter().validation_error("incorrect_code") from error


class PasswordField(forms.CharField):
    """The password of the signed-in account, typed again before a change that matters."""

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        super().__init__(
            label="Your password",
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": "Enter your password."},
            **kwargs,
        )
        self.user = user

    def clean(self, value: Any) -> str:
        """The password; refuses a wrong one."""
        password = str(super().clean(value))
        if not self.user.check_password(password):
            raise ValidationError("This isn’t your password. Try again.")
        return password


class EmailForm(forms.Form):
    """A new email address, with the password."""

    email = forms.EmailField(
        label="New email",
        help_text="You sign in with it. Students never see it.",
        max_length=254,
        error_messages={"required": "Enter an email.", "invalid": "Enter an email, such as name@school.org."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(user=user)


class DeleteAccountForm(forms.Form):
    """The password, before the account is deleted for good."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(user=user)


class OwnNameForm(forms.Form):
    """The teacher's name."""

    name = NameField(
        label="Your name",
        help_text=NAME_HINT,
        error_messages={"required": "Enter the name that students call you."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
