"""What `request.META` says of a request: when it arrived, from which address and page, and which reply it takes."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

# When the server had read the request, in seconds since 1970. No header of a client has this name.
ARRIVED_AT = "footnote.arrived_at"

JSON = "application/json"


def arrival(request: HttpRequest) -> datetime:
    """The moment that decides whether a request is in time: when the server had read it, before it waited for a thread.

    Now, if the server does not say.
    """
    seconds = request.META.get(ARRIVED_AT)
    return timezone.now() if seconds is None else datetime.fromtimestamp(seconds, UTC)


def client_address(request: HttpRequest) -> str:
    """The network address that a request came from, as the outermost trusted proxy saw it.

    The client can forge the entries further left in X-Forwarded-For.
    """
    hops = [_without_port(hop.strip()) for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.TRUSTED_PROXY_COUNT
    if 0 < count <= len(hops) and hops[-count]:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def page_before(request: HttpRequest) -> str:
    """Path and query of the page of this site that sent the request, "" if it is not known.

    A form with an error has the address of its button, which takes POST only. Its page is the address above.
    """
    referer = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(referer, hosts, require_https=request.is_secure()):
        return ""
    address = urlsplit(referer)._replace(scheme="", netloc="", fragment="").geturl()
    # Two slashes name another host, and `redirect` takes a text without a slash for the name of a view.
    if not (address.startswith("/") and url_has_allowed_host_and_scheme(address, None)):
        return ""
    path = address.partition("?")[0]
    return address if _is_page(path) else _page_above(path)


def wants_json(request: HttpRequest) -> bool:
    """Whether the outbox sent the request. It cannot read a page."""
    wanted = request.headers.get("Accept")
    return wanted == JSON or request.get_preferred_type(["text/html", JSON]) == JSON


def _without_port(hop: str) -> str:
    """The address alone. Some proxies add the port, which is another one for each connection."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    # An IPv6 address without brackets has no port.
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _page_above(path: str) -> str:
    """The nearest page whose address this one continues. The front page is above all."""
    while not _is_page(path):
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return path


def _is_page(path: str) -> bool:
    """Whether a view answers GET at this address. A view that is imported on demand counts as one."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return getattr(view, "is_page", True)
