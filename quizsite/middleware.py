"""Middleware for all requests and responses: headers, body size, HEAD, and redirects for htmx."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from quizzes.people.teacher_sessions import renew_teacher_session

GetResponse = Callable[[HttpRequest], HttpResponse]

PLAIN_TEXT = "text/plain; charset=utf-8"

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


def response_headers(get_response: GetResponse) -> GetResponse:
    """Add headers that Django has no setting for. Pages stay out of caches unless a view or WhiteNoise differs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # The policy matters for documents only, and would be half of the bytes of a save's reply.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # SecurityMiddleware sets these, but not when it refuses an unknown host.
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY)
        # On a shared Chromebook the Back button must not show the last student's page.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def request_size(get_response: GetResponse) -> GetResponse:
    """Refuse a body over REQUEST_MAX_BYTES without reading it.

    A body of unstated length needs no check: WSGI hands Django none of it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return HttpResponse("The request does not say how long it is.\n", PLAIN_TEXT, status=400)
        if int(length) > settings.REQUEST_MAX_BYTES:
            return HttpResponse("This is more than the site takes at once.\n", PLAIN_TEXT, status=413)
        return get_response(request)

    return middleware


def head_as_get(get_response: GetResponse) -> GetResponse:
    """Answer HEAD like GET without a body, for link checkers and proxies.

    So a view names the methods of its page, GET and POST, and one that looks for a GET is not led astray.
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


# A live page polls while its teacher may be gone. That is no use of the session.
POLLS = {"live_progress", "live_board"}


def renew_sessions(get_response: GetResponse) -> GetResponse:
    """Record that a teacher used the session. Sessions of students are renewed where their views check them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_poll = request.resolver_match is not None and request.resolver_match.url_name in POLLS
        # A session that nothing has read stays unread, since reading it costs a query.
        if request.session.accessed and not is_poll:
            renew_teacher_session(request.session, now=timezone.now())
        return response

    return middleware
