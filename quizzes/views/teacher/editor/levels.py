"""Edit the other levels of a draft's reading: an easier one, and one in Spanish."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
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
    """Match the sentences of a level with those of the standard reading."""
    draft = _draft(request, public_id, level)
    if request.method == "GET":
        if level_of(draft.document, level) is None:
            return redirect("replace_level_text", public_id, level)
        return _page(request, draft, level, LevelForm(document=draft.document, level=level))
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
        return _page(request, refused.draft, level, form, conflict=Conflict(refused.draft, form.seen, form.others()))
    if request.htmx or not form.is_valid():
        return _page(request, draft, level, form)
    if form.publishes:
        return publish_or_review(request, draft)
    return redirect("edit_level", public_id, level)


@require_http_methods(["GET", "POST"])
def replace_level_text(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Add a level with a pasted text, or replace its text and keep the matches of sentences that stay."""
    draft = _draft(request, public_id, level)
    form = LevelTextForm(request.POST if request.method == "POST" else None, document=draft.document, level=level)
    if not form.is_valid():
        return _text_page(request, draft, level, form)
    try:
        saving_levels.save_level_text(
            draft, level, form.cleaned_data["text"], seen=form.seen, **actor_and_time(request)
        )
    except DraftChanged as refused:
        theirs = LevelTextForm(document=refused.draft.document, level=level).initial["text"]
        conflict = Conflict(refused.draft, form.seen, [(gettext("Text"), theirs)])
        return _text_page(request, refused.draft, level, form, conflict=conflict)
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
    form: LevelForm,
    *,
    conflict: Conflict | None = None,
) -> HttpResponse:
    document = draft.document
    variant = level_of(document, level)
    context = {
        "level": level,
        "level_name": gettext(LEVELS[level]),
        "form": form,
        "state": None if variant is None else state_of(variant, sentence_tables(document)),
        "language": level_language(document["reading"], level),
        "question_count": len(document["questions"]),
        "lacking": questions_without_evidence_at(document, level),
        "problems": (),
    }
    return show(request, "edit_level", draft, forms=[form], conflict=conflict, **context)


def _text_page(
    request: TeacherRequest, draft: Draft, level: str, form: LevelTextForm, *, conflict: Conflict | None = None
) -> HttpResponse:
    document = draft.document
    context = {
        "level": level,
        "level_name": gettext(LEVELS[level]),
        "form": form,
        "is_added": level_of(document, level) is not None,
        "standard_count": len(sentence_tables(document)),
        "problems": (),
    }
    return show(request, "replace_level_text", draft, forms=[form], conflict=conflict, **context)
