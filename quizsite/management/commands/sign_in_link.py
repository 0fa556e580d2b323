from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizsite.addresses import given_address, served_address
from quizzes.management.named_rows import find_open_account
from quizzes.people import accounts


class Command(BaseCommand):
    help = "Print a one-time sign-in link for a teacher. It works for 1 hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the email of the teacher's account")
        parser.add_argument(
            "--base-url", type=given_address, help="the address of the site, if not the one that `serve` printed last"
        )

    def handle(self, *args: Any, email: str, base_url: str | None, **options: Any) -> None:
        user = find_open_account(email)
        self.stdout.write(accounts.give_sign_in_link(user, base_url or served_address(), now=timezone.now()))
