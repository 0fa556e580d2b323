"""Regrades: correct a key after publishing. Preview, apply, undo; nothing is overwritten and no mark is touched."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import mean
from typing import Any

from django.db import transaction

from quizzes.content.editions import published
from quizzes.content.question_types.question import Question as SetQuestion
from quizzes.content.question_types.question import Value
from quizzes.content.question_types.registry import regraded
from quizzes.grading.points import Adjustments, Correction, score
from quizzes.grading.scores import adjustments, correction, rescore, values_of
from quizzes.models import Assignment, Attempt, AuditEvent, Edition, Question, Regrade, User

Policy = Regrade.Policy


class StalePreview(Exception):
    """Attempts were handed in, or keys corrected, since the preview. new_count: attempts that were not in it."""

    def __init__(self, new_count: int) -> None:
        super().__init__(new_count)
        self.new_count = new_count


@dataclass(frozen=True, slots=True)
class Preview:
    """What a regrade would do to the attempts handed in so far.

    mean_before, mean_after: in points over those attempts, None without any. grades_kept: answers whose mark stands.
    stamp: names the state that the preview rests on; `apply` refuses another one.
    """

    attempt_count: int
    gain_count: int
    lose_count: int
    mean_before: Decimal | None
    mean_after: Decimal | None
    grades_kept: int
    open_count: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a student is told of one regrade that reaches an attempt; points are those of the whole attempt."""

    question_key: str
    policy: str
    reason: str
    made_at: datetime
    points_before: Decimal
    points_after: Decimal


def affected_assignments(edition: Edition, *, by: User) -> list[Assignment]:
    """The assignments that a teacher's regrade of an edition reaches: those of the teacher's classrooms."""
    return list(Assignment.objects.taught_by(by).filter(edition=edition).select_related("classroom").order_by("pk"))


def corrected_document(edition: Edition, question: Question | SetQuestion, value: Value) -> dict[str, Any]:
    """The question's document with `value`, given as an answer, as its key; raises InvalidDocument."""
    document = next(table for table in edition.document["questions"] if table["key"] == question.key)
    return regraded(document, value)


def preview(
    assignments: Sequence[Assignment], question: Question, *, policy: str, document: Mapping[str, Any] | None
) -> Preview:
    """What the regrade would change; it writes nothing."""
    done, open_count = _attempts(assignments)
    adjusted = adjustments(done)
    extra = correction(policy, document)
    values = values_of(done)
    before, after = [], []
    grades_kept = 0
    for attempt in done:
        own = adjusted[attempt.pk]
        grades_kept += question.key in own.marks
        corrections = {**own.corrections, question.key: [*own.corrections.get(question.key, ()), extra]}
        content = published(attempt.assignment.edition_id).document
        before.append(score(content.questions, values[attempt.pk], own)[0])
        after.append(score(content.questions, values[attempt.pk], Adjustments(corrections, own.marks))[0])
    changes = [new - old for old, new in zip(before, after, strict=True)]
    return Preview(
        attempt_count=len(done),
        gain_count=sum(change > 0 for change in changes),
        lose_count=sum(change < 0 for change in changes),
        mean_before=mean(before) if before else None,
        mean_after=mean(after) if after else None,
        grades_kept=grades_kept,
        open_count=open_count,
        stamp=_stamp(assignments, done),
    )


@transaction.atomic
def apply(
    assignments: Sequence[Assignment],
    question: Question,
    *,
    policy: str,
    document: Mapping[str, Any] | None,
    reason: str,
    stamp: str,
    group: uuid.UUID,
    by: User,
    now: datetime,
) -> list[Regrade]:
    """Record a regrade on each assignment and bring the scores up to date, all or nothing.

    group: named by the form, so that sending it twice regrades once. Raises StalePreview when `stamp` is not of now.
    Open attempts get the correction when they are handed in, since every score is computed with it.
    """
    _hold(assignments)
    made = list(Regrade.objects.filter(group=group))
    if made:
        return made
    done, _ = _attempts(assignments)
    if _stamp(assignments, done) != stamp:
        raise StalePreview(len(done) - _count_in(stamp))
    made = [
        Regrade(
            group=group,
            assignment=assignment,
            question=question,
            policy=policy,
            document=document,
            reason=reason,
            made_by=by,
            made_at=now,
        )
        for assignment in assignments
    ]
    Regrade.objects.bulk_create(made)
    rescore(done)
    for regrade in made:
        _record(AuditEvent.Action.REGRADED, regrade, by=by, now=now)
    return made


