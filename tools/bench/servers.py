"""`python -m tools.bench.servers [--cycles 5]`: saves of one site under several servers, in turn.

waitress is not among the project's dependencies: `pip install waitress` first.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from django.core.management import call_command

from tests.servers import MANAGE, ROOT, environment, free_port
from tools.bench import load as bench
from tools.bench.__main__ import DATA, alternate, ratios  # sets up Django, which the imports below need
from tools.bench.contenders import Contender, bare_keys, bare_saves, saves_of, serve
from tools.faults.ledger import make_clients

EACH = 40


def main() -> None:
    """Print one table for one worker and eight students, and one for two workers and thirty."""
    parser = argparse.ArgumentParser(description="Saves of one site under several servers, over Granian's WSGI mode.")
    parser.add_argument("--cycles", type=int, default=5)
    cycles = parser.parse_args().cycles
    sys.stdout.write(f"Run on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, {cycles} cycles.\n\n")
    sys.stdout.write("| workers, students | server | rate over Granian's WSGI mode | CPU | p99 | rate over F |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- | --- |\n")
    for workers, students in ((1, 8), (2, 30)):
        compare(workers, students, cycles)


def compare(workers: int, students: int, cycles: int) -> None:
    """Print a row for each server."""
    with ExitStack() as stack:
        ports = {name: stack.enter_context(started(command)) for name, command in commands(workers).items()}
        those = [
            Contender(name, port, pid, [saves_of(client) for client in make_clients(port, students)])
            for name, (port, pid) in ports.items()
        ]
        baseline = stack.enter_context(serve("bare_django", workers))
        keys = bare_keys(baseline.data, students)
        those.append(Contender("F", baseline.port, baseline.pid, [bare_saves(f"sessionid={key}") for key in keys]))
        runs = alternate(those, cycles, lambda one: bench.load(one.port, one.pid, one.saves, each=EACH))
    for name in ports:
        rate, cpu, p99 = (
            median(ratios(runs[name], runs["Granian WSGI"], of))
            for of in (lambda run: run.rate, lambda run: run.cpu_ms, lambda run: run.p99)
        )
        over_f = median(ratios(runs[name], runs["F"], lambda run: run.rate))
        sys.stdout.write(f"| {workers}, {students} | {name} | {rate:.2f} | {cpu:.2f} | {p99:.2f} | {over_f:.2f} |\n")


def commands(workers: int) -> dict[str, Sequence[str]]:
    """The command of each server; `PORT` is replaced by the port."""
    return {
        "Granian RSGI with our bridge": (*MANAGE, "serve", "--workers", str(workers)),
        "Granian WSGI": (
            *(sys.executable, "-m", "granian", "quizsite.wsgi:application", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", "PORT", "--workers", str(workers), "--blocking-threads", "1"),
            *("--backpressure", "640", "--http", "1", "--no-ws", "--log-level", "warning", "--no-access-log"),
            *("--workers-kill-timeout", "5"),
        ),
        "waitress": (sys.executable, "-m", "tools.bench.under_waitress", "PORT", str(workers)),
    }


@contextmanager
def started(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(port, process id) of a server on the data folder of the site."""
    port = free_port()
    process = subprocess.Popen(
        [str(port) if word == "PORT" else word for word in command],
        env=environment(Path(os.environ["FOOTNOTE_DATA"]), port, {}),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(1000):
            try:
                urlopen(f"http://127.0.0.1:{port}/livez", timeout=2).close()  # nosec B310
            except (URLError, OSError):
                time.sleep(0.01)
            else:
                break
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    main()
    DATA.cleanup()
