"""Error pages. A server error is JSON for scripts, and has a way to send the request again."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import csrf, defaults

from quizzes.views.access import names_deleted_quiz, unsent
from quizzes.views.language import use_language_of_signed_in
from quizzes.views.request_meta import wants_json

# Long enough for a restart of the database or of the site, short enough for a child to wait.
RETRY_SECONDS = 5
# Under this URL a form holds a student's answer, to type once only. Elsewhere it may hold a password.
ANSWERS = "/student/attempts/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's page, or what to do about a form with too much text."""
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(_error_page("413.html", {}), status=413)
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page, with the name and in the language of the signed-in student.

    It tells people of the class that a quiz was deleted.
    """
    student = use_language_of_signed_in(request)
    context = {"is_deleted_quiz": names_deleted_quiz(request), "student": student}
    return render(request, "404.html", context, status=404)


def form_not_sent(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's page for a form without a valid token, in the language of the signed-in student."""
    use_language_of_signed_in(request)
    return csrf.csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an unhandled exception; uses no query and no session.

    A database that is full, locked or away is 503, so that the browser tries again; anything else is 500.
    """
    is_passing = isinstance(sys.exception(), DatabaseError)
    status = 503 if is_passing else 500
    if wants_json(request):
        response: HttpResponse = JsonResponse({"outcome": "retry"}, status=status)
    else:
        response = HttpResponse(_error_page(f"{status}.html", {"again": fields_again(request)}), status=status)
    if is_passing:
        # The next request gets a new connection: once the type of a column has changed, a statement that was prepared
        # before it fails until its connection is closed.
        connection.close_at = 0
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _error_page(template: str, context: dict[str, object]) -> str:
    try:
        return render_to_string(template, context)
    except ValueError:
        # A static file is missing, which may be the error that this page is for.
        return render_to_string("without_files.html", {**context, "page": template})


def fields_again(request: HttpRequest) -> dict[str, object] | None:
    """What a button needs to send a student’s form again; None for other requests. unsent: what it held."""
    if request.method != "POST" or not request.path.startswith(ANSWERS):
        return None
    fields = [(name, text) for name, texts in request.POST.lists() for text in texts]
    return {"address": request.path, "fields": fields, "unsent": unsent(request)}
