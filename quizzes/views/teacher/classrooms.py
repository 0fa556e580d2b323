"""The teacher's home page; add and change classrooms."""

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.assignments.deadlines import WindowState
from quizzes.attempts.sample_class import NoBuiltInSets, make_sample_class
from quizzes.formatting import isolated
from quizzes.forms.classrooms import (
    DEFAULT_ZONE,
    ChangeClassroomForm,
    CodeActiveForm,
    ColleagueForm,
    MissingRuleForm,
    NewClassroomForm,
    PinKindForm,
    ReadingLevelsForm,
    SortForm,
    TodoForm,
    name_taken,
)
from quizzes.forms.fields import ConfirmForm
from quizzes.forms.supports import ClassSupportsForm
from quizzes.lti.courses import course_name
from quizzes.models import Classroom, Teaching
from quizzes.models.rosters import EDITORS
from quizzes.people import class_people, classrooms, rosters, todos
from quizzes.people.class_roles import ClassAct, may
from quizzes.people.retention import erased_at
from quizzes.reports.archived_classes import archived_classes
from quizzes.reports.classroom_quizzes import current_quizzes, quiz_lines
from quizzes.reports.next_step import next_step
from quizzes.reports.teacher_home import load_teacher_home
from quizzes.views.access import TeacherRequest, class_act, locked_classroom, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import page_before
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo

NAME_TAKEN = gettext_lazy("You already have a class with this name. Open it under Classes, or choose another name.")
NEW_CODE = gettext_lazy("New class code saved. Old sign-in cards won’t work, so print new ones.")
NEW_PIN_KIND = gettext_lazy("Saved. The PINs look different now, so print new sign-in cards.")
OPENED = gettext_lazy("Class code on. Students can sign in.")
CLOSED = gettext_lazy("Class code off. Signed-in students stay in.")
OWNERS_NAME_TAKEN = gettext_lazy("An owner of this class already has a class with this name. Choose another name.")

# The session key of the class code that “Undo” restores: the class’s public id, the code, and the one after it.
OLD_CODE = "replaced_class_code"
QUIZ_GROUPS = {
    pgettext_lazy("quizzes of a class", "Open"): {WindowState.OPEN, WindowState.PAST_DUE},
    gettext_lazy("Not open yet"): {WindowState.NOT_OPEN},
    gettext_lazy("Closed"): {WindowState.CLOSED},
}


@require_GET
def teacher_home(request: TeacherRequest) -> HttpResponse:
    """The to-do items, and the classes."""
    now = timezone.now()
    home = load_teacher_home(request.user, now=now)
    zone = home.summaries[0].classroom.zone if home.summaries else ZoneInfo(DEFAULT_ZONE)
    archived = archived_classes(request.user)
    context = {
        "now": now,
        "today": now.astimezone(zone).date(),
        "needs": home.needs + home.steps,
        "summaries": home.summaries,
        "has_class": any(not summary.classroom.is_sample for summary in home.summaries),
        # A viewer of every class can do nothing about them.
        "can_edit": any(line.classroom.own_role in EDITORS and not line.classroom.is_sample for line in home.summaries),
        "has_sample": any(summary.classroom.is_sample for summary in home.summaries),
        "has_archived": bool(archived),
        "announced": [line for line in archived if line.erased_at is not None],
    }
    return render(request, "teacher/teacher_home.html", context)


@require_POST
def hide_todo(request: TeacherRequest) -> HttpResponse:
    """Take a to-do item off the home page, until its count grows."""
    form = TodoForm(request.POST)
    if form.is_valid():
        todos.hide_todo(request.user, **form.cleaned_data)
        fields = {"key": form.cleaned_data["key"], "count": str(form.cleaned_data["count"])}
        offer_undo(request, gettext("Hidden. It comes back when there is more to do."), reverse("show_todo"), **fields)
    return redirect("teacher_home")


@require_POST
def show_todo(request: TeacherRequest) -> HttpResponse:
    """Put a to-do item back on the home page."""
    form = TodoForm(request.POST)
    if form.is_valid():
        todos.show_todo(request.user, key=form.cleaned_data["key"])
    return redirect("teacher_home")


@require_POST
def open_sample_class(request: TeacherRequest) -> HttpResponse:
    """Open the teacher's sample class, and create it if there is none."""
    try:
        classroom = make_sample_class(by=request.user, now=timezone.now())
    except NoBuiltInSets:
        messages.error(
            request, gettext("The sample class needs the built-in question sets. Ask the person who runs Footnote.")
        )
    except classrooms.ClassroomNameTaken:
        messages.error(request, gettext("Rename one of your classes named “Sample class” first."))
    else:
        return redirect("classroom_quizzes", classroom.public_id)
    return redirect("teacher_home")


