"""The people of a class: add a teacher, change a role, remove, leave."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes.formatting import isolated
from quizzes.forms.classrooms import AddPersonForm, RoleForm, name_taken
from quizzes.people import class_people
from quizzes.people.class_roles import ClassAct
from quizzes.people.classrooms import ClassroomNameTaken
from quizzes.views.access import TeacherRequest, class_act, taught_classroom
from quizzes.views.methods import require_POST

NO_OWNER = gettext_lazy("The class needs an owner. Make someone else an owner first.")


@class_act(ClassAct.OWN)
@require_http_methods(["GET", "POST"])
def add_person(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a teacher a role in a class."""
    classroom = taught_classroom(request, public_id)
    form = AddPersonForm(request.POST if request.method == "POST" else None, initial={"role": "teacher"})
    if form.is_valid():
        person, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            class_people.add_person(classroom, person, role=role, by=request.user, now=timezone.now())
        except class_people.AlreadyInClass:
            text = gettext("{name} is already in this class. Change the role in its settings.")
            form.add_error("email", text.format(name=isolated(person.name)))
        except ClassroomNameTaken:
            form.add_error("email", name_taken(classroom))
        else:
            messages.success(
                request,
                gettext("Added to {classroom}: {name}").format(
                    classroom=isolated(classroom.name), name=isolated(person.name)
                ),
            )
            return redirect("change_classroom", classroom.public_id)
    return render(request, "teacher/add_person.html", {"classroom": classroom, "form": form})


@class_act(ClassAct.OWN)
@require_POST
def change_role(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Change what a person of the class may do. number: of the account."""
    classroom = taught_classroom(request, public_id)
    form = RoleForm(request.POST)
    person = classroom.teachers.filter(pk=number).first()
    if form.is_valid() and person is not None:
        try:
            class_people.change_role(
                classroom, person, role=form.cleaned_data["role"], by=request.user, now=timezone.now()
            )
        except class_people.LastOwner:
            messages.error(request, NO_OWNER)
        except ClassroomNameTaken:
            messages.error(request, name_taken(classroom))
        else:
            messages.success(request, gettext("Saved."))
    return redirect("change_classroom", classroom.public_id)


@class_act(ClassAct.OWN)
@require_POST
def remove_person(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Take a person out of the class. number: of the account."""
    classroom = taught_classroom(request, public_id)
    person = classroom.teachers.filter(pk=number).first()
    if person is not None:
        try:
            class_people.remove_person(classroom, person, by=request.user, now=timezone.now())
        except class_people.LastOwner:
            messages.error(request, NO_OWNER)
        else:
            messages.success(request, gettext("No longer in this class: {name}").format(name=isolated(person.name)))
            if person == request.user:
                return redirect("teacher_home")
    return redirect("change_classroom", classroom.public_id)


@class_act(ClassAct.READ)
@require_http_methods(["GET", "POST"])
def leave_classroom(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Leave a class that others own."""
    classroom = taught_classroom(request, public_id)
    if request.method == "POST":
        try:
            class_people.remove_person(classroom, request.user, by=request.user, now=timezone.now())
        except class_people.LastOwner:
            messages.error(request, NO_OWNER)
            return redirect("change_classroom", classroom.public_id)
        messages.success(request, gettext("You left {name}").format(name=isolated(classroom.name)))
        return redirect("teacher_home")
    return render(request, "teacher/leave_classroom.html", {"classroom": classroom})
