"""The pictures of the README can still be made."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.screenshots import PICTURES, ROOT


@pytest.mark.slow
def test_script_makes_each_picture(browser_type_launch_args: object, prepared_data: Path, tmp_path: Path) -> None:
    # In a process of its own, since Playwright runs in this one.
    subprocess.run([sys.executable, "-m", "tools.screenshots", tmp_path, prepared_data], cwd=ROOT, check=True)

    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in PICTURES.iterdir()}
