"""Which scores the platforms must get. A round compares what they have with what counts now.

So a release, a regrade, a grade, and a reopened attempt all reach the platform, without a hook in any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import models, transaction
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from quizzes.assignments.own_versions import own_versions
from quizzes.assignments.release import can_see_score, last_closes
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import Overrides, by_student_and_assignment, load_overrides
from quizzes.lti.errors import shown_reason
from quizzes.models import Assignment, Attempt, AuditEvent, LtiLaunch, LtiLink, LtiScore, LtiStudent, Presence

Progress = LtiScore.Progress
# After a failed try; the last one repeats.
PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]
# A round must leave time for the other periodic jobs.
ROUND_LIMIT = 50
# Longer than a round.
CLAIM = timedelta(minutes=1)
# Each takes 2 calls.
ITEM_LIMIT = 10
# With more links, a round compares those where something happened lately, and this many others, other ones each minute.
LINKS_A_MINUTE = 2000
LATELY = timedelta(minutes=10)
# The newest events of the audit log, by row id: their moments have no index.
NEWEST_EVENTS = 1000
# PostgreSQL takes 65,535 values in a query, and a district has more links. The attempts of each fit into memory.
LINKS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """The score that counts for a student now."""

    points: Decimal | None
    max_points: int | None
    progress: str


@dataclass(frozen=True, slots=True)
class SendState:
    """What teachers see of the scores of an assignment. errors: (student's name, reason).

    sent_count, waiting_count: of scores with points. Before scores show, the platform only hears who turned in.
    column_error: why the platform has no column for them, "" if it has.
    """

    sent_count: int
    waiting_count: int
    errors: tuple[tuple[str, str], ...]
    column_error: str


def exchange_scores(*, now: datetime) -> None:
    """Make missing columns, queue what changed, and send what waits. The periodic job; 3 queries without links."""
    if missing := list(without_column(now=now)[:ITEM_LIMIT]):
        import_string("quizzes.lti.services.make_line_items")(missing, now=now)
    queue_scores(now=now)
    if waiting(now=now).exists():
        # Loads the library, which a site without a platform never needs: see `quizzes.lti`.
        import_string("quizzes.lti.services.send_scores")(list(waiting(now=now)[:ROUND_LIMIT]), now=now)


def delete_old_launches(*, now: datetime) -> None:
    """Delete launches whose time is over. A periodic job."""
    LtiLaunch.objects.filter(expires_at__lte=now).delete()


def queue_scores(*, now: datetime) -> None:
    """Write down each score that differs from what its platform has.

    2 queries, and 7 for each LINKS_AT_ONCE links. 2 more if students have another version of a quiz, 1 more for 500 new
    scores, and 1 for each changed one.
    With more than LINKS_A_MINUTE links, a round takes some of them, so that other periodic jobs do not wait: 3 queries.
    """
    links = (
        LtiLink.objects.exclude(line_item_url="")
        .filter(course__classroom__archived_at=None, course__deployment__platform__is_active=True)
        .select_related("assignment", "course")
        .order_by("pk")
    )
    parts = -(-links.count() // LINKS_A_MINUTE)
    if not parts:
        return
    if parts > 1:
        part = int(now.timestamp()) // 60 % parts
        links = links.annotate(part=models.F("pk") % parts).filter(Q(part=part) | _changed_lately(now))
    for some in batched(links, LINKS_AT_ONCE):
        _queue_scores_of(some, now)


def _changed_lately(now: datetime) -> Q:
    """The links whose scores are likely to have changed: students at work, a teacher's act, a close. 1 query."""
    since = now - LATELY
    newest = AuditEvent.objects.order_by("-pk").values_list("classroom", "at")[:NEWEST_EVENTS]
    at_work = Presence.objects.filter(seen_at__gt=since)
    return (
        Q(assignment__in=at_work.values("attempt__assignment"))
        | Q(assignment__classroom__in={classroom for classroom, at in newest if at > since and classroom is not None})
        | Q(assignment__closes_at__gt=since, assignment__closes_at__lte=now)
    )


def _queue_scores_of(links: Sequence[LtiLink], now: datetime) -> None:
    assignments = {link.assignment_id: link.assignment for link in links}
    versions = own_versions(list(assignments.values()))
    linked = set[tuple[int, int]]()
    if versions:
        # A version with a link of its own has a column of its own.
        courses = {link.course_id for link in links}
        linked = set(LtiLink.objects.filter(course__in=courses).values_list("course", "assignment"))
        assignments |= {quiz.pk: quiz for quiz in versions.values()}
    students = {
        link.pk: list(link.course.students.all())
        for link in LtiLink.objects.filter(pk__in=[link.pk for link in links]).prefetch_related(
            models.Prefetch("course__students", LtiStudent.objects.select_related("student").order_by("pk"))
        )
    }
    made = by_student_and_assignment(Attempt.objects.filter(assignment__in=assignments).with_left_class().order_by())
    overrides = load_overrides(assignment__in=assignments)
    closes = last_closes(list(assignments.values()))
    held = {(score.link_id, score.lti_student_id): score for score in LtiScore.objects.filter(link__in=links)}
    new = []
    for link in links:
        for learner in students[link.pk]:
            # The entry of the roster that has the work.
            student_id = learner.student.merged_into_id or learner.student_id
            quiz = versions.get((student_id, link.assignment_id), link.assignment)
            if (link.course_id, quiz.pk) in linked:
                quiz = link.assignment
            attempts = made.get((student_id, quiz.pk), [])
            due = _due(quiz, student_id, attempts, overrides, last_close=closes[quiz.pk], now=now)
            score = held.get((link.pk, learner.pk))
            if score is None and due is not None:
                new.append(LtiScore(link=link, lti_student=learner, changed_at=now, try_at=now, **_columns(due)))
            elif score is not None:
                _change(score, due or Due(None, None, Progress.NONE), now)
    # In the order of row ids on every machine: in different orders, two of them could deadlock.
    LtiScore.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)


