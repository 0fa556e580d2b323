"""How django-allauth keeps the second step of sign-in on this site. Loaded with its first use."""

import itertools
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.models import AuditEvent, User
from quizzes.people import stored_secrets


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second step of sign-in: encrypted secrets, plain words, and an entry of the audit log for each change."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That didn’t match. Type the newest code, or use another way."),
        "cannot_generate_recovery_codes": gettext_lazy("Add an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """The text as the database stores it."""
        return stored_secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The text as it was."""
        return stored_secrets.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Nothing: the page draws the code itself."""
        return ""

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """The name of a new passkey, which the teacher can change. No other passkey of the account has it."""
        rows = Authenticator.objects.filter(user_id=user.pk, type=type).values_list("data", flat=True)
        taken, words = {data.get("name") for data in rows}, gettext("Passkey {number}")
        names = (words.format(number=number) for number in itertools.count(len(rows) + 1))
        return next(name for name in names if name not in taken)


# Signals, because allauth’s adapter has no method for these moments.
@receiver(signals.authenticator_added)
@receiver(signals.authenticator_removed)
@receiver(signals.authenticator_reset)
def record_change(request: HttpRequest, user: User, authenticator: Authenticator, signal: Any, **kwargs: Any) -> None:
    """Log a change of the second step. Recovery codes that come and go with it are not logged."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        is_new = signal is signals.authenticator_added
        action = AuditEvent.Action.SECOND_FACTOR_ADDED if is_new else AuditEvent.Action.SECOND_FACTOR_REMOVED
    elif signal is signals.authenticator_reset:
        action = AuditEvent.Action.RECOVERY_CODES_MADE
    else:
        return
    AuditEvent.objects.record(
        action, actor=user, classroom=None, at=timezone.now(), account=user.pk, step=str(authenticator.type)
    )


@receiver(signals.authenticator_added)
def count_as_confirmed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Let the teacher go on to the recovery codes: the new app or passkey has just confirmed who it is.

    For an account without a password, allauth would ask for another code. An app shows one every 30 seconds.
    """
    record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type), reauthenticated=True)


@receiver(signals.authenticator_used)
def say_how_many_are_left(
    request: HttpRequest, authenticator: Authenticator, reauthenticated: bool, **kwargs: Any
) -> None:
    """After a sign-in with a recovery code, say how many are left. Without one, a lost phone locks the teacher out."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES or reauthenticated:
        return
    # The row of the signal was read before the code was used up.
    authenticator.refresh_from_db()
    count = len(authenticator.wrap().get_unused_codes())
    words = ngettext(
        "You signed in with a recovery code. {count} recovery code left.",
        "You signed in with a recovery code. {count} recovery codes left.",
        count,
    )
    messages.info(request, words.format(count=count))
