"""Extensions and excuses for several students on one assignment at once."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import accommodations, excuses
from quizzes.assignments.extended_times import ExtendedTime, extended_times
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.status import Status, StudentStatus
from quizzes.assignments.student_settings import personal_window, window_of
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.formatting import listed_names, moment
from quizzes.forms.extensions import ExtendStudentsForm, ExtendToFitAllForm, UndoExcusesForm, UnfinishedForm
from quizzes.models import Assignment, Attempt, Extension, Student
from quizzes.models.reasons import ReasonKind
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.teacher.accommodations import extension_words
from quizzes.views.teacher.undo import offer_act, offer_undo

FINISHED = {Status.SUBMITTED, Status.EXCUSED}
type _Row = tuple[Student, StudentStatus[Attempt], Extension | None]


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def extend_students(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The students of an assignment, and an extension or an excuse for several of them."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    students = list(assignment.classroom.students.enrolled())
    data = request.POST if request.method == "POST" else None
    form = ExtendStudentsForm(data, assignment=assignment, students=students, now=now)
    if not form.is_valid():
        rows = _rows(assignment, students, now=now)
        unfinished = [student.public_id for student, found, _ in rows if found.status not in FINISHED]
        if UnfinishedForm(request.GET).is_valid():
            form.initial["students"] = unfinished
        context = {
            "assignment": assignment,
            "classroom": assignment.classroom,
            "window_state": window_state(assignment, now=now).value,
            "form": form,
            "rows": [(student, found, _words(assignment, extension)) for student, found, extension in rows],
            "unfinished_count": len(unfinished),
        }
        return render(request, "teacher/extend_students.html", context)
    if form.is_excuse:
        _excuse(request, assignment, form.students, reason=form.cleaned_data["reason"], now=now)
    else:
        accommodations.extend_students(assignment, form.students, by=request.user, now=now, **form.values)
        count = len(form.students)
        text = ngettext("Saved for {count} student.", "Saved for {count} students.", count).format(count=count)
        if assignment.shows_scores and form.values["extra_attempts"]:
            text = f"{text} {gettext('They see their score again after their last attempt.')}"
        rows = _rows(assignment, form.students, now=now)
        if form.values["closes_at"] and not _cannot_start(rows):
            text = f"{text} {_until(assignment, rows)}"
        messages.success(request, text)
        _warn(request, assignment, rows, now=now)
    return redirect("extend_students", assignment.public_id)


@require_POST
def undo_excuses(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Remove the excuses that one press gave."""
    assignment, form = taught_assignment(request, public_id), UndoExcusesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    # Not in SQL: SQLite refuses a query with 250,000 ids.
    students = [one for one in Student.objects.given(assignment.pk) if one.public_id in form.public_ids]
    given_at, now = form.cleaned_data["given_at"], timezone.now()
    undone = excuses.undo_excuses(
        assignment, students, given_at=given_at, reason_kind=ReasonKind.BY_MISTAKE, by=request.user, now=now
    )
    text = ngettext("{count} student is no longer excused.", "{count} students are no longer excused.", len(undone))
    messages.success(request, text.format(count=len(undone)) if undone else gettext("No changes."))
    return redirect("extend_students", assignment.public_id)


