"""The version of Footnote: one place, one command, and the footer of teachers' pages."""

import subprocess
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django import get_version
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from packaging.version import Version

from quizsite import __version__
from quizzes.models import Attempt, Classroom
from tests.servers import MANAGE, environment

LINE = f"<p>Footnote {__version__}</p>"


def test_version_prints_the_version() -> None:
    out = StringIO()
    call_command("version", stdout=out)
    assert out.getvalue() == f"Footnote {__version__}\n"


@pytest.mark.parametrize(("word", "line"), [("version", f"Footnote {__version__}"), ("--version", get_version())])
def test_manage_knows_both_versions(word: str, line: str, tmp_path: Path) -> None:
    done = subprocess.run([*MANAGE, word], env=environment(tmp_path, 8000, {}), capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == (f"{line}\n", "", 0)


def test_version_is_the_newest_of_the_changelog_or_the_one_to_come() -> None:
    changelog = Path(settings.BASE_DIR, "CHANGELOG.md").read_text()
    unreleased, _, released = changelog.partition("## Unreleased\n")[2].partition("\n## ")
    newest = Version(released.split()[0])
    version = Version(__version__)

    # Otherwise pip would not install a wheel of this code over the newest release.
    assert version.is_devrelease == bool(unreleased.strip())
    assert version > newest if version.is_devrelease else version == newest


def test_package_reads_its_version_from_the_code() -> None:
    package = tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text())
    assert "version" not in package["project"]
    assert package["project"]["dynamic"] == ["version"]
    assert package["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "quizsite.__version__"}


@pytest.mark.parametrize("name", ["teacher_home", "question_sets", "account"])
def test_footer_of_teachers_pages_shows_the_version(name: str, teacher_client: Client) -> None:
    page = teacher_client.get(reverse(name)).content.decode()
    assert page.count("<footer") == 1
    assert page[page.index("<footer") : page.index("</footer>")].count(LINE) == 1


def test_footer_of_a_classroom_page_shows_the_version(classroom: Classroom, teacher_client: Client) -> None:
    assert (
        teacher_client.get(reverse("classroom_gradebook", args=[classroom.public_id])).content.decode().count(LINE) == 1
    )


@pytest.mark.parametrize("name", ["landing", "privacy", "how_we_write", "join", "account_login"])
def test_footer_of_public_pages_shows_no_version(name: str, client: Client, teacher_client: Client) -> None:
    # The footer's text is kept from page to page, so a teacher's page comes first.
    assert LINE in teacher_client.get(reverse("teacher_home")).content.decode()
    for reader in (client, teacher_client) if name != "account_login" else (client,):
        page = reader.get(reverse(name)).content.decode()
        assert page.count("<footer") == 1
        assert __version__ not in page


def test_missing_page_shows_no_version_to_strangers(client: Client) -> None:
    assert __version__ not in client.get("/nothing-here/").content.decode()


def test_footer_of_students_pages_shows_no_version(
    attempt: Attempt, student_client: Client, teacher_client: Client
) -> None:
    assert LINE in teacher_client.get(reverse("teacher_home")).content.decode()
    for address in (reverse("student_home"), reverse("take_attempt", args=[attempt.public_id, 1])):
        page = student_client.get(address)
        assert page.status_code == 200
        assert __version__ not in page.content.decode()
