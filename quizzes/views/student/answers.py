"""One question of an attempt: its page, each save of its answer, and what its buttons do."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import reading_levels
from quizzes.assignments.deadlines import is_over
from quizzes.assignments.release import is_checked_at_once
from quizzes.attempts import lifecycle
from quizzes.attempts.access import LoadedAttempt, load_attempt
from quizzes.attempts.answers import (
    AnswerChanged,
    AttemptOver,
    NotCheckable,
    Outcome,
    SaveResult,
    check_answer,
    save_answer,
    set_flag,
)
from quizzes.attempts.breaks import start_break
from quizzes.attempts.save_limit import may_save
from quizzes.content.question_types.question import Value
from quizzes.content.question_types.registry import Question, type_of
from quizzes.forms.attempts import AnswerForm
from quizzes.models import Attempt
from quizzes.people.rosters import set_language
from quizzes.views.access import HtmxRequest, attempt_required
from quizzes.views.request_meta import arrival, wants_json
from quizzes.views.student.breaks import back_from_break, break_page, paused_page
from quizzes.views.student.paced import paced_page, paced_reply
from quizzes.views.student.question_page import (
    next_url,
    question_context,
    redirect_to_part,
    seconds_until,
)

# The outbox goes to the receipt after a 410 and shows what is newest after a 409.
JSON_STATUS = {Outcome.SAVED: 200, Outcome.STALE: 409, Outcome.SETTLED: 409, Outcome.LATE: 410}


@require_http_methods(["GET", "POST"])
@attempt_required(with_answers=True)
def take_attempt(request: HtmxRequest, attempt: LoadedAttempt, number: int) -> HttpResponse:
    """One question of an attempt, and each save of its answer. number: position in the attempt's order."""
    if not 1 <= number <= len(attempt.content.questions):
        raise Http404
    if request.method == "POST":
        return _take_answer(request, attempt, number, now=arrival(request))
    now = timezone.now()
    if attempt.has_ended(now=now):
        return redirect("receipt", attempt.public_id)
    if attempt.is_paused:
        return paused_page(request, attempt, number, now)
    if attempt.stands_still(now=now):
        return break_page(request, attempt, number, now)
    return _question_page(request, attempt, number, now)


def _take_answer(request: HtmxRequest, attempt: LoadedAttempt, number: int, *, now: datetime) -> HttpResponse:
    """Save the answer that was sent. Reply as JSON to the outbox, else with a page (`_page_after_save`)."""
    if not may_save(attempt.id, now=now):
        # The outbox sends it again. No person is so fast, with script or without.
        return HttpResponse(status=429, headers={"Retry-After": "1"})
    question = attempt.content.questions[number - 1]
    form = AnswerForm(request.POST, content=attempt.content, question=question)
    if form.level:
        # First, so that the level also changes with an answer that cannot be saved.
        reading_levels.choose_level(attempt.student.id, attempt.reading_choice, form.level)
    if not form.is_valid():
        return _not_an_answer(request, attempt, number, form)
    saved, attempt = _save_sent(request, attempt, form, now=now)
    if saved.is_question_closed:
        return _question_closed(request, attempt, number, saved)
    if saved.outcome == Outcome.LATE or attempt.has_ended(now=now):
        return _ended(request, attempt, now, is_unsaved=saved.outcome != Outcome.SAVED)
    if wants_json(request):
        return _saved_reply(saved, attempt, question)
    return _page_after_save(request, attempt, number, form, saved, now=now)


