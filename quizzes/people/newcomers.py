"""Students who come to a class: of a quiz with several versions, each of them gets one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, product
from typing import Any

from quizzes.models import Assignment, Attempt, Excuse, Student, User
from quizzes.models.locks import lock_remaining
from quizzes.models.reasons import HAS_VERSION


def lock_versions(classroom_ids: Iterable[int]) -> list[list[Assignment]]:
    """Lock the quizzes of these classes that have several versions; returns the versions of each. At most 2 queries.

    To call after the classes are locked, and before students who come to them.
    """
    quizzes = Assignment.objects.filter(classroom__in=classroom_ids)
    return quizzes.versions() if lock_remaining(quizzes.with_versions()) else []


def give_one_version(
    quizzes: Sequence[Sequence[Assignment]], students: Sequence[Student], *, by: User | None, now: datetime
) -> None:
    """Excuse these students from all versions of a quiz but one: the one that they started, else the newest.

    quizzes: of `lock_versions`. Nothing without quizzes, else at most 4 queries. by: None for a learning platform.
    """
    if not quizzes:
        return
    of_students: dict[str, Any] = {"assignment__in": list(chain(*quizzes)), "student__in": students}
    excused = set(Excuse.objects.filter(**of_students).order_by().values_list("student", "assignment"))
    started = set(Attempt.objects.filter(**of_students).order_by().values_list("student", "assignment"))
    given = []
    for student, versions in product(students, quizzes):
        left = [one for one in versions if (student.pk, one.pk) not in excused]
        done = [one for one in left if (student.pk, one.pk) in started]
        for own in (done or left)[-1:]:
            reason = HAS_VERSION.format(number=own.edition.number)
            giver = by.pk if by is not None else own.assigned_by_id
            given += [
                Excuse(assignment=one, student=student, reason=reason, given_by_id=giver, given_at=now)
                for one in left
                if one not in (own, *done)
            ]
    Excuse.objects.give(given, by=by)
