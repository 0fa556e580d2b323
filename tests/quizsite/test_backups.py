"""The drill: a backup of a running site, and its restore, also after faults, on both engines."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import EACCES
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql
from pytest_django.fixtures import Settings

from quizsite import __version__
from quizsite.backups import swap
from quizsite.backups.create import _alone, make_scheduled_backup
from quizsite.backups.manifest import BackupError
from quizsite.backups.postgresql import parameters
from quizsite.backups.restore import restore
from quizsite.backups.rotation import backup_name, made_at, superseded
from quizsite.durable import copy_private, sha256
from quizsite.periodic_jobs import open_lock
from quizsite.site_lock import SiteInUse, exclusive, hold_site
from quizsite.sqlite import library
from quizzes.models import Classroom
from tests.servers import MANAGE, Site, begin_site, environment, running
from tools.faults.cluster import Cluster
from tools.faults.proxies import missing_programs, pgbouncer, pgbouncer_url

# --- A site in a folder of its own ----------------------------------------------------------------------------------


class Drill:
    """A site with a class. database: its name on the server; empty on SQLite."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        self.database = urlsplit(database_url).path[1:]
        self.site = Site(self.data, extra={"DATABASE_URL": database_url, "FOOTNOTE_BACKUP_MINUTES": "0"})

    def manage(self, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command; it may fail."""
        return subprocess.run(
            [*MANAGE, *command],
            env=environment(self.data, self.site.port, {**self.site.extra, **variables}),
            capture_output=True,
            text=True,
            # A site that serves, though it should refuse, would not end.
            timeout=120,
        )

    def shell(self, code: str) -> str:
        """What this Python code prints inside the site."""
        done = self.manage("shell", "--no-imports", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def backup(self) -> Path:
        """A new backup outside of the data folder."""
        printed = self.site.run("backup", str(self.folder / "copies"))
        return Path(printed.removeprefix("Backup made: ").strip())

    def in_database(self, query: str) -> list[Any]:
        """Run this SQL; its rows, if it has any. A command of the site would take half a second."""
        if self.database:
            with server(self.database) as there:
                done = there.execute(sql.SQL(query))  # type: ignore[arg-type]  # texts of this test
                return done.fetchall() if done.description else []
        with closing(library.sqlite.connect(str(self.data / "footnote.sqlite3"))) as file:
            rows = file.execute(query).fetchall()
            file.commit()
            return rows

    def add_class(self, name: str) -> None:
        """Add a copy of the first class with this name to the site."""
        own = {"name": f"'{name}'", "public_id": f"'{secrets.token_hex(6)}'", "join_code": f"'{secrets.token_hex(3)}'"}
        columns = [field.column for field in Classroom._meta.concrete_fields if not field.primary_key]
        values = ", ".join(own.get(column, column) for column in columns)
        self.in_database(
            f"INSERT INTO quizzes_classroom ({', '.join(columns)}) SELECT {values} FROM quizzes_classroom "  # noqa: S608
            "WHERE name = 'First'"
        )

    def classes(self) -> list[str]:
        """The names of all classes."""
        return [name for (name,) in self.in_database("SELECT name FROM quizzes_classroom ORDER BY name")]

    def refusal(self, backup: Path, **variables: str) -> str:
        """The one line with which the restore refuses."""
        before = self.contents()
        done = self.manage("restore", str(backup), **variables)
        assert (done.returncode, done.stdout) == (1, "")
        [line] = done.stderr.splitlines()
        assert self.contents() == before
        return line.removeprefix("CommandError: ")

    def early_refusal(self, backup: Path, settings: Settings) -> str:
        """The reason why the restore refuses before it opens a database, without a process of its own."""
        before = self.contents()
        settings.DATA_DIR = self.data
        with pytest.raises(BackupError) as refused:
            restore(backup, now=datetime.now(UTC))
        assert self.contents() == before
        return str(refused.value)

    def contents(self) -> dict[str, bytes]:
        """The files that a restore may replace."""
        names = ("footnote.sqlite3", "secret_key", "erasures.jsonl")
        return {name: (self.data / name).read_bytes() for name in names if (self.data / name).exists()}


RECORD_KEY = """
from django.utils import timezone
from quizsite.secret_key import record_secret_key
record_secret_key(now=timezone.now())
"""
CLASSES_OF_A_SOUND_SITE = """
from quizzes.attempts.integrity import check_integrity
from quizzes.models import Classroom
assert not any(finding.broken for finding in check_integrity())
print(*Classroom.objects.order_by("name").values_list("name", flat=True))
"""
# If a restore took it away. In the same process: each start takes a second.
SECOND_CLASS = """
if Classroom.objects.count() == 1:
    from tests.factories import *
    make_classroom(name="Second", teacher=make_user(email="second@school.test"))
"""
MAKE_ATTEMPT = """
from tests.factories import *
make_attempt(assignment=make_assignment(classroom=make_classroom(name="First", teacher=make_user(email="a@b.test"))))
"""


def url_of(name: str) -> str:
    """DATABASE_URL for the database with this name on the server of these tests."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def server(name: str = "postgres") -> "psycopg.Connection[Any]":
    """A connection to a database on the server of these tests."""
    return psycopg.connect(**parameters(connection) | {"dbname": name}, autocommit=True)


def cluster_for_pgbouncer() -> Cluster:
    """The server of these tests. Skips the test if it has no socket or PgBouncer is missing, for which CI fails."""
    folder = str(parameters(connection)["host"])
    if missing_programs(["pgbouncer"]) and os.environ.get("CI"):
        pytest.fail("PgBouncer is not on this machine")
    if missing_programs(["pgbouncer"]) or not folder.startswith("/"):
        pytest.skip("needs PgBouncer, and a server with a socket")
    return Cluster.at(folder)


def copy_on_server(source: str, name: str) -> None:
    """Make a database with this name, as a copy of another one to which nobody is connected."""
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with server() as admin:
        admin.execute(command.format(sql.Identifier(name), sql.Identifier(source)))


@pytest.fixture(scope="module")
def template(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path | str, collected_static: Path
) -> Iterator[Drill]:
    """A migrated site with one class named First, to copy."""
    name = f"drill_{secrets.token_hex(4)}"
    on_server = isinstance(migrated_database, str)
    if on_server:
        copy_on_server(migrated_database, name)
    made = Drill(tmp_path_factory.mktemp("template"), url_of(name) if on_server else "")
    begin_site(made.data, migrated_database)
    shutil.copytree(collected_static, made.data, dirs_exist_ok=True)
    made.shell(MAKE_ATTEMPT)
    yield made
    if on_server:
        with server() as admin:
            for (left,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]):
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(left)))


