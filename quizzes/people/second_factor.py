"""The second step of a teacher's sign-in: stored secrets, who must have one, and removing a lost one."""

import base64
import hashlib
import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from quizzes.models import AuditEvent, User
from quizzes.people.teacher_sessions import end_all_sessions

# The steps that a sign-in can ask for. Recovery codes replace a lost one of them.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# In `settings.REQUIRE_MFA`: who needs a second step, and for what.
ADMINISTRATORS, EXPORTS, TEACHERS = "administrators", "exports", "teachers"


def encrypt(text: str) -> str:
    """The text as the database stores it, readable only with the site's secret key."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """The text of `encrypt`. With a changed secret key it is random, so that no code matches."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        return base64.b32encode(secrets.token_bytes(20)).decode()


def has_second_factor(user: User) -> bool:
    """Whether sign-in asks this account for a second step; 1 query."""
    return Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def is_required(user: User, *, for_export: bool) -> bool:
    """Whether the site's settings ask this account for a second step, for an export or for any page."""
    required = settings.REQUIRE_MFA
    return (
        TEACHERS in required
        or (ADMINISTRATORS in required and (user.is_staff or user.is_superuser))
        or (EXPORTS in required and for_export)
    )


@transaction.atomic
def remove_second_factor(user: User, *, now: datetime) -> bool:
    """Remove all second steps of an account and end its sessions; returns whether there was one."""
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if removed:
        end_all_sessions(user)
        AuditEvent.objects.record(
            AuditEvent.Action.SECOND_FACTOR_REMOVED, actor=None, classroom=None, at=now, account=user.pk
        )
    return bool(removed)


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key))) for key in keys])


def _digest(key: str) -> bytes:
    return hashlib.sha256(f"quizzes.people.second_factor{key}".encode()).digest()
