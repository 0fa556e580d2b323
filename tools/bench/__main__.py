"""`python -m tools.bench [--cycles 5]`: Footnote and baselines F and B in turn; writes docs/performance.md."""

import argparse
import cProfile
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

DATA = tempfile.TemporaryDirectory(prefix="footnote-bench-")
os.environ |= {"FOOTNOTE_DATA": f"{DATA.name}/site", "FOOTNOTE_ENV_FILE": os.devnull}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
# A site keeps its bytecode. In a shell that forbids it, every start would compile the project again. That takes as
# long as the rest of a start, and each worker would keep the memory that it took.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import django  # after the environment is set

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext

from tests.servers import ROOT
from tools.bench import boards, reports, whole
from tools.bench import load as bench
from tools.bench.contenders import Contender, contenders, save_fields
from tools.bench.load import Run, row
from tools.faults.ledger import make_clients
from tools.marks import write_between

# The field's figures on one machine, over F's on the same: PERFORMANCE's table, saves a second with 30 at once.
FIELD_OF_F = {"Kolibri": 75 / 727, "Moodle": 54 / 727, "RELATE": 57 / 727}
FIELD_CPU_OF_F = {"Kolibri": 12.7 / 2.1, "Moodle": 32 / 2.1}


def main() -> None:
    """Run the cycles and print the table."""
    parser = argparse.ArgumentParser(description="Footnote beside two baselines, as ratios.")
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--each", type=int, default=100, help="saves of each of 30 clients in a cycle")
    parser.add_argument("--ratios-only", action="store_true", help="print the rates over F as JSON and write nothing")
    arguments = parser.parse_args()
    cycles, each = arguments.cycles, arguments.each
    if arguments.ratios_only:
        with contenders(workers=2, students=30) as (footnote, bare_django, _):
            sys.stdout.write(f"{whole.RATIOS}{json.dumps(rates_over_f(footnote, bare_django, cycles, each))}\n")
        return
    lines = [f"Run on {datetime.now(UTC):%Y-%m-%d} with `make bench` on {os.cpu_count()} cores, {cycles} cycles.", ""]
    with contenders(workers=2, students=200) as (footnote, bare_django, bare_wsgi):
        # Before the saves: a poll counts the log, and a class saves an answer about twice, not thousands of times.
        bench.load(footnote.port, footnote.pid, footnote.saves[:30], each=20)
        polls = boards.board_poll(footnote.port, footnote.pid, footnote.clients, cycles=cycles)
        lines += saves_with_thirty(footnote, bare_django, bare_wsgi, cycles, each)
        lines += pages(footnote, bare_django, cycles)
        lines += polls
        lines += two_hundred(footnote)
        lines += memory(footnote, bare_django)
        lines += whole.growth(footnote)
        over_f = rates_over_f(footnote, bare_django, cycles, each)
    with contenders(workers=1, students=30) as (footnote, bare_django, bare_wsgi):
        lines += saves_on_one_worker(footnote, bare_django, bare_wsgi, cycles, each)
    lines += whole.starvation(row)
    lines += queries()
    lines += whole.whole_attempt(row)
    lines += reports.lines(row)
    lines += whole.starts(cycles, row)
    lines += whole.other_engine(over_f, row)
    table = "\n".join(lines) + "\n"
    sys.stdout.write(table)
    write_between(ROOT / "docs" / "performance.md", "figures", table)


def rates_over_f(footnote: Contender, bare_django: Contender, cycles: int, each: int) -> list[float]:
    """Saves a second of 30 students at once, over F's in the same cycle."""
    runs = alternate(
        [footnote, bare_django], cycles, lambda one: bench.load(one.port, one.pid, one.saves[:30], each=each)
    )
    return ratios(runs[footnote.name], runs[bare_django.name], lambda run: run.rate)


def saves_with_thirty(
    footnote: Contender, bare_django: Contender, bare_wsgi: Contender, cycles: int, each: int
) -> list[str]:
    """Goals 2 and 3."""
    runs = alternate(
        [footnote, bare_django, bare_wsgi], cycles, lambda one: bench.load(one.port, one.pid, one.saves[:30], each=each)
    )
    rate = ratios(runs[footnote.name], runs[bare_django.name], lambda run: run.rate)
    cpu = ratios(runs[footnote.name], runs[bare_django.name], lambda run: run.cpu_ms)
    lines = [
        row("2 save, 30 students, 2 workers: rate over F", rate),
        *(row(f"  over {name}", [value / share for value in rate]) for name, share in FIELD_OF_F.items()),
        row("3 CPU of a save over F's", cpu),
        *(row(f"  {name}'s CPU over ours", [share / value for value in cpu]) for name, share in FIELD_CPU_OF_F.items()),
    ]
    return [*HEAD, *lines, *absolute(runs)]