@pytest.fixture
def drill(template: Drill, tmp_path: Path) -> Drill:
    """A site of its own with one class named First."""
    url = template.site.extra["DATABASE_URL"]
    if url:
        source = urlsplit(url).path.removeprefix("/")
        name = f"{source}_{secrets.token_hex(4)}"
        url = url_of(name)
        copy_on_server(source, name)
    made = Drill(tmp_path, url)
    shutil.copytree(template.data, made.data, dirs_exist_ok=True)
    return made


@pytest.fixture(scope="module")
def backup_of_template(template: Drill) -> Path:
    """To make one takes half a second of processor time."""
    return template.backup()


@pytest.fixture
def made(drill: Drill, backup_of_template: Path) -> Path:
    """A backup of the drill's site as it is at first, outside of its data folder."""
    return Path(shutil.copytree(backup_of_template, drill.folder / "copies" / backup_of_template.name))


DATABASE_FILES = {"sqlite": "footnote.sqlite3", "postgresql": "footnote.dump"}
SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's own file")
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server")
pytestmark = pytest.mark.sockets

# --- The drill ------------------------------------------------------------------------------------------------------


def test_backup_holds_everything_and_only_its_owner_reads_it(drill: Drill) -> None:
    made = drill.backup()

    manifest = json.loads((made / "manifest.json").read_text())
    database = DATABASE_FILES[connection.vendor]
    assert sorted(path.name for path in made.iterdir()) == sorted([database, "manifest.json", "secret_key"])
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700
    assert (manifest["version"], manifest["counts"]["quizzes_classroom"]) == (__version__, 1)
    assert [file["name"] for file in manifest["files"]] == [database, "secret_key"]
    assert (made / "secret_key").read_bytes() == (drill.data / "secret_key").read_bytes()


@pytest.mark.parametrize("folder", [[], ["copies"]])
def test_database_without_a_site_is_not_backed_up(tmp_path: Path, folder: list[str]) -> None:
    drill = Drill(tmp_path, "")
    with closing(library.sqlite.connect(str(drill.data / "footnote.sqlite3"))) as file:
        # Of another program.
        file.execute("CREATE TABLE django_migrations (id integer, app text, name text)")
        file.execute("INSERT INTO django_migrations VALUES (1, 'auth', '0001_initial')")
        file.commit()
    (drill.data / "secret_key").write_text("k3y-of-this-site-" * 4)
    backups = tmp_path / folder[0] if folder else drill.data / "backups"

    done = drill.manage("backup", *(str(backups) for _ in folder))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "CommandError: This database has no tables of Footnote, so there is no site to back up."
    )
    assert [path.name for path in backups.iterdir()] == [".lock"]


def test_restore_brings_back_the_site_and_keeps_what_was_there(drill: Drill) -> None:
    key = (drill.data / "secret_key").read_bytes()
    # The version that made the backup graded differently.
    drill.in_database("UPDATE quizzes_attempt SET submitted_at = started_at, receipt = 'R', score = 1, max_score = 99")
    drill.in_database("INSERT INTO quizsite_sitestate VALUES ('grading', '\"0.6\"', '2026-11-30 08:00:00+00:00')")
    made = drill.backup()
    drill.add_class("Second")
    assert drill.classes() == ["First", "Second"]

    printed = drill.site.run("restore", str(made)).splitlines()

    assert drill.shell(CLASSES_OF_A_SOUND_SITE) == "First"
    assert re.fullmatch(r"Restored the backup of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC with \d+ answers\.", printed[0])
    place, kept = printed[1].removeprefix("What was there before is kept in the ").split(" ", 1)
    assert place == {"sqlite": "folder", "postgresql": "database"}[connection.vendor]
    if connection.vendor == "sqlite":
        with closing(library.sqlite.connect(f"{kept}/footnote.sqlite3")) as old:
            assert old.execute("SELECT count(*) FROM quizzes_classroom").fetchone() == (2,)
        assert (Path(kept) / "secret_key").read_bytes() == key
    else:
        with server(kept) as old:
            assert old.execute("SELECT count(*) FROM quizzes_classroom").fetchone() == (2,)
    assert (drill.data / "secret_key").read_bytes() == key


@pytest.mark.slow
def test_restored_site_has_no_backup_check_or_jobs_of_the_site_before(drill: Drill) -> None:
    moment = "'\"ok\"', '2026-11-30 08:00:00+00:00'"
    drill.in_database(
        f"INSERT INTO quizsite_sitestate VALUES ('backup', {moment}), ('database_check', {moment}), "  # noqa: S608
        f"('periodic_jobs', {moment})"
    )
    code = """
from quizsite.health import backup, integrity, jobs, report
print(*(found for _, _, found in report([backup, integrity, jobs])), sep=", ")
"""
    assert "min ago" in drill.shell(code)
    made = drill.backup()

    drill.site.run("restore", str(made))

    checked = {"sqlite": "not checked yet", "postgresql": ""}[connection.vendor]
    off = "This machine makes no automatic backups: FOOTNOTE_BACKUP_MINUTES is 0"
    assert drill.shell(code) == f"none yet. {off}, {checked}, never ran"


