"""The student's home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.models import Student
from quizzes.reports.student_assignments import student_assignments
from quizzes.views.access import student_required, teachers_of


@require_GET
@student_required
def student_home(request: HttpRequest, student: Student) -> HttpResponse:
    """The student's assignments: to continue, to do, coming and done."""
    now = timezone.now()
    context = {
        "student": student,
        "now": now,
        "teachers": teachers_of(student.classroom),
        "assignments": student_assignments(student, now=now),
    }
    return render(request, "student/student_home.html", context)
