"""Forms of the second step of sign-in: codes and passkeys. Loads fido2, so only its own pages import it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as step_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy

from quizzes.forms.accounts import Labeled
from quizzes.forms.fields import SentJsonField
from quizzes.models import User


class _Code(Labeled):
    """A code of the authenticator app or a recovery code; each works once."""

    wording = {"code": (gettext_lazy("Code"), gettext_lazy("6 digits from your app, or a recovery code of 8 digits."))}
    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code; refuses a wrong one, and one that was used."""
        adapter = get_adapter()
        counted = adapter.count_code(self.user)
        code = str(super().clean_code())  # type: ignore[misc]  # allauth's form has it
        if self.authenticator.type == Authenticator.Type.TOTP:
            # allauth remembers a code for one period; with the tolerance it would work in three.
            span = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
            # It accepts the same code with spaces and dashes.
            digits = "".join(filter(str.isdigit, code))
            if not cache.add(f"used code {self.user.pk} {digits}", 1, timeout=span):
                raise get_mfa_adapter().validation_error("incorrect_code")
        adapter.accept_code(counted)
        return code


class SecondStepForm(_Code, step_forms.AuthenticateForm):
    """The code after the password."""


class ConfirmCodeForm(_Code, step_forms.ReauthenticateForm):
    """A code of the signed-in account, before its second step changes."""


class AddAppForm(Labeled, ActivateTOTPForm):
    """The first code of a new authenticator app."""

    wording = {"code": (gettext_lazy("Code"), gettext_lazy("The 6 digits that your app shows now."))}


class AddPasskeyForm(Labeled, AddWebAuthnForm):
    """A new passkey. A script fills in what the device said."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Where the passkey is, such as My laptop."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter a name, such as My laptop.")},
    )
    credential = SentJsonField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Also refuse an answer that no device gives."""
        with _refused_passkey():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class SecondStepPasskeyForm(AuthenticateWebAuthnForm):
    """The passkey after the password."""

    credential = SentJsonField(widget=forms.HiddenInput)

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