@pytest.mark.slow
def test_restore_leaves_out_a_line_of_the_ledger_that_a_crash_tore(drill: Drill) -> None:
    whole = '{"kind": "student", "key": "gone", "receipt": "r", "at": "2026-11-01T08:00:00+00:00"}\n'
    ledger = drill.data / "erasures.jsonl"
    ledger.write_text(whole + whole[:30])
    made = drill.backup()
    ledger.write_text(whole + whole[:40])

    drill.site.run("restore", str(made))

    assert ledger.read_text() == whole


@pytest.mark.slow
def test_restore_on_an_empty_machine_brings_back_the_key_too(drill: Drill, made: Path) -> None:
    key = (drill.data / "secret_key").read_bytes()
    shutil.rmtree(drill.data)
    drill.data.mkdir()

    printed = drill.site.run("restore", str(made))

    assert drill.shell(CLASSES_OF_A_SOUND_SITE) == "First"
    assert (drill.data / "secret_key").read_bytes() == key
    # The command itself made no key before.
    assert "There was no database. Other files from this folder are kept: " not in printed
    assert list(drill.data.glob("before-restore-*")) == []


@pytest.mark.slow
def test_restore_on_a_new_machine_erases_what_the_ledgers_of_newer_backups_have(drill: Drill, made: Path) -> None:
    """It printed only the number of answers, and the erased student was there again."""
    [(student,)] = drill.in_database("SELECT public_id FROM quizzes_student")
    drill.site.run("erase", "student", student, "--yes")
    newer = drill.backup()
    until = json.loads((newer / "manifest.json").read_text())["made_at"][:19].replace("T", " ")
    damaged = Path(shutil.copytree(newer, newer.with_name("footnote-20991231T235959Z")))
    change(damaged, made_at="2099-12-31T23:59:59+00:00")
    (damaged / "erasures.jsonl").write_text("spoilt\n")
    # Made while the clock was ahead. It knows no erasure of the days between.
    change(
        Path(shutil.copytree(newer, newer.with_name("footnote-20981231T235959Z"))), made_at="2098-12-31T23:59:59+00:00"
    )
    lines = (drill.data / "erasures.jsonl").read_text()
    shutil.rmtree(drill.data)
    drill.data.mkdir()

    printed = drill.site.run("restore", str(made)).splitlines()

    assert drill.in_database("SELECT count(*) FROM quizzes_student")[0][0] == 0
    assert printed[-2:] == [
        "Erased again: 1.",
        f"This data folder had no erasure ledger. Erasures after {until} UTC are unknown. If you have a newer "
        "erasures.jsonl, run `manage.py reapply_erasures FILE` with it before you start the site.",
    ]
    assert (drill.data / "erasures.jsonl").read_text().startswith(lines)
    # Now it has one.
    assert drill.site.run("restore", str(made)).splitlines()[-1] == "Erased again: 1."


@POSTGRESQL
@pytest.mark.parametrize("has_sign", [False, True])
def test_restore_reaches_the_server_by_every_address_that_the_site_takes(drill: Drill, has_sign: bool) -> None:
    target = {**parameters(connection), "dbname": urlsplit(drill.site.extra["DATABASE_URL"]).path[1:]}
    user, host = target["user"], target["host"]
    # The socket of the machine, without a server's name; and a password with a sign that ends an address elsewhere.
    rest = f"?host={host}" + "".join(f"&port={port}" for port in [target.get("port")] if port)
    start = f"{user}:p#ss@" if has_sign else ""
    url = f"postgres://{start}/{target['dbname']}{rest}" + ("" if has_sign else f"&user={user}")
    drill.site = replace(drill.site, extra={**drill.site.extra, "DATABASE_URL": url})
    made = drill.backup()
    drill.add_class("Second")

    drill.site.run("restore", str(made))

    assert drill.classes() == ["First"]


@POSTGRESQL
@pytest.mark.sockets
def test_backup_and_restore_refuse_a_pooler(drill: Drill, made: Path) -> None:
    """A backup would leave an empty search path on its connection, and the next query would find no table."""
    cluster, name = cluster_for_pgbouncer(), urlsplit(drill.site.extra["DATABASE_URL"]).path[1:]
    with pgbouncer(cluster, [name, "postgres"]) as (port, _):
        url = pgbouncer_url(cluster, port, name)
        done = drill.manage("backup", str(drill.folder / "copies"), DATABASE_URL=url)
        restored = [drill.refusal(made, DATABASE_URL=url)]
    # It does not know the database from which a restore renames the other one.
    with pgbouncer(cluster, [name]) as (port, _):
        restored.append(drill.refusal(made, DATABASE_URL=pgbouncer_url(cluster, port, name)))

    says = (
        "DATABASE_URL leads to a pooler such as PgBouncer. Backups and restores need the address of the PostgreSQL "
        "server itself."
    )
    assert (done.returncode, done.stderr, restored) == (1, f"CommandError: {says}\n", [says, says])
    assert list((drill.folder / "copies").glob("footnote-*")) == [made]


@POSTGRESQL
def test_restore_refuses_a_database_in_use_or_with_a_long_name(drill: Drill, made: Path) -> None:
    name = urlsplit(drill.site.extra["DATABASE_URL"]).path.removeprefix("/")

    long = drill.refusal(made, FOOTNOTE_DATABASE_NAME="n" * 42)
    assert long.startswith(f"The old database would be called {'n' * 42}_before_2")
    assert long.endswith("Rename the database to a name of at most 41 bytes, and correct DATABASE_URL.")

    with server(name):
        assert drill.refusal(made) == (
            f"The database {name} is in use. Stop the site on every machine, and PgBouncer if there is one, first."
        )


