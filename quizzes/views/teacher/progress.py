"""The live progress of an assignment. Its page polls it and gets a 304 if nothing has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.assignments.accommodations import accommodations_of
from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import COUNTED, counted_words
from quizzes.attempts.heartbeats import OFFLINE_AFTER
from quizzes.content.editions import published, shown_edition
from quizzes.content.question_types.registry import type_of
from quizzes.forms.board import NamesForm
from quizzes.lti import scores
from quizzes.models import Assignment
from quizzes.people.class_roles import ClassAct
from quizzes.people.sign_in_trouble import sign_in_trouble
from quizzes.reports.answered_editions import AnsweredNotice, answered_notices
from quizzes.reports.live_etag import LiveState, content_etag, time_step
from quizzes.reports.progress import (
    STUCK_AFTER,
    Activity,
    anonymous_numbers,
    progress,
    status_counts,
)
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.methods import require_POST
from quizzes.views.polls import live_page, poll_reply, require_live_state
from quizzes.views.teacher.assignment_window import button_context

# A session key: the choice of one teacher in one browser.
NAMES_HIDDEN = "names_hidden"


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """A newer edition of the question set of an assignment.

    is_waited_for: whether students can still get it. answered: what may need a regrade.
    """

    number: int
    is_waited_for: bool
    answered: Sequence[AnsweredNotice]


@require_GET
def assignment_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The current progress of each student."""
    now = timezone.now()
    assignment = taught_assignment(request, public_id, among=Assignment.objects.with_newest(request.user))
    tag = _progress_tag(request, require_live_state(request, public_id, now=now), now)
    content = shown_edition(assignment.edition_id).document
    shown = _progress_context(request, assignment, now)
    context = {
        **shown,
        "has_late_answers": any(entry.has_late_answers for entry in shown["entries"]),
        "questions": content.questions,
        # Only typed answers can need grading.
        "can_need_grading": any(type_of(question).is_typed for question in content.questions),
        "language": content.language,
        "citation": content.reading.citation,
        "lti_scores": scores.send_state(assignment),
        "newer": _newer_version(request, assignment, now=now),
    }
    return live_page(request, "teacher/assignment_progress.html", context, tag)


def _newer_version(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> NewerVersion | None:
    """What a newer edition of the set means for an assignment; None without one. assignment: `with_newest`."""
    newest = assignment.newest_number
    if newest is None or newest == assignment.edition.number or request.is_viewer:
        return None
    question_set = assignment.edition.question_set
    notices = answered_notices(question_set, None, latest=newest, by=request.user, only=assignment)
    is_over = assignment.classroom.archived_at is not None or window_state(assignment, now=now) is WindowState.CLOSED
    return NewerVersion(
        number=newest,
        is_waited_for=not is_over and assignment.classroom.students.enrolled().without_work(assignment.pk).exists(),
        answered=[notice for notice in notices if notice.needs_regrade],
    )


@require_GET
def live_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The changed progress for a poll, or a 304; 3 queries if nothing has changed."""
    now = timezone.now()
    tag = _progress_tag(request, require_live_state(request, public_id, now=now), now)

    def changed() -> HttpResponse:
        context = _progress_context(request, taught_assignment(request, public_id), now)
        return render(request, "teacher/assignment_progress.html#progress-live", context)

    return poll_reply(request, tag, changed)


@class_act(ClassAct.READ)
@require_POST
def hide_names(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Hide the names of students on Progress and Results in this browser, or show them again."""
    assignment = taught_assignment(request, public_id)
    form = NamesForm(request.POST)
    if form.is_valid():
        request.session[NAMES_HIDDEN] = form.cleaned_data["is_hidden"]
    page = reverse(form.cleaned_data.get("page") or "assignment_progress", args=[assignment.public_id])
    # The button, which has the focus again.
    return redirect(f"{page}#hide-names")


def _progress_tag(request: TeacherRequest, state: LiveState, now: datetime) -> str:
    return content_etag(state, "progress", time_step(state, now), request.session.get(NAMES_HIDDEN, False))


def _progress_context(request: TeacherRequest, assignment: Assignment, now: datetime) -> dict[str, Any]:
    entries = progress(assignment, now=now)
    is_anonymous = request.session.get(NAMES_HIDDEN, False)
    numbers = anonymous_numbers([entry.student for entry in entries], assignment) if is_anonymous else {}
    counts = status_counts(entries)
    trouble = sign_in_trouble([assignment.classroom], now=now)
    if is_anonymous:
        entries = sorted(entries, key=lambda entry: numbers[entry.student.pk])
    # Two tables side by side show 30 students on one screen.
    middle = (len(entries) + 1) // 2
    return {
        **button_context(request, assignment, now=now),
        "assignment": assignment,
        "classroom": assignment.classroom,
        "entries": entries,
        "halves": (entries[:middle], entries[middle:]),
        "now": now,
        "numbers": numbers,
        "guessed": {guessed.student.pk: guessed for guessed in trouble.students},
        "is_attacked": assignment.classroom_id in trouble.attacked,
        "is_anonymous": is_anonymous,
        "accommodations": accommodations_of(assignment.classroom),
        "expected_count": len(entries) - counts[Status.EXCUSED],
        "submitted_count": counts[Status.SUBMITTED],
        "other_counts": [
            (counted_words(status, counts[status]), counts[status]) for status in COUNTED if counts[status]
        ],
        "stuck_count": sum(entry.activity is Activity.STUCK for entry in entries),
        "offline_count": sum(entry.activity is Activity.OFFLINE for entry in entries),
        "question_count": len(published(assignment.edition_id).document.questions),
        "stuck_minutes": STUCK_AFTER.seconds // 60,
        "offline_seconds": OFFLINE_AFTER.seconds,
    }
