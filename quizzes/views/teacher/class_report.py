"""The results of an assignment: scores, misconceptions, each question, students by objective."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import counted_words
from quizzes.content.teaching_guide import parse_guide
from quizzes.forms.board import NameslessForm
from quizzes.models import Assignment
from quizzes.reports.class_report import class_report
from quizzes.reports.misconceptions import MIN_STUDENTS
from quizzes.views.access import TeacherRequest, taught_assignment
from quizzes.views.methods import require_POST
from quizzes.views.teacher.progress import NAMES_HIDDEN


@require_GET
def assignment_results(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Scores, misconceptions, who needs help, each question, the misread map, and students by objective."""
    assignment = taught_assignment(request, public_id, among=Assignment.objects.with_erased_counts().with_guide())
    guide = parse_guide(assignment.guide or {}, get_language())
    report = class_report(assignment, now=timezone.now(), standards=guide.standards)
    excused_count = sum(line.status is Status.EXCUSED for line in report.lines)
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "report": report,
        "language": report.items.published.document.language,
        "reading_language": report.items.published.document.reading.language,
        "about_story": guide.summary,
        "has_weaker_sign": not all(shared.is_strong for shared in report.misconceptions),
        "is_too_few": report.attempt_count < MIN_STUDENTS,
        "has_average": bool(report.attempt_count) and report.average is not None,
        "submitted_count": sum(line.status is Status.SUBMITTED for line in report.lines),
        "student_count": len(report.lines) - excused_count,
        "excused_count": excused_count,
        "is_anonymous": request.session.get(NAMES_HIDDEN, False) or NameslessForm(request.GET).is_valid(),
        "excused_words": counted_words(Status.EXCUSED, excused_count),
        # The same attempts as here. By default, item analysis uses first attempts.
        "items_url": reverse("item_analysis", args=[public_id], query={"attempts": assignment.attempt_policy}),
    }
    return render(request, "teacher/assignment_results.html", context)


@require_POST
def retry_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Redirect to assign a retry of the questions to reteach. Its question set is made when it is assigned."""
    assignment = taught_assignment(request, public_id)
    retry = class_report(assignment, now=timezone.now()).retry.questions
    if not retry:
        messages.error(request, gettext("There’s no question to retry."))
        return redirect("assignment_results", public_id)
    keys = urlencode([("question", report.question.key) for report in retry])
    return redirect(f"{reverse('assign_retry', args=[public_id])}?{keys}")
