"""When students see the answers, and their score.

`can_see_answers` decides for an attempt, with the moment from `answers_shown_at`. `can_see_score` decides for its
score, with the one from `attempts_ended_at` too. `is_released` decides for a submitted attempt at any moment,
`is_checked_at_once` for an open one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from django.db.models import Max, Q, QuerySet, Subquery

from quizzes.assignments.deadlines import WindowState, grace_ends_at, is_over
from quizzes.assignments.status import attempt_limit
from quizzes.assignments.student_settings import later_time, window_of
from quizzes.models import Assignment, Attempt, Extension, QuestionSet, Teaching, User
from quizzes.models.assignments import AssignmentQuerySet

Release = Assignment.Release


def can_see_answers(assignment: Assignment, attempt: Attempt, *, shown_at: datetime | None, now: datetime) -> bool:
    """Whether the student may see key, verdicts and evidence of the whole attempt.

    shown_at: from `answers_shown_at`.
    """
    return not attempt.is_open and is_released(Release(assignment.release), shown_at=shown_at, at=now)


def can_see_score(
    assignment: Assignment,
    attempt: Attempt,
    *,
    shown_at: datetime | None,
    ended_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether the student may see the score of the attempt: with the answers, or before them if the quiz shows scores.

    Never before the student's last attempt has ended: two scores with one changed answer between them tell whether that
    answer is correct.
    shown_at: from `answers_shown_at`. ended_at: from `attempts_ended_at`, of use only if the quiz shows scores.
    """
    if can_see_answers(assignment, attempt, shown_at=shown_at, now=now):
        return True
    return assignment.shows_scores and ended_at is not None and ended_at <= now


def is_released(release: Release, *, shown_at: datetime | None, at: datetime) -> bool:
    """Whether a student can see the answers of a submitted attempt at this moment.

    shown_at: from `release_moment`. None: not known yet. A release that waits for no moment does not read it.
    If answers appear after the close, they also wait for the grace time, because other students may still save.
    `is_checked_at_once` decides about an attempt that is not submitted.
    """
    match release:
        case Release.AT_ONCE | Release.AFTER_SUBMIT:
            return True
        case Release.AFTER_LAST:
            return shown_at is not None and shown_at <= at
        case Release.AFTER_CLOSE:
            return shown_at is not None and is_over(at=at, deadline_at=shown_at)
        case Release.NEVER:
            return False
        case _:
            assert_never(release)


def release_moment(
    release: Release,
    *,
    attempts_ended_at: Callable[[], datetime | None],
    last_close: Callable[[], datetime | None],
) -> datetime | None:
    """The moment that the release waits for, as `is_released` takes it: only the one that it needs is computed.

    None if the release waits for no moment, or if it is not known yet.
    """
    match release:
        case Release.AFTER_LAST:
            return attempts_ended_at()
        case Release.AFTER_CLOSE:
            return last_close()
        case Release.AT_ONCE | Release.AFTER_SUBMIT | Release.NEVER:
            return None
        case _:
            assert_never(release)


def is_checked_at_once(release: str) -> bool:
    """Whether a student can check each answer before turning in: it shows the verdict and makes the answer final."""
    return release == Release.AT_ONCE


def shows_by_submit(release: str) -> bool:
    """Whether the answers of an attempt appear as soon as it is submitted, or before."""
    return release in {Release.AT_ONCE, Release.AFTER_SUBMIT}


def shows_before_last_attempt(release: str, max_attempts: int | None) -> bool:
    """Whether a student can see answers and then start another attempt. max_attempts None: no limit."""
    return shows_by_submit(release) and max_attempts != 1


def shows_after_first_attempt(assignment: Assignment) -> bool:
    """Whether a student of the class can see answers after turning in once, at the latest."""
    return shows_by_submit(assignment.release) or (
        assignment.release == Release.AFTER_LAST and assignment.max_attempts == 1
    )


