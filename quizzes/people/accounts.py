"""Teachers' accounts: invitations, and sign-in links that work once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from quizzes.models import Invitation, User

# Long enough for a colleague to read a message after the weekend; a used or expired link is worth nothing.
INVITATION_LIFETIME = timedelta(days=7)


class SignInLinks(PasswordResetTokenGenerator):
    """Tokens for one-time sign-in links: void after the first use, since they depend on the last sign-in."""

    key_salt = "quizzes.accounts.SignInLinks"


_sign_in_links = SignInLinks()


class InvitationVoid(Exception):
    """The link was never made, has been used, or has expired."""


def invite(*, by: User | None, now: datetime) -> str:
    """The token of a new invitation, told this once; `by` is None for the link that makes the first teacher."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        token_digest=_digest(token), invited_by=by, created_at=now, expires_at=now + INVITATION_LIFETIME
    )
    return token


def find_invitation(token: str, *, now: datetime) -> Invitation:
    """The unused invitation of a token; raises InvitationVoid."""
    invitation = Invitation.objects.filter(token_digest=_digest(token), used_at=None, expires_at__gt=now).first()
    if invitation is None:
        raise InvitationVoid
    return invitation


@transaction.atomic
def use_invitation(invitation_id: int, user: User, *, now: datetime) -> None:
    """Mark an invitation as used by the account it made; raises InvitationVoid when someone else was faster."""
    used = Invitation.objects.filter(pk=invitation_id, used_at=None, expires_at__gt=now).update(
        used_at=now, used_by=user
    )
    if not used:
        raise InvitationVoid


def change_name(user: User, *, name: str) -> User:
    """Give a teacher another name for students to read."""
    user.name = name
    user.save(update_fields=["name"])
    return user


@transaction.atomic
def first_teacher_link(base_url: str, now: datetime) -> str | None:
    """A fresh link that makes the first account, earlier ones void; None on a site that has an account."""
    if User.objects.exists():
        return None
    Invitation.objects.filter(invited_by=None, used_at=None).delete()
    return base_url.rstrip("/") + reverse("accept_invitation", args=[invite(by=None, now=now)])


def sign_in_link(user: User, base_url: str) -> str:
    """A link that signs this account in once, within PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url.rstrip("/") + reverse("use_sign_in_link", args=[uid, _sign_in_links.make_token(user)])


def user_of_link(uid: str, token: str) -> User | None:
    """The active account that a sign-in link is for, None when the link is no longer good."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and _sign_in_links.check_token(user, token) else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
