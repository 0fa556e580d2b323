"""Late answers: which ones wait for a teacher, and how one accepts them or takes that back."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery

from quizzes.content.question_types.registry import Value
from quizzes.grading.manual_grades import replace_grades
from quizzes.grading.scores import lock_scores, rescore
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, User
from quizzes.models.attempts import is_excused
from quizzes.models.locks import locked

Outcome = AnswerEvent.Outcome
# The row ids of an attempt and a question.
Key = tuple[int, int]

# The home of a teacher reads the saves of these attempts only. A device is back online within a few days.
LATE_SHOWN_FOR = timedelta(days=14)
# The operation of an acceptance is this, the digest of the operation of the late event, and the revision.
_ACCEPTED = "accepted."
_ACCEPTANCE_LENGTH = len(_ACCEPTED) + 40


def accepted_late(events: Sequence[AnswerEvent]) -> set[int]:
    """The row ids of the late events that a teacher has accepted. events: of one attempt.

    They include its LATE, ACCEPTED and UNDONE ones.
    """
    late_of = _late_of_acceptances(events)
    changes: defaultdict[int, list[AnswerEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.pk):
        changes[event.question_id].append(event)
    in_force = [acceptance for own in changes.values() for acceptance in _in_force(own)]
    return {late_of[acceptance.pk].pk for acceptance in in_force if acceptance.pk in late_of}


def counts_late(events: Iterable[AnswerEvent], revisions: Mapping[int, int]) -> bool:
    """Whether an accepted late answer is still the current one. events: as for `accepted_late`.

    revisions: of the current answers, by question row id.
    """
    accepting = (event for event in events if event.outcome == Outcome.ACCEPTED or _is_back_to_accepted(event))
    return any(event.revision == revisions.get(event.question_id) for event in accepting)


def _in_force(events: Iterable[AnswerEvent]) -> list[AnswerEvent]:
    """The acceptances of late answers to one question that were not undone. The last one counts.

    events: of this question, the oldest first.
    """
    found: list[AnswerEvent] = []
    for event in events:
        if event.outcome == Outcome.ACCEPTED:
            found.append(event)
        elif _is_back_to_accepted(event):
            del found[-1:]
        elif event.outcome in {Outcome.SAVED, Outcome.UNDONE}:
            found.clear()
    return found


def _is_back_to_accepted(event: AnswerEvent) -> bool:
    """Whether the undo of an acceptance let the one before it count again: its operation names that one."""
    return event.outcome == Outcome.UNDONE and event.operation.startswith(_ACCEPTED)


def _late_of_acceptances(events: Iterable[AnswerEvent]) -> dict[int, AnswerEvent]:
    """The late event that each acceptance is about, by the row id of the acceptance. events: as for `accepted_late`.

    Acceptances of older versions name the late event by its row id, which differs in a copy of the attempt. They
    accepted the newest late answer to their question.
    """
    events = list(events)
    late = [event for event in events if event.outcome == Outcome.LATE]
    named = {_acceptance(event): event for event in late}
    found = {}
    for event in events:
        if event.outcome == Outcome.ACCEPTED:
            before = [one for one in late if one.question_id == event.question_id and one.at <= event.at]
            newest = max(before, key=lambda one: (one.at, one.pk), default=None)
            about = named.get(event.operation[:_ACCEPTANCE_LENGTH], newest)
            if about is not None:
                found[event.pk] = about
    return found


def waiting_late(events: Sequence[AnswerEvent], saved_at: Mapping[int, datetime | None]) -> dict[int, AnswerEvent]:
    """The late events that a teacher can accept, by question row id.

    It is the newest late answer to its question, is not accepted, and nothing was saved later. events: as for
    `accepted_late`. saved_at: of the current answers, by question row id.
    """
    late = sorted((event for event in events if event.outcome == Outcome.LATE), key=lambda event: (event.at, event.pk))
    newest = {event.question_id: event for event in late}
    accepted = accepted_late(events)
    return {
        question_id: event
        for question_id, event in newest.items()
        if event.pk not in accepted and (saved_at.get(question_id) or event.at) <= event.at
    }


def waiting_late_questions(attempt_id: int) -> set[int]:
    """The row ids of the questions with a late answer that a teacher can accept; one query."""
    answer = Answer.objects.filter(attempt=OuterRef("attempt"), question=OuterRef("question")).order_by()
    events = _late_events([attempt_id]).defer("value").annotate(saved_at=Subquery(answer.values("saved_at")[:1]))
    rows = list(events)
    return set(waiting_late(rows, {row.question_id: row.saved_at for row in rows}))


def has_late_to_accept(*, now: datetime) -> ExpressionWrapper:
    """Whether an attempt of the last `LATE_SHOWN_FOR` has a late answer that a teacher can accept, for `annotate`.

    The rule of `waiting_late`, as a part of a query over many attempts. A test compares the two. An excused
    student has none: accepted or not, the answer would not count.
    """
    same = {"attempt": OuterRef("attempt"), "question": OuterRef("question")}
    undone = AnswerEvent.objects.filter(**same, pk__gt=OuterRef("pk"), outcome=Outcome.UNDONE)
    # By row id: an answer that arrived before an acceptance may be written after it.
    accepted = AnswerEvent.objects.filter(~Exists(undone), **same, outcome=Outcome.ACCEPTED, pk__gt=OuterRef("pk"))
    newer = Answer.objects.filter(**same, saved_at__gt=OuterRef("at"))
    late = AnswerEvent.objects.filter(~Exists(accepted), ~Exists(newer), attempt=OuterRef("pk"), outcome=Outcome.LATE)
    waits = Q(submitted_at__gte=now - LATE_SHOWN_FOR) & Exists(late) & ~is_excused()
    return ExpressionWrapper(waits, output_field=BooleanField())


def attempts_with_late(assignment: Assignment, *, now: datetime) -> QuerySet[Attempt]:
    """The attempts with a late answer that a teacher can accept, of students whom reports count.

    Each has `late_at`: when its newest late answer came.
    """
    late_at = Max("events__at", filter=Q(events__outcome=Outcome.LATE))
    made = assignment.attempts.in_class()
    return made.annotate(has_late=has_late_to_accept(now=now), late_at=late_at).filter(has_late=True)


def accept_late(attempt: Attempt, *, by: User, now: datetime) -> int:
    """Count the newest late answer to each question; returns how many answers changed. Safe to repeat.

    A newer answer, saved in a reopened attempt, stays. An open attempt does not change. Each answer has the grades that
    it had before. attempt: with its assignment.
    """
    return accept_all_late([attempt], by=by, now=now)


@transaction.atomic
def accept_all_late(attempts: Sequence[Attempt], *, by: User, now: datetime) -> int:
    """`accept_late` for several attempts. The same number of queries for any number."""
    lock_scores(attempts)
    done = {attempt.pk: attempt for attempt in attempts if not attempt.is_open}
    answers = _answers_of(done.values())
    saved_at: defaultdict[int, dict[int, datetime | None]] = defaultdict(dict)
    for (attempt_id, question_id), answer in answers.items():
        saved_at[attempt_id][question_id] = answer.saved_at
    events = defaultdict[int, list[AnswerEvent]](list)
    for event in _late_events(done):
        events[event.attempt_id].append(event)
    waiting = {pk: found for pk in done if (found := waiting_late(events[pk], saved_at[pk]))}
    replacements = [
        Replacement(
            answers.get((pk, event.question_id)) or Answer(attempt_id=pk, question_id=event.question_id),
            event.value,
            event.at,
            _acceptance(event),
        )
        for pk, found in waiting.items()
        for event in found.values()
    ]
    _replace(replacements, _writes(waiting), outcome=Outcome.ACCEPTED, now=now)
    counts = {done[pk]: len(found) for pk, found in waiting.items()}
    rescore(counts)
    _record(AuditEvent.Action.LATE_ACCEPTED, counts, by=by, now=now)
    return len(replacements)


@transaction.atomic
def undo_accept_late(attempt: Attempt, *, accepted_at: datetime | None = None, by: User, now: datetime) -> int:
    """Restore the answers from before accepted late answers; returns how many answers changed. Safe to repeat.

    A newer answer, saved in a reopened attempt, stays. An open attempt does not change. Each answer has the grades that
    it had before. attempt: with its assignment. accepted_at: of the acceptance to undo, so that those of other
    questions stay, and an earlier one of the same question counts again; None for all.
    """
    lock_scores([attempt])
    if attempt.is_open:
        return 0
    answers = _answers_of([attempt])
    writes, late_of = _writes([attempt.pk]), _late_of_acceptances(_late_events([attempt.pk]))
    accepted = {
        key: in_force
        for key, events in writes.items()
        if (in_force := _in_force(events)) and accepted_at in (None, in_force[-1].at)
    }
    replacements = []
    for key, in_force in accepted.items():
        restored = next((event for event in reversed(writes[key]) if event.outcome == Outcome.SAVED), None)
        cause = f"undone.{key[1]}"
        if accepted_at is not None and len(in_force) > 1:
            earlier = in_force[-2]
            restored, cause = late_of.get(earlier.pk, earlier), earlier.operation[:_ACCEPTANCE_LENGTH]
        value, saved_at = (restored.value, restored.at) if restored is not None else (None, None)
        replacements.append(Replacement(answers[key], value, saved_at, cause))
    if replacements:
        _replace(replacements, writes, outcome=Outcome.UNDONE, now=now)
        rescore([attempt])
        _record(AuditEvent.Action.LATE_UNDONE, {attempt: len(accepted)}, by=by, now=now)
    return len(accepted)


class Replacement(NamedTuple):
    """Another value of an answer. cause: the start of the operation in the log."""

    answer: Answer
    value: Value
    saved_at: datetime | None
    cause: str


def _answers_of(attempts: Iterable[Attempt]) -> dict[Key, Answer]:
    """The current answers, locked. One query."""
    answers = locked(Answer.objects.filter(attempt__in=[attempt.pk for attempt in attempts])).order_by("pk")
    return {(answer.attempt_id, answer.question_id): answer for answer in answers}


def _writes(attempts: Iterable[int]) -> dict[Key, list[AnswerEvent]]:
    """What changed each answer, the oldest first. attempts: their ids. One query."""
    writes: defaultdict[Key, list[AnswerEvent]] = defaultdict(list)
    counted = AnswerEvent.objects.filter(attempt__in=list(attempts), outcome__in=AnswerEvent.COUNTED)
    for event in counted.order_by("pk"):
        writes[event.attempt_id, event.question_id].append(event)
    return dict(writes)


def _replaced_at(value: Value, writes: Sequence[AnswerEvent]) -> datetime | None:
    """When this value of an answer was replaced, so that its grades can count again; None if they can't.

    writes: of the answer. A save of the student ends what can count again.
    """
    before = [None, *(event.value for event in writes)]
    for event, replaced in zip(reversed(writes), reversed(before[:-1]), strict=True):
        if event.outcome == Outcome.SAVED:
            break
        if replaced == value:
            return event.at
    return None


def _replace(
    replacements: Sequence[Replacement], writes: Mapping[Key, Sequence[AnswerEvent]], *, outcome: Outcome, now: datetime
) -> None:
    """Store other values as the next revisions of answers, and log them. They are of no operation of a page.

    The grades of each value count from now on, and no others; a grade of the same value stays. writes: of the answers.
    The revision makes the operation in the log another one after each undo.
    """
    replaced = {}
    for answer, value, _, _ in replacements:
        key = (answer.attempt_id, answer.question_id)
        if answer.value != value:
            replaced[key] = _replaced_at(value, writes.get(key, []))
    replace_grades(replaced, now=now)
    for answer, value, saved_at, _ in replacements:
        answer.value, answer.saved_at = value, saved_at
        answer.revision, answer.operation = answer.revision + 1, ""
    stored = [answer for answer, *_ in replacements if answer.pk is not None]
    Answer.objects.bulk_create([answer for answer, *_ in replacements if answer.pk is None])
    Answer.objects.bulk_update(stored, ["value", "saved_at", "revision", "operation"])
    AnswerEvent.objects.bulk_create(
        [
            AnswerEvent(
                attempt_id=answer.attempt_id,
                question_id=answer.question_id,
                operation=f"{cause}.{answer.revision}",
                value=value,
                revision=answer.revision,
                outcome=outcome,
                at=now,
            )
            for answer, value, _, cause in replacements
        ]
    )


def _record(action: str, counts: Mapping[Attempt, int], *, by: User, now: datetime) -> None:
    """Log an action on attempts. counts: of the answers that it changed."""
    rows = [
        (attempt.classroom_id, attempt.student, {"attempt": attempt.public_id, "answers": count})
        for attempt, count in counts.items()
    ]
    AuditEvent.objects.record_each(action, rows, actor=by, at=now)


def _late_events(attempts: Iterable[int]) -> QuerySet[AnswerEvent]:
    outcomes = [Outcome.LATE, Outcome.ACCEPTED, Outcome.UNDONE]
    return AnswerEvent.objects.filter(attempt__in=list(attempts), outcome__in=outcomes).order_by("at", "pk")


def _acceptance(event: AnswerEvent) -> str:
    """The start of the operation that accepts this late event. Its own one is the same in each copy of the attempt."""
    return f"{_ACCEPTED}{hashlib.sha256(event.operation.encode()).hexdigest()[:40]}"
