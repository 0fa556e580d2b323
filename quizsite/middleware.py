"""What every response and every request has in common, whatever the page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

PLAIN_TEXT = "text/plain; charset=utf-8"

# Footnote asks the browser for nothing: no camera, no place, no payment, no sensor.
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
    """Add what Django has no setting for; keep pages out of caches unless a view or WhiteNoise says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # It speaks of documents alone, and is half of what a saved answer's reply would weigh.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # SecurityMiddleware sets these, but not on its own refusal of a host that is not ours.
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY)
        # On a shared Chromebook the Back button must not show the last student's page.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def request_size(get_response: GetResponse) -> GetResponse:
    """Refuse a body past REQUEST_MAX_BYTES unread.

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
    """Answer HEAD as GET, less the body: link checkers and proxies ask so.

    So a view names the methods of its page, GET and POST, and one that looks for a GET is not led astray.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        # The header keeps the length that the body would have.
        if response.streaming:
            response.streaming_content = ()  # type: ignore[attr-defined]  # a StreamingHttpResponse has it
        else:
            response.content = b""
        return response

    return middleware


def htmx_redirect(get_response: GetResponse) -> GetResponse:
    """Send htmx to another page, instead of letting it swap that page into the fragment's place.

    So a view says `redirect(...)` once, and an expired sign-in shows the whole sign-in page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.htmx and response.status_code in {301, 302, 303, 307, 308}:  # type: ignore[attr-defined]
            # The response is kept, for its cookies.
            response.headers["HX-Redirect"] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 200
        return response

    return middleware
