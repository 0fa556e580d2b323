from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from quizzes.management.named_rows import find_account
from quizzes.models import AuditEvent


class Command(changepassword.Command):
    """Django's changepassword, which also leaves an entry in the audit log."""

    help = "Ask for a new password for a teacher's account, twice. It signs the account out everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        # Django's argument may be left out, and is then the name of the user on this machine.
        parser.add_argument("username", metavar="email", help="the address of the account")
        parser.set_defaults(database=DEFAULT_DB_ALIAS)

    def handle(self, *args: Any, **options: Any) -> str | None:
        user = find_account(options["username"])
        try:
            message: str | None = super().handle(*args, **options | {"username": user.email})
        except EOFError as error:
            raise CommandError("It asks for the password twice. Run it in a terminal.") from error
        AuditEvent.objects.record(
            AuditEvent.Action.PASSWORD_SET, actor=None, classroom=None, at=timezone.now(), account=user.pk
        )
        return message
