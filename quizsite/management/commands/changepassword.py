from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils import timezone

from quizzes.models import AuditEvent, User


class Command(changepassword.Command):
    """Django's changepassword, which also leaves an entry in the audit log."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        user = User.objects.get_by_natural_key(options["username"])
        AuditEvent.objects.record(
            AuditEvent.Action.PASSWORD_SET, actor=None, classroom=None, at=timezone.now(), account=user.pk
        )
        return said
