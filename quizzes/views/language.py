"""The language of pages: what a student, a teacher, or this browser chose, or what the browser asks for."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from quizzes.caches import process_cache
from quizzes.forms.language import LanguageForm
from quizzes.models import Student, User
from quizzes.people import accounts
from quizzes.people.rosters import set_language
from quizzes.people.student_sessions import signed_in_student
from quizzes.views.cookies import set_cookie
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import page_before

# Until the browser closes. A student's choice is in the student's row.
LANGUAGE_COOKIE = f"{settings.COOKIE_PREFIX}language"


def visitor_language(request: HttpRequest) -> str:
    """The language that this browser chose, else the best that it asks for, else English."""
    chosen = chosen_language(request)
    return chosen or _asked_language(request.headers.get("Accept-Language", "")[:200])


def chosen_language(request: HttpRequest) -> str:
    """The language that was chosen in this browser before sign-in, "" if none was."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return chosen if chosen and chosen in dict(settings.LANGUAGES) else ""


def other_languages(language: str | None) -> list[tuple[str, str]]:
    """(code, name) of each language that a page in this language can change to."""
    return [(code, name) for code, name in settings.LANGUAGES if code != language]


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep a language, for the signed-in student or teacher or else for this browser, and go back to the page."""
    form = LanguageForm(request.POST)
    response = redirect(page_before(request) or "join")
    if not form.is_valid():
        return response
    language = form.cleaned_data["language"]
    student = signed_in_student(request.session, now=timezone.now())
    if student is not None:
        set_language(student.pk, language)
    else:
        if isinstance(request.user, User):
            accounts.set_language(request.user, language=language)
        # A teacher needs the cookie too: pages that need no sign-in do not read the account.
        set_cookie(response, LANGUAGE_COOKIE, language)
    return response


def use_students_language(chosen: str) -> None:
    """Use the language that a student chose, until `page_language` ends it, so that an error page has it too.

    Without a choice, the language of the browser stays.
    """
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)


def use_language_of_signed_in(request: HttpRequest) -> Student | None:
    """Use the signed-in student’s language for a page whose view reads no student, such as an error page. 1 query.

    Returns the student.
    """
    student = signed_in_student(request.session, now=timezone.now())
    if student is not None:
        use_students_language(student.language)
    return student


@process_cache(maxsize=256)
def _asked_language(header: str) -> str:
    for code, _ in parse_accept_lang_header(header):
        if code == "*":
            break
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
