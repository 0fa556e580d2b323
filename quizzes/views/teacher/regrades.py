"""Correct a question after it was answered: the form, what it would do, the deed, the record, the way back."""

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes.content.editions import published
from quizzes.content.question_types.registry import parse_question, type_of
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument
from quizzes.forms.grading import PolicyForm, RegradeForm, SettleForm
from quizzes.grading import queue, regrades
from quizzes.grading.points import Adjustments, corrected
from quizzes.grading.queue import QueuedAnswer
from quizzes.grading.regrades import StalePreview
from quizzes.grading.scores import corrections_of
from quizzes.models import Assignment, Edition, Question, Regrade
from quizzes.views.access import TeacherRequest, taught_assignment


@require_http_methods(["GET", "POST"])
def regrade_question(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Correct a question of an edition: the form, then what it would do, and only then the deed."""
    assignment = taught_assignment(request, public_id)
    questions = published(assignment.edition_id).document.questions
    if not 1 <= number <= len(questions):
        raise Http404
    question = questions[number - 1]
    row = Question.objects.get(edition_id=assignment.edition_id, key=question.key)
    edition = Edition.objects.get(pk=assignment.edition_id)
    reached = regrades.reach(edition, by=request.user)
    wish = PolicyForm(request.GET).wish
    form = RegradeForm(request.POST or None, edition=edition, question=question, wish=wish)
    context = _context(assignment, row, reached, form)
    if form.moves_a_line or not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/regrade_question.html", context)
    act = {name: form.cleaned_data[name] for name in ("policy", "document")}
    if form.cleaned_data["act"] == "save":
        # The name that the page sent is made this teacher's own, as in `assign`.
        group = uuid5(form.cleaned_data["group"], f"{request.user.pk}:{row.pk}")
        sent = {**act, "reason": form.cleaned_data["reason"], "stamp": form.cleaned_data["stamp"], "group": group}
        try:
            regrades.apply(reached, row, by=request.user, now=timezone.now(), **sent)
        except StalePreview as error:
            context["stale"] = error.new_count
        else:
            messages.success(request, f"Question {number} is corrected, and the scores are up to date.")
            return redirect("assignment_regrades", assignment.public_id)
    preview = regrades.preview(reached, row, **act)
    context |= {
        "preview": preview,
        "new_key": _in_words(act["document"], form.reading),
        "new_proof": form.reading.sentences(act["document"]["evidence"]) if act["document"] else (),
    }
    return render(request, "teacher/regrade_question.html", context)


@require_GET
def assignment_regrades(request: TeacherRequest, public_id: str) -> HttpResponse:
    """What was corrected on an assignment, by whom and why; and every question, to correct it."""
    assignment = taught_assignment(request, public_id)
    document = published(assignment.edition_id).document
    made = assignment.regrades.select_related("question", "made_by", "undone_by").order_by("-made_at", "-pk")
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "made": [(regrade, _in_words(regrade.document, document.reading)) for regrade in made],
        "questions": list(enumerate(document.questions, start=1)),
    }
    return render(request, "teacher/assignment_regrades.html", context)


@require_POST
def undo_regrade(request: TeacherRequest, public_id: str, group: UUID) -> HttpResponse:
    """Take a correction back, in every class of this teacher that it reached."""
    assignment = taught_assignment(request, public_id)
    if not assignment.regrades.filter(group=group).exists():
        raise Http404
    changed = regrades.undo(group, by=request.user, now=timezone.now())
    scores = f"{changed} score{'' if changed == 1 else 's'} changed"
    messages.success(request, f"The correction is undone: {scores}.")
    return redirect("assignment_regrades", assignment.public_id)


@require_GET
def short_answers(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Typed answers that are near an accepted one, equal ones together, and those that only a person can mark."""
    assignment = taught_assignment(request, public_id)
    unread = queue.queued_answers([assignment]).get(assignment.pk, [])
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "queue": [doubt for doubt in unread if not doubt.is_by_hand],
        "by_hand": [doubt for doubt in unread if doubt.is_by_hand],
    }
    return render(request, "teacher/short_answers.html", context)