def _save_sent(
    request: HtmxRequest, attempt: LoadedAttempt, form: AnswerForm, *, now: datetime
) -> tuple[SaveResult, LoadedAttempt]:
    """Save the answer of a valid form, if it has one. Returns the attempt as it is after the save."""
    act, value, revision = (form.cleaned_data[name] for name in ("act", "value", "revision"))
    question_id = attempt.content.question_id(form.question)
    is_stored = partial(attempt.has_stored, question_id, value, revision=revision)
    nothing_to_save = SaveResult(Outcome.SAVED, revision, value)
    # If htmx sets a flag, the outbox sends the answer, which stays on the page.
    if request.htmx and act in {"flag", "unflag"}:
        return nothing_to_save, attempt
    # An empty answer of the outbox is stale if another page has saved one since: it must not be called saved.
    if not form.has_input and (not wants_json(request) or attempt.has_ended(now=now) or is_stored()):
        return nothing_to_save, attempt
    # The outbox has saved what htmx checks. A second save would have a revision that the page does not know if this
    # reply is lost.
    if request.htmx and not attempt.stands_still(now=now) and is_stored():
        return nothing_to_save, attempt
    saved = save_answer(
        attempt,
        question_id,
        value,
        operation=form.cleaned_data["operation"],
        seen_revision=revision,
        now=now,
    )
    if saved.outcome == Outcome.SAVED and attempt.has_ended(now=now):
        # A teacher has given more time since the attempt was loaded, or this save was stored before.
        attempt = load_attempt(attempt.public_id, with_answers=False) or attempt
    # “Take a break” may come twice, the second time with an answer that is saved already.
    if saved.outcome == Outcome.SAVED and act != "break":
        attempt = back_from_break(attempt, now=now)
    return saved, attempt


def _page_after_save(
    request: HtmxRequest, attempt: LoadedAttempt, number: int, form: AnswerForm, saved: SaveResult, *, now: datetime
) -> HttpResponse:
    """The page that the pressed button leads to (`_act`), unless the student must see another one first."""
    if form.language:
        _choose_language(attempt, form.language)
    if form.language or form.level or attempt.stands_still(now=now):
        # The next page shows a newer answer from another window, if there is one.
        return redirect_to_part("levels" if form.level else "question", attempt, number)
    if saved.outcome == Outcome.STALE:
        return _stale_page(request, attempt, number, now, value=form.cleaned_data["value"], saved=saved)
    if form.question.is_step(form.submitted):
        # Without a fragment of its own, so that the browser keeps the one of the pressed button.
        return redirect("take_attempt", attempt.public_id, number)
    act = "save" if saved.outcome == Outcome.SETTLED else form.cleaned_data["act"]
    if attempt.pace is not None:
        shown = attempt.paced_number
        if number != shown:
            # The class has not come to this question, or is past it.
            return redirect("take_attempt", attempt.public_id, shown or 1)
        if act == "save" and attempt.pace.is_open and not form.has_input:
            # Not on a question that the teacher has just closed: it takes no answer.
            return _question_page(request, attempt, number, now, needs_answer=True)
    return _act(request, attempt, number, act, now, seen_revision=saved.revision)


def _choose_language(attempt: LoadedAttempt, language: str) -> None:
    """Keep the language of the student's pages, and note on the attempt if it is another one."""
    set_language(attempt.student.id, language)
    if language != get_language():
        lifecycle.note_change_of_language(attempt.id)


def _act(
    request: HtmxRequest, attempt: LoadedAttempt, number: int, act: str, now: datetime, *, seen_revision: int
) -> HttpResponse:
    """Do what the pressed button says. Returns the page that it leads to. seen_revision: of the student's answer."""
    question_id = attempt.content.question_id(attempt.content.questions[number - 1])
    try:
        match act:
            case "next" | "skip":
                return redirect(next_url(attempt, number))
            case "previous":
                return redirect_to_part("question", attempt, max(1, number - 1))
            case "break":
                start_break(attempt.id, now=now)
            case "flag" | "unflag":
                set_flag(attempt, question_id, flagged=act == "flag", now=now)
            case "check" | "check-anyway":
                if act == "check" and (unfinished := _unfinished(attempt, number)):
                    return _question_page(request, attempt, number, now, unfinished=unfinished)
                check_answer(attempt, question_id, seen_revision=seen_revision, now=now)
    except AttemptOver:
        return _ended(request, attempt, now)
    except NotCheckable:
        return _question_page(request, attempt, number, now, needs_answer=True)
    except AnswerChanged:
        return _question_page(request, attempt, number, now, is_stale=True)
    if request.htmx:
        return _question_page(request, attempt, number, now, is_revealed=act in {"check", "check-anyway"})
    return redirect_to_part("question", attempt, number)


