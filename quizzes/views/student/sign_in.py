"""Student sign-in in 3 steps: class code, name, PIN. A signed cookie has the completed steps.

A session row for each step would let anyone with a class code fill the disk.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.assignments.deadlines import minutes_left
from quizzes.formatting import either
from quizzes.forms.language import LanguageForm
from quizzes.forms.student_sign_in import CodeForm, NameForm, PinForm, SentPinKindForm, SignOutForm, UnsentForm
from quizzes.models import Classroom, Student
from quizzes.people.class_people import teachers_of
from quizzes.people.rosters import join_list, set_language
from quizzes.people.student_sessions import signed_in_student, student_of_ended_session
from quizzes.people.student_sign_in import (
    NoSuchCode,
    PinLocked,
    TooManyTries,
    WrongPin,
    check_pin,
    check_pin_of_attempt,
    find_classroom,
    student_of_attempt,
)
from quizzes.people.teacher_sessions import end_teacher_session
from quizzes.views.access import sign_in_student
from quizzes.views.cookies import course_of, device_of, forget_course, forget_files, remember_device, set_cookie
from quizzes.views.language import LANGUAGE_COOKIE, chosen_language, use_students_language
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import client_address

STEPS_COOKIE = f"{settings.COOKIE_PREFIX}joining"
_STEPS_AGE = timedelta(hours=1)
_STEPS_SALT = "quizzes.student_sign_in"
# Set by sign-out, read and deleted by the next page: the script then deletes this student's answers from the browser.
# A URL or a session value would last longer: a page opened again later must not delete what was left since.
SIGNED_OUT_COOKIE = f"{settings.COOKIE_PREFIX}signed_out"


@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Step 1: the class code."""
    if request.method == "GET":
        return _code_page(request, CodeForm())
    return _with_classroom(request, CodeForm(request.POST), _keep_classroom)


@login_not_required
@require_GET
def join_with_code(request: HttpRequest, code: str) -> HttpResponse:
    """Step 2 from a QR code, which holds the class code.

    The code page for an unknown code, for a student who is signed in, and after a sign-out, which that page completes.
    """
    if request.COOKIES.get(SIGNED_OUT_COOKIE) or signed_in_student(request.session, now=timezone.now()) is not None:
        return _code_page(request, CodeForm(initial={"code": code[:11]}))
    return _with_classroom(request, CodeForm({"code": code}), _names_page)


@login_not_required
@require_http_methods(["GET", "POST"])
def choose_name(request: HttpRequest) -> HttpResponse:
    """Step 2: the student's name, from the roster of the class. A page from a QR code sends the class code along."""
    code_form = CodeForm(request.POST)
    if code_form.is_valid():
        return _with_classroom(request, code_form, _take_name)
    classroom = _joined_classroom(request)
    if classroom is None:
        return redirect("join")
    return _take_name(request, classroom) if request.method == "POST" else _names_page(request, classroom)


@login_not_required
@require_http_methods(["GET", "POST"])
def enter_pin(request: HttpRequest) -> HttpResponse:
    """Step 3: the student's PIN."""
    student = _chosen_student(request)
    if student is None:
        return redirect("join" if _joined_classroom(request) is None else "choose_name")
    classroom, device, now = student.classroom, device_of(request), timezone.now()
    form = PinForm(request.POST if request.method == "POST" else None, kind=classroom.pin_kind)
    if form.is_of_another(student.public_id):
        # Another name was chosen in another tab since. The page of that name asks for its PIN.
        return redirect("enter_pin")
    try:
        is_right = form.is_valid()
        if is_right:
            pin, address = form.cleaned_data["pin"], client_address(request)
            check_pin(student, pin, address=address, device=device, now=now)
    except (WrongPin, PinLocked) as error:
        is_right = False
        _refuse(form, error, form.refuse_pin, either(teachers_of(classroom)), now=now)
    if is_right:
        sign_in_student(request, student, is_shared=form.is_shared)
        if (chosen := chosen_language(request)) and chosen != student.language:
            set_language(student.pk, chosen)
        response: HttpResponse = redirect("student_home")
        response.delete_cookie(STEPS_COOKIE, samesite="Lax")
        # It is in the student’s row now. Here it would come back at each later sign-in on this device.
        response.delete_cookie(LANGUAGE_COOKIE, samesite="Lax")
        forget_course(response)
    else:
        form.name_teachers(teachers_of(classroom))
        form.focus_pin()
        name = dict(join_list(classroom)).get(student.public_id, student.first_name)
        context = {"form": form, "classroom": classroom, "name": name, "student": student}
        response = render(request, "student/enter_pin.html", context)
    remember_device(response, device)
    return response


