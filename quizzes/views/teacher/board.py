"""The class board of an assignment: the page on the projector."""

from contextlib import suppress
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments import board
from quizzes.content.editions import published
from quizzes.forms.board import ShowForm
from quizzes.models import Assignment, Board
from quizzes.reports.board import Slide, slide
from quizzes.reports.live_etag import LiveState, live_etag
from quizzes.views.access import TeacherRequest, taught_assignment
from quizzes.views.teacher.progress import render_with_etag, require_live_state


@require_GET
def class_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The class board, for the projector."""
    assignment = taught_assignment(request, public_id)
    state = require_live_state(request, public_id)
    tag = live_etag(state, "board")
    context = {**_board_context(request, assignment, state), "tag": tag}
    return render_with_etag(request, "teacher/class_board.html", context, tag)


@require_GET
def live_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The changed slide for a poll, or a 304; 3 queries if nothing has changed."""
    state = require_live_state(request, public_id)
    tag = live_etag(state, "board")
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    context = _board_context(request, taught_assignment(request, public_id), state)
    return render_with_etag(request, "teacher/class_board.html#board-live", context, tag)


@require_POST
def show_on_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Put a question on the board, in the phase that the form names."""
    assignment = taught_assignment(request, public_id)
    count = len(published(assignment.edition_id).document.questions)
    form = ShowForm(request.POST, question_count=count)
    if form.is_valid():
        # The board that opens next shows where the class is.
        with suppress(board.SkipsQuestions):
            board.show_on_board(assignment, **form.cleaned_data["aim"], by=request.user, now=timezone.now())
    return redirect(f"{reverse('class_board', args=[assignment.public_id])}{_query(request)}")


def _query(request: TeacherRequest) -> str:
    """The query string that keeps the controls hidden in this window, "" if they show. The keys work in both cases."""
    return "?controls=off" if request.GET.get("controls") == "off" else ""


def _pace_context(assignment: Assignment, shown: Slide) -> dict[str, bool]:
    """Whether a teacher-paced quiz waits for its first question, and whether the shown one and all are closed.

    One query, none if students set their own pace.
    """
    board = Board.objects.filter(assignment=assignment).first() if assignment.is_teacher_paced else None
    closed_through = board.closed_through if board is not None else 0
    return {
        "is_waiting": assignment.is_teacher_paced and board is None,
        "is_closed": shown.number <= closed_through,
        "is_finished": closed_through >= shown.question_count,
    }


def _board_context(request: TeacherRequest, assignment: Assignment, state: LiveState) -> dict[str, Any]:
    shown = slide(assignment, state.board)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "reading": published(assignment.edition_id).document.reading,
        "slide": shown,
        "query": _query(request),
        **_pace_context(assignment, shown),
        "is_plain": bool(_query(request)),
        "numbers": range(1, shown.question_count + 1),
        # One tick for each student, in units of the SVG.
        "tick_places": range(2, 20 * shown.started_count, 20),
    }
