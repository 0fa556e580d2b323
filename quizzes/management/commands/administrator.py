"""`manage.py administrator`: give an account the role of site administrator, or take it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.management.named_rows import find_account, find_open_account
from quizzes.people import accounts


class Command(BaseCommand):
    help = "Let an account see the site's page: accounts, invitations, storage, backups, health. --remove ends that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the account")
        parser.add_argument("--remove", action="store_true", help="take this access away")

    def handle(self, *args: Any, email: str, remove: bool, **options: Any) -> None:
        user = find_account(email) if remove else find_open_account(email)
        accounts.set_administrator(user, is_administrator=not remove, now=timezone.now())
        page = "" if remove else " The page is /site/, under the teacher's name."
        self.stdout.write(f"{user.email} is {'no longer' if remove else 'now'} a site administrator.{page}")
