"""Which supports a student had in an attempt, and which of them were used."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext

from quizzes.assignments.reading_levels import reading_choice
from quizzes.assignments.supports import Supports, supports_of
from quizzes.attempts.breaks import breaks_of
from quizzes.content.reading import LEVELS
from quizzes.models import Accommodation, Attempt, Student, SupportMark


def support_lines(attempts: Collection[Attempt], *, now: datetime) -> dict[int, list[str]]:
    """The supports of each attempt in words, by attempt id. One query, none if no attempt has a support.

    A tool says whether it was used. What changes pages by itself is used wherever it is on.
    """
    supported = [attempt for attempt in attempts if attempt.supports]
    used: defaultdict[int, set[str]] = defaultdict(set)
    if supported:
        marks = SupportMark.objects.filter(attempt__in=supported, kind=SupportMark.Kind.USED)
        for attempt_id, support in marks.values_list("attempt", "place"):
            used[attempt_id].add(support)
    return {
        attempt.pk: [
            *(_lines(Supports.of(attempt.supports), used[attempt.pk]) if attempt.supports else ()),
            *_breaks(attempt, Supports.of(attempt.supports), now=now),
        ]
        for attempt in attempts
    }


def accommodation_words(student: Student, accommodation: Accommodation | None) -> str:
    """What a student has in every quiz: time, reading level, supports; "" for nothing. student: with the classroom."""
    time = [str(accommodation)] if accommodation is not None else []
    level = reading_choice(student).own
    levels = [gettext("reading level “{level}”").format(level=gettext(LEVELS[level]))] if level else []
    return ", ".join([*time, *levels, *in_words(supports_of(student))])


def in_words(supports: Supports) -> Iterable[str]:
    """What is on, in words."""
    yield from (label for name, label in _tools().items() if getattr(supports, name))
    yield from _display(supports)
    if supports.break_minutes:
        yield gettext("breaks of up to {minutes} min").format(minutes=supports.break_minutes)


def _breaks(attempt: Attempt, supports: Supports, *, now: datetime) -> Iterable[str]:
    """The breaks that the attempt allows or had."""
    used = breaks_of(attempt).used_by(now)
    if supports.break_minutes or used:
        minutes = -(-used // timedelta(minutes=1))
        allows = gettext("breaks: {used} of {minutes} min used")
        text = allows if supports.break_minutes else gettext("breaks: {used} min used")
        yield text.format(used=minutes, minutes=supports.break_minutes)


def _lines(supports: Supports, used: Collection[str]) -> Iterable[str]:
    for name, label in _tools().items():
        if name in used:
            yield gettext("{support} (used)").format(support=label)
        elif getattr(supports, name):
            yield gettext("{support} (not used)").format(support=label)
    yield from _display(supports)


def _tools() -> dict[str, str]:
    return {
        "read_aloud": gettext("read aloud"),
        "line_focus": gettext("line focus"),
        "cross_out": gettext("crossing out choices"),
        "notes": gettext("highlighter and notes"),
    }


def _display(supports: Supports) -> Iterable[str]:
    if supports.fewer_choices:
        yield gettext("one answer choice fewer")
    if supports.text_size != 100:
        yield gettext("text size {percent}%").format(percent=supports.text_size)
    if supports.spacing:
        yield gettext("wide spacing")
    if supports.plain_font:
        yield gettext("easy-to-read font")
    if supports.hide_clock:
        yield gettext("hidden clock")
    if supports.color:
        yield _colors()[supports.color]


def _colors() -> dict[str, str]:
    return {
        "yellow": gettext("yellow overlay"),
        "blue": gettext("blue overlay"),
        "green": gettext("green overlay"),
        "rose": gettext("rose overlay"),
        "contrast": gettext("black on white"),
        "inverse": gettext("white on black"),
    }
