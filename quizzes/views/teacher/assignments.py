"""Change an assignment, open and close it, delete it; what to confirm before settings are saved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from quizzes.assignments import deletion, lifecycle
from quizzes.assignments.accommodations import ExtendedTime, extend_to_fit, extended_times
from quizzes.assignments.board import unopened_count
from quizzes.assignments.deadlines import Window, WindowState
from quizzes.assignments.lifecycle import OPEN_STATES, window_state
from quizzes.assignments.release import given_with
from quizzes.assignments.status import Status
from quizzes.assignments.student_settings import window_of
from quizzes.attempts.lifecycle import undo_close_now
from quizzes.files import signed_preview
from quizzes.formatting import moment
from quizzes.forms.accommodations import ExtendToFitForm
from quizzes.forms.assignments import (
    AssignmentSettingsForm,
    ChangeAssignmentForm,
    EarlyAnswersForm,
    RestoreForm,
    VersionForm,
    WindowActForm,
)
from quizzes.models import Assignment, Attempt, Classroom, Edition, QuestionSet, Student, User
from quizzes.people.class_roles import ClassAct
from quizzes.reports.start_class import class_counts
from quizzes.views.access import TeacherRequest, class_act, taught_assignment, taught_classroom
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo

DELETED = "deleted quiz"
# The session key of what “Undo” after “Close now” brings back: the quiz, its close, and the due time and close before.
CLOSED = "closed_quiz"
TEN_MINUTES = timedelta(minutes=10)
SAME_TITLE = gettext_lazy("This class already has a quiz with this title. Add a title to tell them apart.")


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Change window and settings. Started attempts keep their settings."""
    assignment = taught_assignment(request, public_id)
    form = ChangeAssignmentForm(
        request.POST if request.method == "POST" else None, assignment=assignment, now=timezone.now()
    )
    context = {
        "assignment": assignment,
        "form": form,
        "started_count": assignment.attempts.started_count(),
        **_version_context(request, assignment),
        "together": Assignment.objects.taught_by(request.user)
        .given_together(assignment.group)
        .select_related("classroom"),
    }
    if not form.is_valid() or form.cleaned_data["act"] == "edit":
        return render(request, "teacher/change_assignment.html", context)
    windows = {assignment.classroom: form.window}
    asked = confirmation(request, form, windows, assignment=assignment)
    if not asked.is_settled:
        context |= {"room": asked.room, "early": asked.early, "summary": asked.summary, "is_asked": True}
        return render(request, "teacher/change_assignment.html", context)
    with transaction.atomic():
        extend_to_fit(assignment, asked.room.extended, by=request.user, now=form.now)
        lifecycle.change_assignment(
            assignment, window=form.window, settings=form.settings, by=request.user, now=form.now
        )
    messages.success(request, gettext("Changes saved."))
    return redirect("assignment_progress", assignment.public_id)