@require_POST
def settle_short_answer(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Accept equal answers, once for all classes, or let them stand. What is no longer in the queue is settled."""
    assignment = taught_assignment(request, public_id)
    form = SettleForm(request.POST)
    unread = queue.queued_answers([assignment]).get(assignment.pk, [])
    doubt = next((doubt for doubt in unread if form.is_valid() and doubt.name == form.cleaned_data["doubt"]), None)
    if doubt is None or doubt.is_by_hand:
        messages.info(request, "This answer is settled already.")
    elif not doubt.may_accept or form.cleaned_data["act"] == "keep":
        # Rounded up, so that a mark for a third of a point takes nothing away.
        points = (Decimal(doubt.earned.numerator) / doubt.earned.denominator).quantize(Decimal("0.01"), ROUND_UP)
        count = _mark_all(request, assignment, doubt, points)
        messages.success(request, f"“{doubt.given[0]}” stays as it is, for {count} answer{'' if count == 1 else 's'}.")
    else:
        _accept(request, assignment, doubt)
    return redirect("short_answers", assignment.public_id)


def _accept(request: TeacherRequest, assignment: Assignment, doubt: QueuedAnswer) -> None:
    edition = Edition.objects.get(pk=assignment.edition_id)
    row = Question.objects.get(edition=edition, key=doubt.question.key)
    try:
        document = regrades.corrected_document(edition, row, doubt.value)
    except InvalidDocument:
        # No key can say it, a number in words for example; so these very answers get their points by hand.
        count = _mark_all(request, assignment, doubt, Decimal(doubt.question.points))
        messages.success(request, f"{count} answer{'' if count == 1 else 's'} got all points, marked by hand.")
        return
    reached = regrades.reach(edition, by=request.user)
    given: dict[str, Any] = {"policy": Regrade.Policy.EITHER_KEY, "document": document}
    regrades.apply(
        reached,
        row,
        reason=f"“{doubt.given[0]}” is accepted as well."[:300],
        stamp=regrades.preview(reached, row, **given).stamp,
        group=uuid4(),
        by=request.user,
        now=timezone.now(),
        **given,
    )
    messages.success(request, f"“{doubt.given[0]}” is accepted, and the scores are up to date. You can undo it.")


@transaction.atomic
def _mark_all(request: TeacherRequest, assignment: Assignment, doubt: QueuedAnswer, points: Decimal) -> int:
    row = Question.objects.get(edition=assignment.edition_id, key=doubt.question.key)
    for attempt in doubt.attempts:
        attempt.assignment = assignment
        regrades.grade_answer(attempt, row, points=points, comment="", by=request.user, now=timezone.now())
    return len(doubt.attempts)


def _context(assignment: Assignment, row: Question, reached: list[Assignment], form: RegradeForm) -> dict[str, Any]:
    corrections = corrections_of({assignment.pk})[assignment.pk]
    present = corrected(form.question, Adjustments(corrections))
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "number": row.position,
        "question": form.question,
        "present_key": [line for line in present.answer_key(form.reading) if line.right],
        "sentences": form.reading.sentences(form.question.evidence),
        "corrected_before": corrections.get(row.key, []),
        "reached": reached,
        "form": form,
        "view": form.view,
        "question_template": type_of(form.question).template("page"),
        "address": reverse("regrade_question", args=[assignment.public_id, row.position]),
    }


def _in_words(document: Mapping[str, Any] | None, reading: Reading) -> str:
    """The key of a question's document in words, "" without a document."""
    if document is None:
        return ""
    lines = [line for line in parse_question(document).answer_key(reading) if line.right]
    return "; ".join(f"“{line.text}” {line.voice.label}" if line.voice else line.text for line in lines)
