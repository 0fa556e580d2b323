"""When students see the answers."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, Q

from quizzes.assignments.deadlines import is_over
from quizzes.models import Assignment, Attempt, QuestionSet

Release = Assignment.Release


def answers_shown_at(assignment: Assignment) -> datetime | None:
    """The last close of all classes that get this question set from this teacher. One query, or none.

    None if the release does not wait for the close, or if one of these classes never closes.
    """
    return last_closes([assignment])[assignment.pk]


def last_closes(assignments: Collection[Assignment]) -> dict[int, datetime | None]:
    """`answers_shown_at` of each assignment, by assignment id. One query, or none.

    An archived class does not count: its students cannot sign in.
    """
    waiting = [assignment for assignment in assignments if assignment.release == Release.AFTER_CLOSE]
    closes: defaultdict[tuple[int, int], list[datetime | None]] = defaultdict(list)
    sets: dict[int, int] = {}
    if waiting:
        sets_given = QuestionSet.objects.filter(editions__assignments__in=waiting)
        rows = (
            Assignment.objects.filter(Q(classroom__archived_at=None) | Q(pk__in=[item.pk for item in waiting]))
            .filter(edition__question_set__in=sets_given, assigned_by__in={item.assigned_by_id for item in waiting})
            .order_by()
            .values_list("assigned_by", "edition__question_set", "edition", "closes_at")
            .annotate(extended=Max("extensions__closes_at"))
        )
        for teacher, question_set, edition, class_close, extended in rows:
            sets[edition] = question_set
            last = class_close if extended is None or class_close is None else max(class_close, extended)
            closes[teacher, question_set].append(last)
    return {
        assignment.pk: _last(closes[assignment.assigned_by_id, sets[assignment.edition_id]])
        # An assignment that was deleted since it was read has no set here.
        if assignment.release == Release.AFTER_CLOSE and assignment.edition_id in sets
        else None
        for assignment in assignments
    }


def answers_shown(assignment: Assignment, attempt: Attempt, *, shown_at: datetime | None, now: datetime) -> bool:
    """Whether the student may see key, score and evidence of the whole attempt.

    shown_at: from `answers_shown_at`. Answers appear after the grace time, in which other students may still save.
    """
    if attempt.is_open:
        return False
    if assignment.release == Release.AFTER_CLOSE:
        return shown_at is not None and is_over(at=now, deadline_at=shown_at)
    return assignment.release in {Release.AT_ONCE, Release.AFTER_SUBMIT}


def _last(closes: Collection[datetime | None]) -> datetime | None:
    """The last of these closes; None if one of them is None, which never comes."""
    known = [close for close in closes if close is not None]
    return max(known) if known and len(known) == len(closes) else None
