"""Accounts of teachers and site staff, and invitations."""

from datetime import datetime
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy


def in_lower_case(email: str) -> str:
    """The email address with its letters from A to Z in lower case.

    `str.lower` also makes letters of another person's address from look-alikes: “\u212a”, the Kelvin sign, is “k” then.
    """
    return email.strip().encode().lower().decode()


class UserManager(BaseUserManager["User"]):
    """Creates accounts that sign in with their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account. Without a password it can sign in only with a one-time link."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account that can use the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def with_email(self, email: str) -> "models.QuerySet[User]":
        """The account with this email address, in upper or lower case, as the constraint of `User` compares them.

        Not by `iexact`: PostgreSQL compares in upper case, where “ı” is “I” and “ſ” is “S”, and finds another person's.
        """
        return self.filter(Exact(Lower("email"), in_lower_case(email)))

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account with this email address, in upper or lower case."""
        return self.with_email(username or "").get()


class User(AbstractBaseUser, PermissionsMixin):
    """An account of a teacher or of site staff. Students have none. language: of the pages, "" if not chosen."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=60, help_text="What students call you, such as Ms. Rivera.")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    session_version = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10, blank=True, default="", db_default="")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=gettext_lazy("Another account has this email."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        # Django compares this at each request, so a new version ends every session without a query.
        own: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # not in the stubs
        return f"{own}{self.session_version or ''}"


class TeacherSession(models.Model):
    """One open session of a teacher, for the list on the account page. The session itself has the key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="teacher_sessions")
    key = models.CharField(max_length=32, unique=True)
    browser = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.browser

    @property
    def shown_browser(self) -> str:
        """Browser and system in the language of the page. They are stored in English."""
        browser, _, system = self.browser.partition(" on ")
        browser = gettext("A browser") if browser == "A browser" else browser
        return gettext("{browser} on {system}").format(browser=browser, system=system) if system else browser


class HiddenTodo(models.Model):
    """One to-do item that a teacher took off the home page. It comes back when its count grows.

    key: what it is about, from `TodoItem.key`. count: the number that the item had.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="hidden_todos")
    key = models.CharField(max_length=40)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="hidden_todo_once_per_teacher")]

    def __str__(self) -> str:
        return self.key


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by what they still open."""

    def open(self, *, now: datetime) -> Self:
        """Not used and not expired, and the inviter's account is open. The first teacher's has no inviter."""
        return self.filter(Q(invited_by=None) | Q(invited_by__is_active=True), used_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """One link that makes one teacher's account. Only a digest of its token is stored."""

    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, null=True, related_name="invitations")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="used_invitation")

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation {self.pk}"
