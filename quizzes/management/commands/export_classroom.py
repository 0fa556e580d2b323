"""`manage.py export_classroom`: write a classroom to one file."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.files.class_export.writer import export_classroom, record_export
from quizzes.management.named_rows import find_classroom


class Command(BaseCommand):
    help = "Export a class with its questions, students, answers, and scores to FILE, readable only by you."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", help="as in the address of the class's page")
        parser.add_argument("file", type=Path, help="the file to write, which must not be there yet")

    def handle(self, *args: Any, public_id: str, file: Path, **options: Any) -> None:
        classroom = find_classroom(public_id)
        now = timezone.now()
        content = export_classroom(classroom, now=now)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(f"{file} is there already. Name a new file.") from error
        except OSError as error:
            raise CommandError(f"Can’t write {file}: {error.strerror}.") from error
        try:
            with os.fdopen(descriptor, "wb") as target:
                record_export(classroom, by=None, now=now)
                target.write(content)
        except OSError as error:
            # A part of it would refuse the next try.
            file.unlink()
            raise CommandError(f"Can’t write {file}: {error.strerror}.") from error
        self.stdout.write(f"{classroom}: {len(content):,} bytes in {file}. It has names, answers, and answer keys.")
