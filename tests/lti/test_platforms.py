"""Answers of a platform have limits, so that none holds a thread or fills the memory."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

import pytest
import requests

from quizzes import limited_http
from quizzes.limited_http import LimitedSession
from quizzes.lti import platforms
from quizzes.lti.platforms import PlatformSession
from quizzes.views import sign_on_adapter

pytestmark = pytest.mark.sockets

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n"


@contextmanager
def answering(send: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that sends an answer in its own way."""

    def serve() -> None:
        link, _ = server.accept()
        with link:
            link.recv(65536)
            with suppress(OSError):
                send(link)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def drip(link: socket.socket) -> None:
    link.sendall(HEAD)
    while True:
        link.sendall(b" ")
        time.sleep(0.01)


def flood(link: socket.socket) -> None:
    link.sendall(HEAD + b" " * 9_999_999)


@pytest.mark.parametrize("send", [drip, flood])
@pytest.mark.parametrize(
    ("module", "open_session"), [(platforms, PlatformSession), (sign_on_adapter, sign_on_adapter.provider_session)]
)
def test_answer_that_drips_or_floods_is_cut_off(
    module: ModuleType,
    open_session: Callable[[], LimitedSession],
    send: Callable[[socket.socket], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2 if send is drip else 60)
    with answering(send) as address, open_session() as session:
        with pytest.raises(requests.ConnectionError, match="too long or too slow"):
            session.get(address)


def test_answer_within_the_limits_is_whole() -> None:
    body = b'{"keys": []}'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"
    with answering(lambda link: link.sendall(head + body)) as address, PlatformSession() as session:
        assert session.get(address).json() == {"keys": []}


def test_silent_server_holds_one_request_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_http, "SILENT_SECONDS", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        socket.create_server(("127.0.0.1", 0)) as other,
        LimitedSession(timeout=0.1, answer_seconds=1, answer_bytes=100) as session,
    ):
        address, elsewhere = (f"http://127.0.0.1:{server.getsockname()[1]}/keys" for server in (silent, other))
        with pytest.raises(requests.Timeout):
            session.get(address)
        with pytest.raises(requests.ConnectionError, match="silent a moment ago"):
            session.get(f"{address}?again")
        with pytest.raises(requests.Timeout):
            session.get(elsewhere)
        monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + limited_http.PAUSE_SECONDS)
        with pytest.raises(requests.Timeout):
            session.get(address)


def test_server_that_refuses_at_once_is_asked_each_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
    with PlatformSession() as session:
        for _ in range(2):
            with pytest.raises(requests.ConnectionError, match="refused"):
                session.get(address)


@pytest.mark.parametrize("open_session", [PlatformSession, sign_on_adapter.provider_session])
def test_certificates_that_are_not_there_are_an_error_of_the_call(
    open_session: Callable[[], LimitedSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/gone.pem")
    with open_session() as session, pytest.raises(requests.ConnectionError, match="invalid path: /gone.pem"):
        session.get("https://127.0.0.1:9/")
