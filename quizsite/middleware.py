"""Middleware for all requests: ids, headers, languages, HEAD, redirects for htmx, errors, sign-in."""

import re
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from quizsite.log import REQUEST_ID_KEY, current_request_id
from quizzes.models import User
from quizzes.models.locks import RowDeleted
from quizzes.people.second_factor import has_second_factor, is_required
from quizzes.people.teacher_sessions import renew_teacher_session
from quizzes.views.language import use_language_of_signed_in, visitor_language
from quizzes.views.request_meta import page_before, wants_json

GetResponse = Callable[[HttpRequest], HttpResponse]

REQUEST_ID_HEADER = "X-Request-ID"
HEALTH_CHECKS = {"livez", "readyz", "metrics"}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

# Footnote uses no camera, location, payment or sensor of the browser.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "storage-access",
        "usb",
        "xr-spatial-tracking",
    )
)


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id, for its log lines and as a header of its response.

    A trusted proxy may choose the id.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = request.headers.get(REQUEST_ID_HEADER, "") if settings.TRUSTED_PROXY_COUNT else ""
        chosen = sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)
        request.META[REQUEST_ID_KEY] = chosen
        token = current_request_id.set(chosen)
        try:
            response = get_response(request)
        finally:
            current_request_id.reset(token)
        response.headers[REQUEST_ID_HEADER] = chosen
        return response

    return middleware


# Where teachers add and use a passkey.
PASSKEY_PAGES = "/accounts/2-step/"
PASSKEY_POLICY = re.sub(r"(publickey-credentials-\w+)=\(\)", r"\1=(self)", PERMISSIONS_POLICY)


def response_headers(get_response: GetResponse) -> GetResponse:
    """Add headers that Django has no setting for. Pages stay out of caches unless a view or WhiteNoise differs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # The policy matters for documents only, and would be half of the bytes of a save's reply.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            policy = PASSKEY_POLICY if request.path.startswith(PASSKEY_PAGES) else PERMISSIONS_POLICY
            response.headers.setdefault("Permissions-Policy", policy)
        # SecurityMiddleware sets these, but not when it refuses an unknown host.
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY)
        # On a shared Chromebook the Back button must not show the last student's page.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


# The lists of rows have English column names. Django's own words in another language would be half of a page.
ENGLISH_ONLY = ("/admin/",)
# Pages that read the account of a signed-in teacher anyway.
TEACHER_PAGES = ("/teacher/", "/accounts/", "/account/", "/site/", "/help/")


def page_language(get_response: GetResponse) -> GetResponse:
    """Use the language that this browser chose, or asks for.

    A signed-in teacher's own choice comes after this, in `teachers_language`. A student's comes in views/access.py,
    because only the view has read the row, and holds until here.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_english = request.path_info.startswith(ENGLISH_ONLY)
        with translation.override(settings.LANGUAGE_CODE if is_english else visitor_language(request)):
            return get_response(request)

    return middleware


def teachers_language(get_response: GetResponse) -> GetResponse:
    """Use the language that the signed-in teacher chose, on pages for teachers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(TEACHER_PAGES):
            return get_response(request)
        chosen = request.user.language if isinstance(request.user, User) else ""
        if chosen not in dict(settings.LANGUAGES):
            return get_response(request)
        with translation.override(chosen):
            return get_response(request)

    return middleware


def head_as_get(get_response: GetResponse) -> GetResponse:
    """Answer HEAD like GET without a body, for link checkers and proxies.

    So a view names only GET and POST, and code that checks for GET also works for HEAD.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        # The header keeps the length of the body that GET would send.
        if response.streaming:
            response.streaming_content = ()  # type: ignore[attr-defined]  # a StreamingHttpResponse has it
        else:
            response.content = b""
        return response

    return middleware


