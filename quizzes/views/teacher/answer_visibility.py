"""Who could see the answers to an assignment, and since when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.content.editions import public_question_count
from quizzes.reports.answer_visibility import answer_visibility as classes_of_set
from quizzes.views.access import TeacherRequest, taught_assignment


@require_GET
def answer_visibility(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Each class of this teacher with the question set, and when each student could first see the answers."""
    assignment = taught_assignment(request, public_id)
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "classes": classes_of_set(assignment, by=request.user, now=timezone.now()),
        "public_count": public_question_count(assignment.edition_id),
    }
    return render(request, "teacher/answer_visibility.html", context)
