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


@pytest.mark.parametrize("is_added", [False, True], ids=["new", "added"])
def test_make_format_puts_a_template_into_shape_and_succeeds(is_added: bool, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "page.html"
    template.parent.mkdir()
    template.write_text("{%if x%}{{x}}{%endif%}\n", encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    makefile = Path(settings.BASE_DIR, "Makefile")
    # Without ruff, and without an installation.
    make_format = ["make", "-f", str(makefile), "-o", ".venv/.test", "PY=true", "format"]
    for command in (["git", "init", "-q"], *([["git", "add", "templates"]] if is_added else []), make_format):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert template.read_text(encoding="utf-8") == "{% if x %}{{ x }}{% endif %}\n"


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
