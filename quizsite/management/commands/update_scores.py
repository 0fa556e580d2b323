"""`manage.py update_scores`: compute scores again that another version computed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizsite.maintenance import update_scores_of_another_version


class Command(BaseCommand):
    help = "Compute scores again if another version computed them. `manage.py restore` and each start do it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Scores changed: {update_scores_of_another_version(now=timezone.now())}.")