@POSTGRESQL
def test_restore_of_a_dump_that_cannot_be_read_replaces_nothing(drill: Drill, made: Path) -> None:
    dump = made / "footnote.dump"
    dump.write_bytes(b"no dump")
    files = json.loads((made / "manifest.json").read_text())["files"]
    files[0] |= {"bytes": 7, "sha256": sha256(dump)}
    change(made, files=files)

    said = drill.refusal(made)

    assert said.startswith("pg_restore stopped: ")
    assert said.endswith(" Nothing was replaced.")
    assert drill.classes() == ["First"]


@POSTGRESQL
def test_restore_to_a_server_without_the_database_says_how_to_make_it(drill: Drill, made: Path) -> None:
    missing = f"{drill.database}_missing"

    said = drill.refusal(made, DATABASE_URL=url_of(missing))

    assert said.startswith(f"The server of DATABASE_URL has no database {missing}. Correct DATABASE_URL, or make an")
    with server() as admin:
        query = "SELECT count(*) FROM pg_database WHERE datname LIKE %s"
        assert admin.execute(query, [f"{missing}%"]).fetchone() == (0,)


@POSTGRESQL
def test_restore_by_a_user_who_may_not_make_databases_names_the_right(drill: Drill, made: Path) -> None:
    url = urlsplit(drill.site.extra["DATABASE_URL"])
    role = f"clerk_{secrets.token_hex(4)}"
    with server() as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        try:
            refusal = drill.refusal(
                made, DATABASE_URL=urlunsplit(url._replace(netloc=f"{role}@{url.netloc.rpartition('@')[2]}"))
            )
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))

    assert refusal == (
        "A restore makes a new database, and the user of DATABASE_URL may not. Let an administrator of the server run: "
        f"ALTER ROLE {role} CREATEDB."
    )


@POSTGRESQL
def test_limit_of_idle_transactions_stops_no_backup(drill: Drill) -> None:
    """While pg_dump runs, the connection with its snapshot does nothing."""
    name = sql.Identifier(urlsplit(drill.site.extra["DATABASE_URL"]).path[1:])
    with server() as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} SET idle_in_transaction_session_timeout = '20ms'").format(name))
    made = drill.backup()
    drill.add_class("Second")

    drill.site.run("restore", str(made))

    assert drill.classes() == ["First"]


@POSTGRESQL
def test_restored_database_sorts_as_the_one_before(drill: Drill, made: Path) -> None:
    name = urlsplit(drill.site.extra["DATABASE_URL"]).path[1:]
    with server() as admin:
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        command = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
        admin.execute(command.format(sql.Identifier(name)))

    drill.site.run("restore", str(made))

    with server(name) as restored:
        query = "SELECT datcollate, datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s"
        assert restored.execute(query, [name]).fetchone() == ("C", "C.UTF-8", "UTF8")


SLOW_TO_VACUUM = """
CREATE TABLE rows WITH (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
AS SELECT i, md5(i::text) FROM generate_series(1, 50000) i;
DELETE FROM rows WHERE i % 2 = 0
"""


@POSTGRESQL
def test_restore_waits_for_no_worker_of_autovacuum(drill: Drill, made: Path) -> None:
    name = urlsplit(drill.site.extra["DATABASE_URL"]).path[1:]
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'autovacuum worker'"
    with server() as admin:
        admin.execute("ALTER SYSTEM SET autovacuum = on")
        admin.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
        try:
            admin.execute("SELECT pg_reload_conf()")
            with server(name) as present:
                present.execute(SLOW_TO_VACUUM)
            until = time.monotonic() + 60
            while not admin.execute(query, [name]).fetchone():
                assert time.monotonic() < until, "autovacuum did not begin"

            drill.site.run("restore", str(made))
        finally:
            admin.execute("ALTER SYSTEM RESET autovacuum")
            admin.execute("ALTER SYSTEM RESET autovacuum_naptime")
            admin.execute("SELECT pg_reload_conf()")


@POSTGRESQL
def test_database_that_cannot_hold_every_name_is_refused_in_one_line(drill: Drill) -> None:
    name = urlsplit(drill.site.extra["DATABASE_URL"]).path[1:]
    with server() as admin:
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'SQL_ASCII'").format(sql.Identifier(name))
        )

    for command in ("serve", "migrate"):
        done = drill.manage(command)
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            "CommandError: This database has the encoding SQL_ASCII, which cannot hold every name. Make an empty one "
            "with UTF8: createdb --encoding UTF8 --template template0 NAME"
        ]


@pytest.mark.slow
def test_restore_brings_a_backup_of_version_0_2_up_to_date(drill: Drill) -> None:
    # The migrations of 0.2.0 are those without the table of quizsite.
    drill.site.run("migrate", "quizsite", "zero", "--accept-loss", "--verbosity=0")
    made = drill.backup()
    assert "quizsite.0001_site_state" not in json.loads((made / "manifest.json").read_text())["migrations"]
    drill.site.run("migrate", "--verbosity=0")

    drill.site.run("restore", str(made))

    assert drill.classes() == ["First"]
    assert drill.manage("migrate", "--check").returncode == 0


def test_commands_are_refused_during_a_restore(drill: Drill) -> None:
    with exclusive(drill.data):
        # Its line in the ledger would go to the old site, and the class would be back.
        done = drill.manage("erase", "class", "a", "--name", "First")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "A restore or a move to PostgreSQL is running. Try again when it has ended.\n",
    )
    assert drill.manage("run_periodic_jobs").returncode == 0


