"""Attempts: start, submit, reopen, and submit those whose time is over."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists

from quizzes.assignments.accommodations import extend
from quizzes.assignments.deadlines import WindowState, cutoff, deadline, is_over
from quizzes.assignments.student_settings import personal_window, student_settings
from quizzes.attempts.attempt_content import AttemptContent
from quizzes.grading.scores import computed
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Student, User
from quizzes.models.public_ids import new_receipt


class NotOpenYet(Exception):
    """The assignment has not opened."""


class AssignmentClosed(Exception):
    """The assignment has closed."""


class IsExcused(Exception):
    """The student is excused and has no open attempt."""


class NoAttemptsLeft(Exception):
    """The student has used every attempt that the assignment allows."""


class StillOpen(Exception):
    """The student is at work on another attempt of this assignment."""


class NoTimeLeft(Exception):
    """The attempt had run out of time and was given no more."""


def start_attempt(student: Student, assignment: Assignment, *, now: datetime) -> Attempt:
    """The student's open attempt, a new one where there is none; asking twice begins once.

    Raises IsExcused, NotOpenYet, AssignmentClosed or NoAttemptsLeft.
    """
    attempts = list(assignment.attempts.made_by(student.pk).order_by("number"))
    for attempt in attempts:
        if attempt.is_open:
            if not is_over(at=now, deadline_at=attempt.deadline_at):
                return attempt
            submit_attempt(attempt, now=now)
    terms = student_settings(assignment, student)
    if terms.is_excused:
        raise IsExcused
    match terms.window.state(at=now):
        case WindowState.NOT_OPEN:
            raise NotOpenYet
        case WindowState.CLOSED:
            raise AssignmentClosed
    if terms.max_attempts is not None and len(attempts) >= terms.max_attempts:
        raise NoAttemptsLeft
    try:
        with transaction.atomic():
            return Attempt.objects.create(
                assignment=assignment,
                student=student,
                classroom_id=assignment.classroom_id,
                number=len(attempts) + 1,
                shuffle_questions=assignment.shuffle_questions,
                shuffle_choices=assignment.shuffle_choices,
                time_limit=terms.time_limit,
                started_at=now,
                deadline_at=deadline(started_at=now, time_limit=terms.time_limit, closes_at=terms.window.closes_at),
            )
    except IntegrityError:
        return assignment.attempts.made_by(student.pk).latest("number")


def submit_attempt(attempt: Attempt, *, now: datetime) -> Attempt:
    """Hand in once: receipt and score are made by the first call, later calls change nothing.

    After the deadline and its grace the attempt counts as handed in at the deadline.
    """
    at, by = now, Attempt.SubmittedBy.STUDENT
    if attempt.deadline_at is not None and is_over(at=now, deadline_at=attempt.deadline_at):
        at, by = attempt.deadline_at, Attempt.SubmittedBy.DEADLINE
    # Where it is the end that hands in, the end must still be that one: a teacher may be moving it.
    still = {"deadline_at": attempt.deadline_at} if by == Attempt.SubmittedBy.DEADLINE else {}
    with transaction.atomic():
        is_closed_now = _close(attempt, at=at, by=by, still=still)
    if not is_closed_now:
        attempt.refresh_from_db(fields=["deadline_at", "submitted_at", "submitted_by", "receipt", "score", "max_score"])
    return attempt


@transaction.atomic
def reopen(attempt: Attempt, *, more_time: timedelta | None, reason: str, by: User, now: datetime) -> Attempt:
    """Let a student go on with a handed-in attempt: answers stay, and so does the time that was left.

    more_time: on top of what was left of a time limit, or past the close; needed where the time had run out. What is
    granted past the close is an extension for this student. Raises StillOpen when the student is at work on another
    attempt of the assignment, NoTimeLeft when there would be no time to work in.
    """
    attempt.refresh_from_db(from_queryset=Attempt.objects.select_for_update())
    if attempt.is_open:
        return attempt
    extension = attempt.assignment.extensions.filter(student=attempt.student_id).first()
    closes_at = personal_window(attempt.assignment, extension).closes_at
    ends = _end_when_reopened(attempt, more_time or timedelta(0), closes_at=closes_at, now=now)
    if ends is not None and ends <= now:
        raise NoTimeLeft
    receipt = attempt.receipt
    attempt.submitted_at, attempt.submitted_by, attempt.receipt = None, "", None
    attempt.score, attempt.max_score = None, None
    attempt.deadline_at = ends
    if attempt.time_limit is not None and ends is not None:
        # Counted from the beginning as before, so that no later change of terms takes away what was granted.
        attempt.time_limit = ends - attempt.started_at
    try:
        with transaction.atomic():
            attempt.save(
                update_fields=[
                    "submitted_at",
                    "submitted_by",
                    "receipt",
                    "score",
                    "max_score",
                    "deadline_at",
                    "time_limit",
                ]
            )
    except IntegrityError as error:
        raise StillOpen from error
    if ends is not None and closes_at is not None and ends > closes_at:
        extend(
            attempt.assignment,
            attempt.student,
            due_at=extension.due_at if extension is not None else None,
            closes_at=ends,
            extra_attempts=extension.extra_attempts if extension is not None else 0,
            reason=reason,
            by=by,
            now=now,
        )
    AuditEvent.objects.record(
        AuditEvent.Action.ATTEMPT_REOPENED,
        actor=by,
        classroom=attempt.classroom,
        student=attempt.student,
        at=now,
        attempt=attempt.public_id,
        reason=reason,
        receipt=receipt,
    )
    return attempt


def submit_overdue(now: datetime) -> int:
    """Hand in every attempt whose time and grace have ended; returns how many. Run it every few seconds."""
    overdue = list(Attempt.objects.overdue(before=cutoff(now)).select_related("assignment"))
    for attempt in overdue:
        submit_attempt(attempt, now=now)
    return len(overdue)


def resume_number(content: AttemptContent, answers: Iterable[Answer]) -> int:
    """The place (from 1) to go on from: the first unanswered after the one saved last."""
    given = {answer.question_id: answer for answer in answers if answer.value is not None}
    ids = [content.question_id(question) for question in content.questions]
    last = max(given.values(), key=lambda answer: (answer.saved_at, answer.pk), default=None)
    start = ids.index(last.question_id) + 1 if last is not None else 0
    for place in [*range(start, len(ids)), *range(start)]:
        if ids[place] not in given:
            return place + 1
    return len(ids)


def _end_when_reopened(
    attempt: Attempt, more_time: timedelta, *, closes_at: datetime | None, now: datetime
) -> datetime | None:
    if attempt.deadline_at is None or attempt.submitted_at is None:
        return None
    if attempt.time_limit is not None:
        return now + max(timedelta(0), attempt.deadline_at - attempt.submitted_at) + more_time
    # Without a limit there is time until the close, where there still is one.
    return None if closes_at is None else max(closes_at, now + more_time)


def _close(attempt: Attempt, *, at: datetime, by: str, still: Mapping[str, Any]) -> bool:
    """Whether this call closed it; the attempt then says so itself. still: what must hold of its row."""
    # The first statement takes the row, so that a save on another connection is before it or too late.
    mine = list(
        Attempt.objects.select_for_update()
        .open()
        .order_by()
        .filter(pk=attempt.pk, **still)
        .values_list("pk", flat=True)
    )
    if not mine:
        return False
    points, possible = computed([attempt])[attempt.pk]
    while True:
        closed = {
            "submitted_at": at,
            "submitted_by": by,
            "receipt": new_receipt(),
            "score": points,
            "max_score": possible,
        }
        is_free = ~Exists(Attempt.objects.filter(receipt=closed["receipt"]))
        if Attempt.objects.filter(is_free, pk=attempt.pk).update(**closed):
            break
    for name, value in closed.items():
        setattr(attempt, name, value)
    return True
