"""Who may open what: a teacher's own rows, the signed-in student, and a student's own attempt."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_htmx.middleware import HtmxDetails

from quizzes.assignments.deletion import was_deleted
from quizzes.attempts.access import Access, LoadedAttempt, check_access, load_attempt
from quizzes.forms.classrooms import DEFAULT_ZONE
from quizzes.forms.student_sign_in import Unsent
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.models.assignments import AssignmentQuerySet
from quizzes.models.locks import locked
from quizzes.models.rosters import ClassroomQuerySet
from quizzes.people.class_roles import ClassAct, may
from quizzes.people.student_sessions import (
    renew_student_session,
    signed_in_student,
    start_student_session,
    student_session,
)
from quizzes.people.teacher_sessions import end_teacher_session
from quizzes.views.language import use_students_language
from quizzes.views.request_meta import wants_json

# What is lost if a form has no effect, by URL name.
UNSENT = {"take_attempt": Unsent.ANSWER, "submit_attempt": Unsent.TURN_IN}

ONLY_VIEWS = gettext_lazy("You can see this class, but not change it. Ask its teacher.")
ONLY_OWNERS = gettext_lazy("Only the owner of the class can do this. You’ll find the name in its settings.")


class HtmxRequest(HttpRequest):
    """A request as HtmxMiddleware passes it on."""

    htmx: HtmxDetails


type AttemptView[**P] = Callable[Concatenate[HtmxRequest, LoadedAttempt, P], HttpResponse]
type PublicIdView[**P] = Callable[Concatenate[HtmxRequest, str, P], HttpResponse]


class TeacherRequest(HtmxRequest):
    """A request that LoginRequiredMiddleware let through, so that its user is an account."""

    user: User
    is_viewer: bool  # once a row of a class is fetched: whether this teacher may only read it


def taught_classroom(request: TeacherRequest, public_id: str) -> Classroom:
    """A classroom in which this teacher has a role, archived or not; raises Http404.

    Raises PermissionDenied if a viewer changes something.
    """
    return _classroom(request, public_id, among=Classroom.objects.all())


def locked_classroom(request: TeacherRequest, public_id: str) -> Classroom:
    """`taught_classroom`, locked until this transaction ends: a form compares it with what its page showed."""
    return _classroom(request, public_id, among=locked(Classroom.objects.all()))


def _classroom(request: TeacherRequest, public_id: str, *, among: ClassroomQuerySet) -> Classroom:
    return check_role(request, get_object_or_404(among.taught_by(request.user).with_role(), public_id=public_id))


def taught_student(request: TeacherRequest, public_id: str) -> Student:
    """A student of this teacher, removed or not, with the classroom; raises Http404."""
    students = Student.objects.taught_by(request.user).with_role().select_related("classroom")
    return check_role(request, get_object_or_404(students, public_id=public_id))


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
    return check_role(request, get_object_or_404(taught, public_id=public_id))


def names_deleted_quiz(request: HttpRequest) -> bool:
    """Whether the address names a quiz that was deleted from the student's class, or a class of this teacher.

    At most 2 queries.
    """
    match = request.resolver_match
    if match is None or not match.route.startswith(("student/assignments/", "teacher/assignments/")):
        return False
    if request.user.is_authenticated:
        return was_deleted(match.kwargs["public_id"], classrooms=Classroom.objects.taught_by(request.user))
    student = signed_in_student(request.session, now=timezone.now())
    return student is not None and was_deleted(
        match.kwargs["public_id"], classrooms=Classroom.objects.filter(pk=student.classroom_id)
    )


def taught_attempt(request: TeacherRequest, public_id: str) -> Attempt:
    """An attempt made in this teacher's classrooms, with student, classroom, assignment and set; raises Http404."""
    attempts = Attempt.objects.taught_by(request.user).with_role().with_set()
    return check_role(request, get_object_or_404(attempts, public_id=public_id))


def own_zone(request: TeacherRequest) -> ZoneInfo:
    """The time zone of the teacher's first class. One query."""
    classroom = Classroom.objects.taught_by(request.user).current().first()
    return classroom.zone if classroom else ZoneInfo(DEFAULT_ZONE)


def class_act[**P](act: ClassAct) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Decorator: what the view does with a class, where its method does not say it: a GET reads, a POST changes."""

    def decorate(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        view.class_act = act  # type: ignore[attr-defined]  # for `check_role`
        return view

    return decorate


def check_role[R: (Classroom, Student, Assignment, Attempt)](request: TeacherRequest, row: R) -> R:
    """The row, if this teacher's role in the class allows the act of the view; raises PermissionDenied.

    The act is that of `class_act`, or READ for a GET and CHANGE for another method. Sets `request.is_viewer`.
    """
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


def attempt_required[**P](
    *, with_answers: bool = False, is_sent_by_receipts: bool = False
) -> Callable[[AttemptView[P]], PublicIdView[P]]:
    """Decorator: give the view the signed-in student's own attempt, in the classroom's time zone. One query.

    with_answers: load the current answers on a GET. A POST loads them after its change.
    is_sent_by_receipts: a receipt or result sends it by itself. It does not keep the session of an idle student open.
    """

    def decorate(view: AttemptView[P]) -> PublicIdView[P]:
        @login_not_required
        @wraps(view)
        def wrapper(request: HtmxRequest, public_id: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
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
            if attempt.is_open or not is_sent_by_receipts:
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


def sign_in_student(request: HttpRequest, student: Student, *, is_shared: bool) -> None:
    """Bind this session to a student. A teacher or another student who was signed in here is signed out."""
    end_teacher_session(request.session)
    start_student_session(request.session, student, is_shared=is_shared, now=timezone.now())
    rotate_token(request)


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
    return redirect(f"{reverse('join')}?unsent={unsent(request)}")


def unsent(request: HttpRequest) -> Unsent:
    """What is lost if the form of this request has no effect."""
    match = request.resolver_match
    return UNSENT.get(match.url_name or "", Unsent.CHANGE) if match is not None else Unsent.CHANGE
