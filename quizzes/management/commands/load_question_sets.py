"""`manage.py load_question_sets`: publish the built-in question sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from quizzes.content.editions import publish_built_in
from quizzes.content.rules.evidence_rules import changed_wording
from quizzes.files.built_in_sets import BadFile, read_set_files, rule_folders


class Command(BaseCommand):
    help = "Check the question sets in PATH and publish changed ones. All or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=settings.BASE_DIR / "fixtures",
            help="a folder; default: the built-in sets",
        )

    def handle(self, *args: Any, path: Path, verbosity: int, **options: Any) -> None:
        try:
            files = read_set_files(path)
        except BadFile as error:
            raise CommandError(str(error)) from error
        if changed := [str(one) for folder in rule_folders(files, None) for one in changed_wording(folder)]:
            raise CommandError("\n".join(changed))
        with transaction.atomic():
            for file in files:
                edition = publish_built_in(file.source, file.document, now=timezone.now(), guide=file.guide)
                if verbosity and edition is not None:
                    self.stdout.write(f"published {edition}")
                elif verbosity:
                    self.stdout.write(f"unchanged {file.parsed.title}")
