"""Breaks of a student that stop the clock of a timed attempt, at most as long as the student's supports allow."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from quizzes.assignments.accommodations import set_deadlines
from quizzes.assignments.deadlines import Breaks, is_over
from quizzes.assignments.supports import Supports
from quizzes.models import Attempt
from quizzes.models.locks import lock_rows, locked, read_row


def start_break(attempt_id: int, *, now: datetime) -> None:
    """Stop the clock of an open attempt until the student comes back or the allowance is used up. Safe to repeat.

    Nothing changes in a pause, without a time limit, after the end of the time, or if no break is left.
    """

    def started(attempt: Attempt, breaks: Breaks) -> Breaks:
        is_running = attempt.deadline_at is not None and now < attempt.deadline_at
        if attempt.time_limit is None or attempt.assignment.paused_at is not None or not is_running:
            return breaks
        return breaks.started(at=now, allowance=allowance(Supports.of(attempt.supports)))

    _change(attempt_id, started, now=now)


def end_break(attempt_id: int, *, now: datetime) -> None:
    """End a student's break; the rest of it stays for later. Safe to repeat.

    In a pause, what is left is what was left when the pause began.
    """

    def ended(attempt: Attempt, breaks: Breaks) -> Breaks:
        return breaks.ended(at=attempt.assignment.paused_at or now)

    _change(attempt_id, ended, now=now)


def allowance(supports: Supports) -> timedelta:
    """How long all breaks of an attempt with these supports may be."""
    return timedelta(minutes=supports.break_minutes)


def breaks_of(attempt: Attempt) -> Breaks:
    """The breaks that the attempt's row has."""
    return Breaks(attempt.break_time, attempt.break_ends_at)


def is_on_break(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the student is on a break. During a pause of the quiz: whether they were when the pause began."""
    return breaks_of(attempt).is_on(at=attempt.assignment.paused_at or now)


def earliest_end(attempt: Attempt, *, now: datetime) -> datetime | None:
    """When the attempt ends if its break stops now; outside a break, its deadline. That counts the whole break."""
    if attempt.deadline_at is None or attempt.time_limit is None or not breaks_of(attempt).is_on(at=now):
        return attempt.deadline_at
    return min(attempt.deadline_at, attempt.started_at + paused_until(attempt, now) + attempt.time_limit)


def paused_until(attempt: Attempt, at: datetime) -> timedelta:
    """How long the clock was stopped until this moment: `paused_for` without the rest of a current break."""
    breaks = breaks_of(attempt)
    return attempt.paused_for - breaks.used + breaks.used_by(at)


def set_breaks(attempt: Attempt, breaks: Breaks) -> None:
    """Put other breaks into the attempt's row, without saving it. Their time counts as that of a pause."""
    attempt.paused_for += breaks.used - attempt.break_time
    attempt.break_time, attempt.break_ends_at = breaks.used, breaks.ends_at


@transaction.atomic
def _change(attempt_id: int, rule: Callable[[Attempt, Breaks], Breaks], *, now: datetime) -> None:
    """Change the breaks of an attempt that is not over, and its deadline with them."""
    # A pause or an extension at the same time comes before or after.
    student, assignment = read_row(Attempt.objects.values_list("student", "assignment"), attempt_id)
    lock_rows(assignments=[assignment], students=[student], with_starts=True)
    attempt = read_row(locked(Attempt.objects.select_related("assignment", "student")), attempt_id)
    if not attempt.is_open or is_over(at=now, deadline_at=attempt.deadline_at):
        return
    before = breaks_of(attempt)
    after = rule(attempt, before)
    if after == before:
        return
    set_breaks(attempt, after)
    set_deadlines([attempt])
    attempt.save(update_fields=["paused_for", "break_time", "break_ends_at", "time_limit", "deadline_at"])
