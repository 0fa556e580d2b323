"""Downloads of files. Each is a POST, because it records who downloaded the file."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import override

from quizzes.files import downloads, student_data
from quizzes.files.downloads import ExportedFile, FileFormat, Layout
from quizzes.forms.reports import AnswersFileForm, FileForm, ItemsFileForm
from quizzes.reports.item_report import item_report
from quizzes.views.access import TeacherRequest, exports, taught_assignment, taught_classroom, taught_student
from quizzes.views.methods import require_POST


def in_english[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Decorator: the file has English words, so that programs and other schools read it in every language."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with override("en"):
            return view(*args, **kwargs)

    return wrapper


@exports
@require_POST
@in_english
def download_items(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The item analysis of an assignment as a file."""
    assignment = taught_assignment(request, public_id)
    form = ItemsFileForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    report = item_report([assignment], policy=form.policy)
    file_format = FileFormat(form.cleaned_data["form"])
    file = downloads.export_item_report(assignment, report, file_format, by=request.user, now=timezone.now())
    return file_response(file)


@exports
@require_POST
@in_english
def download_answers(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The answers to an assignment as a file."""
    assignment = taught_assignment(request, public_id)
    form = AnswersFileForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    file_format = FileFormat(form.cleaned_data["form"])
    return file_response(downloads.export_answers(assignment, file_format, by=request.user, now=timezone.now()))


@exports
@require_POST
@in_english
def download_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """All data about one student as a file."""
    return file_response(
        student_data.export_student(taught_student(request, public_id), by=request.user, now=timezone.now())
    )


@exports
@require_POST
@in_english
def download_file(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A classroom's scores or answers as a file."""
    classroom = taught_classroom(request, public_id)
    form = FileForm(request.POST, classroom=classroom)
    if not form.is_valid():
        return HttpResponseBadRequest()
    layout, file_format = Layout(form.cleaned_data["layout"]), FileFormat(form.cleaned_data["form"])
    quiz = form.cleaned_data["quiz"]
    file = downloads.export(classroom, layout, file_format, quiz=quiz, by=request.user, now=timezone.now())
    return file_response(file)


def file_response(file: ExportedFile) -> HttpResponse:
    """The file as a download."""
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": content_disposition_header(True, file.name)},
    )
