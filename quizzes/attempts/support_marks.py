"""What a student does with supports in an attempt: crossed-out choices, highlights, notes, settings, and uses."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from quizzes.models import SupportMark

Kind = SupportMark.Kind

# A page sends what changed since the last time, which is little, also after an hour without a connection.
MAX_MARKS_AT_ONCE = 200
# The limit of one attempt: more than a student makes, and less than fills a disk.
MAX_MARKS = 1000
# In characters.
MAX_VALUE_LENGTH = 20
# The field on the page has the same limit.
MAX_NOTE_LENGTH = 2000

_PLACES = {
    Kind.CROSSED: re.compile(r"[0-9a-f]{10}|[1-9][0-9]{0,2}-(?:true|false)"),
    Kind.HIGHLIGHT: re.compile(r"[A-Za-z0-9_-]{1,40}"),
    Kind.NOTE: re.compile(r"reading"),
    Kind.SETTING: re.compile(r"[a-z_]{1,20}"),
    Kind.USED: re.compile(r"read_aloud|line_focus|cross_out|notes"),
}
# What a mark of this kind says was used.
_USED = {Kind.CROSSED: "cross_out", Kind.HIGHLIGHT: "notes", Kind.NOTE: "notes"}


class Mark(NamedTuple):
    """One mark. value: "" removes the mark."""

    kind: str
    place: str
    value: str


def is_mark(kind: str, place: str, value: str) -> bool:
    """Whether a page of an attempt makes such a mark."""
    if kind not in _PLACES or not _PLACES[Kind(kind)].fullmatch(place) or "\0" in value:
        return False
    return len(value) <= (MAX_NOTE_LENGTH if kind == Kind.NOTE else MAX_VALUE_LENGTH)


def marks_of(attempt_id: int) -> list[tuple[str, str, str]]:
    """(kind, place, value) of each mark of an attempt. One query."""
    rows = SupportMark.objects.filter(attempt=attempt_id).exclude(kind=Kind.USED)
    return list(rows.values_list("kind", "place", "value"))


@transaction.atomic
def save_marks(attempt_id: int, marks: Sequence[Mark], *, now: datetime) -> bool:
    """Store marks in place of older ones; returns whether there was room. Up to 4 queries, safe to repeat."""
    own = SupportMark.objects.filter(attempt=attempt_id)
    newest = {(mark.kind, mark.place): mark.value for mark in marks}
    # Removed marks need no room.
    added = sum(bool(value) for value in newest.values())
    if added and own.count() + added > MAX_MARKS:
        return False
    used = {(Kind.USED.value, _USED[Kind(kind)]) for kind, _ in newest if kind in _USED}
    used |= {(kind, place) for kind, place in newest if kind == Kind.USED}
    # In a fixed order: two windows of one attempt may send the same marks at once.
    kept = sorted((kind, place) for (kind, place), value in newest.items() if value and kind != Kind.USED)
    for kind in {kind for (kind, _), value in newest.items() if not value} - {Kind.USED}:
        gone = [place for (of_kind, place), value in newest.items() if of_kind == kind and not value]
        own.filter(kind=kind, place__in=gone).delete()
    SupportMark.objects.bulk_create(
        [
            SupportMark(attempt_id=attempt_id, kind=kind, place=place, value=newest[kind, place], changed_at=now)
            for kind, place in kept
        ],
        update_conflicts=True,
        update_fields=["value", "changed_at"],
        unique_fields=["attempt", "kind", "place"],
    )
    # The first use stays.
    SupportMark.objects.bulk_create(
        [
            SupportMark(attempt_id=attempt_id, kind=kind, place=place, value="", changed_at=now)
            for kind, place in sorted(used)
        ],
        ignore_conflicts=True,
    )
    return True
