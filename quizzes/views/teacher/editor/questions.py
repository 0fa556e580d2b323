"""The question editor: one question, its evidence in the reading, and its preview."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.content.drafts import saving_questions
from quizzes.content.drafts.document import (
    MAX_QUESTIONS,
    evidence_keys,
    number_of,
    question_of,
    reading_of,
    sentences,
)
from quizzes.content.drafts.preview import preview, shown_reading
from quizzes.content.drafts.saving import DraftChanged, NoSuchQuestion, found_question
from quizzes.content.drafts.validation import (
    lost_evidence,
    meter,
    problems_by_question,
    question_problems,
    question_tips,
)
from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.content.question_types.registry import TYPES, draft_of
from quizzes.content.reading import STANDARD
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.levels import PreviewLevelForm
from quizzes.forms.editor.question import FullQuestionForm, QuestionForm, type_choices, typed_of_gone
from quizzes.forms.editor.wording import WordingForm
from quizzes.models import Draft
from quizzes.reports.answered_editions import answered_editions
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, has_published, own_draft, say_removed, show
from quizzes.views.teacher.editor.publishing import publish_or_review
from quizzes.views.teacher.editor.saving import EditedPart, edit_part, show_part
from quizzes.views.teacher.editor.wording import save_reasons

GONE = gettext_lazy("This question is no longer in the draft.")
CHANGED = gettext_lazy("This question changed in another window. Check it, then decide.")
RESTORED = gettext_lazy("This question was removed in another window. It’s in the draft again.")
# Before there is a question, a form has only its buttons.
_BLANK: Table = {"key": "", "type": next(iter(TYPES)), "objective": ""}
FULL = format_lazy(gettext_lazy("The limit is {count} questions."), count=MAX_QUESTIONS)


@require_GET
def edit_questions(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Redirect to the first question, or show a page to add one."""
    draft = own_draft(request, public_id)
    if draft.document["questions"]:
        return redirect("edit_question", public_id, draft.document["questions"][0]["key"])
    return show(
        request,
        "edit_questions",
        draft,
        types=type_choices(),
        new_key=saving_questions.new_question_key(),
        meter=meter(draft.document),
    )


