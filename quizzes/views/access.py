"""Who may open what: a teacher's own rows, the signed-in student, and a student's own attempt."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from inspect import getclosurevars, isfunction
from typing import Concatenate
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django_htmx.middleware import HtmxDetails

from quizzes.attempts.access import Access, LoadedAttempt, check_access, load_attempt
from quizzes.forms.student_sign_in import Unsent
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.models.assignments import AssignmentQuerySet
from quizzes.models.rosters import EDITORS
from quizzes.people.class_roles import ClassAct, may
from quizzes.people.student_sessions import (
    renew_student_session,
    signed_in_student,
    start_student_session,
    student_session,
)
from quizzes.people.teacher_sessions import end_teacher_session

DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}device"
INVITATION_COOKIE = f"{settings.COOKIE_PREFIX}invitation"
INVITATION_COOKIE_AGE = timedelta(days=1)
DEVICE_COOKIE_AGE = timedelta(days=180)
# In `request.META`: when the server had read the request, in seconds since 1970. No header of a client has this name.
ARRIVED_AT = "footnote.arrived_at"

JSON = "application/json"

# What is lost if a form comes without a session, by URL name.
UNSENT = {"take_attempt": Unsent.ANSWER, "submit_attempt": Unsent.TURN_IN}

ONLY_VIEWS = gettext_lazy("You can see this class, but not change it. Ask its teacher.")
ONLY_OWNERS = gettext_lazy("Only the owner of the class can do this. You’ll find the name in its settings.")

type AttemptView[**P] = Callable[Concatenate[HttpRequest, LoadedAttempt, P], HttpResponse]
type PublicIdView[**P] = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


class TeacherRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through, so that its user is an account."""

    user: User
    htmx: HtmxDetails
    is_viewer: bool  # once a row of a class is fetched: whether this teacher may only read it


def taught_classroom(request: TeacherRequest, public_id: str) -> Classroom:
    """A classroom in which this teacher has a role, archived or not; raises Http404.

    Raises PermissionDenied if a viewer changes something.
    """
    return allowed(
        request, get_object_or_404(Classroom.objects.taught_by(request.user).with_role(), public_id=public_id)
    )


def taught_student(request: TeacherRequest, public_id: str) -> Student:
    """A student of this teacher, removed or not, with the classroom; raises Http404."""
    students = Student.objects.taught_by(request.user).with_role().select_related("classroom")
    return allowed(request, get_object_or_404(students, public_id=public_id))


def may_open_student(request: TeacherRequest, student: Student, classroom: Classroom) -> bool:
    """Whether this teacher of a class with the student's work may open the student's page. One query after a move."""
    is_here = student.classroom_id == classroom.pk
    return is_here or Student.objects.taught_by(request.user).filter(pk=student.pk).exists()


def taught_assignment(
    request: TeacherRequest, public_id: str, *, among: AssignmentQuerySet | None = None
) -> Assignment:
    """An assignment of this teacher's classrooms, with classroom and set; raises Http404.

    among: all, with what else the page needs of each.
    """
    assignments = Assignment.objects.all() if among is None else among
    taught = assignments.taught_by(request.user).with_role().with_set()
    return allowed(request, get_object_or_404(taught, public_id=public_id))


def taught_attempt(request: TeacherRequest, public_id: str) -> Attempt:
    """An attempt made in this teacher's classrooms, with student, classroom, assignment and set; raises Http404."""
    attempts = Attempt.objects.taught_by(request.user).with_role().with_set()
    return allowed(request, get_object_or_404(attempts, public_id=public_id))


def class_act[**P](act: ClassAct) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Decorator: what the view does with a class, where its method does not say it: a GET reads, a POST changes."""

    def decorate(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        view.class_act = act  # type: ignore[attr-defined]  # for `allowed`
        return view

    return decorate


def allowed[R: (Classroom, Student, Assignment, Attempt)](request: TeacherRequest, row: R) -> R:
    """The row, if this teacher's role in the class allows what the view does; raises PermissionDenied."""
    role = row.own_role
    view = request.resolver_match.func if request.resolver_match is not None else None
    by_method = ClassAct.READ if request.method == "GET" else ClassAct.CHANGE
    act: ClassAct = getattr(view, "class_act", by_method)
    request.is_viewer = not may(role, ClassAct.CHANGE)
    if not may(role, act):
        raise PermissionDenied(ONLY_OWNERS if act is ClassAct.OWN and not request.is_viewer else ONLY_VIEWS)
    return row


