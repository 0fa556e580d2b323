"""The second step of a teacher's sign-in: who must have one, and removing a lost one."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from quizzes.models import AuditEvent, User
from quizzes.people.teacher_sessions import end_all_sessions

# The steps that a sign-in can ask for. Recovery codes replace a lost one of them.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# In `settings.REQUIRE_MFA`: who needs a second step, and for what.
ADMINISTRATORS, EXPORTS, TEACHERS = "administrators", "exports", "teachers"


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
