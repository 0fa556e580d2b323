from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizsite.secret_key import record_secret_key


class Command(BaseCommand):
    help = "Continue with the current secret key, or a new one, if the earlier one is lost. Every PIN changes."

    def handle(self, *args: Any, **options: Any) -> None:
        if record_secret_key(now=timezone.now()):
            self.stdout.write("The site uses this secret key now. Every PIN changed: print new sign-in cards.")
        else:
            self.stdout.write("This is the secret key of this database.")