def exports[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Decorator: the view sends a file about people. The site's settings may ask for a second step of sign-in."""
    view.is_export = True  # type: ignore[attr-defined]  # for SecondFactorRequired
    return class_act(ClassAct.READ)(view)


def attempt_required[**P](*, with_answers: bool = False) -> Callable[[AttemptView[P]], PublicIdView[P]]:
    """Decorator: give the view the signed-in student's own attempt, in the classroom's time zone. One query.

    with_answers: load the current answers on a GET. A POST loads them after its change.
    """

    def decorate(view: AttemptView[P]) -> PublicIdView[P]:
        @login_not_required
        @wraps(view)
        def wrapper(request: HttpRequest, public_id: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            now = timezone.now()
            session = student_session(request.session, now=now)
            attempt = load_attempt(public_id, with_answers=with_answers and request.method == "GET")
            access = check_access(session, attempt)
            if access is Access.SIGN_IN:
                return _redirect_to_sign_in(request)
            if access is Access.NOT_FOUND or attempt is None:
                return _say_who_is_signed_in(request)
            if access is Access.ARCHIVED:
                return _leave_archived(request, attempt)
            renew_student_session(request.session, now=now)
            use_students_language(attempt.student.language)
            with timezone.override(attempt.zone):
                return view(request, attempt, *args, **kwargs)

        return wrapper

    return decorate


def student_required[**P](
    view: Callable[Concatenate[HttpRequest, Student, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorator: give the view the signed-in student, in the classroom's time zone. One query."""

    @wraps(view)
    def renewing(request: HttpRequest, student: Student, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        renew_student_session(request.session, now=timezone.now())
        return view(request, student, *args, **kwargs)

    return student_polls(renewing)


def student_polls[**P](
    view: Callable[Concatenate[HttpRequest, Student, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """`student_required` for a URL that a page polls: a poll does not keep an idle session open."""

    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        student = signed_in_student(request.session, now=timezone.now())
        if student is None:
            return _redirect_to_sign_in(request)
        use_students_language(student.language)
        with timezone.override(student.classroom.zone):
            return view(request, student, *args, **kwargs)

    return wrapper


def use_students_language(chosen: str) -> None:
    """Use the language that a student chose, until `page_language` ends it, so that an error page has it too.

    Without a choice, the language of the browser stays.
    """
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)


def use_language_of_signed_in(request: HttpRequest) -> None:
    """Use the signed-in student’s language for a page whose view reads no student, such as an error page. 1 query."""
    student = signed_in_student(request.session, now=timezone.now())
    if student is not None:
        use_students_language(student.language)


def sign_in_student(request: HttpRequest, student: Student, *, is_shared: bool) -> None:
    """Bind this session to a student. A teacher or another student who was signed in here is signed out."""
    end_teacher_session(request.session)
    start_student_session(request.session, student, is_shared=is_shared, now=timezone.now())
    rotate_token(request)


def client_address(request: HttpRequest) -> str:
    """The network address that a request came from, as the outermost trusted proxy saw it.

    The client can forge the entries further left in X-Forwarded-For.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.TRUSTED_PROXY_COUNT
    if 0 < count <= len(hops) and hops[-count]:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def page_before(request: HttpRequest) -> str:
    """Path and query of the page of this site that sent the request, "" if it is not known.

    A form with an error has the address of its button, which takes POST only. The page above it stands for it.
    """
    referer = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(referer, hosts, require_https=request.is_secure()):
        return ""
    address = urlsplit(referer)._replace(scheme="", netloc="", fragment="").geturl()
    # Two slashes name another host, and `redirect` takes a text without a slash for the name of a view.
    if not (address.startswith("/") and url_has_allowed_host_and_scheme(address, None)):
        return ""
    path = address.partition("?")[0]
    return address if _is_page(path) else _page_above(path)


def arrival(request: HttpRequest) -> datetime:
    """The moment that decides whether a request is in time: when the server had read it, before it waited for a thread.

    Now, if the server does not say.
    """
    seconds = request.META.get(ARRIVED_AT)
    return timezone.now() if seconds is None else datetime.fromtimestamp(seconds, UTC)


def set_cookie(response: HttpResponse, name: str, value: str, *, max_age: timedelta | None = None) -> None:
    """Set a cookie that no script can read, or delete it if the value is "". max_age: None until the browser closes."""
    if value:
        response.set_cookie(name, value, max_age=max_age, httponly=True, secure=settings.HTTPS, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")


def device_of(request: HttpRequest) -> str:
    """The random id of this browser; a new one if it has none that this site made."""
    device = request.COOKIES.get(DEVICE_COOKIE, "")
    return device if re.fullmatch("[0-9a-f]{32}", device) else secrets.token_hex(16)


def keep_device(request: HttpRequest) -> str:
    """The random id of this browser, which `device_of` returns for the rest of this request."""
    device = request.COOKIES[DEVICE_COOKIE] = device_of(request)
    return device


def remember_device(response: HttpResponse, device: str) -> None:
    """Set the browser's id in a cookie. It is used only to limit guesses of codes and PINs."""
    set_cookie(response, DEVICE_COOKIE, device, max_age=DEVICE_COOKIE_AGE)


def keep_invitation(request: HttpRequest, invitation_id: int) -> None:
    """Accept an invitation in this browser, in a signed cookie. A session row for each would fill the disk."""
    request.COOKIES[INVITATION_COOKIE] = signing.dumps(invitation_id, salt=INVITATION_COOKIE)


def accepted_invitation(request: HttpRequest) -> int | None:
    """The row id of the invitation that this browser accepted, None for none."""
    try:
        found: int = signing.loads(
            request.COOKIES.get(INVITATION_COOKIE, ""), salt=INVITATION_COOKIE, max_age=INVITATION_COOKIE_AGE
        )
    except signing.BadSignature:
        return None
    return found


def forget_invitation(request: HttpRequest) -> None:
    """Drop the invitation, which is used or void."""
    request.COOKIES.pop(INVITATION_COOKIE, None)


def remember_invitation(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie as this request leaves it."""
    set_cookie(response, INVITATION_COOKIE, request.COOKIES.get(INVITATION_COOKIE, ""), max_age=INVITATION_COOKIE_AGE)


def teachers_of(classroom: Classroom) -> list[str]:
    """The names of a classroom's teachers for students, at least one; 1 query."""
    editors = classroom.teaching_set.filter(role__in=EDITORS).order_by("pk")
    return list(editors.values_list("teacher__name", flat=True)) or [gettext("your teacher")]


def wants_json(request: HttpRequest) -> bool:
    """Whether the outbox sent the request. It cannot read a page."""
    wanted = request.headers.get("Accept")
    return wanted == JSON or request.get_preferred_type(["text/html", JSON]) == JSON


def _page_above(path: str) -> str:
    """The nearest page whose address this one continues. The front page is above all."""
    while not _is_page(path):
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return path


def _is_page(path: str) -> bool:
    """Whether a view answers GET at this address. A view that is imported on demand counts as one."""
    try:
        view: Callable[..., HttpResponse] | None = resolve(path).func
    except Resolver404:
        return False
    while view is not None:
        # Where Django's decorators of methods have them: `require_POST` leaves no other mark on a view.
        methods = getclosurevars(view).nonlocals.get("request_method_list") if isfunction(view) else None
        if methods is not None:
            return "GET" in methods
        view = getattr(view, "__wrapped__", None)
    return True


def _say_who_is_signed_in(request: HttpRequest) -> HttpResponse:
    """A 404 that names the signed-in student, the same for another student's attempt as for none. 1 query or 2.

    On a shared device, the student of the attempt must read that someone else has signed in since.
    """
    student = signed_in_student(request.session, now=timezone.now())
    if student is None:
        return _redirect_to_sign_in(request)
    if wants_json(request):
        return JsonResponse({"student": student.public_id}, status=404)
    use_students_language(student.language)
    return render(request, "student/not_own_attempt.html", {"signed_in": student}, status=404)


def _leave_archived(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """To the home page, from an attempt in an archived class that the student left.

    The outbox keeps what waits for this attempt, and sends what waits for others.
    """
    if wants_json(request):
        return JsonResponse({"student": attempt.student.public_id}, status=404)
    return redirect("student_home")


def _redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the join page, with a notice of what is lost if the request is a POST."""
    if request.method != "POST":
        return redirect("join")
    match = request.resolver_match
    lost = UNSENT.get(match.url_name or "", Unsent.CHANGE) if match is not None else Unsent.CHANGE
    return redirect(f"{reverse('join')}?unsent={lost}")
