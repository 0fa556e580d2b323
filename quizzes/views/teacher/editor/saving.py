"""Edit a part of a draft: bind its form, then save it or show what another window saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from quizzes.content.drafts.saving import DraftChanged
from quizzes.forms.editor.base import DraftForm
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.teacher.editor.access import Conflict, actor_and_time, show


@dataclass(frozen=True, slots=True)
class EditedPart[F: DraftForm]:
    """A part of a draft with its form, after the save if the request sent one.

    conflict: of a refused save. is_done: whether a button saved every field, so that the view redirects.
    """

    draft: Draft
    form: F
    conflict: Conflict | None = None
    is_done: bool = False


def edit_part[F: DraftForm](
    request: TeacherRequest, draft: Draft, form_of: Callable[..., F], save: Callable[[F, dict[str, Any]], Draft]
) -> EditedPart[F]:
    """The part with its form. A POST saves it.

    form_of: makes the form, from the data sent if there is any, and `document`.
    save: takes the form, and `seen`, `by` and `now` for the function that saves.
    """
    if request.method == "GET":
        return EditedPart(draft, form_of(document=draft.document))
    form = form_of(request.POST, document=draft.document)
    if form.is_whole and not form.is_valid():
        return EditedPart(draft, form)
    if form.gone_texts and not form.may_drop_gone_texts:
        return EditedPart(draft, form, Conflict(form.seen, form.others()))
    try:
        draft = save(form, {"seen": form.seen, **actor_and_time(request)})
    except DraftChanged as refused:
        # The other window may have saved after this request loaded the draft.
        form = form_of(request.POST, document=refused.draft.document)
        return EditedPart(refused.draft, form, Conflict(form.seen, form.others()))
    # After a save by itself, the page stays.
    return EditedPart(draft, form, is_done=form.is_valid() and not request.htmx)


def show_part(request: TeacherRequest, template: str, part: EditedPart[Any], **context: Any) -> HttpResponse:
    """The page of a part, as `show` renders it."""
    unsaved = part.form.problems() if part.form.is_bound else ()
    if part.form.is_bound:
        part.form.place_focus(is_taken=part.conflict is not None)
    return show(request, template, part.draft, unsaved=unsaved, conflict=part.conflict, form=part.form, **context)
