"""Regrades: change a key after publishing. Preview, apply and undo; stored grades never change."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from statistics import mean
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from quizzes.content.editions import published
from quizzes.content.question_types.registry import Shuffle
from quizzes.grading.points import Adjustments, AppliedRegrade, earned, score
from quizzes.grading.scores import adjustments, applied_regrade, rescore, values_of
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Question, Regrade, Student, User
from quizzes.models.attempts import AttemptQuerySet
from quizzes.models.locks import lock_rows, locked, locked_with_keys
from quizzes.models.reasons import ReasonKind, reason_detail

# By question key.
Regrades = Mapping[str, Sequence[AppliedRegrade]]


class StalePreview(Exception):
    """Attempts were submitted or keys changed after the preview. new_count: attempts that were not in it."""

    def __init__(self, new_count: int) -> None:
        super().__init__(new_count)
        self.new_count = new_count


@dataclass(frozen=True, slots=True)
class Preview:
    """What a regrade would do to the submitted attempts that reports count. It rescores the others too.

    gain_count, lose_count: how many score shares rise or fall. A dropped question takes points from the total too.
    mean_before, mean_after: the average share over those attempts, None without one. grades_kept: the attempts with a
    manual grade of the question that still counts. fewer_count: attempts, open ones too, that lack a wrong choice of
    the question. stamp: identifies the rows behind the preview; `apply` accepts only the current stamp.
    """

    attempt_count: int
    gain_count: int
    lose_count: int
    mean_before: Fraction | None
    mean_after: Fraction | None
    grades_kept: Sequence[Attempt]
    open_count: int
    fewer_count: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a student reads about one regrade of an attempt. Points are those of its question.

    Those of the whole attempt would have grades of other questions in them that came later.
    """

    question_key: str
    policy: str
    reason: str
    reason_kind: str
    made_at: datetime
    points_before: Fraction
    points_after: Fraction


def affected_assignments(edition: Edition, *, here: Classroom, by: User) -> list[Assignment]:
    """The assignments of an edition in this teacher's classrooms, which a regrade can change.

    here: the classroom of the page. Other archived classrooms keep the scores that they were archived with.
    """
    reached = _reached(here, by).filter(edition=edition)
    return list(reached.select_related("classroom").order_by("pk"))


def _reached(here: Classroom, by: User) -> QuerySet[Assignment]:
    return Assignment.objects.editable_by(by).filter(Q(classroom__archived_at=None) | Q(classroom=here))


def lock_affected(edition: Edition, *, here: Classroom, by: User) -> list[Assignment]:
    """`affected_assignments`, locked until the transaction ends, so that two requests run one after the other."""
    assignments = affected_assignments(edition, here=here, by=by)
    _lock(assignments)
    return assignments


def current_stamp(assignments: Sequence[Assignment]) -> str:
    """The stamp that a preview has now, for an `apply` without a page of a preview."""
    return _stamp(assignments, _submitted(_attempts(assignments)))


def preview(
    assignments: Sequence[Assignment], question: Question, *, policy: str, document: Mapping[str, Any] | None
) -> Preview:
    """What the regrade would change. It writes nothing."""
    # First, so that an attempt that is submitted during the preview makes it stale.
    stamp = current_stamp(assignments)
    counted = _attempts(assignments).in_reports()
    submitted = _submitted(counted)
    among = counted.submitted()
    before, values = adjustments(submitted, among=among), values_of(submitted, among=among)
    in_force = {attempt.assignment_id: before[attempt.pk].regrades for attempt in submitted}
    regrades = {
        pk: _with_one(applied, policy, document, edition_id=question.edition_id, key=question.key)
        for pk, applied in in_force.items()
    }
    after = {
        attempt.pk: Adjustments(regrades[attempt.assignment_id], before[attempt.pk].grades) for attempt in submitted
    }
    old_shares, new_shares = _shares(submitted, values, before), _shares(submitted, values, after)
    pairs = zip(old_shares, new_shares, strict=True)
    changes = [new - old for old, new in pairs if old is not None and new is not None]
    return Preview(
        attempt_count=len(submitted),
        gain_count=sum(change > 0 for change in changes),
        lose_count=sum(change < 0 for change in changes),
        mean_before=_mean(old_shares),
        mean_after=_mean(new_shares),
        grades_kept=[
            attempt
            for attempt in submitted
            if question.key in before[attempt.pk].grades and not after[attempt.pk].is_dropped(question.key)
        ],
        open_count=counted.open().count(),
        fewer_count=_fewer_count(counted, question),
        stamp=stamp,
    )


