"""The results of an assignment: scores, misconceptions, each question, students by objective."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments.status import Status
from quizzes.content.drafts.retry import make_retry
from quizzes.models import Assignment
from quizzes.reports.class_report import class_report
from quizzes.views.access import TeacherRequest, allowed, taught_assignment

RETRY_MADE = "“{title}” is ready. Choose a class and times, then assign it."


@require_GET
def assignment_results(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Scores, misconceptions, who needs help, each question, the misread map, and students by objective."""
    assignments = Assignment.objects.taught_by(request.user).with_role().with_set().with_erased_counts()
    assignment = allowed(request, get_object_or_404(assignments, public_id=public_id))
    report = class_report(assignment, now=timezone.now())
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "report": report,
        "has_average": bool(report.attempt_count) and report.average is not None,
        "submitted_count": sum(line.status is Status.SUBMITTED for line in report.lines),
        "student_count": sum(line.status is not Status.EXCUSED for line in report.lines),
    }
    return render(request, "teacher/assignment_results.html", context)


@require_POST
def retry_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Create a retry set of the weakest questions, and redirect to assign it."""
    assignment = taught_assignment(request, public_id)
    now = timezone.now()
    retry = class_report(assignment, now=now).retry
    if not retry:
        messages.error(request, "There’s no question to retry.")
        return redirect("assignment_results", public_id)
    question_set = make_retry(assignment, [report.question.key for report in retry], by=request.user, now=now)
    messages.success(request, RETRY_MADE.format(title=question_set.title))
    return redirect("assign", question_set.public_id)
