"""Assign a question set to classrooms in one step: from a set, from a class, again, or to one more class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from quizzes.assignments import lifecycle
from quizzes.assignments.accommodations import extend_to_fit
from quizzes.assignments.presets import Preset, PresetValues
from quizzes.content.drafts.retry import make_retry, retry_title
from quizzes.content.editions import latest_edition, public_question_count, published
from quizzes.forms.assign import AssignForm
from quizzes.forms.assignments import ClassLinkForm
from quizzes.forms.fields import wall_time
from quizzes.forms.reports import RetryLinkForm
from quizzes.models import Assignment, Classroom, Edition, QuestionSet
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.teacher.assignments import confirmation

PRESETS = (Preset.IN_CLASS, Preset.HOMEWORK, Preset.TEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a page offers to assign.

    edition_id: None if the teacher chooses among the question sets. source: the assignment that is assigned again.
    group: of the assignment that the classes join. retry_of, retry_keys: an assignment of this edition and those of its
    questions that become a set of their own, which is made with the assignment.
    """

    classrooms: Sequence[Classroom]
    edition_id: int | None = None
    question_sets: Sequence[QuestionSet] | None = None
    source: Assignment | None = None
    group: UUID | None = None
    retry_of: Assignment | None = None
    retry_keys: Sequence[str] = ()

    def form(self, request: TeacherRequest, *, now: datetime) -> AssignForm:
        """The form of the page."""
        link = ClassLinkForm(request.GET)
        return AssignForm(
            request.POST or None,
            classrooms=self.classrooms,
            now=now,
            presets=PRESETS
            if self.source is None
            else (Preset.SAME, *PRESETS)
            if self.group is None
            else (Preset.SAME,),
            copied=_copied(self.source, now=now) if self.source is not None else None,
            question_sets=self.question_sets,
            chosen=[link.cleaned_data["classroom"]]
            if link.is_valid()
            else [self.retry_of.classroom.public_id]
            if self.retry_of is not None
            else [],
        )


