from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from quizzes.assignments.deadlines import WindowState, minutes_left
from quizzes.assignments.release import Release, answers_shown, answers_shown_at
from quizzes.assignments.student_settings import settings_given
from quizzes.attempts import heartbeats
from quizzes.attempts import lifecycle as attempts
from quizzes.attempts.answers import Outcome, Saved, save_answer
from quizzes.attempts.attempt_content import Given, Sitting, answers_of, sitting
from quizzes.attempts.lifecycle import (
    AssignmentClosed,
    AttemptOver,
    IsExcused,
    NoAttemptsLeft,
    NotCheckable,
    NotOpenYet,
    resume_number,
)
from quizzes.content.editions import published
from quizzes.content.question_types.registry import TYPES
from quizzes.forms.attempts import AnswerForm, HeartbeatForm
from quizzes.grading import regrades
from quizzes.grading.regrades import Notice
from quizzes.models import Attempt, Student
from quizzes.reports import attempt_review
from quizzes.reports.attempt_review import ReviewedAttempt
from quizzes.reports.practice import practice_of
from quizzes.reports.student_assignments import answered_count, current_of, student_assignment
from quizzes.views.student.access import attempt_required, student_required, teachers_of
from quizzes.views.student.question_page import form_context, next_url, places_of, question_context, seconds_until
from quizzes.views.student.quick import (
    has_ended,
    quick_presence,
    quick_save,
    quick_sitting,
    quick_time_left,
    running_attempt_required,
    saved_reply,
    wants_json,
)


@require_http_methods(["GET", "POST"])
@student_required
def start_attempt(request: HttpRequest, student: Student, public_id: str) -> HttpResponse:
    """What applies to an assignment, and the button that begins an attempt."""
    now = timezone.now()
    if request.method == "POST":
        assignment = get_object_or_404(student.classroom.assignments, public_id=public_id)
        # What is in the way, the page says.
        with suppress(IsExcused, NotOpenYet, AssignmentClosed, NoAttemptsLeft):
            attempt = attempts.start_attempt(student, assignment, now=now)
            number = resume_number(sitting(attempt), attempt.answers.order_by())
            return redirect("take_attempt", attempt.public_id, number)
    given = student_assignment(student, public_id, now=now)
    if given is None:
        raise Http404
    return render(
        request,
        "student/start_attempt.html",
        {
            "student": student,
            "teachers": partial(teachers_of, student.classroom),
            "given": given,
            "is_closed": given.window.state(at=now) is WindowState.CLOSED,
            "terms": settings_given(given.assignment, student, extension=given.extension, is_excused=given.is_excused),
            "current": current_of(given, now=now),
            "answered_count": answered_count(given.attempt) if given.attempt else 0,
            "partial_credit": _partial_credit(given.assignment.edition_id),
        },
    )