def test_restore_refuses_while_the_site_serves(drill: Drill, made: Path) -> None:
    with running(drill.site):
        assert drill.refusal(made) == "The site, a command, or another restore is running. Stop it first."
        assert "Second" not in drill.classes()
    drill.site.run("restore", str(made))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (cut, " has {less} of {size} bytes. Use another backup."),
        (spoil, " was changed or damaged after the backup. Use another backup."),
        (Path.unlink, " is missing. Use another backup."),
    ],
)
def test_restore_refuses_a_damaged_file(
    drill: Drill, made: Path, settings: Settings, harm: Callable[[Path], None], says: str
) -> None:
    [database] = [path for path in made.iterdir() if path.name.startswith("footnote.")]
    size = database.stat().st_size
    harm(database)

    refusal = drill.early_refusal(made, settings)
    assert refusal == f"{database}{says.format(less=f'{size - 4096:,}', size=f'{size:,}')}"


@SQLITE
def test_commands_say_in_one_line_that_the_database_is_damaged(drill: Drill) -> None:
    (drill.data / "footnote.sqlite3").write_bytes(b"no database" * 1000)

    for command in ("backup", "check_integrity"):
        done = drill.manage(command)
        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            "The database is damaged (file is not a database). Stop the site and run `manage.py restore BACKUP`.\n",
        )


def test_restore_refuses_an_empty_folder() -> None:
    """As of a variable of the shell that is not set: it would be the current folder."""
    with pytest.raises(CommandError, match="argument backup: it is empty"):
        call_command("restore", "")


def test_backup_leaves_out_a_damaged_key_file_that_the_site_does_not_use(drill: Drill, tmp_path: Path) -> None:
    """It ended with the traceback of a UnicodeDecodeError."""
    key = (drill.data / "secret_key").read_text()
    (drill.data / "secret_key").write_bytes(b"\xff" * 60)

    done = drill.manage("backup", str(tmp_path / "copies"), FOOTNOTE_SECRET_KEY=key)

    assert (done.returncode, done.stderr) == (0, "")
    [made] = (tmp_path / "copies").glob("footnote-*")
    assert not (made / "secret_key").exists()


def test_lock_files_are_kept_from_others(tmp_path: Path, settings: Settings) -> None:
    """Who can read a file can lock it, and stop the site, its jobs, or its backups."""
    settings.DATA_DIR = tmp_path
    with exclusive(tmp_path), open_lock(), _alone(tmp_path):
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"site.lock": 0o600, "housekeeping.lock": 0o600, ".lock": 0o600}


