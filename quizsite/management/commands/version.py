from typing import Any

from django.core.management.base import BaseCommand

from quizsite import __version__


class Command(BaseCommand):
    help = "Print the version of Footnote. Django's own is `manage.py --version`."
    requires_system_checks = ()  # a version must print on a site that is not set up

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Footnote {__version__}")