@require_http_methods(["GET", "POST"])
@login_not_required
def take_attempt(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """One question of an attempt, at its place in the attempt's own order; and each save of its answer."""
    now = timezone.now()
    if request.method == "POST":
        return quick_save(request, public_id, number, now=now) or _take_attempt(request, public_id, number, now)
    taken = quick_sitting(request, public_id, number)
    if taken is None or has_ended(taken[0].attempt, now=now):
        return _take_attempt(request, public_id, number, now)
    current, answers = taken
    with timezone.override(current.attempt.classroom.zone):
        return _question_page(request, current, number, now, answers=answers)


@attempt_required
def _take_attempt(request: HttpRequest, attempt: Attempt, number: int, now: datetime) -> HttpResponse:
    current = sitting(attempt)
    if not 1 <= number <= len(current.questions):
        raise Http404
    if request.method == "POST":
        return _take_answer(request, current, number, now)
    if has_ended(attempt, now=now):
        return redirect("receipt", attempt.public_id)
    return _question_page(request, current, number, now)


@require_GET
@running_attempt_required
def questions_ahead(request: HttpRequest, current: Sitting, answers: dict[int, Given], _now: datetime) -> HttpResponse:
    """The forms of all questions, which the page of one asks for once, to go on without a request, offline as well.

    Less those that are answered in the reading itself. Where each question is checked there are none.
    """
    if current.attempt.assignment.release == Release.AT_ONCE:
        return HttpResponse()
    # One token for all of them, and nothing else of what a page knows.
    shared = {"csrf_token": get_token(request)}
    contexts = [form_context(current, number, answers) for number in range(1, len(current.questions) + 1)]
    part = get_template("student/take_attempt.html#question")
    return HttpResponse("".join(part.render(shared | context) for context in contexts if not context["is_picker"]))


@require_GET
@running_attempt_required
def review_attempt(request: HttpRequest, current: Sitting, answers: dict[int, Given], now: datetime) -> HttpResponse:
    """What is answered and what is not, before handing in."""
    attempt, places = current.attempt, places_of(current, answers)
    context = {
        "attempt": attempt,
        "student": attempt.student,
        "title": current.published.document.title,
        "places": places,
        "answered": [place for place in places if place.is_answered],
        "unanswered": [place for place in places if not place.is_answered],
        "flagged": [place for place in places if place.is_flagged],
        "minutes_left": minutes_left(at=now, deadline_at=attempt.deadline_at),
        "seconds_left": seconds_until(attempt.deadline_at, now=now),
    }
    return render(request, "student/review_attempt.html", context)


@require_GET
@login_not_required
def time_left(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a running clock asks for every few seconds, since a teacher may move the end. Two statements."""
    return quick_time_left(request, public_id, now=timezone.now()) or _time_left(request, public_id)


@attempt_required
def _time_left(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    left = seconds_until(attempt.deadline_at, now=timezone.now()) if attempt.is_open else 0
    return JsonResponse({"seconds_left": left})


@require_POST
@login_not_required
def record_heartbeat(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a quiz page sends now and then, so that a teacher sees who has lost contact. Three statements."""
    return quick_presence(request, public_id, now=timezone.now()) or _note_presence(request, public_id)


@attempt_required
def _note_presence(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    current = sitting(attempt)
    form = HeartbeatForm(request.POST, question_count=len(current.questions))
    if not form.is_valid():
        return JsonResponse({"is_open": attempt.is_open}, status=400)
    number = form.cleaned_data["number"]
    if attempt.is_open:
        question_id = current.question_id(current.questions[number - 1]) if number else None
        heartbeats.record_heartbeat(attempt.pk, question_id, now=timezone.now())
    return JsonResponse({"is_open": attempt.is_open})


@require_POST
@login_not_required
def submit_attempt(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand in, once; every later call leads to the same receipt.

    `time_up`: not the student asks but the page's clock, which may not know of time that was given since.
    """
    now = timezone.now()
    taken = quick_sitting(request, public_id, 1)
    return _handed_in(request, taken[0].attempt, now) if taken is not None else _hand_in(request, public_id, now)


@attempt_required
def _hand_in(request: HttpRequest, attempt: Attempt, now: datetime) -> HttpResponse:
    return _handed_in(request, attempt, now)


def _handed_in(request: HttpRequest, attempt: Attempt, now: datetime) -> HttpResponse:
    if "time_up" in request.POST and attempt.is_open and seconds_until(attempt.deadline_at, now=now) != 0:
        return redirect("review_attempt", attempt.public_id)
    attempts.submit_attempt(attempt, now=now)
    return redirect("receipt", attempt.public_id)


@require_GET
@attempt_required
def receipt(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """The receipt of an attempt that was handed in; for one whose time has ended, the button that hands it in."""
    now = timezone.now()
    if not has_ended(attempt, now=now):
        return redirect("review_attempt", attempt.public_id)
    shown_at = answers_shown_at(attempt.assignment)
    context = {
        "attempt": attempt,
        "student": attempt.student,
        "document": sitting(attempt).published.document,
        "answered_count": answered_count(attempt),
        "late_count": attempts.waiting_late_count(attempt),
        "shown_at": shown_at,
        "is_shown": answers_shown(attempt.assignment, attempt, shown_at=shown_at, now=now),
    }
    return render(request, "student/receipt.html", context)


@require_GET
@attempt_required
def result(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Score, evidence and review of an attempt, from the moment at which its answers are shown."""
    now = timezone.now()
    if attempt.is_open:
        return redirect("receipt" if has_ended(attempt, now=now) else "review_attempt", attempt.public_id)
    shown_at = answers_shown_at(attempt.assignment)
    context = {
        "attempt": attempt,
        "student": attempt.student,
        "document": sitting(attempt).published.document,
        "shown_at": shown_at,
    }
    if answers_shown(attempt.assignment, attempt, shown_at=shown_at, now=now):
        reviewed = attempt_review.review_attempt(attempt)
        is_marked = any(item.mark is not None for item in reviewed.questions)
        context |= {
            "reviewed": reviewed,
            "notices": _notices(attempt, reviewed),
            "marks": attempt_review.newest_grades(attempt) if is_marked else {},
            "practice_count": len(practice_of(reviewed).keys),
        }
    return render(request, "student/result.html", context)


def _notices(attempt: Attempt, reviewed: ReviewedAttempt) -> list[tuple[int, Notice]]:
    """(place in the attempt, notice) of each correction that reaches it; costs statements only where there is one."""
    places = {item.question.key: item.number for item in reviewed.questions}
    if not any(item.corrections for item in reviewed.questions):
        return []
    return [(places[notice.question_key], notice) for notice in regrades.notices(attempt)]


def _take_answer(request: HttpRequest, current: Sitting, number: int, now: datetime) -> HttpResponse:
    question, attempt = current.questions[number - 1], current.attempt
    form = AnswerForm(request.POST, current=current, question=question)
    if not form.is_valid():
        return _not_an_answer(request, current, number, form)
    act, saved = form.cleaned_data["act"], None
    # Where htmx sets a flag, the answer is the outbox's to send and stays on the page.
    if form.has_input and not (_htmx(request) and act in {"flag", "unflag"}):
        saved = save_answer(
            attempt,
            current.question_id(question),
            form.cleaned_data["value"],
            operation=form.cleaned_data["operation"],
            seen_revision=form.cleaned_data["revision"],
            now=now,
        )
    if has_ended(attempt, now=now) or (saved is not None and saved.outcome == Outcome.LATE):
        return _ended(request, current, now)
    if wants_json(request):
        stored = saved or Saved(Outcome.SAVED, 0, None)
        is_answered = stored.value is not None
        return saved_reply(stored.outcome, stored.revision, attempt.deadline_at, is_answered=is_answered, now=now)
    if saved is not None and saved.outcome == Outcome.STALE:
        return _question_page(request, current, number, now, is_stale=True)
    if saved is not None and saved.outcome == Outcome.SETTLED:
        act = "save"
    return _act(request, current, number, act, now)


def _act(request: HttpRequest, current: Sitting, number: int, act: str, now: datetime) -> HttpResponse:
    """What the pressed button asks for, once the answer is saved."""
    attempt, question_id = current.attempt, current.question_id(current.questions[number - 1])
    try:
        match act:
            case "next" | "skip":
                return redirect(next_url(current, number))
            case "flag" | "unflag":
                attempts.set_flag(attempt, question_id, flagged=act == "flag", now=now)
            case "check":
                attempts.check_answer(attempt, question_id, now=now)
    except AttemptOver:
        return _ended(request, current, now)
    except NotCheckable:
        return _question_page(request, current, number, now, needs_answer=True)
    if _htmx(request):
        return _question_page(request, current, number, now, is_revealed=act == "check")
    return redirect("take_attempt", attempt.public_id, number)


def _question_page(
    request: HttpRequest,
    current: Sitting,
    number: int,
    now: datetime,
    *,
    answers: dict[int, Given] | None = None,
    **notes: bool,
) -> HttpResponse:
    if answers is None:
        answers = answers_of(current.attempt)
    template, htmx = "student/take_attempt.html", _htmx(request)
    if htmx:
        template += "#flag" if htmx.target == "flag" else "#question"
    return render(request, template, {**question_context(current, number, answers, now=now), **notes})


def _not_an_answer(request: HttpRequest, current: Sitting, number: int, form: AnswerForm) -> HttpResponse:
    errors = form.non_field_errors() or ["This page is out of date. Open the question again."]
    if wants_json(request):
        return JsonResponse({"outcome": "refused", "message": errors[0]}, status=400)
    context = {"attempt": current.attempt, "student": current.attempt.student, "number": number, "message": errors[0]}
    return render(request, "student/not_an_answer.html", context, status=400)


def _ended(request: HttpRequest, current: Sitting, now: datetime) -> HttpResponse:
    """Hand in what is saved and lead to the receipt. What arrived after it is kept, marked late."""
    was_open = current.attempt.is_open
    attempt = attempts.submit_attempt(current.attempt, now=now)
    address = reverse("receipt", args=[current.attempt.public_id])
    if wants_json(request):
        return JsonResponse({"outcome": str(Outcome.LATE), "location": address}, status=410)
    if not was_open and attempt.submitted_by == Attempt.SubmittedBy.STUDENT:
        messages.warning(request, "You had handed this in already. Your last answer came later and is not counted.")
    return redirect(address)


def _htmx(request: HttpRequest) -> HtmxDetails:
    return cast(HtmxDetails, cast(Any, request).htmx)


def _partial_credit(edition_id: int) -> list[tuple[str, str]]:
    """(name of the type, how it gives partial credit) for each type of the edition that does, in order of first use."""
    questions = published(edition_id).document.questions
    types = [TYPES[name] for name in dict.fromkeys(question.type for question in questions)]
    return [(found.label, found.partial_credit) for found in types if found.partial_credit]
