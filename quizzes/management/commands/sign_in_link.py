"""`manage.py sign_in_link`: print a one-time sign-in link for a teacher."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.models import User
from quizzes.people import accounts


class Command(BaseCommand):
    help = "Print a one-time sign-in link for a teacher. It works for 1 hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the email of the teacher's account")
        parser.add_argument("--base-url", default="http://127.0.0.1:8000", help="the address of the site")

    def handle(self, *args: Any, email: str, base_url: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"No account has the email {email}.")
        if not user.is_active:
            raise CommandError(f"The account {user.email} is closed. Reopen it first with close_account --reopen.")
        self.stdout.write(accounts.sign_in_link(user, base_url))
