"""Edit the texts of a draft in another language, one question at a time."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from quizzes.content.drafts import translations
from quizzes.content.drafts.document import question_of
from quizzes.content.drafts.saving_translations import add_language, remove_language, save_translations
from quizzes.content.drafts.translations import SET, label_of, missing_in
from quizzes.content.drafts.validation import translation_problems
from quizzes.content.pictures import picture_tables
from quizzes.forms.editor.translations import LanguageActForm, TranslationForm
from quizzes.forms.handouts import NAMES
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.teacher.editor.access import actor_and_time, own_draft, show
from quizzes.views.teacher.editor.publishing import publish_or_review
from quizzes.views.teacher.editor.saving import EditedPart, edit_part, show_part


@require_http_methods(["GET", "POST"])
def edit_languages(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The languages that the questions of a draft are in, and what is missing in each; add or remove one."""
    draft = own_draft(request, public_id)
    form = LanguageActForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        save = add_language if form.cleaned_data["act"] == "add" else remove_language
        save(draft, form.cleaned_data["language"], **actor_and_time(request))
        return redirect("edit_languages", public_id)
    document = draft.document
    languages = [
        (code, NAMES.get(code, code), code in document.get("languages", []), _missing(draft, code))
        for code in translations.offered_languages(document, [code for code, _ in settings.LANGUAGES])
    ]
    has_picture = any(picture_tables(document))
    return show(request, "edit_languages", draft, languages=languages, set_key=SET, has_picture=has_picture)


@require_http_methods(["GET", "POST"])
def edit_translation(request: TeacherRequest, public_id: str, language: str, key: str) -> HttpResponse:
    """The texts of one question, or of the set itself, in another language next to those of the first one."""
    draft = _draft(request, public_id, language, key)
    part = edit_part(
        request,
        draft,
        partial(TranslationForm, key=key, language=language),
        lambda form, sender: save_translations(draft, key, language, form.valid, kept=form.kept, **sender),
    )
    if not part.is_done:
        return _page(request, part, language, key)
    if part.form.publishes:
        return publish_or_review(request, part.draft)
    is_next = part.form.cleaned_data["act"] == "next"
    if not is_next:
        messages.success(request, gettext("Saved."))
    following = _following(part.draft, key) if is_next else key
    return (
        redirect("edit_translation", public_id, language, following)
        if following
        else redirect("edit_languages", public_id)
    )


def _draft(request: TeacherRequest, public_id: str, language: str, key: str) -> Draft:
    """The teacher's draft; raises Http404 also for a question or a language that it does not have."""
    draft = own_draft(request, public_id)
    is_known = key == SET or question_of(draft.document, key) is not None
    offered = translations.offered_languages(draft.document, [code for code, _ in settings.LANGUAGES])
    if language not in offered or not is_known:
        raise Http404
    return draft


def _missing(draft: Draft, language: str) -> list[tuple[str, int, list[str]]]:
    """(question key or `SET`, its number or 0, labels) of what this language lacks.

    [] also for a language that the draft does not have.
    """
    if language not in draft.document.get("languages", []):
        return []
    numbers = {question["key"]: number for number, question in enumerate(draft.document["questions"], start=1)}
    return [
        (key, numbers.get(key, 0), [label_of(text.place) for text in texts])
        for key, texts in missing_in(draft.document, language)
    ]


def _following(draft: Draft, key: str) -> str:
    """The key of the question after this one, "" after the last. The texts of the set come before the first."""
    keys = [SET, *(question["key"] for question in draft.document["questions"])]
    place = keys.index(key) + 1
    return keys[place] if place < len(keys) else ""


def _page(request: TeacherRequest, part: EditedPart[TranslationForm], language: str, key: str) -> HttpResponse:
    document = part.draft.document
    keys = [question["key"] for question in document["questions"]]
    question, added = question_of(document, key), document.get("languages", [])
    context: dict[str, Any] = {
        "language": language,
        "language_name": NAMES.get(language, language),
        "first": document["reading"]["language"],
        "number": keys.index(key) + 1 if key in keys else 0,
        "is_last": not _following(part.draft, key),
        "problems": translation_problems(document, question, language) if question and language in added else (),
    }
    return show_part(request, "edit_translation", part, **context)
