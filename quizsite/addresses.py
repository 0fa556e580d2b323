"""The addresses of a site: what to print for people, and which host names to accept."""

import os
import socket
from argparse import ArgumentTypeError

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from quizsite.environment import parts_of_address, whole_number, words
from quizsite.models import SiteState

ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104  # recognized here, not bound
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def host_names(host: str) -> list[str]:
    """The names by which other machines may reach this one, the best to print first.

    Empty for a site that listens on loopback alone.
    """
    if host in LOOPBACK:
        return []
    if host not in ANY:
        return [host]
    name = socket.gethostname()
    return [*filter(None, [network_address()]), name, f"{name}.local"]


def network_address() -> str | None:
    """This machine's address on its network; None without a network.

    Connecting a datagram socket sends nothing; it makes the kernel choose the address it would send from.
    192.0.2.1 is reserved for documentation, so no one is there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


def url(host: str, port: int, *, https: bool = False) -> str:
    """The address of the site on this host, without a port that browsers add by default."""
    scheme, usual_port = ("https", 443) if https else ("http", 80)
    bracketed = f"[{host.strip('[]')}]" if ":" in host else host
    return f"{scheme}://{bracketed}" if port == usual_port else f"{scheme}://{bracketed}:{port}"


def site_address() -> str:
    """The address of the site for people, from HOST, PORT and the settings."""
    host = os.environ.get("HOST") or "127.0.0.1"
    names = host_names(host)
    if settings.HTTPS:
        # A proxy in front has a name and the default port. What begins with a dot or is a star is no name.
        given = [name for name in words(os.environ, "FOOTNOTE_HOSTS") if not name.startswith((".", "*"))]
        return url((given or names or [host])[0], 443, https=True)
    return url((names or [host])[0], listening_port())


def served_address() -> str:
    """The address that `serve` printed last, since this shell may lack its settings. Before a start: `site_address`."""
    served: str | None = SiteState.objects.value(SiteState.ADDRESS)
    return served or site_address()


def given_address(text: str) -> str:
    """The address of a site that was given to a command; refuses one that makes a link which no browser opens."""
    if parts_of_address(text) is None:
        raise ArgumentTypeError(f"{text!r} must read like https://quiz.school.example")
    return text


def listening_port() -> int:
    """The port that PORT names."""
    return whole_number(os.environ, "PORT", default=8000, least=1, most=65_535)


def phone_host() -> str | None:
    """The host and port where other devices reach the site; None if it listens only on this machine."""
    if not host_names(os.environ.get("HOST") or "127.0.0.1"):
        return None
    return site_address().partition("://")[2]


def ip_address_of(host: str) -> str:
    """The IP address that the server binds: the host, or what its name resolves to. Raises ImproperlyConfigured."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise ImproperlyConfigured(f"HOST must be an address or a name of this machine, not {host!r}.") from error
    # A name may resolve to IPv4 and IPv6, and devices of a class rarely have IPv6 alone.
    addresses = {family: str(address[0]) for family, *_, address in reversed(found)}
    return addresses.get(socket.AF_INET) or addresses[socket.AF_INET6]


def problem_with_binding(host: str, port: int) -> OSError | None:
    """Why the site cannot listen here; None if it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # The server sets this too, so that the port of an earlier run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
        return None
