"""Clients that hold connections and send or read next to nothing, while a class saves (R19 to R22)."""

import random
import resource
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles

from tests.servers import Site, running
from tools.faults.ledger import CSRF, Client, at_once, compare, make_clients

STUDENTS = 30
# A class that answers as fast as one can click.
PAUSE_SECONDS = 0.5
# How often a slow client sends or reads one byte.
DRIP_SECONDS = 5.0
READERS_AT_ONCE = 5
# The promise on the 99th percentile: this many times the one without slow clients. Below the second figure a save feels
# immediate, and the ratio of two small figures is noise.
MOST_RATIO = 1.5
UNNOTICED_SECONDS = 0.05
# What the server may need beyond a limit in time until the client notices that it is cut off.
SLACK_SECONDS = 3.0

# With a CSRF cookie and no token in a header, Django looks for the token in the body.
_HEAD = (
    f"POST /student/attempts/none/1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken={CSRF}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 200\r\n\r\n"
).encode()


@dataclass(frozen=True)
class Attack:
    """Clients of one sort. sends: at once. drip: sent every DRIP_SECONDS. reads: whether they read one byte then.

    cut_after: the seconds after which the server ends each connection; None if it waits for the reader.
    """

    name: str
    count: int
    sends: bytes
    drip: bytes = b""
    reads: bool = False
    cut_after: float | None = None


@dataclass
class Held:
    """What became of an attack's connections. lives: seconds until each was cut off."""

    kept_out: int = 0
    lives: list[float] = field(default_factory=list)


def silent_bodies(full: bool) -> Attack:
    """Headers, and then nothing, as of a phone that loses its Wi-Fi in the middle of a save."""
    return Attack("silent bodies", 200 if full else 60, _HEAD, cut_after=10)


def dripping_bodies(full: bool) -> Attack:
    """One byte of the body every five seconds."""
    return Attack("bodies at a byte in 5 s", 200 if full else 60, _HEAD, drip=b"x", cut_after=30)


def half_headers(full: bool) -> Attack:
    """The beginning of a request."""
    return Attack("half headers", 1500 if full else 300, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCoo", cut_after=10)


def slow_readers(full: bool, path: str) -> Attack:
    """Requests for a large file, read very slowly."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n"
    return Attack("slow readers", 300 if full else 60, request.encode(), reads=True)


def saved_beside(site: Site, attack_of: Callable[[bool], Attack], *, full: bool) -> tuple[str, bool]:
    """(line, whether it is as promised): a class saves alone and during the attack, twice in turn."""
    attack, seconds = attack_of(full), 60.0 if full else 12.0
    clients = make_clients(site.port, STUDENTS)
    alone, beside, held = list[tuple[int, float]](), list[tuple[int, float]](), Held()
    with running(site):
        # The first seconds of a server are slower: they fill its caches.
        _saves_for(clients, 3)
        for _ in range(2):
            alone += _saves_for(clients, seconds / 2)
            stop = threading.Event()
            thread = threading.Thread(target=_hold, args=[site.port, attack, stop, held])
            thread.start()
            beside += _saves_for(clients, seconds)
            stop.set()
            thread.join()
    count = compare(clients)
    errors = sum(status != 200 for status, _ in alone + beside)
    before, after = (quantiles([took for _, took in saves], n=100)[-1] for saves in (alone, beside))
    ratio, longest = after / before, max(held.lives, default=0.0)
    line = (
        f"{attack.name}: clients={attack.count} held=2 x {seconds:.0f}s cut_off={len(held.lives)} "
        f"longest={longest:.1f}s kept_out={held.kept_out} saves_beside={len(beside)} {count} errors={errors} "
        f"p99_alone={before * 1000:.0f}ms p99_beside={after * 1000:.0f}ms ratio={ratio:.2f}"
    )
    good = errors == held.kept_out == count.lost == count.duplicate == count.wrong == 0
    good &= ratio <= MOST_RATIO or after <= UNNOTICED_SECONDS
    if attack.cut_after is not None:
        good &= longest <= attack.cut_after + SLACK_SECONDS
        good &= bool(held.lives) or seconds < attack.cut_after
    return line, good


def largest_file(site: Site) -> str:
    """The URL path of the largest static file of a prepared site."""
    root = site.data / "static"
    files = [file for file in root.rglob("*") if file.is_file() and file.suffix not in {".gz", ".br"}]
    largest: Path = max(files, key=lambda file: file.stat().st_size)
    return f"/static/{largest.relative_to(root)}"


def _saves_for(clients: list[Client], seconds: float) -> list[tuple[int, float]]:
    """(status, seconds) of each save of the class during this, each sent once."""
    ends_at = time.monotonic() + seconds
    saves: list[tuple[int, float]] = []

    def work(client: Client, seed: int) -> None:
        chance = random.Random(seed)
        while True:
            time.sleep(chance.uniform(0, 2 * PAUSE_SECONDS))
            if time.monotonic() > ends_at:
                return
            save = client.save(chance.choice(sorted(client.question_ids)), chance.choice("abcd"))
            saves.append((save.status, save.seconds))

    at_once([partial(work, client, place) for place, client in enumerate(clients)])
    return saves


def _hold(port: int, attack: Attack, stop: threading.Event, held: Held) -> None:
    """Keep `attack.count` connections open until stopped. One that is cut off is opened again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < attack.count + 500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(attack.count + 500, hard), hard))
    links: dict[socket.socket, float] = {}
    # Each at a moment of its own: 200 at the same one would be a load of their own.
    chance, due = random.Random(2), dict[socket.socket, float]()
    while not stop.is_set():
        # Readers come one after another: so many large files at one time would be a load of their own.
        for _ in range(min(attack.count - len(links), READERS_AT_ONCE if attack.reads else attack.count)):
            try:
                link = _open(port, attack)
                links[link] = time.monotonic()
                due[link] = links[link] + chance.uniform(0, DRIP_SECONDS)
            except OSError:
                held.kept_out += 1
                break
        for link, since in list(links.items()):
            if not attack.reads and _is_cut(link):
                held.lives.append(time.monotonic() - since)
                link.close()
                del links[link], due[link]
        for link in links:
            if time.monotonic() >= due[link]:
                due[link] += DRIP_SECONDS
                with suppress(OSError):
                    if attack.drip:
                        link.send(attack.drip)
                    if attack.reads:
                        link.recv(1)
        stop.wait(0.25)
    for link in links:
        link.close()


def _open(port: int, attack: Attack) -> socket.socket:
    link = socket.socket()
    if attack.reads:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    try:
        link.settimeout(5)
        link.connect(("127.0.0.1", port))
        link.sendall(attack.sends)
    except OSError:
        link.close()
        raise
    link.setblocking(False)
    return link


def _is_cut(link: socket.socket) -> bool:
    """Whether the server has ended the connection. What it says before that is read."""
    try:
        while link.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
