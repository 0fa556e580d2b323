"""The variables that every template has."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from quizsite import __version__
from quizsite.addresses import phone_host
from quizsite.middleware import ENGLISH_ONLY
from quizzes.models import User
from quizzes.views.language import other_languages


def site(request: HttpRequest) -> dict[str, object]:
    """The variables of every template.

    is_demo: whether the site shows a sample school, which every page then says.
    is_viewer: whether the page is of a class that the signed-in teacher may only read.
    is_reply: whether the page is the reply to a form that was sent. takes_get: whether its address answers GET too.
    footnote_version: Footnote's version on the pages that need a teacher's sign-in, else None.
    sign_on: the providers of school accounts, for the pages where teachers sign in.
    has_teacher: whether anyone has an account.
    has_teacher, phone_host, and other_languages: functions, since most pages do not read them.
    """
    match = request.resolver_match
    # LoginRequiredMiddleware reads the same attribute. Without a match no view answers the request.
    is_for_teachers = match is not None and getattr(match.func, "login_required", True)
    return {
        "is_demo": settings.DEMO,
        "is_viewer": getattr(request, "is_viewer", False),
        "is_reply": request.method == "POST" and match is not None,
        "takes_get": match is not None and getattr(match.func, "is_page", True),
        "footnote_version": __version__ if is_for_teachers else None,
        "has_teacher": User.objects.exists,
        "phone_host": phone_host,
        "sign_on": settings.SIGN_ON,
        "other_languages": partial(_other_languages, request),
    }


def _other_languages(request: HttpRequest) -> list[tuple[str, str]]:
    """(code, name) of each language that the reader of this page can choose instead."""
    if request.path_info.startswith(ENGLISH_ONLY):
        return []
    return other_languages(get_language())
