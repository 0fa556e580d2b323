from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizsite.backups.create import make_backup, make_scheduled_backup, record_backup
from quizsite.backups.manifest import BackupError, BackupNotRecorded
from quizsite.backups.rotation import BY_HAND


class Command(BaseCommand):
    help = "Make a backup while the site runs. Without FOLDER: in FOOTNOTE_BACKUPS, where old backups are deleted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=_folder, nargs="?", help="where to put the folder of the backup")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        now = timezone.now()
        try:
            if folder is None or folder.resolve() == settings.BACKUP_DIR:
                made = make_scheduled_backup(now=now, suffix=BY_HAND)
            else:
                made = make_backup(folder.resolve(), now=now)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Backup made: {made}")
        if made.parent == settings.BACKUP_DIR:
            try:
                record_backup(made, now=now)
            except BackupNotRecorded as problem:
                # The backup counts: a full disk is a reason to make one.
                self.stderr.write(str(problem))


def _folder(given: str) -> Path:
    """The path; refuses an empty one, as of a variable of the shell that is not set: it would be the current folder."""
    if not given.strip():
        raise ArgumentTypeError("it is empty")
    folder = Path(given)
    if folder.exists() and not folder.is_dir():
        raise ArgumentTypeError(f"{given} is a file, not a folder")
    return folder
