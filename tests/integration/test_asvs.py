"""docs/asvs.md has one line for each requirement of ASVS 5.0 levels 1 and 2, and each test and file in it exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = ROOT / "docs" / "asvs.md"
STATES = {"Yes", "Partly", "No", "Not used", "Operator"}
ROW = re.compile(r"\| (\d+\.\d+\.\d+)(?: to (\d+\.\d+\.\d+))? \| ([12]) \| ([^|]+) \| ([^|]+) \|(?: ([^|]+))? \|$")

# The requirements by section: how many of its first ones are level 1, and which number is the last of level 2. A
# requirement of level 3 follows those, except where an own list says so.
# Source: OWASP_Application_Security_Verification_Standard_5.0.0_en.csv.
SECTIONS = """
1.1 0 2, 1.2 5 9, 1.3 2 11, 1.4 0 3, 1.5 1 2, 2.1 1 3, 2.2 2 3, 2.3 1 4, 2.4 0 1, 3.2 2 2, 3.3 1 4, 3.4 2 6, 3.5 3 5,
3.7 0 2, 4.1 1 3, 4.2 0 1, 4.3 0 2, 4.4 1 4, 5.1 0 1, 5.2 2 3, 5.3 2 2, 5.4 0 3, 6.1 1 3, 6.2 8 12, 6.3 2 4, 6.4 2 4,
6.5 0 5, 6.6 0 3, 6.8 0 4, 7.1 0 3, 7.2 4 4, 7.3 0 2, 7.4 2 5, 7.5 0 2, 7.6 0 2, 8.1 1 2, 8.2 2 3, 8.3 1 1, 8.4 0 1,
9.1 3 3, 9.2 1 4, 10.1 0 2, 10.2 0 2, 10.3 0 4, 10.4 5 11, 10.5 0 5, 10.6 0 2, 10.7 0 3, 11.1 0 2, 11.2 0 3, 11.3 2 3,
11.4 1 4, 11.5 0 1, 11.6 0 1, 12.1 1 3, 12.2 2 2, 12.3 0 4, 13.1 0 1, 13.2 0 5, 13.3 0 2, 13.4 1 5, 14.1 0 2, 14.2 1 4,
14.3 1 3, 15.1 1 3, 15.2 1 3, 15.3 1 7, 16.1 0 1, 16.2 0 5, 16.3 0 4, 16.4 0 3, 16.5 0 3, 17.1 0 1, 17.2 0 4, 17.3 0 2
"""


def requirements() -> dict[str, str]:
    """The level of each requirement of levels 1 and 2, by id, in the order of the standard."""
    levels = {}
    for section, first, last in (entry.split() for entry in SECTIONS.replace("\n", " ").split(",")):
        for number in range(1, int(last) + 1):
            levels[f"{section}.{number}"] = "1" if number <= int(first) else "2"
    return levels


def rows() -> list[re.Match[str]]:
    """The lines of the table."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    matches = [ROW.match(line) for line in lines]
    assert [line for line, match in zip(lines, matches, strict=True) if match is None] == []
    return [match for match in matches if match is not None]


@cache
def functions_in(path: str) -> frozenset[str]:
    """The names of the test functions in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def missing_in(text: str) -> list[str]:
    """The tests and files that a text names and that do not exist."""
    missing = []
    for name in re.findall(r"`([\w./-]+\.(?:py|md|js|txt|toml|example)(?:::\w+)?)`", text):
        path, _, test = name.partition("::")
        if not (ROOT / path).is_file() or (test and test not in functions_in(path)):
            missing.append(name)
    return missing


def test_requirements_are_as_many_as_the_standard_has() -> None:
    levels = list(requirements().values())

    assert (levels.count("1"), levels.count("2")) == (70, 183)


def test_each_requirement_has_one_line_with_its_level() -> None:
    found: list[tuple[str, str]] = []
    for row in rows():
        first, last, level = row[1], row[2] or row[1], row[3]
        section, _, start = first.rpartition(".")
        assert last.rpartition(".")[0] == section
        found += [(f"{section}.{number}", level) for number in range(int(start), int(last.rpartition(".")[2]) + 1)]

    assert found == list(requirements().items())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[1])
def test_each_line_has_a_test_a_file_or_a_reason(row: re.Match[str]) -> None:
    state, proof = row[5], row[6] or ""

    assert state in STATES
    assert missing_in(proof) == []
    if state in {"Yes", "Partly", "No"}:
        assert proof


def test_tests_that_promises_name_exist() -> None:
    assert missing_in((ROOT / "docs" / "promises.md").read_text(encoding="utf-8")) == []


def test_a_name_that_does_not_exist_is_an_error() -> None:
    assert missing_in("`tests/integration/test_asvs.py::test_nothing`, `docs/no-such.md`, `docs/asvs.md`") == [
        "tests/integration/test_asvs.py::test_nothing",
        "docs/no-such.md",
    ]
