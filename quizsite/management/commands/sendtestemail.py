from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import sendtestemail


class Command(sendtestemail.Command):
    """Django's sendtestemail, which says whether the mail server took the mail."""

    help = "Send a test mail to each EMAIL, with EMAIL_URL and FOOTNOTE_MAIL_FROM."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MAILER is None:
            raise CommandError("This site sends no mail, because EMAIL_URL is not set.")
        try:
            super().handle(*args, **options)
        # The errors of smtplib too.
        except OSError as error:
            raise CommandError(
                f"The mail server did not take the mail: {error}. Check EMAIL_URL and FOOTNOTE_MAIL_FROM."
            ) from error
        self.stdout.write("The mail server took the mail.")
