"""The save that the outbox of a browser sends, where nothing stands in its way: three statements and no page."""

from datetime import datetime

from django.http import HttpRequest, JsonResponse

from quizzes.forms.answers import AnswerForm
from quizzes.joining import PIN_VERSION, STUDENT
from quizzes.models import Attempt
from quizzes.saves import Outcome, save_from_seat
from quizzes.sittings import seat
from quizzes.views.student.question_page import seconds_until


def quick_save(request: HttpRequest, public_id: str, number: int, *, now: datetime) -> JsonResponse | None:
    """The reply to a save of the signed-in student's own open attempt.

    None, with nothing changed, for anything else: `take_attempt` goes the long way, which knows every other case.
    """
    session = request.session
    if not wants_json(request) or STUDENT not in session:
        return None
    try:
        current = seat(public_id)
    except Attempt.DoesNotExist:
        return None
    if current.student_id != session[STUDENT] or not 1 <= number <= len(current.questions):
        return None
    question = current.questions[number - 1]
    form = AnswerForm(request.POST, current=current, question=question)
    if not form.is_valid() or form.cleaned_data["act"] not in {"", "save"} or not form.says_something:
        return None
    moved = save_from_seat(
        current,
        current.question_id(question),
        form.cleaned_data["value"],
        pin_version=session.get(PIN_VERSION, 0),
        operation=form.cleaned_data["operation"],
        seen_revision=form.cleaned_data["revision"],
        now=now,
    )
    return saved_reply(Outcome.SAVED, *moved, now) if moved is not None else None


def saved_reply(outcome: str, revision: int, deadline_at: datetime | None, now: datetime) -> JsonResponse:
    """What the outbox is told of a save."""
    reply = {"outcome": str(outcome), "revision": revision, "seconds_left": seconds_until(deadline_at, now=now)}
    return JsonResponse(reply, status=JSON_STATUS[Outcome(outcome)])


def wants_json(request: HttpRequest) -> bool:
    """Whether the outbox asks, which reads no page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


# What the outbox is told; 410 has it go to the receipt, 409 show what is newest.
JSON_STATUS = {Outcome.SAVED: 200, Outcome.STALE: 409, Outcome.SETTLED: 409, Outcome.LATE: 410}
