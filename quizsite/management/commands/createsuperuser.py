import os
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from quizzes.models import AuditEvent, User
from quizzes.people import accounts


class Command(createsuperuser.Command):
    """Django's createsuperuser, which also checks a script's password and leaves an entry in the audit log."""

    help = "Make an account that reads every row on /admin/, names and answers too, and changes none."

    def handle(self, *args: Any, **options: Any) -> None:
        # Django says that it made no account, but its exit code says that it did.
        if options["interactive"] and not self.stdin.isatty():
            raise CommandError(
                "It asks for the email, the name, and the password. Run it in a terminal. A script gives --noinput, "
                "--email, --name, and DJANGO_SUPERUSER_PASSWORD."
            )
        # Django checks only what a person types.
        if not options["interactive"] and (password := os.environ.get("DJANGO_SUPERUSER_PASSWORD")):
            try:
                validate_password(password, User(email=options["email"] or "", name=options["name"] or ""))
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        before = list(User.objects.values_list("pk", flat=True))
        super().handle(*args, **options)
        # Django asks for the email itself, and does not say which account it made.
        for user in User.objects.exclude(pk__in=before).filter(is_superuser=True):
            accounts.record_administrator(user, AuditEvent.Action.ADMINISTRATOR_ADDED, now=timezone.now())
