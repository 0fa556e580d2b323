"""The public pages: start page, privacy, accessibility, how questions are written, help for teachers."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quizzes.attempts.previews import preview_attempt, try_out
from quizzes.content.question_types.registry import public_view, type_of
from quizzes.content.reading import Reading, Sentence
from quizzes.people.retention import NOTICE
from quizzes.views.language import use_language_of_signed_in
from quizzes.views.previews import visitor_level, visitor_store

PARAGRAPHS_BESIDE_QUESTION = 2


@login_not_required
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """The start page: a question to try if the built-in sets are loaded, and what to do on a site without a teacher."""
    use_language_of_signed_in(request)
    edition_id = try_out()
    if edition_id is None:
        return render(request, "public/landing.html")
    preview = preview_attempt(visitor_store(request), edition_id, variant=visitor_level(), language=get_language())
    question = preview.content.questions[0]
    reading = preview.content.reading_of(question)
    context = {
        "preview": preview,
        "question": public_view(question, preview.content.shuffle, None, reading),
        "language": preview.content.published.document.language,
        "question_template": type_of(question).template("page"),
        "question_count": len(preview.content.questions),
        "reading": reading,
        "paragraphs": _paragraphs_for(question.evidence, reading),
    }
    return render(request, "public/landing.html", context)


@login_not_required
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy page: which data the site stores, for how long, and who sees it."""
    use_language_of_signed_in(request)
    context = {
        "archived_days": settings.KEEP_ARCHIVED_DAYS,
        "notice_days": NOTICE.days,
        "log_days": settings.KEEP_LOG_DAYS,
    }
    return render(request, "public/privacy.html", context)


@login_not_required
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility page: what was checked, and known problems."""
    use_language_of_signed_in(request)
    context = {"contact": settings.CONTACT, "release": settings.RELEASE}
    return render(request, "public/accessibility.html", context)


@login_not_required
@require_GET
def how_we_write(request: HttpRequest) -> HttpResponse:
    """How questions are written and scored."""
    use_language_of_signed_in(request)
    return render(request, "public/how_we_write.html")


@login_not_required
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """A short guide for teachers, and what each word means."""
    return render(request, "public/help.html")


def _paragraphs_for(evidence: Sequence[str], reading: Reading) -> Sequence[Sequence[Sentence]]:
    """The first paragraphs of the reading if they contain the evidence, else all paragraphs."""
    first = reading.paragraphs[:PARAGRAPHS_BESIDE_QUESTION]
    keys = {sentence.key for paragraph in first for sentence in paragraph}
    return first if keys.issuperset(evidence) else reading.paragraphs
