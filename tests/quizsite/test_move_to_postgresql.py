"""The move of a whole site from its SQLite file to PostgreSQL: a sample school arrives row for row."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg import sql

from quizsite.backups.postgresql import parameters
from quizsite.data_folder import ON_POSTGRESQL
from quizsite.site_lock import exclusive
from quizsite.sqlite import library
from tests.servers import MANAGE, Site, environment

pytestmark = pytest.mark.sockets
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server")


class Move:
    """A site on SQLite, and an empty database for it."""

    def __init__(self, data: Path, name: str) -> None:
        self.name = name
        self.site = Site(data, extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"})
        url = urlunsplit(urlsplit(os.environ.get("DATABASE_URL", ""))._replace(path=f"/{name}"))
        self.there = {"DATABASE_URL": url if name else ""}

    def manage(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command on the site with PostgreSQL; it may fail."""
        return subprocess.run(
            [*MANAGE, *command],
            env=environment(self.site.data, self.site.port, {**self.site.extra, **self.there}),
            capture_output=True,
            text=True,
            timeout=300,
        )

    def refusal(self, *options: str) -> str:
        """The one line with which the move refuses. No row of a person is there afterwards."""
        done = self.manage("move_to_postgresql", *options)
        assert done.returncode == 1, done.stdout
        [line] = done.stderr.splitlines()
        return line.removeprefix("CommandError: ")

    def on_sqlite(self, *queries: str) -> list[Any]:
        """Run these; the rows of the last one."""
        with closing(library.sqlite.connect(str(self.site.data / "footnote.sqlite3"))) as file:
            rows = [file.execute(query).fetchall() for query in queries][-1]
            file.commit()
            return rows

    def on_postgresql(self, query: str) -> list[Any]:
        """The rows of a query there, if it has any."""
        with psycopg.connect(**parameters(connection) | {"dbname": self.name}, autocommit=True) as there:
            done = there.execute(sql.SQL(query))  # type: ignore[arg-type]  # texts of this test
            return done.fetchall() if done.description else []


# A sample school has a row in a third of the tables. These are for the others.
FILL = """
from django.utils import timezone
from tests.factories import *
from tests.people.test_erasure import fill
from quizzes.grading.scores import rescore
from quizzes.models import Answer, AnswerEvent
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
teacher, now = make_user(email="full@school.test"), timezone.now()
attempt = fill(make_student(classroom=make_classroom(teacher=teacher)), teacher, now, "mark")
# It leaves an answer that no save explains, and a score without it.
saved = AnswerEvent.objects.get(attempt=attempt, question__position=1, outcome="saved")
Answer.objects.filter(attempt=attempt, question__position=1).update(value=saved.value)
rescore([attempt])
make_invitation(invited_by=teacher)
make_draft(owner=teacher)
Authenticator.objects.create(user=teacher, type="totp", data={"secret": "s", "number": 1.5})
SessionStore().create()
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a site with a sample school, and a row in most other tables."""
    folder = tmp_path_factory.mktemp("school")
    site = Move(folder, "").site
    site.run("migrate", "--verbosity=0")
    site.run("load_demo")
    site.run("shell", "--no-imports", "-c", FILL)
    return folder


