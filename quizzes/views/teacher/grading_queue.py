"""The grading queue: accept or reject equal typed answers once for all classes."""

from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.content.tables import InvalidDocument
from quizzes.forms.grading import SettleForm
from quizzes.grading import manual_grades, queue, regrades
from quizzes.grading.queue import QueuedAnswer
from quizzes.models import Assignment, Edition, Question, Regrade
from quizzes.views.access import TeacherRequest, taught_assignment


@require_GET
def grading_queue(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Typed answers that are close to an accepted one, grouped if equal, and answers that a teacher must grade."""
    assignment = taught_assignment(request, public_id)
    unread = queue.queued_answers([assignment]).get(assignment.pk, [])
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "queue": [entry for entry in unread if not entry.is_by_hand],
        "by_hand": [entry for entry in unread if entry.is_by_hand],
    }
    return render(request, "teacher/grading_queue.html", context)


@require_POST
@transaction.atomic
def settle_queued_answer(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Accept equal answers for all classes, or keep their grade. An answer that left the queue is settled."""
    assignment = taught_assignment(request, public_id)
    form = SettleForm(request.POST)
    edition = Edition.objects.get(pk=assignment.edition_id)
    # Before the queue is read: of two requests at once, the second reads a queue without the answer.
    affected = regrades.lock_affected(edition, by=request.user)
    unread = queue.queued_answers([assignment]).get(assignment.pk, [])
    entry = next((entry for entry in unread if form.is_valid() and entry.name == form.cleaned_data["doubt"]), None)
    if entry is None or entry.is_by_hand:
        messages.info(request, "This answer is already graded.")
    elif not entry.may_accept or form.cleaned_data["act"] == "keep":
        # Rounded up, so that a grade of one third of a point does not reduce the score.
        points = (Decimal(entry.earned.numerator) / entry.earned.denominator).quantize(Decimal("0.01"), ROUND_UP)
        count = _grade_all(request, assignment, entry, points)
        messages.success(request, f"“{entry.given[0]}” is not accepted ({count} answer{'' if count == 1 else 's'}).")
    else:
        _accept(request, assignment, affected, edition, entry)
    return redirect("grading_queue", assignment.public_id)


def _accept(
    request: TeacherRequest, assignment: Assignment, affected: list[Assignment], edition: Edition, entry: QueuedAnswer
) -> None:
    row = Question.objects.get(edition=edition, key=entry.question.key)
    try:
        document = regrades.corrected_document(edition, row, entry.value)
    except InvalidDocument:
        # The key cannot contain this answer, for example a number in words. So these answers get a manual grade.
        count = _grade_all(request, assignment, entry, Decimal(entry.question.points))
        messages.success(request, f"{count} answer{' gets' if count == 1 else 's get'} full credit.")
        return
    change: dict[str, Any] = {"policy": Regrade.Policy.EITHER_KEY, "document": document}
    regrades.apply(
        affected,
        row,
        reason=f"“{entry.given[0]}” is accepted too."[:300],
        stamp=regrades.preview(affected, row, **change).stamp,
        group=uuid4(),
        by=request.user,
        now=timezone.now(),
        **change,
    )
    messages.success(request, f"“{entry.given[0]}” is accepted. Scores updated. You can undo it.")


def _grade_all(request: TeacherRequest, assignment: Assignment, entry: QueuedAnswer, points: Decimal) -> int:
    row = Question.objects.get(edition=assignment.edition_id, key=entry.question.key)
    for attempt in entry.attempts:
        attempt.assignment = assignment
        manual_grades.grade_answer(attempt, row, points=points, comment="", by=request.user, now=timezone.now())
    return len(entry.attempts)
