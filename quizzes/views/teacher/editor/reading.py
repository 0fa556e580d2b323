"""Edit the reading of a draft: its sentences, their speakers, and questions that lost evidence."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes.content.drafts import saving, text
from quizzes.content.drafts.changes import compared
from quizzes.content.drafts.document import QUOTES, VOICES
from quizzes.content.drafts.saving import DraftChanged
from quizzes.content.drafts.validation import orphans, reading_problems
from quizzes.content.pasted_text import CleanText
from quizzes.content.tables import Table
from quizzes.forms.editor.orphans import OrphanForm
from quizzes.forms.editor.reading import ReadingForm, TextForm, VoicesForm
from quizzes.models import Draft
from quizzes.reports.answered_editions import answered_editions
from quizzes.views.teacher.editor.access import Conflict, EditorRequest, actor_and_time, own_draft, show
from quizzes.views.teacher.editor.publishing import publish_or_review

NO_SPLIT = "We couldn’t find a place to split. Start a new line there and try again."
# A message is stored in the session.
MAX_WORDS_SHOWN, MAX_WORD_LENGTH = 8, 40
CHANGED = "The draft changed in another window. Nothing was lost. Check it again."


@require_http_methods(["GET", "POST"])
def edit_reading(request: EditorRequest, public_id: str) -> HttpResponse:
    """Edit the sentences and their speakers; the buttons split, join and remove sentences."""
    draft = own_draft(request, public_id)
    if request.method == "GET":
        return _page(request, draft)
    form = ReadingForm(request.POST, document=draft.document)
    name, key = form.action
    try:
        draft = saving.save_reading(
            draft,
            form.reading,
            form.texts,
            form.voices,
            then=_action(form),
            then_touches=[VOICES] if name == "speaker" else [],
            seen=form.seen,
            **actor_and_time(request),
        )
    except DraftChanged as refused:
        form = ReadingForm(request.POST, document=refused.draft.document)
        conflict = Conflict(refused.draft, form.seen, form.others())
        return _page(request, refused.draft, reading_form=form, conflict=conflict)
    except text.NothingToSplit:
        form.add_error(f"text-{key}", NO_SPLIT)
        return _page(request, draft, reading_form=form)
    if request.htmx or not form.is_valid():
        return _page(request, draft, reading_form=form)
    if form.publishes:
        return publish_or_review(request, draft)
    lost = orphans(draft.document)
    if lost:
        messages.warning(request, _lost_message(len(lost)))
    return redirect(f"{request.path}#sentence-{key}" if key and name != "remove" else request.path)


@require_POST
def replace_text(request: EditorRequest, public_id: str) -> HttpResponse:
    """Replace the text with a pasted one, and keep the sentences that match."""
    draft = own_draft(request, public_id)
    form = TextForm(request.POST, document=draft.document)
    if not form.is_valid():
        return _page(request, draft, text_form=form)
    try:
        draft = saving.save_text(draft, form.cleaned_data["text"], seen=form.seen, **actor_and_time(request))
    except DraftChanged as refused:
        conflict = Conflict(refused.draft, form.seen, [("Text", text.text_of(refused.draft.document))])
        return _page(request, refused.draft, text_form=form, conflict=conflict)
    if form.pasted.is_changed:
        messages.info(request, cleaned_message(form.pasted))
    lost = orphans(draft.document)
    if lost:
        messages.warning(request, _lost_message(len(lost)))
        return redirect("edit_orphans", public_id)
    messages.success(request, "Text added. Check the sentences and choose who says each one.")
    return redirect("edit_reading", public_id)


@require_POST
def edit_voices(request: EditorRequest, public_id: str) -> HttpResponse:
    """Save the speakers of the source."""
    draft = own_draft(request, public_id)
    form = VoicesForm(request.POST, document=draft.document)
    if not form.is_valid():
        return _page(request, draft, voices_form=form)
    try:
        saving.save_voices(draft, form.voices_to_save, seen=form.seen, **actor_and_time(request))
    except DraftChanged as refused:
        form = VoicesForm(request.POST, document=refused.draft.document)
        conflict = Conflict(refused.draft, form.seen, form.others())
        return _page(request, refused.draft, voices_form=form, conflict=conflict)
    messages.success(request, "Speakers saved.")
    return redirect("edit_reading", public_id)


@require_GET
def compare_reading(request: EditorRequest, public_id: str) -> HttpResponse:
    """Compare the reading of the latest edition with the draft's, sentence by sentence."""
    draft = own_draft(request, public_id)
    latest = draft.question_set.editions.order_by("-number").first()
    pairs = compared(latest.document, draft.document) if latest is not None else []
    return show(request, "compare_reading", draft, pairs=pairs, changed=[row for row in pairs if row.state != "same"])


