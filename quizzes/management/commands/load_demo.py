"""`manage.py load_demo`: make a sample school."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.management.sample_school import make_sample_school
from quizzes.people.accounts import sign_in_link


class Command(BaseCommand):
    help = "Create a sample school, once, and print a one-time sign-in link for its teacher."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, base_url: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("load_question_sets", verbosity=0)
        teacher = make_sample_school(now=timezone.now())
        self.stdout.write(
            f"Sample school. Sign in as its teacher, {teacher}, once:\n  {sign_in_link(teacher, base_url)}"
        )