def test_copy_of_a_missing_file_leaves_no_file(tmp_path: Path) -> None:
    """It made an empty file first, and left it open."""
    with pytest.raises(FileNotFoundError):
        copy_private(tmp_path / "missing", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_restore_refuses_what_is_no_backup(drill: Drill, settings: Settings, tmp_path: Path) -> None:
    missing = tmp_path / "footnote-20260101T000000Z"
    assert drill.early_refusal(missing, settings) == f"There is no backup at {missing}."
    assert drill.early_refusal(drill.data, settings) == (
        f"{drill.data} is not a backup: it has no manifest.json. If it is the data folder of a site, set FOOTNOTE_DATA "
        "to it and start the site."
    )
    (tmp_path / "manifest.json").write_text("{")
    assert (
        drill.early_refusal(tmp_path, settings) == f"{tmp_path / 'manifest.json'} cannot be read. Use another backup."
    )


def test_restore_of_a_folder_of_backups_names_the_newest_that_it_can_use(
    drill: Drill, made: Path, settings: Settings
) -> None:
    """It named the last by name: one of a clock that was ahead, or of a newer version."""
    folder = made.parent
    for name, values in {
        "footnote-20250101T000000Z": {"made_at": "2025-01-01T00:00:00+00:00"},
        "footnote-20981231T235959Z": {"made_at": "2098-12-31T23:59:59+00:00"},
        "footnote-20991231T235959Z": {"migrations": ["quizzes.0999_of_the_future"]},
        "other": {"format": 2},
    }.items():
        change(Path(shutil.copytree(made, folder / name)), **values)

    hint = f"{folder} is not a backup, but a folder of backups. Name one in it"
    assert drill.early_refusal(folder, settings) == f"{hint}: {made}."
    for path in (made, folder / "footnote-20250101T000000Z"):
        shutil.rmtree(path)
    assert drill.early_refusal(folder, settings) == f"{hint}."


def test_restore_names_the_file_that_it_cannot_use(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "manifest.json").write_text("{}")

    def refuse(path: Path, *known: set[str]) -> bytes:
        raise PermissionError(EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(BackupError) as unreadable:
        restore(tmp_path, now=datetime.now(UTC))
    monkeypatch.setattr("quizsite.backups.restore._checked", refuse)
    with pytest.raises(BackupError) as stopped:
        restore(tmp_path, now=datetime.now(UTC))

    manifest = tmp_path / "manifest.json"
    assert str(unreadable.value) == f"{manifest} cannot be read: Permission denied. Give the backup to the site's user."
    assert str(stopped.value) == (
        f"The restore stopped: Permission denied ({tmp_path}). Nothing is lost. Run this as the user of the site, "
        "and let that user read and write there."
    )


def change(backup: Path, **values: Any) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_restore_refuses_a_backup_of_a_newer_version(drill: Drill, made: Path, settings: Settings) -> None:
    newer = "Footnote 9.1 made this backup, and this version is older. Install Footnote 9.1 or later first."
    change(made, version="9.1", format=2)
    assert drill.early_refusal(made, settings) == newer
    # Two commits of one version can differ in their migrations.
    change(made, version=__version__, format=1, migrations=["quizzes.0001_initial", "quizzes.0999_of_the_future"])
    assert drill.early_refusal(made, settings) == (
        "This backup has the migration quizzes.0999_of_the_future, which this copy of Footnote does not know. "
        f"Version {__version__} made it: install a newer copy of that version, or a later version, first."
    )


def test_restore_refuses_a_backup_of_the_other_engine_and_says_the_way(
    drill: Drill, made: Path, settings: Settings
) -> None:
    other, refusal = {
        "sqlite": (
            "postgresql",
            "This backup is of postgresql, and this site uses sqlite. Set DATABASE_URL, and restore again.",
        ),
        "postgresql": (
            "sqlite",
            "This backup is of sqlite, and this site uses postgresql. Restore it without DATABASE_URL. Then move the "
            "site to an empty database: `manage.py move_to_postgresql`.",
        ),
    }[connection.vendor]
    change(made, engine=other, files=[{"name": DATABASE_FILES[other], "bytes": 0, "sha256": ""}])

    assert drill.early_refusal(made, settings) == refusal


def test_restore_refuses_the_wrong_key(drill: Drill) -> None:
    drill.shell(RECORD_KEY)
    made = drill.backup()

    assert drill.refusal(made, FOOTNOTE_SECRET_KEY=secrets.token_urlsafe(50)) == (
        "FOOTNOTE_SECRET_KEY is not the key of this backup. Add the key that the site had then to "
        "FOOTNOTE_SECRET_KEY_FALLBACKS."
    )
    manifest = json.loads((made / "manifest.json").read_text())
    change(made, files=[file for file in manifest["files"] if file["name"] != "secret_key"])
    (drill.data / "secret_key").write_text(secrets.token_urlsafe(50))
    assert drill.refusal(made) == (
        "This site's secret key is not the key of this backup. Set FOOTNOTE_SECRET_KEY to the key that the site had "
        "then."
    )


@pytest.mark.slow
def test_restore_of_an_unrecorded_key_refuses_another_key_or_says_that_pins_can_change(drill: Drill) -> None:
    """As of a backup that version 0.2.0 made. A later start of the site recorded its key."""
    assert drill.in_database("SELECT * FROM quizsite_sitestate WHERE name = 'secret_key'") == []
    made = drill.backup()
    old, new = (drill.data / "secret_key").read_text(), secrets.token_urlsafe(50)

    assert drill.refusal(made, FOOTNOTE_SECRET_KEY=new).startswith("FOOTNOTE_SECRET_KEY is not the key of this backup.")
    told = drill.manage("restore", str(made), FOOTNOTE_SECRET_KEY=new, FOOTNOTE_SECRET_KEY_FALLBACKS=old)
    assert (told.returncode, told.stderr, "PIN" in told.stdout) == (0, "", False)

    manifest = json.loads((made / "manifest.json").read_text())
    change(made, files=[file for file in manifest["files"] if file["name"] != "secret_key"])
    done = drill.manage("restore", str(made), FOOTNOTE_SECRET_KEY=new)
    assert done.returncode == 0
    assert done.stderr.endswith(
        "This backup does not record the secret key that its site had. If that was not the key of this site, every PIN "
        "changes.\n"
    )
    assert (
        "If the site of this backup had another secret key, every PIN has changed: add that key to "
        "FOOTNOTE_SECRET_KEY_FALLBACKS, or print new sign-in cards.\n"
    ) in done.stdout


@pytest.mark.slow
def test_restore_refuses_rows_that_break_a_promise_unless_findings_are_accepted(drill: Drill) -> None:
    drill.in_database("UPDATE quizzes_attempt SET submitted_at = started_at, receipt = 'R', score = 1, max_score = 99")
    made = drill.backup()

    assert drill.refusal(made) == "`check_integrity` on this backup says: CommandError: 1 broken. Nothing was replaced."
    drill.site.run("restore", str(made), "--accept-findings")


# --- A kill at any point --------------------------------------------------------------------------------------------


@SQLITE
@pytest.mark.slow
def test_restore_killed_at_any_moment_leaves_the_old_site_or_the_new_one(drill: Drill, made: Path) -> None:
    drill.add_class("Second")
    began = time.monotonic()
    drill.site.run("restore", str(made))
    whole = time.monotonic() - began
    drill.add_class("Second")
    seen = set()
    staged = drill.data / swap.STAGED
    # The test below ends it at each step of the swap.
    for third in (0, 2, 3, 4):
        process = subprocess.Popen(
            [*MANAGE, "restore", str(made)],
            env=environment(drill.data, drill.site.port, drill.site.extra),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + whole * third / 3
        # First as soon as it has something to swap, however fast the machine is.
        while process.poll() is None and (time.monotonic() < end if third else not staged.exists()):
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # This starts the site's settings, and so finishes what was decided.
        classes = drill.shell(CLASSES_OF_A_SOUND_SITE + SECOND_CLASS).split()
        assert classes in (["First"], ["First", "Second"])
        seen.add(len(classes))
    assert 2 in seen


class Killed(BaseException):
    """The process ends here."""


# Step 19 is after the last one.
@SQLITE
def test_start_deletes_the_copy_that_a_killed_restore_left(drill: Drill) -> None:
    staged = drill.data / "restore.staged"
    staged.mkdir()
    (staged / "footnote.sqlite3").write_bytes(b"answers of students")

    with running(drill.site):
        assert not staged.exists()

    assert drill.classes() == ["First"]


@pytest.mark.parametrize("step", range(1, 20))
def test_swap_killed_at_any_step_is_finished_by_the_next_start(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = tmp_path / swap.STAGED
    staged.mkdir()
    for name in ("footnote.sqlite3", "secret_key", "erasures.jsonl"):
        (tmp_path / name).write_text(f"old {name}")
        (staged / name).write_text(f"new {name}")
    (tmp_path / "footnote.sqlite3-wal").write_text("old log")
    (staged / "site.lock").touch()
    steps = 0

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == step:
                raise Killed
            return act(*arguments, **options)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(swap.os, "rename", counted(os.rename))
        patch.setattr(swap, "sync", counted(swap.sync))
        patch.setattr(swap.shutil, "rmtree", counted(shutil.rmtree))
        try:
            swap.commit(tmp_path, kept="kept")
            swap.finish_locked(tmp_path)
            assert (steps, step) == (18, 19)
        except Killed:
            pass
    swap.finish_restore(tmp_path)

    texts = {(tmp_path / name).read_text().split()[0] for name in swap.REPLACED}
    log = (tmp_path / "footnote.sqlite3-wal").exists()
    assert (texts, log) in [({"old"}, True), ({"new"}, False)]
    assert not (tmp_path / swap.COMMITTED).exists()
    if texts == {"new"}:
        assert (tmp_path / "kept" / "footnote.sqlite3-wal").read_text() == "old log"
        assert {(tmp_path / "kept" / name).read_text().split()[0] for name in swap.REPLACED} == {"old"}


def test_swap_that_replaces_no_file_keeps_no_folder(tmp_path: Path) -> None:
    """As on PostgreSQL with the key in the environment: each start would name the folder."""
    (tmp_path / swap.STAGED).mkdir()

    swap.commit(tmp_path, kept="kept")
    swap.finish_locked(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_site_lock_is_shared_unless_files_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, int] = {}
    monkeypatch.setattr("quizsite.site_lock._held", held)
    # Another web server shows it as it is.
    with exclusive(tmp_path), pytest.raises(SiteInUse, match=f"Another process holds the lock {tmp_path}/site.lock"):
        hold_site(tmp_path)

    hold_site(tmp_path)

    with pytest.raises(SiteInUse), exclusive(tmp_path):
        pass
    # Descriptors, so that no file object warns at the end of the process.
    for descriptor in held.values():
        os.close(descriptor)


# --- A clean stop ---------------------------------------------------------------------------------------------------


@SQLITE
def test_main_file_alone_holds_everything_after_a_clean_stop(drill: Drill, tmp_path: Path) -> None:
    with running(drill.site):
        drill.add_class("Second")
        urlopen(f"{drill.site.url}/readyz").close()  # noqa: S310  an address of this machine
        with closing(library.sqlite.connect(str(drill.data / "footnote.sqlite3"))) as writer:
            writer.execute("UPDATE quizzes_classroom SET name = 'Third' WHERE name = 'Second'")
            writer.commit()
        assert (drill.data / "footnote.sqlite3-wal").exists()

    assert not (drill.data / "footnote.sqlite3-wal").exists()
    alone = shutil.copy(drill.data / "footnote.sqlite3", tmp_path / "alone.sqlite3")
    with closing(library.sqlite.connect(str(alone))) as copy:
        assert copy.execute("SELECT name FROM quizzes_classroom ORDER BY name").fetchall() == [("First",), ("Third",)]


@SQLITE
@pytest.mark.slow
def test_stop_says_that_the_main_file_lacks_rows_while_another_program_reads(drill: Drill) -> None:
    database = drill.data / "footnote.sqlite3"
    with closing(library.sqlite.connect(str(database), isolation_level=None)) as reader:
        with running(drill.site):
            reader.execute("BEGIN")
            reader.execute("SELECT name FROM quizzes_classroom").fetchall()
            drill.add_class("Second")
        written = (drill.data / "server.log").read_text()
        assert f"newest rows can be in the file {database}-wal alone" in written
        assert Path(f"{database}-wal").stat().st_size > 0


# --- The secret key -------------------------------------------------------------------------------------------------


@SQLITE
def test_lost_secret_key_is_not_replaced_in_silence(drill: Drill) -> None:
    path = drill.data / "secret_key"
    path.unlink()

    done = drill.manage("serve")

    assert (done.returncode, done.stdout, path.exists()) == (78, "", False)
    assert done.stderr == (
        f"Footnote cannot start: The secret key of the database {drill.data / 'footnote.sqlite3'} is not set, and "
        f"there is no {path}. If it is in a settings file, FOOTNOTE_ENV_FILE names that file. Otherwise copy it "
        "from the folder of a backup. Only if it is lost, run `manage.py accept_secret_key`: every PIN changes.\n"
    )
    assert drill.manage("accept_secret_key").returncode == 0
    assert path.exists()
    assert drill.manage("accept_secret_key").stdout == "This is the secret key of this database.\n"


@POSTGRESQL
def test_start_on_an_empty_database_of_a_server_leaves_backups_alone(drill: Drill) -> None:
    """It made a new site, and a backup of that took the place of the last good one of the hour."""
    kept = Path(drill.site.run("backup").removeprefix("Backup made: ").strip())
    empty = f"{drill.database}_empty"
    with server() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(empty)))

    for command in ("serve", "migrate"):
        done = drill.manage(command, DATABASE_URL=url_of(empty))
        assert (done.returncode, len(done.stderr.splitlines())) == (78, 1)
        assert done.stderr.startswith("Footnote cannot start: The database of DATABASE_URL has no tables of Footnote")

    assert [path for path in kept.parent.iterdir() if path.is_dir()] == [kept]
    done = drill.manage("migrate", "--init", "--verbosity=0", DATABASE_URL=url_of(empty))
    assert (done.returncode, done.stderr) == (0, "")


@POSTGRESQL
@pytest.mark.parametrize("is_restored", [False, True])
def test_site_of_a_server_does_not_start_without_it(drill: Drill, made: Path, is_restored: bool) -> None:
    if is_restored:
        drill.site.run("restore", str(made))
    else:
        with running(drill.site):
            pass

    done = drill.manage("serve", DATABASE_URL="")

    assert done.returncode == 78
    assert done.stderr.startswith("Footnote cannot start: This site is on PostgreSQL, and DATABASE_URL is not set.")


@POSTGRESQL
def test_lost_secret_key_of_a_server_is_not_replaced_by_a_command_that_is_refused(drill: Drill) -> None:
    drill.shell(RECORD_KEY)
    path = drill.data / "secret_key"
    path.unlink()

    for command in ("serve", "backup"):
        done = drill.manage(command)
        assert done.stderr.startswith("Footnote cannot start: This database belongs to another secret key.")
        assert (done.returncode, path.exists()) == (78, False)
    assert drill.manage("accept_secret_key").returncode == 0
    assert drill.manage("accept_secret_key").stdout == "This is the secret key of this database.\n"


@pytest.mark.slow
def test_changed_secret_key_refuses_to_start_unless_it_is_rotated_or_accepted(drill: Drill) -> None:
    drill.shell(RECORD_KEY)
    old, new = (drill.data / "secret_key").read_text(), secrets.token_urlsafe(50)
    require = "from quizsite.secret_key import *; require_its_key()"

    def start(**variables: str) -> str:
        return drill.manage("shell", "--no-imports", "-c", require, **variables).stderr

    assert start() == ""
    assert "another secret key. If the site has another data folder, set FOOTNOTE_DATA" in start(
        FOOTNOTE_SECRET_KEY=new
    )
    done = drill.manage("serve", FOOTNOTE_SECRET_KEY=new)
    assert (done.returncode, len(done.stderr.splitlines())) == (78, 1)
    assert done.stderr.startswith("Footnote cannot start: This database belongs to another secret key.")
    assert "If its key is in a settings file, FOOTNOTE_ENV_FILE names that file." in done.stderr
    assert "For a new key, put the earlier one into FOOTNOTE_SECRET_KEY_FALLBACKS." in done.stderr
    assert start(FOOTNOTE_SECRET_KEY=new, FOOTNOTE_SECRET_KEY_FALLBACKS=old) == ""
    done = drill.manage("backup", FOOTNOTE_SECRET_KEY=new)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith("Footnote cannot start: This database belongs to another secret key.")
    with_comma = f"{new},"
    drill.manage("accept_secret_key", FOOTNOTE_SECRET_KEY=with_comma)
    assert start(FOOTNOTE_SECRET_KEY=old, FOOTNOTE_SECRET_KEY_FALLBACKS=with_comma) == ""


@pytest.mark.parametrize("key", ["abc", "a" * 80])
def test_weak_secret_key_is_refused(key: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*MANAGE, "check"],
        env=environment(tmp_path, 8000, {"FOOTNOTE_SECRET_KEY": key}),
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (
        78,
        "Footnote cannot start: The secret key in FOOTNOTE_SECRET_KEY can be guessed: it needs 50 random characters. "
        "Put a new one there, and the earlier one into FOOTNOTE_SECRET_KEY_FALLBACKS, so that PINs stay.\n",
    )


# --- Rotation -------------------------------------------------------------------------------------------------------

START = datetime(2026, 10, 1, tzinfo=UTC)


def test_rotation_keeps_a_day_of_hours_two_weeks_of_days_and_the_last_before_a_migration() -> None:
    names = [backup_name(START + timedelta(minutes=30 * number)) for number in range(30 * 48)]
    before = [
        f"{backup_name(START + timedelta(days=16, hours=3, minutes=number))}-before-migration" for number in range(4)
    ]

    kept = {*names, *before} - superseded([*names, *before, "notes.txt"], hourly=24, daily=14)

    hours = [backup_name(START + timedelta(days=29, minutes=60 * hour + 30)) for hour in range(24)]
    days = [backup_name(START + timedelta(days=day, hours=23, minutes=30)) for day in range(16, 30)]
    assert kept == {*hours, *days, *before[1:]}


def test_rotation_keeps_the_last_three_made_by_hand() -> None:
    by_hand = [f"{backup_name(START + timedelta(minutes=number))}-by-hand" for number in range(4)]
    later = [backup_name(START + timedelta(minutes=10)), backup_name(START + timedelta(hours=20))]

    assert superseded([*by_hand, *later], hourly=24, daily=14) == {by_hand[0]}
    assert superseded([*by_hand, *later], hourly=0, daily=1) == {by_hand[0], later[0]}


@pytest.mark.parametrize("suffix", ["-before-migration", "-by-hand"])
def test_no_backup_outlives_the_days_that_are_kept(suffix: str) -> None:
    before = f"{backup_name(START)}{suffix}"
    # A machine that is on for an hour of each other day.
    others = [backup_name(START + timedelta(days=2 * day, hours=1)) for day in range(15)]

    assert superseded([before, *others[:14]], hourly=24, daily=14) == set()
    assert superseded([before, *others], hourly=24, daily=14) == {before, others[0]}


def test_backups_of_a_clock_that_was_ahead_take_no_place_of_new_ones(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BACKUP_DIR = tmp_path
    ahead = [backup_name(START + timedelta(days=400 + day)) for day in range(15)]
    before = backup_name(START - timedelta(days=1))
    for name in (*ahead, before):
        (tmp_path / name).mkdir()

    def make(folder: Path, *, now: datetime, suffix: str) -> Path:
        made = folder / f"{backup_name(now)}{suffix}"
        made.mkdir()
        return made

    monkeypatch.setattr("quizsite.backups.create.make_backup", make)
    made = make_scheduled_backup(now=START)

    assert {path.name for path in tmp_path.iterdir()} == {*ahead, before, made.name}
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 15
    assert f"{tmp_path / ahead[0]} is from the future by this machine's clock." in caplog.text


def test_rotation_keeps_the_newest_whatever_the_settings_say() -> None:
    names = [backup_name(START), backup_name(START + timedelta(hours=1))]

    assert superseded(names, hourly=0, daily=0) == {names[0]}
    assert made_at(names[1]) == START + timedelta(hours=1)
    assert made_at("footnote.sqlite3") is None
