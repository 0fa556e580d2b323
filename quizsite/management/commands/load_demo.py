"""`manage.py load_demo`: make a sample school."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from quizsite.addresses import given_address, site_address
from quizzes.management.sample_school import TEACHER_EMAIL, make_sample_school
from quizzes.models import Classroom, User
from quizzes.people.accounts import sign_in_link


class Command(BaseCommand):
    help = "Create a sample school, once, and print a one-time sign-in link for its teacher."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url",
            type=given_address,
            help="the address of the site, if not the one of HOST and PORT",
        )

    def handle(self, *args: Any, base_url: str | None, **options: Any) -> None:
        # Before it migrates, which `serve` does after a backup.
        if _is_other_site():
            raise CommandError(
                "This site has accounts or classes that are not of the sample school. Set FOOTNOTE_DATA to a folder of "
                "its own, and no DATABASE_URL, as `make demo` does."
            )
        call_command("migrate", verbosity=0)
        call_command("load_question_sets", verbosity=0)
        teacher = make_sample_school(now=timezone.now())
        self.stdout.write(
            f"Sample school. Sign in as its teacher, {teacher}, once:\n"
            f"  {sign_in_link(teacher, base_url or site_address())}"
        )


def _is_other_site() -> bool:
    """Whether the database has accounts or classes, and no sample school."""
    if User._meta.db_table not in connection.introspection.table_names():
        return False
    has_sample = User.objects.filter(email=TEACHER_EMAIL).exists()
    return not has_sample and (User.objects.exists() or Classroom.objects.exists())
