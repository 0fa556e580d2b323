"""The question editor: one question, its evidence in the reading, and its preview."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
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
    sentence_tables,
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
from quizzes.content.question_types.form import QuestionTypeForm
from quizzes.content.question_types.registry import TYPES, change_type, draft_of
from quizzes.content.reading import STANDARD
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.editor.levels import PreviewLevelForm
from quizzes.forms.editor.question import QuestionForm, type_choices
from quizzes.forms.editor.wording import WordingForm
from quizzes.models import Draft
from quizzes.reports.answered_editions import answered_editions
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import (
    Conflict,
    actor_and_time,
    has_published,
    own_draft,
    removed_message,
    show,
)
from quizzes.views.teacher.editor.publishing import publish_or_review
from quizzes.views.teacher.editor.wording import save_reasons, say_what_to_enter

GONE = gettext_lazy("This question is no longer in the draft.")
RESTORED = gettext_lazy("This question was removed in another window. It’s in the draft again.")
# Before there is a question, a form has only its buttons.
_BLANK: Table = {"key": "", "type": next(iter(TYPES)), "objective": ""}
FULL = format_lazy(gettext_lazy("The limit is {count} questions."), count=MAX_QUESTIONS)


@dataclass(frozen=True, slots=True)
class QuestionEditor:
    """The forms of one question. own: the form of its type."""

    question: Table
    form: QuestionForm
    own: QuestionTypeForm

    @property
    def fields(self) -> Table:
        """The valid fields of the question."""
        return {**self.form.question, **self.own.own}

    @property
    def is_valid(self) -> bool:
        """Whether all submitted fields are valid."""
        return self.form.is_valid() and self.own.is_valid()


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
        return _gone(request, public_id)


def _has_typed(request: TeacherRequest, draft: Draft) -> bool:
    """Whether a button saves what was typed. The second click on “Remove question” does not."""
    form = QuestionForm(request.POST, document=draft.document, question=_BLANK)
    return request.method == "POST" and not request.htmx and form.action != "remove"


def _edit(request: TeacherRequest, draft: Draft, key: str) -> HttpResponse:
    """The page of the question, or what its form asks for; raises NoSuchQuestion."""
    if request.method == "GET":
        return _page(request, draft, _question_editor(draft, key))
    editor, conflict = _question_editor(draft, key, request.POST), None
    form = editor.form
    try:
        draft = saving_questions.save_question(
            draft,
            key,
            editor.fields,
            shown_type=editor.question["type"],
            add_row_to=_list_to_lengthen(editor),
            seen=form.seen,
            **actor_and_time(request),
        )
    except DraftChanged as refused:
        draft = refused.draft
        editor = _question_editor(draft, key, request.POST)
        conflict = Conflict(form.seen, [*editor.form.others(), *editor.own.others()])
    else:
        if not request.htmx:
            wording = _wording(draft.document, found_question(draft.document, key), request.POST)
            draft = save_reasons(request, draft, wording)
            if form.action == "keep" and not wording.reasons:
                say_what_to_enter(request, wording)
        is_retyped = editor.fields.get("type") != editor.question["type"] or editor.own.changes_fields
        if editor.is_valid and (is_retyped or not request.htmx):
            return _act(request, draft, key, form)
    return _page(request, draft, editor, conflict=conflict)


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
            saving_questions.remove_question(draft, key, seen=form.seen, **actor_and_time(request))
        except DraftChanged as refused:
            draft = refused.draft
            messages.error(request, gettext("This question changed in another window. Check it, then decide."))
        else:
            messages.success(request, removed_message(draft, key, number))
            return redirect("edit_questions", public_id)
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
    next_url = reverse("preview_draft", args=[public_id, number % len(questions) + 1])
    context = {
        "question": question,
        "number": number,
        "question_count": len(questions),
        "view": view,
        "question_template": TYPES[question["type"]].template("page"),
        "reading": shown_reading(draft.document, question, level),
        "is_picker": "paragraphs" in (view or {}),
        "next_url": next_url if level == STANDARD else f"{next_url}?level={level}",
    }
    return show(request, "preview_draft", draft, **context)


def _gone(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Lead to the questions that are left. A page that saves by itself gets a 404, and keeps what was typed."""
    if request.htmx:
        raise Http404(GONE)
    messages.info(request, GONE)
    return redirect("edit_questions", public_id)


def _question_editor(draft: Draft, key: str, sent: Mapping[str, Any] | None = None) -> QuestionEditor:
    """The forms of a question, for the type that the submitted page shows; raises NoSuchQuestion."""
    question = deepcopy(found_question(draft.document, key))
    shown_type = sent.get("shown_type", "") if sent is not None else ""
    if shown_type in TYPES:
        change_type(question, shown_type, draft.document["voices"])
    own = TYPES[question["type"]].form(
        sent, question=question, sentences=sentence_tables(draft.document), speakers=draft.document["voices"]
    )
    form = QuestionForm(sent, document=draft.document, question=question)
    form.fields["stem"].help_text = own.stem_hint
    return QuestionEditor(question, form, own)


def _wording(document: Table, question: Table, sent: Mapping[str, Any] | None) -> WordingForm:
    return WordingForm(sent, tips=[(question["key"], tip) for tip in question_tips(document, question)])


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
            case "duplicate":
                draft, key = saving_questions.duplicate_question(draft, key, new_key=new_key, **actor)
            case "add":
                draft, key = saving_questions.add_question(draft, form.type_to_add, after=key, new_key=new_key, **actor)
            case "remove":
                if answered_editions(draft.question_set, by=request.user, key=key):
                    return redirect("remove_question", public_id, key)
                number = number_of(draft.document, key)
                saving_questions.remove_question(draft, key, seen=draft.revision, **actor)
                messages.success(request, removed_message(draft, key, number))
                return redirect("edit_questions", public_id)
            case "next":
                key = _next_key(draft.document, key)
    except saving_questions.TooManyQuestions:
        messages.error(request, FULL)
    return redirect("edit_question", public_id, key)


def _list_to_lengthen(editor: QuestionEditor) -> str:
    """The list that the button adds a row to, "" for another button."""
    if editor.form.action not in {"more", "more_tempting"}:
        return ""
    names = draft_of(editor.question).row_lists
    return "".join(names[-1:] if editor.form.action == "more_tempting" else names[:1])


def _next_key(document: Table, key: str) -> str:
    keys = [question["key"] for question in document["questions"]]
    following: str = keys[(keys.index(key) + 1) % len(keys)]
    return following


def _page(
    request: TeacherRequest, draft: Draft, editor: QuestionEditor, *, conflict: Conflict | None = None
) -> HttpResponse:
    document = draft.document
    key = editor.question["key"]
    question = question_of(document, key) or editor.question
    number = number_of(document, key)
    evidence = set(evidence_keys(question))
    row_lists = draft_of(question).row_lists
    problems = problems_by_question(document)
    context = {
        "form": editor.form,
        "own": editor.own,
        "question": question,
        "new_key": saving_questions.new_question_key(),
        "number": number,
        # A function, because a save shows no part that reads it.
        "is_published": partial(has_published, draft, key),
        "lines": [
            (place, table, len(problems[table["key"]]), bool(evidence_keys(table)))
            for place, table in enumerate(document["questions"], start=1)
        ],
        "reading": reading_of(document),
        "picked": editor.form["evidence"].value() or [] if "evidence" in editor.form.fields else sorted(evidence),
        "uses_picker": "evidence" in editor.form.fields,
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
    return show(request, "edit_question", draft, forms=(editor.form, editor.own), conflict=conflict, **context)
