"""The list of `make mutations` is held to the code: it may neither rot nor name tests that are not there."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tools.mutations.__main__ import CONTROLS, Outcome, copies, counted
from tools.mutations.control import Control

ROOT = Path(__file__).resolve().parents[2]
EACH = pytest.mark.parametrize("one", CONTROLS, ids=[one.name for one in CONTROLS])


@EACH
def test_control_stands_once_where_the_list_says(one: Control) -> None:
    assert (ROOT / one.file).read_text(encoding="utf-8").count(one.text) == 1
    assert one.without != one.text


@EACH
def test_control_names_tests_that_exist(one: Control) -> None:
    named = [test.partition("::") for test in one.tests if test.startswith("tests/")]
    assert named
    for path, _, function in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not function or re.search(rf"^def {function}\(", source, re.MULTILINE)


def test_controls_have_names_of_their_own() -> None:
    assert [name for name, count in Counter(one.name for one in CONTROLS).items() if count > 1] == []
    assert len(CONTROLS) >= 30


def test_test_that_is_red_anyway_counts_for_no_control() -> None:
    both = Outcome(CONTROLS[0], "red", "2 failed", frozenset({"tests/a.py::test_a", "tests/b.py::test_b"}))
    alone = Outcome(CONTROLS[1], "red", "1 failed", frozenset({"tests/a.py::test_a"}))
    seen = [counted(outcome, frozenset({"tests/a.py::test_a"})) for outcome in (both, alone)]
    assert [(outcome.word, outcome.detail) for outcome in seen] == [("red", "1 failed"), ("SURVIVED", "")]
    assert counted(both, frozenset()) is both


def test_copy_of_the_site_keeps_what_may_be_run() -> None:
    with copies(1) as trees:
        [tree] = list(trees.queue)
        files = [path for path in (ROOT / "tools").iterdir() if path.is_file()]
        scripts = [path.relative_to(ROOT) for path in files if os.access(path, os.X_OK)]
        assert scripts
        assert all(os.access(tree / script, os.X_OK) for script in scripts)
        assert not (tree / ".git").exists()
