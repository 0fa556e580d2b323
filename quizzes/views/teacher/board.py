"""The class board of an assignment: the page on the projector."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quizzes.assignments import board, lifecycle
from quizzes.assignments.deadlines import WindowState
from quizzes.content.editions import published
from quizzes.content.reading import LEVELS
from quizzes.forms.board import ShowForm, WindowForm
from quizzes.forms.handouts import NAMES
from quizzes.models import Assignment, Board, Classroom
from quizzes.reports.board import Slide, slide
from quizzes.reports.live_etag import LiveState, content_etag
from quizzes.views.access import TeacherRequest, taught_assignment
from quizzes.views.methods import require_POST
from quizzes.views.polls import live_page, poll_reply, require_live_state
from quizzes.views.teacher.rosters import address_context


@require_GET
def class_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The class board, for the projector."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    state = require_live_state(request, public_id, now=now)
    context = _board_context(request, assignment, state, now)
    return live_page(request, "teacher/class_board.html", context, content_etag(state, "board"))


@require_GET
def live_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The changed slide for a poll, or a 304; 3 queries if nothing has changed."""
    now = timezone.now()
    state = require_live_state(request, public_id, now=now)

    def changed() -> HttpResponse:
        context = _board_context(request, taught_assignment(request, public_id), state, now)
        return render(request, "teacher/class_board.html#board-live", context)

    return poll_reply(request, content_etag(state, "board"), changed)


@require_POST
def show_on_board(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Put a question on the board, in the phase that the form names."""
    assignment = taught_assignment(request, public_id)
    count = len(published(assignment.edition_id).document.questions)
    form = ShowForm(request.POST, question_count=count)
    now = timezone.now()
    if form.is_valid():
        # Only an open quiz has a class that can be at the question. No student of an archived class signs in.
        is_early = lifecycle.window_state(assignment, now=now) is WindowState.NOT_OPEN
        if assignment.is_teacher_paced and is_early and not assignment.classroom.archived_at:
            assignment = lifecycle.open_now(assignment, by=request.user, now=now)
        # The board that opens next shows where the class is.
        with suppress(board.SkipsQuestions):
            board.show_on_board(assignment, **form.cleaned_data["aim"], by=request.user, now=now)
    return redirect(f"{reverse('class_board', args=[assignment.public_id])}{WindowForm(request.GET).query()}")


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


def _wall_language(chosen: str, classroom: Classroom) -> tuple[str, str]:
    """The language of the questions and the level of the reading: what the teacher chose, else what the class has."""
    level = classroom.reading_variant
    if not chosen:
        return level, level
    # A class that reads in Spanish sees the reading as written when the teacher chooses English.
    return chosen, chosen if chosen in LEVELS or level in NAMES else level


def _slide_html(request: TeacherRequest, assignment: Assignment, on_wall: dict[str, Any]) -> str:
    """What the class sees, in the active language. on_wall: the slide and its state."""
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        **on_wall,
        **address_context(request),
        # One tick for each student, in units of the SVG.
        "tick_places": range(2, 20 * on_wall["slide"].started_count, 20),
    }
    return render_to_string("teacher/board_slide.html", context, request)


def _board_context(request: TeacherRequest, assignment: Assignment, state: LiveState, now: datetime) -> dict[str, Any]:
    written = published(assignment.edition_id).document
    window = WindowForm(request.GET)
    language, level = _wall_language(window.values["language"], assignment.classroom)
    document = written.in_language(language)
    others = [code for code in written.languages if code != document.language]
    # Everything on the wall is in one language, also the words of Footnote. The controls are for the teacher.
    wall = document.language if document.language in dict(settings.LANGUAGES) else get_language()
    window_state = lifecycle.window_state(assignment, now=now)
    is_over = window_state is WindowState.CLOSED
    with translation.override(wall):
        shown = slide(assignment, state.board, language=document.language, level=level)
        pace = _pace_context(assignment, shown)
        may_start = not is_over and not assignment.classroom.archived_at
        on_wall = {
            "language": document.language,
            "slide": shown,
            "is_closed": pace["is_closed"],
            "is_waiting": pace["is_waiting"] and may_start,
            "shows_code": may_start and assignment.classroom.is_joinable and shown.absent_count > 0,
        }
        slide_html = _slide_html(request, assignment, on_wall)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "languages": [(NAMES.get(code, code), window.query(language=code)) for code in others],
        "slide": shown,
        "slide_html": slide_html,
        "query": window.query(),
        "with_controls": window.query(controls=""),
        "without_controls": window.query(controls="off"),
        **pace,
        "is_open": window_state.is_open and not assignment.classroom.archived_at,
        "is_over": is_over,
        "window_state": window_state.value,
        "is_plain": window.values["controls"] == "off",
        "numbers": range(1, shown.question_count + 1),
    }
