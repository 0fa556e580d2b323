"""A teacher's pages for a learning platform: connect a course and a link, compare rosters, send scores again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.formatting import isolated, listed
from quizzes.forms.fields import ConfirmForm
from quizzes.forms.lti import NEW, CourseForm, LinkForm, MembersForm, StepForm
from quizzes.lti import courses, scores
from quizzes.lti.errors import PlatformFailed, shown_reason
from quizzes.lti.launches import keep_choice
from quizzes.lti.services import members_of
from quizzes.models import Assignment, Classroom, LtiCourse, LtiLaunch, Teaching, User
from quizzes.people.accounts import token_digest
from quizzes.views.access import TeacherRequest, taught_assignment, taught_classroom
from quizzes.views.lti import COOKIE, add_link_page, may_change, refused_page
from quizzes.views.methods import require_POST
from quizzes.views.teacher.confirm import confirm_page


@require_http_methods(["GET", "POST"])
def lti_connect(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Connect the account, choose the class of the course, then the quiz of the link."""
    launch = _own_launch(request, public_id)
    if launch is None:
        return refused_page(request, "it is too old, or it began in another browser", status=404)
    course = courses.course_of(launch)
    if course is None or course.classroom.archived_at is not None:
        return _choose_classroom(request, launch)
    if not may_change(course, request.user):
        return _connected_elsewhere(request, launch, course)
    step = StepForm(request.POST).step
    if step == StepForm.COURSE:
        # Sent twice.
        return redirect("lti_connect", launch.public_id)
    return _choose_assignment(request, launch, course, is_sent=step == StepForm.LINK)


@require_http_methods(["GET", "POST"])
def lti_members(request: TeacherRequest, public_id: str, course_id: int) -> HttpResponse:
    """Compare the roster with the platform's list, then add and connect students."""
    classroom = taught_classroom(request, public_id)
    course = get_object_or_404(
        LtiCourse.objects.select_related("deployment__platform", "classroom"), pk=course_id, classroom=classroom
    )
    if not course.members_url:
        raise Http404
    context: dict[str, Any] = {"classroom": classroom, "course_name": courses.course_name(course)}
    try:
        preview = courses.preview_members(course, members_of(course))
    except PlatformFailed as error:
        return render(request, "teacher/lti_members.html", {**context, "error": shown_reason(str(error))})
    form = MembersForm(request.POST if request.method == "POST" else None, preview=preview)
    if form.is_valid():
        messages.success(request, _connect_members(course, preview, form))
        return redirect("roster", classroom.public_id)
    return render(request, "teacher/lti_members.html", {**context, "preview": preview, "form": form})


@require_http_methods(["GET", "POST"])
def lti_disconnect(request: TeacherRequest, public_id: str, course_id: int) -> HttpResponse:
    """Disconnect a course from the class, after a question."""
    classroom, settings = taught_classroom(request, public_id), reverse("change_classroom", args=[public_id])
    course = classroom.lti_courses.select_related("classroom", "deployment__platform").filter(pk=course_id).first()
    if course is None:
        # Sent twice.
        return redirect(settings)
    platform = course.deployment.platform.name
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return confirm_page(
            request,
            question=gettext("Disconnect {name} from {course}?").format(
                name=isolated(classroom.name), course=courses.course_name(course)
            ),
            effect=gettext(
                "Links in the course no longer open quizzes, and no more scores are sent. Students, their work, and "
                "scores already sent stay."
            ),
            verb=gettext("Disconnect course"),
            keep=gettext("Keep it connected"),
            place=classroom.name,
            back=settings,
            fields=[("seen", course.pk)],
        )
    courses.disconnect_course(course, by=request.user, now=timezone.now())
    messages.success(
        request, gettext("Course disconnected. Scores already sent stay on {platform}.").format(platform=platform)
    )
    return redirect(settings)