def pages(footnote: Contender, bare_django: Contender, cycles: int) -> list[str]:
    """Goal 7."""
    runs = alternate(
        [footnote, bare_django], cycles, lambda one: bench.load(one.port, one.pid, one.pages[:30], each=40)
    )
    rate = ratios(runs[footnote.name], runs[bare_django.name], lambda run: run.rate)
    return [row("7 question page: rate over F's page", rate)]


def two_hundred(footnote: Contender) -> list[str]:
    """Goal 4."""
    run = bench.load(footnote.port, footnote.pid, footnote.saves, each=20)
    return [
        row("4 save, 200 students at once: p99 over p50", [run.p99 / run.p50]),
        f"|   errors of {len(run.latencies)} | {run.errors} | | |",
    ]


def memory(footnote: Contender, bare_django: Contender) -> list[str]:
    """Goal 12, the first half."""
    ours, theirs = bench.memory_mb(footnote.pid), bench.memory_mb(bare_django.pid)
    return [
        row("12 memory after the load over F's", [ours / theirs]),
        f"|   MB: Footnote, F | {ours:.0f}, {theirs:.0f} | | |",
    ]


def saves_on_one_worker(
    footnote: Contender, bare_django: Contender, bare_wsgi: Contender, cycles: int, each: int
) -> list[str]:
    """Goal 1."""
    runs = alternate(
        [footnote, bare_django, bare_wsgi], cycles, lambda one: bench.load(one.port, one.pid, one.saves[:8], each=each)
    )
    rate = ratios(runs[footnote.name], runs[bare_django.name], lambda run: run.rate)
    of_b = ratios(runs[footnote.name], runs[bare_wsgi.name], lambda run: run.rate)
    return [row("1 save, one worker: rate over F", rate), row("  rate over B", of_b)]


def queries() -> list[str]:
    """Goals 6 and 8: queries, Python calls, and bytes of each step of an attempt, in this process."""
    client, classmate = make_clients(0, 2)
    browser = TestClient(headers={"Accept": "text/html"}, SERVER_NAME="127.0.0.1")
    browser.cookies["sessionid"] = classmate.cookie
    used_shares = reports.used_connection_shares(f"/student/attempts/{classmate.attempt_id}/5/", browser)
    browser.cookies["sessionid"] = client.cookie
    attempt = f"/student/attempts/{client.attempt_id}"
    total = byte_count = 0
    steps, calls = {}, {}
    for name, path, data in [
        ("student home", "/student/", None),
        *((f"question {number}", f"{attempt}/{number}/", None) for number in range(1, 11)),
        ("questions ahead", f"{attempt}/questions/", None),
        *((f"save {number}", f"{attempt}/{number}/", save_fields(client, number)) for number in range(1, 11)),
        ("review", f"{attempt}/review/", None),
        ("hand in", f"{attempt}/hand-in/", {}),
        ("receipt", f"{attempt}/receipt/", None),
    ]:
        with CaptureQueriesContext(connection) as seen, cProfile.Profile() as profile:
            headers = {"Accept": "application/json"} if name.startswith("save") else {}
            response = browser.get(path) if data is None else browser.post(path, data, headers=headers)
        if response.status_code not in {200, 302}:
            raise RuntimeError(f"{name}: {response.status_code}")
        count = sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in seen)
        calls[name] = sum(entry.callcount for entry in profile.getstats())
        steps[name], total, byte_count = count, total + count, byte_count + len(response.content)
    # The script opens one question's page and asks for the others at once; without it each has its page.
    pages = sum(count for name, count in steps.items() if name.startswith("question ") and name != "question 1")
    return [
        row("6 queries of a save", [steps["save 5"]]),
        row("  of a question page", [steps["question 5"]]),
        row("  of an attempt of 10 questions, home to receipt", [total - pages]),
        row("  of the same without script", [total - steps["questions ahead"]]),
        # Unlike times and ratios, they are the same on each machine, and with a test client too.
        f"|   Python calls: save, question page | {calls['save 5']}, {calls['question 5']} | | |",
        f"|   bytes of all its pages, uncompressed | {byte_count} | | |",
        row("  CPU of a question page after 500 other queries, over one on a new connection", used_shares),
    ]


HEAD = ["| goal | median | min | max |", "| --- | --- | --- | --- |"]


def absolute(runs: dict[str, list[Run]]) -> list[str]:
    """The rates behind the ratios, which say nothing on another machine or day."""
    return [
        f"|   {name}: saves a second, CPU ms, p99 ms | {median(run.rate for run in own):.0f}, "
        f"{median(run.cpu_ms for run in own):.2f}, {median(run.p99 for run in own):.0f} | | |"
        for name, own in runs.items()
    ]


def alternate(those: Sequence[Contender], cycles: int, measure: Callable[[Contender], Run]) -> dict[str, list[Run]]:
    """Each site once per cycle, so that other work on the machine affects all alike; one cycle to warm up."""
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


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    main()
    DATA.cleanup()
