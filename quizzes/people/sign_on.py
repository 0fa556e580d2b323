"""Sign-on with a school account: who the provider says it is, and which account that is here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from quizzes.models import AuditEvent, LtiTeacher, User
from quizzes.models.accounts import in_lower_case
from quizzes.models.locks import locked
from quizzes.people.accounts import token_digest, use_invitation
from quizzes.people.teacher_sessions import end_all_sessions


class EmailNotVerified(Exception):
    """The provider does not say that the email is this person's, or names none. The message names the claim."""


class DomainNotAllowed(Exception):
    """The email is not of one of the school's domains."""


class LinkedElsewhere(Exception):
    """The account with this email is linked to another school account."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as a provider knows it. key: identifies the person, also among those of other issuers."""

    provider: str
    key: str
    email: str
    name: str


def identity_key(*, issuer: str, subject: str) -> str:
    """What the database has of a person's id: a digest. Another issuer may use the same id for another person."""
    return token_digest(f"{issuer} {subject}")


def identify(claims: Mapping[str, Any], *, provider: str, domains: Collection[str]) -> Identity:
    """The person of a checked ID token. Raises EmailNotVerified or DomainNotAllowed. domains: in lower case."""
    email = in_lower_case(str(claims.get("email") or ""))
    if not email:
        raise EmailNotVerified("no email")
    # Microsoft never sends `email_verified`. Its optional claim says whether the domain's owner vouches for the email;
    # without it, the owner of a tenant can type any email.
    verified_by = "xms_edov" if provider == "microsoft" else "email_verified"
    said = claims.get(verified_by)
    if said is not True and said not in {1, "1", "true"}:
        raise EmailNotVerified(f"{verified_by} is not true")
    domain = email.rpartition("@")[2]
    # A private Google account can have a school's address. Only accounts of the school name its domain here.
    hosted = in_lower_case(str(claims.get("hd", ""))) if provider == "google" else domain
    if domain not in domains or hosted not in domains:
        raise DomainNotAllowed
    key = identity_key(issuer=str(claims["iss"]), subject=str(claims["sub"]))
    return Identity(provider=provider, key=key, email=email, name=str(claims.get("name") or ""))


@transaction.atomic
def account_of(identity: Identity, *, now: datetime) -> tuple[User | None, bool]:
    """The account of this person or None, and whether this first sign-on has linked it by its email.

    Raises LinkedElsewhere if that account belongs to another person of a provider.
    """
    linked = SocialAccount.objects.filter(provider=identity.provider, uid=identity.key).select_related("user").first()
    if linked is not None:
        return linked.user, False
    user = locked(User.objects.with_email(identity.email)).first()
    if user is None or not user.is_active:
        return user, False
    # An email can get a new owner, and two providers can each have their own.
    if SocialAccount.objects.filter(user=user).exists():
        raise LinkedElsewhere
    # No one has checked the email of an account so far. The person who made it may not own the email, and must
    # not keep a password, a session, or a sign-in from a learning platform of the owner's account.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    LtiTeacher.objects.filter(user=user).delete()
    end_all_sessions(user)
    user.refresh_from_db(fields=["session_version"])
    _link(user, identity, now)
    return user, True


@transaction.atomic
def create_account(identity: Identity, invitation_id: int, *, name: str, now: datetime) -> User:
    """A new account without a password, for an invitation. Raises InvitationVoid, and IntegrityError for a race."""
    user = User.objects.create_user(identity.email, name=name)
    use_invitation(invitation_id, user, now=now)
    _link(user, identity, now)
    return user


@transaction.atomic
def unlink(user: User, *, by: User | None, now: datetime) -> bool:
    """Remove the school account from an account; returns whether there was one. by: None for a command."""
    removed, _ = SocialAccount.objects.filter(user=user).delete()
    if removed:
        AuditEvent.objects.record(AuditEvent.Action.SIGN_ON_UNLINKED, actor=by, classroom=None, at=now, account=user.pk)
    return bool(removed)


def linked_provider(user: User) -> str | None:
    """The id of the provider that signs this account in; 1 query."""
    return SocialAccount.objects.filter(user=user).values_list("provider", flat=True).first()


def _link(user: User, identity: Identity, now: datetime) -> None:
    SocialAccount.objects.create(user=user, provider=identity.provider, uid=identity.key)
    AuditEvent.objects.record(
        AuditEvent.Action.SIGN_ON_LINKED,
        actor=user,
        classroom=None,
        at=now,
        account=user.pk,
        provider=identity.provider,
    )
