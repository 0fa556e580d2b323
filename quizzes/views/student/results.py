"""The pages after an attempt: the receipt, and the result."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from quizzes.assignments.release import answers_shown_at, attempts_ended_at, can_see_answers, can_see_score
from quizzes.assignments.status import is_late
from quizzes.assignments.student_statuses import Overrides, load_overrides
from quizzes.attempts.access import LoadedAttempt
from quizzes.attempts.late_answers import waiting_late_questions
from quizzes.attempts.lifecycle import is_ended_by_teacher
from quizzes.grading import regrades
from quizzes.grading.regrades import Notice
from quizzes.models import Attempt
from quizzes.reports import attempt_review
from quizzes.reports.attempt_review import ReviewedAttempt
from quizzes.reports.practice import practice_of
from quizzes.views.access import attempt_required
from quizzes.views.student.question_page import levels_of, places_of


@require_GET
@attempt_required(with_answers=True)
def receipt(request: HttpRequest, loaded: LoadedAttempt) -> HttpResponse:
    """The receipt of a submitted attempt; for one whose time is over, the button that submits it."""
    now = timezone.now()
    if not loaded.has_ended(now=now):
        return redirect("review_attempt", loaded.public_id)
    attempt = loaded.row()
    is_closed = is_ended_by_teacher(attempt)
    shown_at = answers_shown_at(attempt.assignment, attempt.student_id)
    context = {
        "attempt": attempt,
        "student": loaded.student,
        "supports": loaded.supports,
        "title": loaded.title,
        "question_count": len(loaded.content.questions),
        "answered_count": sum(place.is_complete for place in places_of(loaded)),
        # Only a time of the student's own, which is later, can make it on time.
        "is_late": is_late(attempt, attempt.assignment.due_at) and _is_late(attempt, _overrides(attempt), now=now),
        "is_ended_by_teacher": is_closed,
        # The time limit of the attempt decides. A student without one is stopped only by the close.
        "end_heading": gettext("Time’s up") if attempt.time_limit else gettext("This quiz is closed"),
        # The teacher can undo the close, give more time, or reopen it.
        "may_go_on": not attempt.is_on_paper,
        "late_count": len(waiting_late_questions(attempt.pk)),
        "shown_at": shown_at,
        "is_shown": can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now),
        "is_score_shown": _is_score_shown(attempt, shown_at, now=now),
    }
    return render(request, "student/receipt.html", context)


@require_GET
@attempt_required()
def result(request: HttpRequest, loaded: LoadedAttempt) -> HttpResponse:
    """The score of an attempt, and its review with evidence, each once the student may see it."""
    now = timezone.now()
    if loaded.is_open:
        return redirect("receipt" if loaded.has_ended(now=now) else "review_attempt", loaded.public_id)
    attempt = loaded.row()
    shown_at = answers_shown_at(attempt.assignment, attempt.student_id)
    context = {
        "attempt": attempt,
        "student": loaded.student,
        "supports": loaded.supports,
        "title": loaded.title,
        "document": loaded.content.published.document,
        "reading": loaded.content.whole_reading,
        # The receipt has the same rule.
        "may_go_on": not attempt.is_on_paper,
        "shown_at": shown_at,
        "is_score_shown": _is_score_shown(attempt, shown_at, now=now),
    }
    if can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now):
        reviewed = attempt_review.review_attempt(attempt, loaded.content)
        is_graded = any(item.grade is not None for item in reviewed.questions)
        practice = practice_of(reviewed).keys
        overrides = _overrides(attempt)
        context |= {
            "reviewed": reviewed,
            "is_late": _is_late(attempt, overrides, now=now),
            "levels": _whole_levels(loaded),
            "notices": _notices(attempt, reviewed),
            "late_count": len(waiting_late_questions(attempt.pk)),
            "grades": attempt_review.newest_grades(attempt) if is_graded else {},
            "practice_count": len(practice),
            "practice_number": next((item.number for item in reviewed.missed if item.question.key in practice), None),
            "can_try_again": _can_try_again(attempt, overrides, now=now),
        }
    return render(request, "student/result.html", context)


def _whole_levels(loaded: LoadedAttempt) -> list[tuple[str, str, bool]]:
    """As `levels_of`, for the whole reading: without levels that lack the evidence of a question."""
    content = loaded.content
    offered = levels_of(loaded, content.whole_reading)
    whole = [level for level in offered if content.whole_reading_at(level[0]).variant == level[0]]
    return whole if len(whole) > 1 else []


def _is_score_shown(attempt: Attempt, shown_at: datetime | None, *, now: datetime) -> bool:
    """Whether the student may see the score; 1 query if the quiz shows scores. shown_at: from `answers_shown_at`."""
    assignment = attempt.assignment
    ended_at = attempts_ended_at(assignment, attempt.student_id) if assignment.shows_scores else None
    return can_see_score(assignment, attempt, shown_at=shown_at, ended_at=ended_at, now=now)


def _overrides(attempt: Attempt) -> Overrides:
    """The extension and the excuse of the student on this quiz; 1 query."""
    return load_overrides(assignment=attempt.assignment_id, student=attempt.student_id)


def _is_late(attempt: Attempt, overrides: Overrides, *, now: datetime) -> bool:
    """Whether this attempt was turned in late, as the student's home says it."""
    return overrides.status(attempt.assignment, attempt.student_id, [attempt], now=now).is_late


def _can_try_again(attempt: Attempt, overrides: Overrides, *, now: datetime) -> bool:
    """Whether the student, still in the class, can start another attempt, also by an extension; 1 query."""
    own = attempt.assignment.attempts.made_by(attempt.student_id)
    made = list(own.select_related("student"))
    is_in_class = made[0].student.classroom_id == attempt.classroom_id
    return is_in_class and overrides.status(attempt.assignment, attempt.student_id, made, now=now).can_start


def _notices(attempt: Attempt, reviewed: ReviewedAttempt) -> list[tuple[int, Notice]]:
    """(position in the attempt, notice) of each regrade that affects it; no query without regrades."""
    places = {item.question.key: item.number for item in reviewed.questions}
    if not any(item.regrades for item in reviewed.questions):
        return []
    return [(places[notice.question_key], notice) for notice in regrades.notices(attempt)]
