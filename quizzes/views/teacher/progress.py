"""The live progress of an assignment. Its page polls every two seconds and gets a 304 when nothing changed."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments.accommodations import accommodations_of
from quizzes.content.editions import published
from quizzes.forms.board import NamesForm
from quizzes.models import Assignment
from quizzes.reports import progress
from quizzes.reports.progress import Version
from quizzes.views.access import TeacherRequest, taught_assignment

# Kept by the session: the choice of one teacher in one browser.
NAMES_HIDDEN = "names_hidden"


@require_GET
def assignment_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """How far each student is, now."""
    now = timezone.now()
    assignment = taught_assignment(request, public_id)
    tag = _progress_tag(request, version_of(assignment, request.user.pk), now)
    content = published(assignment.edition_id).document
    context = {
        **_progress_context(request, assignment, now),
        "questions": content.questions,
        "class_count": Assignment.objects.given_together(assignment.group).count(),
        "tag": tag,
    }
    return render_with_etag(request, "teacher/assignment_progress.html", context, tag)


@login_not_required
@require_GET
def live_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """What has changed of the progress; two statements when nothing has."""
    now = timezone.now()
    found = watched_version(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    tag = _progress_tag(request, found, now)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    request.user = found.teacher
    context = _progress_context(request, taught_assignment(request, public_id), now)
    return render_with_etag(request, "teacher/assignment_progress.html#progress-live", context, tag)


@require_POST
def hide_names(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Hide the names of students on progress boards in this browser, or show them again."""
    assignment = taught_assignment(request, public_id)
    form = NamesForm(request.POST)
    if form.is_valid():
        request.session[NAMES_HIDDEN] = form.cleaned_data["is_hidden"]
    return redirect("assignment_progress", assignment.public_id)


def render_with_etag(request: TeacherRequest, template: str, context: dict[str, Any], tag: str) -> HttpResponse:
    response = render(request, template, context)
    response.headers["ETag"] = tag
    return response


def watched_version(request: HttpRequest, public_id: str) -> Version | HttpResponse:
    """The version of this teacher's assignment; a redirect to the way in for who is not signed in; raises Http404.

    The session is verified against the row that the version came with: the same tests that Django makes, without its
    statement. Only where they fail does Django look itself, for it may know an older secret key.
    """
    session = request.session
    found = progress.version(public_id, int(session[SESSION_KEY])) if SESSION_KEY in session else None
    is_known = (
        found is not None
        and found.teacher.is_active
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), found.teacher.get_session_auth_hash())
    )
    if not is_known and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if found is None:
        raise Http404
    return found


def version_of(assignment: Assignment, teacher_id: int) -> Version:
    found = progress.version(assignment.public_id, teacher_id)
    if found is None:
        raise Http404
    return found


def _progress_tag(request: TeacherRequest, found: Version, now: datetime) -> str:
    return found.tag("progress", progress.moment(found, now), request.session.get(NAMES_HIDDEN, False))


def _progress_context(request: TeacherRequest, assignment: Assignment, now: datetime) -> dict[str, Any]:
    lines = progress.lines(assignment, now=now)
    is_nameless = request.session.get(NAMES_HIDDEN, False)
    numbers = progress.nameless([line.entry.student for line in lines], assignment) if is_nameless else {}
    # Who is excused owes nothing, whatever was begun.
    expected = [line for line in lines if not line.is_excused]
    states = Counter(line.entry.state for line in expected)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "lines": sorted(lines, key=lambda line: numbers[line.entry.student.pk]) if is_nameless else lines,
        "numbers": numbers,
        "is_nameless": is_nameless,
        "accommodations": accommodations_of(assignment.classroom),
        "expected_count": len(expected),
        "excused_count": len(lines) - len(expected),
        "counts": {state: states[state] for state in ("submitted", "working", "not_started")},
        "standings": Counter(line.standing for line in expected),
        "question_count": len(published(assignment.edition_id).document.questions),
        "stuck_minutes": progress.STUCK_AFTER.seconds // 60,
        "lost_seconds": progress.LOST_AFTER.seconds,
    }
