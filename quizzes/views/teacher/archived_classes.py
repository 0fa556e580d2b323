"""The archived classes of a teacher; archive and restore a class."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from quizzes.attempts.heartbeats import open_page_count
from quizzes.formatting import isolated
from quizzes.forms.classrooms import ArchiveForm
from quizzes.grading.queue import queued_counts
from quizzes.models import Classroom
from quizzes.people import classrooms
from quizzes.reports.archived_classes import archived_classes
from quizzes.views.access import TeacherRequest, taught_classroom
from quizzes.views.methods import require_POST
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo

ARCHIVED = gettext_lazy("“{name}” is archived. Scores are kept. Students can’t sign in.")
NOT_RESTORED = gettext_lazy("You already have a class with this name. Rename this one, then restore it.")
OWNERS_NOT_RESTORED = gettext_lazy(
    "An owner of this class already has a class with this name. Rename this one, then restore it."
)
UNARCHIVED = gettext_lazy("“{name}” is restored.")


@require_GET
def archived_classrooms(request: TeacherRequest) -> HttpResponse:
    """The archived classes."""
    return render(request, "teacher/archived_classrooms.html", {"archived": archived_classes(request.user)})


@require_POST
def set_archived(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Archive a class, or restore it."""
    classroom = taught_classroom(request, public_id)
    form = ArchiveForm(request.POST)
    if not form.is_valid() or form.cleaned_data["is_archived"] != (classroom.archived_at is None):
        return redirect("teacher_home")
    if form.cleaned_data["is_archived"]:
        return _archive(request, classroom, is_sure=form.cleaned_data["is_sure"])
    return _restore(request, classroom)


def _archive(request: TeacherRequest, classroom: Classroom, *, is_sure: bool) -> HttpResponse:
    """Archive a class, or ask first if that ends something. is_sure: the teacher was asked."""
    now = timezone.now()
    working = open_page_count(classroom, now=now)
    if not is_sure and (effects := _archive_effects(classroom, working)):
        return _confirm_archive(request, classroom, effects)
    classrooms.archive_classroom(classroom, by=request.user, now=now)
    text = ARCHIVED.format(name=isolated(classroom.name))
    if working:
        # Their pages ask for a PIN, and take none until the class is restored.
        interrupted = ngettext(
            "{count} student was in the middle of a quiz.", "{count} students were in the middle of a quiz.", working
        )
        text = f"{text} {interrupted.format(count=working)}"
    offer_undo(request, text, request.path)
    return redirect("teacher_home")


def _restore(request: TeacherRequest, classroom: Classroom) -> HttpResponse:
    try:
        classrooms.restore_classroom(classroom, by=request.user, now=timezone.now())
    except classrooms.ClassroomNameTaken as error:
        messages.error(request, NOT_RESTORED if error.owner == request.user else OWNERS_NOT_RESTORED)
        return redirect("change_classroom", classroom.public_id)
    messages.success(request, UNARCHIVED.format(name=isolated(classroom.name)))
    return redirect("teacher_home")


def _archive_effects(classroom: Classroom, working: int) -> list[str]:
    """What a teacher learns before a class is archived: who is at work, and what isn’t graded."""
    effects = []
    if working:
        interrupted = ngettext(
            "{count} student is in the middle of a quiz and will be signed out. Saved answers stay.",
            "{count} students are in the middle of a quiz and will be signed out. Saved answers stay.",
            working,
        )
        effects.append(interrupted.format(count=working))
    if ungraded := queued_counts(list(classroom.assignments.all())).total():
        leaving = ngettext(
            "{count} answer still needs grading. It leaves your To do list. You can grade it from the results.",
            "{count} answers still need grading. They leave your To do list. You can grade them from the results.",
            ungraded,
        )
        effects.append(leaving.format(count=ungraded))
    return effects


def _confirm_archive(request: TeacherRequest, classroom: Classroom, effects: list[str]) -> HttpResponse:
    """The page that asks before a class is archived."""
    return confirm_page(
        request,
        question=gettext("Archive “{name}” now?").format(name=isolated(classroom.name)),
        effect=" ".join(effects),
        verb=gettext("Archive class"),
        keep=gettext("Not now"),
        place=classroom.name,
        back=reverse("change_classroom", args=[classroom.public_id]),
        fields=[("is_archived", "on"), ("is_sure", "on")],
    )
