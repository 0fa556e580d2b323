"""Load from this machine over loopback, bounded in count, and what the server's processes spent on it."""

import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from statistics import median, quantiles

from tests.servers import family

Request = Callable[[int], bytes]
TICKS = os.sysconf("SC_CLK_TCK")
NAP_SECONDS = 0.005


@dataclass(frozen=True)
class Run:
    """One load. seconds: of the whole; latencies: of each request; cpu_seconds: of the server's processes."""

    seconds: float
    latencies: tuple[float, ...]
    cpu_seconds: float
    errors: int
    byte_count: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The server's processor time a request, in milliseconds."""
        return self.cpu_seconds / len(self.latencies) * 1000

    @property
    def p50(self) -> float:
        """The median latency in milliseconds."""
        return median(self.latencies) * 1000

    @property
    def p99(self) -> float:
        """The latency that one request in a hundred exceeds, in milliseconds."""
        return quantiles(self.latencies, n=100)[-1] * 1000


def load(port: int, pid: int, clients: Sequence[Request], *, each: int, good: tuple[bytes, ...] = (b"200",)) -> Run:
    """Every client sends `each` requests one after another over one kept connection, all clients at once."""
    latencies: list[list[float]] = [[] for _ in clients]
    errors = [0] * len(clients)
    received = [0] * len(clients)
    barrier = threading.Barrier(len(clients) + 1)

    def work(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            barrier.wait()
            for turn in range(each):
                message = clients[place](turn)
                began = time.perf_counter()
                link.sendall(message)
                status, size = _reply(link)
                latencies[place].append(time.perf_counter() - began)
                received[place] += size
                errors[place] += status not in good

    threads = [threading.Thread(target=work, args=[place]) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    before = cpu_seconds(pid)
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return Run(
        seconds,
        tuple(latency for own in latencies for latency in own),
        cpu_seconds(pid) - before,
        sum(errors),
        sum(received),
    )


@contextmanager
def stalls(folder: Path) -> "Iterator[Synchronized[float]]":
    """The longest delay of a process that sleeps 5 ms and syncs a page, in seconds.

    folder: on the disk in question. A longer wait than this is the server's own.
    """
    longest = multiprocessing.Value("d", 0.0)
    process = multiprocessing.get_context("fork").Process(target=_watch, args=(folder / "bystander", longest))
    process.start()
    try:
        yield longest
    finally:
        process.terminate()
        process.join()


def _watch(file: Path, longest: "Synchronized[float]") -> None:
    with file.open("wb", buffering=0) as page:
        while True:
            began = time.perf_counter()
            time.sleep(NAP_SECONDS)
            page.write(b"x" * 4096)
            page.seek(0)
            os.fdatasync(page.fileno())
            longest.value = max(longest.value, time.perf_counter() - began - NAP_SECONDS)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its living descendants have spent, user and system."""
    total = 0.0
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants, in MB."""
    total = 0
    for member in family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def post(path: str, cookie: str, body: str, *, accept: str = "application/json", token: str = "") -> bytes:
    """The bytes of a form post."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: {accept}\r\nX-CSRFToken: {token}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def get(path: str, cookie: str) -> bytes:
    """The bytes of a page request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: text/html\r\n\r\n".encode()


def _reply(link: socket.socket) -> tuple[bytes, int]:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = link.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += link.recv(65536)
    else:
        marker = lower.find(b"content-length:")
        length = int(lower[marker + 15 :].split(b"\r\n", 1)[0]) if marker >= 0 else 0
        while len(body) < length:
            body += link.recv(65536)
    return head.split(b" ", 2)[1], len(head) + 4 + len(body)


def row(name: str, values: Sequence[float]) -> str:
    """A line of the table of docs/performance.md."""
    return f"| {name} | {median(values):.2f} | {min(values):.2f} | {max(values):.2f} |"
