"""Merge two entries of one student."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes.attempts import merges
from quizzes.formatting import isolated
from quizzes.forms.students import MergeStudentForm
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_student
from quizzes.views.teacher.undo import offer_undo

# The settings of `merges.MergePlan` in words.
MERGED_SETTINGS = {
    "number": gettext_lazy("Student number"),
    "time": gettext_lazy("Extra time"),
    "supports": gettext_lazy("Supports"),
    "level": gettext_lazy("Reading level"),
}


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def merge_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Ask which other student of the class is the same one, show what a merge does, then merge the two."""
    student, now = taught_student(request, public_id), timezone.now()
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET
    form = MergeStudentForm(data or None, others=merges.merge_choices(student))
    if student.removed_at is not None or (is_sent and not form.is_valid()):
        # Sent twice, or someone else merged or removed one of the two.
        return redirect("student_history", student.current.public_id)
    plan, is_changed = None, False
    if form.is_valid():
        other = form.cleaned_data["other"]
        try:
            if is_sent:
                merges.merge_students(student, other, seen=form.cleaned_data["seen"], by=request.user, now=now)
                text = gettext("Merged. {display_name} has the work of both.").format(
                    display_name=isolated(student.display_name)
                )
                other.refresh_from_db(fields=["removed_at"])
                address = reverse("restore_student", args=[other.public_id])
                offer_undo(request, text, address, removed_at=str(other.removed_at), merged_into=student.public_id)
                return redirect("student_history", student.public_id)
        except merges.MergeChanged:
            is_changed = True
        except merges.CannotMerge:
            return redirect("student_history", student.public_id)
        plan = merges.merge_plan(student, other, now=now)
    context = {
        "student": student,
        "form": form,
        "plan": plan,
        "is_changed": is_changed,
        "taken": [MERGED_SETTINGS[name] for name in plan.taken] if plan is not None else [],
        "not_taken": [MERGED_SETTINGS[name] for name in plan.not_taken] if plan is not None else [],
        "submits_any": plan is not None and any(quiz.submits for quiz in plan.quizzes),
    }
    return render(request, "teacher/merge_student.html", context)
