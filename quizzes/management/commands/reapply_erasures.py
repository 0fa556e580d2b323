"""`manage.py reapply_erasures`: erase again what a restored backup still had."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.people.erasure import reapply_erasures
from quizzes.people.erasure_ledger import LedgerDamaged, ledger_path


class Command(BaseCommand):
    help = (
        "Erase again what a restored backup brought back. FILE: the newest erasure ledger, by default the site's own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the ledger of another machine or of a backup")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        path = file or ledger_path()
        if file is not None and not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            count = reapply_erasures(path, now=timezone.now())
        except LedgerDamaged as error:
            raise CommandError(f"Line {error.line} of {path} is damaged. Nothing was erased.") from error
        self.stdout.write(f"Erased again: {count}.")
