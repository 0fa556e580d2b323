"""The wheel: two builds are one file, and an installed copy serves with its data outside of the code."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import connection

from quizsite.places import CONTENT, data_folder, user_data_folder
from tests.servers import ROOT, Site, running

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
# What git has, without the data and the caches of a developer.
LIST = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]


def build(folder: Path, *, umask: int) -> Path:
    """A wheel of this code, built without the network from a copy with this umask, so that builds do not meet."""
    source = folder / "source"
    for name in subprocess.run(LIST, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0"):
        is_part = name.split("/")[0] in {"quizsite", "quizzes", "templates", "fixtures"} or "/" not in name
        if is_part and name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
            (source / name).chmod(0o666 & ~umask)
    subprocess.run(
        [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
        check=True,
        capture_output=True,
        umask=umask,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
@pytest.mark.sockets
@pytest.mark.slow
def test_wheel_is_reproducible_and_an_installed_copy_serves_a_site(tmp_path: Path) -> None:
    # A clone and an unpacked archive have other modes.
    wheels = [build(tmp_path / f"{umask:o}", umask=umask) for umask in (0o002, 0o022)]
    assert len({hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels}) == 1
    code = tmp_path / "code"
    install = [*PIP, "install", "--no-deps", "--no-index", "--no-compile", "--target", str(code), str(wheels[0])]
    subprocess.run(install, check=True)
    files = sorted(path for path in code.rglob("*") if "__pycache__" not in path.parts)
    # A file that is not code can be left out, such as the list of English words or the texts in Spanish.
    source = tmp_path / "2" / "source"
    of_packages = {path.relative_to(source) for path in source.glob("quiz*/**/*") if path.is_file()}
    assert of_packages - {path.relative_to(code) for path in files} == set()
    (tmp_path / "cwd").mkdir()
    # Its packages come before those of the clone.
    extra = {"PYTHONPATH": str(code), "FOOTNOTE_DATA": "", "XDG_DATA_HOME": str(tmp_path / "share"), "DATABASE_URL": ""}
    site = Site(tmp_path / "cwd", extra=extra, program=(str(code / "bin" / "footnote"),), folder=tmp_path / "cwd")

    with running(site):
        with urlopen(f"{site.url}/") as page:  # noqa: S310  an address of this machine
            landing = page.read().decode()
        printed = site.run("load_question_sets")
        example = site.run("example_settings")
        platforms = site.run("lti", "list")

    assert "How we write questions" in landing
    assert printed
    # There is no `manage.py` here.
    assert "`footnote lti add`" in platforms
    assert example == (ROOT / ".env.example").read_text()
    assert (tmp_path / "share" / "footnote" / "footnote.sqlite3").exists()
    assert sorted(path for path in code.rglob("*") if "__pycache__" not in path.parts) == files
    assert [path.name for path in (tmp_path / "cwd").iterdir()] == ["server.log"]


@pytest.mark.parametrize(
    ("variables", "platform", "folder"),
    [
        ({}, "linux", Path.home() / ".local" / "share"),
        ({"XDG_DATA_HOME": "/srv/data"}, "linux", Path("/srv/data")),
        ({"XDG_DATA_HOME": "data"}, "linux", Path.home() / ".local" / "share"),
        ({}, "darwin", Path.home() / "Library" / "Application Support"),
    ],
)
def test_data_of_an_installed_copy_is_in_the_platforms_folder(
    variables: dict[str, str], platform: str, folder: Path
) -> None:
    assert user_data_folder(variables, platform) == folder
    # A clone keeps it beside the code, out of git.
    assert data_folder(None) == CONTENT / "data"
    assert data_folder("/srv/footnote") == Path("/srv/footnote")
