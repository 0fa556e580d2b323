from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizsite.periodic_jobs import run_periodic_jobs


class Command(BaseCommand):
    help = "Run the periodic jobs once, each minute from cron beside a server other than `manage.py serve`."

    def handle(self, *args: Any, **options: Any) -> None:
        run_periodic_jobs(now=timezone.now())
        self.stdout.write("The periodic jobs ran.")
