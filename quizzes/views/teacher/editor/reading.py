"""Edit the reading of a draft: its sentences, text, speakers, explained words, and questions that lost evidence."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.content.drafts import saving, saving_questions, text
from quizzes.content.drafts.changes import compared
from quizzes.content.drafts.document import SPEAKERS
from quizzes.content.drafts.saving import DraftChanged
from quizzes.content.drafts.validation import orphans, reading_problems
from quizzes.content.pasted_text import CleanText
from quizzes.content.rights import QUOTES
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.orphans import OrphanForm
from quizzes.forms.editor.reading import ReadingForm, TextForm
from quizzes.forms.editor.speakers import SpeakersForm
from quizzes.forms.editor.words import WordsForm
from quizzes.models import Draft
from quizzes.reports.answered_editions import answered_editions
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, say_removed, show
from quizzes.views.teacher.editor.levels import offered_levels_of
from quizzes.views.teacher.editor.publishing import after_save, publish_or_review
from quizzes.views.teacher.editor.saving import edit_part, show_part

NO_SPLIT = gettext_lazy("We couldn’t find a place to split. Start a new line there and try again.")
# A message is stored in the session.
MAX_WORDS_SHOWN, MAX_WORD_LENGTH = 8, 40
CHANGED = gettext_lazy("The draft changed in another window. Nothing was lost. Check it again.")


@require_http_methods(["GET", "POST"])
def edit_reading(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Edit the sentences and their speakers; the buttons split, join and remove sentences."""
    draft = own_draft(request, public_id)
    if request.method == "GET" and not draft.document["reading"]["paragraphs"]:
        return redirect("replace_text", public_id)
    part = edit_part(request, draft, ReadingForm, partial(_save_reading, draft))
    if not part.is_done:
        context = {**_shared(part.draft), "levels": offered_levels_of(part.draft)}
        return show_part(request, "edit_reading", part, **context)
    if part.form.publishes:
        return publish_or_review(request, part.draft)
    lost = orphans(part.draft.document)
    if lost:
        messages.warning(request, _lost_message(len(lost)))
    if part.form.is_out_of_date:
        messages.error(request, CHANGED)
    name, key = part.form.action
    if name == "save" and not part.form.is_out_of_date:
        messages.success(request, gettext("Saved."))
    return redirect(f"{request.path}#sentence-{key}" if key and name != "remove" else request.path)


