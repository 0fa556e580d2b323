"""Change an assignment, delete it; what to confirm before settings are saved."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import deletion, lifecycle, newer_versions
from quizzes.assignments.accommodations import extend_to_fit
from quizzes.assignments.deadlines import Window, WindowState
from quizzes.assignments.extended_times import ExtendedTime, extended_times, names_without_extra_time
from quizzes.assignments.reading_levels import names_without_level
from quizzes.assignments.release import Release, given_with, shows_by_submit
from quizzes.assignments.student_settings import window_of
from quizzes.content.editions import sizes_of
from quizzes.content.reading import LEVELS
from quizzes.files import signed_preview
from quizzes.formatting import duration, listed, listed_names
from quizzes.forms.accommodations import ExtendToFitForm
from quizzes.forms.assignments import (
    AssignmentSettingsForm,
    ChangeAssignmentForm,
    EarlyAnswersForm,
    RestoreForm,
    VersionForm,
)
from quizzes.models import Assignment, Classroom, Edition, User
from quizzes.models.assignments import AssignmentQuerySet
from quizzes.models.rosters import StudentQuerySet
from quizzes.people.class_roles import ClassAct
from quizzes.reports.start_class import counts_before_release
from quizzes.views.access import TeacherRequest, class_act, taught_assignment, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.teacher.undo import offer_undo

DELETED = "deleted quiz"
OUT_OF_DATE = gettext_lazy("This page is out of date. Try again.")
SAME_TITLE = gettext_lazy("This class already has a quiz with this title. Add a title to tell them apart.")


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Change window and settings. Attempts in progress get the new times, and keep their order."""
    assignment = taught_assignment(request, public_id)
    if request.method == "GET":
        return _change_page(request, assignment)
    with transaction.atomic():
        # The form compares what was sent with what holds now, so no one may change that before the save.
        lifecycle.lock_settings(assignment)
        return _change_page(request, assignment)


def _change_page(request: TeacherRequest, assignment: Assignment) -> HttpResponse:
    form = ChangeAssignmentForm(
        request.POST if request.method == "POST" else None, assignment=assignment, by=request.user, now=timezone.now()
    )
    context = {
        "assignment": assignment,
        "form": form,
        "started_count": assignment.attempts.started_count(),
        "has_attempts": assignment.attempts.exists(),
        "is_closed": lifecycle.window_state(assignment, now=form.now) is WindowState.CLOSED,
        **_version_context(request, assignment),
        "together": Assignment.objects.taught_by(request.user)
        .given_together(assignment.group)
        .select_related("classroom"),
    }
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/change_assignment.html", context)
    windows = {assignment.classroom: form.window}
    hidden = hidden_answers(
        form, windows.values(), partial(given_with, [assignment]), by=request.user, assignment=assignment
    )
    asked = confirmation(
        request, form, windows, edition_id=assignment.edition_id, assignment=assignment, more_warnings=hidden
    )
    if not asked.is_settled:
        context |= {"room": asked.room, "early": asked.early, "summary": asked.summary, "is_asked": True}
        return render(request, "teacher/change_assignment.html", context)
    extend_to_fit(assignment, asked.room.extended, by=request.user, now=form.now)
    lifecycle.change_assignment(assignment, window=form.window, settings=form.settings, by=request.user, now=form.now)
    messages.success(request, gettext("Changes saved."))
    return redirect("assignment_progress", assignment.public_id)