@require_POST
def lti_retry(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Send the scores again that the platform did not take."""
    assignment = taught_assignment(request, public_id)
    count = scores.retry(assignment, now=timezone.now())
    words = ngettext(
        "Sending {count} score again. This takes up to a minute.",
        "Sending {count} scores again. This takes up to a minute.",
        count,
    )
    messages.success(
        request, words.format(count=count) if count else gettext("Trying again. This takes up to a minute.")
    )
    return redirect("assignment_progress", assignment.public_id)


def _choose_classroom(request: TeacherRequest, launch: LtiLaunch) -> HttpResponse:
    classrooms = list(Classroom.objects.editable_by(request.user).current().with_list_names(request.user))
    form = CourseForm(request.POST if request.method == "POST" else None, classrooms=classrooms)
    if form.is_valid():
        try:
            courses.connect_course(launch, form.cleaned_data["classroom"], by=request.user, now=timezone.now())
        except courses.ConnectedElsewhere:
            # Another teacher was faster. The page says who.
            return redirect("lti_connect", launch.public_id)
        courses.connect_teacher(launch, request.user)
        return redirect("lti_connect", launch.public_id)
    context = {"launch": launch, "claims": launch.known_claims, "form": form, "classrooms": classrooms}
    return render(request, "teacher/lti_connect.html", context)


def _connected_elsewhere(request: TeacherRequest, launch: LtiLaunch, course: LtiCourse) -> HttpResponse:
    """The page that names the class of the course and its owners, who can disconnect it."""
    owners = User.objects.filter(teaching__classroom=course.classroom, teaching__role=Teaching.Role.OWNER)
    context = {
        "launch": launch,
        "claims": launch.known_claims,
        "classroom": course.classroom,
        "owners": listed([str(owner) for owner in owners.order_by("name", "pk")]),
    }
    return render(request, "teacher/lti_connected_elsewhere.html", context, status=403)


def _choose_assignment(request: TeacherRequest, launch: LtiLaunch, course: LtiCourse, *, is_sent: bool) -> HttpResponse:
    claims = launch.known_claims
    assignments = Assignment.objects.filter(classroom=course.classroom).with_set().order_by("-created_at", "-pk")
    named = courses.named_assignment(launch, course) if claims["deep_linking"] is None else None
    if named is not None:
        # The next launch opens it in any case.
        assignments = assignments.filter(pk=named.pk)
    choices = [(assignment, assignment.title) for assignment in assignments]
    chosen = named or courses.linked_assignment(launch, course)
    initial = {"assignment": chosen.public_id} if chosen is not None else {}
    form = LinkForm(request.POST if is_sent else None, assignments=choices, initial=initial)
    if form.is_valid():
        courses.connect_teacher(launch, request.user)
        assignment = form.cleaned_data["assignment"]
        if claims["deep_linking"] is not None:
            return _deep_link(request, launch, assignment)
        courses.connect_link(launch, course, assignment)
        messages.success(request, gettext("The link in your course opens this quiz."))
        return redirect("assignment_progress", assignment.public_id)
    context = {
        "launch": launch,
        "claims": claims,
        "course": course,
        "form": form,
        "assignments": choices,
        "is_connected": courses.teacher_of(launch) == request.user,
        "unconnected_count": courses.students_without_learner(course.classroom).count() if course.members_url else 0,
    }
    return render(request, "teacher/lti_choose_quiz.html", context)


def _deep_link(request: TeacherRequest, launch: LtiLaunch, assignment: Assignment) -> HttpResponse:
    # The platform waits for the link in the window around the frame.
    if launch.known_claims.get("frame") and keep_choice(launch, assignment):
        return render(request, "teacher/lti_chosen.html", {"title": assignment.stored_title})
    return add_link_page(request, launch, assignment)


def _connect_members(course: LtiCourse, preview: courses.MemberPreview, form: MembersForm) -> str:
    now, added, connected = timezone.now(), 0, 0
    for member, _ in preview.new:
        student = form.student(member.subject)
        if student is not None:
            try:
                courses.connect_student(course, member.subject, student)
            except courses.StudentTaken:
                # Another page was faster. This learner stays on the list of the course.
                continue
            connected += 1
        elif form.cleaned_data[member.subject] == NEW:
            courses.add_student(course, member.subject, member.name, now=now)
            added += 1
    words = ngettext(
        "{count} student added, {connected} connected", "{count} students added, {connected} connected", added
    )
    return words.format(count=added, connected=connected)


def _own_launch(request: TeacherRequest, public_id: str) -> LtiLaunch | None:
    """A teacher's launch that began in this browser; None if there is none, or if it is too old."""
    launches = LtiLaunch.objects.not_expired(now=timezone.now()).select_related("platform")
    launch = launches.filter(public_id=public_id).first()
    if launch is None or not launch.known_claims.get("is_teacher"):
        return None
    is_own = constant_time_compare(launch.browser_digest, token_digest(request.COOKIES.get(COOKIE, "")))
    return launch if is_own else None
