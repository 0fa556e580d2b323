"""`python -m tools.bench.before_after REVISION`: this checkout and an older one, in alternating cycles.

Each measures itself and baseline F with its own bench, so that other work on the machine affects both alike. The
table goes between two marks of docs/performance.md.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tools.marks import write_between

ROOT = Path(__file__).resolve().parents[2]
FIGURES = "figures: "
# What a checkout runs on its own bench, which was in `tests` before 0.2.0.
MEASURE = f"""
import json, sys
from django.core.management import call_command
from {{package}}.bench import __main__ as bench
call_command("migrate", verbosity=0)
lines = []
with bench.contenders(workers=2, students=200) as (footnote, bare_django, bare_wsgi):
    lines += bench.saves_with_thirty(footnote, bare_django, bare_wsgi, 1, {{each}})
    lines += bench.pages(footnote, bare_django, 1)
    lines += bench.boards.board_poll(footnote.port, footnote.pid, footnote.clients, cycles=1)
    lines += bench.two_hundred(footnote)
    lines += bench.memory(footnote, bare_django)
with bench.contenders(workers=1, students=30) as (footnote, bare_django, bare_wsgi):
    lines += bench.saves_on_one_worker(footnote, bare_django, bare_wsgi, 1, {{each}})
if {{is_whole}}:
    lines += bench.whole.starvation(bench.row)
lines += (bench.queries if hasattr(bench, "queries") else bench.statements)()
lines += bench.reports.lines(bench.row)
print("{FIGURES}" + json.dumps(lines))
bench.DATA.cleanup()
"""


def main() -> None:
    """Run the cycles and write the table."""
    parser = argparse.ArgumentParser(description="This checkout beside an older one.")
    parser.add_argument("revision", help="for example 9cbaf55")
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--each", type=int, default=100, help="saves of each of 30 clients in a cycle")
    arguments = parser.parse_args()
    before: list[dict[str, float]] = []
    after: list[dict[str, float]] = []
    with old_checkout(arguments.revision) as old:
        for cycle in range(arguments.cycles):
            # The longest wait takes a minute, so it is measured once.
            is_whole = cycle == 0
            before.append(measure(old, each=arguments.each, is_whole=is_whole))
            after.append(measure(ROOT, each=arguments.each, is_whole=is_whole))
    lines = table(before, after)
    head = f"Run on {datetime.now(UTC):%Y-%m-%d} with `make bench OLD={arguments.revision}`, {arguments.cycles} cycles."
    text = "\n".join([head, "", *lines, ""])
    sys.stdout.write(text)
    write_between(ROOT / "docs" / "performance.md", "before and after", text)


@contextmanager
def old_checkout(revision: str) -> Iterator[Path]:
    """A work tree of the revision, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="footnote-before-") as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def measure(tree: Path, *, each: int, is_whole: bool) -> dict[str, float]:
    """The figures that the bench of this checkout prints in one cycle, by their labels."""
    package = "tools" if (tree / "tools" / "bench").is_dir() else "tests"
    program = MEASURE.format(package=package, each=each, is_whole=is_whole)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # The web server may print after it.
    [line] = [line for line in done.stdout.splitlines() if line.startswith(FIGURES)]
    return figures(json.loads(line.removeprefix(FIGURES)))


def figures(lines: Sequence[str]) -> dict[str, float]:
    """The figures of a bench's table, by their labels: the median, or each figure of a list such as “MB: ours, F's”."""
    found: dict[str, float] = {}
    for line in lines:
        label, value, *_ = [*map(str.strip, line.strip("|").split("|")), ""]
        # An older checkout calls a query a statement.
        label = re.sub(r"\bstatements\b", "queries", label)
        of_list, _, names = label.partition(": ")
        listed, values = names.split(", "), value.split(", ")
        labels = [f"{of_list}: {name}" for name in listed] if 1 < len(values) == len(listed) else [label]
        try:
            found.update(zip(labels, map(float, values), strict=True))
        except ValueError:
            continue
    return found


def table(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]) -> list[str]:
    """A row for each figure that both have: median before, median after, after over before."""
    lines = ["| figure | before | after | after / before |", "| --- | --- | --- | --- |"]
    labels = list(dict.fromkeys(label for cycle in after for label in cycle))
    for label in labels:
        old = [cycle[label] for cycle in before if label in cycle]
        new = [cycle[label] for cycle in after if label in cycle]
        if old and median(old):
            ratio = median(new) / median(old)
            lines.append(f"| {label} | {median(old):.2f} | {median(new):.2f} | {ratio:.2f} |")
    return lines


if __name__ == "__main__":
    main()