def htmx_redirect(get_response: GetResponse) -> GetResponse:
    """Turn a redirect into `HX-Redirect`, so that htmx loads the page instead of swapping it into a fragment.

    So a view says `redirect(...)` once, and an expired sign-in shows the whole sign-in page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.htmx and response.status_code in {301, 302, 303, 307, 308}:  # type: ignore[attr-defined]
            # The response stays the same, because of its cookies.
            response.headers["HX-Redirect"] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 200
        return response

    return middleware


def no_nul_in_address(get_response: GetResponse) -> GetResponse:
    """Find nothing at an address with a NUL. PostgreSQL refuses a query for such a text with an error.

    A query string may have one: the forms of pages and the lists of the admin say what is wrong with it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return get_response(request)

    return middleware


def wrong_method_page(get_response: GetResponse) -> GetResponse:
    """Give a 405 a page with a way on. A script gets the bare status."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        # Monitoring reads no pages, and a page would need the database.
        is_health_check = request.resolver_match is not None and request.resolver_match.url_name in HEALTH_CHECKS
        if wants_json(request) or is_health_check:
            return response
        if "GET" in response.headers["Allow"]:
            address = request.path
        else:
            before = page_before(request)
            # The page of a form with an error has the address of its button. A change of its language leads there.
            address = "" if before.partition("?")[0] == request.path else before
        use_language_of_signed_in(request)
        page = render(request, "405.html", {"address": address}, status=405)
        page.headers["Allow"] = response.headers["Allow"]
        # Django logs a refusal once, and marks its response.
        page._has_been_logged = True  # type: ignore[attr-defined]
        return page

    return middleware


class DeletedMeanwhile:
    """Answer 404 if another request deleted the row of this one in the meantime, as the next request would."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Raise Http404 for RowDeleted."""
        if isinstance(exception, RowDeleted):
            raise Http404 from exception


class LoginRequired(LoginRequiredMiddleware):
    """Redirect to sign-in, and after it to the page where the user was."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        """A redirect to sign-in. A POST is not sent again, so its way leads back to the page of its button."""
        if request.method == "GET":
            return super().handle_no_permission(request, view_func)
        sign_in = f"{resolve_url(self.get_login_url(view_func))}?unsent=1"
        return redirect_to_login(page_before(request) or resolve_url(settings.LOGIN_REDIRECT_URL), sign_in)


class SecondFactorRequired:
    """Lead an account that needs a second step of sign-in, and has none, to the page that adds one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """A redirect, or None. Free of queries unless the settings ask for a second step."""
        # Pages for everyone and of students do not load the account.
        if not settings.REQUIRE_MFA or not getattr(view, "login_required", True):
            return None
        user = request.user
        name = request.resolver_match.url_name or ""  # type: ignore[union-attr]  # a view is known
        if not isinstance(user, User) or name.startswith(("mfa_", "account_")):
            return None
        for_export = getattr(view, "is_export", False)
        if not is_required(user, for_export=for_export) or has_second_factor(user):
            return None
        messages.warning(request, EXPORTS_NEED_IT if for_export else PAGES_NEED_IT)
        return redirect("mfa_index")


EXPORTS_NEED_IT = gettext_lazy("Turn on 2-step sign-in before you download student data.")
PAGES_NEED_IT = gettext_lazy("Turn on 2-step sign-in to continue. This site asks for it.")


# A live page polls while its teacher may be gone. That is no use of the session.
POLLS = {"live_progress", "live_board", "live_start_classroom", "live_running_class"}


def renew_sessions(get_response: GetResponse) -> GetResponse:
    """Record that a teacher used the session. Sessions of students are renewed where their views check them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_poll = request.resolver_match is not None and request.resolver_match.url_name in POLLS
        # A session that nothing has read stays unread, since reading it costs a query.
        # After an error of the site, the database may be away.
        if request.session.accessed and not is_poll and response.status_code < 500:
            renew_teacher_session(request.session, now=timezone.now())
        return response

    return middleware
