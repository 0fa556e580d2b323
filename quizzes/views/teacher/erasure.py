"""Delete a student or a class for good: what is deleted, then a receipt."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.forms.erasure import CHANGED, EraseClassroomForm, ErasureForm
from quizzes.models import Classroom, Student
from quizzes.people import erasure
from quizzes.people.class_roles import ClassAct
from quizzes.people.erased_counts import preview_classroom, preview_student
from quizzes.views.access import TeacherRequest, class_act, taught_classroom, taught_student


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def erase_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Show what is deleted with a student, then delete it."""
    student = taught_student(request, public_id)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            done = erasure.erase_student(student, by=request.user, now=timezone.now(), seen=seen)
        except Student.DoesNotExist as error:
            # The same form, sent twice at the same time.
            raise Http404 from error
        except erasure.ErasureChanged:
            form.add_error(None, CHANGED)
        else:
            return redirect("erasure_receipt", done.receipt)
    context = {
        "student": student,
        "classroom": student.classroom,
        "form": form,
        "counts": preview_student(student),
    }
    return render(request, "teacher/erase_student.html", context)


@class_act(ClassAct.OWN)
@require_http_methods(["GET", "POST"])
def erase_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Show what is deleted with a class. Typing its name deletes it."""
    classroom = taught_classroom(request, public_id)
    form = EraseClassroomForm(request.POST if request.method == "POST" else None, classroom_name=classroom.name)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            done = erasure.erase_classroom(classroom, by=request.user, now=timezone.now(), seen=seen)
        except Classroom.DoesNotExist as error:
            raise Http404 from error
        except erasure.ErasureChanged:
            form.add_error(None, CHANGED)
        else:
            return redirect("erasure_receipt", done.receipt)
    context = {"classroom": classroom, "form": form, "counts": preview_classroom(classroom)}
    return render(request, "teacher/erase_classroom.html", context)


@require_GET
def erasure_receipt(request: TeacherRequest, receipt: str) -> HttpResponse:
    """What this teacher deleted, and when. It has no names."""
    event = erasure.find_erasure(receipt, by=request.user)
    if event is None:
        raise Http404
    return render(request, "teacher/erasure_receipt.html", {"event": event, "counts": event.detail})