@transaction.atomic
def undo(group: uuid.UUID, *, by: User, now: datetime) -> int:
    """Take a regrade back where the teacher teaches: scores are again what they were without it.

    Returns how many scores changed.
    """
    own = Assignment.objects.taught_by(by).filter(regrades__group=group)
    _hold(own)
    in_force = Regrade.objects.filter(group=group, undone_at=None, assignment__in=own)
    regrades = list(in_force.select_related("assignment__classroom", "question"))
    Regrade.objects.filter(pk__in=[regrade.pk for regrade in regrades]).update(undone_at=now, undone_by=by)
    done, _ = _attempts([regrade.assignment for regrade in regrades])
    changed = rescore(done)
    for regrade in regrades:
        _record(AuditEvent.Action.REGRADE_UNDONE, regrade, by=by, now=now)
    return changed


def notices(attempt: Attempt) -> list[Notice]:
    """The regrades in force that reach this attempt, in the order made, with the points before and after each.

    attempt: with its assignment. Four statements.
    """
    content = published(attempt.assignment.edition_id).document
    own = adjustments([attempt])[attempt.pk]
    values = values_of([attempt])[attempt.pk]
    applied: dict[str, list[Correction]] = {}
    found = []
    for regrade in attempt.assignment.regrades.filter(undone_at=None).select_related("question"):
        before = score(content.questions, values, Adjustments(applied, own.marks))[0]
        key = regrade.question.key
        applied = {**applied, key: [*applied.get(key, []), correction(regrade.policy, regrade.document)]}
        after = score(content.questions, values, Adjustments(applied, own.marks))[0]
        found.append(Notice(key, regrade.policy, regrade.reason, regrade.made_at, before, after))
    return found


def _hold(assignments: Iterable[Assignment]) -> None:
    """Keep attempts of these assignments from being begun or handed in until this transaction ends.

    An attempt handed in meanwhile would be scored without what this transaction decides, and not be scored again.
    """
    pks = [assignment.pk for assignment in assignments]
    list(Assignment.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    list(Attempt.objects.select_for_update().filter(assignment__in=pks).order_by("pk").values_list("pk"))


def _attempts(assignments: Sequence[Assignment]) -> tuple[list[Attempt], int]:
    of_these = Attempt.objects.filter(assignment__in=assignments)
    done = of_these.submitted().select_related("assignment").order_by("pk")
    return list(done), of_these.open().count()


def _stamp(assignments: Sequence[Assignment], done: Sequence[Attempt]) -> str:
    """The number of attempts, and a digest of their scores and of the regrades in force."""
    in_force = Regrade.objects.filter(assignment__in=assignments, undone_at=None).order_by("pk")
    parts = [f"{attempt.pk}:{attempt.score}" for attempt in done] + [
        f"r{pk}" for pk in in_force.values_list("pk", flat=True)
    ]
    return f"{len(done)}.{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:32]}"


def _count_in(stamp: str) -> int:
    count = stamp.partition(".")[0]
    return int(count) if count.isdecimal() else 0


def _record(action: str, regrade: Regrade, *, by: User, now: datetime) -> None:
    AuditEvent.objects.record(
        action,
        actor=by,
        classroom=regrade.assignment.classroom,
        at=now,
        assignment=regrade.assignment.public_id,
        question=regrade.question.key,
        policy=regrade.policy,
        reason=regrade.reason,
    )
