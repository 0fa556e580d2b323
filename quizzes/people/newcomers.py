"""Give each student who comes to a class one version of a quiz that has several."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, product

from quizzes.models import Assignment, Attempt, Excuse, Student, User
from quizzes.models.locks import lock_remaining
from quizzes.models.reasons import ReasonKind, ReasonValues


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
    pks = [quiz.pk for quiz in chain(*quizzes)]
    excused, started = by_student(Excuse, pks), by_student(Attempt, pks)
    given = []
    for student, versions in product(students, quizzes):
        own = own_version(versions, excused=excused[student.pk], started=started[student.pk])
        if own is None:
            continue
        reason: ReasonValues = {"reason_kind": ReasonKind.HAS_VERSION, "own_version": own.edition.number}
        giver = by.pk if by is not None else own.assigned_by_id
        given += [
            Excuse(assignment=one, student=student, given_by_id=giver, given_at=now, **reason)
            for one in versions
            if one != own and one.pk not in excused[student.pk] | started[student.pk]
        ]
    Excuse.objects.give(given, by=by, now=now)


def own_version(versions: Sequence[Assignment], *, excused: set[int], started: set[int]) -> Assignment | None:
    """The version that a student has: without an excuse, the last one started, else the newest; None if all have one.

    excused, started: ids of the quizzes from which the student is excused, and of those that the student has started.
    """
    left = [quiz for quiz in versions if quiz.pk not in excused]
    candidates = [quiz for quiz in left if quiz.pk in started] or left
    return candidates[-1] if candidates else None


def by_student(rows: type[Excuse | Attempt], quizzes: Iterable[int]) -> defaultdict[int, set[int]]:
    """By the id of a student: for which of these quizzes the student has a row. 1 query."""
    found = defaultdict[int, set[int]](set)
    for student, quiz in rows.objects.filter(assignment__in=quizzes).order_by().values_list("student", "assignment"):
        found[student].add(quiz)
    return found
