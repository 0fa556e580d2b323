"""Caches of a process: all are in one place, and one call empties them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from quizzes.caches import clear_all, process_cache, process_dict

ROOT = Path(__file__).resolve().parents[1]
# Names in `functools` that keep results, and Django's decorator that does.
KEEPERS = {"cache", "lru_cache", "keep_lazy"}


def test_clear_all_empties_every_cache() -> None:
    computed = []

    @process_cache(maxsize=2)
    def double(number: int) -> int:
        computed.append(number)
        return 2 * number

    kept = process_dict()
    kept["key"] = 1
    assert [double(3), double(3), computed] == [6, 6, [3]]

    clear_all()

    assert (double(3), computed, kept) == (6, [3, 3], {})


def test_no_other_module_keeps_results() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("quizzes", "quizsite")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path != ROOT / "quizzes" / "caches.py"
        for name in caches_in(path.read_text(encoding="utf-8"))
        # The descriptor that locks the data folder of this process. No other process has it, and nothing may drop it.
        if (path.name, name) != ("site_lock.py", "_held")
    ]
    assert found == []


def test_caches_are_recognized() -> None:
    source = "import functools\nfrom functools import lru_cache\n_found = {}\n_all: list[int] = []\nNAMES = {'a': 1}\n"
    assert list(caches_in(source)) == ["functools", "lru_cache", "_found", "_all"]


def caches_in(source: str) -> Iterator[str]:
    """What keeps results in a module: `functools`, its decorators, and empty containers of the module."""
    for node in ast.parse(source).body:
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name == "functools")
            case ast.ImportFrom(module="functools", names=names):
                yield from (name.name for name in names if name.name in KEEPERS)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ) if is_empty_container(value):
                yield name


def is_empty_container(value: ast.expr | None) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="dict" | "list" | "set" | "defaultdict" | "OrderedDict")):
            return not value.args or value.func.id == "defaultdict"  # type: ignore[attr-defined]
    return False