@require_POST
def change_version(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give the newest version to the students who have not started; to the whole class if no one has."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    newest = _newest(request, assignment)
    form = VersionForm(request.POST, newest=newest.number) if newest is not None else None
    if newest is None or form is None or not form.is_valid():
        return _out_of_date(request, assignment)
    try:
        newer_versions.use_edition(assignment, newest, by=request.user, now=now)
    except newer_versions.HasAttempts:
        return _split(request, assignment, newest, form.cleaned_data["group"], now=now)
    messages.success(request, gettext("This quiz now uses version {number}.").format(number=newest.number))
    return redirect("assignment_progress", public_id)


def _split(
    request: TeacherRequest, assignment: Assignment, newest: Edition, group: UUID, *, now: datetime
) -> HttpResponse:
    # The group id is combined with the quiz, so that no one can join another group.
    group = uuid5(group, f"{request.user.pk}:{assignment.public_id}")
    try:
        made = newer_versions.split_by_edition(assignment, newest, group=group, by=request.user, now=now)
    except newer_versions.AllStarted:
        # The last one has started since the page was opened.
        return _out_of_date(request, assignment)
    messages.success(request, gettext("Students who hadn’t started now have “{title}”.").format(title=made.title))
    return redirect("assignment_progress", made.public_id)


def _out_of_date(request: TeacherRequest, assignment: Assignment) -> HttpResponse:
    messages.error(request, OUT_OF_DATE)
    return redirect("change_assignment", assignment.public_id)


@require_POST
def delete_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Delete an assignment that no student has started."""
    assignment = taught_assignment(request, public_id)
    try:
        rows = deletion.delete_assignment(assignment, by=request.user, now=timezone.now())
    except newer_versions.HasAttempts:
        messages.error(request, gettext("Students have started, so you can’t delete this quiz."))
        return redirect("change_assignment", assignment.public_id)
    classroom = assignment.classroom
    undo = signed_preview.pack({"rows": rows}, purpose=DELETED, by=request.user)
    text = gettext("Deleted from {classroom}: “{title}”.").format(classroom=classroom, title=assignment.title)
    offer_undo(request, text, reverse("restore_assignment", args=[classroom.public_id]), rows=undo)
    return redirect("classroom_quizzes", classroom.public_id)


@require_POST
def restore_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Bring a quiz of this class back that was deleted on the page before."""
    classroom = taught_classroom(request, public_id)
    form = RestoreForm(request.POST)
    try:
        sent = form.cleaned_data["rows"] if form.is_valid() else ""
        rows = signed_preview.unpack(sent, purpose=DELETED, by=request.user)["rows"]
        restored = deletion.restore_assignment(rows, classroom, by=request.user, now=timezone.now())
    except (signed_preview.StalePreview, deletion.CannotRestore):
        messages.error(request, gettext("This quiz can’t be restored. Assign it again."))
        return redirect("classroom_quizzes", public_id)
    messages.success(request, gettext("“{title}” is restored.").format(title=restored.title))
    return redirect("assignment_progress", restored.public_id)


def _newest(request: TeacherRequest, assignment: Assignment) -> Edition | None:
    """The newest edition of the quiz's set, None if the set is not open to this teacher."""
    editions = Edition.objects.newest_first(assignment.edition.question_set_id, request.user)
    return editions.defer("document").first()


def _version_context(request: TeacherRequest, assignment: Assignment) -> dict[str, Any]:
    """newest: a newer edition that can be given, None without one. waiting_count: the students who would get it."""
    newest = _newest(request, assignment)
    if newest is None or newest.number == assignment.edition.number:
        return {"newest": None}
    return {
        "newest": newest,
        "waiting_count": assignment.classroom.students.enrolled().without_work(assignment.pk).count(),
        "has_regrades": assignment.regrades.exists(),
        "version_form": VersionForm(newest=newest.number),
    }


class ClassSummary(NamedTuple):
    """What new settings mean for one class. notes: accommodations without effect."""

    classroom: Classroom
    window: Window
    warnings: Sequence[str]
    times: Sequence[ExtendedTime]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a teacher has to confirm before settings are saved.

    room: the form for times that do not fit. early: the form that confirms answers before the last attempt.
    is_settled: whether the settings can be saved.
    """

    summary: Sequence[ClassSummary]
    room: ExtendToFitForm
    early: EarlyAnswersForm
    is_confirmed: bool
    is_settled: bool


def confirmation(
    request: TeacherRequest,
    form: AssignmentSettingsForm,
    windows: Mapping[Classroom, Window],
    *,
    edition_id: int,
    assignment: Assignment | None = None,
    alike: Collection[int] = (),
    more_warnings: Sequence[str] = (),
    is_retry: bool = False,
) -> Confirmation:
    """What to confirm before the settings of a valid form are saved. 2 queries for each class at most, and 1 more.

    assignment: to change. alike: the ids of classes that have a quiz with the same title. more_warnings: for each
    class. is_retry: whether the quiz has only some questions of the edition.
    """
    tight = [] if is_retry else _short_limit(form.settings.time_limit, edition_id)
    limit, is_confirmed = form.settings.time_limit, form.cleaned_data["is_confirmed"]
    summary = []
    for classroom, window in windows.items():
        times = extended_times(
            classroom, window, limit, max_attempts=form.settings.max_attempts, now=form.now, assignment=assignment
        )
        warnings = [str(SAME_TITLE)] if classroom.pk in alike else []
        warnings += [*_warnings(form, window, assignment), *more_warnings]
        notes = _without_effect(classroom.students.enrolled().not_excused(assignment), window, form, edition_id)
        summary.append(ClassSummary(classroom, window, warnings, times, [*tight, *notes]))
    classrooms = {time.student.pk: line.classroom for line in summary for time in line.times}
    sent = request.POST if is_confirmed else None
    room = ExtendToFitForm(
        sent,
        times=[time for line in summary for time in line.times],
        zone_of=lambda time: classrooms[time.student.pk].zone,
    )
    early = EarlyAnswersForm(sent, settings=form.settings)
    return Confirmation(summary, room, early, is_confirmed, _is_settled(form, summary, room, early))


def _is_settled(
    form: AssignmentSettingsForm, summary: Sequence[ClassSummary], room: ExtendToFitForm, early: EarlyAnswersForm
) -> bool:
    """Whether the settings can be saved without another question to the teacher."""
    if form.cleaned_data["act"] == "preview":
        return False
    if form.cleaned_data["is_confirmed"]:
        return room.is_valid() and early.is_valid()
    return not (any(line.warnings for line in summary) or form.is_mixed or room.fields or early.fields)


def _warnings(form: AssignmentSettingsForm, window: Window, assignment: Assignment | None) -> list[str]:
    """What the new times and the new release do that may be a mistake. assignment: to change, None for a new one."""
    if assignment is None:
        return form.warnings(window)
    warnings = form.warnings(window, stored=window_of(assignment))
    if _releases(assignment, form):
        warnings += start_again_warning(counts_before_release(assignment, now=form.now)[1])
    return warnings


def hidden_answers(
    form: AssignmentSettingsForm,
    windows: Collection[Window],
    given: Callable[[], AssignmentQuerySet],
    *,
    by: User,
    assignment: Assignment | None = None,
) -> list[str]:
    """What a teacher learns if answers begin to wait for a class that never closes. No query, or those of `given`.

    given: the quizzes that a release after all classes close waits for. assignment: to change, None for a new one.
    """
    was_open = assignment is not None and assignment.closes_at is None
    has_waited = assignment is not None and assignment.release == Release.AFTER_CLOSE
    stays_open = not was_open and any(window.closes_at is None for window in windows)
    waits = not has_waited and form.settings.release == Release.AFTER_CLOSE
    if stays_open:
        hidden = Q(release=Release.AFTER_CLOSE)
        text = gettext(
            "Students in {classes} see answers after all classes close. "
            "Without a closing time here, they don’t see them."
        )
    elif waits:
        hidden = Q(closes_at=None)
        text = gettext(
            "Students here see answers after all classes close. Without a closing time in {classes}, they don’t see"
            " them."
        )
    else:
        return []
    others = given().taught_by(by).filter(hidden, classroom__archived_at=None)
    if assignment is not None:
        others = others.exclude(pk=assignment.pk)
    names = sorted(set(others.values_list("classroom__name", flat=True)))
    return [text.format(classes=listed(names))] if names else []


def _short_limit(limit: timedelta | None, edition_id: int) -> list[str]:
    """That the time limit is shorter than the author's estimate. 1 query at most."""
    if limit is None:
        return []
    estimate = timedelta(minutes=sizes_of([edition_id])[edition_id].about_minutes)
    if limit >= estimate:
        return []
    text = gettext("The quiz takes about {estimate}. Some students may not finish in {limit}.")
    return [text.format(estimate=duration(estimate), limit=duration(limit))]


def _without_effect(
    students: StudentQuerySet, window: Window, form: AssignmentSettingsForm, edition_id: int
) -> Sequence[str]:
    """Which accommodations the quiz leaves without effect, and for whom of these students."""
    settings, notes = form.settings, []
    names = names_without_extra_time(students, window, settings.time_limit, is_teacher_paced=settings.is_teacher_paced)
    if names and settings.is_teacher_paced:
        text = gettext("You set the pace, so extra time adds nothing by itself. Wait on the class board for: {names}")
        notes.append(text.format(names=listed_names(names)))
    elif names:
        text = gettext("Without a time limit, extra time adds nothing. The closing time is the same for: {names}")
        notes.append(text.format(names=listed_names(names)))
    for level, names in names_without_level(students, edition_id).items():
        text = gettext("The reading has no level “{level}”. These students get the standard reading: {names}")
        notes.append(text.format(level=gettext(LEVELS[level]), names=listed_names(names)))
    return notes


def start_again_warning(count: int) -> list[str]:
    """What a teacher learns before a release: how many could use the answers. Empty for 0."""
    words = ngettext(
        "{count} student turned it in and can use the answers in another attempt.",
        "{count} students turned it in and can use the answers in another attempt.",
        count,
    )
    return [words.format(count=count)] if count else []


def _releases(assignment: Assignment, form: AssignmentSettingsForm) -> bool:
    """Whether the new settings show answers that wait now. If all have more attempts, the form itself asks."""
    new = form.settings
    return new.max_attempts == 1 and shows_by_submit(new.release) and not shows_by_submit(assignment.release)
