"""The servers that are compared, each with the same number of workers and of signed-in users.

Imported after `django.setup()`, which `python -m tools.bench` does.
"""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers import ROOT, Site, free_port, running
from tools.bench import load as bench
from tools.bench.load import Request
from tools.faults.ledger import CSRF, Client, make_clients


@dataclass
class Contender:
    """One server in the comparison: how a client's next request reads, and the process that answers."""

    name: str
    port: int
    pid: int
    saves: list[Request]
    pages: list[Request] = field(default_factory=list)
    clients: Sequence[Client] = ()


@contextmanager
def contenders(*, workers: int, students: int) -> Iterator[tuple[Contender, Contender, Contender]]:
    """The three servers, each with the same number of workers and signed-in users."""
    site = Site(Path(os.environ["FOOTNOTE_DATA"]), command=("serve", "--workers", str(workers)))
    clients = make_clients(site.port, students)
    with running(site), serve("bare_django", workers) as bare_django, serve("bare_wsgi", workers) as bare_wsgi:
        assert site.process is not None
        keys = bare_keys(bare_django.data, students)
        yield (
            Contender(
                "Footnote",
                site.port,
                site.process.pid,
                [saves_of(client) for client in clients],
                [pages_of(client) for client in clients],
                clients,
            ),
            Contender(
                "F",
                bare_django.port,
                bare_django.pid,
                [bare_saves(f"sessionid={key}") for key in keys],
                [bare_pages(f"sessionid={key}") for key in keys],
            ),
            Contender("B", bare_wsgi.port, bare_wsgi.pid, [bare_saves(f"who={place}") for place in range(students)]),
        )


@dataclass
class Baseline:
    """A running baseline."""

    port: int
    pid: int
    data: Path
    start_seconds: float


@contextmanager
def serve(module: str, workers: int) -> Iterator[Baseline]:
    """A baseline on the server that Footnote has, set the same way."""
    with tempfile.TemporaryDirectory(prefix="footnote-baseline-") as data:
        port = free_port()
        environment = {**os.environ, "BARE_DATA": data, "BARE_SERVE": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE")
        if module == "bare_django":
            prepare = "from tools.bench.bare_django import prepare; print('\\n'.join(prepare(200)))"
            made = subprocess.run(
                [sys.executable, "-c", prepare], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
            )
            Path(data, "keys").write_text(made.stdout)
        else:
            # Two workers that both make its database can meet a lock.
            subprocess.run(
                [sys.executable, "-c", f"import tools.bench.{module}"], env=environment, cwd=ROOT, check=True
            )
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", f"tools.bench.{module}:application", "--interface", "wsgi",
             "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--blocking-threads", "1",
             "--backlog", "1024", "--backpressure", "640", "--http", "1", "--no-ws",
             "--workers-kill-timeout", "5", "--log-level", "warning", "--no-access-log"],
            env=environment,
            cwd=ROOT,
            # As the site: on a busy machine Linux shares the processor out by session.
            start_new_session=True,
        )  # fmt: skip
        try:
            for _ in range(1000):
                try:
                    urlopen(f"http://127.0.0.1:{port}/q/1/", timeout=2).close()  # nosec B310
                except (URLError, OSError):
                    time.sleep(0.01)
                else:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"the baseline {module} ended with {process.returncode}")
            yield Baseline(port, process.pid, Path(data), time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(timeout=30)


def bare_keys(data: Path, count: int) -> list[str]:
    return (data / "keys").read_text().split()[:count]


def saves_of(client: Client) -> Request:
    """A student's saves, one question after another. Each names the revision that the save before it returned."""
    revisions = dict.fromkeys(client.question_ids, 0)

    def message(turn: int) -> bytes:
        number = turn % len(revisions) + 1
        body = "&".join(
            f"{name}={value}" for name, value in save_fields(client, number, revisions[number], turn).items()
        )
        revisions[number] += 1
        cookie = f"sessionid={client.cookie}; csrftoken={CSRF}"
        return bench.post(f"/student/attempts/{client.attempt_id}/{number}/", cookie, body, token=CSRF)

    return message


def pages_of(client: Client) -> Request:
    """A student's question pages."""
    cookie = f"sessionid={client.cookie}; csrftoken={CSRF}"
    return lambda turn: bench.get(f"/student/attempts/{client.attempt_id}/{turn % 12 + 1}/", cookie)


def bare_saves(cookie: str) -> Request:
    return lambda turn: bench.post(f"/q/{turn % 12 + 1}/", cookie, f"choice={turn}")


def bare_pages(cookie: str) -> Request:
    return lambda turn: bench.get(f"/q/{turn % 12 + 1}/", cookie)


def save_fields(client: Client, number: int, revision: int = 0, turn: int = 1) -> dict[str, str]:
    """The fields of one save."""
    choice = client.tokens[number, "abcd"[turn % 4]]
    return {"operation": uuid.uuid4().hex, "revision": str(revision), "choice": choice, "act": "save"}