@require_GET
def edit_orphans(request: EditorRequest, public_id: str) -> HttpResponse:
    """List the questions with evidence that changed or is gone, each with its actions."""
    draft = own_draft(request, public_id)
    listed = [(orphan, OrphanForm(orphan=orphan, document=draft.document)) for orphan in orphans(draft.document)]
    return show(request, "edit_orphans", draft, listed=listed)


@require_POST
def resolve_orphan(request: EditorRequest, public_id: str, key: str) -> HttpResponse:
    """Keep a question on the new text, anchor it to other sentences, or remove it from the draft."""
    draft = own_draft(request, public_id)
    orphan = next((orphan for orphan in orphans(draft.document) if orphan.key == key), None)
    form = OrphanForm(request.POST, orphan=orphan, document=draft.document)
    if orphan is None or not form.is_valid():
        messages.error(request, CHANGED)
        return redirect("edit_orphans", public_id)
    actor: dict[str, Any] = {"seen": form.seen, **actor_and_time(request)}
    try:
        match form.cleaned_data["act"]:
            case "keep":
                saving.keep_evidence(draft, key, **actor)
                done = f"Question {orphan.number} uses the new text."
            case "move":
                saving.move_evidence(draft, key, form.moved, **actor)
                done = f"Question {orphan.number} uses the sentences you chose."
            case _ if answered_editions(draft.question_set, by=request.user, key=key):
                return redirect("remove_question", public_id, key)
            case _:
                saving.remove_question(draft, key, **actor)
                done = f"Question {orphan.number} is removed from the draft. Published versions keep it and its scores."
    except (DraftChanged, saving.NoSuchQuestion):
        messages.error(request, CHANGED)
    else:
        messages.success(request, done)
    return redirect("edit_orphans", public_id)


def _page(
    request: EditorRequest,
    draft: Draft,
    *,
    reading_form: ReadingForm | None = None,
    text_form: TextForm | None = None,
    voices_form: VoicesForm | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    document = draft.document
    submitted: list[Any] = [form for form in (reading_form, text_form, voices_form) if form is not None]
    context = {
        "reading_form": reading_form or ReadingForm(document=document),
        "text_form": text_form or TextForm(document=document),
        "voices_form": voices_form or VoicesForm(document=document),
        "sent": submitted[0] if submitted else None,
        "problems": reading_problems(document),
        "orphans": orphans(document),
        "has_text": bool(document["reading"]["paragraphs"]),
        "must_be_own_words": document["reading"]["rights"] == QUOTES,
    }
    return show(request, "edit_reading", draft, forms=submitted, conflict=conflict, **context)


def _action(form: ReadingForm) -> saving.Change | None:
    name, key = form.action
    match name:
        case "split":
            return partial(_split, key=key, new_text=form.texts.get(key, ""))
        case "join":
            return partial(text.join, key=key)
        case "paragraph":
            return partial(text.turn_paragraph, key=key)
        case "remove":
            return partial(text.remove, key=key)
        case "speaker" if (voice := form.speaker_for(key)) is not None and not form.errors:
            return partial(text.add_speaker, voice=voice, sentence=key)
    return None


def _split(document: Table, *, key: str, new_text: str) -> None:
    text.split(document, key, new_text)


def _lost_message(count: int) -> str:
    if count == 1:
        return "1 question uses a sentence that changed. See “Lost evidence”."
    return f"{count} questions use sentences that changed. See “Lost evidence”."


def cleaned_message(pasted: CleanText) -> str:
    """What was cleaned in a pasted text."""
    parts = ["We cleaned up the text."]
    if pasted.tags:
        parts.append(f"HTML tags removed: {pasted.tags}.")
    if pasted.words:
        shown = ", ".join(f"“{word[:MAX_WORD_LENGTH]}”" for word in pasted.words[:MAX_WORDS_SHOWN])
        parts.append(f"Split words joined: {len(pasted.words)}, such as {shown}.")
    if pasted.lines:
        parts.append(f"Broken lines joined: {pasted.lines}.")
    return " ".join(parts)
