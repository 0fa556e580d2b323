"""Publish a draft: problems, changes, and the assignments of older editions."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments.affected import with_started_counts
from quizzes.assignments.newer_versions import HasAttempts, use_edition
from quizzes.content.drafts import publishing
from quizzes.content.drafts.document import finished
from quizzes.content.drafts.publishing import NotReady, Readiness
from quizzes.content.drafts.saving import DraftChanged
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.publishing import PublishForm, UpdateQuizzesForm
from quizzes.forms.editor.wording import WordingForm
from quizzes.models import Assignment, Draft, Edition
from quizzes.reports.answered_editions import AnsweredNotice, answered_notices
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, show
from quizzes.views.teacher.editor.saving import EditedPart

# The id of the form of writing tips.
TIPS_FORM = "tips-form"
CHANGED = gettext_lazy("The draft changed in another window. Check it, then publish.")


@require_http_methods(["GET", "POST"])
def publish_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Review the draft, and publish it as the next edition."""
    draft = own_draft(request, public_id)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            edition = publishing.publish(draft, seen=form.seen, note=note, **actor_and_time(request))
        except DraftChanged as refused:
            draft = refused.draft
            messages.error(request, CHANGED)
        except NotReady as refused:
            if not refused.problems:
                form.add_error("note", gettext("Say why some questions are missing."))
        else:
            if edition is None:
                messages.info(request, gettext("No changes since the last version, so there’s no new one."))
            else:
                _say_published(request, public_id, edition.number)
            return redirect("publish_set", public_id)
    return publish_page(request, draft, form)


def publish_page(
    request: TeacherRequest, draft: Draft, form: PublishForm, reasons: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page that publishes. reasons: what was sent with the writing tips."""
    latest = draft.question_set.editions.last()
    ready = publishing.readiness(draft.document, latest)
    assignments = _assignments_of_set(request, draft)
    older = [row for row in assignments if latest is not None and row.edition.number < latest.number]
    context: dict[str, Any] = {
        "form": form,
        "ready": ready,
        "wording": WordingForm(reasons, tips=[(key, tip) for _, key, tip in ready.tips], form_id=TIPS_FORM),
        "tips_form": TIPS_FORM,
        "editions": draft.question_set.editions.defer("document").order_by("-number"),
        "numbers": {table["key"]: number for number, table in enumerate(draft.document["questions"], start=1)},
        "assignments": assignments,
        "older": older,
        "answered": _answered(request, draft, ready, latest),
        "move_form": UpdateQuizzesForm(assignments=[row for row in older if not row.has_attempts]),
    }
    return show(request, "publish_set", draft, **context)


def publish_or_review(request: TeacherRequest, draft: Draft) -> HttpResponse:
    """Publish a first version that needs nothing more, or lead to the page that says what it needs and what changed."""
    public_id = draft.question_set.public_id
    if draft.question_set.editions.exists():
        return redirect("publish_set", public_id)
    try:
        publishing.publish(draft, seen=draft.revision, note="", **actor_and_time(request))
    except DraftChanged:
        messages.error(request, CHANGED)
    except NotReady:
        # The page lists what is missing.
        pass
    else:
        _say_published(request, public_id, 1)
    return redirect("publish_set", public_id)


def _say_published(request: TeacherRequest, public_id: str, number: int) -> None:
    text = gettext('Version {number} is published. <a href="{assign}">Assign it</a>, or keep editing the draft.')
    messages.success(request, format_html(text, number=number, assign=reverse("assign", args=[public_id])))


def after_save(request: TeacherRequest, part: EditedPart[Any], notice: str) -> HttpResponse:
    """Publish the draft if the button of the part says so, else lead back to the page of the part with the notice."""
    if part.form.publishes:
        return publish_or_review(request, part.draft)
    messages.success(request, notice)
    return redirect(request.path)


@require_http_methods(["GET", "POST"])
def go_back(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Ask, then give the draft the content of the latest edition again."""
    draft = own_draft(request, public_id)
    latest = draft.question_set.editions.last()
    form = DraftForm(request.POST if request.method == "POST" else None)
    back = reverse("publish_set", args=[public_id])
    if latest is None:
        return redirect(back)
    if form.is_valid():
        try:
            publishing.go_back(draft, latest, seen=form.seen, **actor_and_time(request))
        except DraftChanged:
            messages.error(request, gettext("The draft changed in another window. Check it, then decide."))
        else:
            done = gettext("The draft has the content of version {number} again.")
            messages.success(request, done.format(number=latest.number))
        return redirect(back)
    effect = gettext(
        "Your changes since version {number} are deleted from the draft. You can’t undo this. Published versions, "
        "quizzes, and scores stay."
    )
    return confirm_page(
        request,
        question=gettext("Go back to version {number}?").format(number=latest.number),
        effect=effect.format(number=latest.number),
        verb=gettext("Go back to version {number}").format(number=latest.number),
        keep=gettext("Keep draft"),
        place=draft.document["title"],
        back=back,
        fields=[("revision", draft.revision)],
        tab="sets",
    )


@require_POST
def move_assignments(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Move assignments without attempts to the latest edition."""
    draft = own_draft(request, public_id)
    latest = draft.question_set.editions.last()
    offered = [row for row in _assignments_of_set(request, draft) if not row.has_attempts]
    form = UpdateQuizzesForm(request.POST, assignments=offered)
    if latest is None or not form.is_valid():
        messages.error(request, gettext("Choose the quizzes to update."))
        return redirect("publish_set", public_id)
    moved = kept = 0
    for assignment in form.chosen:
        try:
            use_edition(assignment, latest, **actor_and_time(request))
            moved += 1
        except HasAttempts:
            kept += 1
    if moved:
        words = ngettext("{count} quiz now uses version {number}.", "{count} quizzes now use version {number}.", moved)
        messages.success(request, words.format(count=moved, number=latest.number))
    if kept:
        messages.warning(request, gettext("Quizzes that have started or been regraded keep their version."))
    return redirect("publish_set", public_id)


def _answered(request: TeacherRequest, draft: Draft, ready: Readiness, latest: Edition | None) -> list[AnsweredNotice]:
    if latest is None:
        return []
    new = finished(draft.document) if ready.changes else None
    return answered_notices(draft.question_set, new, latest=latest.number, by=request.user)


def _assignments_of_set(request: TeacherRequest, draft: Draft) -> list[Assignment]:
    """The teacher's assignments of this set, as `with_started_counts` returns them."""
    assignments = Assignment.objects.editable_by(request.user).of_set(draft.question_set).with_set()
    return list(with_started_counts(assignments).order_by("edition__number", "classroom__name"))
