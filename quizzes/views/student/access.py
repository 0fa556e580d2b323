"""Who the student of a request is: a line of a roster, held by the session and void after a new PIN or a removal."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from quizzes.models import Attempt, Classroom, Student
from quizzes.people.student_sign_in import PIN_VERSION, STUDENT

DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}device"
DEVICE_COOKIE_AGE = 180 * 24 * 60 * 60


def sign_in_student(request: HttpRequest, student: Student) -> None:
    """Bind this session to a student; a teacher or another student signed in here before is signed out."""
    request.session.flush()
    rotate_token(request)
    request.session[STUDENT] = student.pk
    request.session[PIN_VERSION] = student.pin_version


def student_required[**P](
    view: Callable[Concatenate[HttpRequest, Student, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the signed-in student, in the classroom's time zone; without one, lead to the join page."""

    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        student = current_student(request)
        if student is None:
            return _lead_in(request)
        with timezone.override(student.classroom.zone):
            return view(request, student, *args, **kwargs)

    return wrapper


def attempt_required[**P](
    view: Callable[Concatenate[HttpRequest, Attempt, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Give the view the signed-in student's own attempt, with student, assignment and classroom, in one statement.

    Someone else's attempt is a 404; without a signed-in student the request leads to the join page.
    """

    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, public_id: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if STUDENT not in request.session:
            return _lead_in(request)
        own = Attempt.objects.made_by(request.session[STUDENT]).filter(public_id=public_id)
        # Without an order: to sort the one row by its student's name doubles the cost of asking for it.
        attempt = next(iter(own.select_related("assignment", "student", "classroom").order_by()), None)
        if attempt is None:
            if current_student(request) is None:
                return _lead_in(request)
            raise Http404
        if not _holds(request, attempt.student):
            return _lead_in(request)
        with timezone.override(attempt.classroom.zone):
            return view(request, attempt, *args, **kwargs)

    return wrapper


def current_student(request: HttpRequest) -> Student | None:
    """The student that this session is bound to, with the classroom; None without one or where it is void.

    One statement where there is one.
    """
    if STUDENT not in request.session:
        return None
    own = Student.objects.select_related("classroom").filter(pk=request.session[STUDENT])
    student = next(iter(own.order_by()), None)
    return student if student is not None and _holds(request, student) else None


def client_address(request: HttpRequest) -> str:
    """The network address that a request came from, as the outermost of the site's own proxies saw it.

    What stands further left in the forwarded list was written by the sender, who may write anything.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.TRUSTED_PROXY_COUNT
    if 0 < count <= len(hops) and hops[-count]:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def teachers_of(classroom: Classroom) -> list[str]:
    """The names of a classroom's teachers as students read them, at least one; one statement."""
    return list(classroom.teachers.order_by("teaching__pk").values_list("name", flat=True)) or ["your teacher"]


def device_of(request: HttpRequest) -> str:
    """The random id of this browser; a fresh one where it has none yet."""
    return request.COOKIES.get(DEVICE_COOKIE, "")[:32] or secrets.token_hex(16)


def remember_device(response: HttpResponse, device: str) -> None:
    """Keep the browser's id, which serves to limit guessing and nothing else."""
    response.set_cookie(
        DEVICE_COOKIE, device, max_age=DEVICE_COOKIE_AGE, httponly=True, secure=settings.HTTPS, samesite="Lax"
    )


def _lead_in(request: HttpRequest) -> HttpResponse:
    """To the join page, which says so where something that was sent is lost."""
    return redirect(f"{reverse('join')}{'?unsent' if request.method == 'POST' else ''}")


def _holds(request: HttpRequest, student: Student) -> bool:
    return student.removed_at is None and request.session.get(PIN_VERSION) == student.pin_version
