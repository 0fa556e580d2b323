"""The bridge from Granian to Django: the event loop reads a request whole, and then a thread takes it.

A client that stops sending, sends slowly or reads slowly holds a connection, never a thread. Granian's own WSGI mode
reads the body in the thread and has no limit in time for it.
"""

import asyncio
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from queue import SimpleQueue
from re import Pattern
from typing import Any

from quizsite.addresses import ANY
from quizsite.call_stack import with_large_stack
from quizzes.views.request_meta import ARRIVED_AT

logger = logging.getLogger(__name__)

type Headers = list[tuple[str, str]]

# The bridge's own replies are short texts, with the site's browser policy. They end the connection, because the rest of
# a body would come before the next request.
REPLY_HEADERS: Headers = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Connection", "close"),
]
# Granian drops a header with bytes that are not ASCII. Without one of these the request would mean something else: for
# example, it would count as the proxy's own.
NEEDED_HEADERS = ("cookie", "host", "x-forwarded-for", "x-forwarded-proto")
# Pages send forms in UTF-8. Django ends a form in another encoding, and a value of any length, as an error of the site.
# A name with `*`, such as `charset*`, has an encoding of its own (RFC 2231).
CONTENT_TYPE_MAX_LENGTH = 1_000
OTHER_ENCODING = re.compile(r"""\*|charset\s*=\s*(?!["']?utf-?8["']?\s*(?:;|\Z))""", re.IGNORECASE)
# In a request's environ: how many waited for a thread when one took it.
REQUESTS_WAITING = "footnote.requests_waiting"
# How much of a too long body is read. It is enough for a photo that someone sent instead of a roster.
MOST_DISCARDED_BYTES = 16 * 1024 * 1024
# Seconds that a worker waits at its end for tasks of connections that are gone.
LAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the body of one request may take.

    max_bytes_at: (pattern of a path, bytes); the first that fits a path replaces max_bytes.
    silent_seconds: without one byte. seconds: in all. pending_bytes: of all bodies that a worker holds at one time.
    """

    max_bytes: int
    max_bytes_at: tuple[tuple[Pattern[str], int], ...]
    silent_seconds: float
    seconds: float
    pending_bytes: int

    def bytes_at(self, path: str) -> int:
        """The most bytes that a body for this path may have."""
        return next((count for pattern, count in self.max_bytes_at if pattern.match(path)), self.max_bytes)


class Refusal(Exception):
    """The request does not reach Django."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A request that has arrived whole. arrived_at: seconds since 1970. is_answered: ends the request's task."""

    scope: Any
    protocol: Any
    body: bytes
    arrived_at: float
    is_answered: "asyncio.Future[None]"