@require_http_methods(["GET", "POST"])
def assign(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Assign one question set."""
    question_set = get_object_or_404(QuestionSet.objects.open_to(request.user).published(), public_id=public_id)
    return _assign(request, Offer(classrooms=_classrooms(request), edition_id=question_set.latest_edition_id))


@require_http_methods(["GET", "POST"])
def assign_quiz(request: TeacherRequest) -> HttpResponse:
    """Assign a question set that the teacher chooses on the page."""
    question_sets = QuestionSet.objects.open_to(request.user).current().published().order_by("title", "pk")
    return _assign(request, Offer(classrooms=_classrooms(request), question_sets=list(question_sets)))


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def assign_again(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Assign a quiz again, to the same class or others: the newest version, with the settings of the quiz."""
    source = taught_assignment(request, public_id)
    question_sets = QuestionSet.objects.open_to(request.user).published()
    newest = question_sets.filter(pk=source.edition.question_set_id).first()
    # A set of another teacher may have come with a class that was handed over.
    edition_id = source.edition_id if newest is None else newest.latest_edition_id
    return _assign(request, Offer(classrooms=_classrooms(request), edition_id=edition_id, source=source))


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def add_classes(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a quiz to more classes: the same version and settings, in the group of the quiz."""
    source = taught_assignment(request, public_id)
    classrooms = _classrooms(request)
    if request.method == "GET":
        # A form that is sent twice names classes that have the quiz by then.
        having = set(Assignment.objects.given_together(source.group).values_list("classroom", flat=True))
        classrooms = [classroom for classroom in classrooms if classroom.pk not in having]
    offer = Offer(classrooms=classrooms, edition_id=source.edition_id, source=source, group=source.group)
    return _assign(request, offer)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def assign_retry(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Assign some questions of a quiz again, as a set of their own."""
    source = taught_assignment(request, public_id)
    document = published(source.edition_id).document
    link = RetryLinkForm(request.GET, keys=[question.key for question in document.questions])
    if not link.is_valid():
        return redirect("assignment_results", public_id)
    offer = Offer(
        classrooms=_classrooms(request),
        edition_id=source.edition_id,
        retry_of=source,
        retry_keys=link.cleaned_data["question"],
    )
    return _assign(request, offer)


def _assign(request: TeacherRequest, offer: Offer) -> HttpResponse:
    """The page, the page that asks to confirm, or the redirect after assigning."""
    editions = Edition.objects.select_related("question_set__reading__source")
    editions = editions.defer("document", "question_set__reading__document")
    edition = editions.get(pk=offer.edition_id) if offer.edition_id is not None else None
    context: dict[str, Any] = {
        "edition": edition,
        "source": offer.source,
        "is_added": offer.group is not None,
        "retry_of": offer.retry_of,
        "retry_title": retry_title(edition.question_set.title) if edition is not None and offer.retry_of else "",
        "retry_count": len(offer.retry_keys),
        "public_count": public_question_count(offer.edition_id) if offer.edition_id is not None else 0,
    }
    if not offer.classrooms:
        return render(request, "teacher/assign.html", context)
    form = offer.form(request, now=timezone.now())
    context |= {"form": form}
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/assign.html#assign-live" if request.htmx else "teacher/assign.html", context)
    if edition is None:
        edition = editions.get(pk=form.chosen_set.latest_edition_id)
        context |= {"public_count": public_question_count(edition.pk)}
    # The group id from the form is combined with the teacher's id, so that nobody can join another teacher's group.
    group = offer.group or uuid5(form.cleaned_data["group"], f"{request.user.pk}:{edition.question_set_id}")
    title = form.settings.own_title or context["retry_title"] or edition.question_set.title
    alike = Assignment.objects.of_title(title).filter(classroom__in=form.windows).exclude(group=group)
    asked = confirmation(request, form, form.windows, alike=set(alike.values_list("classroom", flat=True)))
    context |= {"room": asked.room, "early": asked.early, "summary": asked.summary}
    if request.htmx:
        return render(request, "teacher/assign.html#assign-live", context)
    if not asked.is_settled or (offer.edition_id is None and context["public_count"] and not asked.is_confirmed):
        return render(request, "teacher/assign.html", {**context, "is_asked": True})
    with transaction.atomic():
        if offer.retry_of is not None:
            made_set = make_retry(offer.retry_of, offer.retry_keys, by=request.user, now=form.now)
            edition = latest_edition(made_set)
        made = lifecycle.assign(
            edition, form.windows, settings=form.settings, group=group, by=request.user, now=form.now
        )
        for assignment in made:
            extended = [entry for entry in asked.room.extended if entry.student.classroom_id == assignment.classroom_id]
            extend_to_fit(assignment, extended, by=request.user, now=form.now)
    assigned = list(
        Assignment.objects.taught_by(request.user)
        .given_together(group)
        .filter(classroom__in=form.windows)
        .select_related("classroom")
    )
    if form.is_for_now:
        # The page on the wall is the next step.
        return redirect("start_class", assigned[0].public_id)
    messages.success(request, _assigned_message(assigned, title))
    return redirect("assignment_progress", assigned[0].public_id)


def _classrooms(request: TeacherRequest) -> list[Classroom]:
    return list(Classroom.objects.editable_by(request.user).current().with_student_counts())


def _copied(source: Assignment, *, now: datetime) -> PresetValues:
    """The settings of an assignment, with those of its times that are still to come."""
    zone = source.classroom.zone
    times = (source.opens_at, source.due_at, source.closes_at)
    walls = [wall_time(moment, zone) if moment is not None and moment > now else None for moment in times]
    return PresetValues(lifecycle.settings_of(source), *walls)


def _assigned_message(assigned: Sequence[Assignment], title: str) -> str:
    """The notice on the progress page of the first class: the next step of each class."""
    links = []
    for place, assignment in enumerate(assigned):
        of_class = f": {assignment.classroom.name}" if assigned[1:] else ""
        links.append((reverse("start_class", args=[assignment.public_id]), "Start class", of_class))
        if place:
            links.append((reverse("assignment_progress", args=[assignment.public_id]), "Progress", of_class))
    return format_html(
        "Assigned to {}: “{}”. {}",
        get_text_list([assignment.classroom.name for assignment in assigned], "and"),
        title,
        format_html_join(" ", '<a href="{}">{}{}</a>', links),
    )
