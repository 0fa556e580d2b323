"""Reasons that Footnote writes into rows. Rows have them in English, and pages show them in their own language."""

import re

from django.utils.translation import gettext, gettext_noop

OTHER_FORM = gettext_noop("Takes the other form of the check")
HAS_VERSION = gettext_noop("Has version {number} of this quiz.")
VERSION_DELETED = gettext_noop("Version {number} of this quiz was deleted.")
STAYS_EXCUSED = gettext_noop("Excused from this quiz.")
FITS_EXTRA_TIME = gettext_noop("Extended to fit the extra time.")
EXTRA_MINUTES = gettext_noop("Extra minutes during the quiz.")
ON_TIME = gettext_noop("Turned in on time in the earlier class.")
JOINED_LATER = gettext_noop("This quiz was over before the student came to the class.")
BY_MISTAKE = gettext_noop("Excused by mistake.")
ACCEPTED = gettext_noop("{answer} is accepted too.")
ALL_ACCEPTED = gettext_noop("{answers} are accepted too.")

_MADE = (
    *(OTHER_FORM, HAS_VERSION, VERSION_DELETED, STAYS_EXCUSED, FITS_EXTRA_TIME, EXTRA_MINUTES, ON_TIME, BY_MISTAKE),
    *(JOINED_LATER, ACCEPTED, ALL_ACCEPTED),
)


def shown_reason(reason: str) -> str:
    """The reason, in the language of the page if Footnote wrote it."""
    for text in _MADE:
        before, value, after = re.split(r"({\w+})", text) if "{" in text else (text, "", "")
        name = value.strip("{}")
        pattern = re.escape(before) + (f"(?P<{name}>.+)" if name else "") + re.escape(after)
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return gettext(text).format(**found.groupdict())
    return reason
