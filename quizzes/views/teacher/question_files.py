"""Questions in and out as files: import with a preview, undo, evidence of imported questions, export."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.content.drafts import saving_questions
from quizzes.content.drafts.changes import changes
from quizzes.content.drafts.document import finished
from quizzes.content.drafts.suggestions import questions_without_evidence, sentences_of, suggested_sentences
from quizzes.content.drafts.validation import unfinished_questions
from quizzes.content.picture_files import PictureFile
from quizzes.content.question_types.registry import TYPES
from quizzes.content.stored_pictures import picture_files
from quizzes.content.tables import Table
from quizzes.files.downloads import ExportedFile, file_name
from quizzes.files.questions import importing
from quizzes.files.questions.drafts import exported_item
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import FORMATS, QuestionFormat, holds, losses
from quizzes.files.questions.item import Item
from quizzes.files.signed_preview import StalePreview
from quizzes.formatting import Label
from quizzes.forms.question_files import (
    OWN_FORMATS,
    EvidenceForm,
    ExportForm,
    ImportQuestionsForm,
    QuestionFileForm,
    TargetForm,
    UndoImportForm,
)
from quizzes.models import Draft, QuestionSet
from quizzes.views.access import TeacherRequest, own_zone
from quizzes.views.methods import require_POST
from quizzes.views.teacher.downloads import file_response
from quizzes.views.teacher.editor.access import actor_and_time, own_draft
from quizzes.views.teacher.undo import offer_undo


@require_http_methods(["GET", "POST"])
def import_questions(request: TeacherRequest) -> HttpResponse:
    """Read a file and show what becomes of each question, then add the chosen ones to a draft."""
    drafts = list(Draft.objects.owned_by(request.user).current())
    if ImportQuestionsForm.is_sent(request.POST):
        return _confirmed(request, drafts)
    if request.method == "POST":
        form = QuestionFileForm(request.POST, request.FILES, drafts=drafts)
    else:
        form = QuestionFileForm(drafts=drafts, initial={"target": TargetForm(request.GET).target})
    return _import_page(request, form)


def _import_page(
    request: TeacherRequest, form: QuestionFileForm, *, chosen: Sequence[int] | None = None
) -> HttpResponse:
    """The page with the preview of a valid form. chosen: the numbers of its checked questions; None for all."""
    context: dict[str, Any] = {"form": form, "preview": form.is_valid(), "chosen": chosen}
    if form.is_valid() and form.read is not None:
        can_be_whole = form.draft is None and form.cleaned_data["first"] == 1
        document = importing.whole_set(form.read, form.pictures) if can_be_whole else None
        context |= {
            "packed": importing.pack(form.outcomes, document, form.pictures.values(), by=request.user),
            "is_whole": document is not None,
            "why_not_whole": importing.why_not_whole(form.read) if can_be_whole else "",
            "question_count": len(document["questions"]) if document is not None else 0,
            "lost_pictures": importing.lost_pictures(form.read, document),
        }
    return render(request, "teacher/import_questions.html", context)


def _confirmed(request: TeacherRequest, drafts: Sequence[Draft]) -> HttpResponse:
    form = ImportQuestionsForm(request.POST, drafts=drafts)
    try:
        if not form.is_valid():
            raise StalePreview
        parcel = importing.unpack(form.cleaned_data["packed"], by=request.user)
    except StalePreview:
        if form.pasted:
            text = gettext("We couldn’t read the preview. Nothing was imported. Check the questions, then import them.")
        else:
            text = gettext("We couldn’t read the preview. Nothing was imported. Choose the file again.")
        return _refused(request, form, text)
    acts = actor_and_time(request)
    title = form.cleaned_data["title"] or gettext("Imported questions")
    if parcel.document is not None and form.draft is None:
        draft = importing.import_whole_set(parcel.document, parcel.pictures, title=title, **acts)
        messages.success(request, gettext("Question set imported with its reading and evidence. It’s a draft."))
        return redirect("edit_questions", draft.question_set.public_id)
    chosen = [parcel.questions[number] for number in form.numbers if number < len(parcel.questions)]
    if not chosen:
        return _refused(request, form, gettext("No question was chosen, so nothing was imported."))
    try:
        if form.draft is None:
            draft = importing.import_as_set(parcel, chosen, title=title, **acts)
        else:
            draft = importing.import_into(form.draft, chosen, parcel.pictures, **acts)
    except saving_questions.TooManyQuestions:
        return _refused(request, form, gettext("The question set has no room for all of them. Nothing was imported."))
    _add_notice(request, draft, parcel.batch, chosen)
    return redirect("choose_evidence", draft.question_set.public_id)


def _add_notice(request: TeacherRequest, draft: Draft, batch: str, chosen: Sequence[Table]) -> None:
    """Say how many questions were imported, with an undo unless all changed after an earlier press."""
    revision, added_count = importing.last_added(draft, chosen)
    count = added_count or len(chosen)
    text = ngettext("{count} question imported as a draft.", "{count} questions imported as a draft.", count)
    if not added_count:
        messages.success(request, text.format(count=count))
        return
    address = reverse("undo_import", args=[draft.question_set.public_id])
    offer_undo(request, text.format(count=count), address, batch=batch, revision=str(revision))


def _refused(request: TeacherRequest, form: ImportQuestionsForm, reason: str) -> HttpResponse:
    """Say why nothing was imported, with a new preview of pasted questions. A browser sends no file twice."""
    messages.error(request, reason)
    if not form.pasted:
        return redirect("import_questions")
    return _import_page(request, QuestionFileForm(request.POST, drafts=list(form.drafts.values())), chosen=form.numbers)


@require_POST
def undo_import(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Remove the questions of an import, apart from those that the teacher changed since."""
    question_set = get_object_or_404(QuestionSet.objects.owned_by(request.user), public_id=public_id)
    form = UndoImportForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    draft = Draft.objects.owned_by(request.user).filter(question_set=question_set).first()
    if draft is None:
        # Pressed twice: the first press deleted the set with its questions.
        return redirect("question_sets")
    undone = importing.undo_import(draft, **form.cleaned_data, **actor_and_time(request))
    removed = ngettext(
        "{count} imported question removed.", "{count} imported questions removed.", undone.removed_count
    ).format(count=undone.removed_count)
    kept = ngettext(
        "{count} question stays, because you changed it or imported it later.",
        "{count} questions stay, because you changed them or imported them later.",
        undone.kept_count,
    ).format(count=undone.kept_count)
    if undone.removed_count or undone.kept_count:
        messages.success(request, f"{removed} {kept}" if undone.kept_count else removed)
    return redirect("question_sets") if undone.is_set_deleted else redirect("edit_questions", public_id)


