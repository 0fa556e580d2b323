"""The pages of a teacher-paced quiz: the question that the class is at, and the poll of it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.attempts.access import LoadedAttempt, Pace
from quizzes.attempts.late_answers import waiting_late_questions
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import type_of
from quizzes.views.access import attempt_required
from quizzes.views.polls import poll_reply
from quizzes.views.student.question_page import pace_tag, question_context

# In seconds, without scripts. The slow one leaves time to answer: a reload forgets what is not saved.
REFRESH, SLOW_REFRESH = 5, 60


@require_GET
@attempt_required()
def paced_question(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """The number of the question that a teacher-paced class is at, polled by the page, or a 304. 2 queries.

    A page under a pause also polls. Its number is None if students set their own pace.
    """
    number = (attempt.paced_number or 1) if attempt.pace is not None else None
    return poll_reply(request, pace_tag(attempt, now=timezone.now()), lambda: JsonResponse({"number": number}))


def paced_page(
    request: HttpRequest,
    attempt: LoadedAttempt,
    number: int,
    pace: Pace,
    now: datetime,
    **notes: bool | str,
) -> HttpResponse:
    """The question that the class is at, open or closed, or the page before the first one."""
    current = attempt.paced_number
    if current is not None and number != current:
        return redirect("take_attempt", attempt.public_id, current)
    late = waiting_late_questions(attempt.id)
    question = attempt.content.questions[(current or 1) - 1]
    answer = attempt.answers.get(attempt.content.question_id(question))
    is_saved = answer is not None and answer.value is not None
    missing = attempt.content.unfinished(question, answer.value) if answer is not None else ""
    # A saved text may be continued.
    is_being_answered = pace.is_open and (not is_saved or missing or type_of(question).is_typed)
    context = {
        **question_context(attempt, current or 1, now=now),
        # From the log and not a message: two loads may follow a late save, and the first would use the message up.
        "late_numbers": [
            place
            for place, question in enumerate(attempt.content.questions, 1)
            if attempt.content.question_id(question) in late and not (pace.is_open and place == current)
        ],
        "is_waiting": current is None,
        "title": attempt.title,
        "is_open": pace.is_open,
        "missing": missing,
        "refresh_in": SLOW_REFRESH if is_being_answered else REFRESH,
        "can_submit": attempt.can_submit,
        "pace_tag": pace_tag(attempt, now=now),
        **notes,
    }
    return render(request, "student/paced_question.html", context)


def paced_reply(attempt: LoadedAttempt, question: Question, value: Value) -> dict[str, str]:
    """What a saved answer lacks, in words, as `paced_page` says it. {} if students set their own pace."""
    return {} if attempt.pace is None else {"unfinished": attempt.content.unfinished(question, value)}
