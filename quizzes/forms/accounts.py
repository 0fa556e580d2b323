"""Forms of teachers' accounts: allauth's, in our words and without what the pages do not need."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from quizzes.forms.fields import NameField
from quizzes.models import User

# In the session of who came in by a sign-in link: until when (a timestamp) a new password needs no old one.
# The link stands for a password that is forgotten.
LINK_GOOD_UNTIL = "sign_in_link_good_until"

PASSWORD_HINT = "At least 12 characters. A few words that do not belong together work well."  # noqa: S105  no password
NAME_HINT = "As students read it, for example Ms. Rivera."


class _Plain:
    """Labels and hints of our own; no placeholders, which vanish just when they are needed."""

    wording: dict[str, tuple[str, str]] = {
        "login": ("E-mail address", ""),
        "email": ("E-mail address", "You sign in with it. Students never see it."),
        "password": ("Password", ""),
        "oldpassword": ("Password now", ""),
        "password1": ("New password", PASSWORD_HINT),
        "password2": ("New password again", ""),
    }
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.wording.get(name, (field.label, field.help_text))


class SignInForm(_Plain, allauth_forms.LoginForm):
    """E-mail address and password."""


class SignUpForm(_Plain, allauth_forms.SignupForm):
    """What a new teacher's account needs; the adapter saves it and uses the invitation up."""

    name = NameField(
        label="Your name",
        help_text=NAME_HINT,
        error_messages={"required": "Give your name as students read it."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]
    wording = {**_Plain.wording, "password1": ("Password", PASSWORD_HINT)}

    def clean(self) -> dict[str, Any]:
        """Refuse a password that resembles the name as well; allauth knows the address only."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned and "name" in cleaned and "password1" not in self.errors:
            try:
                validate_password(cleaned["password1"], User(email=cleaned.get("email", ""), name=cleaned["name"]))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class ChangePasswordForm(_Plain, allauth_forms.ChangePasswordForm):
    """A new password for who knows the old one, or has just come in by a sign-in link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if context.request.session.get(LINK_GOOD_UNTIL, 0) > timezone.now().timestamp():
            del self.fields["oldpassword"]


class SetPasswordForm(_Plain, allauth_forms.SetPasswordForm):
    """A first password for an account that has none."""


class ForgottenPasswordForm(_Plain, allauth_forms.ResetPasswordForm):
    """The address to which a link for a new password goes."""

    wording = {"email": ("E-mail address", "")}


class NewPasswordForm(_Plain, allauth_forms.ResetPasswordKeyForm):
    """A new password for who came by that link."""


class OwnNameForm(forms.Form):
    """The teacher's name."""

    name = NameField(
        label="Your name",
        help_text=NAME_HINT,
        error_messages={"required": "Give your name as students read it."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
