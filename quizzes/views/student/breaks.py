"""Pages while the clock is stopped: a break of the student, and a pause of the teacher."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from quizzes.assignments.deadlines import deadline, minutes_left
from quizzes.attempts.access import LoadedAttempt, load_attempt
from quizzes.attempts.breaks import end_break, start_break
from quizzes.forms.attempts import BreakForm
from quizzes.views.access import attempt_required
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import arrival
from quizzes.views.student.question_page import pace_tag, redirect_to_part, seconds_until

# In s. Without JavaScript, a page shows this often what has changed: whether the teacher resumed the quiz, and how
# many minutes of a break are left.
PAUSE_REFRESH, BREAK_REFRESH = 5, 60


@require_POST
@attempt_required()
def change_break(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """Start or end a break of the student. Leads back to the question, which a break covers. Safe to repeat."""
    form, now = BreakForm(request.POST), arrival(request)
    if not form.is_valid():
        return redirect("take_attempt", attempt.public_id, 1)
    change = start_break if form.cleaned_data["act"] == "break" else end_break
    change(attempt.id, now=now)
    return redirect_to_part("question", attempt, form.cleaned_data["number"])


def back_from_break(attempt: LoadedAttempt, *, now: datetime) -> LoadedAttempt:
    """The attempt with its break ended, for a student who answers in another window; itself outside a break.

    Otherwise the student could answer while the clock stands still. Raises Http404.
    """
    if attempt.is_paused or not attempt.stands_still(now=now):
        return attempt
    end_break(attempt.id, now=now)
    loaded = load_attempt(attempt.public_id, with_answers=False)
    if loaded is None:
        raise Http404
    return loaded


def paused_page(request: HttpRequest, attempt: LoadedAttempt, number: int | None, now: datetime) -> HttpResponse:
    """The page that covers every question, or the review (number None), while the teacher has paused the quiz."""
    return render(request, "student/paused.html", _context(attempt, number, now) | {"refresh_in": PAUSE_REFRESH})


def break_page(request: HttpRequest, attempt: LoadedAttempt, number: int, now: datetime) -> HttpResponse:
    """The page that covers every question during a break. One query more than a question page."""
    seconds, row = seconds_until(attempt.breaks.ends_at, now=now) or 0, attempt.row()
    # A close that comes before the end of the time limit does not move.
    limit_ends_at = deadline(
        started_at=row.started_at, time_limit=row.time_limit, closes_at=None, paused_for=row.paused_for
    )
    is_close_near = limit_ends_at is not None and limit_ends_at != row.deadline_at
    context = _context(attempt, number, now) | {
        "break_seconds": seconds,
        "break_minutes": minutes_left(at=now, deadline_at=attempt.breaks.ends_at),
        "refresh_in": min(BREAK_REFRESH, seconds + 1),
        "closes_at": row.deadline_at if is_close_near else None,
    }
    return render(request, "student/on_break.html", context)


def _context(attempt: LoadedAttempt, number: int | None, now: datetime) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "student": attempt.student,
        "supports": attempt.supports,
        "number": number,
        "pace_tag": pace_tag(attempt, now=now),
    }