def _with_one(
    regrades: Regrades, policy: str, document: Mapping[str, Any] | None, *, edition_id: int, key: str
) -> Regrades:
    """The regrades in force, with one more of this question. policy, document: of its row."""
    earlier = regrades.get(key, ())
    made = applied_regrade(policy, document, edition_id=edition_id, key=key, earlier=earlier)
    return {**regrades, key: [*earlier, made]}


def _shares(
    attempts: Iterable[Attempt], values: Mapping[int, Mapping[str, Any]], adjusted: Mapping[int, Adjustments]
) -> list[Fraction | None]:
    """The score of each attempt as a share, 0 to 1; None if every question was dropped."""
    shares = []
    for attempt in attempts:
        questions = published(attempt.assignment.edition_id).document.questions
        points, possible = score(questions, values[attempt.pk], adjusted[attempt.pk])
        shares.append(Fraction(points) / possible if possible else None)
    return shares


def _mean(shares: Iterable[Fraction | None]) -> Fraction | None:
    """The average of the shares that are not None; None without one."""
    known = [share for share in shares if share is not None]
    return mean(known) if known else None


def _fewer_count(attempts: AttemptQuerySet, question: Question) -> int:
    """How many of the attempts show this question without one of its wrong choices."""
    document = published(question.edition_id).document
    asked = next(one for one in document.questions if one.key == question.key)
    if asked.with_fewer_choices(Shuffle("", is_shuffled=True)) == asked:
        return 0
    return attempts.filter(supports__has_key="fewer_choices").count()


@transaction.atomic
def apply(
    assignments: Sequence[Assignment],
    question: Question,
    *,
    policy: str,
    document: Mapping[str, Any] | None,
    reason: str,
    reason_kind: ReasonKind = ReasonKind.TYPED,
    stamp: str,
    group: uuid.UUID,
    by: User,
    now: datetime,
) -> list[Regrade]:
    """Record a regrade on each assignment and update the scores, in one transaction.

    group: an id from the form, so that a form sent twice regrades once. Raises StalePreview if `stamp` is out of date.
    An open attempt is scored with the new key when it is submitted.
    """
    _lock(assignments)
    regrades = list(Regrade.objects.filter(group=group))
    if regrades:
        return regrades
    submitted = _submitted(_attempts(assignments))
    if _stamp(assignments, submitted) != stamp:
        raise StalePreview(len(submitted) - _count_in(stamp))
    # Regrades apply in the order of their times. A clock that was set back must not put this one before older ones.
    newest = Regrade.objects.filter(assignment__in=assignments).aggregate(at=Max("made_at"))["at"]
    regrades = [
        Regrade(
            group=group,
            assignment=assignment,
            question=question,
            policy=policy,
            document=document,
            reason_kind=reason_kind,
            reason=reason,
            made_by=by,
            made_at=max(now, newest or now),
        )
        for assignment in assignments
    ]
    Regrade.objects.bulk_create(regrades)
    rescore(submitted)
    for regrade in regrades:
        _record(AuditEvent.Action.REGRADED, regrade, by=by, now=now)
    return regrades


def is_used(group: uuid.UUID) -> bool:
    """Whether a regrade with this id was made, undone or not."""
    return Regrade.objects.filter(group=group).exists()


