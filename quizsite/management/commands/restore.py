from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from quizsite.backups.manifest import BackupError
from quizsite.backups.restore import restore
from quizsite.places import COMMAND


class Command(BaseCommand):
    help = "Replace this site with a backup, after checking all of it. The site must be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=_backup, help="the folder of the backup")
        parser.add_argument(
            "--accept-findings", action="store_true", help="restore even if check_integrity finds something"
        )

    def handle(self, *args: Any, backup: Path, accept_findings: bool, **options: Any) -> None:
        try:
            done = restore(backup.resolve(), now=timezone.now(), accept_findings=accept_findings)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        rows = done.manifest.counts.get("quizzes_answer", 0)
        made_at = datetime.fromisoformat(done.manifest.made_at)
        self.stdout.write(f"Restored the backup of {_in_words(made_at)} with {rows:,} answers.")
        if done.has_database:
            place = "database" if connection.vendor == "postgresql" else "folder"
            self.stdout.write(f"What was there before is kept in the {place} {done.kept}")
        elif done.kept:
            # For example, the ledger of erasures was copied to a new machine.
            self.stdout.write(f"There was no database. Other files from this folder are kept: {done.kept}")
        if not done.is_key_known:
            self.stdout.write(
                "If the site of this backup had another secret key, every PIN has changed: add that key to "
                "FOOTNOTE_SECRET_KEY_FALLBACKS, or print new sign-in cards."
            )
        if done.erased_again:
            self.stdout.write(done.erased_again)
        if done.erasures_until:
            until = _in_words(done.erasures_until)
            self.stdout.write(
                f"This data folder had no erasure ledger. Erasures after {until} are unknown. If you have a newer "
                f"erasures.jsonl, run `{COMMAND} reapply_erasures FILE` with it before you start the site."
            )


def _in_words(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _backup(given: str) -> Path:
    """The path; refuses an empty one, as `manage.py backup` does: it would be the current folder."""
    if not given.strip():
        raise ArgumentTypeError("it is empty")
    return Path(given)
