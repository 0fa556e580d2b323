"""`manage.py remove_school_account`: take the link to a school account from a teacher's account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.management.named_rows import find_account
from quizzes.people.sign_on import unlink


class Command(BaseCommand):
    help = "Remove the school account of a teacher's account. The next sign-on with its email links one again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the account")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = find_account(email)
        if unlink(user, by=None, now=timezone.now()):
            self.stdout.write(f"{user.email} has no school account now. `sign_in_link` makes a link to sign in.")
        else:
            self.stdout.write(f"{user.email} has no school account.")
