"""Secrets of the second step as the database stores them. Loads cryptography, so only that step imports it."""

import base64
import hashlib
import secrets
from contextlib import suppress

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

# The field of its data in which django-allauth keeps the secret of each kind.
ENCRYPTED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def encrypt(text: str) -> str:
    """The text as the database stores it, readable only with the site's secret key."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """The text of `encrypt`. With a changed secret key it is random, so that no code matches."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        return base64.b32encode(secrets.token_bytes(20)).decode()


@transaction.atomic
def renew_secrets() -> None:
    """Encrypt all stored secrets with the present key, so that a fallback can go; what no key reads stays as it is."""
    cipher = _cipher()
    for row in Authenticator.objects.filter(type__in=ENCRYPTED):
        name = ENCRYPTED[row.type]
        with suppress(InvalidToken):
            row.data[name] = cipher.rotate(row.data[name].encode()).decode()
            row.save(update_fields=["data"])


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key))) for key in keys])


def _digest(key: str) -> bytes:
    return hashlib.sha256(f"quizzes.people.second_factor{key}".encode()).digest()