def _unfinished(attempt: LoadedAttempt, number: int) -> str:
    """What the current answer lacks, before a check that makes it final; "" for nothing."""
    question = attempt.content.questions[number - 1]
    answer = attempt.with_answers().answers.get(attempt.content.question_id(question))
    if answer is None or answer.checked_at is not None or not is_checked_at_once(attempt.release):
        return ""
    return attempt.content.unfinished(question, answer.value)


def _stale_page(
    request: HtmxRequest, attempt: LoadedAttempt, number: int, now: datetime, *, value: Value, saved: SaveResult
) -> HttpResponse:
    """The page with the newer answer, and with the text that it replaced."""
    is_text = type_of(attempt.content.questions[number - 1]).is_typed and isinstance(value, str)
    # With script, `quoteTyped` of the outbox shows it.
    typed = str(value) if is_text and value != saved.value and not request.htmx else ""
    return _question_page(request, attempt, number, now, is_stale=True, typed=typed)


def _question_page(
    request: HtmxRequest, attempt: LoadedAttempt, number: int, now: datetime, **notes: bool | str
) -> HttpResponse:
    answered = attempt.with_answers()
    if attempt.pace is not None:
        return paced_page(request, answered, number, attempt.pace, now, **notes)
    template, htmx = "student/take_attempt.html", request.htmx
    if htmx:
        template += "#flag" if htmx.target == "flag" else "#question"
    return render(request, template, {**question_context(answered, number, now=now), **notes})


def _saved_reply(saved: SaveResult, attempt: LoadedAttempt, question: Question) -> JsonResponse:
    """The reply to the outbox after a save.

    is_answered: whether the stored value is an answer, not a cleared one. is_complete: whether no part is missing.
    """
    reply = {
        "outcome": str(saved.outcome),
        "revision": saved.revision,
        "is_answered": saved.value is not None,
        "is_complete": saved.value is not None and not attempt.content.missing_parts(question, saved.value),
        # From now, not from the arrival, because the clock of the page counts from it.
        "seconds_left": seconds_until(attempt.deadline_at, now=timezone.now()),
        **paced_reply(attempt, question, saved.value),
    }
    return JsonResponse(reply, status=JSON_STATUS[Outcome(saved.outcome)])


def _not_an_answer(request: HttpRequest, attempt: LoadedAttempt, number: int, form: AnswerForm) -> HttpResponse:
    errors = form.non_field_errors() or [gettext("This page is out of date. Open the question again.")]
    if wants_json(request):
        return JsonResponse({"outcome": "refused", "message": errors[0]}, status=400)
    context = {"attempt": attempt, "student": attempt.student, "number": number, "message": errors[0]}
    return render(request, "student/not_an_answer.html", context, status=400)


def _ended(request: HttpRequest, attempt: LoadedAttempt, now: datetime, *, is_unsaved: bool = False) -> HttpResponse:
    """Submit what is saved and lead to the receipt. is_unsaved: an answer came that does not count."""
    submitted = attempt.row()
    # A teacher may have given more time since the attempt was loaded.
    if is_over(at=now, deadline_at=submitted.deadline_at):
        submitted = lifecycle.submit_attempt(submitted, now=now, language=get_language() or "")
    address = reverse("receipt", args=[attempt.public_id])
    if wants_json(request):
        outcome = Outcome.LATE if is_unsaved else Outcome.SAVED
        return JsonResponse({"outcome": str(outcome), "location": address}, status=410)
    if is_unsaved and not attempt.is_open and submitted.submitted_by == Attempt.SubmittedBy.STUDENT:
        messages.warning(request, gettext("You already turned this in. Your last answer came too late to count."))
    return redirect(address)


def _question_closed(request: HttpRequest, attempt: LoadedAttempt, number: int, saved: SaveResult) -> HttpResponse:
    """Lead to the question that the class is at. The late answer is kept, labeled late."""
    if wants_json(request):
        # The outbox opens the page again after a 409.
        return JsonResponse({"outcome": str(Outcome.LATE), "revision": saved.revision}, status=409)
    return redirect("take_attempt", attempt.public_id, number)
