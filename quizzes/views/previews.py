"""Preview a question set as a student sees it: the public try-out for everyone, all open sets for teachers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from quizzes.assignments.supports import NO_SUPPORTS, Supports
from quizzes.attempts import previews
from quizzes.attempts.previews import PreviewAttempt, PreviewStore
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import Value, public_view, type_of
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.content.reading import LEVELS, STANDARD, Reading
from quizzes.forms.previews import PreviewForm
from quizzes.grading.points import NO_ADJUSTMENTS, Adjustments
from quizzes.models import QuestionSet
from quizzes.reports.attempt_review import review_content, review_question
from quizzes.views.access import TeacherRequest
from quizzes.views.cookies import set_cookie
from quizzes.views.language import use_language_of_signed_in

# A visitor's answers. A row for each anonymous post would let anyone fill the disk.
TRY_COOKIE = f"{settings.COOKIE_PREFIX}try"


@dataclass(frozen=True, slots=True)
class PreviewPlace:
    """The URLs and options of a preview attempt. back, back_label: URL and name of the page that links to it.

    store: where the attempt is stored, None for the session. only, kept_as: as for `preview_attempt`. adjusted:
    regrades in force. is_practice: a student practices missed questions. is_of_set: a teacher previews a question
    set. variant: the level of the reading. supports: those of the practiced attempt.
    """

    edition_id: int
    question_url: Callable[[int], str]
    result_url: str
    back: str
    back_label: str
    store: PreviewStore | None = None
    only: frozenset[str] | None = None
    kept_as: str = ""
    adjusted: Adjustments = NO_ADJUSTMENTS
    is_practice: bool = False
    is_of_set: bool = False
    variant: str = STANDARD
    supports: Supports = NO_SUPPORTS

    def store_of(self, request: HttpRequest) -> PreviewStore:
        """What stores the attempt."""
        return request.session if self.store is None else self.store

    def preview(self, request: HttpRequest, order: str = "") -> PreviewAttempt:
        """The stored preview attempt, else a new one. order: as for `preview_attempt`."""
        return previews.preview_attempt(
            self.store_of(request),
            self.edition_id,
            only=self.only,
            kept_as=self.kept_as,
            order=order,
            variant=self.variant,
            language=get_language(),
            fewer_choices=self.supports.fewer_choices,
        )


@login_not_required
@require_http_methods(["GET", "POST"])
def try_question(request: HttpRequest, number: int) -> HttpResponse:
    """A question of the public try-out, for everyone."""
    return _for_visitor(request, lambda place: answer_question(request, place, number))


@login_not_required
@require_http_methods(["GET", "POST"])
def try_result(request: HttpRequest) -> HttpResponse:
    """A visitor's result of the public try-out."""
    return _for_visitor(request, lambda place: show_result(request, place))


