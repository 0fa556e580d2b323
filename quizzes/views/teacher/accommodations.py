"""Accommodations of a student; extensions and excuses for one student on one assignment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from quizzes.assignments import accommodations, excuses, lifecycle, reading_levels, student_settings, supports
from quizzes.assignments.board import has_closed_questions
from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.extended_times import ExtendedTime, time_on, times_with_factors
from quizzes.assignments.own_versions import own_versions
from quizzes.assignments.status import (
    MOST_ATTEMPTS,
    Status,
    StudentStatus,
    attempt_limit,
    has_attempts_left,
    status_of,
)
from quizzes.attempts.breaks import earliest_end
from quizzes.formatting import isolated, listed, moment
from quizzes.forms.accommodations import (
    AddMinutesForm,
    ExcuseForm,
    ExtendQuizzesForm,
    ExtendToFitForm,
    accommodation_forms,
)
from quizzes.forms.classrooms import StudentLevelForm
from quizzes.forms.extensions import ExtensionForm
from quizzes.models import Accommodation, Assignment, Attempt, Extension, Student
from quizzes.models.locks import read_again
from quizzes.models.overrides import ExtensionValues
from quizzes.reports.answer_visibility import student_saw_answers_at
from quizzes.views.access import TeacherRequest, may_open_student, taught_assignment, taught_student
from quizzes.views.methods import require_POST
from quizzes.views.teacher.students import history_page
from quizzes.views.teacher.undo import offer_undo

# --- One student on one assignment --------------------------------------------------------------------------------


@require_GET
def student_overrides(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """One student's settings on one assignment, with the forms that change them."""
    assignment, student = _assignment_and_student(request, public_id, student_id)
    return _overrides_page(request, assignment, student, now=timezone.now())


