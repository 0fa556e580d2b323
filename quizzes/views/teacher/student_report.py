"""The report of one student for a parent, and those of a class on one page, to print or save."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.forms.reports import ClassReportsForm
from quizzes.models import Accommodation, Classroom, Student
from quizzes.people.class_people import teachers_of
from quizzes.reports.student_history import events_and_class_files
from quizzes.reports.student_report import ScoreLine, next_student, score_lines, student_reports
from quizzes.reports.student_report import student_report as load_report
from quizzes.views.access import TeacherRequest, exports, taught_classroom, taught_student


@exports
@require_GET
def student_report(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The student's quizzes, scores, questions and answers in words, and who changed or downloaded what."""
    student, now = taught_student(request, public_id), timezone.now()
    log = events_and_class_files(list(Student.objects.with_merged(student.pk)), by=request.user)
    context = {
        **_head_and_foot(request, student.classroom, now),
        "student": student,
        "next_student": next_student(student),
        "report": load_report(student, by=request.user, now=now),
        "accommodation": Accommodation.objects.filter(student=student).first(),
        "events": log.select_related("actor", "student", "classroom").order_by("at", "pk"),
    }
    return render(request, "teacher/student_report.html", context)


@exports
@require_GET
def class_reports(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The scores of all students of a class, each on a page of its own. The query string adds questions and answers.

    Without who changed or downloaded what.
    """
    classroom, now = taught_classroom(request, public_id), timezone.now()
    has_answers = ClassReportsForm(request.GET).has_answers
    students = list(classroom.students.enrolled())
    reports: Mapping[int, Sequence[ScoreLine]]
    if has_answers:
        reports = student_reports(students, by=request.user, now=now)
    else:
        reports = score_lines(students, by=request.user, now=now)
    accommodations = {one.student_id: one for one in Accommodation.objects.filter(student__in=students)}
    context = {
        **_head_and_foot(request, classroom, now),
        "has_answers": has_answers,
        "reports": [(student, reports[student.pk], accommodations.get(student.pk)) for student in students],
    }
    return render(request, "teacher/class_reports.html", context)


def _head_and_foot(request: TeacherRequest, classroom: Classroom, now: datetime) -> dict[str, Any]:
    """What is above and below each report."""
    return {
        "classroom": classroom,
        "teachers": teachers_of(classroom),
        "now": now,
        # Paper has no foot with a link.
        "privacy_address": request.build_absolute_uri(reverse("privacy")),
    }
