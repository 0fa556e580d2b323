import hashlib
import json
import re
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from quizzes import exports, results
from quizzes.attempts import Sitting
from quizzes.forms.results import NAME, GradebookOrderForm
from quizzes.models import AnswerEvent, Assignment, Attempt
from quizzes.question_sets import published
from quizzes.question_types import review
from quizzes.results import Gradebook, Progress, Row
from quizzes.views.teacher.access import TeacherRequest, taught_classroom

HALF = Decimal("0.5")


@require_GET
def gradebook(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A classroom's scores: students by assignments, sorted as the address says."""
    classroom = taught_classroom(request, public_id)
    book = results.gradebook(classroom, now=timezone.now())
    form = GradebookOrderForm(request.GET, columns=[column.assignment.public_id for column in book.columns])
    rows = sorted_rows(book, form.column, descending=form.descending)
    lines = [(row, [(cell, cell.share is not None and cell.share < HALF) for cell in row.cells]) for row in rows]
    context = {"classroom": classroom, "book": book, "lines": lines, "order": form}
    return render(request, "teacher/gradebook.html", context)


@require_POST
def download_gradebook(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The gradebook as a CSV file. A POST, since it records who took the scores out."""
    classroom = taught_classroom(request, public_id)
    now = timezone.now()
    content = exports.export_gradebook(classroom, by=request.user, now=now)
    # Signs that some file system forbids, and that would leave the header.
    name = re.sub(r"[^\w .,()-]+", "-", classroom.name)
    filename = f"{name}, scores {now.astimezone(classroom.zone):%Y-%m-%d}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, filename)},
    )


@require_GET
def assignment_progress(request: TeacherRequest, public_id: str) -> HttpResponse:
    """How far each student is. The board asks for itself again every few seconds, and gets it when it changed."""
    assignment = get_object_or_404(Assignment.objects.taught_by(request.user).with_set(), public_id=public_id)
    entries = results.progress(assignment)
    tag = _tag_of(entries)
    if request.htmx and request.headers.get("If-None-Match") == tag:
        # htmx would swap the empty body in.
        return HttpResponseNotModified(headers={"ETag": tag, "HX-Reswap": "none"})
    states = [entry.state for entry in entries]
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "entries": entries,
        "counts": {state: states.count(state) for state in ("handed_in", "working", "not_started")},
        "question_count": len(published(assignment.edition_id).document.questions),
        # The board sends its own tag back, so that the browser need not keep names of students in its cache.
        "conditional": json.dumps({"If-None-Match": tag}),
    }
    if request.htmx:
        response = render(request, "teacher/assignment_progress.html#progress-board", context)
    else:
        context["questions"] = published(assignment.edition_id).document.questions
        context["class_count"] = Assignment.objects.given_together(assignment.group).count()
        response = render(request, "teacher/assignment_progress.html", context)
    response.headers["ETag"] = tag
    return response


@require_GET
def attempt_review(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One attempt: each answer with verdict, key and evidence, and what arrived but did not count."""
    attempts = Attempt.objects.taught_by(request.user).with_set()
    attempt = get_object_or_404(attempts, public_id=public_id)
    reviewed = results.review_attempt(attempt)
    unused = results.unused_events(attempt)
    late = [event for event in unused if event.outcome == AnswerEvent.Outcome.LATE]
    context = {
        "attempt": attempt,
        "assignment": attempt.assignment,
        "classroom": attempt.classroom,
        "reviewed": reviewed,
        "is_late": results.is_late(attempt, results.due_at(attempt)),
        "late": [(event, *_in_words(event, reviewed.sitting)) for event in late],
        "unused_count": len(unused) - len(late),
        "tools": {
            question.key: {"position": position}
            for position, question in enumerate(reviewed.sitting.published.document.questions, start=1)
        },
    }
    return render(request, "teacher/attempt_review.html", context)


def sorted_rows(book: Gradebook, column: str, *, descending: bool) -> Sequence[Row]:
    """The rows by name, by average or by the score on one assignment; equal ones by name, those without a score last.

    column: NAME, AVERAGE or the public id of an assignment.
    """
    if column == NAME:
        return book.rows[::-1] if descending else book.rows
    places = {entry.assignment.public_id: place for place, entry in enumerate(book.columns)}

    def share(row: Row) -> Decimal | None:
        return row.cells[places[column]].share if column in places else row.average_share

    with_score = [row for row in book.rows if share(row) is not None]
    without = [row for row in book.rows if share(row) is None]
    return sorted(with_score, key=lambda row: share(row) or Decimal(0), reverse=descending) + without


def _tag_of(entries: Sequence[Progress]) -> str:
    """An ETag of everything that the board shows."""
    shown = [
        (
            entry.student.public_id,
            entry.student.display_name,
            entry.state,
            entry.attempt and entry.attempt.public_id,
            entry.answered_count,
            str(entry.last_saved_at),
            entry.counts and (entry.counts.public_id, str(entry.counts.score), str(entry.counts.handed_in_at)),
            entry.is_late,
        )
        for entry in entries
    ]
    text = json.dumps(shown)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _in_words(event: AnswerEvent, current: Sitting) -> tuple[int, str]:
    """The place of the event's question in the attempt, and what was given."""
    for number, question in enumerate(current.questions, start=1):
        if current.question_id(question) == event.question_id:
            return number, review(question, event.value, current.published.document.reading).given
    raise LookupError(event.question_id)
