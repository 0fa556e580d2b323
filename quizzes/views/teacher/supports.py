"""The supports of a class, and the accommodations of a class at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import supports
from quizzes.assignments.accommodations import accommodations_of
from quizzes.assignments.reading_levels import reading_choice
from quizzes.assignments.supports import supports_of
from quizzes.content.reading import LEVELS
from quizzes.files import signed_preview
from quizzes.files.accommodations import NoNames, export_accommodations, read_changes, read_values, values_of
from quizzes.files.signed_preview import StalePreview
from quizzes.formatting import listed_names
from quizzes.forms.supports import (
    AccommodationsFileForm,
    BulkAccommodationsForm,
    ClassSupportsForm,
    ConfirmChangesForm,
)
from quizzes.models import Accommodation, Classroom, Student
from quizzes.reports.classroom_quizzes import current_quizzes
from quizzes.reports.support_use import in_words
from quizzes.views.access import TeacherRequest, exports, locked_classroom, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.teacher.classrooms import settings_page
from quizzes.views.teacher.downloads import file_response
from quizzes.views.teacher.extensions import offer_to_extend

PREVIEW = "accommodations"


@require_POST
@transaction.atomic
def set_class_supports(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set the supports of a class, quizzes in progress included."""
    classroom = locked_classroom(request, public_id)
    form = ClassSupportsForm.of(classroom, request.POST, by=request.user)
    if not form.is_valid():
        return settings_page(request, classroom, supports_form=form)
    supports.set_class_supports(classroom, form.supports, by=request.user, now=timezone.now())
    messages.success(request, gettext("Saved for every quiz."))
    return redirect("change_classroom", classroom.public_id)


@require_http_methods(["GET", "POST"])
def class_accommodations(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The accommodations and supports of all students of a class, and one change for several of them."""
    classroom = taught_classroom(request, public_id)
    students = _students(classroom)
    form = BulkAccommodationsForm(request.POST if request.method == "POST" else None, students=students)
    if not form.is_valid():
        return _class_page(request, classroom, students, form=form)
    chosen = set(form.cleaned_data["students"])
    changes = [(student, form.changes) for student in students if student.public_id in chosen]
    _apply(request, changes, now=timezone.now())
    return redirect("class_accommodations", classroom.public_id)


@require_POST
def import_accommodations(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Show what a file changes, and then change it. Nothing is saved before the second step."""
    classroom = taught_classroom(request, public_id)
    confirmed = ConfirmChangesForm(request.POST)
    if confirmed.is_valid():
        _apply_packed(request, classroom, confirmed.cleaned_data["packed"])
        return redirect("class_accommodations", classroom.public_id)
    form = AccommodationsFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            lines = read_changes(form.cleaned_data["file"].rows, classroom)
        except NoNames:
            form.add_error("file", gettext("The first line needs “Name” and another heading of the downloaded file."))
        else:
            sure = [
                (line.student.public_id, values_of(line.changes)) for line in lines if line.student and line.changes
            ]
            unknown = [line.name or f"{gettext('Line')} {line.number}" for line in lines if line.student is None]
            packed_text = signed_preview.pack({"changes": sure}, purpose=PREVIEW, by=request.user)
            return _class_page(
                request,
                classroom,
                _students(classroom),
                file_form=form,
                lines=[line for line in lines if line.student],
                unknown=listed_names(unknown),
                sure_count=len(sure),
                packed=packed_text,
            )
    return _class_page(request, classroom, _students(classroom), file_form=form)


@exports
@require_POST
def download_accommodations(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The accommodations and supports of a class as CSV."""
    classroom = taught_classroom(request, public_id)
    return file_response(export_accommodations(classroom, by=request.user, now=timezone.now()))


def _apply_packed(request: TeacherRequest, classroom: Classroom, text: str) -> None:
    """Make the changes of a preview. text: of `signed_preview.pack`."""
    try:
        packed = signed_preview.unpack(text, purpose=PREVIEW, by=request.user)
    except StalePreview:
        messages.error(request, gettext("The preview is too old. Nothing was changed. Choose the file again."))
        return
    found = {student.public_id: student for student in _students(classroom)}
    changes = [(found[key], read_values(values)) for key, values in packed["changes"] if key in found]
    _apply(request, changes, now=timezone.now())


def _students(classroom: Classroom) -> list[Student]:
    return list(classroom.students.enrolled().select_related("classroom"))


def _apply(request: TeacherRequest, changes: Sequence[tuple[Student, Mapping[str, Any]]], *, now: datetime) -> None:
    """Change the accommodations of these students, and offer to extend for those for whom a quiz closes too early."""
    short = supports.change_accommodations(changes, by=request.user, now=now)
    count = len({student.pk for student, _ in changes})
    text = ngettext("Saved for {count} student.", "Saved for {count} students.", count).format(count=count)
    messages.success(request, text)
    offer_to_extend(request, short)


def _row(student: Student, accommodation: Accommodation | None) -> tuple[Student, Accommodation | None, str, list[str]]:
    """(student, accommodation, name of the reading level, supports in words) of a line of the page."""
    level = reading_choice(student).own
    return student, accommodation, gettext(LEVELS[level]) if level else "", list(in_words(supports_of(student)))


def _class_page(
    request: TeacherRequest, classroom: Classroom, students: Sequence[Student], **context: Any
) -> HttpResponse:
    """The page of a class's accommodations."""
    factors = accommodations_of(classroom)
    context = {
        "classroom": classroom,
        "rows": [_row(student, factors.get(student.pk)) for student in students],
        "form": BulkAccommodationsForm(students=students),
        "file_form": AccommodationsFileForm(),
        "lines": None,
        "unknown": "",
        "sure_count": 0,
        "packed": "",
        "current_quizzes": current_quizzes(classroom, now=timezone.now()),
        **context,
    }
    return render(request, "teacher/class_accommodations.html", context)
