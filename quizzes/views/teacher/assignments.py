"""Assign a question set to classrooms, change an assignment, delete it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid5

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods, require_POST

from quizzes.assignments import lifecycle
from quizzes.assignments.accommodations import ExtendedTime, extend_to_fit, extended_times
from quizzes.content.editions import public_question_count
from quizzes.formatting import moment
from quizzes.forms.accommodations import ExtendToFitForm
from quizzes.forms.assignments import (
    AssignForm,
    AssignmentSettingsForm,
    ChangeAssignmentForm,
    EarlyAnswersForm,
    WindowActForm,
)
from quizzes.models import Assignment, Classroom, Edition, QuestionSet
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment

TEN_MINUTES = timedelta(minutes=10)


@require_http_methods(["GET", "POST"])
def assign(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Assign a set to classrooms: the form, its summary, then the assignments."""
    open_sets = QuestionSet.objects.open_to(request.user).published().with_guide()
    question_set = get_object_or_404(open_sets, public_id=public_id)
    classrooms = list(Classroom.objects.editable_by(request.user).current().with_student_counts())
    form = AssignForm(request.POST or None, classrooms=classrooms, now=timezone.now())
    context = {
        "question_set": question_set,
        "classrooms": classrooms,
        "form": form,
        "public_count": public_question_count(question_set.latest_edition_id),
    }
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/assign.html", context)
    limit = form.settings.time_limit
    times = {
        classroom: extended_times(classroom, window, limit, now=form.now) for classroom, window in form.windows.items()
    }
    room = _extend_to_fit_form(request, form, times)
    early = EarlyAnswersForm(_sent_summary(request, form), settings=form.settings)
    context |= {"room": room, "early": early}
    if form.cleaned_data["act"] != "save" or not (room.is_valid() & early.is_valid()):
        summary = [
            (classroom, window, form.warnings(window), times[classroom]) for classroom, window in form.windows.items()
        ]
        return render(request, "teacher/assign.html", {**context, "summary": summary})
    edition = Edition.objects.get(pk=question_set.latest_edition_id)
    # The group id from the form is combined with the teacher's id, so that nobody can join another teacher's group.
    group = uuid5(form.cleaned_data["group"], f"{request.user.pk}:{question_set.pk}")
    with transaction.atomic():
        made = lifecycle.assign(
            edition, form.windows, settings=form.settings, group=group, by=request.user, now=form.now
        )
        for assignment in made:
            extended = [entry for entry in room.extended if entry.student.classroom_id == assignment.classroom_id]
            extend_to_fit(assignment, extended, by=request.user, now=form.now)
    assigned = list(Assignment.objects.taught_by(request.user).given_together(group).select_related("classroom"))
    names = get_text_list([assignment.classroom.name for assignment in assigned], "and")
    messages.success(request, _assigned_message(assigned, names, question_set.title))
    return redirect("assignment_progress", assigned[0].public_id)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Change window and settings, with a summary before saving. Started attempts keep their settings."""
    assignment = taught_assignment(request, public_id)
    form = ChangeAssignmentForm(request.POST or None, assignment=assignment, now=timezone.now())
    context = {
        "assignment": assignment,
        "form": form,
        "started_count": assignment.attempts.started_count(),
    }
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/change_assignment.html", context)
    classroom = assignment.classroom
    times = extended_times(classroom, form.window, form.settings.time_limit, now=form.now, assignment=assignment)
    room = _extend_to_fit_form(request, form, {classroom: times})
    early = EarlyAnswersForm(_sent_summary(request, form), settings=form.settings)
    context |= {"room": room, "early": early}
    if form.cleaned_data["act"] != "save" or not (room.is_valid() & early.is_valid()):
        summary = [(classroom, form.window, form.warnings(form.window), times)]
        return render(request, "teacher/change_assignment.html", {**context, "summary": summary})
    with transaction.atomic():
        extend_to_fit(assignment, room.extended, by=request.user, now=form.now)
        lifecycle.change_assignment(
            assignment, window=form.window, settings=form.settings, by=request.user, now=form.now
        )
    messages.success(request, "Changes saved.")
    return redirect("assignment_progress", assignment.public_id)


@require_POST
def change_window(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Open or close now, keep open 10 minutes longer, or release the answers: one click each."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    form = WindowActForm(request.POST)
    match form.cleaned_data["act"] if form.is_valid() else "":
        case WindowActForm.OPEN:
            # The page that opens next shows that it is open.
            lifecycle.open_now(assignment, by=request.user, now=now)
        case WindowActForm.CLOSE:
            try:
                lifecycle.close_now(assignment, by=request.user, now=now)
            except lifecycle.NotOpen:
                messages.error(request, "This quiz isn’t open yet. Change its opening time instead.")
            else:
                messages.success(request, "Closed. Quizzes in progress are turned in within 2 minutes.")
        case WindowActForm.MORE_TIME:
            seen = form.cleaned_data["seen_close"]
            lifecycle.keep_open(assignment, more_time=TEN_MINUTES, seen_close=seen, by=request.user, now=now)
            messages.success(request, f"Closes {moment(assignment.closes_at, assignment.classroom.zone)}.")
        case WindowActForm.RELEASE:
            try:
                lifecycle.release_now(assignment, by=request.user, now=now)
            except lifecycle.StillMoreAttempts:
                messages.error(request, "Students can still start another attempt. Close the quiz first.")
            else:
                messages.success(request, "Answers released. Students who turned in can see them.")
        case _:
            messages.error(request, "This page is out of date. Try again.")
    page = "running_class" if form.is_valid() and form.cleaned_data["on_wall"] else "assignment_progress"
    if assignment.is_teacher_paced and form.is_valid() and form.cleaned_data["act"] == WindowActForm.OPEN:
        page = "class_board"
    return redirect(page, assignment.public_id)


@require_POST
def delete_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Delete an assignment that no student has started."""
    assignment = taught_assignment(request, public_id)
    try:
        lifecycle.delete_assignment(assignment, by=request.user, now=timezone.now())
    except lifecycle.HasAttempts:
        messages.error(request, "Students have started, so you can’t delete this quiz. Close it instead.")
        return redirect("change_assignment", assignment.public_id)
    messages.success(request, f"Deleted from {assignment.classroom}: “{assignment.title}”.")
    return redirect("classroom_gradebook", assignment.classroom.public_id)


def _assigned_message(assigned: Sequence[Assignment], names: str, title: str) -> str:
    """The notice, with a link for each class to the page for its wall."""
    links = [
        (reverse("start_class", args=[assignment.public_id]), f": {assignment.classroom.name}" if assigned[1:] else "")
        for assignment in assigned
    ]
    return format_html(
        "Assigned to {}: “{}”. {}",
        names,
        title,
        format_html_join(" ", '<a href="{}">Start class{}</a>', links),
    )


def _extend_to_fit_form(
    request: TeacherRequest, form: AssignmentSettingsForm, times: Mapping[Classroom, Sequence[ExtendedTime]]
) -> ExtendToFitForm:
    """The form for students whose extended time exceeds the window. Bound only if the summary page was sent."""
    zones = {entry.student.pk: classroom.zone for classroom, entries in times.items() for entry in entries}
    return ExtendToFitForm(
        _sent_summary(request, form),
        times=[entry for entries in times.values() for entry in entries],
        zone_of=lambda entry: zones[entry.student.pk],
    )


def _sent_summary(request: TeacherRequest, form: AssignmentSettingsForm) -> QueryDict | None:
    """The fields of the summary page, None if another page was sent."""
    return request.POST if form.cleaned_data["act"] == "save" else None
