"""Handouts of a set or an assignment, and their answer keys on separate pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from quizzes.attempts.paper.answer_key import KeyLine, key_lines
from quizzes.attempts.paper.entries import paper_view
from quizzes.attempts.paper.handout import PaperForm, draw_form, printable_levels, shared_objectives
from quizzes.content.editions import published
from quizzes.content.set_document import SetDocument
from quizzes.forms.handouts import PrintForm
from quizzes.grading.points import Adjustments, earned
from quizzes.grading.scores import applied_regrades
from quizzes.models import Assignment, Edition, QuestionSet
from quizzes.views.access import TeacherRequest, taught_assignment


@dataclass(frozen=True, slots=True)
class HandoutLine:
    """One question of a handout. view: its public view only. points: 0 for a dropped question."""

    number: int
    view: Mapping[str, Any]
    points: int


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """One form as printed. name: printed on every page. lines: of the handout or of the answer key.

    html: the handout in its language; empty for an answer key.
    """

    letter: str
    name: str
    lines: Sequence[HandoutLine | KeyLine]
    max_points: int
    html: SafeString | None = None


@require_GET
def print_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The handouts of a set."""
    context = _set_context(request, public_id)
    return render(request, "teacher/print_handout.html", {**context, "forms": _handouts(context)})


@require_GET
def print_set_key(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The answer key of a set's forms."""
    context = _set_context(request, public_id, preferred=_page_language())
    return render(request, "teacher/print_answer_key.html", {**context, "forms": _keys(context)})


@require_GET
def print_assignment(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The handouts of an assignment, without the points of dropped questions."""
    context = _assignment_context(request, public_id)
    return render(request, "teacher/print_handout.html", {**context, "forms": _handouts(context)})


@require_GET
def print_assignment_key(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The answer key of an assignment's forms, with its regrades."""
    context = _assignment_context(request, public_id, preferred=_page_language())
    return render(request, "teacher/print_answer_key.html", {**context, "forms": _keys(context)})


def _page_language() -> str:
    """Teachers read an answer key in their own language. Its letters and numbers are those of every language."""
    return translation.get_language() or ""


def _first[T](items: Sequence[T], preferred: T) -> list[T]:
    """The items with the preferred one first, if it is among them. A form starts with the first."""
    return sorted(items, key=lambda item: item != preferred)


def _set_context(request: TeacherRequest, public_id: str, *, preferred: str = "") -> dict[str, Any]:
    """preferred: the language and the level that the page starts with, "" for those of the set."""
    question_set = get_object_or_404(QuestionSet.objects.open_to(request.user).published(), public_id=public_id)
    editions = {edition.number: edition for edition in question_set.editions.defer("document").order_by("-number")}
    newest = next(iter(editions.values()))
    document = published(newest.pk).document
    languages, levels = _first(document.languages, preferred), _first(printable_levels(document), preferred)
    form = PrintForm(request.GET, editions=list(editions), levels=levels, languages=languages)
    content = _content(form, editions[form.edition_number])
    return {
        "question_set": question_set,
        "regrades": {},
        "title": content["document"].title,
        "shown_title": question_set.shown_title,
        **content,
    }


def _assignment_context(request: TeacherRequest, public_id: str, *, preferred: str | None = None) -> dict[str, Any]:
    """preferred: as in `_set_context`, None for what the class reads."""
    assignment: Assignment = taught_assignment(request, public_id)
    edition = assignment.edition
    # The level of a class that reads in another language has the code of that language.
    wanted = assignment.classroom.reading_variant if preferred is None else preferred
    document = published(edition.pk).document
    languages, levels = _first(document.languages, wanted), _first(printable_levels(document), wanted)
    form = PrintForm(request.GET, editions=[edition.number], levels=levels, languages=languages, may_be_short=False)
    content = _content(form, edition)
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "question_set": edition.question_set,
        "regrades": applied_regrades([assignment.pk])[assignment.pk],
        "title": assignment.own_title or content["document"].title,
        "shown_title": assignment.title,
        **content,
    }


def _content(form: PrintForm, edition: Edition) -> dict[str, Any]:
    document = published(edition.pk).document.in_language(form.text_language)
    document = replace(document, reading=document.reading.in_variant(form.reading_level))
    return {
        "print_form": form,
        "document": document,
        "drawn": [draw_form(document, edition.content_hash, letter, is_short=form.is_short) for letter in form.letters],
        "edition_number": edition.number,
        "shared": shared_objectives(document) if form.is_short else [],
    }


def _handouts(context: Mapping[str, Any]) -> list[PrintedForm]:
    document: SetDocument = context["document"]
    adjustments = Adjustments(context["regrades"])
    # The words around the questions are in the language of the handout, and the page is not.
    with translation.override(document.language if document.language in dict(settings.LANGUAGES) else "en"):
        return [_handout(form, document, adjustments, context) for form in context["drawn"]]


def _handout(
    form: PaperForm, document: SetDocument, adjustments: Adjustments, context: Mapping[str, Any]
) -> PrintedForm:
    lines = [
        HandoutLine(
            number,
            paper_view(question, form.shuffle, document.reading),
            earned(question, None, adjustments).possible,
        )
        for number, question in enumerate(form.questions, start=1)
    ]
    printed = _printed(form, context["edition_number"], lines)
    shown = {**context, "form": printed, "language": translation.get_language()}
    return replace(printed, html=render_to_string("parts/handout.html", shown))


def _keys(context: Mapping[str, Any]) -> list[PrintedForm]:
    document, regrades = context["document"], context["regrades"]
    return [_printed(form, context["edition_number"], key_lines(form, document, regrades)) for form in context["drawn"]]


def _printed(form: PaperForm, edition_number: int, lines: Sequence[HandoutLine | KeyLine]) -> PrintedForm:
    text = (
        gettext("Form {letter}, short · Version {number}")
        if form.is_short
        else gettext("Form {letter} · Version {number}")
    )
    name = text.format(letter=form.letter, number=edition_number)
    return PrintedForm(form.letter, name, lines, sum(line.points for line in lines))