class Bridge:
    """An RSGI application that runs a WSGI application in threads of its own."""

    def __init__(
        self, application: Callable[..., Any], *, threads: int, limits: Limits, on_start: Callable[[], None]
    ) -> None:
        self._application = application
        self._on_start = on_start
        self._limits = limits
        # Its length needs no limit: a connection has at most one request in it, and Granian limits connections.
        self._queue: SimpleQueue[ReadRequest | None] = SimpleQueue()
        self._answered: deque[asyncio.Future[None]] = deque()
        self._threads = [
            threading.Thread(target=with_large_stack, args=(self._answer_all,), name=f"request-{number}")
            for number in range(1, threads + 1)
        ]
        self._pending_bytes = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads as soon as the loop runs. Granian calls this in a worker before its first request."""
        loop.call_soon(self._start)

    def _start(self) -> None:
        self._on_start()
        for thread in self._threads:
            thread.start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what has arrived and end the threads. Granian calls this when a worker stops."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._end_answered()
        if tasks := asyncio.all_tasks(loop):
            loop.run_until_complete(asyncio.wait(tasks, timeout=LAST_SECONDS))

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Read one request and wait until a thread has answered it."""
        # Answered requests end their tasks here. Waking the loop for each at once would cost a tenth of a save.
        self._end_answered()
        chunks: list[bytes] = []
        held = 0
        try:
            check_headers(scope.headers)
            await self._read_body(scope, protocol, chunks)
            is_answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.put(ReadRequest(scope, protocol, b"".join(chunks), time.time(), is_answered))
            # The thread alone keeps the body, until it has answered.
            held = sum(map(len, chunks))
            chunks.clear()
            await is_answered
        except Refusal as refusal:
            headers = [*REPLY_HEADERS, ("Retry-After", "5")] if refusal.status == 503 else REPLY_HEADERS
            protocol.response_str(refusal.status, headers, f"{refusal.text}\n")
            if refusal.status == 413 and not chunks:
                await self._discard_body(protocol)
        finally:
            self._pending_bytes -= held + sum(map(len, chunks))

    async def _read_body(self, scope: Any, protocol: Any, chunks: list[bytes]) -> None:
        """Read the whole body into `chunks`. Raises Refusal if it is too long, too slow, or breaks off."""
        stated = scope.headers.get("content-length")
        if stated is None and "transfer-encoding" not in scope.headers:
            return
        # Granian lets no request through whose length is not a number.
        length = None if stated is None else int(stated)
        if length == 0:
            return
        limits = self._limits
        max_bytes = limits.bytes_at(scope.path)
        if length is not None and length > max_bytes:
            raise too_long()
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + limits.seconds
        count = 0
        try:
            async with asyncio.timeout(limits.silent_seconds) as timeout:
                async for chunk in protocol:
                    timeout.reschedule(min(ends_at, loop.time() + limits.silent_seconds))
                    chunks.append(chunk)
                    count += len(chunk)
                    self._pending_bytes += len(chunk)
                    if count == length:
                        return
                    if count > max_bytes:
                        raise too_long()
                    if self._pending_bytes > limits.pending_bytes:
                        raise Refusal(503, "The site is busy. Try again in a moment.")
        except TimeoutError:
            raise Refusal(408, "The request took too long to arrive. Try again.") from None
        # Granian ends each body with one empty chunk, and puts another before it if the body breaks off.
        if length is not None or chunks.count(b"") > 1:
            raise Refusal(400, "The request was incomplete. Try again.")

    async def _discard_body(self, protocol: Any) -> None:
        """Read on without keeping anything: a browser shows the reply only once it has sent what it was sending."""
        count = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.silent_seconds):
                async for chunk in protocol:
                    count += len(chunk)
                    if count > MOST_DISCARDED_BYTES:
                        return

    def _end_answered(self) -> None:
        while self._answered:
            is_answered = self._answered.popleft()
            if not is_answered.done():
                is_answered.set_result(None)

    def _answer_all(self) -> None:
        while (request := self._queue.get()) is not None:
            try:
                self._answer(request)
            except BaseException:
                # A panic of Granian is not an Exception. The thread must never end.
                logger.exception("A request ended without a response.")
                request.protocol.response_str(500, REPLY_HEADERS, "Something went wrong.\n")
            self._answered.append(request.is_answered)

    def _answer(self, request: ReadRequest) -> None:
        started: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
            started[:] = [(int(status.partition(" ")[0]), headers)]

        environ = environ_of(request)
        environ[REQUESTS_WAITING] = self._queue.qsize()
        # A request of Django is part of a reference cycle. It would keep its body until a garbage collection.
        with environ["wsgi.input"]:
            response = self._application(environ, start_response)
            try:
                # Granian takes the bytes and waits for the client itself. No page or file of the site is large.
                content = b"".join(response)
                [(status, headers)] = started
                request.protocol.response_bytes(status, headers, content)
            finally:
                response.close()


def too_long() -> Refusal:
    """The refusal of a body with too many bytes."""
    return Refusal(413, "That’s too big to send. Go back, and choose a smaller file or paste less text.")


def check_headers(headers: Any) -> None:
    """Raise Refusal if Granian dropped a header that the site needs, or if Django cannot read the type of the body."""
    for name in NEEDED_HEADERS:
        if name in headers and headers.get(name) is None:
            raise Refusal(400, "The request has a header that is not plain text.")
    content_type = "; ".join(value for name, value in headers.items() if name == "content-type")
    if len(content_type) > CONTENT_TYPE_MAX_LENGTH or OTHER_ENCODING.search(content_type):
        raise Refusal(400, "The site cannot read this type of request.")


def environ_of(request: ReadRequest) -> dict[str, Any]:
    """The WSGI environment of a request. Source: PEP 3333.

    Leaves out headers with an underscore in their name: `X_Forwarded_For` would replace what a proxy says.
    """
    scope = request.scope
    remote_address, remote_port = address_and_port(scope.client)
    server_name, server_port = address_and_port(scope.server)
    if server_name in ANY:
        # No name by which a browser comes. Django takes it for a request without a Host, such as a check of HAProxy.
        server_name = "localhost"
    return {
        **header_variables(scope.headers),
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # Granian has decoded it. WSGI wants its bytes, each as one character.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": server_name,
        "SERVER_PORT": server_port,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": remote_address,
        "REMOTE_PORT": remote_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        ARRIVED_AT: request.arrived_at,
    }


def header_variables(headers: Any) -> dict[str, str]:
    """The headers as variables of a WSGI environment, repeated ones joined."""
    variables: dict[str, str] = {}
    for name, value in headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        if key in variables:
            variables[key] += f"; {value}" if name == "cookie" else f",{value}"
        else:
            variables[key] = value
    # `CONTENT_LENGTH` is what has arrived.
    variables.pop("HTTP_CONTENT_LENGTH", None)
    return variables


def address_and_port(socket_address: str) -> tuple[str, str]:
    """The parts of `192.0.2.1:80` or `[2001:db8::1]:80`."""
    address, _, port = socket_address.rpartition(":")
    return address.strip("[]"), port
