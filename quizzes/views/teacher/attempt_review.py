from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.assignments.lifecycle import answers_shown, answers_shown_at
from quizzes.attempts.attempt_content import AttemptContent
from quizzes.content.question_types.registry import Question, review
from quizzes.formatting import points
from quizzes.forms.accommodations import ReopenForm
from quizzes.forms.grading import GradeForm
from quizzes.models import AnswerEvent, Attempt, ManualGrade
from quizzes.reports import attempt_review as attempt_review_module
from quizzes.reports import gradebook
from quizzes.views.access import TeacherRequest, taught_attempt

Outcome = AnswerEvent.Outcome


@dataclass(frozen=True, slots=True)
class AnswerTools:
    """What a teacher may do with one answer. position: in the edition. is_refused: the form was sent and refused."""

    position: int
    mark: ManualGrade | None
    form: GradeForm
    is_refused: bool


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One answer that came after the end.

    may_count: it is the newest to its question, not accepted yet, and nothing was saved since.
    """

    event: AnswerEvent
    number: int
    given: str
    is_accepted: bool
    may_count: bool


@require_GET
def attempt_review(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One attempt: each answer with verdict, key and evidence, and what arrived but did not count."""
    return attempt_page(request, taught_attempt(request, public_id), now=timezone.now())


def attempt_page(
    request: TeacherRequest,
    attempt: Attempt,
    *,
    now: datetime,
    grade_form: tuple[str, GradeForm] | None = None,
    reopen_form: ReopenForm | None = None,
) -> HttpResponse:
    """The page of one attempt. grade_form: of this question key, reopen_form: as sent and refused.

    attempt: as `taught_attempt` gives it.
    """
    reviewed = attempt_review_module.review_attempt(attempt)
    marks = attempt_review_module.newest_grades(attempt)
    late, unused_count = _unused(attempt_review_module.unused_events(attempt), reviewed)
    shown_at = answers_shown_at(attempt.assignment)
    forms = {key: form for key, form in [grade_form] if key} if grade_form else {}
    context = {
        "attempt": attempt,
        "assignment": attempt.assignment,
        "classroom": attempt.classroom,
        "reviewed": reviewed,
        "is_late": gradebook.is_late(attempt, gradebook.due_at(attempt)),
        "late": late,
        "waits_for_acceptance": not attempt.is_open and any(line.may_count for line in late),
        "unused_count": unused_count,
        "tools": {
            question.key: AnswerTools(
                position,
                marks.get(question.key),
                forms.get(question.key) or grade_form_of(question, position, marks.get(question.key)),
                question.key in forms,
            )
            for position, question in enumerate(reviewed.content.published.document.questions, start=1)
        },
        "reopen_form": reopen_form or ReopenForm(initial={"receipt": attempt.receipt}),
        "could_see_answers": answers_shown(attempt.assignment, attempt, shown_at=shown_at, now=now),
    }
    return render(request, "teacher/attempt_review.html", context)


def grade_form_of(question: Question, position: int, mark: ManualGrade | None = None, data: Any = None) -> GradeForm:
    """The form that marks one answer. position: of its question in the edition."""
    initial = {"points": points(mark.points), "comment": mark.comment} if mark is not None else {}
    return GradeForm(data, possible=question.points, initial=initial, auto_id=f"id_{position}_%s")


def _unused(
    events: Sequence[AnswerEvent], reviewed: attempt_review_module.ReviewedAttempt
) -> tuple[list[LateAnswer], int]:
    """The late answers in the order of arrival, and how many other saves changed nothing."""
    by_outcome = {outcome: [event for event in events if event.outcome == outcome] for outcome in Outcome}
    accepted = {event.operation for event in by_outcome[Outcome.ACCEPTED]}
    newest = {event.question_id: event for event in by_outcome[Outcome.LATE]}
    saved_at = {item.answer.question_id: item.answer.saved_at for item in reviewed.questions if item.answer}
    late = []
    for event in by_outcome[Outcome.LATE]:
        is_accepted = f"accepted.{event.pk}" in accepted
        is_newest = newest[event.question_id] is event and event.at >= (saved_at.get(event.question_id) or event.at)
        words = _in_words(event, reviewed.content)
        late.append(LateAnswer(event, *words, is_accepted, may_count=is_newest and not is_accepted))
    return late, len(by_outcome[Outcome.STALE]) + len(by_outcome[Outcome.SETTLED])


def _in_words(event: AnswerEvent, content: AttemptContent) -> tuple[int, str]:
    """The place of the event's question in the attempt, and what was given."""
    for number, question in enumerate(content.questions, start=1):
        if content.question_id(question) == event.question_id:
            return number, review(question, event.value, content.published.document.reading).given
    raise LookupError(event.question_id)