def needs_close(assignment: Assignment) -> bool:
    """Whether the answers of the assignment would never show if it had no close. Two constraints check the same."""
    is_unlimited = assignment.release == Release.AFTER_LAST and assignment.max_attempts is None
    return assignment.release == Release.AFTER_CLOSE or is_unlimited


def scores_can_show_first(assignment: Assignment) -> bool:
    """Whether scores can show before the answers: these wait for more than the student's last attempt."""
    return assignment.release in {Release.AFTER_CLOSE, Release.NEVER}


def all_see_answers(assignment: Assignment, *, now: datetime) -> bool:
    """Whether no student of the class waits for a release: each sees the answers by now, or after turning in once.

    At most one query.
    """
    if shows_after_first_attempt(assignment):
        return True
    if assignment.release == Release.NEVER or window_of(assignment).state(at=now) is not WindowState.CLOSED:
        return False
    if assignment.release == Release.AFTER_CLOSE:
        last_close = last_closes([assignment])[assignment.pk]
    else:
        extensions = assignment.extensions.filter(student__removed_at=None)
        last_close = later_time(extensions.aggregate(last=Max("closes_at"))["last"], assignment.closes_at)
    return is_over(at=now, deadline_at=last_close)


def answers_shown_at(assignment: Assignment, student_id: int) -> datetime | None:
    """`release_moment` of a student. After the close, with the queries of `last_closes`; else one query, or none.

    After the close: the last close of all classes that get the set, or a copy of it, from the same teacher.
    `is_released` adds the grace time. After the last attempt: from `attempts_ended_at`, which includes it.
    """
    return release_moment(
        Release(assignment.release),
        attempts_ended_at=lambda: attempts_ended_at(assignment, student_id),
        last_close=lambda: last_closes([assignment])[assignment.pk],
    )


def attempts_ended_at(assignment: Assignment, student_id: int) -> datetime | None:
    """`own_attempts_ended_at` of this student. One query."""
    extension = Extension.objects.filter(assignment=assignment, student=student_id).order_by()
    rows = list(
        assignment.attempts.made_by(student_id)
        .with_left_class()
        .order_by()
        .annotate(
            extended_close=Subquery(extension.values("closes_at")), extra=Subquery(extension.values("extra_attempts"))
        )
        .values_list("submitted_at", "extended_close", "extra", "has_left_class")
    )
    extended_close, extra, has_left_class = rows[0][1:] if rows else (None, None, False)
    return own_attempts_ended_at(
        assignment,
        [submitted_at for submitted_at, *_ in rows],
        has_left_class=has_left_class,
        max_attempts=attempt_limit(assignment.max_attempts, extra or 0),
        closes_at=later_time(extended_close, assignment.closes_at),
    )


def own_attempts_ended_at(
    assignment: Assignment,
    submitted_at: Sequence[datetime | None],
    *,
    has_left_class: bool,
    max_attempts: int | None,
    closes_at: datetime | None,
) -> datetime | None:
    """`last_attempt_ended_at` of a student on this assignment. max_attempts, closes_at: the student's own.

    A student who left the class starts no other attempt there. A quiz does not close in a pause.
    """
    return last_attempt_ended_at(
        submitted_at,
        max_attempts=0 if has_left_class else max_attempts,
        closes_at=None if assignment.paused_at is not None else closes_at,
    )


def last_attempt_ended_at(
    submitted_at: Sequence[datetime | None], *, max_attempts: int | None, closes_at: datetime | None
) -> datetime | None:
    """From when a student can neither work on an attempt nor start another; None while an attempt is open.

    submitted_at: of each attempt, None for an open one. max_attempts, closes_at: the student's own, None for no limit.
    Without a limit of either kind, there is no such moment. The moment after a close includes the grace time.
    """
    ended = [moment for moment in submitted_at if moment is not None]
    if len(ended) < len(submitted_at):
        return None
    if max_attempts is not None and len(ended) >= max_attempts:
        return max(ended)
    # At the close itself, an attempt can still be started.
    return grace_ends_at(closes_at) if closes_at is not None else None


