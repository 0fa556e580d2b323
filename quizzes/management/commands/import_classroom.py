"""`manage.py import_classroom`: add the classroom of an exported file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.files.class_export.document import MAX_BYTES, InvalidExport
from quizzes.files.class_export.reader import AlreadyHere, import_classroom, left_out_count
from quizzes.management.named_rows import find_open_account
from quizzes.people.classrooms import ClassroomNameTaken


class Command(BaseCommand):
    help = "Import a class from FILE for a teacher. All or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of export_classroom, or of the page of a class")
        parser.add_argument("--teacher", required=True, metavar="EMAIL", help="the account that gets the class")

    def handle(self, *args: Any, file: Path, teacher: str, **options: Any) -> None:
        by = find_open_account(teacher)
        try:
            with file.open("rb") as source:
                content = source.read(MAX_BYTES + 1)
            classroom = import_classroom(content, by=by, now=timezone.now())
        except OSError as error:
            raise CommandError(f"Can’t read {file}: {error.strerror}.") from error
        except InvalidExport as error:
            raise CommandError(f"{file}: {error} Nothing was imported.") from error
        except AlreadyHere as error:
            raise CommandError("This site already has this class. Nothing was imported.") from error
        except ClassroomNameTaken as error:
            raise CommandError(
                f"{by} already has a class with this name. Rename it first. Nothing was imported."
            ) from error
        self.stdout.write(
            f"{classroom}: {classroom.students.count()} students, {classroom.assignments.count()} quizzes, "
            f"{classroom.attempts.count()} attempts. Its class code is {classroom.shown_code}. "
            "PINs changed unless both sites share a secret key. Print new cards."
        )
        if left_out := left_out_count(classroom):
            self.stdout.write(f"Students left out, because they were deleted for good on this site: {left_out}.")
