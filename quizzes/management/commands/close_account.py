"""`manage.py close_account`: close a teacher's account, or reopen it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.management.named_rows import find_account
from quizzes.people import accounts
from quizzes.people.class_people import classes_without_owner


class Command(BaseCommand):
    help = "Close a teacher's account: it is signed out and can't sign in. Its classes stay. --reopen undoes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the account")
        parser.add_argument("--reopen", action="store_true", help="let a closed account sign in again")

    def handle(self, *args: Any, email: str, reopen: bool, **options: Any) -> None:
        user = find_account(email)
        if reopen:
            accounts.reopen_account(user, now=timezone.now())
            self.stdout.write(f"The account {user.email} is open.")
            return
        accounts.close_account(user, now=timezone.now())
        self.stdout.write(f"The account {user.email} is closed.")
        for classroom in classes_without_owner(user):
            command = f"{settings.COMMAND} hand_over_class {classroom.public_id} EMAIL --giver {user.email}"
            self.stdout.write(f"No one else owns {classroom.name}. To give it to another teacher, run `{command}`.")
