"""Compare the stored rows with `tools.simulate.model`, and with a recomputation from the stored log.

These are invariants I1 to I5 of docs/promises.md: no acknowledged answer is lost, the log explains each current
answer, a score follows from answers, regrades and grades, nothing late counts, and no operation is logged twice.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from quizzes.assignments.status import Status
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.integrity import check_integrity
from quizzes.content.editions import published
from quizzes.grading.regrades import notices
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, AnswerEvent, Attempt, Classroom, Edition, ManualGrade, Regrade
from quizzes.reports import gradebook
from quizzes.reports.attempt_review import review_content
from tools.simulate.model import Ledger
from tools.simulate.model_points import points_of, total
from tools.simulate.model_rows import ModelAssignment, ModelAttempt

# Choices and lines are named by letters in the order of the document.
CHOICES = "abcdef"


class Event(NamedTuple):
    """A row of the log. question: its key."""

    question: str
    value: Any
    revision: int
    outcome: str
    at: datetime
    operation: str


def check_stored(ledger: Ledger, rows: Mapping[int, ModelAttempt], documents: Mapping[int, Any]) -> None:
    """Compare all stored rows with the model. rows: by attempt id. documents: as published, by edition id."""
    attempts = {row.pk: row for row in Attempt.objects.select_related("assignment")}
    assert attempts.keys() == rows.keys()
    answers: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.all():
        answers[answer.attempt_id][answer.question_id] = answer
    asked = {pk: key for edition in documents for key, pk in published(edition).question_ids.items()}
    events: defaultdict[int, list[Event]] = defaultdict(list)
    columns = ("question_id", "value", "revision", "outcome", "at", "operation")
    for attempt_id, question_id, *others in AnswerEvent.objects.order_by("pk").values_list("attempt_id", *columns):
        events[attempt_id].append(Event(asked[question_id], *others))
    adjusted = adjustments(list(attempts.values()))
    from_log = _recomputed(documents, attempts, events)
    for pk, row in attempts.items():
        model = rows[pk]
        check_attempt(row, model)
        stored = {asked[question_id]: (answer.value, answer.revision) for question_id, answer in answers[pk].items()}
        assert stored == model.answers
        _check_log(model, events[pk])
        if row.is_open:
            assert (row.score, row.max_score) == (None, None)
            continue
        assert (row.score, row.max_score) == from_log[pk] == ledger.score(model), f"attempt {pk}"
        # The pages of the student and the teacher show the same sum.
        reviewed = review_content(content_of(row), answers[pk], adjusted[pk])
        assert row.score == _rounded(sum((item.earned for item in reviewed.questions), Fraction(0)))
        assert row.max_score == sum(item.possible for item in reviewed.questions)


def check_at_rest(documents: Mapping[int, Any]) -> None:
    """Check that no edition changed and that `check_integrity` finds nothing. documents: as published, by id."""
    assert dict(Edition.objects.values_list("pk", "document")) == documents
    for finding in check_integrity():
        assert finding.broken == (), finding


def check_notices(ledger: Ledger, row: Attempt, model: ModelAttempt) -> None:
    """Check that the notices of regrades have the points of their questions before and after each."""
    in_force = [made for made in model.model_assignment.model_regrades if not made.undone]
    if row.is_open or not in_force:
        return
    shown = notices(row)
    assert [(notice.question_key, notice.policy) for notice in shown] == [
        (made.question, made.policy) for made in in_force
    ]
    keys = ledger.editions[model.model_assignment.edition]
    values = {question: value for question, (value, _) in model.answers.items()}
    applied: list[tuple[str, str, Any]] = []
    for made, notice in zip(in_force, shown, strict=True):
        before = points_of(made.question, keys, values, applied, model.grades)[0]
        applied.append((made.question, made.policy, made.key))
        after = points_of(made.question, keys, values, applied, model.grades)[0]
        assert (notice.points_before, notice.points_after) == (before, after)


def check_gradebook(
    classroom: Classroom, ledger: Ledger, model_assignments: Mapping[int, ModelAssignment], *, now: datetime
) -> None:
    """Check that each cell shows the score of the counting attempt. model_assignments: by assignment id."""
    book = gradebook.gradebook(classroom, now=now)
    for row in book.rows:
        for column, cell in zip(book.columns, row.cells, strict=True):
            model_assignment = model_assignments[column.assignment.pk]
            done = [
                model_attempt
                for model_attempt in ledger.of(model_assignment, row.student.pk)
                if model_attempt.submitted is not None
            ]
            if row.student.pk in model_assignment.excused:
                assert (cell.status, cell.score) == (Status.EXCUSED, None)
            elif not done:
                assert cell.score is None
            else:
                scores = [ledger.score(model_attempt) for model_attempt in done]
                shares = [points / possible if possible else Decimal(0) for points, possible in scores]
                place = {"first": 0, "latest": -1, "best": shares.index(max(shares))}[model_assignment.policy]
                assert (cell.score, cell.max_score) == scores[place]


def check_attempt(row: Attempt, model: ModelAttempt) -> None:
    assert (row.number, row.student_id, row.started_at) == (model.number, model.student, model.started)
    assert (row.time_limit, row.deadline_at) == (model.limit, model.ends)
    if model.submitted is None:
        assert (row.submitted_at, row.submitted_by, row.receipt) == (None, "", None)
    else:
        # Each submission makes one receipt.
        assert (row.submitted_at, row.submitted_by, row.receipt) == (*model.submitted, model.receipts[-1])
        assert len(set(model.receipts)) == len(model.receipts)


def _check_log(model: ModelAttempt, events: list[Event]) -> None:
    logged = [event[:-1] for event in events]
    assert logged == [(entry.question, entry.value, entry.revision, entry.outcome, entry.at) for entry in model.log]
    assert len({event.operation for event in events}) == len(events)


def _recomputed(
    documents: Mapping[int, Any], attempts: Mapping[int, Attempt], events: Mapping[int, list[Event]]
) -> dict[int, tuple[Decimal, int]]:
    """(points, possible) by attempt id, from the log, the regrades and the grades only."""
    model_regrades: defaultdict[int, list[tuple[str, str, Any]]] = defaultdict(list)
    for regrade in Regrade.objects.in_force().select_related("question"):
        key = _key_of(regrade.document) if regrade.document is not None else None
        model_regrades[regrade.assignment_id].append((regrade.question.key, regrade.policy, key))
    grades: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for grade in ManualGrade.objects.in_force().select_related("question"):
        grades[grade.attempt_id][grade.question.key] = grade.points
    scores = {}
    for pk, row in attempts.items():
        values: dict[str, Any] = {}
        for event in sorted(events[pk], key=lambda event: event.revision):
            if event.outcome in {"saved", "accepted", "undone"}:
                values[event.question] = event.value
        keys = {table["key"]: _key_of(table) for table in documents[row.assignment.edition_id]["questions"]}
        scores[pk] = total(keys, values, model_regrades[row.assignment_id], grades[pk])
    return scores


def _key_of(table: Mapping[str, Any]) -> Any:
    """The correct answer of a question's document, as an answer's value."""
    choices = table.get("choices", [])
    right = [letter for letter, choice in zip(CHOICES, choices, strict=False) if choice.get("key")]
    match table["type"]:
        case "single":
            return right[0]
        case "multiple":
            return right
        case "who_says_so":
            return {letter: line["voice"] for letter, line in zip(CHOICES, table["statements"], strict=False)}
    return table["key_sentences"]


def _rounded(points: Fraction) -> Decimal:
    return Decimal(math.floor(points * 10_000 + Fraction(1, 2))) / 10_000
