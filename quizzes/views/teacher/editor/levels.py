"""Edit the other levels of a draft's reading: an easier one, and one in Spanish."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from quizzes.content.drafts import saving_levels
from quizzes.content.drafts.document import sentence_tables
from quizzes.content.drafts.levels import LevelState, level_language, level_of, offered_levels, state_of
from quizzes.content.drafts.saving import DraftChanged
from quizzes.content.drafts.validation import questions_without_evidence_at
from quizzes.content.reading import LEVELS
from quizzes.forms.editor.levels import LevelForm, LevelTextForm
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import Conflict, actor_and_time, own_draft, show
from quizzes.views.teacher.editor.publishing import publish_or_review


@dataclass(frozen=True, slots=True)
class OfferedLevel:
    """A level that the reading can have. state: None before it is added. offered: how many questions have it."""

    key: str
    name: str
    state: LevelState | None
    offered: int


@require_http_methods(["GET", "POST"])
def edit_level(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Match the sentences of a level with those of the standard reading, or add the level."""
    draft = _draft(request, public_id, level)
    if request.method == "GET":
        return _page(request, draft, level)
    form = LevelForm(request.POST, document=draft.document, level=level)
    try:
        draft = saving_levels.save_level(
            draft,
            level,
            form.about,
            form.texts,
            form.matches,
            kept=form.kept,
            seen=form.seen,
            **actor_and_time(request),
        )
    except DraftChanged as refused:
        form = LevelForm(request.POST, document=refused.draft.document, level=level)
        return _page(
            request, refused.draft, level, form=form, conflict=Conflict(refused.draft, form.seen, form.others())
        )
    if request.htmx or not form.is_valid():
        return _page(request, draft, level, form=form)
    if form.publishes:
        return publish_or_review(request, draft)
    return redirect("edit_level", public_id, level)


@require_POST
def replace_level_text(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Add a level with a pasted text, or replace its text and keep the matches of sentences that stay."""
    draft = _draft(request, public_id, level)
    form = LevelTextForm(request.POST, document=draft.document, level=level)
    if not form.is_valid():
        return _page(request, draft, level, text_form=form)
    try:
        saving_levels.save_level_text(
            draft, level, form.cleaned_data["text"], seen=form.seen, **actor_and_time(request)
        )
    except DraftChanged as refused:
        theirs = LevelTextForm(document=refused.draft.document, level=level).initial["text"]
        conflict = Conflict(refused.draft, form.seen, [(gettext("Text"), theirs)])
        return _page(request, refused.draft, level, text_form=form, conflict=conflict)
    messages.success(request, gettext("Text added. Check which standard sentence each one matches."))
    return redirect("edit_level", public_id, level)


@require_POST
def remove_level(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Remove a level from the draft. The next page offers “Undo”."""
    draft = _draft(request, public_id, level)
    saving_levels.remove_level(draft, level, **actor_and_time(request))
    return redirect("edit_reading", public_id)


def offered_levels_of(draft: Draft) -> list[OfferedLevel]:
    """Each level that the reading can have besides the standard one."""
    document = draft.document
    found = []
    for key in offered_levels(document["reading"]["language"]):
        variant = level_of(document, key)
        state = None if variant is None else state_of(variant, sentence_tables(document))
        lacking = len(questions_without_evidence_at(document, key)) if state else 0
        found.append(OfferedLevel(key, gettext(LEVELS[key]), state, len(document["questions"]) - lacking))
    return found


def _draft(request: TeacherRequest, public_id: str, level: str) -> Draft:
    """The teacher's draft; raises Http404 also for a level that its reading cannot have."""
    draft = own_draft(request, public_id)
    if level not in offered_levels(draft.document["reading"]["language"]) and level_of(draft.document, level) is None:
        raise Http404
    return draft


def _page(
    request: TeacherRequest,
    draft: Draft,
    level: str,
    *,
    form: LevelForm | None = None,
    text_form: LevelTextForm | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    document = draft.document
    variant = level_of(document, level)
    submitted: list[Any] = [one for one in (form, text_form) if one is not None]
    context = {
        "level": level,
        "level_name": gettext(LEVELS[level]),
        "form": form or LevelForm(document=document, level=level),
        "text_form": text_form or LevelTextForm(document=document, level=level),
        "form_id": "text-form" if text_form is not None else "draft-form",
        # The form of the text posts to an address of its own.
        "page": reverse("edit_level", args=[draft.question_set.public_id, level]),
        "state": None if variant is None else state_of(variant, sentence_tables(document)),
        "language": level_language(document["reading"], level),
        "standard_count": len(sentence_tables(document)),
        "question_count": len(document["questions"]),
        "lacking": questions_without_evidence_at(document, level),
        "problems": (),
    }
    return show(request, "edit_level", draft, forms=submitted, conflict=conflict, **context)