@pytest.fixture
def move(school: Path, tmp_path: Path) -> Iterator[Move]:
    """That site on SQLite, and an empty PostgreSQL database."""
    name = f"move_{secrets.token_hex(4)}"
    server = {**parameters(connection), "dbname": "postgres"}
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    shutil.copytree(school, tmp_path, dirs_exist_ok=True)
    yield Move(tmp_path, name)
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@POSTGRESQL
def test_whole_site_arrives_and_goes_on_there(move: Move) -> None:
    tables = sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))
    # Types that the two engines store in their own way, with values at their edges.
    move.on_sqlite(
        "UPDATE quizzes_attempt SET break_time = 1234567, started_at = '2026-01-02 03:04:05.000006' WHERE id = 1",
        "UPDATE quizzes_student SET display_name = 'Zoë “Z” \\\n \U0001f642' WHERE id = 1",
        # Scores of a version that graded differently.
        "UPDATE quizzes_attempt SET score = score + 1 WHERE score > 0",
        "INSERT OR REPLACE INTO quizsite_sitestate VALUES ('grading', '\"0.6\"', '2026-11-30 08:00:00')",
    )
    counts = {table: move.on_sqlite(f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608
    before = (move.site.data / "footnote.sqlite3").read_bytes()

    done = move.manage("move_to_postgresql")

    assert done.returncode == 0, done.stderr
    rows, filled = sum(counts.values()), sum(map(bool, counts.values()))
    assert f"Moved {rows:,} rows of {filled} tables, and compared each of them." in done.stdout
    assert filled >= 30, counts
    assert (move.site.data / "footnote.sqlite3").read_bytes() == before
    # The next start makes a backup: what the old one knew of is not of this database.
    del counts["quizsite_sitestate"]
    there = {table: move.on_postgresql(f"SELECT count(*) FROM {table}")[0][0] for table in counts}  # noqa: S608
    assert there == counts
    [(name, started, pause)] = move.on_postgresql(
        "SELECT display_name, started_at, break_time FROM quizzes_attempt, quizzes_student "
        "WHERE quizzes_attempt.id = 1 AND quizzes_student.id = 1"
    )
    assert name == "Zoë “Z” \\\n \U0001f642"
    assert (f"{started:%Y-%m-%d %H:%M:%S.%f}", pause.total_seconds()) == ("2026-01-02 03:04:05.000006", 1.234567)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        move.on_postgresql("DELETE FROM quizzes_answerevent RETURNING id")
    # New rows get new ids, and the key of PINs is the site's.
    code = (
        "from django.utils import timezone; from quizsite.secret_key import *; from quizzes.models import *;"
        "require_its_key(); print(User.objects.create_user('new@b.test', name='New').pk > "
        "User.objects.order_by('pk').first().pk)"
    )
    shell = move.manage("shell", "--no-imports", "-c", code)
    assert shell.stdout.strip() == "True", shell.stderr
    assert move.manage("check_integrity").returncode == 0
    # A second run would mix two sites.
    assert "has accounts or classes" in move.refusal()
    # Without the server's address, the old file would take the answers of a class.
    move.there = {}
    assert "DATABASE_URL is not set" in move.manage("check").stderr


@pytest.mark.slow
@POSTGRESQL
def test_move_that_fails_leaves_no_row(move: Move) -> None:
    def rows() -> tuple[Any, ...]:
        query = "SELECT (SELECT count(*) FROM quizzes_user), (SELECT count(*) FROM quizzes_student)"
        [counts] = move.on_postgresql(query)
        return counts

    move.on_sqlite("UPDATE quizzes_attempt SET score = score + 1 WHERE score > 0")
    assert "`check_integrity` finds" in move.refusal()
    assert rows() == (0, 0)
    move.on_sqlite("UPDATE quizzes_attempt SET score = score - 1 WHERE score > 1")
    move.on_sqlite("CREATE TRIGGER of_a_later_version BEFORE UPDATE ON quizzes_user BEGIN SELECT 1; END")
    assert "lacks a trigger: of_a_later_version" in move.refusal("--accept-findings")
    assert rows() == (0, 0)
    with exclusive(move.site.data):
        assert move.refusal() == "The site or a command is running. Stop it first. Nothing was moved."
    key = (move.site.data / "secret_key").rename(move.site.data / "key")
    # The sample school has not been started, which records its key.
    assert "The secret key is not the one of the SQLite file." in move.refusal()
    assert not (move.site.data / "secret_key").exists()
    key.rename(move.site.data / "secret_key")
    move.on_sqlite("DROP TRIGGER of_a_later_version", "UPDATE quizzes_user SET name = 'a' || char(0) WHERE id = 1")
    assert "A database refused: PostgreSQL text fields cannot contain NUL" in move.refusal("--accept-findings")
    move.on_sqlite("UPDATE quizzes_user SET name = 'a' WHERE id = 1")
    move.on_postgresql(
        "CREATE FUNCTION change_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name = 'b'; RETURN NEW; END $$;"
        "CREATE TRIGGER of_nobody BEFORE INSERT ON quizzes_user FOR EACH ROW EXECUTE FUNCTION change_name()"
    )
    assert "The table quizzes_user has other rows after the copy." in move.refusal("--accept-findings")
    assert rows() == (0, 0)
    move.on_sqlite("DELETE FROM django_migrations WHERE name = '0017_erasure'")
    assert "Start the site once without DATABASE_URL" in move.refusal()
    assert rows() == (0, 0)
    assert not (move.site.data / ON_POSTGRESQL).exists()


def test_move_needs_a_database(tmp_path: Path) -> None:
    assert Move(tmp_path, "").refusal() == (
        "Set DATABASE_URL to the new, empty PostgreSQL database first. Nothing was moved."
    )
