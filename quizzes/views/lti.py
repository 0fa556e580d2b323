"""What a learning platform calls: login, launch, the public keys, dynamic registration."""

import logging
import secrets
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.forms.lti import LoginForm, RegistrationForm
from quizzes.lti import courses
from quizzes.lti.errors import LaunchRefused, WrongRole
from quizzes.lti.launches import LAUNCH_LIFETIME, choice_for_frame, receive_launch, start_login
from quizzes.lti.platforms import public_key_set
from quizzes.lti.registration import register
from quizzes.lti.services import deep_link_message
from quizzes.models import Assignment, Classroom, LtiCourse, LtiLaunch, User
from quizzes.views.access import sign_in_student
from quizzes.views.cookies import Course, remember_course

logger = logging.getLogger(__name__)

COOKIE = "lti"
COOKIE_PATH = "/lti/"
# A platform may open the login in a frame. The pages that may be framed do without cookies: they lead to a window of
# its own, carry a chosen link back, or register.
_POLICY: dict[str, list[str]] = {name: [str(value) for value in values] for name, values in settings.SECURE_CSP.items()}
FRAMED_CSP = {**_POLICY, "frame-ancestors": ["https:"]}


@require_http_methods(["GET", "POST"])
def lti_login(request: HttpRequest) -> HttpResponse:
    """Start a launch. In a frame, show a button that starts it in a new window."""
    data = request.POST if request.method == "POST" else request.GET
    if not request.is_secure():
        return refused_page(request, "the site is not served over https", status=400)
    if request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame", "embed", "object"}:
        token = secrets.token_urlsafe(32)
        return _new_window(request, f"{request.path}?{urlencode([*data.items(), ('frame', token)])}", token)
    form = LoginForm(data)
    try:
        login = start_login(
            form.cleaned_data if form.is_valid() else {},
            launch_url=request.build_absolute_uri(reverse("lti_launch")),
            browser_secret=request.COOKIES.get(COOKIE, ""),
            now=timezone.now(),
        )
    except LaunchRefused as error:
        return refused_page(request, str(error))
    response = redirect(login.url)
    # The platform posts the launch from its own page, and a browser sends only a cookie with SameSite=None along.
    response.set_cookie(
        COOKIE,
        login.browser_secret,
        max_age=LAUNCH_LIFETIME,
        path=COOKIE_PATH,
        secure=True,
        httponly=True,
        samesite="None",
    )
    return response


@require_http_methods(["GET", "POST"])
def lti_launch(request: HttpRequest) -> HttpResponse:
    """Receive a launch, and redirect a student to the quiz, a teacher to the class.

    A GET is of a browser that opens the page again. It has no message, so the page leads back to the course.
    """
    try:
        launch = receive_launch(request.POST, browser_secret=request.COOKIES.get(COOKIE, ""), now=timezone.now())
    except LaunchRefused as error:
        return refused_page(request, str(error), status=403 if isinstance(error, WrongRole) else 401)
    if launch.known_claims["is_teacher"]:
        return _launch_teacher(request, launch)
    return _launch_student(request, launch)


@sensitive_variables("token")
@require_GET
def lti_frame(request: HttpRequest, token: str) -> HttpResponse:
    """The link that a teacher chose in the window of this frame, for the platform around the frame; 204 before that."""
    choice = choice_for_frame(token, now=timezone.now())
    if choice is None:
        return HttpResponse(status=204)
    response: HttpResponse = xframe_options_exempt(add_link_page)(request, *choice, FRAMED_CSP)
    return response


@require_GET
def lti_keys(request: HttpRequest) -> HttpResponse:
    """The public keys of this site."""
    return JsonResponse(public_key_set(now=timezone.now()))


@xframe_options_exempt
@csp_override(FRAMED_CSP)
@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def lti_register(request: HttpRequest, token: str) -> HttpResponse:
    """Register with the platform that opened this page. The button does it, and the link works once."""
    if request.method == "GET":
        return render(request, "public/lti_register.html", {"query": request.GET.urlencode()})
    urls = {name: request.build_absolute_uri(reverse(f"lti_{name}")) for name in ("login", "launch", "keys")}
    urls["logo"] = request.build_absolute_uri(static("icon.svg"))
    form = RegistrationForm(request.GET)
    sent = form.cleaned_data if form.is_valid() else {}
    try:
        platform = register(
            registration_token=token,
            configuration_url=sent.get("openid_configuration", ""),
            token=sent.get("registration_token"),
            urls=urls,
            now=timezone.now(),
        )
    except LaunchRefused as error:
        logger.warning("The registration of a learning platform was refused: %s.", str(error).removesuffix("."))
        return render(request, "public/lti_not_registered.html", status=401)
    context = {"platform": platform, "is_allowed": platform.deployments.exists()}
    return render(request, "public/lti_registered.html", context)


