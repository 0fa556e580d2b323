"""The polls of an open page of an attempt: its time, and a heartbeat that says whether it is still open."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from quizzes.attempts import heartbeats
from quizzes.attempts.access import LoadedAttempt
from quizzes.forms.attempts import HeartbeatForm
from quizzes.views.access import attempt_required
from quizzes.views.methods import require_POST
from quizzes.views.student.question_page import closing_words, seconds_until


@require_GET
@attempt_required()
def time_left(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """The seconds left, polled by the page's clock because a teacher may move the deadline. 2 queries.

    closing: what the clock shows before the last hour if there is no time limit. is_paused: by the teacher or by
    a break; the page then opens again.
    """
    now = timezone.now()
    left = seconds_until(attempt.deadline_at, now=now) if attempt.is_open else 0
    return JsonResponse(
        {
            "seconds_left": left,
            "closing": closing_words(attempt, now=now),
            "is_paused": attempt.stands_still(now=now),
        }
    )


@require_POST
@attempt_required(is_sent_by_receipts=True)
def record_heartbeat(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """Record a heartbeat of an open page, which shows teachers who is offline. 3 queries.

    has_end: a page without a clock then opens again with one. has_ended: when it is false again, a receipt or
    result leads back. supports: a page with others opens again.
    """
    content = attempt.content
    form = HeartbeatForm(request.POST, question_count=len(content.questions))
    if not form.is_valid():
        return JsonResponse({"is_open": attempt.is_open}, status=400)
    number, now = form.cleaned_data["number"], timezone.now()
    if attempt.is_open:
        question_id = content.question_id(content.questions[number - 1]) if number else None
        heartbeats.record_heartbeat(attempt.id, question_id, now=now)
    has_ended = attempt.has_ended(now=now)
    if form.cleaned_data["is_closed"] and not has_ended and attempt.pace is None:
        # The teacher undid the close, or gave more time. The next page says so. Teacher-paced, it is the question.
        messages.info(request, gettext("The quiz is open. You can keep working."))
    return JsonResponse(
        {
            "is_open": attempt.is_open,
            "is_paused": attempt.stands_still(now=now),
            "has_end": attempt.deadline_at is not None,
            "has_ended": has_ended,
            "supports": attempt.supports.tag,
        }
    )
