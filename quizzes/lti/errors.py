"""Errors of launches and of calls to a platform."""

from django.utils.translation import gettext, gettext_noop

# Why a platform refused, where nothing else is known of it. Rows have it in English, as they have all reasons.
OTHER_REASON = gettext_noop("The platform answered with the error {status}.")


class LaunchRefused(Exception):
    """The launch is refused. The message is for the log, not for the page."""


class WrongRole(LaunchRefused):
    """The person is neither a student nor a teacher of the course. The page says so."""


class PlatformFailed(Exception):
    """The platform did not do what was asked. The message is for teachers."""


def shown_reason(stored: str) -> str:
    """A stored reason in the language of the page."""
    before, _, after = OTHER_REASON.partition("{status}")
    status = stored.removeprefix(before).removesuffix(after)
    return gettext(OTHER_REASON).format(status=status) if status.isdecimal() else gettext(stored)