@transaction.atomic
def undo(group: uuid.UUID, *, here: Classroom, by: User, now: datetime) -> int:
    """Undo a regrade where `affected_assignments` lets one reach, and rescore.

    Returns how many scores changed, of the attempts that reports count.
    """
    assignments = _reached(here, by).filter(regrades__group=group)
    _lock(assignments)
    in_force = Regrade.objects.in_force().filter(group=group, assignment__in=assignments)
    regrades = list(in_force.select_related("assignment__classroom", "question"))
    Regrade.objects.filter(pk__in=[regrade.pk for regrade in regrades]).update(undone_at=now, undone_by=by)
    attempts = _attempts([regrade.assignment for regrade in regrades])
    is_counted = Exists(attempts.in_reports().filter(pk=OuterRef("pk")))
    submitted = attempts.submitted().annotate(is_counted=is_counted).select_related("assignment").order_by("pk")
    changed = rescore(submitted)
    for regrade in regrades:
        _record(AuditEvent.Action.REGRADE_UNDONE, regrade, by=by, now=now)
    return sum(attempt.is_counted for attempt in changed)


def notices(attempt: Attempt) -> list[Notice]:
    """The regrades in force on this attempt, in the order made, with the points before and after each.

    attempt: with its assignment. Four queries.
    """
    questions = {question.key: question for question in published(attempt.assignment.edition_id).document.questions}
    grades = adjustments([attempt])[attempt.pk].grades
    values = values_of([attempt])[attempt.pk]
    applied: Regrades = {}
    result = []
    for regrade in attempt.assignment.regrades.in_force().select_related("question"):
        key = regrade.question.key
        question = questions[key]
        before = earned(question, values.get(key), Adjustments(applied, grades)).points
        edition_id = attempt.assignment.edition_id
        applied = _with_one(applied, regrade.policy, regrade.document, edition_id=edition_id, key=key)
        after = earned(question, values.get(key), Adjustments(applied, grades)).points
        result.append(Notice(key, regrade.policy, regrade.reason, regrade.reason_kind, regrade.made_at, before, after))
    return result


def _lock(assignments: Iterable[Assignment]) -> None:
    """Lock assignments and attempts, so that no attempt starts or is submitted until this transaction ends.

    An attempt submitted at the same time would be scored without this regrade, and never rescored. The students too,
    in the order of `quizzes.models.locks`: the grading queue also gives grades, which lock the student first.
    """
    pks = [assignment.pk for assignment in assignments]
    lock_rows(assignments=pks)
    attempts = Attempt.objects.filter(assignment__in=pks).order_by()
    students = Student.objects.filter(pk__in=attempts.values("student"))
    list(locked(students).order_by("pk").values_list("pk"))
    list(locked_with_keys(attempts).order_by("pk").values_list("pk"))


def _attempts(assignments: Sequence[Assignment]) -> AttemptQuerySet:
    return Attempt.objects.filter(assignment__in=assignments)


def _submitted(attempts: AttemptQuerySet) -> list[Attempt]:
    """The submitted ones, with their assignments and students."""
    return list(attempts.submitted().select_related("assignment", "student").order_by("pk"))


def _stamp(assignments: Sequence[Assignment], submitted: Sequence[Attempt]) -> str:
    """The number of attempts, and a digest of their scores and of the regrades in force."""
    in_force = Regrade.objects.in_force().filter(assignment__in=assignments).order_by("pk")
    parts = [f"{attempt.pk}:{attempt.score}" for attempt in submitted] + [
        f"r{pk}" for pk in in_force.values_list("pk", flat=True)
    ]
    return f"{len(submitted)}.{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:32]}"


def _count_in(stamp: str) -> int:
    count = stamp.partition(".")[0]
    return int(count) if count.isdecimal() else 0


def _record(action: str, regrade: Regrade, *, by: User, now: datetime) -> None:
    regrade.assignment.record_event(
        action,
        by=by,
        now=now,
        question=regrade.question.key,
        policy=regrade.policy,
        **reason_detail(reason_kind=regrade.reason_kind, reason=regrade.reason),
    )
