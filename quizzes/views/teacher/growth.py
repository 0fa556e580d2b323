"""Growth of a class between 2 forms of a check: the report, and the form that assigns both in halves."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments import growth as halves
from quizzes.forms.growth import GrowthForm
from quizzes.models import Assignment
from quizzes.reports.classroom_quizzes import current_quizzes
from quizzes.reports.gradebook import gradebook
from quizzes.reports.growth import growth_of
from quizzes.views.access import TeacherRequest, taught_classroom
from quizzes.views.methods import require_POST


@require_http_methods(["GET", "POST"])
def classroom_growth(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The report of growth, and both forms of the check for this class."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    forms = halves.check_forms(request.user)
    check = halves.halved_check(list(classroom.assignments.with_set()))
    form = GrowthForm(request.POST if request.method == "POST" else None, classroom=classroom, now=now)
    can_assign = classroom.archived_at is None
    if forms is not None and check is None and can_assign and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("before", "after", "group")}
        count = halves.assign_halves(classroom, forms, by=request.user, now=now, **data)
        words = ngettext(
            "Assigned. {count} student got a random half.", "Assigned. {count} students got a random half.", count
        )
        messages.success(request, words.format(count=count))
        return redirect("classroom_growth", classroom.public_id)
    context = {
        "classroom": classroom,
        "current_quizzes": current_quizzes(classroom, now=now),
        "form": form,
        "can_assign": can_assign,
        "has_forms": forms is not None,
        "check": check,
        "without_half": halves.students_without_half(check, classroom) if check is not None else [],
        "reports": growth_of(gradebook(classroom, now=now, policy=Assignment.AttemptPolicy.FIRST)),
    }
    return render(request, "teacher/classroom_growth.html", context)


@require_POST
def give_halves(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Put new students of a class into the halves of its check."""
    classroom = taught_classroom(request, public_id)
    check = halves.halved_check(list(classroom.assignments.with_set()))
    if check is None or classroom.archived_at is not None:
        raise Http404
    if count := halves.give_halves(check, by=request.user, now=timezone.now()):
        words = ngettext("{count} student got a random half.", "{count} students got a random half.", count)
        messages.success(request, words.format(count=count))
    return redirect("classroom_growth", classroom.public_id)
