"""What a class understood: an assignment's results, its item analysis, and the files that leave the site."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments.status import Status
from quizzes.content.drafts.retry import make_retry
from quizzes.files import downloads, student
from quizzes.files.downloads import ExportedFile, Form, Layout
from quizzes.forms.reports import AnswersFileForm, AttemptsForm, FileForm, ItemsFileForm
from quizzes.models import Assignment
from quizzes.reports.class_report import class_report
from quizzes.reports.item_report import item_report
from quizzes.views.access import TeacherRequest, taught_classroom, taught_student

RETRY_MADE = "“{title}” is ready and is one of your sets now. Choose the class and the times, then assign it."


@require_GET
def assignment_results(request: TeacherRequest, public_id: str) -> HttpResponse:
    """What to teach again first, each question, the misread map, and students by objective."""
    assignment = _assignment(request, public_id)
    report = class_report(assignment, now=timezone.now())
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "report": report,
        "submitted_count": sum(line.status is Status.SUBMITTED for line in report.lines),
        "student_count": sum(line.status is not Status.EXCUSED for line in report.lines),
    }
    return render(request, "teacher/assignment_results.html", context)


@require_POST
def retry_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Make a set of the hardest questions of the weakest objective, and go on to assign it."""
    assignment = _assignment(request, public_id)
    now = timezone.now()
    reteach = class_report(assignment, now=now).reteach
    if reteach is None or not reteach.retry:
        messages.error(request, "There is no question to try again.")
        return redirect("assignment_results", public_id)
    question_set = make_retry(
        assignment,
        [report.question.key for report in reteach.retry],
        objective=reteach.objective.objective.title,
        by=request.user,
        now=now,
    )
    messages.success(request, RETRY_MADE.format(title=question_set.title))
    return redirect("assign", question_set.public_id)


@require_GET
def item_analysis(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The figures of each question, of this class or of all that were given the set together."""
    assignment = _assignment(request, public_id)
    form = AttemptsForm(request.GET)
    together = _together(request, assignment)
    report = item_report(together if form.over == "together" else [assignment], policy=form.policy)
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "form": form,
        "class_count": len(together),
        "report": report,
        "flags": [(question, flag) for question in report.questions for flag in question.figures.flags],
    }
    return render(request, "teacher/item_analysis.html", context)


@require_POST
def download_items(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The item analysis of this class as a file. A POST, since it records who took it out."""
    assignment = _assignment(request, public_id)
    form = ItemsFileForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    report = item_report([assignment], policy=form.policy)
    written = Form(form.cleaned_data["form"])
    file = downloads.export_item_report(assignment.classroom, report, written, by=request.user, now=timezone.now())
    return _handed_over(file)


@require_POST
def download_answers(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The answers to this assignment as a file. A POST, since it records who took them out."""
    assignment = _assignment(request, public_id)
    form = AnswersFileForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    written = Form(form.cleaned_data["form"])
    return _handed_over(downloads.export_answers(assignment, written, by=request.user, now=timezone.now()))


@require_POST
def download_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """All that is held about one student as a file. A POST, since it records who took it out."""
    return _handed_over(student.export_student(taught_student(request, public_id), by=request.user, now=timezone.now()))


@require_POST
def download_file(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A classroom's scores or answers as a file. A POST, since it records who took them out."""
    classroom = taught_classroom(request, public_id)
    form = FileForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    layout, written = Layout(form.cleaned_data["layout"]), Form(form.cleaned_data["form"])
    return _handed_over(downloads.export(classroom, layout, written, by=request.user, now=timezone.now()))


def _assignment(request: TeacherRequest, public_id: str) -> Assignment:
    return get_object_or_404(Assignment.objects.taught_by(request.user).with_set(), public_id=public_id)


def _together(request: TeacherRequest, assignment: Assignment) -> list[Assignment]:
    """The teacher's own assignments that were given with this one and ask the same questions, itself among them."""
    given = Assignment.objects.taught_by(request.user).given_together(assignment.group)
    return [other for other in given if other.edition_id == assignment.edition_id]


def _handed_over(file: ExportedFile) -> HttpResponse:
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition_header(True, file.name)},
    )
