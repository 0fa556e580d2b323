"""One attempt: start it, load its questions ahead, review what is answered, submit it."""

from contextlib import suppress
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.assignments import reading_levels
from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.own_versions import own_versions
from quizzes.assignments.release import is_checked_at_once
from quizzes.assignments.status import MOST_ATTEMPTS
from quizzes.assignments.supports import supports_of
from quizzes.attempts import lifecycle
from quizzes.attempts.access import LoadedAttempt
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import AssignmentClosed, IsExcused, NoAttemptsLeft, NotOpenYet
from quizzes.forms.attempts import ChooseLevelForm, TimeUpForm
from quizzes.models import Student
from quizzes.models.locks import RowDeleted
from quizzes.people.class_people import teachers_of
from quizzes.reports.student_assignments import answered_count, current_of, home_etag, open_times, student_assignment
from quizzes.views.access import attempt_required, student_required
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import arrival
from quizzes.views.student.breaks import paused_page
from quizzes.views.student.question_page import (
    form_context,
    other_amounts,
    places_of,
    redirect_to_part,
    seconds_until,
    time_context,
)
from quizzes.views.student.start_page import start_context


@require_http_methods(["GET", "POST"])
@student_required
def start_attempt(request: HttpRequest, student: Student, public_id: str) -> HttpResponse:
    """The settings of an assignment, and the button that starts an attempt. Leads to the student's own version."""
    now = timezone.now()
    if request.method == "POST":
        assignment = get_object_or_404(student.classroom.assignments, public_id=public_id)
        # The page below shows the reason, or is a 404 if the quiz was deleted in the meantime.
        with suppress(IsExcused, NotOpenYet, AssignmentClosed, NoAttemptsLeft, RowDeleted):
            attempt = lifecycle.start_attempt(student, assignment, now=now)
            number = content_of(attempt).resume_number(attempt.answers.order_by())
            return redirect("take_attempt", attempt.public_id, number)
    given = student_assignment(student, public_id, now=now)
    if given is None:
        raise Http404
    if given.is_excused and not given.left_class:
        own = own_versions([given.assignment]).get((student.pk, given.assignment.pk))
        if own is not None:
            return redirect("start_attempt", own.public_id)
    return render(
        request,
        "student/start_attempt.html",
        {
            "student": student,
            "supports": supports_of(student),
            "teachers": partial(teachers_of, student.classroom),
            **start_context(student, given, now=now),
            "is_closed": given.window.state(at=now) is WindowState.CLOSED,
            "current": current_of(given, now=now),
            "most_attempts": MOST_ATTEMPTS if given.assignment.max_attempts is None else None,
            "answered_count": answered_count(given.attempt) if given.attempt else 0,
            "tag": lambda: home_etag(open_times(student, now=now), now=now),
        },
    )


@require_GET
@attempt_required(with_answers=True)
def questions_ahead(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """The forms of all questions. A question page loads them once, so that later questions also open offline.

    Leaves out questions that are answered in the reading. Empty if answers are shown after each question, or if the
    teacher sets the pace.
    """
    now = timezone.now()
    if attempt.has_ended(now=now):
        return redirect("receipt", attempt.public_id)
    if is_checked_at_once(attempt.release) or attempt.pace is not None or attempt.stands_still(now=now):
        return HttpResponse()
    # The forms share one CSRF token and need no other context of a page.
    shared = {"csrf_token": get_token(request)}
    contexts = [form_context(attempt, number) for number in range(1, len(attempt.content.questions) + 1)]
    part = get_template("student/take_attempt.html#question")
    return HttpResponse("".join(part.render(shared | context) for context in contexts if not context["is_picker"]))


@require_POST
@attempt_required()
def choose_level(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """Change the level of the student's readings, if the class allows it. Leads back to the question or the result."""
    form = ChooseLevelForm(request.POST)
    if not form.is_valid():
        return redirect("take_attempt", attempt.public_id, 1)
    reading_levels.choose_level(attempt.student.id, attempt.reading_choice, form.cleaned_data["level"])
    if not attempt.is_open:
        return redirect(f"{reverse('result', args=[attempt.public_id])}#levels")
    return redirect_to_part("levels", attempt, form.cleaned_data["number"])


@require_GET
@attempt_required(with_answers=True)
def review_attempt(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """What is answered and what is not, before submitting."""
    now = timezone.now()
    if attempt.has_ended(now=now):
        return redirect("receipt", attempt.public_id)
    if not attempt.can_submit:
        return redirect("take_attempt", attempt.public_id, attempt.paced_number or 1)
    if attempt.is_paused:
        return paused_page(request, attempt, None, now)
    if attempt.stands_still(now=now):
        return redirect("take_attempt", attempt.public_id, 1)
    places = places_of(attempt)
    context = {
        "student": attempt.student,
        "title": attempt.title,
        "supports": attempt.supports,
        "is_paced": attempt.pace is not None,
        "places": places,
        "complete": [place for place in places if place.is_complete],
        "unfinished": [place for place in places if not place.is_complete],
        "flagged": [place for place in places if place.is_flagged],
        "other_amounts": other_amounts(attempt),
        **time_context(attempt, now=now),
    }
    return render(request, "student/review_attempt.html", context)


@require_POST
@attempt_required()
def submit_attempt(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """Submit once. Every later call leads to the same receipt.

    `time_up`: sent by the page's clock, not by the student. The clock may not know about time added since.
    """
    now, is_from_clock = arrival(request), TimeUpForm(request.POST).is_valid()
    if is_from_clock and attempt.is_open and seconds_until(attempt.deadline_at, now=now) != 0:
        return redirect("review_attempt", attempt.public_id)
    if not attempt.has_ended(now=now) and not is_from_clock and not attempt.can_submit:
        return redirect("take_attempt", attempt.public_id, attempt.paced_number or 1)
    submit = lifecycle.submit_at_deadline if is_from_clock else lifecycle.submit_attempt
    submit(attempt.row(), now=now, language=get_language() or "")
    return redirect("receipt", attempt.public_id)
