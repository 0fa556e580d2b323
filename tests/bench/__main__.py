"""`python -m tests.bench [--cycles 5]`: Footnote beside floors F and B, in turn; writes docs/performance.md."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

DATA = tempfile.TemporaryDirectory(prefix="footnote-bench-")
os.environ |= {"FOOTNOTE_DATA": f"{DATA.name}/site", "FOOTNOTE_ENV_FILE": os.devnull}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

import django  # noqa: E402  # after the environment is set

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client as TestClient  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tests.bench import load as bench  # noqa: E402
from tests.bench.load import Request, Run  # noqa: E402
from tests.faults.ledger import CSRF, Client, make_clients  # noqa: E402
from tests.servers import ROOT, Site, free_port, running  # noqa: E402

# The field's figures on one machine, over F's on the same: PERFORMANCE's table, saves a second with 30 at once.
FIELD_OF_F = {"Kolibri": 75 / 727, "Moodle": 54 / 727, "RELATE": 57 / 727}
FIELD_CPU_OF_F = {"Kolibri": 12.7 / 2.1, "Moodle": 32 / 2.1}


@dataclass
class Contender:
    """One server in the comparison: how a client's next request reads, and the process that answers."""

    name: str
    port: int
    pid: int
    saves: list[Request]
    pages: list[Request] = field(default_factory=list)


def main() -> None:
    """Run the cycles and print the table."""
    parser = argparse.ArgumentParser(description="Footnote beside two floors, as ratios.")
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--each", type=int, default=100, help="saves of each of 30 clients in a cycle")
    arguments = parser.parse_args()
    lines = [
        f"Run on {datetime.now(UTC):%Y-%m-%d} with `make bench` on {os.cpu_count()} cores, {arguments.cycles} cycles.",
        "",
    ]
    with contenders(workers=2, students=200) as (footnote, bare, floor):
        lines += saves_with_thirty(footnote, bare, floor, arguments.cycles, arguments.each)
        lines += pages(footnote, bare, arguments.cycles)
        lines += two_hundred(footnote, bare)
        lines += memory(footnote, bare)
    with contenders(workers=1, students=30) as (footnote, bare, floor):
        lines += saves_on_one_worker(footnote, bare, floor, arguments.cycles, arguments.each)
    lines += statements()
    table = "\n".join(lines) + "\n"
    sys.stdout.write(table)
    write(table)


def saves_with_thirty(footnote: Contender, bare: Contender, floor: Contender, cycles: int, each: int) -> list[str]:
    """Goals 2 and 3."""
    runs = alternate(
        [footnote, bare, floor], cycles, lambda one: bench.load(one.port, one.pid, one.saves[:30], each=each)
    )
    rate = ratios(runs[footnote.name], runs[bare.name], lambda run: run.rate)
    cpu = ratios(runs[footnote.name], runs[bare.name], lambda run: run.cpu_ms)
    lines = [
        row("2 save, 30 students, 2 workers: rate over F", rate),
        *(
            row(f"  over {name}, by the field's rate over F", [value / share for value in rate])
            for name, share in FIELD_OF_F.items()
        ),
        row("3 CPU of a save over F's", cpu),
        *(row(f"  {name}'s CPU over ours", [share / value for value in cpu]) for name, share in FIELD_CPU_OF_F.items()),
    ]
    return [*HEAD, *lines, *absolute(runs)]


def pages(footnote: Contender, bare: Contender, cycles: int) -> list[str]:
    """Goal 7."""
    runs = alternate([footnote, bare], cycles, lambda one: bench.load(one.port, one.pid, one.pages[:30], each=40))
    rate = ratios(runs[footnote.name], runs[bare.name], lambda run: run.rate)
    return [row("7 question page: rate over F's page", rate)]


def two_hundred(footnote: Contender, bare: Contender) -> list[str]:
    """Goals 4 and 5."""
    run = bench.load(footnote.port, footnote.pid, footnote.saves, each=20)
    lines = [
        row("4 save, 200 students at once: p99 over p50", [run.p99 / run.p50]),
        f"|   errors of {len(run.latencies)} | {run.errors} | | |",
        row("5 longest wait over p50", [max(run.latencies) * 1000 / run.p50]),
    ]
    return lines


def memory(footnote: Contender, bare: Contender) -> list[str]:
    """Goal 12, the first half."""
    ours, theirs = bench.memory_mb(footnote.pid), bench.memory_mb(bare.pid)
    return [
        row("12 memory after the load over F's", [ours / theirs]),
        f"|   MB: Footnote, F | {ours:.0f}, {theirs:.0f} | | |",
    ]


def saves_on_one_worker(footnote: Contender, bare: Contender, floor: Contender, cycles: int, each: int) -> list[str]:
    """Goal 1."""
    runs = alternate(
        [footnote, bare, floor], cycles, lambda one: bench.load(one.port, one.pid, one.saves[:8], each=each)
    )
    rate = ratios(runs[footnote.name], runs[bare.name], lambda run: run.rate)
    of_b = ratios(runs[footnote.name], runs[floor.name], lambda run: run.rate)
    return [row("1 save, one worker: rate over F", rate), row("  rate over B", of_b)]


