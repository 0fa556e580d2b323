"""Add, change and remove the picture of a reading or of a question."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes.content.drafts import saving
from quizzes.content.drafts.document import number_of, question_of
from quizzes.content.drafts.saving import DraftChanged
from quizzes.content.pictures import draft_picture
from quizzes.content.stored_pictures import store_picture
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.picture import PictureForm
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, show

CHANGED = gettext_lazy("This part changed in another window. Check it, then save again.")


@require_http_methods(["GET", "POST"])
def edit_picture(request: TeacherRequest, public_id: str, key: str = "") -> HttpResponse:
    """Add or change the picture of the reading, or of the question with this key."""
    draft = own_draft(request, public_id)
    part = _part(draft, key)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PictureForm(*sent, stored=draft_picture(part))
    if not form.is_valid():
        return _page(request, draft, key, form)
    actor = actor_and_time(request)
    if form.cleaned is not None:
        store_picture(draft.question_set, form.cleaned, now=actor["now"])
    try:
        saving.save_picture(draft, form.picture, question=key, seen=form.seen, **actor)
    except DraftChanged as refused:
        messages.error(request, CHANGED)
        form.ask_again()
        return _page(request, refused.draft, key, form)
    messages.success(request, gettext("Picture saved."))
    return _back(public_id, key)


@require_POST
def remove_picture(request: TeacherRequest, public_id: str, key: str = "") -> HttpResponse:
    """Remove the picture. The next page offers to undo it."""
    draft = own_draft(request, public_id)
    _part(draft, key)
    form = DraftForm(request.POST)
    try:
        saving.save_picture(draft, None, question=key, seen=form.seen, **actor_and_time(request))
    except DraftChanged:
        messages.error(request, CHANGED)
    return _back(public_id, key)


def _part(draft: Draft, key: str) -> Table:
    """The reading, or the question with this key; raises Http404."""
    part: Table | None = question_of(draft.document, key) if key else draft.document["reading"]
    if part is None:
        raise Http404
    return part


def _back(public_id: str, key: str) -> HttpResponse:
    return redirect("edit_question", public_id, key) if key else redirect("edit_reading", public_id)


def _page(request: TeacherRequest, draft: Draft, key: str, form: PictureForm) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "number": number_of(draft.document, key) if key else None,
        "picture": draft_picture(_part(draft, key)),
    }
    return show(request, "edit_picture", draft, **context)
