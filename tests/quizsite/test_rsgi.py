"""What the server does with a request before Django gets it, and with a reply after: limits, environment, threads."""

import json
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.quizsite.echo import LARGE
from tests.quizsite.test_headers import POLICY
from tests.servers import Site, family, running

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="no database is behind this server"),
]

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.quizsite.echo_settings", "DATABASE_URL": ""}
# As in `echo_settings.py`.
SILENT_SECONDS = 1.0
REPLY_SILENT_SECONDS = 3.0
MAX_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def shared_site(prepared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = shutil.copytree(prepared_data, tmp_path_factory.mktemp("data"), dirs_exist_ok=True)
    site = Site(Path(data), extra=SETTINGS, command=("serve", "--workers", "1"))
    yield site
    if site.process is not None:
        site.stop()


@pytest.fixture
def site(shared_site: Site) -> Site:
    """`tests.quizsite.echo` behind the real server: one worker, one thread, short limits in time.

    The first test starts it, because only a test may connect.
    """
    if shared_site.process is None:
        shared_site.start()
    return shared_site


def connect(site: Site) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=10)


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode("latin-1")


def post(body: bytes, *headers: str, path: str = "/") -> bytes:
    return head("POST", path, f"Content-Length: {len(body)}", *headers) + body


def reply(link: socket.socket, *, has_body: bool = True) -> tuple[int, list[tuple[str, str]], bytes]:
    """(status, headers, body) of the next reply on this connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = link.recv(65536)
        assert chunk, "the server closed the connection"
        data += chunk
    start, _, rest = data.partition(b"\r\n\r\n")
    body = bytearray(rest)
    first, *lines = start.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    length = int(dict(headers)["content-length"]) if has_body else 0
    while len(body) < length:
        body += link.recv(65536)
    return int(first.split(" ")[1]), headers, bytes(body)


def send(site: Site, message: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    with connect(site) as link:
        link.sendall(message)
        return reply(link)


def environ(site: Site, message: bytes) -> dict[str, Any]:
    """What the application was given."""
    status, _, body = send(site, message)
    assert status == 200
    given: dict[str, Any] = json.loads(body)
    return given


# --- Limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [b"", b"ab"])
def test_silent_body_gets_408_and_is_cut_off(site: Site, begun: bytes) -> None:
    with connect(site) as link:
        began = time.monotonic()
        link.sendall(head("POST", "/", "Content-Length: 5") + begun)
        status, headers, body = reply(link)

        assert (status, body) == (408, b"The request took too long to arrive. Try again.\n")
        assert time.monotonic() - began >= SILENT_SECONDS - 0.1
        assert dict(headers)["connection"] == "close"
        assert link.recv(1) == b""


def test_body_that_drips_gets_408_in_the_end(site: Site) -> None:
    with connect(site) as link:
        link.sendall(head("POST", "/", "Content-Length: 1000"))
        drips = 0
        while not select.select([link], [], [], SILENT_SECONDS / 2)[0]:
            link.sendall(b"x")
            drips += 1
            assert drips < 40, "the request has no limit in time"

        assert reply(link)[0] == 408


def test_half_a_header_is_cut_off(site: Site) -> None:
    with connect(site) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCook")

        assert link.recv(1000) == b""


def test_silent_clients_hold_no_thread(site: Site) -> None:
    with ExitStack() as silent:
        for _ in range(60):
            silent.enter_context(connect(site)).sendall(head("POST", "/", "Content-Length: 5"))

        # If each held the thread until it is cut off, this would take 60 s. A connection waits for 10 s.
        assert send(site, post(b"answer"))[0] == 200


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/", MAX_BYTES, 200),
        ("/", MAX_BYTES + 1, 413),
        ("/student/", MAX_BYTES + 1, 413),
        ("/teacher/", MAX_BYTES + 1, 200),
    ],
)
def test_body_has_a_limit_by_its_path(site: Site, path: str, length: int, status: int) -> None:
    assert send(site, post(b"x" * length, path=path))[0] == status


def test_too_long_body_is_refused_before_it_is_sent(site: Site) -> None:
    with connect(site) as link:
        link.sendall(head("POST", "/teacher/", "Content-Length: 50000000"))
        status, headers, body = reply(link)

        assert (status, body) == (
            413,
            "That’s too big to send. Go back, and choose a smaller file or paste less text.\n".encode(),
        )
        assert dict(headers)["connection"] == "close"
        assert link.recv(1) == b""


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (head("GET", "/", "Cookie: \xff"), 400),
        (head("POST", "/", "Content-Length: 5"), 408),
        (head("POST", "/", "Content-Length: 5000000"), 413),
        (head("GET", "/broken"), 500),
    ],
)
def test_reply_that_is_not_djangos_has_the_browser_policy(site: Site, message: bytes, status: int) -> None:
    found, headers, _ = send(site, message)
    given = dict(headers)

    assert found == status
    assert given["content-type"] == "text/plain; charset=utf-8"
    assert given["cache-control"] == "no-store"
    assert given.pop("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
    policy = {name.lower(): value for name, value in POLICY.items() if name != "Content-Security-Policy"}
    assert {name: given.get(name) for name in policy} == policy


def test_client_that_sends_a_too_long_body_to_its_end_can_read_the_reply(site: Site) -> None:
    with connect(site) as link:
        link.sendall(post(b"x" * 12_000_000, path="/teacher/"))

        assert reply(link)[0] == 413
        assert link.recv(1) == b""


def test_chunked_body_arrives_with_its_length(site: Site) -> None:
    with connect(site) as link:
        link.sendall(head("POST", "/", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n")
        time.sleep(0.1)
        link.sendall(b"6\r\n world\r\n0\r\n\r\n")
        status, _, body = reply(link)

        assert status == 200
        given = json.loads(body)
        assert (given["body"], given["CONTENT_LENGTH"]) == ("hello world", "11")
        # The connection stays open.
        link.sendall(post(b"again"))
        assert json.loads(reply(link)[2])["body"] == "again"


def test_chunked_body_without_end_gets_413(site: Site) -> None:
    before = (site.data / "server.log").read_text()
    with connect(site) as link:
        link.sendall(head("POST", "/", "Transfer-Encoding: chunked"))
        for _ in range(MAX_BYTES // 8192 + 1):
            link.sendall(b"2000\r\n" + b"x" * 8192 + b"\r\n")

        assert reply(link)[0] == 413
    assert (site.data / "server.log").read_text() == before


@pytest.mark.parametrize(
    "broken",
    [
        head("POST", "/cut", "Content-Length: 50") + b"operation=1",
        head("POST", "/cut", "Transfer-Encoding: chunked") + b"b\r\noperation=1\r\n",
    ],
)
def test_body_that_breaks_off_does_not_reach_the_application(site: Site, broken: bytes) -> None:
    with connect(site) as link:
        link.sendall(broken)
        time.sleep(0.1)
        link.shutdown(socket.SHUT_WR)
        link.settimeout(SILENT_SECONDS)
        answer = link.recv(1000)

    assert b" 200 " not in answer
    assert "/cut" not in environ(site, head("GET", "/"))["closed"]


def test_bodies_of_one_worker_have_a_limit_together(site: Site) -> None:
    links = [connect(site) for _ in range(5)]
    for link in links:
        link.sendall(head("POST", "/", f"Content-Length: {MAX_BYTES}") + b"x" * (MAX_BYTES - 1))
    statuses = [reply(link) for link in links]
    for link in links:
        link.close()

    assert {status for status, _, _ in statuses} == {408, 503}
    assert {dict(headers).get("retry-after") for status, headers, _ in statuses if status == 503} == {"5"}
    assert send(site, post(b"x" * MAX_BYTES))[0] == 200


# --- Environment ----------------------------------------------------------------------------------------------------


def test_environment_says_what_the_client_sent(site: Site) -> None:
    message = post(
        b"a=\xe9",
        *("Content-Type: text/x", "X-Twice: 1", "X-Twice: 2", "Cookie: c=1", "Cookie: d=2"),
        path="/%C3%A9%2F?q=%20",
    )
    before = time.time()
    given = environ(site, message)

    assert given["PATH_INFO"].encode("latin-1").decode() == "/é/"
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "q=%20",
        "CONTENT_TYPE": "text/x",
        "CONTENT_LENGTH": "3",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(site.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_X_TWICE": "1,2",
        "HTTP_COOKIE": "c=1; d=2",
        "wsgi.url_scheme": "http",
        "body": "a=\xe9",
    }
    assert {name: given[name] for name in expected} == expected
    assert "HTTP_CONTENT_LENGTH" not in given
    assert "PATH" not in given
    assert before <= given["footnote.arrived_at"] <= time.time()


def test_header_with_an_underscore_is_dropped(site: Site) -> None:
    given = environ(
        site, head("GET", "/", "X-Forwarded-For: 192.0.2.1", "X_Forwarded_For: 6.6.6.6", "Footnote.Arrived_At: 1")
    )

    assert given["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "6.6.6.6" not in str(given)
    assert given["footnote.arrived_at"] > 1


@pytest.mark.parametrize("name", ["Cookie", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_header_that_is_not_ascii_gets_400_where_its_absence_would_matter(site: Site, name: str) -> None:
    assert send(site, head("GET", "/", f"{name}: \xff"))[0] == 400
    assert send(site, head("GET", "/", "X-Other: \xff"))[0] == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; CHARSET = 'latin-1'",
        "multipart/form-data; boundary=x; charset=zlib",
        "multipart/form-data; boundary=x; charset*=utf-8''zlib",
        "multipart/form-data; boundary=x; charset*0=zl; charset*1=ib",
        "text/plain; a*=unknown''b",
        "text/html; charset=utf-8\r\nContent-Type: text/html; charset=utf-8x",
        f"text/html; {'a=b;' * 3_000}",
    ],
)
def test_body_that_django_cannot_read_gets_400(site: Site, content_type: str) -> None:
    assert send(site, post(b"a=1", f"Content-Type: {content_type}"))[0] == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"; boundary=x', "UTF8 ; a=b"])
def test_body_in_utf_8_may_say_so(site: Site, charset: str) -> None:
    assert environ(site, post(b"a=1", f"Content-Type: text/x; charset={charset}"))["body"] == "a=1"


def test_request_of_http_1_0_is_answered_and_cut_off(site: Site) -> None:
    with connect(site) as link:
        link.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        assert json.loads(reply(link)[2])["SERVER_PROTOCOL"] == "HTTP/1.0"
        assert link.recv(1) == b""


# --- Replies --------------------------------------------------------------------------------------------------------


def test_reply_keeps_each_cookie_and_is_closed(site: Site) -> None:
    status, headers, _ = send(site, head("GET", "/closed-after"))

    assert status == 200
    assert [value for name, value in headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert "/closed-after" in environ(site, head("GET", "/"))["closed"]


def test_body_goes_with_its_reply(site: Site) -> None:
    """Anyone can send 16 MB to the address of an import, and workers kept many such bodies."""
    assert send(site, post(b"x", path="/kept"))[0] == 200
    assert send(site, post(b"x", path="/broken"))[0] == 500

    assert environ(site, head("GET", "/"))["kept_bodies"] == 0


def test_head_has_no_body_and_the_connection_goes_on(site: Site) -> None:
    with connect(site) as link:
        link.sendall(head("HEAD", "/"))
        status, _, body = reply(link, has_body=False)
        assert (status, body) == (200, b"")
        link.sendall(head("GET", "/"))
        assert reply(link)[0] == 200


def test_application_that_fails_gets_500_and_the_thread_goes_on(site: Site) -> None:
    assert send(site, head("GET", "/broken"))[0] == 500
    assert environ(site, head("GET", "/"))["thread"] == "request-1"


def test_slow_readers_hold_no_thread(site: Site) -> None:
    with ExitStack() as links:
        readers = [links.enter_context(connect(site)) for _ in range(6)]
        for link in readers:
            link.sendall(head("GET", "/large"))
        time.sleep(0.5)

        # If each held the thread until it is cut off, this would take 18 s. A connection waits for 10 s.
        assert send(site, post(b"answer"))[0] == 200


def held(site: Site) -> tuple[int, int]:
    """(descriptors, threads) of the worker."""
    assert site.process is not None
    worker = family(site.process.pid)[-1]
    return len(os.listdir(f"/proc/{worker}/fd")), len(os.listdir(f"/proc/{worker}/task"))


def test_clients_that_read_nothing_are_cut_off(site: Site) -> None:
    send(site, head("GET", "/"))
    before = held(site)
    with ExitStack() as links:
        began = time.monotonic()
        for _ in range(6):
            links.enter_context(connect(site)).sendall(head("GET", "/large"))
        time.sleep(REPLY_SILENT_SECONDS / 2)
        during = held(site)
        while held(site) > before and time.monotonic() < began + 15:
            time.sleep(0.1)

        assert during > before
        assert held(site) <= before
        assert time.monotonic() - began >= REPLY_SILENT_SECONDS - 0.1


def test_client_that_reads_in_steps_gets_everything(site: Site) -> None:
    with connect(site) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        link.sendall(head("GET", "/large"))
        count = steps = 0
        while count < LARGE:
            # Longer in all than a client may be silent.
            if steps < 4:
                time.sleep(REPLY_SILENT_SECONDS / 3)
            steps += 1
            chunk = link.recv(1_000_000)
            assert chunk, "the server closed the connection"
            count += len(chunk)


def test_clients_that_leave_leave_no_descriptor_and_no_thread(site: Site) -> None:
    send(site, head("GET", "/"))
    before = held(site)
    for message in (
        head("POST", "/", "Content-Length: 50") + b"x",
        head("GET", "/large"),
        b"GET / HTTP/1.1\r\nHo",
        head("GET", "/"),
    ):
        for _ in range(20):
            with connect(site) as link:
                link.sendall(message)
    deadline = time.monotonic() + 15
    while held(site) > before and time.monotonic() < deadline:
        time.sleep(0.1)

    assert held(site) <= before
    assert send(site, head("GET", "/"))[0] == 200


# --- The worker's end -----------------------------------------------------------------------------------------------


@pytest.fixture
def own_site(prepared_data: Path, tmp_path: Path) -> Iterator[Site]:
    """A server that a test may stop or kill."""
    data = Path(shutil.copytree(prepared_data, tmp_path / "data"))
    with running(Site(data, extra=SETTINGS, command=("serve", "--workers", "1"))) as own:
        yield own


def log_of(site: Site) -> list[str]:
    """The lines of its log, but those of the daily jobs, which may run during a test."""
    lines = (site.data / "server.log").read_text().splitlines()
    return [line for line in lines if " INFO quizsite.maintenance: " not in line]


def test_stop_answers_what_has_arrived(own_site: Site) -> None:
    before = log_of(own_site)
    links = [connect(own_site) for _ in range(3)]
    for link in links:
        link.sendall(post(b"late", path="/slow"))
    time.sleep(0.3)
    assert own_site.process is not None
    own_site.process.terminate()

    assert [json.loads(reply(link)[2])["body"] for link in links] == ["late"] * 3
    for link in links:
        link.close()
    # No worker was killed, which happens after 15 s. Granian may say so of one that ended a millisecond ago, on a busy
    # machine.
    assert own_site.process.wait(timeout=10) == 0
    assert [line for line in log_of(own_site) if "Killing worker-1" not in line] == before


def test_killed_worker_is_replaced(own_site: Site) -> None:
    assert own_site.process is not None
    os.kill(family(own_site.process.pid)[-1], signal.SIGKILL)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            assert send(own_site, post(b"again"))[0] == 200
            break
        except (OSError, AssertionError):
            time.sleep(0.1)
    else:
        raise AssertionError("no worker answers")
