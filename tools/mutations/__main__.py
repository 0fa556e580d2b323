"""`make mutations`: a line a control, red where the tests notice that it is gone; all of it in docs/mutations.md."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

from tools.mutations import accounts, answers, keys, ownership, people, record, requests
from tools.mutations.control import Control

CONTROLS = (
    *ownership.CONTROLS,
    *keys.CONTROLS,
    *answers.CONTROLS,
    *people.CONTROLS,
    *accounts.CONTROLS,
    *requests.CONTROLS,
    *record.CONTROLS,
)

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "mutations.md"
# Far above the slowest selection, for a mutation that makes the site wait for ever.
LIMIT_SECONDS = 300
ALL_LIMIT_SECONDS = 1800
# In a tree; not where the tests' own files are.
CACHE = ".mutations-cache"
# pytest's own codes: everything else means that the tests did not run, which proves nothing.
PASSED, FAILED = 0, 1
TOO_LONG = "the tests took too long"

INTRODUCTION = """# Mutations

`make mutations` shows that each control of the site has a test that can fail. It copies the site, removes one control
from the copy, and runs the few tests that should fail. Then it does the same with the next control.

It ends with an error if no test fails, or if the code that it removes no longer exists. At the end, the tests that
failed run again with every control in place. A test that also fails there does not count. The list of controls is in
`tools/mutations/`, and a unit test compares it with the code.

`.venv/bin/python -m tools.mutations regrade code` runs the controls that have one of these words in their names.
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one control. word: red, SURVIVED, GONE (its text is no longer there) or BROKEN.

    failed: the tests that turned red, as pytest names them.
    """

    control: Control
    word: str
    detail: str = ""
    failed: frozenset[str] = frozenset()

    @property
    def is_noticed(self) -> bool:
        """Whether the tests turned red, and for the right reason."""
        return self.word == "red"


def main() -> int:
    """Run, print, write the document; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only controls whose name holds one of these; writes no document")
    chosen = parser.parse_args().words
    controls = [one for one in CONTROLS if not chosen or any(word in one.name for word in chosen)]
    began = time.monotonic()
    with copies(os.cpu_count() or 1) as trees, ThreadPoolExecutor(trees.qsize()) as pool:
        outcomes = list(pool.map(lambda one: report(without(one, trees)), controls))
        red_anyway = unmutated(outcomes, trees)
    outcomes = [counted(outcome, red_anyway) for outcome in outcomes]
    for test in sorted(red_anyway):
        print(f"Red with every control in its place: {test}")
    noticed = sum(outcome.is_noticed for outcome in outcomes)
    summary = f"{noticed} of {len(outcomes)} controls have a test that fails without them"
    print(f"{summary}; {time.monotonic() - began:.0f} s")
    if not chosen:
        DOCUMENT.write_text(document(outcomes, summary), encoding="utf-8")
    return 0 if noticed == len(outcomes) and not red_anyway else 1


@contextmanager
def copies(count: int) -> "Iterator[Queue[Path]]":
    """Copies of the files of this checkout, as they are now, in a folder that is deleted at the end."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  a known program
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    trees: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory(prefix="footnote-mutations-") as folder:
        for number in range(count):
            tree = Path(folder) / str(number)
            for name in names:
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                # With its mode: a script that may be run can be run there as well.
                shutil.copy(ROOT / name, tree / name)
            trees.put(tree)
        yield trees


def unmutated(outcomes: Sequence[Outcome], trees: "Queue[Path]") -> frozenset[str]:
    """The tests that turned red without a control and are red with every control in its place too."""
    red: frozenset[str] = frozenset().union(*(outcome.failed for outcome in outcomes))
    # Without parameters: those of a test may change with the control, and pytest refuses a name that is not there.
    tests = sorted({test.partition("[")[0] for test in red})
    if not tests:
        return frozenset()
    tree = trees.get()
    code, output, failed = run(["-n", str(trees.qsize() + 1), *tests], tree, seconds=ALL_LIMIT_SECONDS)
    trees.put(tree)
    if code not in {PASSED, FAILED}:
        # Nothing is known about any of them.
        print(output or TOO_LONG)
        return red
    return failed


def counted(outcome: Outcome, red_anyway: frozenset[str]) -> Outcome:
    """The outcome without the tests that are red anyway."""
    if not outcome.failed & red_anyway:
        return outcome
    failed = outcome.failed - red_anyway
    return replace(outcome, failed=failed, word="red" if failed else "SURVIVED", detail=described(failed))


def described(failed: frozenset[str]) -> str:
    """How many tests turned red; "" where none did."""
    return f"{len(failed)} failed" if failed else ""


def without(one: Control, trees: "Queue[Path]") -> Outcome:
    """Run the tests of a control in a copy that does not have it."""
    tree = trees.get()
    path = tree / one.file
    original = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        if original.count(one.text) != 1:
            return Outcome(one, "GONE", f"its text stands {original.count(one.text)} times in {one.file}")
        path.write_text(original.replace(one.text, one.without), encoding="utf-8")
        code, output, failed = run(one.tests, tree)
    finally:
        if original:
            path.write_text(original, encoding="utf-8")
        trees.put(tree)
    if code == PASSED:
        return Outcome(one, "SURVIVED")
    if code != FAILED or not failed:
        return Outcome(one, "BROKEN", " ".join(output.splitlines()[-1:]) or TOO_LONG)
    return Outcome(one, "red", described(failed), failed)


def run(arguments: Sequence[str], tree: Path, *, seconds: int = LIMIT_SECONDS) -> tuple[int, str, frozenset[str]]:
    """(exit code, what it printed, failed tests) of pytest in a tree; the code is -1 where it took too long."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-o", f"cache_dir={CACHE}", "-m", "not browser"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "FOOTNOTE"))}
    noted = tree / CACHE / "v" / "cache" / "lastfailed"
    noted.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            [*command, *arguments],
            cwd=tree,
            # A mutated file may have the size and the second of the one before it, so nothing compiled is kept.
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return -1, "", frozenset()
    failed = json.loads(noted.read_text(encoding="utf-8")) if noted.exists() else {}
    return done.returncode, done.stdout.strip(), frozenset(failed)


def report(outcome: Outcome) -> Outcome:
    """Print the outcome's line."""
    print(f"{outcome.control.name}: {outcome.word}{f' ({outcome.detail})' if outcome.detail else ''}", flush=True)
    return outcome


def document(outcomes: Sequence[Outcome], summary: str) -> str:
    """docs/mutations.md as this run has it."""
    rows = [
        f"| {outcome.control.name} | `{outcome.control.file}` | {outcome.word}"
        f"{f', {outcome.detail}' if outcome.detail else ''} |"
        for outcome in outcomes
    ]
    return "\n".join(
        [
            INTRODUCTION,
            f"Run on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores,",
            f"by `make mutations`: **{summary}**.",
            "",
            "| control | file | tests without it |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
