"""Scores, computed from answers, regrades and grades, and cached on the attempt."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any, NamedTuple, cast

from django.db import transaction
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery

from quizzes.caches import process_cache
from quizzes.content.editions import published, written_questions
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import parse_question
from quizzes.grading.new_keys import NEW_EXPLANATION, Document, document_after
from quizzes.grading.points import Adjustments, AppliedRegrade, Policy, score, ungraded_count
from quizzes.models import Answer, Attempt, ManualGrade, Regrade
from quizzes.models.attempts import AttemptQuerySet
from quizzes.models.locks import lock_rows, locked_with_keys
from quizzes.models.reasons import ReasonKind

# How many attempts `rescore_all` reads at a time.
BATCH = 200
# How many ids `rescore` sends with a query. SQLite takes up to 32,766 values.
MAX_IDS = 10_000


def adjustments(attempts: Sequence[Attempt], *, among: AttemptQuerySet | None = None) -> dict[int, Adjustments]:
    """The regrades and grades of each attempt, by attempt id. Two queries.

    among: a query that finds all of them, where they can be many. SQLite takes up to 32,766 ids, and thousands of
    them are slower than a subquery.
    """
    regrades = applied_regrades({attempt.assignment_id for attempt in attempts})
    grades: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = ManualGrade.objects.in_force().filter(attempt__in=_ids(attempts, among))
    for attempt_id, key, points in rows.values_list("attempt_id", "question__key", "points"):
        grades[attempt_id][key] = points
    return {attempt.pk: Adjustments(regrades[attempt.assignment_id], grades[attempt.pk]) for attempt in attempts}


def _ids(attempts: Sequence[Attempt], among: AttemptQuerySet | None) -> Sequence[int] | QuerySet[Any, Any]:
    # Without attempts, no query is sent.
    return [one.pk for one in attempts] if among is None or not attempts else among.order_by().values("pk")


def adjustments_of_answer(attempt_id: int, question_id: int, *, edition_id: int, key: str) -> Adjustments:
    """The regrades and the grade of one answer, as `adjustments` has them. edition_id, key: of its question.

    One query: a question page may have three.
    """
    made = FilteredRelation(
        "assignment__regrades",
        condition=Q(assignment__regrades__question=question_id, assignment__regrades__undone_at=None),
    )
    grades = ManualGrade.objects.in_force().filter(attempt=OuterRef("pk"), question=question_id).reverse()
    attempt = Attempt.objects.filter(pk=attempt_id).annotate(made=made, grade=Subquery(grades.values("points")[:1]))
    columns = "policy", "document", "reason", "reason_kind", "made_at"
    rows = attempt.order_by("made__made_at", "made__pk").values("grade", *(f"made__{name}" for name in columns))
    regrades: list[AppliedRegrade] = []
    for row in rows:
        stored = {name: row[f"made__{name}"] for name in columns}
        if stored["policy"] is not None:
            regrades.append(applied_regrade(edition_id=edition_id, key=key, earlier=regrades, **stored))
    grade = next((row["grade"] for row in rows), None)
    return Adjustments({key: regrades}, {} if grade is None else {key: grade})


def applied_regrades(assignment_ids: Iterable[int]) -> defaultdict[int, dict[str, list[AppliedRegrade]]]:
    """The regrades in force, by assignment id and question key, in the order made. One query."""
    regrades: defaultdict[int, dict[str, list[AppliedRegrade]]] = defaultdict(dict)
    in_force = Regrade.objects.in_force().filter(assignment__in=assignment_ids)
    columns = "policy", "document", "reason", "reason_kind", "made_at"
    rows = in_force.values("assignment_id", "assignment__edition_id", "question__key", *columns)
    for row in rows:
        key = row["question__key"]
        earlier = regrades[row["assignment_id"]].setdefault(key, [])
        stored = {name: row[name] for name in columns}
        earlier.append(applied_regrade(edition_id=row["assignment__edition_id"], key=key, earlier=earlier, **stored))
    return regrades


def applied_regrade(
    policy: str,
    document: Document | None,
    *,
    edition_id: int,
    key: str,
    earlier: Sequence[AppliedRegrade],
    reason: str = "",
    reason_kind: str = ReasonKind.TYPED,
    made_at: datetime | None = None,
) -> AppliedRegrade:
    """The regrade that a row stores. edition_id, key: of its question. The other values are its columns.

    earlier: the regrades of the question in force before it.
    """
    if document is None:
        return AppliedRegrade(cast(Policy, policy), reason=reason, reason_kind=reason_kind, made_at=made_at)
    stored = json.dumps(document, sort_keys=True)
    after, question = _after(edition_id, key, (*_stored(earlier), stored))
    explanation = str(after.get(NEW_EXPLANATION, ""))
    return AppliedRegrade(cast(Policy, policy), question, explanation, reason, reason_kind, made_at, stored)


def document_in_force(edition_id: int, key: str, regrades: Sequence[AppliedRegrade]) -> Document:
    """The document of a question with the key that counts. regrades: of the question, those in force."""
    stored = _stored(regrades)
    return _after(edition_id, key, stored)[0] if stored else written_questions(edition_id)[key]


def _stored(regrades: Sequence[AppliedRegrade]) -> tuple[str, ...]:
    return tuple(regrade.stored for regrade in regrades if regrade.stored)


# Every page with scores reads the regrades, and a question with many accepted answers is slow to parse.
@process_cache(maxsize=1000)
def _after(edition_id: int, key: str, stored: tuple[str, ...]) -> tuple[Document, Question]:
    """A question after regrades, as its document and parsed. stored: the JSON of their documents, at least one."""
    *earlier, newest = stored
    current = _after(edition_id, key, tuple(earlier))[0] if earlier else written_questions(edition_id)[key]
    document = document_after(current, json.loads(newest))
    return document, parsed(edition_id, document)


def parsed(edition_id: int, document: Document) -> Question:
    """The question of a document, in the languages of this edition; raises InvalidDocument."""
    first, *others = published(edition_id).document.languages
    return parse_question(document, others, first=first)


def values_of(attempts: Sequence[Attempt], *, among: AttemptQuerySet | None = None) -> dict[int, dict[str, Any]]:
    """The current values of each attempt, by attempt id and question key. One query. among: as for `adjustments`."""
    values: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    answers = Answer.objects.filter(attempt__in=_ids(attempts, among)).order_by()
    for attempt_id, key, value in answers.values_list("attempt_id", "question__key", "value"):
        values[attempt_id][key] = value
    return {attempt.pk: values[attempt.pk] for attempt in attempts}


class ScoreColumns(NamedTuple):
    """The columns of an attempt that cache its score. Their meaning: see the model."""

    score: Decimal
    max_score: int
    ungraded_count: int


def computed(
    attempts: Sequence[Attempt], *, adjusted: Mapping[int, Adjustments] | None = None
) -> dict[int, ScoreColumns]:
    """The score columns of each attempt, by attempt id. Three queries, or one with `adjusted`.

    attempts: with their assignments. adjusted: from `adjustments`, if they are loaded.
    """
    adjusted = adjusted or adjustments(attempts)
    values = values_of(attempts)
    columns = {}
    for attempt in attempts:
        given = published(attempt.assignment.edition_id).document.questions, values[attempt.pk], adjusted[attempt.pk]
        columns[attempt.pk] = ScoreColumns(*score(*given), ungraded_count(*given))
    return columns


def stored(attempt: Attempt) -> tuple[Decimal | None, int | None, int]:
    """The score columns as the row has them."""
    return attempt.score, attempt.max_score, attempt.ungraded_count


def lock_scores(attempts: Sequence[Attempt]) -> None:
    """Lock attempts, and read again which are submitted and their scores: another teacher may have changed both.

    Three queries. Raises RowDeleted.
    """
    lock_rows(students=[one.student_id for one in attempts], attempts=[one.pk for one in attempts])
    names = ("submitted_at", *ScoreColumns._fields)
    rows = {row["pk"]: row for row in Attempt.objects.filter(pk__in=[one.pk for one in attempts]).values("pk", *names)}
    for attempt in attempts:
        for name in names:
            setattr(attempt, name, rows[attempt.pk][name])


def rescore[A: Attempt](attempts: Iterable[A]) -> list[A]:
    """Update the score columns of submitted attempts; returns those with another score. Reads `MAX_IDS` at a time."""
    submitted = [attempt for attempt in attempts if not attempt.is_open]
    current = {pk: columns for some in batched(submitted, MAX_IDS) for pk, columns in computed(some).items()}
    changed = [attempt for attempt in submitted if stored(attempt) != current[attempt.pk]]
    changed_scores = [attempt for attempt in changed if stored(attempt)[:2] != current[attempt.pk][:2]]
    for attempt in changed:
        attempt.score, attempt.max_score, attempt.ungraded_count = current[attempt.pk]
    Attempt.objects.bulk_update(changed, ScoreColumns._fields, batch_size=500)
    return changed_scores


def rescore_all() -> int:
    """Update the scores of all submitted attempts while the site serves; returns how many scores changed.

    Reads without locks, and locks only the attempts whose score changes.
    """
    submitted = Attempt.objects.submitted().select_related("assignment").order_by("pk")
    changed_scores, last = 0, 0
    while batch := list(submitted.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        current = computed(batch)
        changed = [attempt.pk for attempt in batch if stored(attempt) != current[attempt.pk]]
        if changed:
            with transaction.atomic():
                # It leaves out attempts that were deleted since.
                changed_scores += len(rescore(locked_with_keys(submitted.filter(pk__in=changed))))
    return changed_scores
