"""Accept answers that arrived after the deadline, of one attempt or of a class, and undo it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments.board import has_closed_questions
from quizzes.attempts import late_answers
from quizzes.formatting import listed_names
from quizzes.forms.accommodations import UndoLateForm
from quizzes.forms.fields import ConfirmForm
from quizzes.models import Assignment
from quizzes.people.class_roles import ClassAct
from quizzes.reports.answer_visibility import students_saw_answers_at
from quizzes.reports.live_etag import content_etag
from quizzes.views.access import TeacherRequest, class_act, taught_assignment, taught_attempt
from quizzes.views.methods import require_POST
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo


@require_POST
def accept_late(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Accept the answers that arrived after the deadline."""
    attempt = taught_attempt(request, public_id)
    if attempt.is_open:
        messages.error(request, gettext("This attempt was reopened. You can accept late answers after it’s turned in."))
        return redirect("attempt_review", attempt.public_id)
    now = timezone.now()
    count = late_answers.accept_late(attempt, by=request.user, now=now)
    if count:
        words = ngettext(
            "{count} late answer accepted. Score updated.", "{count} late answers accepted. Score updated.", count
        )
        address = reverse("undo_late", args=[attempt.public_id])
        offer_undo(request, words.format(count=count), address, accepted_at=now.isoformat())
    return redirect("attempt_review", attempt.public_id)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def accept_all_late(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Accept the late answers of all students on an assignment, after a question."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    rows = late_answers.attempts_with_late(assignment, now=now).select_related("assignment", "classroom", "student")
    late: list[Any] = list(rows)
    count = len({attempt.student_id for attempt in late})
    back = reverse("assignment_progress", args=[public_id])
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    # Other late answers may wait since the page named the students.
    seen = content_etag(*sorted((attempt.pk, attempt.late_at) for attempt in late))
    if late and not (form.is_valid() and form.cleaned_data["seen"] == seen):
        words = ngettext("Accept late answers of {count} student?", "Accept late answers of {count} students?", count)
        return confirm_page(
            request,
            question=words.format(count=count),
            effect=_effect_of_accepting(assignment, late, now=now),
            verb=gettext("Accept late answers"),
            keep=gettext("Don’t accept"),
            place=assignment.title,
            back=back,
            fields=[("seen", seen)],
        )
    if late:
        late_answers.accept_all_late(late, by=request.user, now=now)
        words = ngettext(
            "Late answers of {count} student accepted. Scores updated.",
            "Late answers of {count} students accepted. Scores updated.",
            count,
        )
        messages.success(request, words.format(count=count))
    return redirect(back)


def _effect_of_accepting(assignment: Assignment, late: Sequence[Any], *, now: datetime) -> str:
    """What it does to accept these late answers, and which students could see the answers first.

    late: rows of `attempts_with_late`.
    """
    effects = [
        gettext("The newest late answer to each question will count. You can undo it on the page of each attempt.")
    ]
    since = students_saw_answers_at(assignment, {attempt.student_id for attempt in late}, now=now)
    saw_first = [
        attempt.student.display_name
        for attempt in late
        if (shown_at := since.get(attempt.student_id)) and shown_at <= attempt.late_at
    ]
    if saw_first:
        names = listed_names(list(dict.fromkeys(saw_first)))
        effects.append(gettext("Could see the answers before their late answers came: {names}.").format(names=names))
    if has_closed_questions(assignment):
        effects.append(gettext("The class board may have shown the answers first."))
    return " ".join(effects)


@require_POST
def undo_late(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Undo the acceptance of late answers: what counted before counts again."""
    attempt = taught_attempt(request, public_id)
    if attempt.is_open:
        messages.error(request, gettext("This attempt was reopened. You can undo this after it’s turned in."))
        return redirect("attempt_review", attempt.public_id)
    form = UndoLateForm(request.POST)
    accepted_at = form.cleaned_data["accepted_at"] if form.is_valid() else None
    count = late_answers.undo_accept_late(attempt, accepted_at=accepted_at, by=request.user, now=timezone.now())
    if count:
        words = ngettext(
            "{count} late answer no longer counts. Score updated.",
            "{count} late answers no longer count. Score updated.",
            count,
        )
        messages.success(request, words.format(count=count))
    else:
        messages.success(request, gettext("No changes."))
    return redirect("attempt_review", attempt.public_id)
