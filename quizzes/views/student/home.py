"""The student's home page, and its poll for quizzes that open."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.assignments.supports import supports_of
from quizzes.models import Student
from quizzes.people.class_people import teachers_of
from quizzes.reports.student_assignments import home_etag, open_times, student_assignments
from quizzes.views.access import student_polls, student_required
from quizzes.views.polls import poll_reply
from quizzes.views.student.start_page import start_context


@require_GET
@student_required
def student_home(request: HttpRequest, student: Student) -> HttpResponse:
    """The student's assignments: to continue, to do, coming and done."""
    now = timezone.now()
    assignments = student_assignments(student, now=now)
    context = {
        "student": student,
        "supports": supports_of(student),
        "now": now,
        "teachers": teachers_of(student.classroom),
        "assignments": assignments,
        "tag": home_etag(assignments.open_times, now=now),
    }
    if assignments.next_up is not None:
        context |= start_context(student, assignments.next_up, now=now)
    return render(request, "student/student_home.html", context)


@require_GET
@student_polls
def open_quizzes(request: HttpRequest, student: Student) -> HttpResponse:
    """A reply if the open or paused quizzes changed or midnight passed since the home page was loaded, else a 304.

    3 queries.
    """
    now = timezone.now()
    tag = home_etag(open_times(student, now=now), now=now)
    return poll_reply(request, tag, lambda: JsonResponse({"has_changed": True}))