def without_column(*, now: datetime) -> models.QuerySet[LtiLink]:
    """The links for which the site makes a column of the gradebook now, the oldest first: one for each assignment."""
    same = LtiLink.objects.filter(course=models.OuterRef("course"), assignment=models.OuterRef("assignment"))
    return (
        LtiLink.objects.filter(line_item_url="", course__classroom__archived_at=None)
        .exclude(line_items_url="")
        .filter(Q(item_try_at=None) | Q(item_try_at__lte=now), course__deployment__platform__is_active=True)
        .exclude(models.Exists(same.exclude(line_item_url="")))
        .exclude(models.Exists(same.filter(pk__lt=models.OuterRef("pk")).exclude(line_items_url="")))
        .select_related("assignment__edition__question_set", "course__deployment__platform")
        .order_by("pk")
    )


def claim_column(link: LtiLink, *, now: datetime) -> bool:
    """Whether this machine makes the column. Two that look for it at the same time would find none and make two."""
    tried_at, link.item_try_at = link.item_try_at, now + CLAIM
    free = _still_linked(link).filter(line_item_url="", item_try_at=tried_at)
    return bool(free.update(item_try_at=link.item_try_at))


def keep_column(link: LtiLink, url: str) -> None:
    """From now on, scores go to this column."""
    _still_linked(link).filter(line_item_url="").update(
        line_item_url=url, item_tries=0, item_try_at=None, item_error=""
    )


def column_failed(link: LtiLink, reason: str, *, now: datetime) -> None:
    """Try to make the column again later, each time after a longer pause."""
    pause = PAUSES[min(link.item_tries, len(PAUSES) - 1)]
    _still_linked(link).update(item_tries=models.F("item_tries") + 1, item_try_at=now + pause, item_error=reason[:200])


def _still_linked(link: LtiLink) -> models.QuerySet[LtiLink]:
    """The row of the link, unless a teacher has chosen another quiz for it since it was read."""
    return LtiLink.objects.filter(pk=link.pk, assignment=link.assignment_id)


def waiting(*, now: datetime) -> models.QuerySet[LtiScore]:
    """The scores to send now, the oldest first."""
    return (
        LtiScore.objects.filter(try_at__lte=now, link__course__deployment__platform__is_active=True)
        .select_related("link__course__deployment__platform", "lti_student")
        .order_by("try_at", "pk")
    )