@require_POST
def change_version(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give the newest version to the students who have not started; to the whole class if no one has."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    newest = _newest(request, assignment)
    form = VersionForm(request.POST, newest=newest.number) if newest is not None else None
    if newest is None or form is None or not form.is_valid():
        messages.error(request, gettext("This page is out of date. Try again."))
        return redirect("change_assignment", public_id)
    try:
        lifecycle.use_edition(assignment, newest, by=request.user, now=now)
    except lifecycle.HasAttempts:
        # The group id is combined with the quiz, so that nobody can join another group.
        group = uuid5(form.cleaned_data["group"], f"{request.user.pk}:{assignment.public_id}")
        made = lifecycle.split_by_edition(assignment, newest, group=group, by=request.user, now=now)
        messages.success(request, gettext("Students who hadn’t started now have “{title}”.").format(title=made.title))
        return redirect("assignment_progress", made.public_id)
    messages.success(request, gettext("This quiz now uses version {number}.").format(number=newest.number))
    return redirect("assignment_progress", public_id)


@require_POST
def change_window(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Open or close now, pause or resume, keep open 10 minutes longer, or release the answers: one click each."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    form = WindowActForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("This page is out of date. Try again."))
        return redirect("assignment_progress", assignment.public_id)
    act, page = form.cleaned_data["act"], form.cleaned_data["page"]
    if form.must_ask and window_state(assignment, now=now) in OPEN_STATES:
        return _confirm_close(request, assignment, page=page, now=now)
    match act:
        case WindowActForm.OPEN:
            # The page that opens next shows that it is open.
            lifecycle.open_now(assignment, by=request.user, now=now)
        case WindowActForm.CLOSE:
            _close(request, assignment, now=now)
        case WindowActForm.PAUSE:
            if lifecycle.pause(assignment, by=request.user, now=now).paused_at is not None:
                messages.success(request, gettext("Paused. The clock has stopped for everyone."))
            else:
                messages.error(request, gettext("This quiz isn’t open, so you can’t pause it."))
        case WindowActForm.RESUME:
            lifecycle.resume(assignment, by=request.user, now=now)
            messages.success(request, gettext("Resumed. No one lost time."))
        case WindowActForm.MORE_TIME:
            _keep_open(request, assignment, seen_close=form.cleaned_data["seen_close"], now=now)
        case WindowActForm.RELEASE:
            if confirm := _release(request, assignment, is_sure=form.cleaned_data["is_sure"], now=now):
                return confirm
    if assignment.is_teacher_paced and act == WindowActForm.OPEN:
        page = "class_board"
    return redirect(page or "assignment_progress", assignment.public_id)


@require_POST
def undo_close(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Take “Close now” back for the whole class, also for quizzes that were turned in since."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    owner, closed_at, *before = request.session.pop(CLOSED, ("", "", None, None))
    due_at, closes_at = (datetime.fromisoformat(time) if time else None for time in before)
    if owner != public_id or assignment.closes_at is None or assignment.closes_at.isoformat() != closed_at:
        messages.error(request, gettext("This page is out of date. Try again."))
        return redirect("assignment_progress", public_id)
    undone = undo_close_now(assignment, due_at=due_at, closes_at=closes_at, by=request.user, now=now)
    text = ngettext(
        "Reopened. {count} student can keep working.", "Reopened. {count} students can keep working.", undone.working
    ).format(count=undone.working)
    if undone.reopened and assignment.release != Assignment.Release.NEVER:
        text = f"{text} {gettext('Some of them may have seen the answers.')}"
    if not undone.working and window_state(assignment, now=now) is WindowState.CLOSED:
        # The close that is back has passed meanwhile.
        text = gettext("Saved.")
    messages.success(request, text)
    if undone.left:
        messages.warning(
            request,
            ngettext(
                "{count} attempt stays turned in, because its time ran out.",
                "{count} attempts stay turned in, because their time ran out.",
                undone.left,
            ).format(count=undone.left),
        )
    return redirect("assignment_progress", public_id)


def _close(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> None:
    """Close a quiz, and offer to take it back."""
    # The end of a pause moves the times that “Undo” brings back.
    lifecycle.resume(assignment, by=request.user, now=now)
    before = [time.isoformat() if time else None for time in (assignment.due_at, assignment.closes_at)]
    was_open = window_state(assignment, now=now) in OPEN_STATES
    try:
        closed = lifecycle.close_now(assignment, by=request.user, now=now)
    except lifecycle.NotOpen:
        messages.error(request, gettext("This quiz isn’t open yet. Change its opening time instead."))
        return
    text = gettext("Closed. Quizzes in progress are turned in within 2 minutes.")
    if was_open and closed.closes_at is not None:
        request.session[CLOSED] = [assignment.public_id, closed.closes_at.isoformat(), *before]
        offer_undo(request, text, reverse("undo_close", args=[assignment.public_id]))
    else:
        messages.success(request, text)


def _keep_open(request: TeacherRequest, assignment: Assignment, *, seen_close: datetime | None, now: datetime) -> None:
    """Keep a quiz open 10 minutes longer, and say who had turned in by then."""
    was_closed, closed_at = window_state(assignment, now=now) is WindowState.CLOSED, assignment.closes_at
    lifecycle.keep_open(assignment, more_time=TEN_MINUTES, seen_close=seen_close, by=request.user, now=now)
    text = gettext("Closes {time}.").format(time=moment(assignment.closes_at, assignment.classroom.zone))
    # Before the close, only a time limit ends an attempt.
    ended = assignment.attempts.filter(
        submitted_by=Attempt.SubmittedBy.DEADLINE, submitted_at__gte=closed_at, student__in=Student.objects.enrolled()
    )
    if was_closed and (ended_count := ended.count()):
        messages.warning(request, f"{text} {_ended_already(ended_count)}")
    else:
        messages.success(request, text)


def _confirm_close(request: TeacherRequest, assignment: Assignment, *, page: str, now: datetime) -> HttpResponse:
    """The page that asks before a quiz closes. page: as in `WindowActForm`."""
    working = assignment.attempts.open().filter(student__in=Student.objects.enrolled())
    going_on = working.filter(student__in=assignment.extensions.filter(closes_at__gt=now).values("student")).count()
    count = working.count() - going_on
    effect = ngettext(
        "{count} student is still working. Saved answers are turned in, and the student can’t continue.",
        "{count} students are still working. Saved answers are turned in, and the students can’t continue.",
        count,
    ).format(count=count)
    effects = [effect] if count else []
    if count and (unopened := unopened_count(assignment)):
        effects.append(
            ngettext(
                "You haven’t opened {count} question. It counts as not answered, unless you drop it in a regrade.",
                "You haven’t opened {count} questions. They count as not answered, unless you drop them in a regrade.",
                unopened,
            ).format(count=unopened)
        )
    if going_on:
        effects.append(gettext("Students with an extension can continue."))
    return confirm_page(
        request,
        question=gettext("Close “{title}” now?").format(title=assignment.title),
        effect=" ".join(effects) or gettext("No student is working on it now."),
        verb=gettext("Close now"),
        keep=gettext("Keep it open"),
        place=assignment.classroom.name,
        back=reverse(page or "assignment_progress", args=[assignment.public_id]),
        fields=[("act", WindowActForm.CLOSE), ("page", page), ("is_sure", "on")],
    )


def _effects_of_release(assignment: Assignment, *, by: User, now: datetime) -> list[str]:
    """Who still has the quiz to do, and could hear its answers. Four queries."""
    counts = class_counts(assignment, now=now)
    left = [Status.IN_PROGRESS]
    if window_state(assignment, now=now) is not WindowState.CLOSED:
        left += [Status.NOT_OPEN, Status.NOT_STARTED, Status.MISSING]
    count = sum(counts[status] for status in left)
    others = given_with([assignment]).taught_by(by).exclude(classroom=assignment.classroom)
    names = {
        other.classroom.name
        for other in others.filter(classroom__archived_at=None).select_related("classroom")
        if window_state(other, now=now) is not WindowState.CLOSED
    }
    effects = []
    if count:
        effects.append(
            ngettext(
                "{count} student hasn’t turned it in yet and could hear the answers from others.",
                "{count} students haven’t turned it in yet and could hear the answers from others.",
                count,
            ).format(count=count)
        )
    if names:
        effects.append(gettext("It isn’t closed in {classes}.").format(classes=", ".join(sorted(names))))
    return effects


def _release(request: TeacherRequest, assignment: Assignment, *, is_sure: bool, now: datetime) -> HttpResponse | None:
    """Release the answers; before they show to students who could still use them, a page that asks."""
    # Where more attempts can start, the release is refused, so there is nothing to ask.
    if not is_sure and not lifecycle.has_more_attempts(assignment, now=now):
        if effects := _effects_of_release(assignment, by=request.user, now=now):
            return confirm_page(
                request,
                question=gettext("Release the answers of “{title}” now?").format(title=assignment.title),
                effect=" ".join(effects),
                verb=gettext("Release answers now"),
                keep=gettext("Not now"),
                place=assignment.classroom.name,
                back=reverse("assignment_progress", args=[assignment.public_id]),
                fields=[("act", WindowActForm.RELEASE), ("is_sure", "on")],
            )
    try:
        lifecycle.release_now(assignment, by=request.user, now=now)
    except lifecycle.StillMoreAttempts:
        messages.error(request, gettext("Students can still start another attempt. Close the quiz first."))
    else:
        messages.success(request, gettext("Answers released. Students who turned in can see them."))
    return None


def _ended_already(count: int) -> str:
    """What a teacher must know of attempts that the close turned in, once the quiz is open again."""
    return ngettext(
        "{count} attempt was turned in at the close and stays turned in. To let the student continue, open the attempt "
        "from Progress and choose Reopen. The student may have seen the answers.",
        "{count} attempts were turned in at the close and stay turned in. To let a student continue, open the attempt "
        "from Progress and choose Reopen. The student may have seen the answers.",
        count,
    ).format(count=count)


@require_POST
def delete_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Delete an assignment that no student has started."""
    assignment = taught_assignment(request, public_id)
    try:
        rows = deletion.delete_assignment(assignment, by=request.user, now=timezone.now())
    except lifecycle.HasAttempts:
        messages.error(request, gettext("Students have started, so you can’t delete this quiz. Close it instead."))
        return redirect("change_assignment", assignment.public_id)
    except Assignment.DoesNotExist as error:
        # The form came twice at the same time.
        raise Http404 from error
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
    messages.success(request, gettext("“{title}” is back.").format(title=restored.title))
    return redirect("assignment_progress", restored.public_id)


def _newest(request: TeacherRequest, assignment: Assignment) -> Edition | None:
    """The newest edition of the quiz's set, None if the set is not open to this teacher."""
    question_sets = QuestionSet.objects.open_to(request.user)
    editions = Edition.objects.filter(question_set=assignment.edition.question_set_id, question_set__in=question_sets)
    return editions.defer("document").order_by("-number").first()


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


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a teacher has to confirm before settings are saved.

    summary: (classroom, window, warnings, extended times) for each class. room: the form for times that do not fit.
    early: the form that confirms answers before the last attempt. is_settled: whether the settings can be saved.
    """

    summary: Sequence[tuple[Classroom, Window, Sequence[str], Sequence[ExtendedTime]]]
    room: ExtendToFitForm
    early: EarlyAnswersForm
    is_confirmed: bool
    is_settled: bool


def confirmation(
    request: TeacherRequest,
    form: AssignmentSettingsForm,
    windows: Mapping[Classroom, Window],
    *,
    assignment: Assignment | None = None,
    alike: Collection[int] = (),
) -> Confirmation:
    """What to confirm before the settings of a valid form are saved. One query for each class with a time limit.

    assignment: to change. alike: the ids of classes that have a quiz with the same title.
    """
    limit, is_confirmed = form.settings.time_limit, form.cleaned_data["is_confirmed"]
    stored = window_of(assignment) if assignment is not None else None
    summary = []
    for classroom, window in windows.items():
        times = extended_times(classroom, window, limit, now=form.now, assignment=assignment)
        title = [SAME_TITLE] if classroom.pk in alike else []
        summary.append((classroom, window, [*map(str, title), *form.warnings(window, stored=stored)], times))
    times_of = {time.student.pk: classroom for classroom, _, _, times in summary for time in times}
    sent = request.POST if is_confirmed else None
    room = ExtendToFitForm(
        sent,
        times=[time for _, _, _, times in summary for time in times],
        zone_of=lambda time: times_of[time.student.pk].zone,
    )
    early = EarlyAnswersForm(sent, settings=form.settings)
    if is_confirmed:
        is_settled = room.is_valid() & early.is_valid()
    else:
        has_warnings = any(warnings for _, _, warnings, _ in summary)
        is_settled = not (has_warnings or form.is_mixed or room.fields or early.fields)
    if form.cleaned_data["act"] == "preview":
        is_settled = False
    return Confirmation(summary, room, early, is_confirmed, is_settled)
