"""Start a class: the page for the wall with the class code and who is here, then the live bar of a quiz."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.assignments.deadlines import WindowState, has_countdown, minutes_left
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.status import Status
from quizzes.models import Assignment, Classroom
from quizzes.reports.live_etag import LiveState, content_etag, time_step
from quizzes.reports.start_class import Attendance, attendance, class_counts
from quizzes.views.access import TeacherRequest, taught_assignment, taught_classroom
from quizzes.views.polls import live_page, poll_reply, require_live_state
from quizzes.views.teacher.progress import NAMES_HIDDEN
from quizzes.views.teacher.rosters import address_context

# The mark of each count on the live bar, in this order.
BAR = {
    Status.SUBMITTED: "full",
    Status.IN_PROGRESS: "half",
    Status.TIME_UP: "half",
    Status.NOT_OPEN: "none",
    Status.NOT_STARTED: "none",
    Status.MISSING: "none",
    Status.EXCUSED: "none",
}
ALWAYS_ON_BAR = {Status.SUBMITTED, Status.IN_PROGRESS, Status.NOT_STARTED}


@require_GET
def start_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The page for the wall without a quiz: how to sign in, and who is here."""
    classroom = taught_classroom(request, public_id)
    now = timezone.now()
    present = attendance(classroom.pk, now=now)
    quizzes = [
        assignment
        for assignment in classroom.assignments.with_set().order_by("-created_at", "-pk")
        if window_state(assignment, now=now) is not WindowState.CLOSED
    ]
    context = {
        **_join_context(request, classroom, present),
        "quizzes": quizzes,
        "live": reverse("live_start_classroom", args=[public_id]),
    }
    return live_page(request, "teacher/start_class.html", context, _wall_tag(classroom, present))


@require_GET
def live_start_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The class code and who is here, for a poll, or a 304; 4 queries."""
    classroom = taught_classroom(request, public_id)
    present = attendance(classroom.pk, now=timezone.now())

    def changed() -> HttpResponse:
        return render(request, "teacher/start_class.html#wall-here", _join_context(request, classroom, present))

    return poll_reply(request, _wall_tag(classroom, present), changed)


@require_GET
def start_class(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The page for the wall before a quiz: how to sign in, who is here, and the button that starts it."""
    now = timezone.now()
    assignment = taught_assignment(request, public_id)
    present, state = attendance(assignment.classroom_id, now=now), window_state(assignment, now=now)
    context = {
        **_join_context(request, assignment.classroom, present),
        "assignment": assignment,
        "is_closed": state is WindowState.CLOSED,
        "is_early": state is WindowState.NOT_OPEN,
        "live": reverse("live_start_classroom", args=[assignment.classroom.public_id]),
    }
    return live_page(request, "teacher/start_class.html", context, _wall_tag(assignment.classroom, present))


@require_GET
def running_class(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The page for the wall during a quiz: how many have each status, and the buttons that end it."""
    now = timezone.now()
    assignment = taught_assignment(request, public_id)
    state = require_live_state(request, public_id, now=now)
    context = _running_context(request, assignment, now)
    return live_page(request, "teacher/running_class.html", context, _running_tag(state, assignment, now))


@require_GET
def live_running_class(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The changed bar for a poll, or a 304; 4 queries if nothing has changed."""
    now = timezone.now()
    state = require_live_state(request, public_id, now=now)
    assignment = taught_assignment(request, public_id)

    def changed() -> HttpResponse:
        return render(request, "teacher/running_class.html#wall-live", _running_context(request, assignment, now))

    return poll_reply(request, _running_tag(state, assignment, now), changed)


def _wall_tag(classroom: Classroom, present: Attendance) -> str:
    return content_etag(present, classroom.join_code, classroom.is_joinable)


def _join_context(request: TeacherRequest, classroom: Classroom, present: Attendance) -> dict[str, Any]:
    return {
        "classroom": classroom,
        "present": present,
        "shows_names": not request.session.get(NAMES_HIDDEN, False),
        **address_context(request),
    }


def _running_tag(state: LiveState, assignment: Assignment, now: datetime) -> str:
    return content_etag(
        state, "running", window_state(assignment, now=now), _minutes(assignment, now), time_step(state, now)
    )


def _running_context(request: TeacherRequest, assignment: Assignment, now: datetime) -> dict[str, Any]:
    counts = class_counts(assignment, now=now)
    bar = [(status, counts[status]) for status in BAR if counts[status] or status in ALWAYS_ON_BAR]
    marks = [BAR[status] for status, count in bar for _ in range(count)]
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "window_state": window_state(assignment, now=now).value,
        "minutes_left": _minutes(assignment, now),
        "bar": [(status.label, BAR[status], count) for status, count in bar],
        # One tick for each student, in units of the SVG.
        "ticks": [(2 + 20 * place, mark) for place, mark in enumerate(marks)],
        "tick_end": 20 * counts.total(),
        "open_count": counts[Status.IN_PROGRESS] + counts[Status.TIME_UP],
        **address_context(request),
    }


def _minutes(assignment: Assignment, now: datetime) -> int | None:
    """Whole minutes until the close in its last hour; None before, in a pause, and without a close.

    None with a time limit too: each student has another number on the clock.
    """
    if assignment.paused_at or assignment.time_limit is not None:
        return None
    if not has_countdown(at=now, deadline_at=assignment.closes_at, has_time_limit=False):
        return None
    return minutes_left(at=now, deadline_at=assignment.closes_at)
