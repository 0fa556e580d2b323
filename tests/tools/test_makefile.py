"""The Makefile says what it can do."""

import re
import subprocess
from pathlib import Path

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
