"""A class as one file: export and import."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.reader import AlreadyHere, import_classroom, left_out_count
from quizzes.files.class_export.writer import export_classroom, record_export
from quizzes.files.downloads import ExportedFile, file_name
from quizzes.forms.class_files import ClassFileForm
from quizzes.people.classrooms import ClassroomNameTaken
from quizzes.views.access import TeacherRequest, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.teacher.downloads import file_response


@require_POST
def download_class(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The whole class as a file that another Footnote site can import."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    record_export(classroom, by=request.user, now=now)
    content = export_classroom(classroom, now=now)
    name = file_name(f"{classroom.name}, class", "json", now=now, zone=classroom.zone)
    return file_response(ExportedFile(name, "application/json", content))


@require_http_methods(["GET", "POST"])
def import_class(request: TeacherRequest) -> HttpResponse:
    """Create a class from such a file; all of it or nothing."""
    form = ClassFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        try:
            classroom = import_classroom(form.cleaned_data["file"].read(), by=request.user, now=timezone.now())
        except InvalidExport as error:
            form.add_error("file", gettext("{error} Nothing was imported.").format(error=error))
        except AlreadyHere:
            form.add_error("file", gettext("This site already has this class. Nothing was imported."))
        except ClassroomNameTaken:
            form.add_error(
                "file", gettext("You already have a class with this name. Rename it first. Nothing was imported.")
            )
        else:
            students, quizzes = classroom.students.enrolled().count(), classroom.assignments.count()
            counts = (
                ngettext("{count} student", "{count} students", students).format(count=students),
                ngettext("{count} quiz", "{count} quizzes", quizzes).format(count=quizzes),
            )
            text = gettext(
                "Class imported: {counts}. You are its only teacher. The class code is new. Print new sign-in cards."
            )
            messages.success(request, text.format(counts=", ".join(counts)))
            if left_out := left_out_count(classroom):
                text = ngettext(
                    "{count} student of the file was left out, because they were deleted for good on this site.",
                    "{count} students of the file were left out, because they were deleted for good on this site.",
                    left_out,
                )
                messages.warning(request, text.format(count=left_out))
            return redirect("roster", classroom.public_id)
    return render(request, "teacher/import_class.html", {"form": form})
