"""A running assignment as it is now: the progress of each student, and the board for the class.

Both pages poll every 2 seconds and get a 304 if nothing has changed.
"""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments import board
from quizzes.assignments.accommodations import accommodations_of
from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.forms.board import NamesForm, ShowForm
from quizzes.models import Assignment
from quizzes.reports.board import slide as board_slide
from quizzes.reports.live_etag import LiveState, live_etag, live_state, time_step
from quizzes.reports.progress import (
    OFFLINE_AFTER,
    STUCK_AFTER,
    Activity,
    anonymous_numbers,
    progress,
    status_counts,
)
from quizzes.views.access import TeacherRequest, taught_assignment

# Kept by the session: the choice of one teacher in one browser.
NAMES_HIDDEN = "names_hidden"
# The counts that follow “3 of 6 turned in”, in this order.
COUNTED = (
    Status.IN_PROGRESS,
    Status.TIME_UP,
    Status.NOT_STARTED,
    Status.MISSING,
    Status.NOT_OPEN,
    Status.EXCUSED,
)


@require_GET
def assignment_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """How far each student is, now."""
    now = timezone.now()
    assignment = taught_assignment(request, public_id)
    tag = _progress_tag(request, _live_state(request, public_id), now)
    content = published(assignment.edition_id).document
    context = {
        **_progress_context(request, assignment, now),
        "questions": content.questions,
        "class_count": Assignment.objects.given_together(assignment.group).count(),
        "tag": tag,
    }
    return _tagged(request, "teacher/assignment_progress.html", context, tag)


@require_GET
def live_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """What has changed of the progress; 3 queries if nothing has."""
    now = timezone.now()
    tag = _progress_tag(request, _live_state(request, public_id), now)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    context = _progress_context(request, taught_assignment(request, public_id), now)
    return _tagged(request, "teacher/assignment_progress.html#progress-live", context, tag)


@require_POST
def hide_names(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Hide the names of students on progress boards in this browser, or show them again."""
    assignment = taught_assignment(request, public_id)
    form = NamesForm(request.POST)
    if form.is_valid():
        request.session[NAMES_HIDDEN] = form.cleaned_data["is_hidden"]
    return redirect("assignment_progress", assignment.public_id)


@require_GET
def question_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The board of a class, to be put on its wall."""
    assignment = taught_assignment(request, public_id)
    state = _live_state(request, public_id)
    tag = live_etag(state, "board")
    context = {**_board_context(assignment, state), "tag": tag}
    return _tagged(request, "teacher/question_board.html", context, tag)


@require_GET
def live_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """What has changed of the board; 3 queries if nothing has."""
    state = _live_state(request, public_id)
    tag = live_etag(state, "board")
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    context = _board_context(taught_assignment(request, public_id), state)
    return _tagged(request, "teacher/question_board.html#board-slide", context, tag)


@require_POST
def show_on_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Put a question on the board, in the phase that the form names."""
    assignment = taught_assignment(request, public_id)
    count = len(published(assignment.edition_id).document.questions)
    form = ShowForm(request.POST, question_count=count)
    if form.is_valid():
        board.show_on_board(assignment, **form.cleaned_data["aim"], by=request.user, now=timezone.now())
    return redirect("question_board", assignment.public_id)


def _tagged(request: TeacherRequest, template: str, context: dict[str, Any], tag: str) -> HttpResponse:
    response = render(request, template, context)
    response.headers["ETag"] = tag
    return response


def _live_state(request: TeacherRequest, public_id: str) -> LiveState:
    state = live_state(public_id, by=request.user)
    if state is None:
        raise Http404
    return state


def _progress_tag(request: TeacherRequest, state: LiveState, now: datetime) -> str:
    return live_etag(state, "progress", time_step(state, now), request.session.get(NAMES_HIDDEN, False))


def _progress_context(request: TeacherRequest, assignment: Assignment, now: datetime) -> dict[str, Any]:
    entries = progress(assignment, now=now)
    is_nameless = request.session.get(NAMES_HIDDEN, False)
    numbers = anonymous_numbers([entry.student for entry in entries], assignment) if is_nameless else {}
    counts = status_counts(entries)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "entries": sorted(entries, key=lambda entry: numbers[entry.student.pk]) if is_nameless else entries,
        "numbers": numbers,
        "is_nameless": is_nameless,
        "accommodations": accommodations_of(assignment.classroom),
        "expected_count": len(entries) - counts[Status.EXCUSED],
        "submitted_count": counts[Status.SUBMITTED],
        "other_counts": [(status, counts[status]) for status in COUNTED if counts[status]],
        "stuck_count": sum(entry.activity is Activity.STUCK for entry in entries),
        "offline_count": sum(entry.activity is Activity.OFFLINE for entry in entries),
        "question_count": len(published(assignment.edition_id).document.questions),
        "stuck_minutes": STUCK_AFTER.seconds // 60,
        "offline_seconds": OFFLINE_AFTER.seconds,
    }


def _board_context(assignment: Assignment, state: LiveState) -> dict[str, Any]:
    slide = board_slide(assignment, state.board)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "language": published(assignment.edition_id).document.reading.language,
        "slide": slide,
        "numbers": range(1, slide.question_count + 1),
        # One tick a student, in units of the drawing.
        "tick_places": range(2, 20 * slide.started_count, 20),
    }