@require_http_methods(["GET", "POST"])
def try_set_question(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """A question of a set, for its teachers."""
    return answer_question(request, _set_place(request, public_id), number)


@require_http_methods(["GET", "POST"])
def try_set_result(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A teacher's result of a set."""
    return show_result(request, _set_place(request, public_id))


def answer_question(request: HttpRequest, place: PreviewPlace, number: int) -> HttpResponse:
    """One question: to answer, or with its verdict after it was checked."""
    preview = place.preview(request)
    if not 1 <= number <= len(preview.content.questions):
        raise Http404
    question = preview.content.questions[number - 1]
    if request.method == "GET":
        return _question_page(request, place, preview, number)
    form = PreviewForm(request.POST)
    if not form.is_valid():
        return _not_an_answer(request, place, number, gettext("This page is out of date. Open the question again."))
    order = form.cleaned_data["order"]
    preview = place.preview(request, order)
    try:
        value = previews.read_preview_answer(preview, question, form.submitted, order=order)
    except NotAChoice as error:
        return _not_an_answer(request, place, number, str(error))
    if form.cleaned_data["starts_again"]:
        previews.start_again(place.store_of(request), preview)
        preview = place.preview(request, order)
    if question.key in preview.values:
        # The first answer stays.
        return redirect(place.question_url(number))
    if question.is_step(form.submitted):
        return _question_page(request, place, preview, number, chosen=value)
    if value is None:
        return _question_page(request, place, preview, number, needs_answer=True)
    unfinished = "" if form.cleaned_data["anyway"] else preview.content.unfinished(question, value)
    if unfinished:
        return _question_page(request, place, preview, number, chosen=value, unfinished=unfinished)
    previews.check_preview_answer(place.store_of(request), preview, question, value, order=order)
    return redirect(place.question_url(number))


def _not_an_answer(request: HttpRequest, place: PreviewPlace, number: int, message: str) -> HttpResponse:
    context = {"question_url": place.question_url(number), "message": message}
    return render(request, "public/not_an_answer.html", context, status=400)


def _question_page(
    request: HttpRequest,
    place: PreviewPlace,
    preview: PreviewAttempt,
    number: int,
    *,
    needs_answer: bool = False,
    chosen: Value = None,
    unfinished: str = "",
) -> HttpResponse:
    question, question_count = preview.content.questions[number - 1], len(preview.content.questions)
    reading = preview.content.reading_of(question)
    context = {
        "preview": preview,
        "place": place,
        "number": number,
        "question_count": question_count,
        "question_url": place.question_url(number),
        "reading": reading,
        "language": preview.content.published.document.language,
        "citation": reading.citation,
        "steps": _steps(place, preview),
        "answered_count": len(preview.values),
        "is_last": number == question_count,
        "previous_url": place.question_url(number - 1) if number > 1 else "",
        "next_url": place.result_url if number == question_count else place.question_url(number + 1),
        "needs_answer": needs_answer,
        "unfinished": unfinished,
        # On a narrow screen the reading comes first, as for students.
        "show_reading": number == 1 and not preview.values and not needs_answer and chosen is None,
    }
    context |= _verdict_or_question(place, preview, question, reading, chosen)
    return render(request, "public/try_question.html", context)


def _verdict_or_question(
    place: PreviewPlace, preview: PreviewAttempt, question: Question, reading: Reading, chosen: Value
) -> dict[str, Any]:
    """The context of a question that was checked, or of one to answer."""
    answer = preview.answer(question)
    if answer is not None:
        # The key is shown only after a check.
        item = review_question(preview.content, question, answer, place.adjusted)
        return {"item": item, "marked": [sentence.key for sentence in item.evidence]}
    view = public_view(question, preview.content.shuffle, chosen, reading)
    return {
        "view": view,
        # A student reads before the check that too many are chosen.
        "asked_count": question.asked_count,
        "has_too_many": False,
        "question_template": type_of(question).template("page"),
        "is_picker": type_of(question).is_answered_in_reading,
    }


def show_result(request: HttpRequest, place: PreviewPlace) -> HttpResponse:
    """Score, objectives and review of the checked questions, without keys of others. POST: start again."""
    preview = place.preview(request)
    if request.method == "POST":
        previews.start_again(place.store_of(request), preview)
        return redirect(place.question_url(1))
    answers = {
        preview.content.question_id(question): answer
        for question in preview.content.questions
        if (answer := preview.answer(question)) is not None
    }
    if not answers:
        return redirect(place.question_url(1))
    reviewed = review_content(preview.content, answers, place.adjusted)
    done = tuple(item for item in reviewed.questions if item.answer is not None)
    # No teacher grades the others, so that they would stay at 0.
    graded = [item for item in done if item.verdict != "ungraded"]
    lines = [
        (item.number, item if item.answer is not None else None, place.question_url(item.number))
        for item in reviewed.questions
    ]
    context = {
        "place": place,
        "document": preview.content.published.document,
        "lines": lines,
        "unanswered": len(reviewed.questions) - len(done),
        "earned": sum(item.earned for item in graded),
        "possible": sum(item.possible for item in graded),
        "reviewed": replace(reviewed, questions=done, missed=()),
    }
    return render(request, "public/try_result.html", context)


def _steps(place: PreviewPlace, preview: PreviewAttempt) -> Sequence[tuple[int, str, bool]]:
    """(number, URL, whether it was checked) of each question."""
    return [
        (number, place.question_url(number), question.key in preview.values)
        for number, question in enumerate(preview.content.questions, start=1)
    ]


def visitor_store(request: HttpRequest) -> dict[str, Any]:
    """The preview attempts in a visitor's cookie."""
    return previews.read_cookie(request.COOKIES.get(TRY_COOKIE, ""), max_age=settings.SESSION_COOKIE_AGE)


def _for_visitor(request: HttpRequest, view: Callable[[PreviewPlace], HttpResponse]) -> HttpResponse:
    """The response of a view of the public try-out, with a new cookie if it stored or deleted an answer."""
    use_language_of_signed_in(request)
    store = visitor_store(request)
    before = store.get(previews.PREVIEWS)
    response = view(_try_out(store))
    if store.get(previews.PREVIEWS) != before:
        set_cookie(response, TRY_COOKIE, previews.write_cookie(store))
    return response


def visitor_level() -> str:
    """The level of the reading for visitors, who choose none: the one in the language of the page, if there is one."""
    language = get_language() or ""
    return language if language in LEVELS else STANDARD


def _try_out(store: PreviewStore) -> PreviewPlace:
    edition_id = previews.try_out()
    if edition_id is None:
        raise Http404
    return PreviewPlace(
        edition_id,
        lambda number: reverse("try_question", args=[number]),
        reverse("try_result"),
        reverse("landing"),
        gettext("Start page"),
        store,
        variant=visitor_level(),
    )


def _set_place(request: TeacherRequest, public_id: str) -> PreviewPlace:
    question_set = get_object_or_404(QuestionSet.objects.open_to(request.user).published(), public_id=public_id)
    return PreviewPlace(
        question_set.latest_edition_id,
        lambda number: reverse("try_set_question", args=[public_id, number]),
        reverse("try_set_result", args=[public_id]),
        reverse("question_set", args=[public_id]),
        question_set.shown_title,
        is_of_set=True,
    )
