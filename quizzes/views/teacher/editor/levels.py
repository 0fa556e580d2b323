"""Edit the other levels of a draft's reading: an easier one, and one in Spanish."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes.content.drafts import saving_levels
from quizzes.content.drafts.document import sentence_tables
from quizzes.content.drafts.levels import LevelState, level_language, level_of, offered_levels, state_of
from quizzes.content.drafts.validation import questions_not_shown_at
from quizzes.content.reading import LEVELS
from quizzes.forms.editor.levels import LevelForm, LevelTextForm
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, show
from quizzes.views.teacher.editor.publishing import after_save
from quizzes.views.teacher.editor.saving import EditedPart, edit_part, show_part

GONE = gettext_lazy("This reading level was removed in another window.")
RESTORED = gettext_lazy("This reading level was removed in another window. It’s in the draft again.")


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
    if request.method == "POST" and level_of(draft.document, level) is None:
        if request.htmx:
            # The page keeps what was typed, and says that the level was removed.
            raise Http404
        # Another window removed it. What was typed here must not be lost.
        draft = saving_levels.restore_level(draft, level, **actor_and_time(request))
        if level_of(draft.document, level) is None:
            typed = LevelForm(request.POST, document=draft.document, level=level).typed()
            return show(request, "show_gone", draft, unsaved=[str(GONE)], current="level", typed=typed)
        messages.info(request, RESTORED)
    if level_of(draft.document, level) is None:
        return redirect("replace_level_text", public_id, level)
    try:
        part = edit_part(
            request,
            draft,
            partial(LevelForm, level=level),
            lambda form, sender: saving_levels.save_level(
                draft, level, form.about, form.texts, form.matches, kept=form.kept, **sender
            ),
        )
    except saving_levels.NoSuchLevel:
        # Another window removed it after this request had read the draft.
        return edit_level(request, public_id, level)
    if not part.is_done:
        return _page(request, part, level)
    return after_save(request, part, gettext("Saved."))


@require_http_methods(["GET", "POST"])
def replace_level_text(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Add a level with a pasted text, or replace its text and keep the matches of sentences that stay."""
    draft = _draft(request, public_id, level)
    part = edit_part(
        request,
        draft,
        partial(LevelTextForm, level=level),
        lambda form, sender: saving_levels.save_level_text(draft, level, form.cleaned_data["text"], **sender),
    )
    if not part.is_done:
        document = part.draft.document
        return show_part(
            request,
            "replace_level_text",
            part,
            level=level,
            level_name=gettext(LEVELS[level]),
            is_added=level_of(document, level) is not None,
            standard_count=len(sentence_tables(document)),
        )
    messages.success(request, gettext("Text added. Check which standard sentence each one matches."))
    return redirect("edit_level", public_id, level)


@require_POST
def remove_level(request: TeacherRequest, public_id: str, level: str) -> HttpResponse:
    """Remove a level from the draft. The next page offers “Undo”."""
    draft = _draft(request, public_id, level)
    saving_levels.remove_level(draft, level, **actor_and_time(request))
    return redirect("edit_reading", public_id)


def offered_levels_of(draft: Draft) -> list[OfferedLevel]:
    """Each level that the reading can have besides the standard one, and those that it has."""
    document = draft.document
    found = []
    own = [table["key"] for table in document["reading"].get("variants", ())]
    for key in dict.fromkeys([*offered_levels(document["reading"]["language"]), *own]):
        variant = level_of(document, key)
        state = None if variant is None else state_of(variant, sentence_tables(document))
        lacking = len(questions_not_shown_at(document, key)) if state else 0
        found.append(OfferedLevel(key, gettext(LEVELS[key]), state, len(document["questions"]) - lacking))
    return found


def _draft(request: TeacherRequest, public_id: str, level: str) -> Draft:
    """The teacher's draft; raises Http404 also for a level that its reading cannot have."""
    draft = own_draft(request, public_id)
    if level not in offered_levels(draft.document["reading"]["language"]) and level_of(draft.document, level) is None:
        raise Http404
    return draft


def _page(request: TeacherRequest, part: EditedPart[LevelForm], level: str) -> HttpResponse:
    document = part.draft.document
    variant = level_of(document, level)
    context = {
        "level": level,
        "level_name": gettext(LEVELS[level]),
        "state": None if variant is None else state_of(variant, sentence_tables(document)),
        "language": level_language(document["reading"], level),
        "question_count": len(document["questions"]),
        "lacking": questions_not_shown_at(document, level),
    }
    return show_part(request, "edit_level", part, **context)
