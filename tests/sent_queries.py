"""Which queries each test sends on SQLite, and a choice of tests that sends each kind of them on PostgreSQL.

A kind of query is the line of the site's code that sends it, its SQL, the error that it raised, and what the engines
treat differently in its parameters: NUL bytes, other letters than ASCII, long texts, and large numbers.
"""

import json
import os
import re
import sys
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import Error
from django.db.backends.utils import CursorWrapper

from quizsite.call_stack import with_large_stack

ROOT = Path(__file__).resolve().parents[1]
APPS = ("quizzes.", "quizsite.")
SITE = (f"{ROOT}/quizzes/", f"{ROOT}/quizsite/")
_CONTROL = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET CONSTRAINTS|PRAGMA", re.IGNORECASE)
# Lists of values differ in length only.
_VALUES = re.compile(r"%s(, %s)+")
_ROWS = re.compile(r"(\(%s\.\.\.\))(, \(%s\.\.\.\))+")
# How many tests send each kind of query. One would be enough for the SQL. The other has other rows.
TESTS_PER_KIND = 2

Kinds = dict[str, Counter[str]]


class Recorder:
    """Notes the kinds of queries of the running test. `failed`: the tests with a query that raised an error."""

    def __init__(self) -> None:
        self.test = ""
        self.kinds: Kinds = defaultdict(Counter)
        self.failed: set[str] = set()
        self._known: dict[tuple[object, ...], str] = {}

    def install(self) -> None:
        """Note every query of this process from here on."""
        original = CursorWrapper._execute_with_wrappers

        def execute(cursor: Any, sql: Any, params: Any, many: bool, executor: Callable[..., Any]) -> Any:
            try:
                result = original(cursor, sql, params, many=many, executor=executor)
            except Exception as raised:
                # Django raises an error of the engine from that of the driver. A test made any other, and sent nothing.
                if isinstance(raised, Error) and raised.__cause__ is None:
                    raise
                error = type(raised).__name__
                self.failed.add(self.test)
                self._note(str(sql), params, many, error)
                raise
            self._note(str(sql), params, many, "")
            return result

        CursorWrapper._execute_with_wrappers = execute

    def write(self, folder: Path, worker: str) -> None:
        """Write one line a test into the folder."""
        lines = [json.dumps([test, test in self.failed, kinds]) for test, kinds in self.kinds.items() if test]
        (folder / f"{worker}.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def _note(self, sql: str, params: Any, many: bool, error: str) -> None:
        if _CONTROL.match(sql):
            return
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and not is_of_site(frame):
            frame = frame.f_back
        if frame is None:
            return
        first = (next(iter(params), ()) if many else params) or ()
        values = first.values() if isinstance(first, Mapping) else first
        key = (frame.f_code.co_filename, frame.f_lineno, sql, error, traits(values))
        if key not in self._known:
            line = f"{frame.f_code.co_filename.removeprefix(str(ROOT))}:{frame.f_lineno}"
            text = repr((line, shape(sql), error, key[-1]))
            self._known[key] = blake2b(text.encode(), digest_size=8).hexdigest()
        self.kinds[self.test][self._known[key]] += 1


def is_of_site(frame: FrameType) -> bool:
    """Whether the frame runs code of the site. Each test runs in `with_large_stack`, which sends no query."""
    # The module first: Python reports each look at the code of a frame to the audit hook of conftest.py, which made
    # this five times as slow (2026-12-01).
    module: str = frame.f_globals.get("__name__", "")
    return (
        module.startswith(APPS) and module != with_large_stack.__module__ and frame.f_code.co_filename.startswith(SITE)
    )


def shape(sql: str) -> str:
    """The SQL without the numbers of its values and rows."""
    return _ROWS.sub(r"\1", _VALUES.sub("%s...", sql))


def traits(values: Iterable[object]) -> str:
    """What the engines treat differently in these parameters."""
    found = set()
    for value in values:
        if isinstance(value, str):
            if "\x00" in value or "\\u0000" in value:
                found.add("NUL")
            if not value.isascii():
                found.add("letters")
            if len(value) > 60:
                found.add("long")
        elif isinstance(value, int) and abs(value) >= 2**31:
            found.add("large")
    return " ".join(sorted(found))


def read(folder: Path) -> tuple[Kinds, set[str]]:
    """(kinds of queries by test, tests with a query that raised an error) that a run on SQLite wrote."""
    kinds: Kinds = {}
    failed = set()
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            test, has_failed, counts = json.loads(line)
            kinds[test] = Counter(counts)
            if has_failed:
                failed.add(test)
    return kinds, failed


def chosen(kinds: Kinds, *, always: Iterable[str] = (), times: int = TESTS_PER_KIND) -> set[str]:
    """Tests of which `times` send each kind of query, or as many as there are. Those in `always` are among them.

    Of the tests left, the next is the one with the most kinds that are missing for each query it sends.
    """
    missing = Counter(kind for counts in kinds.values() for kind in counts)
    missing = Counter({kind: min(times, count) for kind, count in missing.items()})
    taken: set[str] = set()

    def take(test: str) -> None:
        taken.add(test)
        for kind in kinds[test]:
            missing[kind] -= 1

    for test in always:
        if test in kinds:
            take(test)
    # What a test adds only falls while others are taken, so a test that still adds as much as at its place is next.
    queue = [(_worth(test, kinds, missing), test) for test in sorted(kinds) if test not in taken]
    queue.sort()
    while queue:
        _, test = queue.pop()
        now = _worth(test, kinds, missing)
        if not now:
            continue
        if queue and now < queue[-1][0]:
            insort(queue, (now, test))
            continue
        take(test)
    return taken


def _worth(test: str, kinds: Kinds, missing: Counter[str]) -> float:
    added = sum(missing[kind] > 0 for kind in kinds[test])
    return added / (10 + kinds[test].total())


def folder() -> Path | None:
    """Where the run on SQLite writes its queries and the run on PostgreSQL reads them: $TEST_QUERIES."""
    named = os.environ.get("TEST_QUERIES")
    return Path(named) if named else None
