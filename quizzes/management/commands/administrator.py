"""`manage.py administrator`: give an account the role of site administrator, or take it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.models import User
from quizzes.people import accounts


class Command(BaseCommand):
    help = "Let an account see the site's page: accounts, invitations, storage, backups, health. --remove ends that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the account")
        parser.add_argument("--remove", action="store_true", help="take this access away")

    def handle(self, *args: Any, email: str, remove: bool, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"No account has the email {email}.")
        if not user.is_active and not remove:
            raise CommandError(f"The account {user.email} is closed. Reopen it first with close_account --reopen.")
        accounts.set_administrator(user, is_administrator=not remove, now=timezone.now())
        page = "" if remove else " The page is /site/, under the teacher's name."
        self.stdout.write(f"{user.email} is {'no longer' if remove else 'now'} a site administrator.{page}")
