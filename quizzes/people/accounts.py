"""Teachers' accounts: invitations, sign-in links that work once, changes, and closing."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from quizzes.models import AuditEvent, Invitation, User
from quizzes.models.accounts import InvitationQuerySet, in_lower_case
from quizzes.models.locks import lock_account, read_locked
from quizzes.people.teacher_sessions import end_all_sessions

# Long enough to read the message after a weekend. A used or expired link does not work.
INVITATION_LIFETIME = timedelta(days=7)
# The teachers of a large school, over a few weeks. A stolen session cannot fill the site with accounts.
OPEN_INVITATIONS = 10


class SignInLinks(PasswordResetTokenGenerator):
    """Tokens of one-time sign-in links. They include the last sign-in, so that each works once.

    “Sign out everywhere” and a closed account end them with the sessions.
    """

    key_salt = "quizzes.accounts.SignInLinks"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        # Django leaves out the microseconds, so a second sign-in within the same second would find the link unused.
        last = user.last_login.timestamp() if user.last_login is not None else ""
        return f"{super()._make_hash_value(user, timestamp)}{last} {user.session_version}"


_sign_in_links = SignInLinks()


class InvitationVoid(Exception):
    """There is no such invitation, or it is used or expired, or the inviter's account is closed."""


class EmailTaken(Exception):
    """Another account has this address."""


class TooManyInvitations(Exception):
    """This teacher has OPEN_INVITATIONS open invitations."""


@transaction.atomic
def invite(*, by: User | None, now: datetime) -> str:
    """The token of a new invitation; it is not stored. Raises TooManyInvitations. by: None for the first teacher."""
    if by is not None:
        lock_account(by)
        if open_invitations(by, now=now).count() >= OPEN_INVITATIONS:
            raise TooManyInvitations
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        token_digest=token_digest(token), invited_by=by, created_at=now, expires_at=now + INVITATION_LIFETIME
    )
    return token


def open_invitations(user: User, *, now: datetime) -> InvitationQuerySet:
    """This teacher's invitations that someone can still use, the newest first."""
    return Invitation.objects.open(now=now).filter(invited_by=user).order_by("-created_at", "-pk")


def cancel_invitation(invitation_id: int, *, by: User) -> User | None:
    """Delete an invitation of this teacher. A used one stays: returns the account that used it. Safe to repeat."""
    return _cancel(Invitation.objects.filter(pk=invitation_id, invited_by=by))


def revoke_invitation(invitation_id: int) -> User | None:
    """`cancel_invitation` for anyone's invitation, for the site's administrator."""
    return _cancel(Invitation.objects.filter(pk=invitation_id))


def _cancel(invitations: InvitationQuerySet) -> User | None:
    invitations.filter(used_at=None).delete()
    return User.objects.filter(used_invitation__in=invitations).first()


def find_invitation(token: str, *, now: datetime) -> Invitation:
    """The unused invitation with this token. Raises InvitationVoid."""
    invitation = Invitation.objects.open(now=now).filter(token_digest=token_digest(token)).first()
    if invitation is None:
        raise InvitationVoid
    return invitation


@transaction.atomic
def use_invitation(invitation_id: int, user: User, *, now: datetime) -> None:
    """Mark an invitation as used by a new account. Raises InvitationVoid if another request used it first."""
    used = Invitation.objects.open(now=now).filter(pk=invitation_id).update(used_at=now, used_by=user)
    if not used:
        raise InvitationVoid


def change_name(user: User, *, name: str) -> User:
    """Change the name of a teacher that students see."""
    user.name = name
    user.save(update_fields=["name"])
    return user


def set_language(user: User, *, language: str) -> User:
    """Show this teacher's pages in this language from now on, on every device. Safe to repeat."""
    user.language = language
    user.save(update_fields=["language"])
    return user


