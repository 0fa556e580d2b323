"""`manage.py remove_second_factor`: let a teacher sign in who lost the second step and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.management.named_rows import find_account
from quizzes.people.second_factor import remove_second_factor


class Command(BaseCommand):
    help = "Remove a teacher's authenticator app, passkeys, and recovery codes. The password alone signs in then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the account")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = find_account(email)
        if remove_second_factor(user, now=timezone.now()):
            self.stdout.write(f"2-step sign-in of {user.email} is off, and the account is signed out everywhere.")
        else:
            self.stdout.write(f"{user.email} has no 2-step sign-in.")
