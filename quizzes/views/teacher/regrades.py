"""Regrade a question: form, preview, apply, history, undo."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.content.editions import shown_edition, written_questions
from quizzes.content.question_types.registry import type_of
from quizzes.content.question_types.results import KeyRow
from quizzes.content.set_document import SetDocument
from quizzes.formatting import either
from quizzes.forms.regrades import PolicyForm, RegradeForm
from quizzes.grading import regrades
from quizzes.grading.new_keys import own_document
from quizzes.grading.points import Adjustments, accepted_versions, explanation_in_force, since_new_key
from quizzes.grading.regrades import StalePreview
from quizzes.grading.scores import applied_regrades, parsed
from quizzes.models import Assignment, Edition, Question, Regrade
from quizzes.people.class_roles import ClassAct
from quizzes.reports.gradebook import count_outside_averages
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.methods import require_POST


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def regrade_question(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Regrade a question of an edition: the form, then its preview, then apply."""
    assignment = taught_assignment(request, public_id)
    document = shown_edition(assignment.edition_id).document
    if not 1 <= number <= len(document.questions):
        raise Http404
    question = document.questions[number - 1]
    row = Question.objects.get(edition_id=assignment.edition_id, key=question.key)
    form = _form(request, assignment, document, number)
    context = _context(assignment, row, form, document)
    if form.moves_a_line or not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/regrade_question.html", context)
    affected, act = form.reached, {name: form.cleaned_data[name] for name in ("policy", "document")}
    if form.cleaned_data["act"] == "save":
        # The group id from the form is combined with the teacher's id, as in `assign`.
        group = uuid5(form.cleaned_data["group"], f"{request.user.pk}:{row.pk}")
        sent = {**act, "reason": form.cleaned_data["reason"], "stamp": form.cleaned_data["stamp"], "group": group}
        try:
            made = regrades.apply(affected, row, by=request.user, now=timezone.now(), **sent)
        except StalePreview as error:
            context["stale"] = error.new_count
        else:
            _say_regraded(request, made, number)
            return redirect("assignment_regrades", assignment.public_id)
    context |= {
        "class_names": _class_names(affected),
        "preview": regrades.preview(affected, row, **act),
        "outside_count": count_outside_averages(affected),
        "new_key": _new_key(question.key, act["document"], assignment),
        "new_evidence": form.reading.sentences(form.cleaned_data.get("evidence", ())),
    }
    return render(request, "teacher/regrade_question.html", context)


def _say_regraded(request: TeacherRequest, made: Sequence[Regrade], number: int) -> None:
    if all(regrade.undone_at is not None for regrade in made):
        # The form was sent again after an undo.
        messages.warning(request, gettext("This regrade was undone. Nothing changed."))
    else:
        messages.success(request, gettext("Question {number} is regraded. Scores updated.").format(number=number))


@require_GET
def assignment_regrades(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The regrades of an assignment, with teacher and reason; and every question, to regrade it."""
    assignment = taught_assignment(request, public_id)
    document = shown_edition(assignment.edition_id).document
    made = assignment.regrades.select_related("question", "made_by", "undone_by").order_by("-made_at", "-pk")
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "made": [(one, _new_key(one.question.key, one.document, assignment)) for one in made],
        "questions": list(enumerate(document.questions, start=1)),
        "language": document.language,
    }
    return render(request, "teacher/assignment_regrades.html", context)


@require_POST
def undo_regrade(request: TeacherRequest, public_id: str, group: UUID) -> HttpResponse:
    """Undo a regrade in the classes of this teacher that it affected, as far as a regrade reaches them now."""
    assignment = taught_assignment(request, public_id)
    if not assignment.regrades.filter(group=group).exists():
        raise Http404
    changed = regrades.undo(group, here=assignment.classroom, by=request.user, now=timezone.now())
    words = ngettext("Regrade undone: {count} score changed.", "Regrade undone: {count} scores changed.", changed)
    messages.success(request, words.format(count=changed))
    return redirect("assignment_regrades", assignment.public_id)


def _form(request: TeacherRequest, assignment: Assignment, document: SetDocument, number: int) -> RegradeForm:
    question = document.questions[number - 1]
    edition = Edition.objects.get(pk=assignment.edition_id)
    return RegradeForm(
        request.POST if request.method == "POST" else None,
        affected=regrades.affected_assignments(edition, here=assignment.classroom, by=request.user),
        here=assignment,
        edition=edition,
        question=question,
        earlier=applied_regrades({assignment.pk})[assignment.pk].get(question.key, []),
        initial_policy=PolicyForm(request.GET).initial_policy,
    )


def _context(assignment: Assignment, row: Question, form: RegradeForm, document: SetDocument) -> dict[str, Any]:
    present = form.present.in_language(document.language)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "number": row.position,
        "question": form.question,
        "citation": document.reading.citation,
        "language": document.language,
        "reading_language": document.reading.language,
        "earlier_regrades": form.earlier,
        "is_dropped": any(regrade.policy == "drop" for regrade in form.earlier),
        "is_full_credit": any(regrade.policy == "full_credit" for regrade in since_new_key(form.earlier)),
        "present_key": [line for line in present.answer_key(form.reading) if line.right],
        "also_accepted": _also_accepted(form, document.language),
        "sentences": form.reading.sentences(present.evidence),
        "evidence": present.evidence,
        "explanation": explanation_in_force(form.question, form.earlier),
        "class_names": _class_names(form.affected),
        "form": form,
        "view": form.view,
        "question_template": type_of(form.question).template("page"),
        "address": reverse("regrade_question", args=[assignment.public_id, row.position]),
    }


def _also_accepted(form: RegradeForm, language: str) -> str:
    """The earlier answers that still count as correct, besides the newest; "" for none."""
    versions = accepted_versions(form.question, Adjustments({form.question.key: form.earlier}))
    *earlier, newest = [version.in_language(language).review(None, form.reading).correct for version in versions]
    return either([text for text in dict.fromkeys(earlier) if text != newest])


def _class_names(assignments: Sequence[Assignment]) -> list[str]:
    """The names of their classes. A class that has the questions in two quizzes is one class."""
    return list({assignment.classroom_id: assignment.classroom.name for assignment in assignments}.values())


def _new_key(key: str, document: Mapping[str, Any] | None, assignment: Assignment) -> list[KeyRow]:
    """The lines of the new key of a regrade, in the language of the page; [] without one. key: of its question."""
    if document is None:
        return []
    edition_id = assignment.edition_id
    question = parsed(edition_id, own_document(written_questions(edition_id)[key], document))
    shown = shown_edition(edition_id).document
    return [line for line in question.in_language(shown.language).answer_key(shown.reading) if line.right]
