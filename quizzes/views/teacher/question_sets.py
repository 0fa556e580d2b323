"""The list of question sets, and one set with its keys."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from quizzes.content.drafts import lifecycle
from quizzes.content.editions import shown_edition
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.content.question_types.results import KeyRow
from quizzes.content.reading import Sentence
from quizzes.content.set_document import SetDocument
from quizzes.content.set_problems import CoverageRow, coverage
from quizzes.models import Classroom, Draft, QuestionSet
from quizzes.reports.answered_editions import answered_notices
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.undo import offer_undo


@dataclass(frozen=True, slots=True)
class KeyedQuestion:
    """One question with its key. number: its position in the set."""

    number: int
    question: Question
    type_label: str
    rows: tuple[KeyRow, ...]
    evidence: tuple[Sentence, ...]


@require_GET
def question_sets(request: TeacherRequest) -> HttpResponse:
    """The sets that a teacher may use, the teacher's drafts, and what the teacher archived or deleted."""
    open_sets = QuestionSet.objects.open_to(request.user).current().published().select_related("owner").by_shown_title()
    lines = [(question_set, shown_edition(question_set.latest_edition_id).document) for question_set in open_sets]
    groups = [
        (pgettext("question sets", "Yours"), [line for line in lines if line[0].owner_id == request.user.pk]),
        (
            pgettext("question sets", "Shared with you"),
            [line for line in lines if line[0].owner_id not in {None, request.user.pk}],
        ),
        (pgettext("question sets", "Built in"), [line for line in lines if line[0].owner_id is None]),
    ]
    shown = [(label, group) for label, group in groups if group]
    drafts = Draft.objects.owned_by(request.user).never_published()
    own = QuestionSet.objects.owned_by(request.user)
    context = {
        "groups": shown,
        "drafts": drafts,
        "unused": set(own.current().without_assignments().values_list("pk", flat=True)),
        "put_aside": [(row, row.deleted_at) for row in own.put_aside()],
    }
    return render(request, "teacher/question_sets.html", context)


@require_POST
def archive_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Leave an own set out of the lists."""
    question_set = _own_set(request, public_id)
    lifecycle.archive_set(question_set, now=timezone.now())
    text = gettext("“{title}” is archived. Quizzes that use it stay open.").format(title=question_set.shown_title)
    offer_undo(request, text, reverse("restore_set", args=[public_id]))
    return redirect("question_sets")


@require_POST
def delete_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Delete an own set that no class uses. It can be restored for a day."""
    question_set = _own_set(request, public_id)
    try:
        lifecycle.delete_set(question_set, by=request.user, now=timezone.now())
    except lifecycle.InUse:
        messages.error(
            request,
            gettext("A class has “{title}”, so it can’t be deleted. You can archive it.").format(
                title=question_set.shown_title
            ),
        )
    else:
        text = gettext("“{title}” is deleted. You can restore it below until tomorrow.").format(
            title=question_set.shown_title
        )
        offer_undo(request, text, reverse("restore_set", args=[public_id]))
    return redirect("question_sets")


@require_POST
def restore_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Bring an own set back that was archived or deleted."""
    question_set = _own_set(request, public_id)
    lifecycle.restore_set(question_set, by=request.user, now=timezone.now())
    messages.success(request, gettext("“{title}” is restored.").format(title=question_set.shown_title))
    return redirect("question_sets")


def _own_set(request: TeacherRequest, public_id: str) -> QuestionSet:
    return get_object_or_404(QuestionSet.objects.owned_by(request.user), public_id=public_id)


@require_GET
def question_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One set: the reading, and every question with key, rationales and evidence."""
    visible = QuestionSet.objects.visible_to(request.user).published().with_guide()
    found = get_object_or_404(visible.select_related("owner", "copied_from__owner"), public_id=public_id)
    edition = shown_edition(found.latest_edition_id)
    is_own = found.owner_id == request.user.pk
    has_forms = bool(edition.document.form_of)
    taught = Classroom.objects.taught_by(request.user)
    # Another teacher's class can have a set that its owner does not share.
    may_use = is_own or QuestionSet.objects.open_to(request.user).filter(pk=found.pk).exists()
    answered = answered_notices(found, None, latest=edition.number, by=request.user) if may_use else []
    context = {
        "question_set": found,
        "document": edition.document,
        "origins": list(_origins(found)),
        # Classes where both forms can be assigned in halves.
        "growth_classes": taught.current().with_list_names(request.user) if has_forms else (),
        "objectives": list(_by_objective(edition.document)),
        "is_own": is_own,
        "may_use": may_use,
        "may_edit": is_own and Draft.objects.owned_by(request.user).filter(question_set=found).exists(),
        # The author reads also that a new version changes no score.
        "answered": [notice for notice in answered if is_own or notice.needs_regrade],
    }
    return render(request, "teacher/question_set.html", context)


def _origins(copy: QuestionSet) -> Iterator[QuestionSet]:
    """The set that a set is a copy of, then the one that this is a copy of, and so on. Two queries for each at most."""
    origin = copy.copied_from
    while origin is not None:
        yield origin
        origin = origin.copied_from


def _by_objective(document: SetDocument) -> Iterator[tuple[CoverageRow, int, list[KeyedQuestion]]]:
    """(coverage, points, questions) for each objective that a question has."""
    keyed = [_keyed(number, question, document) for number, question in enumerate(document.questions, start=1)]
    for row in coverage(document):
        questions = [item for item in keyed if item.question.objective == row.objective.key]
        if questions:
            yield row, sum(item.question.points for item in questions), questions


def _keyed(number: int, question: Question, document: SetDocument) -> KeyedQuestion:
    evidence = document.reading.sentences(question.evidence)
    return KeyedQuestion(
        number,
        question,
        gettext(type_of(question).label),
        question.answer_key(document.reading),
        evidence,
    )
