"""Who gave a reason: a teacher in words of their own, or Footnote, whose sentences pages show in their own language."""

import re
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from django.db import models
from django.utils.translation import gettext, gettext_noop


class ReasonKind(models.TextChoices):
    """What a reason is: words that a teacher typed, or one of Footnote's sentences. Rows and files have these names."""

    TYPED = "typed"
    OTHER_FORM = "other_form"
    HAS_VERSION = "has_version"
    VERSION_DELETED = "version_deleted"
    STAYS_EXCUSED = "stays_excused"
    FITS_EXTRA_TIME = "fits_extra_time"
    EXTRA_MINUTES = "extra_minutes"
    ON_TIME = "on_time"
    JOINED_LATER = "joined_later"
    BY_MISTAKE = "by_mistake"
    ACCEPTED = "accepted"
    ALL_ACCEPTED = "all_accepted"


_SENTENCES = {
    ReasonKind.OTHER_FORM: gettext_noop("Takes the other form of the check"),
    ReasonKind.HAS_VERSION: gettext_noop("Has version {number} of this quiz."),
    ReasonKind.VERSION_DELETED: gettext_noop("Version {number} of this quiz was deleted."),
    ReasonKind.STAYS_EXCUSED: gettext_noop("Excused from this quiz."),
    ReasonKind.FITS_EXTRA_TIME: gettext_noop("Extended to fit the extra time."),
    ReasonKind.EXTRA_MINUTES: gettext_noop("Extra minutes during the quiz."),
    ReasonKind.ON_TIME: gettext_noop("Turned in on time in the earlier class."),
    ReasonKind.JOINED_LATER: gettext_noop("This quiz was over before the student came to the class."),
    ReasonKind.BY_MISTAKE: gettext_noop("Excused by mistake."),
    ReasonKind.ACCEPTED: gettext_noop("{answer} is accepted too."),
    ReasonKind.ALL_ACCEPTED: gettext_noop("{answers} are accepted too."),
}


class ReasonValues(TypedDict, total=False):
    """A reason, as the columns of an excuse have it. Without a kind, a teacher typed it.

    own_version: the number of the version that the sentence names.
    """

    reason_kind: str
    reason: str
    own_version: int | None


def shown_reason(reason: str, kind: str, own_version: int | None = None) -> str:
    """The sentence of this kind in the language of the page; for "typed", the reason as the teacher typed it.

    reason: of a regrade that accepts answers, those answers.
    """
    if kind not in _SENTENCES:
        return reason
    return gettext(_SENTENCES[ReasonKind(kind)]).format(number=own_version, answer=reason, answers=reason)


def reason_detail(**reason: Unpack[ReasonValues]) -> dict[str, Any]:
    """A reason as the detail of an audit event has it."""
    return {"reason_kind": ReasonKind.TYPED, "reason": "", **reason}


def logged_reason(detail: Mapping[str, Any]) -> str:
    """The reason of an audit event about a student, in the language of the page; "" without one."""
    if "reason_kind" not in detail:
        detail = _old_reason(str(detail.get("reason", "")))
    return shown_reason(detail["reason"], detail["reason_kind"], detail.get("own_version"))


# --- Until version 0.7, rows had English sentences and no kind ----------------------------------------------------

# The audit log and class files from then still have them. So they stay as they are if a sentence changes.
_OLD_SENTENCES = {
    "Takes the other form of the check": ReasonKind.OTHER_FORM,
    "Excused from this quiz.": ReasonKind.STAYS_EXCUSED,
    "Extended to fit the extra time.": ReasonKind.FITS_EXTRA_TIME,
    "Extra minutes during the quiz.": ReasonKind.EXTRA_MINUTES,
    "Turned in on time in the earlier class.": ReasonKind.ON_TIME,
    "This quiz was over before the student came to the class.": ReasonKind.JOINED_LATER,
    "Excused by mistake.": ReasonKind.BY_MISTAKE,
}
_OLD_VERSIONS = {
    r"Has version ([0-9]{1,9}) of this quiz\.": ReasonKind.HAS_VERSION,
    r"Version ([0-9]{1,9}) of this quiz was deleted\.": ReasonKind.VERSION_DELETED,
}
# Each answer is in quotes. A long list of answers was cut off.
_OLD_ANSWERS = {
    r"(“.+) is accepted too\.": ReasonKind.ACCEPTED,
    r"(“.+”, “.+) are accepted too\.": ReasonKind.ALL_ACCEPTED,
}
_OF_EXTENSIONS = {ReasonKind.FITS_EXTRA_TIME, ReasonKind.EXTRA_MINUTES, ReasonKind.ON_TIME}
_OF_EXCUSES = {ReasonKind.OTHER_FORM, ReasonKind.HAS_VERSION, ReasonKind.STAYS_EXCUSED, ReasonKind.JOINED_LATER}


def old_extension_reason(text: str) -> dict[str, Any]:
    """The columns of the reason of an extension that had this text and no kind."""
    found = _old_reason(text)
    is_sentence = found["reason_kind"] in _OF_EXTENSIONS
    return {"reason_kind": found["reason_kind"], "reason": ""} if is_sentence else _typed(text)


def old_excuse_reason(text: str) -> dict[str, Any]:
    """The columns of the reason of an excuse that had this text and no kind."""
    found = _old_reason(text)
    return found if found["reason_kind"] in _OF_EXCUSES else {**_typed(text), "own_version": None}


def old_regrade_reason(text: str) -> dict[str, Any]:
    """The columns of the reason of a regrade that had this text and no kind."""
    for pattern, kind in _OLD_ANSWERS.items():
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return {"reason_kind": kind, "reason": found[1]}
    return _typed(text)


def _old_reason(text: str) -> dict[str, Any]:
    if text in _OLD_SENTENCES:
        return {"reason_kind": _OLD_SENTENCES[text], "reason": "", "own_version": None}
    for pattern, kind in _OLD_VERSIONS.items():
        if found := re.fullmatch(pattern, text):
            return {"reason_kind": kind, "reason": "", "own_version": int(found[1])}
    return _typed(text)


def _typed(text: str) -> dict[str, Any]:
    return {"reason_kind": ReasonKind.TYPED, "reason": text}