@require_http_methods(["GET", "POST"])
def replace_text(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Replace the text with a pasted one, and keep the sentences that match."""
    draft = own_draft(request, public_id)
    part = edit_part(
        request,
        draft,
        TextForm,
        lambda form, sender: saving.save_text(draft, form.cleaned_data["text"], **sender),
    )
    if not part.is_done:
        context = {**_shared(part.draft), "has_text": bool(part.draft.document["reading"]["paragraphs"])}
        return show_part(request, "replace_text", part, **context)
    if part.form.pasted.is_changed:
        messages.info(request, cleaned_message(part.form.pasted))
    lost = orphans(part.draft.document)
    if lost:
        messages.warning(request, _lost_message(len(lost)))
        return redirect("edit_orphans", public_id)
    messages.success(request, gettext("Text added. Check the sentences and choose who says each one."))
    return redirect("edit_reading", public_id)


@require_http_methods(["GET", "POST"])
def edit_speakers(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Edit the speakers of the source."""
    draft = own_draft(request, public_id)
    part = edit_part(
        request, draft, SpeakersForm, lambda form, sender: saving.save_speakers(draft, form.speakers_to_save, **sender)
    )
    if not part.is_done:
        return show_part(request, "edit_speakers", part)
    return after_save(request, part, gettext("Speakers saved."))


@require_http_methods(["GET", "POST"])
def edit_words(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Edit the words of the reading that are explained to students."""
    draft = own_draft(request, public_id)
    part = edit_part(request, draft, WordsForm, lambda form, sender: saving.save_words(draft, form.words, **sender))
    if not part.is_done:
        return show_part(request, "edit_words", part)
    return after_save(request, part, gettext("Words saved."))


@require_GET
def compare_reading(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Compare the reading of the latest edition with the draft's, sentence by sentence."""
    draft = own_draft(request, public_id)
    latest = draft.question_set.editions.last()
    pairs = compared(latest.document, draft.document) if latest is not None else []
    return show(request, "compare_reading", draft, pairs=pairs, changed=[row for row in pairs if row.state != "same"])


@require_GET
def edit_orphans(request: TeacherRequest, public_id: str) -> HttpResponse:
    """List the questions with evidence that changed or is gone, each with its actions."""
    draft = own_draft(request, public_id)
    chosen = _chosen(request.GET, draft)
    listed = [
        (orphan, OrphanForm(orphan=orphan, document=draft.document, chosen=chosen))
        for orphan in orphans(draft.document)
    ]
    keep_count = sum(orphan.can_be_kept for orphan, _ in listed)
    return show(request, "edit_orphans", draft, listed=listed, keep_count=keep_count)


@require_POST
def keep_orphans(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Keep all questions of the list that still have their sentences."""
    draft, form = own_draft(request, public_id), DraftForm(request.POST)
    try:
        _, count = saving_questions.keep_all_evidence(draft, seen=form.seen, **actor_and_time(request))
    except DraftChanged:
        messages.error(request, CHANGED)
    else:
        # Sent twice: the message of the first time is shown.
        if count:
            messages.success(request, _kept_message(count))
    return _left_orphans(request, public_id)


@require_POST
def resolve_orphan(request: TeacherRequest, public_id: str, key: str) -> HttpResponse:
    """Keep a question on the new text, anchor it to other sentences, or remove it from the draft."""
    draft = own_draft(request, public_id)
    orphan = next((orphan for orphan in orphans(draft.document) if orphan.key == key), None)
    form = OrphanForm(request.POST, orphan=orphan, document=draft.document)
    if orphan is None or not form.is_valid():
        messages.error(request, CHANGED)
        return _left_orphans(request, public_id)
    actor: dict[str, Any] = {"seen": form.seen, **actor_and_time(request)}
    try:
        match form.cleaned_data["act"]:
            case "keep":
                saving_questions.keep_evidence(draft, key, **actor)
                done = gettext("Question {number} uses the new text.").format(number=orphan.number)
            case "move":
                saving_questions.move_evidence(draft, key, form.moved, **actor)
                has_evidence = orphan.has_others or any(form.moved.values())
                chosen = gettext("Question {number} uses the sentences you chose.")
                none = gettext("Question {number} has no evidence now.")
                done = (chosen if has_evidence else none).format(number=orphan.number)
            case _ if answered_editions(draft.question_set, by=request.user, key=key):
                return redirect("remove_question", public_id, key)
            case _:
                draft = saving_questions.remove_question(draft, key, **actor)
                say_removed(request, draft, key, orphan.number)
                return _left_orphans(request, public_id)
    except (DraftChanged, saving.NoSuchQuestion):
        messages.error(request, CHANGED)
    else:
        messages.success(request, done)
    return _left_orphans(request, public_id)


def _left_orphans(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Redirect to the questions that still lack evidence, with what was chosen for them on the page that was sent."""
    chosen = _chosen(request.POST, own_draft(request, public_id))
    address = reverse("edit_orphans", args=[public_id])
    return redirect(f"{address}?{urlencode(chosen)}" if chosen else address)


def _chosen(sent: Mapping[str, Any], draft: Draft) -> dict[str, str]:
    document = draft.document
    forms = [OrphanForm(sent, orphan=orphan, document=document) for orphan in orphans(document)]
    return {name: key for form in forms for name, key in form.chosen.items()}


def _shared(draft: Draft) -> dict[str, Any]:
    document = draft.document
    return {
        "problems": reading_problems(document),
        "orphans": orphans(document),
        "must_be_own_words": document["reading"]["rights"] == QUOTES,
    }


def _save_reading(draft: Draft, form: ReadingForm, sender: Mapping[str, Any]) -> Draft:
    """Save the sentences, and do what the pressed button says. Says at its sentence if that cannot be split."""
    try:
        return saving.save_reading(
            draft,
            form.reading,
            form.texts,
            form.speakers,
            then=_action(form),
            then_touches=[SPEAKERS] if form.new_speakers else [],
            **sender,
        )
    except text.NothingToSplit:
        form.add_error(f"text-{form.action[1]}", NO_SPLIT)
        return draft


def _action(form: ReadingForm) -> saving.Change | None:
    """What the pressed button changes after the save: typed speakers are added, then its own action."""
    changes: list[saving.Change] = [
        partial(text.add_speaker, speaker=speaker, sentence=sentence) for sentence, speaker in form.new_speakers
    ]
    name, key = form.action
    match name:
        case "split":
            changes.append(partial(text.split, key=key, text=form.texts.get(key, "")))
        case "join":
            changes.append(partial(text.join, key=key))
        case "start" | "continue":
            changes.append(partial(text.set_paragraph_start, key=key, is_start=name == "start"))
        case "remove":
            changes.append(partial(text.remove, key=key))
    return partial(_apply, changes=changes) if changes else None


def _apply(document: Table, *, changes: list[saving.Change]) -> None:
    for change in changes:
        change(document)


def _lost_message(count: int) -> str:
    words = ngettext(
        "{count} question uses a sentence that changed. See “Lost evidence”.",
        "{count} questions use sentences that changed. See “Lost evidence”.",
        count,
    )
    return words.format(count=count)


def _kept_message(count: int) -> str:
    words = ngettext("{count} question uses the new text.", "{count} questions use the new text.", count)
    return words.format(count=count)


def cleaned_message(pasted: CleanText) -> str:
    """What was cleaned in a pasted text."""
    parts = [gettext("We cleaned up the text.")]
    if pasted.tags:
        parts.append(gettext("HTML tags removed: {tags}.").format(tags=pasted.tags))
    if pasted.words:
        shown = ", ".join(f"“{word[:MAX_WORD_LENGTH]}”" for word in pasted.words[:MAX_WORDS_SHOWN])
        parts.append(
            gettext("Split words joined: {count}, such as {shown}.").format(count=len(pasted.words), shown=shown)
        )
    if pasted.lines:
        parts.append(gettext("Broken lines joined: {lines}.").format(lines=pasted.lines))
    return " ".join(parts)