@require_POST
def add_question(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Add the first question of a set."""
    draft = own_draft(request, public_id)
    form = QuestionForm(request.POST, document=draft.document, question=_BLANK)
    try:
        draft, key = saving_questions.add_question(
            draft, form.type_to_add, new_key=form.key_to_add, **actor_and_time(request)
        )
    except saving_questions.TooManyQuestions:
        # Another window has added questions since.
        messages.error(request, FULL)
        return redirect("edit_questions", public_id)
    return redirect("edit_question", public_id, key)


@require_http_methods(["GET", "POST"])
def edit_question(request: TeacherRequest, public_id: str, key: str) -> HttpResponse:
    """One question in the editor. Every button saves the user input first."""
    draft = own_draft(request, public_id)
    try:
        if question_of(draft.document, key) is None and _has_typed(request, draft):
            # Another window removed it. What was typed here must not be lost.
            draft = saving_questions.restore_question(draft, key, **actor_and_time(request))
            messages.info(request, RESTORED)
        return _edit(request, draft, key)
    except NoSuchQuestion:
        if not _has_typed(request, draft):
            return _gone(request, public_id)
        if question_of(draft.document, key) is not None:
            # Another window removed it after this request had read the draft.
            return edit_question(request, public_id, key)
        typed = typed_of_gone(request.POST, document=draft.document)
        return show(request, "show_gone", draft, unsaved=[str(GONE)], current="questions", typed=typed)


def _has_typed(request: TeacherRequest, draft: Draft) -> bool:
    """Whether a button saves what was typed. The second click on “Remove question” does not."""
    form = QuestionForm(request.POST, document=draft.document, question=_BLANK)
    return request.method == "POST" and not request.htmx and form.action != "remove"


def _edit(request: TeacherRequest, draft: Draft, key: str) -> HttpResponse:
    """The page of the question, or what its form asks for; raises NoSuchQuestion."""
    part = edit_part(
        request,
        draft,
        partial(FullQuestionForm, key=key),
        lambda form, sender: saving_questions.save_question(
            draft,
            key,
            form.question,
            shown_type=form.own.question["type"],
            add_row_to=form.list_to_lengthen,
            **sender,
        ),
    )
    form = part.form
    if not form.is_bound or part.conflict:
        return _page(request, part)
    if not request.htmx:
        wording = _wording(part.draft.document, found_question(part.draft.document, key), request.POST)
        part = replace(part, draft=save_reasons(request, part.draft, wording))
        if wording.is_refused:
            return _page(request, part)
    if part.is_done or (form.is_valid() and form.changes_fields):
        return _act(request, part.draft, key, form)
    return _page(request, part)


@require_http_methods(["GET", "POST"])
def remove_question(request: TeacherRequest, public_id: str, key: str) -> HttpResponse:
    """Remove a question from the draft. For an answered question the page also offers to drop it from scoring."""
    draft = own_draft(request, public_id)
    question = question_of(draft.document, key)
    form = DraftForm(request.POST if request.method == "POST" else None)
    if question is None:
        return _gone(request, public_id)
    number = number_of(draft.document, key)
    if form.is_valid():
        try:
            draft = saving_questions.remove_question(draft, key, seen=form.seen, **actor_and_time(request))
        except DraftChanged as refused:
            draft = refused.draft
            messages.error(request, CHANGED)
        else:
            say_removed(request, draft, key, number)
            return _show_question_in_place(draft, number)
    answered = answered_editions(draft.question_set, by=request.user, key=key)
    context: dict[str, Any] = {
        "question": question,
        "number": number,
        "answered": [(row, row.position(key)) for row in answered],
    }
    return show(request, "remove_question", draft, **context)


@require_GET
def preview_draft(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """One question of the draft as a student sees it. No answer is stored."""
    draft = own_draft(request, public_id)
    questions = draft.document["questions"]
    if not 1 <= number <= len(questions):
        raise Http404
    question, level = questions[number - 1], PreviewLevelForm(request.GET).chosen
    view = preview(draft.document, question, level=level)
    query = {"level": level} if level != STANDARD else None
    context = {
        "question": question,
        "number": number,
        "question_count": len(questions),
        "view": view,
        "question_template": TYPES[question["type"]].template("page"),
        "reading": shown_reading(draft.document, question, level),
        "is_picker": view is not None and TYPES[question["type"]].is_answered_in_reading,
        "next_url": reverse("preview_draft", args=[public_id, number + 1], query=query)
        if number < len(questions)
        else "",
    }
    return show(request, "preview_draft", draft, **context)


def _gone(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Lead to the questions that are left. A page that saves by itself gets a 404, and keeps what was typed."""
    if request.htmx:
        raise Http404(GONE)
    messages.info(request, GONE)
    return redirect("edit_questions", public_id)


def _show_question_in_place(draft: Draft, number: int) -> HttpResponse:
    """Lead to the question that has the place of a removed one, or to the last. number: the place."""
    public_id, left = draft.question_set.public_id, draft.document["questions"]
    if not left:
        return redirect("edit_questions", public_id)
    return redirect("edit_question", public_id, left[min(number, len(left)) - 1]["key"])


def _wording(document: Table, question: Table, sent: Mapping[str, Any] | None) -> WordingForm:
    tips = [(question["key"], tip) for tip in question_tips(document, question)]
    return WordingForm(sent, tips=tips, form_id="draft-form")


def _act(request: TeacherRequest, draft: Draft, key: str, form: QuestionForm) -> HttpResponse:
    """Carry out the action of the button, and redirect to its page."""
    public_id, actor, new_key = draft.question_set.public_id, actor_and_time(request), form.key_to_add
    if form.publishes:
        return publish_or_review(request, draft)
    try:
        match form.action:
            case "up" | "down" | "move":
                to = form.number_to_get(number_of(draft.document, key))
                saving_questions.move_question(draft, key, to=to, **actor)
                return _back_to_button(public_id, key, form.action)
            case "more" | "more_tempting":
                return _back_to_button(public_id, key, form.action)
            case "duplicate":
                draft, key = saving_questions.duplicate_question(draft, key, new_key=new_key, **actor)
            case "add":
                draft, key = saving_questions.add_question(draft, form.type_to_add, after=key, new_key=new_key, **actor)
            case "remove":
                if answered_editions(draft.question_set, by=request.user, key=key):
                    return redirect("remove_question", public_id, key)
                number = number_of(draft.document, key)
                draft = saving_questions.remove_question(draft, key, seen=draft.revision, **actor)
                say_removed(request, draft, key, number)
                return _show_question_in_place(draft, number)
            case "next":
                key = _next_key(draft.document, key)
            case "save" if form.cleaned_data["act"]:
                messages.success(request, gettext("Saved."))
    except saving_questions.TooManyQuestions:
        messages.error(request, FULL)
    except DraftChanged:
        messages.error(request, CHANGED)
    return redirect("edit_question", public_id, key)


def _back_to_button(public_id: str, key: str, act: str) -> HttpResponse:
    """Open the page at its button, which keeps the focus."""
    return redirect(f"{reverse('edit_question', args=[public_id, key])}#act-{act}")


def _next_key(document: Table, key: str) -> str:
    keys = [question["key"] for question in document["questions"]]
    following: str = keys[(keys.index(key) + 1) % len(keys)]
    return following


def _page(request: TeacherRequest, part: EditedPart[FullQuestionForm]) -> HttpResponse:
    document, form = part.draft.document, part.form
    key = form.own.question["key"]
    question = question_of(document, key) or form.own.question
    number = number_of(document, key)
    evidence = set(evidence_keys(question))
    row_lists = draft_of(question).row_lists
    problems = problems_by_question(document)
    context = {
        "own": form.own,
        "question": question,
        "new_key": saving_questions.new_question_key(),
        "number": number,
        # A function, because a save shows no part that reads it.
        "is_published": partial(has_published, part.draft, key),
        "lines": [
            (place, table, len(problems[table["key"]]), bool(evidence_keys(table)))
            for place, table in enumerate(document["questions"], start=1)
        ],
        "reading": reading_of(document),
        "picked": form["evidence"].value() or [] if "evidence" in form.fields else sorted(evidence),
        "uses_picker": "evidence" in form.fields,
        "cited": [sentence for sentence in sentences(document) if sentence.key in evidence],
        "paragraph_of": {
            table["key"]: place
            for place, paragraph in enumerate(document["reading"]["paragraphs"], start=1)
            for table in paragraph["sentences"]
        },
        "problems": problems[key] if key in problems else question_problems(document, question),
        "lost": lost_evidence(document, question),
        "wording": _wording(document, question, request.POST if request.method == "POST" else None),
        "preview": preview(document, question),
        "preview_template": TYPES[question["type"]].template("page"),
        "can_add_row": bool(row_lists) and len(question[row_lists[0]]) < MAX_ROWS,
        "meter": meter(document),
    }
    return show_part(request, "edit_question", part, **context)
