from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.management.commands import sendtestemail
from django.core.validators import validate_email


class Command(sendtestemail.Command):
    """Django's sendtestemail, which says whether the mail server took the mail."""

    help = "Send a test mail to each EMAIL, with EMAIL_URL and FOOTNOTE_MAIL_FROM."
    missing_args_message = "Write the email address that gets the mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Not Django's --admins and --managers: this site has neither list, so that no mail would be sent.
        parser.add_argument("email", nargs="+", type=_address, help="who gets the mail")
        parser.set_defaults(admins=False, managers=False)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MAILER is None:
            raise CommandError(
                "This site sends no mail, because EMAIL_URL is not set. Set it and FOOTNOTE_MAIL_FROM, then try again."
            )
        try:
            super().handle(*args, **options)
        # The errors of smtplib too.
        except OSError as error:
            raise CommandError(
                f"The mail server did not take the mail: {str(error).rstrip('.')}. Check EMAIL_URL and "
                "FOOTNOTE_MAIL_FROM."
            ) from error
        self.stdout.write("The mail server took the mail.")


def _address(given: str) -> str:
    """The address; refuses what no mail can be sent to, such as a variable of the shell that is not set."""
    try:
        validate_email(given)
    except ValidationError as error:
        raise ArgumentTypeError(f"{given!r} is not an email address") from error
    return given
