"""Titles of quizzes that Footnote makes from the title of the question set. Rows have them in English."""

import re

from django.utils.translation import gettext, gettext_noop

BEFORE_LESSONS = gettext_noop("{title}, before the lessons")
AFTER_LESSONS = gettext_noop("{title}, after the lessons")
NEW_VERSION = gettext_noop("{title}, version {number}")


def quiz_title(own_title: str, *, is_made: bool, stored: str, shown: str) -> str:
    """The own title as the teacher typed it, or in the language of the page if Footnote made it; without one, `shown`.

    stored: the title of the question set. shown: the same in the language of the page.
    """
    if not own_title:
        return shown
    if not is_made:
        return own_title
    for text in (BEFORE_LESSONS, AFTER_LESSONS):
        if own_title == text.format(title=stored):
            return gettext(text).format(title=shown)
    number = re.fullmatch(r", version (\d+)", own_title.removeprefix(stored))
    return gettext(NEW_VERSION).format(title=shown, number=number[1]) if number else own_title


def was_made(own_title: str, *, stored: str, number: int, is_newer_version: bool) -> bool:
    """Whether Footnote made this title, for a row or a file from before that was stored.

    stored: the title of the question set. number: of the version that the quiz has.
    """
    version = NEW_VERSION.format(title="", number=number)
    if own_title.endswith(version):
        return is_newer_version or own_title == stored + version
    return own_title in {text.format(title=stored) for text in (BEFORE_LESSONS, AFTER_LESSONS)}
