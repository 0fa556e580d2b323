"""Assign a question set to classrooms in one step: from a set, from a class, again, or to one more class."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import lifecycle
from quizzes.assignments.accommodations import extend_to_fit
from quizzes.assignments.presets import Preset, PresetValues
from quizzes.assignments.release import Release, given_from_set, is_released, last_closes
from quizzes.content.drafts.publishing import NotReady
from quizzes.content.drafts.retry import make_retry, retry_title
from quizzes.content.editions import latest_edition, public_question_count, published
from quizzes.formatting import listed
from quizzes.forms.assign import AssignForm
from quizzes.forms.assignments import ClassLinkForm
from quizzes.forms.fields import wall_time
from quizzes.forms.reports import RetryLinkForm
from quizzes.models import Assignment, Classroom, Edition, QuestionSet, Regrade, User
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.teacher.assignments import Confirmation, confirmation, hidden_answers

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
        return AssignForm(
            request.POST if request.method == "POST" else None,
            classrooms=self.classrooms,
            now=now,
            presets=self._presets(),
            copied=_copied(self.source, now=now) if self.source is not None else None,
            question_sets=self.question_sets,
            chosen=self._chosen_classrooms(request),
        )

    def _presets(self) -> Sequence[Preset]:
        if self.source is None:
            return PRESETS
        # Classes that join a quiz get its settings.
        return (Preset.SAME,) if self.group is not None else (Preset.SAME, *PRESETS)

    def _chosen_classrooms(self, request: TeacherRequest) -> list[str]:
        """The public ids of the classes that are chosen when the page opens."""
        link = ClassLinkForm(request.GET)
        if link.is_valid():
            return [link.cleaned_data["classroom"]]
        return [self.retry_of.classroom.public_id] if self.retry_of is not None else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a valid form assigns. title: as it is stored. edition: of a retry, the one that it comes from."""

    edition: Edition
    group: UUID
    title: str

    def classes_with_title(self, classrooms: Iterable[Classroom]) -> set[int]:
        """The ids of those classes that have another quiz with this title."""
        alike = Assignment.objects.of_title(self.title).filter(classroom__in=classrooms).exclude(group=self.group)
        return set(alike.values_list("classroom", flat=True))


