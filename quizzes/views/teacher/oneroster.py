"""Import classes from a OneRoster or Clever package, and sync them again later."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.files import roster_sync
from quizzes.files.oneroster import OneRoster
from quizzes.files.signed_preview import StalePreview
from quizzes.forms.oneroster import ChangesForm, OneRosterFileForm, PackedForm, TargetsForm, time_zone_of
from quizzes.models import Classroom
from quizzes.people.classrooms import ClassroomNameTaken
from quizzes.views.access import TeacherRequest

TEMPLATE = "teacher/import_oneroster.html"


@require_http_methods(["GET", "POST"])
def import_oneroster(request: TeacherRequest) -> HttpResponse:
    """3 steps: choose a file, choose classes, confirm the changes. Nothing is saved before the last one."""
    step = PackedForm(request.POST)
    if step.is_valid():
        try:
            file = roster_sync.unpack(step.cleaned_data["packed"], by=request.user)
        except StalePreview:
            messages.error(request, gettext("The preview is too old. Nothing was changed. Choose the file again."))
            return redirect("import_oneroster")
        return _chosen(request, file, is_confirmed=step.cleaned_data["is_confirmed"])
    own = roster_sync.rosters_of(request.user)
    form = _file_form(request, own, *((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and form.read is not None:
        context |= _packed(request, form.read) | {"targets": TargetsForm(file=form.read, own=own)}
    return render(request, TEMPLATE, context)


def _file_form(request: TeacherRequest, own: Sequence[Classroom], *data: Any) -> OneRosterFileForm:
    today = timezone.localdate(timezone=ZoneInfo(time_zone_of(own)))
    return OneRosterFileForm(*data, by=request.user, today=today)


def _packed(request: TeacherRequest, file: OneRoster) -> dict[str, Any]:
    return {"file": file, "packed": roster_sync.pack(file, by=request.user)}


def _chosen(request: TeacherRequest, file: OneRoster, *, is_confirmed: bool) -> HttpResponse:
    own = roster_sync.rosters_of(request.user)
    targets = TargetsForm(request.POST, file=file, own=own)
    context: dict[str, Any] = {"form": _file_form(request, own), "targets": targets, **_packed(request, file)}
    if not targets.is_valid():
        return render(request, TEMPLATE, context)
    plans = roster_sync.plans(file, targets.targets, by=request.user)
    if is_confirmed and _apply(request, plans, own):
        return redirect("teacher_home")
    return render(request, TEMPLATE, {**context, "plans": plans})


def _apply(request: TeacherRequest, plans: Sequence[roster_sync.ClassPlan], own: Sequence[Classroom]) -> bool:
    """Whether the confirmed changes are saved; otherwise a message says why not."""
    chosen = ChangesForm(request.POST, plans=plans).chosen
    acts: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    try:
        done = roster_sync.apply(plans, chosen, time_zone=time_zone_of(own), **acts)
    except roster_sync.RosterChanged:
        messages.error(
            request, gettext("A roster changed in another window. Nothing was changed. Check the list again.")
        )
        return False
    except ClassroomNameTaken:
        messages.error(
            request,
            gettext("You already have a class with one of these names. Choose that class. Nothing was changed."),
        )
        return False
    messages.success(request, _synced(done))
    return True


def _synced(done: roster_sync.Applied) -> str:
    """What a sync changed, in words."""
    counts = done.counts
    # Singular and plural are the same in English and differ in other languages.
    words = {
        "new": ngettext("{count} added", "{count} added", counts["new"]),
        "moved": ngettext("{count} moved", "{count} moved", counts["moved"]),
        "numbered": ngettext("{count} got a number", "{count} got a number", counts["numbered"]),
        "restored": ngettext("{count} restored", "{count} restored", counts["restored"]),
        "gone": ngettext("{count} removed", "{count} removed", counts["gone"]),
    }
    parts = [words[kind].format(count=count) for kind, count in counts.items() if count]
    synced = ngettext("{count} class synced: {changes}.", "{count} classes synced: {changes}.", done.classes)
    text = synced.format(count=done.classes, changes=", ".join(parts) or gettext("no changes"))
    if counts["new"] or counts["moved"]:
        # The card of a student who moved has the code of the old class.
        text = f"{text} {gettext('Print sign-in cards for the students who were added or moved.')}"
    return text