def last_closes(assignments: Collection[Assignment]) -> dict[int, datetime | None]:
    """The last close of all classes that get the same set from the same teacher, by assignment id.

    A copy of the set is the same set. No query, or 3, and one more for each step from a copy to the first set.

    None if the release does not wait for the close, or if one of these classes never closes, or is paused. An archived
    class does not count, and neither does the extension of a removed student: they cannot sign in.
    """
    found: dict[int, datetime | None] = {assignment.pk: None for assignment in assignments}
    waiting = [assignment for assignment in assignments if assignment.release == Release.AFTER_CLOSE]
    if not waiting:
        return found
    groups: dict[int, tuple[int, int]] = {}
    closes: defaultdict[tuple[int, int], list[datetime | None]] = defaultdict(list)
    rows = (
        given_with(waiting)  # type: ignore[misc]  # mypy sees no annotation
        .filter(Q(classroom__archived_at=None) | Q(pk__in=[item.pk for item in waiting]))
        .order_by()
        .values_list("pk", "responsible", "first_set", "closes_at", "paused_at")
        .annotate(extended=Max("extensions__closes_at", filter=Q(extensions__student__removed_at=None)))
    )
    for pk, teacher, question_set, class_close, paused_at, extended in rows:
        groups[pk] = teacher, question_set
        closes[teacher, question_set].append(None if paused_at is not None else later_time(extended, class_close))
    # An assignment that was deleted since it was read has no group here.
    return found | {item.pk: last_of(closes[groups[item.pk]]) for item in waiting if item.pk in groups}


def first_sets_around(classrooms: QuerySet[Any, Any]) -> dict[int, int]:
    """`first_sets` for `given_with`, of any assignments of these classes. 1 query for each step.

    classrooms: ids. Of a class, one of its teachers is responsible for each quiz.
    """
    teachers = Teaching.objects.filter(classroom__in=classrooms).values("teacher")
    taught = Teaching.objects.filter(teacher__in=teachers).values("classroom")
    return QuestionSet.objects.filter(editions__assignments__classroom__in=taught).first_sets()


def given_with(
    assignments: Collection[Assignment], *, first_sets: Mapping[int, int] | None = None
) -> AssignmentQuerySet:
    """The assignments that a release after the close of these waits for: of one `first_set` and teacher, `responsible`.

    Of several sets and teachers, also those of a set by the teacher of another one. 2 queries, and one more for each
    step from a copy to the first set. first_sets: from `first_sets_around`, then 1 query.
    """
    these = Assignment.objects.filter(pk__in=[item.pk for item in assignments]).order_by()
    rows = these.with_responsible().values_list("responsible", flat=True)  # type: ignore[misc]  # mypy sees none
    # Each further query would take longer to build with it as a subquery than this one takes.
    teachers = set(rows)
    taught = Teaching.objects.filter(teacher__in=teachers).values("classroom")
    if first_sets is None:
        first_sets = QuestionSet.objects.filter(editions__assignments__classroom__in=taught).first_sets()
    given = Assignment.objects.with_responsible().of_same_set(assignments, first_sets)
    # Every class has an owner. So `taught` leaves nothing out, and no query reads all quizzes of the site.
    return given.filter(classroom__in=taught, responsible__in=teachers)


def given_from_set(question_set_id: int, *, by: User) -> AssignmentQuerySet:
    """The assignments that `given_with` would return for a quiz that this teacher assigns from the set now.

    2 queries, and one more for each step from a copy to the first set.
    """
    taught = Teaching.objects.filter(teacher=by).values("classroom")
    is_used = Q(editions__assignments__classroom__in=taught)
    first_sets = QuestionSet.objects.filter(Q(pk=question_set_id) | is_used).first_sets()
    given = Assignment.objects.with_responsible().with_first_set(first_sets)
    return given.filter(
        classroom__in=taught, responsible=by.pk, first_set=first_sets.get(question_set_id, question_set_id)
    )


def last_of(closes: Collection[datetime | None]) -> datetime | None:
    """The last of these closes; None without any, and if one class never closes."""
    known = [close for close in closes if close is not None]
    return max(known) if known and len(known) == len(closes) else None