@require_http_methods(["GET", "POST"])
def add_classroom(request: TeacherRequest) -> HttpResponse:
    """Create a class, then redirect to add its students."""
    form = NewClassroomForm(
        request.POST if request.method == "POST" else None,
        sources=Classroom.objects.taught_by(request.user).without_samples().with_list_names(request.user),
        initial={"time_zone": DEFAULT_ZONE},
    )
    if form.is_valid():
        try:
            classroom = classrooms.add_classroom(by=request.user, now=timezone.now(), **form.cleaned_data)
        except classrooms.ClassroomNameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            return redirect("add_students", classroom.public_id)
    return render(request, "teacher/add_classroom.html", {"form": form})


@require_GET
def classroom_quizzes(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The quizzes of a class: open, later, closed; of an archived class, all in one list."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    lines = quiz_lines(classroom, by=request.user, now=now)
    # No student of an archived class can sign in, so none of its quizzes is open.
    archived = {pgettext("quizzes of a class", "Archived"): set(WindowState)}
    labels = QUIZ_GROUPS if classroom.archived_at is None else archived
    groups = [(label, [line for line in lines if line.state in states]) for label, states in labels.items()]
    context = {
        "classroom": classroom,
        "groups": [(label, found) for label, found in groups if found],
        "next_step": next_step(classroom, now=now),
    }
    return render(request, "teacher/classroom_quizzes.html", context)


@require_http_methods(["GET", "POST"])
def change_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A class's settings: name, time zone, code, archive."""
    if request.method == "GET":
        return settings_page(request, taught_classroom(request, public_id))
    with transaction.atomic():
        return _change_name(request, locked_classroom(request, public_id))


def _change_name(request: TeacherRequest, classroom: Classroom) -> HttpResponse:
    form = ChangeClassroomForm.of(classroom, request.POST, by=request.user)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in form.columns}
        try:
            classrooms.change_classroom(classroom, by=request.user, now=timezone.now(), **chosen)
        except classrooms.ClassroomNameTaken as error:
            form.add_error("name", NAME_TAKEN if error.owner == request.user else OWNERS_NAME_TAKEN)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("change_classroom", classroom.public_id)
    return settings_page(request, classroom, form=form)


def settings_page(request: TeacherRequest, classroom: Classroom, **sent: forms.Form) -> HttpResponse:
    """The settings of a class. sent: a form with errors, by its name there."""
    people = class_people.people(classroom)
    courses = classroom.lti_courses.select_related("deployment__platform").order_by("pk")
    context = {
        "classroom": classroom,
        "current_quizzes": current_quizzes(classroom, now=timezone.now()),
        "form": ChangeClassroomForm.of(classroom, by=request.user),
        "sort_form": SortForm.of(classroom, by=request.user),
        "courses": [(course, course_name(course)) for course in courses],
        "level_form": ReadingLevelsForm.of(classroom, by=request.user),
        "pin_form": PinKindForm.of(classroom, by=request.user),
        "supports_form": ClassSupportsForm.of(classroom, by=request.user),
        "erased_at": erased_at(classroom),
        "people": people,
        "has_owner": class_people.has_owner(people),
        "is_owner": may(classroom.own_role, ClassAct.OWN),
        "roles": Teaching.Role.choices,
        **sent,
    }
    return render(request, "teacher/change_classroom.html", context)


