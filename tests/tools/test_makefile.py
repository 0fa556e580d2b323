"""The Makefile says what it can do."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def test_make_without_a_target_lists_every_target() -> None:
    makefile = Path(settings.BASE_DIR, "Makefile").read_text()
    phony = " ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)).split()
    printed = subprocess.run(
        ["make", "--no-print-directory"],  # noqa: S607  make is where the shell finds it
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    listed = [line.split()[1] for line in printed.splitlines()]
    assert sorted(listed) == sorted(phony)
    # Each line says more than the name.
    assert min(len(line.split()) for line in printed.splitlines()) > 3


def test_make_demo_says_on_each_page_that_it_is_one_and_keeps_off_a_real_site() -> None:
    # Without an installation, each command prints its environment instead.
    printed = subprocess.run(
        ["make", "-o", ".venv/.base", "PY=env #", "demo"],  # noqa: S607  make is where the shell finds it
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "FOOTNOTE_DATA": "/srv/footnote",
            "DATABASE_URL": "postgres://server/footnote",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    of_the_site = [line for line in printed.splitlines() if line.startswith(("FOOTNOTE_", "DATABASE_URL="))]

    # For `load_demo` and for `serve`.
    assert sorted(of_the_site) == sorted(2 * ["DATABASE_URL=", "FOOTNOTE_DATA=data-demo", "FOOTNOTE_DEMO=1"])


@pytest.mark.parametrize("is_added", [False, True], ids=["new", "added"])
def test_make_format_puts_a_template_into_shape_and_succeeds(is_added: bool, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "page.html"
    template.parent.mkdir()
    template.write_text("{%if x%}{{x}}{%endif%}\n", encoding="utf-8")
    for command in (["git", "init", "-q"], *([["git", "add", "templates"]] if is_added else [])):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    # Without ruff.
    assert _make(tmp_path, "PY=true", "format").returncode == 0

    assert template.read_text(encoding="utf-8") == "{% if x %}{{ x }}{% endif %}\n"


RUNS = """
from pathlib import Path
import pytest
{imported}
def test_passes(): pass
def test_other():
    runs = Path("runs")
    runs.write_text(runs.read_text() + "." if runs.exists() else ".")
    assert {passes}
"""


@pytest.mark.parametrize(
    ("passes", "imported", "is_green", "runs"),
    [
        pytest.param("runs.read_text() == '..'", "", True, "..", marks=pytest.mark.slow),
        ("False", "", False, ".."),
        ("True", "import nothing", False, ""),
    ],
    ids=["passes the second time", "fails twice", "does not run"],
)
def test_browser_tests_that_fail_run_once_more(
    passes: str, imported: str, is_green: bool, runs: str, tmp_path: Path
) -> None:
    tests = tmp_path / "tests" / "browser"
    tests.mkdir(parents=True)
    (tests / "test_runs.py").write_text(RUNS.format(passes=passes, imported=imported), encoding="utf-8")
    (tmp_path / "runs").touch()
    made = _make(tmp_path, "browser")

    assert (made.returncode == 0) is is_green, made.stdout + made.stderr
    assert (tmp_path / "runs").read_text() == runs


@pytest.mark.parametrize("outer", ["archive", "checkout", "archive in a checkout"])
def test_wheel_has_the_time_of_the_commit(outer: str, tmp_path: Path) -> None:
    """Also in an unpacked archive, where git knows nothing or has another commit."""
    folder = tmp_path / "inner" if outer == "archive in a checkout" else tmp_path
    folder.mkdir(exist_ok=True)
    shutil.copy(Path(settings.BASE_DIR, "Makefile"), folder)
    os.utime(folder / "Makefile", (1790000000, 1790000000))
    if outer != "archive":
        commit = [
            "git",
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@school.test",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "x",
        ]
        for command in (["git", "init", "-q"], commit):
            subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, "GIT_COMMITTER_DATE": "1780000000 +0"})
    # Without an installation. The rest of the recipe is left out.
    make_wheel = [
        "make",
        "-s",
        "-o",
        ".venv/.base",
        f"PY={sys.executable}",
        "PIP_WHEEL=printenv SOURCE_DATE_EPOCH; false #",
    ]

    printed = subprocess.run([*make_wheel, "wheel"], cwd=folder, check=False, capture_output=True, text=True).stdout

    assert printed == ("1780000000\n" if outer == "checkout" else "1790000000\n")


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The target, in another folder, with the packages of this run and without an installation."""
    (folder / ".venv").symlink_to(sys.prefix)
    makefile = str(Path(settings.BASE_DIR, "Makefile"))
    return subprocess.run(
        ["make", "-f", makefile, "-o", ".venv/.test", *arguments],  # noqa: S607  make is where the shell finds it
        cwd=folder,
        # Without the settings of this run, and of pytest's plugins only those that the Makefile's options name.
        env={
            "PATH": os.environ["PATH"],
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "xdist.plugin",
        },
        capture_output=True,
        text=True,
        check=False,
    )
