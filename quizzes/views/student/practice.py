"""Practice the missed questions once answers are shown. Practice is stored only in the session."""

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments.release import answers_shown_at, can_see_answers
from quizzes.attempts.access import LoadedAttempt
from quizzes.reports.attempt_review import review_attempt
from quizzes.reports.practice import practice_of
from quizzes.views.access import attempt_required
from quizzes.views.previews import PreviewPlace, answer_question, show_result


@require_http_methods(["GET", "POST"])
@attempt_required()
def practice_question(request: HttpRequest, loaded: LoadedAttempt, number: int) -> HttpResponse:
    """One missed question, to answer again."""
    place = _place(loaded, timezone.now())
    return answer_question(request, place, number) if place is not None else redirect("result", loaded.public_id)


@require_http_methods(["GET", "POST"])
@attempt_required()
def practice_result(request: HttpRequest, loaded: LoadedAttempt) -> HttpResponse:
    """The result of the practice."""
    place = _place(loaded, timezone.now())
    return show_result(request, place) if place is not None else redirect("result", loaded.public_id)


def _place(loaded: LoadedAttempt, now: datetime) -> PreviewPlace | None:
    """The practice of an attempt; None before answers are shown and if no question was missed."""
    attempt = loaded.row()
    shown_at = answers_shown_at(attempt.assignment, attempt.student_id)
    if not can_see_answers(attempt.assignment, attempt, shown_at=shown_at, now=now):
        return None
    practice = practice_of(review_attempt(attempt))
    if not practice.keys:
        return None
    return PreviewPlace(
        attempt.assignment.edition_id,
        lambda number: reverse("practice_question", args=[attempt.public_id, number]),
        reverse("practice_result", args=[attempt.public_id]),
        reverse("result", args=[attempt.public_id]),
        gettext("Your result"),
        only=practice.keys,
        kept_as=f"practice-{attempt.public_id}",
        adjusted=practice.adjusted,
        is_practice=True,
        variant=loaded.reading_choice.variant,
        # These two keep marks in the attempt, which is turned in.
        supports=replace(loaded.supports, cross_out=False, notes=False),
    )