@require_POST
@transaction.atomic
def sort_roster(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Sort a class by first name or last name, on every page and in every file."""
    classroom = locked_classroom(request, public_id)
    form = SortForm.of(classroom, request.POST, by=request.user)
    if not form.is_valid():
        return settings_page(request, classroom, sort_form=form)
    by_first = bool(form.cleaned_data["by_first"])
    rosters.sort_roster(classroom, by_first=by_first, by=request.user, now=timezone.now())
    messages.success(request, gettext("Saved."))
    return redirect("change_classroom", classroom.public_id)


@require_POST
@transaction.atomic
def set_reading_levels(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set the level of readings for a class, and whether students may choose another."""
    classroom = locked_classroom(request, public_id)
    form = ReadingLevelsForm.of(classroom, request.POST, by=request.user)
    if not form.is_valid():
        return settings_page(request, classroom, level_form=form)
    variant, may_choose = form.cleaned_data["variant"], form.cleaned_data["may_choose"]
    classrooms.set_reading_levels(
        classroom, variant=variant, may_choose=may_choose, by=request.user, now=timezone.now()
    )
    messages.success(request, gettext("Saved."))
    return redirect("change_classroom", classroom.public_id)


@require_POST
@transaction.atomic
def set_pin_kind(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set how the students of a class see their PINs."""
    classroom = locked_classroom(request, public_id)
    form = PinKindForm.of(classroom, request.POST, by=request.user)
    if not form.is_valid():
        return settings_page(request, classroom, pin_form=form)
    before, pin_kind = classroom.pin_kind, form.cleaned_data["pin_kind"]
    classrooms.set_pin_kind(classroom, pin_kind=pin_kind, by=request.user, now=timezone.now())
    messages.success(request, gettext("Saved.") if classroom.pin_kind == before else NEW_PIN_KIND)
    return redirect("change_classroom", classroom.public_id)


@require_POST
def set_missing_rule(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Count missing work as 0 in averages, or leave it out. Leads back to the page of the button."""
    classroom = taught_classroom(request, public_id)
    form = MissingRuleForm(request.POST)
    if form.is_valid():
        classrooms.set_missing_rule(
            classroom, is_zero=form.cleaned_data["is_zero"], by=request.user, now=timezone.now()
        )
        messages.success(request, gettext("Saved for the whole class."))
    return redirect(page_before(request) or "classroom_gradebook", classroom.public_id)


@class_act(ClassAct.OWN)
@require_http_methods(["GET", "POST"])
def hand_over_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a class to another teacher, who takes this teacher's place."""
    classroom = taught_classroom(request, public_id)
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        to = form.cleaned_data["email"]
        try:
            classrooms.hand_over(classroom, giver=request.user, to=to, by=request.user, now=timezone.now())
        except classrooms.NotATeacher as error:
            # The same form, sent twice at the same time.
            raise Http404 from error
        except classrooms.ClassroomNameTaken:
            form.add_error("email", name_taken(classroom))
        else:
            messages.success(
                request,
                gettext("{classroom} now belongs to {name}").format(
                    classroom=isolated(classroom.name), name=isolated(to.name)
                ),
            )
            return redirect("teacher_home")
    return render(request, "teacher/hand_over_classroom.html", {"classroom": classroom, "form": form})


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_code(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a class a new code, after a question: printed cards have the old one."""
    classroom = taught_classroom(request, public_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return confirm_page(
            request,
            question=gettext("Get a new class code for {name}?").format(name=isolated(classroom.name)),
            effect=gettext("Sign-in cards that you’ve already printed stop working. Signed-in students stay in."),
            verb=gettext("Get a new code"),
            keep=gettext("Keep this code"),
            place=classroom.name,
            back=reverse("roster", args=[public_id]),
            fields=[("seen", classroom.join_code)],
        )
    if form.cleaned_data["seen"] == classroom.join_code:
        old = classroom.join_code
        classrooms.change_code(classroom, by=request.user, now=timezone.now())
        request.session[OLD_CODE] = [public_id, old, classroom.join_code]
        offer_undo(request, NEW_CODE, reverse("restore_code", args=[public_id]))
    return redirect("roster", public_id)


@require_POST
def restore_code(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Undo a new class code, so that printed cards work again."""
    classroom = taught_classroom(request, public_id)
    owner, code, replaced_by = request.session.get(OLD_CODE, ("", "", ""))
    if owner == public_id:
        # Only now: until then, it may be the code of another class, which can still be restored.
        del request.session[OLD_CODE]
        try:
            classrooms.restore_code(classroom, code=code, seen=replaced_by, by=request.user, now=timezone.now())
        except classrooms.CodeChanged:
            messages.error(request, gettext("The class has another new code by now. Nothing changed."))
        except classrooms.CodeTaken:
            messages.error(request, gettext("Another class has the old code now. Print new cards."))
        else:
            messages.success(request, gettext("The class has its old code again. Printed cards work."))
    return redirect("roster", public_id)


@require_POST
def set_code_active(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Activate or deactivate a class code."""
    classroom = taught_classroom(request, public_id)
    form = CodeActiveForm(request.POST)
    if form.is_valid() and form.cleaned_data["is_open"] != classroom.join_open:
        is_open = form.cleaned_data["is_open"]
        classrooms.set_code_active(classroom, is_open=is_open, by=request.user, now=timezone.now())
        messages.success(request, OPENED if is_open else CLOSED)
    return redirect("roster", classroom.public_id)
