"""Create and copy question sets, and edit their source and objectives."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes.content.drafts import lifecycle, saving, saving_questions
from quizzes.content.drafts.document import OBJECTIVES, READING, SPEAKERS, WORDS, question_part
from quizzes.content.drafts.removals import CannotPutBack
from quizzes.content.drafts.validation import (
    meter,
    objective_problems,
    sentences_without_speaker,
    source_problems,
)
from quizzes.content.editions import latest_edition
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.objectives import ObjectivesForm
from quizzes.forms.editor.reading import NewSetForm
from quizzes.forms.editor.source import SourceForm
from quizzes.models import QuestionSet
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, today
from quizzes.views.teacher.editor.publishing import after_save
from quizzes.views.teacher.editor.reading import cleaned_message
from quizzes.views.teacher.editor.saving import edit_part, show_part

QUOTES_FOUND = gettext_lazy(
    'These sentences sound like quotes: {numbers}. <a href="{reading}">Choose who says them</a> under Reading.'
)
# A message is stored in the session.
MAX_SHOWN = 12


@require_http_methods(["GET", "POST"])
def add_set(request: TeacherRequest) -> HttpResponse:
    """Create a set with its title, its source and, if it is there already, the text of the reading."""
    form = NewSetForm(request.POST if request.method == "POST" else None, today=today(request))
    if not form.is_valid():
        return render(request, "teacher/editor/add_set.html", {"form": form})
    draft = lifecycle.make_set(text=form.cleaned_data["text"], **form.source, **actor_and_time(request))
    if form.pasted.is_changed:
        messages.info(request, cleaned_message(form.pasted))
    question = draft.document["questions"][:1]
    if source_problems(draft.document):
        messages.success(request, gettext("Question set created. What is still missing is listed here."))
        return redirect("edit_source", draft.question_set.public_id)
    if not question:
        messages.success(request, gettext("Question set created. Next, add the reading."))
        return redirect("edit_reading", draft.question_set.public_id)
    messages.success(request, gettext("Question set created. Write the first question."))
    quotes = sentences_without_speaker(draft.document)
    if quotes:
        numbers = ", ".join(map(str, quotes[:MAX_SHOWN]))
        reading = reverse("edit_reading", args=[draft.question_set.public_id])
        messages.warning(request, format_html(str(QUOTES_FOUND), numbers=numbers, reading=reading))
    return redirect("edit_question", draft.question_set.public_id, question[0]["key"])


@require_POST
def copy_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Create a copy of a set for this teacher."""
    question_set = get_object_or_404(QuestionSet.objects.open_to(request.user).published(), public_id=public_id)
    draft = lifecycle.copy_set(latest_edition(question_set), **actor_and_time(request))
    messages.success(
        request,
        gettext("This is your copy of “{title}”. The original doesn’t change.").format(title=question_set.shown_title),
    )
    return redirect("edit_source", draft.question_set.public_id)


@require_http_methods(["GET", "POST"])
def edit_source(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Edit the title, the source and the rights."""
    draft = own_draft(request, public_id)
    part = edit_part(
        request,
        draft,
        partial(SourceForm, today=today(request)),
        lambda form, sender: saving.save_source(draft, **form.source, **sender),
    )
    if not part.is_done:
        return show_part(request, "edit_source", part, problems=source_problems(part.draft.document))
    return after_save(request, part, gettext("Saved."))


@require_POST
def undo_removal(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Restore what a save removed from the draft, and redirect to it."""
    draft = own_draft(request, public_id)
    try:
        draft, parts = saving_questions.undo_removal(
            draft, seen=DraftForm(request.POST).seen, **actor_and_time(request)
        )
    except CannotPutBack:
        messages.error(request, gettext("The draft changed since, so this can’t be undone."))
        is_of_reading = "paragraphs" in draft.document.get("removed", {})
        return redirect("edit_reading" if is_of_reading else "edit_questions", public_id)
    if not parts:
        # Pressed twice: the message of the first press is shown.
        return redirect("edit_questions", public_id)
    messages.success(request, gettext("Undone. It’s back."))
    for table in draft.document["questions"]:
        # Questions change with an objective that comes back.
        if question_part(table["key"]) in parts and OBJECTIVES not in parts:
            return redirect("edit_question", public_id, table["key"])
    pages = {OBJECTIVES: "edit_objectives", READING: "edit_reading", SPEAKERS: "edit_speakers", WORDS: "edit_words"}
    return redirect(next((page for part, page in pages.items() if part in parts), "edit_reading"), public_id)


@require_http_methods(["GET", "POST"])
def edit_objectives(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Edit the objectives and how many questions each needs."""
    draft = own_draft(request, public_id)
    part = edit_part(
        request,
        draft,
        ObjectivesForm,
        lambda form, sender: saving.save_objectives(draft, *form.blueprint(draft.document), moved=form.moved, **sender),
    )
    if not part.is_done:
        context = {"problems": objective_problems(part.draft.document), "meter": meter(part.draft.document)}
        return show_part(request, "edit_objectives", part, **context)
    return after_save(request, part, gettext("Saved."))