@require_http_methods(["GET", "POST"])
def choose_evidence(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Questions without evidence, each with the sentences that share the most words with it."""
    draft = own_draft(request, public_id)
    questions = questions_without_evidence(draft.document)
    proposals = [(question["key"], suggested_sentences(draft.document, question)) for question in questions]
    if request.method == "POST":
        chosen = EvidenceForm(request.POST, proposals=proposals).chosen
        saving_questions.save_evidence(draft, chosen, **actor_and_time(request))
        count = len(chosen)
        words = ngettext("Evidence saved for {count} question.", "Evidence saved for {count} questions.", count)
        messages.success(request, words.format(count=count) if count else gettext("No changes."))
        return redirect("choose_evidence", public_id)
    rows = [
        (draft.document["questions"].index(question) + 1, question, sentences_of(draft.document, proposed))
        for question, (_, proposed) in zip(questions, proposals, strict=True)
    ]
    context = {
        "question_set": draft.question_set,
        "document": draft.document,
        "rows": rows,
        "has_reading": bool(draft.document["reading"]["paragraphs"]),
        "has_proposals": any(proposed for _, proposed in proposals),
    }
    return render(request, "teacher/choose_evidence.html", context)


@dataclass(frozen=True, slots=True)
class FormatLine:
    """What one format can hold of a set. lost: (number of the question, what is left out).

    is_whole: whether our own file restores reading and evidence. That of an unfinished draft does not.
    """

    name: str
    label: Label
    held: int
    total: int
    lost: tuple[tuple[int, str], ...] = ()
    is_whole: bool = True


@require_http_methods(["GET", "POST"])
def export_questions(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Say what each format can hold of the own draft, or of the latest version of another set, then export it."""
    question_set = get_object_or_404(QuestionSet.objects.open_to(request.user), public_id=public_id)
    draft = Draft.objects.owned_by(request.user).filter(question_set=question_set).first()
    edition = question_set.editions.last()
    if draft is not None:
        document, unfinished = finished(draft.document), unfinished_questions(draft.document)
    elif edition is not None:
        document, unfinished = dict(edition.document), frozenset[str]()
    else:
        raise Http404
    pictures = picture_files(question_set, document)
    numbered = [
        (number, question, exported_item(question, number, pictures))
        for number, question in enumerate(document["questions"], start=1)
    ]
    if request.method == "POST":
        form = ExportForm(request.POST)
        if not form.is_valid():
            return HttpResponseBadRequest()
        items = [item for _, one, item in numbered if item is not None and one["key"] not in unfinished]
        file_format, zone = form.cleaned_data["file_format"], own_zone(request)
        return file_response(_exported(file_format, document, items, pictures, zone=zone))
    lines = [_line(one, numbered, unfinished) for one in FORMATS]
    is_whole = importing.comes_back_whole(document)
    is_published = draft is None or edition is None or (is_whole and not changes(edition.document, draft.document))
    lines += [FormatLine(name, label, len(numbered), len(numbered), is_whole=is_whole) for name, label in OWN_FORMATS]
    context = {
        "question_set": question_set,
        "lines": lines,
        "total": len(numbered),
        "edition": edition,
        "is_published": is_published,
    }
    return render(request, "teacher/export_questions.html", context)


def _type_label(question: Table) -> str:
    question_type = TYPES[question["type"]]
    return gettext(question_type.label)


def _line(one: QuestionFormat, numbered: Sequence[tuple[int, Table, Item | None]], unfinished: Set[str]) -> FormatLine:
    lost, held = list[tuple[int, str]](), 0
    for number, question, item in numbered:
        if question["key"] in unfinished:
            lost.append((number, gettext("Left out: it isn’t finished.")))
            continue
        lost += [(number, text) for text in losses(one, item, _type_label(question))]
        held += holds(one, item)
    return FormatLine(one.name, gettext(one.label), held, len(numbered), tuple(lost))


def _exported(
    name: str, document: Table, items: Sequence[Item], pictures: Mapping[str, PictureFile], *, zone: ZoneInfo
) -> ExportedFile:
    """The set as a file. zone: of the date in its name."""
    now = timezone.now()
    title = str(document["title"]) or "Questions"
    if name in dict(OWN_FORMATS):
        content = write_own(document, as_toml=name == "toml", pictures=pictures)
        content_type = "application/toml" if name == "toml" else "application/json"
        return ExportedFile(file_name(title, name, now=now, zone=zone), content_type, content)
    found = next(one for one in FORMATS if one.name == name)
    held = [item for item in items if holds(found, item)]
    # Several formats have one ending.
    name = file_name(f"{title}, {found.label}", found.ending, now=now, zone=zone)
    return ExportedFile(name, found.content_type, found.write(title, held))


@require_GET
def question_template(request: TeacherRequest, file_format: str) -> HttpResponse:
    """Our template with one example of each type, as CSV or Excel."""
    found = next((one for one in FORMATS if one.name == f"template_{file_format}"), None)
    if found is None:
        raise Http404
    content = found.write("Questions", importing.EXAMPLES)
    return file_response(ExportedFile(f"Footnote questions.{found.ending}", found.content_type, content))
