"""A site of an earlier version is brought up to date by the first start, and a page of each role shows its rows.

Each `tests/data/footnote-VERSION.tar.xz` is the sample school as that version's `load_demo` made it, with its key.
"""

import json
import re
import shutil
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from quizsite import __version__
from quizsite.maintenance import grading_fingerprint
from quizsite.sqlite import library
from tests.servers import ROOT, Site, begin_site, running
from tests.slow_cases import slow_after
from tools.release import released_versions

OLD_SITES = sorted(
    (ROOT / "tests" / "data").glob("footnote-*.tar.xz"),
    key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)],
)
OLDEST, *BETWEEN, NEWEST = OLD_SITES
COUNTS = ("student", "attempt", "answer", "answerevent", "classroom", "assignment", "edition", "user")

# What the test does inside the site: it checks all rows, and each role opens its pages.
OPEN_PAGES = """
import json
from django.test import Client
from django.urls import reverse
from quizzes.attempts.integrity import check_integrity
from quizzes.models import Attempt, Classroom, Student, User
from quizzes.people.student_sessions import PIN_VERSION, STUDENT
from quizzes.people.student_sign_in import pin_of

broken = [line for finding in check_integrity() for line in finding.broken]
attempt = Attempt.objects.filter(student__removed_at=None).exclude(submitted_at=None).order_by("pk").first()
student, teacher = attempt.student, User.objects.get()
teacher.is_staff = True
teacher.save()
visitor, at_work, teaching = (Client(HTTP_HOST="localhost") for _ in range(3))
teaching.force_login(teacher)
session = at_work.session
session[STUDENT], session[PIN_VERSION] = student.pk, student.pin_version
session.save()
classroom = [student.classroom.public_id]
pages = {
    "visitor": (visitor, [reverse("landing"), reverse("join"), reverse("privacy")]),
    "student": (at_work, [reverse("student_home"), reverse("receipt", args=[attempt.public_id])]),
    "teacher": (teaching, [reverse("teacher_home"), reverse("classroom_gradebook", args=classroom)]),
    "administrator": (teaching, [reverse("administration")]),
}
seen = {role: [client.get(path, follow=True) for path in paths] for role, (client, paths) in pages.items()}
print(json.dumps({
    "broken": broken,
    "statuses": {role: [page.status_code for page in opened] for role, opened in seen.items()},
    "names": [
        student.display_name in seen["student"][0].content.decode(),
        student.display_name in seen["teacher"][1].content.decode(),
        teacher.email in seen["administrator"][0].content.decode(),
    ],
    "pin": pin_of(student),
}))
"""

ANSWERS_OF_ANOTHER_VERSION = """
from tests.factories import *
from quizsite.models import SiteState
make_answered_attempt()
SiteState.objects.record(SiteState.QUESTION_SETS, "of another version", now=NOW)
"""


def rows(database: Path) -> dict[str, int]:
    """How many rows the tables have that an upgrade must keep."""
    with closing(library.sqlite.connect(str(database))) as opened:
        return {name: opened.execute(f"SELECT count(*) FROM quizzes_{name}").fetchone()[0] for name in COUNTS}  # noqa: S608  names of this file


def migrations(database: Path) -> set[tuple[str, str]]:
    """The migrations that were applied, each with its app."""
    with closing(library.sqlite.connect(str(database))) as opened:
        return set(opened.execute("SELECT app, name FROM django_migrations"))


def scores(database: Path) -> list[tuple[object, ...]]:
    """The stored scores of all attempts."""
    with closing(library.sqlite.connect(str(database))) as opened:
        return list(opened.execute("SELECT public_id, score, max_score FROM quizzes_attempt ORDER BY public_id"))


def graded_by(database: Path) -> str:
    """The digest of the code that gave the scores, or "" on a site that does not record it."""
    with closing(library.sqlite.connect(str(database))) as opened:
        if not opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'quizsite_sitestate'").fetchone():
            return ""
        found = opened.execute("SELECT value FROM quizsite_sitestate WHERE name = 'grading'").fetchone()
        return json.loads(found[0]) if found else ""


def test_there_is_a_site_of_the_release_before() -> None:
    versions = released_versions((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    # Between two releases, the newest one is the release before.
    before = next(version for version in versions if version != __version__)

    assert f"footnote-{before}.tar.xz" in [path.name for path in OLD_SITES]


@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="an old site is an SQLite file")
@pytest.mark.parametrize(
    "archive", slow_after(1, [NEWEST, OLDEST, *BETWEEN]), ids=lambda path: path.name.removesuffix(".tar.xz")
)
def test_first_start_upgrades_an_old_site_and_keeps_its_rows(
    archive: Path, tmp_path: Path, collected_static: Path
) -> None:
    data = Path(shutil.copytree(collected_static, tmp_path / "data"))
    with tarfile.open(archive) as packed:
        packed.extractall(data, filter="data")
    database = data / "footnote.sqlite3"
    old_rows, old_scores, old_migrations = rows(database), scores(database), migrations(database)
    other_grading = graded_by(database) not in ("", grading_fingerprint())
    assert old_rows["student"] == 60
    assert old_rows["answerevent"] > 1000

    site = Site(data, extra={"DATABASE_URL": ""})
    with running(site):
        pass
    seen = json.loads(site.run("shell", "--no-imports", "-c", OPEN_PAGES).splitlines()[-1])

    new_rows = rows(database)
    # Built-in question sets get new versions; everything else stays as it was.
    assert new_rows | {"edition": 0} == old_rows | {"edition": 0}
    assert new_rows["edition"] >= old_rows["edition"]
    assert scores(database) == old_scores
    assert seen["broken"] == []
    # The newest release may have the tables, the grading, and the question sets of this code.
    changes = migrations(database) != old_migrations or other_grading or new_rows["edition"] > old_rows["edition"]
    backups = list((data / "backups").glob("*-before-migration"))
    assert [rows(backup / "footnote.sqlite3") for backup in backups] == [old_rows] * changes
    assert seen["statuses"] == {
        "visitor": [200, 200, 200],
        "student": [200, 200],
        "teacher": [200, 200],
        "administrator": [200],
    }
    assert seen["names"] == [True, True, True]
    # PINs follow from the key, which the upgrade keeps, so that printed cards still work.
    assert len(seen["pin"]) == 4


@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into the SQLite file of a backup")
def test_first_start_without_a_migration_makes_a_backup_before_it_changes_the_sets(
    migrated_database: Path, tmp_path: Path, collected_static: Path
) -> None:
    """It made none, and published new editions of the built-in sets."""
    data = Path(shutil.copytree(collected_static, tmp_path / "data"))
    begin_site(data, migrated_database)
    site = Site(data, extra={"DATABASE_URL": ""})
    site.run("shell", "--no-imports", "-c", ANSWERS_OF_ANOTHER_VERSION)
    old_rows = rows(data / "footnote.sqlite3")

    with running(site):
        pass

    [backup] = (data / "backups").glob("*-before-migration")
    assert rows(backup / "footnote.sqlite3") == old_rows
    assert rows(data / "footnote.sqlite3")["edition"] > old_rows["edition"]