def change_email(user: User, *, email: str, now: datetime) -> User:
    """Change the address that a teacher signs in with. Raises EmailTaken. A repeat changes nothing."""
    try:
        with transaction.atomic():
            read_locked(user, "email")
            # allauth looks for addresses in lower case, as it stores those of new accounts.
            if user.email == in_lower_case(email):
                return user
            user.email = in_lower_case(email)
            user.save(update_fields=["email"])
            # Otherwise a link for a new password would still go to the old address.
            EmailAddress.objects.filter(user=user).delete()
            AuditEvent.objects.record(AuditEvent.Action.EMAIL_CHANGED, actor=user, classroom=None, at=now)
    except IntegrityError as error:
        user.refresh_from_db(fields=["email"])
        raise EmailTaken from error
    return user


@transaction.atomic
def close_account(user: User, *, by: User | None = None, now: datetime) -> User:
    """Close an account: it is signed out and cannot sign in. Its classes stay, and students can work. Safe to repeat.

    Its open invitations stay void if it is reopened. by: None for a command.
    """
    read_locked(user, "is_active")
    if user.is_active:
        user.is_active = False
        _save_is_active(user, AuditEvent.Action.ACCOUNT_CLOSED, by, now)
        Invitation.objects.filter(invited_by=user, used_at=None).delete()
        end_all_sessions(user)
    return user


@transaction.atomic
def reopen_account(user: User, *, by: User | None = None, now: datetime) -> User:
    """Let a closed account sign in again. Safe to repeat. by: None for a command."""
    read_locked(user, "is_active")
    if not user.is_active:
        user.is_active = True
        _save_is_active(user, AuditEvent.Action.ACCOUNT_REOPENED, by, now)
    return user


@transaction.atomic
def set_administrator(user: User, *, is_administrator: bool, now: datetime) -> User:
    """Give an account the role of site administrator, or take it. Safe to repeat."""
    read_locked(user, "is_staff")
    if user.is_staff != is_administrator:
        user.is_staff = is_administrator
        user.save(update_fields=["is_staff"])
        given = AuditEvent.Action.ADMINISTRATOR_ADDED
        action = given if is_administrator else AuditEvent.Action.ADMINISTRATOR_REMOVED
        record_administrator(user, action, now=now)
    return user


def record_administrator(user: User, action: str, *, now: datetime) -> None:
    """Log that an account got or lost the role. An account of createsuperuser, which sees every row, is told apart."""
    detail: dict[str, Any] = {"can_read_all_data": True} if user.is_superuser else {}
    AuditEvent.objects.record(action, actor=None, classroom=None, at=now, account=user.pk, **detail)


@transaction.atomic
def first_teacher_link(base_url: str, now: datetime) -> str | None:
    """A new invitation link for the first account; None if the site has an account. Earlier links stop working."""
    if User.objects.exists():
        return None
    Invitation.objects.filter(invited_by=None, used_at=None).delete()
    return base_url.rstrip("/") + reverse("accept_invitation", args=[invite(by=None, now=now)])


@transaction.atomic
def give_sign_in_link(user: User, base_url: str, *, now: datetime) -> str:
    """A sign-in link for the person who runs the command; the audit log says that it was made."""
    AuditEvent.objects.record(AuditEvent.Action.SIGN_IN_LINK_MADE, actor=None, classroom=None, at=now, account=user.pk)
    return sign_in_link(user, base_url)


def sign_in_link(user: User, base_url: str) -> str:
    """A link that signs in this account once, within PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url.rstrip("/") + reverse("use_sign_in_link", args=[uid, _sign_in_links.make_token(user)])


def user_of_link(uid: str, token: str) -> User | None:
    """The active account of a sign-in link; None if the link is invalid, used or expired."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and _sign_in_links.check_token(user, token) else None


def use_sign_in_link(user: User, *, now: datetime) -> bool:
    """Whether this request is the first to use the link that found `user`. It records the sign-in."""
    is_first = User.objects.filter(pk=user.pk, last_login=user.last_login).update(last_login=now)
    return bool(is_first)


def _save_is_active(user: User, action: str, by: User | None, now: datetime) -> None:
    user.save(update_fields=["is_active"])
    AuditEvent.objects.record(action, actor=by, classroom=None, at=now, account=user.pk)


def token_digest(token: str) -> str:
    """What the database has of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()
