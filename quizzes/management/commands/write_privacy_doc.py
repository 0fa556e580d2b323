"""`manage.py write_privacy_doc`: write docs/privacy.md from the data inventory."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quizzes.people.data_inventory import privacy_document


class Command(BaseCommand):
    help = "Write docs/privacy.md from the list of every stored column."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "privacy.md"
        if not path.parent.is_dir():
            raise CommandError("An installed wheel has no docs folder. Run this in a clone of the repository.")
        path.write_text(privacy_document(archived_days=settings.KEEP_ARCHIVED_DAYS, log_days=settings.KEEP_LOG_DAYS))
        self.stdout.write(f"{path} is written.")