@require_POST
@transaction.atomic
def extend_student(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Give one student later times or more attempts."""
    assignment, student = _assignment_and_student(request, public_id, student_id)
    # The form compares what was sent with what holds now, so no pause may change that before the save.
    lifecycle.lock_settings(assignment)
    now = timezone.now()
    form = _extension_form(assignment, student, now=now, data=request.POST)
    if not form.is_valid():
        return _overrides_page(request, assignment, student, now=now, extension_form=form)
    extension = form.values
    time = _time_with_extension(assignment, student, extension, now=now)
    room = ExtendToFitForm(
        request.POST if form.cleaned_data["asked"] else None,
        times=[time] if time is not None else [],
        zone_of=lambda time: assignment.classroom.zone,
    )
    if room.asked and not room.is_valid():
        return _overrides_page(request, assignment, student, now=now, extension_form=form, room=room)
    if room.asked and room.extended:
        [extended] = room.extended
        extension["closes_at"] = extended.needed_close_at
        extension["due_at"] = extended.needed_due_at or extension["due_at"]
    end_before = _open_end(assignment, student)
    seen = form.cleaned_data["given_at"]
    try:
        accommodations.change_extension(assignment, student, seen=seen, by=request.user, now=now, **extension)
    except accommodations.ExtensionChanged:
        return _changed_meanwhile(request, assignment, student, now=now)
    _say_extended(request, assignment, student, extension, end_before=end_before, now=now)
    return redirect("student_overrides", assignment.public_id, student.public_id)


def _say_extended(
    request: TeacherRequest,
    assignment: Assignment,
    student: Student,
    extension: ExtensionValues,
    *,
    end_before: datetime | None,
    now: datetime,
) -> None:
    """Say that the extension is saved, and what it cannot give. end_before: of the open attempt."""
    settings = student_settings.student_settings(assignment, student)
    attempts = list(assignment.attempts.made_by(student.pk))
    has_used_all = not has_attempts_left(settings.max_attempts, len(attempts))
    if extension["extra_attempts"] and settings.window.state(at=now) is WindowState.CLOSED:
        text = gettext(
            "Saved. This quiz is closed, so {first_name} can’t start an attempt. Enter a later closing time."
        )
        messages.warning(request, text.format(first_name=isolated(student.first_name)))
    elif extension["closes_at"] and has_used_all and not any(attempt.is_open for attempt in attempts):
        text = gettext("This quiz was turned in. To give more time, reopen the attempt.")
        messages.warning(request, f"{gettext('Saved.')} {text}")
    elif (end := _open_end(assignment, student)) != end_before:
        text = gettext("Saved. The quiz in progress has the new end time.")
        if settings.window.state(at=now) is WindowState.PAST_DUE:
            text = f"{text} {gettext('It will be late. To change that, enter a later due time.')}"
            messages.warning(request, text)
        else:
            messages.success(request, f"{text} {_late_after(settings.window.due_at, end, assignment)}".rstrip())
    elif extension["closes_at"] and settings.window.state(at=now) is WindowState.PAST_DUE:
        text = gettext("Saved. The due time has passed, so new work is late. To change that, enter a later due time.")
        messages.warning(request, text)
    else:
        messages.success(request, _extended(student, extension, settings, assignment.classroom.zone))


def _extended(
    student: Student, extension: ExtensionValues, settings: student_settings.StudentSettings, zone: ZoneInfo
) -> str:
    """That the extension is saved or removed, and what the student has now: “Saved. Maya now has until 5:00 pm EDT.”"""
    window, extra = settings.window, extension["extra_attempts"]
    if settings.is_excused:
        return gettext("Saved.")
    if not (extension["due_at"] or extension["closes_at"] or extra):
        return gettext("Saved. {first_name} has no extension now.").format(first_name=isolated(student.first_name))
    parts = [gettext("Saved.")]
    if (extension["due_at"] or extension["closes_at"]) and window.due_at not in (None, window.closes_at):
        parts.append(gettext("Work is late after {due}."))
    if extra:
        text = ngettext("{first_name} has {count} extra attempt.", "{first_name} has {count} extra attempts.", extra)
        parts.append(text)
    # The last sentence: in Spanish, it ends with the time and has no period.
    if extension["closes_at"]:
        parts.append(gettext("{first_name} now has until {time}."))
    return " ".join(parts).format(
        first_name=isolated(student.first_name),
        time=moment(window.closes_at, zone),
        due=moment(window.due_at, zone),
        count=extra,
    )


def _late_after(due_at: datetime | None, end: datetime | None, assignment: Assignment) -> str:
    """When an attempt in progress becomes late; "" without a due time."""
    if due_at is None:
        return ""
    if end is not None and end <= due_at:
        return gettext("It won’t be late.")
    return gettext("It will be late after {time}.").format(time=moment(due_at, assignment.classroom.zone))


def _changed_meanwhile(
    request: TeacherRequest, assignment: Assignment, student: Student, *, now: datetime
) -> HttpResponse:
    """The page with what was typed, and with the extension that the student got since the page was opened."""
    extension = Extension.objects.select_related("given_by").get(assignment=assignment, student=student)
    data = request.POST.copy()
    data["given_at"] = extension.given_at.isoformat()
    form = ExtensionForm(data, assignment=assignment, student=student, extension=extension, now=now)
    if extension.given_by == request.user:
        text = gettext(
            "You changed this extension in another window: {values} (“{reason}”). What you typed here isn’t saved. "
            "Check it, then save again."
        )
    else:
        text = gettext(
            "{teacher} changed this extension: {values} (“{reason}”). Yours isn’t saved. Check it, then save again."
        )
    values, reason = extension_words(extension, assignment.classroom.zone), extension.shown_reason
    form.add_error(None, text.format(teacher=isolated(str(extension.given_by)), values=values, reason=reason))
    return _overrides_page(request, assignment, student, now=now, extension_form=form)


def extension_words(extension: Extension, zone: ZoneInfo) -> str:
    """What an extension gives: “due Fri, Oct 23, 3:00 pm EDT and 1 extra attempt”."""
    extra = extension.extra_attempts
    parts = [
        extension.due_at and gettext("due {time}").format(time=moment(extension.due_at, zone)),
        extension.closes_at and gettext("closes {time}").format(time=moment(extension.closes_at, zone)),
        extra and ngettext("{count} extra attempt", "{count} extra attempts", extra).format(count=extra),
    ]
    return listed([part for part in parts if part]) or gettext("same as the class")


@require_POST
def add_minutes(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Give one student more minutes in the quiz in progress."""
    assignment, student = _assignment_and_student(request, public_id, student_id)
    form, now = AddMinutesForm(request.POST, auto_id="minutes_%s"), timezone.now()
    attempt = assignment.attempts.made_by(student.pk).open().first()
    if attempt is None:
        messages.warning(request, gettext("This quiz was turned in. To give more time, reopen the attempt."))
        return redirect("student_overrides", assignment.public_id, student.public_id)
    if not form.is_valid():
        return _overrides_page(request, assignment, student, now=now, minutes_form=form)
    more_time, seen = timedelta(minutes=form.cleaned_data["minutes"]), form.cleaned_data["seen"]
    ends_at = accommodations.add_minutes(attempt, more_time=more_time, seen=seen, by=request.user, now=now)
    read_again(attempt, "deadline_at")
    if ends_at is None and not _may_have_made(attempt.deadline_at, seen, more_time, now=now):
        messages.warning(request, gettext("The end time changed, so no minutes were added. Check it, then try again."))
        return redirect("student_overrides", assignment.public_id, student.public_id)
    if ends_at is not None:
        text = gettext("{first_name} now has until {time}.")
        time = moment(ends_at, assignment.classroom.zone)
        messages.success(request, text.format(first_name=isolated(student.first_name), time=time))
    return redirect("assignment_progress", assignment.public_id)


def _may_have_made(end: datetime | None, seen: datetime, more_time: timedelta, *, now: datetime) -> bool:
    """Whether the same form, sent before, can have made this end. In the grace time, it counted from that moment."""
    return end is not None and seen + more_time <= end <= max(seen, now) + more_time


@require_POST
def excuse_student(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Excuse one student, or undo that."""
    assignment, student = _assignment_and_student(request, public_id, student_id)
    form, now = ExcuseForm(request.POST), timezone.now()
    if not form.is_valid():
        return _overrides_page(request, assignment, student, now=now, excuse_form=form)
    name = isolated(student.display_name)
    if form.cleaned_data["is_excused"]:
        is_new = excuses.excuse(assignment, student, by=request.user, now=now, **form.why)
        text = gettext("{display_name} is excused. This quiz doesn’t count for them.").format(display_name=name)
        if is_new:
            undone = {"is_excused": "False", "given_at": now.isoformat()}
            offer_undo(request, text, request.path, **undone)
        else:
            # Another teacher has excused the student since the page was opened.
            messages.success(request, text)
    else:
        given_at = form.cleaned_data["given_at"]
        excuses.undo_excuse(assignment, student, given_at=given_at, by=request.user, now=now, **form.why)
        if assignment.excuses.filter(student=student).exists():
            text = gettext("{display_name} has another excuse by now. Nothing changed.")
            messages.error(request, text.format(display_name=name))
        else:
            messages.success(request, gettext("{display_name} is no longer excused.").format(display_name=name))
    return redirect("student_overrides", assignment.public_id, student.public_id)


# --- One student, always ------------------------------------------------------------------------------------------


@require_POST
@transaction.atomic
def set_accommodations(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set a student's time, supports and reading level on every assignment."""
    student = taught_student(request, public_id)
    # The forms compare what was sent with what holds now, so no one may change that before the save.
    accommodations.lock_quizzes_of([student])
    read_again(student, "supports", "reading_variant", "chosen_variant")
    accommodation = Accommodation.objects.filter(student=student).first()
    sent = accommodation_forms(student, accommodation, request.POST)
    time_form, supports_form, level_form = sent
    bound = sent._asdict()
    if not all(form.is_valid() for form in sent):
        return history_page(request, student, **bound)
    now = timezone.now()
    times = times_with_factors({student: time_form.time_factor}, now=now)
    room = ExtendQuizzesForm(request.POST if time_form.cleaned_data["asked"] else None, times=times)
    if room.asked and not room.is_valid():
        return history_page(request, student, **bound, room=room)
    for assignment, time in room.extended if room.asked else ():
        accommodations.extend_to_fit(assignment, [time], by=request.user, now=now)
    accommodations.set_accommodation(student, time_factor=time_form.time_factor, by=request.user, now=now)
    supports.set_supports(student, supports_form.own_supports, by=request.user, now=now)
    if level_form.cleaned_data["variant"] != StudentLevelForm.of(student).initial["variant"]:
        reading_levels.set_reading_level(student, variant=level_form.cleaned_data["variant"], by=request.user, now=now)
    messages.success(request, gettext("Saved for every quiz."))
    return redirect("student_history", student.public_id)


def _assignment_and_student(request: TeacherRequest, public_id: str, student_id: str) -> tuple[Assignment, Student]:
    assignment = taught_assignment(request, public_id)
    return assignment, get_object_or_404(Student.objects.given(assignment.pk), public_id=student_id)


def _open_end(assignment: Assignment, student: Student) -> datetime | None:
    """The end of the student's open attempt; None without one or without an end."""
    return assignment.attempts.made_by(student.pk).open().values_list("deadline_at", flat=True).first()


def _extension_form(
    assignment: Assignment, student: Student, *, now: datetime, data: QueryDict | None = None
) -> ExtensionForm:
    extension = assignment.extensions.filter(student=student).first()
    return ExtensionForm(data, assignment=assignment, student=student, extension=extension, now=now)


def _time_with_extension(
    assignment: Assignment, student: Student, extension: ExtensionValues, *, now: datetime
) -> ExtendedTime | None:
    """The student's time if the extension is saved."""
    return time_on(
        student,
        time_limit=assignment.time_limit,
        time_factor=student_settings.time_factor_of(student),
        window=student_settings.extended_window(
            student_settings.window_of(assignment), due_at=extension["due_at"], closes_at=extension["closes_at"]
        ),
        max_attempts=attempt_limit(assignment.max_attempts, extension["extra_attempts"]),
        attempts=list(assignment.attempts.made_by(student.pk)),
        now=now,
    )


def _overrides_page(
    request: TeacherRequest, assignment: Assignment, student: Student, *, now: datetime, **forms: Any
) -> HttpResponse:
    settings = student_settings.student_settings(assignment, student)
    attempts = list(assignment.attempts.made_by(student.pk))
    submitted = [attempt for attempt in attempts if not attempt.is_open]
    found = status_of(
        settings.window,
        attempts,
        is_excused=settings.is_excused,
        policy=assignment.attempt_policy,
        max_attempts=settings.max_attempts,
        now=now,
    )
    versions = own_versions([assignment]) if settings.is_excused else {}
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "student": student,
        "may_open_student": may_open_student(request, student, assignment.classroom),
        "settings": settings,
        "own_version": versions.get((student.pk, assignment.pk)),
        "window_state": settings.window.state(at=now).value,
        "attempts": attempts,
        "earliest_end": next((earliest_end(attempt, now=now) for attempt in attempts if attempt.is_open), None),
        "student_status": found,
        "no_start": _no_start(found, attempts, settings.max_attempts),
        "extension_form": _extension_form(assignment, student, now=now),
        "has_closed_questions": has_closed_questions(assignment),
        "submitted": submitted,
        "answers_since": student_saw_answers_at(submitted[-1], now=now) if submitted else None,
        "most_attempts": MOST_ATTEMPTS,
        "room": None,
        "minutes_form": next((AddMinutesForm.of(attempt) for attempt in attempts if attempt.is_open), None),
        "can_add_minutes_later": settings.time_limit is not None and not attempts and not settings.is_excused,
        "excuse_form": ExcuseForm(initial={"is_excused": not settings.is_excused}, auto_id="excuse_%s"),
        **forms,
    }
    return render(request, "teacher/student_overrides.html", context)


def _no_start(found: StudentStatus[Attempt], attempts: Sequence[Attempt], max_attempts: int | None) -> str:
    """Why the student can start no attempt at any time of the window, after a name; "" for no reason."""
    if found.status is Status.EXCUSED:
        return gettext("is excused")
    if found.status is Status.IN_PROGRESS:
        return gettext("has started")
    return "" if has_attempts_left(max_attempts, len(attempts)) else gettext("has no attempts left")
