from typing import Any

from django.core.management.base import BaseCommand

from quizsite.places import EXAMPLE_SETTINGS


class Command(BaseCommand):
    help = "Print a first settings file: each setting is in a comment that says what it does."
    requires_system_checks = ()  # it must print without a site, and with an error in the settings file

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(EXAMPLE_SETTINGS.read_text(encoding="utf-8"), ending="")