def claim(score: LtiScore, *, now: datetime) -> bool:
    """Whether this machine sends the score. Then a round of another machine at the same time does not send it.

    Moodle and Open edX refuse a score that they have, so that it would count as failed. If this machine stops, the
    score is sent when the claim ends.
    """
    read_at, score.try_at = score.try_at, now + CLAIM
    return bool(LtiScore.objects.filter(pk=score.pk, try_at=read_at).update(try_at=score.try_at))


def mark_sent(score: LtiScore, *, now: datetime) -> None:
    """Note that the platform has this score, unless the score changed in the meantime."""
    LtiScore.objects.filter(pk=score.pk, changed_at=score.changed_at).update(
        sent_at=now, try_at=None, tries=0, error=""
    )


def mark_failed(score: LtiScore, reason: str, *, now: datetime) -> None:
    """Try again later, each time after a longer pause, unless the score changed or another machine sends it."""
    pause = PAUSES[min(score.tries, len(PAUSES) - 1)]
    LtiScore.objects.filter(pk=score.pk, try_at=score.try_at).update(
        tries=models.F("tries") + 1, try_at=now + pause, error=reason[:200]
    )


def retry(assignment: Assignment, *, now: datetime) -> int:
    """Send what failed at the next round; returns how many scores. Safe to repeat."""
    LtiLink.objects.filter(assignment=assignment).exclude(item_error="").update(item_try_at=now)
    return LtiScore.objects.filter(link__assignment=assignment).exclude(error="").update(try_at=now)


def send_state(assignment: Assignment) -> SendState | None:
    """How many scores the platform has; None if no link leads to the assignment. 1 query, 2 with failures."""
    with_points = Q(scores__points__isnull=False)
    counts = LtiLink.objects.filter(assignment=assignment).aggregate(
        links=Count("pk", distinct=True),
        sent=Count("scores", filter=with_points & Q(scores__try_at=None)),
        waiting=Count("scores", filter=with_points & Q(scores__try_at__isnull=False, scores__error="")),
        failed=Count("scores", filter=~Q(scores__error="")),
        column_error=models.Max("item_error", filter=Q(line_item_url="")),
    )
    if not counts["links"]:
        return None
    failed = (
        LtiScore.objects.filter(link__assignment=assignment)
        .exclude(error="")
        .order_by("lti_student__student__sort_key")
        .values_list("lti_student__student__display_name", "error")
        if counts["failed"]
        else ()
    )
    errors = tuple((name, shown_reason(error)) for name, error in failed)
    column_error = counts["column_error"]
    return SendState(counts["sent"], counts["waiting"], errors, shown_reason(column_error) if column_error else "")


def _due(
    assignment: Assignment,
    student_id: int,
    attempts: list[Attempt],
    overrides: Overrides,
    *,
    last_close: datetime | None,
    now: datetime,
) -> Due | None:
    """The score that counts now; None if nothing was turned in, the student is excused, or no question counts.

    A platform scales a score by its maximum, so that 0 of 0 points would be a 0 or an error there.
    """
    found = overrides.status(assignment, student_id, attempts, now=now)
    counting = found.counting_attempt
    if counting is None or found.status is Status.EXCUSED or not counting.max_score:
        return None
    shown_at = overrides.answers_shown_at(assignment, student_id, attempts, last_close=last_close)
    ended_at = overrides.attempts_ended_at(assignment, student_id, attempts)
    # The platform shows a score to the student at once.
    if not can_see_score(assignment, counting, shown_at=shown_at, ended_at=ended_at, now=now):
        return Due(None, counting.max_score, Progress.PENDING)
    if counting.ungraded_count:
        return Due(None, counting.max_score, Progress.MANUAL)
    return Due(counting.score, counting.max_score, Progress.GRADED)


# On SQLite, only transactions wait in the queue of writers.
@transaction.atomic
def _change(score: LtiScore, due: Due, now: datetime) -> None:
    columns = _columns(due)
    if any(getattr(score, name) != value for name, value in columns.items()):
        LtiScore.objects.filter(pk=score.pk).update(changed_at=now, try_at=now, tries=0, error="", **columns)


def _columns(due: Due) -> dict[str, Any]:
    return {"points": due.points, "max_points": due.max_points, "progress": due.progress}
