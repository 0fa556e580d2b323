"""The requests of which an attempt is made, where nothing stands in their way.

A page of questions and a look at the clock cost two statements, a sign of life three, the outbox's save three (on
PostgreSQL two). All else goes the long way, by `attempt_required`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from quizzes.assignments.deadlines import is_over
from quizzes.attempts.answers import Outcome, save_from_seat
from quizzes.attempts.attempt_content import Given, Seat, Sitting, answers_of, seat, sitting, take_seat, time_of
from quizzes.attempts.heartbeats import record_heartbeat
from quizzes.forms.attempts import AnswerForm, HeartbeatForm
from quizzes.models import Attempt
from quizzes.people.student_sign_in import PIN_VERSION, STUDENT
from quizzes.views.student.access import attempt_required
from quizzes.views.student.question_page import seconds_until

JSON = "application/json"

type RunningView = Callable[[HttpRequest, Sitting, dict[int, Given], datetime], HttpResponse]


def running_attempt_required(view: RunningView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the signed-in student's own attempt while it runs, its answers and the moment, in two statements.

    One that has ended leads to its receipt. Everything else is answered as by `attempt_required`.
    """

    @attempt_required
    def long_way(request: HttpRequest, attempt: Attempt, now: datetime) -> HttpResponse:
        if has_ended(attempt, now=now):
            return redirect("receipt", attempt.public_id)
        return view(request, sitting(attempt), answers_of(attempt), now)

    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, public_id: str) -> HttpResponse:
        now = timezone.now()
        taken = quick_sitting(request, public_id, 1)
        if taken is None or has_ended(taken[0].attempt, now=now):
            return long_way(request, public_id, now)
        with timezone.override(taken[0].attempt.classroom.zone):
            return view(request, *taken, now)

    return wrapper


def has_ended(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the attempt was handed in or its time is over."""
    return not attempt.is_open or is_over(at=now, deadline_at=attempt.deadline_at)


def quick_sitting(request: HttpRequest, public_id: str, number: int) -> tuple[Sitting, dict[int, Given]] | None:
    """The signed-in student's own open attempt, which has a question of this number, with its answers."""
    current = _seat_of(request, public_id, number)
    return take_seat(current, pin_version=request.session.get(PIN_VERSION, 0)) if current is not None else None


def quick_save(request: HttpRequest, public_id: str, number: int, *, now: datetime) -> JsonResponse | None:
    """The reply to a save of the signed-in student's own open attempt.

    None, with nothing changed, for anything else: `take_attempt` goes the long way, which knows every other case.
    """
    current = _seat_of(request, public_id, number) if wants_json(request) else None
    if current is None:
        return None
    question = current.questions[number - 1]
    form = AnswerForm(request.POST, current=current, question=question)
    if not form.is_valid() or form.cleaned_data["act"] not in {"", "save"} or not form.has_input:
        return None
    value = form.cleaned_data["value"]
    moved = save_from_seat(
        current,
        current.question_id(question),
        value,
        pin_version=request.session.get(PIN_VERSION, 0),
        operation=form.cleaned_data["operation"],
        seen_revision=form.cleaned_data["revision"],
        now=now,
    )
    if moved is None:
        return None
    return saved_reply(Outcome.SAVED, *moved, is_answered=value is not None, now=now)


def quick_time_left(request: HttpRequest, public_id: str, *, now: datetime) -> JsonResponse | None:
    """The seconds left of the signed-in student's own open attempt."""
    current = _seat_of(request, public_id)
    found = time_of(current, pin_version=request.session.get(PIN_VERSION, 0)) if current is not None else None
    return JsonResponse({"seconds_left": seconds_until(*found, now=now)}) if found is not None else None


def quick_presence(request: HttpRequest, public_id: str, *, now: datetime) -> JsonResponse | None:
    """The reply to a sign of life of the signed-in student's own open attempt, which is then written down."""
    current = _seat_of(request, public_id)
    if current is None or time_of(current, pin_version=request.session.get(PIN_VERSION, 0)) is None:
        return None
    form = HeartbeatForm(request.POST, question_count=len(current.questions))
    if not form.is_valid():
        return None
    number = form.cleaned_data["number"]
    question_id = current.question_id(current.questions[number - 1]) if number else None
    record_heartbeat(current.attempt_id, question_id, now=now)
    return JsonResponse({"is_open": True})


def saved_reply(
    outcome: str, revision: int, deadline_at: datetime | None, *, is_answered: bool, now: datetime
) -> JsonResponse:
    """What the outbox is told of a save. is_answered: whether what is stored now is an answer, not one taken back."""
    reply = {
        "outcome": str(outcome),
        "revision": revision,
        "is_answered": is_answered,
        "seconds_left": seconds_until(deadline_at, now=now),
    }
    return JsonResponse(reply, status=JSON_STATUS[Outcome(outcome)])


def _seat_of(request: HttpRequest, public_id: str, number: int = 1) -> Seat | None:
    if STUDENT not in request.session:
        return None
    try:
        found = seat(public_id)
    except Attempt.DoesNotExist:
        return None
    is_own = found.student_id == request.session[STUDENT]
    return found if is_own and 1 <= number <= len(found.questions) else None


def wants_json(request: HttpRequest) -> bool:
    """Whether the outbox asks, which reads no page."""
    wanted = request.headers.get("Accept")
    return wanted == JSON or request.get_preferred_type(["text/html", JSON]) == JSON


# What the outbox is told; 410 has it go to the receipt, 409 show what is newest.
JSON_STATUS = {Outcome.SAVED: 200, Outcome.STALE: 409, Outcome.SETTLED: 409, Outcome.LATE: 410}
