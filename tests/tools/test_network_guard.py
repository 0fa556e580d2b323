"""No test talks to the network: what the whole suite's guard lets through and what it stops."""

import socket
import urllib.request

import pytest

from tests.conftest import NetworkUsed

# An address of the documentation range, which leads nowhere (RFC 5737).
AWAY = "198.51.100.1"


def test_guard_stops_a_connection() -> None:
    with socket.socket() as plain, pytest.raises(NetworkUsed):
        plain.connect((AWAY, 80))
    with pytest.raises(NetworkUsed):
        urllib.request.urlopen(f"http://{AWAY}/", timeout=1)


def test_guard_stops_a_datagram_and_a_look_up() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, pytest.raises(NetworkUsed):
        datagrams.sendto(b"", (AWAY, 53))
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("news.example", 443)
    with pytest.raises(NetworkUsed):
        socket.gethostbyname("news.example")


def test_guard_stops_a_unit_test_from_talking_to_this_machine() -> None:
    with socket.socket() as plain, pytest.raises(NetworkUsed):
        plain.connect(("127.0.0.1", 9))


@pytest.mark.sockets
def test_guard_lets_a_marked_test_talk_to_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as plain:
        plain.connect(server.getsockname())
    with socket.socket() as plain, pytest.raises(NetworkUsed):
        plain.connect((AWAY, 80))