@require_POST
def extend_to_fit(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Extend quizzes of a class for the students whose extra time does not fit before they close."""
    classroom, form = taught_classroom(request, public_id), ExtendToFitAllForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    students = [one for one in classroom.students.enrolled() if one.public_id in form.public_ids]
    extended = accommodations.extend_each_to_fit(
        classroom, students, quizzes=form.quiz_ids, by=request.user, now=timezone.now()
    )
    text = ngettext("Saved for {count} student.", "Saved for {count} students.", len(extended))
    messages.success(request, text.format(count=len(extended)) if extended else gettext("No changes."))
    if len(form.quiz_ids) == 1:
        return redirect("extend_students", *form.quiz_ids)
    return redirect("class_accommodations", classroom.public_id)


def _excuse(
    request: TeacherRequest, assignment: Assignment, students: Sequence[Student], *, reason: str, now: datetime
) -> None:
    """Excuse the students, and offer to undo that for those who were not excused before."""
    excused = excuses.excuse_students(assignment, students, reason=reason, by=request.user, now=now)
    if not excused:
        messages.success(request, gettext("No changes."))
        return
    text = ngettext(
        "{count} student is excused. This quiz doesn’t count for them.",
        "{count} students are excused. This quiz doesn’t count for them.",
        len(excused),
    )
    undone = " ".join(student.public_id for student in excused)
    address = reverse("undo_excuses", args=[assignment.public_id])
    offer_undo(request, text.format(count=len(excused)), address, students=undone, given_at=now.isoformat())


def _rows(assignment: Assignment, students: Sequence[Student], *, now: datetime) -> list[_Row]:
    """Each student with the status and the extension. 2 queries."""
    overrides = load_overrides(assignment=assignment)
    attempts = by_student_and_assignment(assignment.attempts.all())
    statuses = overrides.statuses(assignment, [student.pk for student in students], attempts, now=now)
    extensions = overrides.extensions
    return [(one, statuses[one.pk], extensions.get((one.pk, assignment.pk))) for one in students]


def _words(assignment: Assignment, extension: Extension | None) -> str:
    return extension_words(extension, assignment.classroom.zone) if extension is not None else ""


def _cannot_start(rows: Sequence[_Row]) -> list[str]:
    """The names of the students who cannot answer, and for whom no opening time comes."""
    return [
        student.display_name
        for student, found, _ in rows
        if found.open_attempt is None and not found.can_start and found.status is not Status.NOT_OPEN
    ]


def _until(assignment: Assignment, rows: Sequence[_Row]) -> str:
    """Until when the students have, and the names of those who keep a later time. Each has a time that closes."""
    ends = {student: personal_window(assignment, extension).closes_at for student, _, extension in rows}
    first = min(filter(None, ends.values()))
    until = ngettext("They now have until {time}.", "They now have until {time}.", len(ends))
    text = until.format(time=moment(first, assignment.classroom.zone))
    if later := [student.display_name for student, end in ends.items() if end != first]:
        kept = gettext("These students already had a later time and keep it: {names}")
        text = f"{text} {kept.format(names=listed_names(later))}"
    return text


def _warn(request: TeacherRequest, assignment: Assignment, rows: Sequence[_Row], *, now: datetime) -> None:
    """Name the students for whom the extension is not enough."""
    late = [student.display_name for student, found, _ in rows if found.status is Status.MISSING and found.can_start]
    if late:
        text = gettext("The due time has passed for these students, so new work is late: {names}")
        messages.warning(request, text.format(names=listed_names(late)))
    if stuck := _cannot_start(rows):
        text = gettext(
            "These students still can’t start. They are excused, have no attempts left, or the quiz is closed: {names}"
        )
        messages.warning(request, text.format(names=listed_names(stuck)))
    times = extended_times(
        assignment.classroom,
        window_of(assignment),
        assignment.time_limit,
        max_attempts=assignment.max_attempts,
        now=now,
        assignment=assignment,
    )
    students = [student for student, _, _ in rows]
    offer_to_extend(request, [(assignment, time) for time in times if time.student in students])


def offer_to_extend(request: TeacherRequest, times: Sequence[tuple[Assignment, ExtendedTime]]) -> None:
    """Name the students whose extra time does not fit before a quiz of their class closes, and offer to extend it."""
    short = [(assignment, time.student) for assignment, time in times if time.needed_close_at is not None]
    if not short:
        return
    students = list(dict.fromkeys(student for _, student in short))
    names = listed_names([student.display_name for student in students])
    offer_act(
        request,
        gettext("The extra time ends after a quiz closes: {names}").format(names=names),
        gettext("Extend to fit"),
        reverse("extend_to_fit", args=[short[0][0].classroom.public_id]),
        students=" ".join(student.public_id for student in students),
        quizzes=" ".join(dict.fromkeys(assignment.public_id for assignment, _ in short)),
    )