def statements() -> list[str]:
    """Goals 6 and 8: statements and bytes of each step of an attempt, in this process."""
    [client] = make_clients(0, 1)
    browser = TestClient(headers={"Accept": "text/html"}, SERVER_NAME="127.0.0.1")
    browser.cookies["sessionid"] = client.cookie
    attempt = f"/student/attempts/{client.attempt_id}"
    total = byte_count = 0
    steps = {}
    for name, path, data in [
        ("student home", "/student/", None),
        *((f"question {number}", f"{attempt}/{number}/", None) for number in range(1, 11)),
        *((f"save {number}", f"{attempt}/{number}/", save_fields(client, number)) for number in range(1, 11)),
        ("review", f"{attempt}/review/", None),
        ("hand in", f"{attempt}/hand-in/", {}),
        ("receipt", f"{attempt}/receipt/", None),
    ]:
        with CaptureQueriesContext(connection) as seen:
            headers = {"Accept": "application/json"} if name.startswith("save") else {}
            response = browser.get(path) if data is None else browser.post(path, data, headers=headers)
        if response.status_code not in {200, 302}:
            raise RuntimeError(f"{name}: {response.status_code}")
        count = sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in seen)
        steps[name], total, byte_count = count, total + count, byte_count + len(response.content)
    return [
        row("6 statements of a save", [steps["save 5"]]),
        row("  of a question page", [steps["question 5"]]),
        row("  of an attempt of 10 questions, home to receipt", [total]),
        f"|   bytes of its pages, uncompressed | {byte_count} | | |",
    ]


HEAD = ["| goal | median | min | max |", "| --- | --- | --- | --- |"]


def row(name: str, values: Sequence[float]) -> str:
    """A line of the table."""
    return f"| {name} | {median(values):.2f} | {min(values):.2f} | {max(values):.2f} |"


def absolute(runs: dict[str, list[Run]]) -> list[str]:
    """The rates behind the ratios, which say nothing on another machine or day."""
    return [
        f"|   {name}: saves a second, CPU ms, p99 ms | {median(run.rate for run in own):.0f}, "
        f"{median(run.cpu_ms for run in own):.2f}, {median(run.p99 for run in own):.0f} | | |"
        for name, own in runs.items()
    ]


def alternate(those: Sequence[Contender], cycles: int, measure: Callable[[Contender], Run]) -> dict[str, list[Run]]:
    """Every contender once a cycle, so that what the machine does meanwhile meets all alike; one cycle to warm up."""
    runs: dict[str, list[Run]] = {one.name: [] for one in those}
    for cycle in range(cycles + 1):
        for one in those:
            run = measure(one)
            if run.errors:
                raise RuntimeError(f"{one.name}: {run.errors} errors")
            if cycle:
                runs[one.name].append(run)
    return runs


def ratios(ours: Sequence[Run], theirs: Sequence[Run], of: Callable[[Run], float]) -> list[float]:
    """Ours over theirs, cycle by cycle."""
    return [of(one) / of(other) for one, other in zip(ours, theirs, strict=True)]


@contextmanager
def contenders(*, workers: int, students: int) -> Iterator[tuple[Contender, Contender, Contender]]:
    """The three servers, each with the same number of workers and signed-in users."""
    site = Site(Path(os.environ["FOOTNOTE_DATA"]), command=("serve", "--workers", str(workers)))
    clients = make_clients(site.port, students)
    with running(site), serve("bare_django", workers) as bare, serve("bare_wsgi", workers) as floor:
        assert site.process is not None  # noqa: S101
        keys = bare_keys(bare.data, students)
        yield (
            Contender(
                "Footnote",
                site.port,
                site.process.pid,
                [saves_of(client) for client in clients],
                [pages_of(client) for client in clients],
            ),
            Contender(
                "F",
                bare.port,
                bare.pid,
                [bare_saves(f"sessionid={key}") for key in keys],
                [bare_pages(f"sessionid={key}") for key in keys],
            ),
            Contender("B", floor.port, floor.pid, [bare_saves(f"who={place}") for place in range(students)]),
        )


@dataclass
class Floor:
    """A running floor."""

    port: int
    pid: int
    data: Path


@contextmanager
def serve(module: str, workers: int) -> Iterator[Floor]:
    """A floor on the server that Footnote has, set the same way."""
    with tempfile.TemporaryDirectory(prefix="footnote-floor-") as data:
        port = free_port()
        environment = {**os.environ, "BARE_DATA": data, "BARE_SERVE": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE")
        if module == "bare_django":
            prepare = "from tests.bench.bare_django import prepare; print('\\n'.join(prepare(200)))"
            made = subprocess.run(  # noqa: S603
                [sys.executable, "-c", prepare], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
            )
            Path(data, "keys").write_text(made.stdout)
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "granian", f"tests.bench.{module}:application", "--interface", "wsgi",
             "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--blocking-threads", "1",
             "--backlog", "1024", "--backpressure", "640", "--http", "1", "--no-ws",
             "--log-level", "warning", "--no-access-log"],
            env=environment,
            cwd=ROOT,
        )  # fmt: skip
        try:
            for _ in range(200):
                try:
                    urlopen(f"http://127.0.0.1:{port}/q/1/", timeout=2).close()  # noqa: S310
                except (URLError, OSError):
                    time.sleep(0.05)
                else:
                    break
            yield Floor(port, process.pid, Path(data))
        finally:
            process.terminate()
            process.wait(timeout=30)


def bare_keys(data: Path, count: int) -> list[str]:
    return (data / "keys").read_text().split()[:count]


def saves_of(client: Client) -> Request:
    """A student's saves, one question after another, each upon the revision that the last one gave."""
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


def write(table: str) -> None:
    """Put the table between the marks of docs/performance.md."""
    path = ROOT / "docs" / "performance.md"
    head, _, rest = path.read_text().partition("<!-- figures -->\n")
    _, _, tail = rest.partition("<!-- end of figures -->")
    path.write_text(f"{head}<!-- figures -->\n{table}<!-- end of figures -->{tail}")


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    main()
    DATA.cleanup()
