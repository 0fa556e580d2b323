from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quizsite.move_to_postgresql import MoveError, move


class Command(BaseCommand):
    help = "Copy the site from its SQLite file into the empty database of DATABASE_URL. The site must be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--accept-findings", action="store_true", help="move even if check_integrity finds something"
        )

    def handle(self, *args: Any, accept_findings: bool, **options: Any) -> None:
        try:
            done = move(accept_findings=accept_findings, report=self.stdout.write)
        except MoveError as problem:
            raise CommandError(f"{problem} Nothing was moved.") from problem
        self.stdout.write(f"Moved {done.rows:,} rows of {done.tables} tables, and compared each of them.")
        self.stdout.write(
            "Keep DATABASE_URL and the secret key as they are, and start the site. The SQLite file is unchanged: "
            f"{settings.SQLITE_PATH}. Delete it and its backups when you no longer need them."
        )
