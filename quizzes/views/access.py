"""Who the teacher of a request is, and how a teacher's own rows are fetched: what is not theirs is a 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from quizzes.models import Assignment, Attempt, Classroom, Student, User


class TeacherRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through, so that its user is an account."""

    user: User
    htmx: HtmxDetails


def taught_classroom(request: TeacherRequest, public_id: str) -> Classroom:
    """This teacher's classroom, archived or not; raises Http404."""
    return get_object_or_404(Classroom.objects.taught_by(request.user), public_id=public_id)


def taught_student(request: TeacherRequest, public_id: str) -> Student:
    """A student of this teacher, removed or not, with the classroom; raises Http404."""
    return get_object_or_404(Student.objects.taught_by(request.user).select_related("classroom"), public_id=public_id)


def taught_assignment(request: TeacherRequest, public_id: str) -> Assignment:
    """An assignment of this teacher's classrooms, with classroom and set; raises Http404."""
    return get_object_or_404(Assignment.objects.taught_by(request.user).with_set(), public_id=public_id)


def taught_attempt(request: TeacherRequest, public_id: str) -> Attempt:
    """An attempt made in this teacher's classrooms, with student, classroom, assignment and set; raises Http404."""
    return get_object_or_404(Attempt.objects.taught_by(request.user).with_set(), public_id=public_id)