@require_http_methods(["GET", "POST"])
def assign(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Assign one question set."""
    question_sets = QuestionSet.objects.open_to(request.user).published()
    question_set = get_object_or_404(question_sets, public_id=public_id)
    if question_set.archived_at is not None:
        # Its page says that. The owner may have archived it since this page was opened.
        return redirect("question_set", public_id)
    return _assign(request, Offer(classrooms=_classrooms(request), edition_id=question_set.latest_edition_id))


@require_http_methods(["GET", "POST"])
def assign_quiz(request: TeacherRequest) -> HttpResponse:
    """Assign a question set that the teacher chooses on the page."""
    question_sets = QuestionSet.objects.open_to(request.user).current().published().with_has_guide().by_shown_title()
    return _assign(request, Offer(classrooms=_classrooms(request), question_sets=question_sets))


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
    edition = _edition(offer.edition_id) if offer.edition_id is not None else None
    context = _page_context(request, offer, edition)
    if not offer.classrooms:
        return render(request, "teacher/assign.html", context)
    page = "teacher/assign.html#assign-live" if request.htmx else "teacher/assign.html"
    form = context["form"] = offer.form(request, now=timezone.now())
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, page, context)
    plan = _plan(form, offer, edition or _edition(form.chosen_set.latest_edition_id), by=request.user)
    asked = confirmation(
        request,
        form,
        form.windows,
        edition_id=plan.edition.pk,
        alike=plan.classes_with_title(form.windows),
        more_warnings=[
            *_early_key(offer.retry_of, form),
            *_hidden_answers(plan, offer, form, by=request.user),
            *_regraded_elsewhere(plan, offer, by=request.user),
        ],
        is_retry=offer.retry_of is not None,
    )
    context |= {"room": asked.room, "early": asked.early, "summary": asked.summary}
    context["chosen_title"] = form.settings.own_title
    is_news = False
    if edition is None:
        # The page of one set names its public questions from the start, the page with a choice of sets only here.
        context["public_count"] = public_question_count(plan.edition.pk)
        context["chosen_title"] = form.settings.own_title or plan.edition.question_set.shown_title
        is_news = context["public_count"] > 0 and not asked.is_confirmed
    if request.htmx or is_news or not asked.is_settled:
        return render(request, page, {**context, "is_asked": not request.htmx})
    if not _save_if_ready(form, offer, plan, asked, by=request.user):
        return render(request, page, context)
    return _redirect_to_next(request, form, plan)


def _page_context(request: TeacherRequest, offer: Offer, edition: Edition | None) -> dict[str, Any]:
    """What the page shows without the form. edition: None before a choice of sets."""
    return {
        "edition": edition,
        "source": offer.source,
        "is_added": offer.group is not None,
        # The menu marks the part of the site that the teacher came from.
        "section": "classes" if offer.source or offer.retry_of or ClassLinkForm(request.GET).is_valid() else "sets",
        "retry_of": offer.retry_of,
        "retry_title": _retry_title(edition) if edition is not None and offer.retry_of else "",
        "retry_count": len(offer.retry_keys),
        "public_count": public_question_count(edition.pk) if edition is not None else 0,
        # On the page that asks to confirm: the title that the teacher typed, or that of a set chosen here.
        "chosen_title": "",
    }


def _edition(edition_id: int) -> Edition:
    """The edition with its question set, without the documents."""
    editions = Edition.objects.select_related("question_set__reading__source")
    return editions.defer("document", "question_set__reading__document").get(pk=edition_id)


def _early_key(retry_of: Assignment | None, form: AssignForm) -> list[str]:
    """What a teacher learns if a retry can show answers of a quiz that still wait for its other classes. One query."""
    if retry_of is None or retry_of.release != Release.AFTER_CLOSE or form.settings.release == Release.NEVER:
        return []
    shown_at = last_closes([retry_of])[retry_of.pk]
    if is_released(Release(retry_of.release), shown_at=shown_at, at=form.now):
        return []
    text = gettext("The answers of “{title}” wait until all classes close. This retry can show some of them before.")
    return [text.format(title=retry_of.title)]


def _hidden_answers(plan: Plan, offer: Offer, form: AssignForm, *, by: User) -> list[str]:
    """`hidden_answers` of a new quiz. A retry is another set."""
    if offer.retry_of is not None:
        return []
    given = partial(given_from_set, plan.edition.question_set_id, by=by)
    return hidden_answers(form, form.windows.values(), given, by=by)


def _regraded_elsewhere(plan: Plan, offer: Offer, *, by: User) -> list[str]:
    """What a teacher learns if questions of this version were regraded in current classes. One query."""
    if offer.retry_of is not None:
        # A retry has no regraded question.
        return []
    theirs = Assignment.objects.editable_by(by).filter(edition=plan.edition, classroom__archived_at=None)
    regraded = Regrade.objects.in_force().filter(assignment__in=theirs)
    rows = list(regraded.values_list("question__position", "assignment__classroom__name"))
    positions = sorted({position for position, _ in rows})
    words = ngettext(
        "Question {numbers} was regraded in {classes}. After you assign this, regrade it here too.",
        "Questions {numbers} were regraded in {classes}. After you assign this, regrade them here too.",
        len(positions),
    )
    numbers, classes = listed([str(position) for position in positions]), listed(sorted({name for _, name in rows}))
    return [words.format(numbers=numbers, classes=classes)] if rows else []


def _retry_title(edition: Edition) -> str:
    return retry_title(edition.question_set.shown_title, get_language() or "en")


def _plan(form: AssignForm, offer: Offer, edition: Edition, *, by: User) -> Plan:
    """What to assign by a valid form."""
    # The group id from the form is combined with the teacher's id, so that no one can join another teacher's group.
    group = offer.group or uuid5(form.cleaned_data["group"], f"{by.pk}:{edition.question_set_id}")
    title = edition.question_set.title if offer.retry_of is None else retry_title(edition.question_set.title)
    return Plan(edition=edition, group=group, title=form.settings.own_title or title)


def _redirect_to_next(request: TeacherRequest, form: AssignForm, plan: Plan) -> HttpResponse:
    """To the page for the wall for a quiz in class now, else to the progress of the first class with a notice."""
    given = Assignment.objects.taught_by(request.user).given_together(plan.group)
    assigned = list(given.filter(classroom__in=form.windows).with_set())
    if form.is_for_now:
        return redirect("start_class", assigned[0].public_id)
    messages.success(request, _assigned_message(assigned))
    return redirect("assignment_progress", assigned[0].public_id)


def _save_if_ready(form: AssignForm, offer: Offer, plan: Plan, asked: Confirmation, *, by: User) -> bool:
    """Save what the teacher confirmed. Returns whether that is possible; if not, the form says why."""
    try:
        _save(form, offer, plan, asked, by=by)
    except NotReady as refused:
        words = gettext("This retry can’t be published. {problem} Fix it in a copy of the question set.")
        form.add_error(None, words.format(problem=refused))
        return False
    return True


@transaction.atomic
def _save(form: AssignForm, offer: Offer, plan: Plan, asked: Confirmation, *, by: User) -> None:
    """Make the assignments, with the set of a retry, and the extensions that the teacher confirmed."""
    edition, now = plan.edition, form.now
    if offer.retry_of is not None:
        edition = latest_edition(make_retry(offer.retry_of, offer.retry_keys, by=by, now=now))
    for assignment in lifecycle.assign(edition, form.windows, settings=form.settings, group=plan.group, by=by, now=now):
        extended = [entry for entry in asked.room.extended if entry.student.classroom_id == assignment.classroom_id]
        extend_to_fit(assignment, extended, by=by, now=now)


def _classrooms(request: TeacherRequest) -> list[Classroom]:
    classrooms = Classroom.objects.editable_by(request.user).current()
    return list(classrooms.with_student_counts().with_list_names(request.user))


def _copied(source: Assignment, *, now: datetime) -> PresetValues:
    """The settings of an assignment, with those of its times that are still to come."""
    zone = source.classroom.zone
    times = (source.opens_at, source.due_at, source.closes_at)
    opens, due, closes = (wall_time(moment, zone) if moment is not None and moment > now else None for moment in times)
    return PresetValues(lifecycle.settings_of(source), opens, due, closes, lifecycle.starts_in_class(source))


def _assigned_message(assigned: Sequence[Assignment]) -> str:
    """The notice on the progress page of the first class: the next step of each class."""
    start, cards, progress = gettext("Start class"), gettext("Sign-in cards"), gettext("Progress")
    if assigned[1:]:
        start, progress = gettext("Start class: {classroom}"), gettext("Progress: {classroom}")
        cards = gettext("Sign-in cards: {classroom}")
    links = []
    for place, assignment in enumerate(assigned):
        name, args = assignment.classroom.name, [assignment.public_id]
        if assignment.is_homework:
            address = reverse("sign_in_cards", args=[assignment.classroom.public_id])
            links.append((address, cards.format(classroom=name)))
        else:
            links.append((reverse("start_class", args=args), start.format(classroom=name)))
        if place:
            links.append((reverse("assignment_progress", args=args), progress.format(classroom=name)))
    # The links name the classes. A list of names such as “Civics, Period 3” would be hard to read.
    text = (
        gettext("Assigned to {count} classes: “{title}”. {links}")
        if assigned[1:]
        else gettext("Assigned to {classroom}: “{title}”. {links}")
    )
    return format_html(
        text,
        count=len(assigned),
        classroom=assigned[0].classroom.name,
        title=assigned[0].title,
        links=format_html_join(" · ", '<a href="{}">{}</a>', links),
    )