@login_not_required
@require_POST
def enter_pin_again(request: HttpRequest, public_id: str) -> JsonResponse:
    """Sign in again with the PIN, from an attempt's page after the session was lost: a new token, or the field's error.

    Anyone with the attempt's id can send this request. So the reply names no one, and for an attempt that no student
    can continue it equals the reply to a wrong PIN.
    """
    device, now = device_of(request), timezone.now()
    language = LanguageForm(request.POST)
    if language.is_valid():
        # The reply has the language of the page, because no one is signed in, and it must not depend on the student.
        use_students_language(language.cleaned_data["language"])
    student = student_of_attempt(public_id)
    form = PinForm(request.POST, kind=SentPinKindForm(request.POST).pin_kind)
    form.name_teachers([gettext("your teacher")])
    try:
        is_right = form.is_valid()
        if is_right:
            pin, address = form.cleaned_data["pin"], client_address(request)
            check_pin_of_attempt(student, public_id, pin, address=address, device=device, now=now)
    except (WrongPin, PinLocked) as error:
        is_right = False
        _refuse(form, error, form.refuse_pin_of_attempt, gettext("your teacher"), now=now)
    if is_right and student is not None:
        sign_in_student(request, student, is_shared=True)
        response = JsonResponse({"token": get_token(request)})
    else:
        field = render_to_string("parts/pin_field.html", {"field": form["pin"], "kind": form.kind})
        response = JsonResponse({"field": field}, status=400)
    remember_device(response, device)
    return response


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out and delete from this browser the data of the student whose page it is. What others left stays."""
    # In an old tab, after a teacher has signed in.
    end_teacher_session(request.session)
    request.session.flush()
    response = redirect("join")
    # The next student on a shared device chooses their own.
    response.delete_cookie(LANGUAGE_COOKIE, samesite="Lax")
    response.delete_cookie(STEPS_COOKIE, samesite="Lax")
    forget_files(response)
    set_cookie(response, SIGNED_OUT_COOKIE, SignOutForm(request.POST).student_id, max_age=timedelta(minutes=1))
    return response


def _with_classroom(
    request: HttpRequest, form: CodeForm, reply: Callable[[HttpRequest, Classroom], HttpResponse]
) -> HttpResponse:
    """The reply for the class with this code, or the code page with its error."""
    if not form.is_valid():
        return _code_page(request, form)
    device = device_of(request)
    try:
        classroom = find_classroom(
            form.cleaned_data["code"], address=client_address(request), device=device, now=timezone.now()
        )
    except NoSuchCode:
        form.refuse_code()
        response = _code_page(request, form)
    except TooManyTries:
        response = render(request, "student/too_many_codes.html", status=429)
    else:
        response = reply(request, classroom)
    remember_device(response, device)
    return response


def _keep_classroom(_request: HttpRequest, classroom: Classroom) -> HttpResponse:
    return _remember(redirect("choose_name"), classroom)


def _take_name(request: HttpRequest, classroom: Classroom) -> HttpResponse:
    form = NameForm(request.POST, students=classroom.students.enrolled())
    if not form.is_valid():
        return _names_page(request, classroom, form)
    return _remember(redirect("enter_pin"), classroom, form.cleaned_data["student"])


def _names_page(request: HttpRequest, classroom: Classroom, form: NameForm | None = None) -> HttpResponse:
    """The names of a class. It sends the class code along, so that a page from a QR code needs no session."""
    context = {
        "form": form,
        "classroom": classroom,
        "students": join_list(classroom),
        "teachers": teachers_of(classroom),
    }
    return render(request, "student/choose_name.html", context)


def _code_page(request: HttpRequest, form: CodeForm) -> HttpResponse:
    signed_out = request.COOKIES.get(SIGNED_OUT_COOKIE, "")
    unsent = UnsentForm(request.GET)
    signed_in = signed_in_student(request.session, now=timezone.now())
    if signed_in is not None:
        use_students_language(signed_in.language)
    course = course_of(request)
    if course is not None and not form.is_bound:
        form.leave_focus()
    context = {
        "form": form,
        "signed_in": signed_in,
        "course": course,
        "ended": student_of_ended_session(request.session) if signed_in is None else None,
        "signed_out": signed_out,
        "unsent": unsent.cleaned_data["unsent"] if unsent.is_valid() else "",
    }
    response = render(request, "student/join.html", context)
    if signed_out:
        response.delete_cookie(SIGNED_OUT_COOKIE, samesite="Lax")
    return response


def _remember(response: HttpResponse, classroom: Classroom, student: Student | None = None) -> HttpResponse:
    """The response with the completed steps in the cookie."""
    steps = signing.dumps([classroom.join_code, student.pk if student is not None else 0], salt=_STEPS_SALT)
    set_cookie(response, STEPS_COOKIE, steps, max_age=_STEPS_AGE)
    return response


def _steps(request: HttpRequest) -> tuple[str, int]:
    """The class code and the row id of the name, "" and 0 for a step that is not done.

    The code and not the class: an old code stops working when the teacher changes it.
    """
    try:
        code, student = signing.loads(request.COOKIES.get(STEPS_COOKIE, ""), salt=_STEPS_SALT, max_age=_STEPS_AGE)
    except signing.BadSignature:
        return "", 0
    return code, student


def _joined_classroom(request: HttpRequest) -> Classroom | None:
    code, _ = _steps(request)
    return Classroom.objects.joinable().filter(join_code=code).order_by().first()


def _chosen_student(request: HttpRequest) -> Student | None:
    """The chosen student with the classroom; None if the student left or the class cannot be joined."""
    code, name = _steps(request)
    chosen = Student.objects.enrolled().filter(pk=name, classroom__join_code=code).select_related("classroom")
    student = chosen.order_by().first()
    return student if student is not None and student.classroom.is_joinable else None


def _refuse(
    form: PinForm, error: WrongPin | PinLocked, refuse_pin: Callable[[int], None], whom: str, *, now: datetime
) -> None:
    if isinstance(error, WrongPin):
        refuse_pin(error.tries_left)
    else:
        # Minutes, not a time of day: a device may have a wrong clock or another time zone. And the reply of
        # `enter_pin_again` must not reveal the class's time zone.
        minutes = minutes_left(at=now, deadline_at=error.refusal.until) or 0
        when = ngettext("in {count} minute", "in {count} minutes", minutes).format(count=minutes)
        form.refuse_more_tries(error.refusal, when, whom)