def may_change(course: LtiCourse, user: User) -> bool:
    """Whether this teacher may change the class of the course. An archived class makes room for the next year's."""
    return Classroom.objects.editable_by(user).current().filter(pk=course.classroom_id).exists()


def _launch_student(request: HttpRequest, launch: LtiLaunch) -> HttpResponse:
    course = courses.course_of(launch)
    if course is None or course.classroom.archived_at is not None:
        return _not_ready(request, gettext("Your teacher hasn’t connected this course yet."))
    link = courses.link_of(launch, course)
    if link is None and launch.known_claims["assignment"]:
        # A quiz that was deleted, or that is of the class of a course that was copied.
        return _not_ready(request, gettext("This link has no quiz now."))
    try:
        student = courses.student_of(launch, course, now=timezone.now())
    except courses.NotOnRoster:
        return _not_ready(request, gettext("You’re not on the roster of this class."))
    except courses.NoName:
        logger.warning("A launch from a learning platform was refused: %s sends no names.", launch.platform.name)
        words = gettext("{platform} didn’t send your name. Its administrator can allow names.")
        return _not_ready(request, words.format(platform=launch.platform.name))
    sign_in_student(request, student, is_shared=True)
    response = redirect("start_attempt", link.assignment.public_id) if link is not None else redirect("student_home")
    # A launch that began before an upgrade does not have it.
    remember_course(response, Course(launch.platform.name, launch.known_claims.get("return_url", "")))
    return response


def _launch_teacher(request: HttpRequest, launch: LtiLaunch) -> HttpResponse:
    user = courses.teacher_of(launch)
    if user is None:
        # Asks for the account of this site first, and connects it then.
        return redirect("lti_connect", launch.public_id)
    page = _teachers_page(launch, user)
    # The session comes along only from a platform on this domain, because its cookie has SameSite=Lax.
    if request.user == user:
        return redirect(page)
    # The platform replaces the password, not the second step.
    response: HttpResponse = perform_login(request, user, redirect_url=page)
    return response


def _teachers_page(launch: LtiLaunch, user: User) -> str:
    """Where a launch of this teacher leads: to the quiz, or to the page that connects what is not connected yet."""
    course = courses.course_of(launch)
    link = None
    if course is not None and may_change(course, user) and launch.known_claims["deep_linking"] is None:
        link = courses.link_of(launch, course)
    if link is None:
        return reverse("lti_connect", args=[launch.public_id])
    return reverse("assignment_progress", args=[link.assignment.public_id])


def _new_window(request: HttpRequest, url: str, token: str) -> HttpResponse:
    framed = xframe_options_exempt(csp_override(FRAMED_CSP)(render))
    response: HttpResponse = framed(request, "public/lti_new_window.html", {"url": url, "token": token})
    return response


def add_link_page(
    request: HttpRequest, launch: LtiLaunch, assignment: Assignment, policy: dict[str, list[str]] = _POLICY
) -> HttpResponse:
    """A page whose button carries the link to a quiz to the platform."""
    return_url = launch.known_claims["deep_linking"]["deep_link_return_url"]
    title = assignment.stored_title
    launch_url = request.build_absolute_uri(reverse("lti_launch"))
    context = {
        "return_url": return_url,
        "message": deep_link_message(launch, assignment, title=title, launch_url=launch_url),
        "title": title,
        "platform": launch.platform,
    }
    origin = "/".join(return_url.split("/")[:3])

    page = csp_override({**policy, "form-action": [str(CSP.SELF), origin]})(render)
    response: HttpResponse = page(request, "public/lti_add_link.html", context)
    return response


def _not_ready(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "public/lti_not_ready.html", {"reason": reason}, status=403)


def refused_page(request: HttpRequest, reason: str, *, status: int = 401) -> HttpResponse:
    """The page after a refused launch. The reason is for the operator, in the log."""
    logger.warning("A launch from a learning platform was refused: %s.", reason.removesuffix("."))
    return render(request, "public/lti_refused.html", {"status": status}, status=status)
