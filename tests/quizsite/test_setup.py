"""From a clone to a running site: finding Python, `serve`, static files, addresses, and the health checks."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from errno import ENOSPC
from io import StringIO
from pathlib import Path
from resource import RLIM_INFINITY
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from psycopg import sql
from pytest_django.fixtures import Settings

from quizsite import __version__
from quizsite.addresses import host_names, problem_with_binding, site_address, url
from quizsite.backups.postgresql import kept_name, parameters
from quizsite.durable import write_private
from quizsite.health import CheckFailed, CheckWarning, disk_verdict, unknown_migrations
from quizsite.management.commands.serve import Command
from quizsite.server import THREADS, connections_per_worker, new_server
from quizsite.site_lock import exclusive
from quizsite.sqlite import library
from quizsite.static_files import collect_if_changed
from quizzes.models import User
from quizzes.people.data_inventory import FILES
from tests.servers import MANAGE, environment, family, free_port
from tests.tls import loopback_certificate

# --- Finding Python -----------------------------------------------------------------------------------------------


def program(folder: Path, name: str, *lines: str) -> None:
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def find_python(folder: Path, **variables: str) -> str:
    """What tools/find-python prints when the programs of this folder come first."""
    return subprocess.run(
        [str(site_settings.BASE_DIR / "tools" / "find-python")],
        env={"PATH": f"{folder}:/usr/bin:/bin", **variables},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()


def test_find_python_passes_over_a_broken_shim_and_an_old_version(tmp_path: Path) -> None:
    program(tmp_path, "python3.14", "echo 'not installed' >&2", "exit 127")
    program(tmp_path, "python3.13", "exit 1")
    program(tmp_path, "python3.12", f'exec "{sys.executable}" "$@"')

    assert find_python(tmp_path) == str(tmp_path / "python3.12")


def test_find_python_tries_the_given_one_first(tmp_path: Path) -> None:
    program(tmp_path, "mine", f'exec "{sys.executable}" "$@"')
    program(tmp_path, "python3.14", f'exec "{sys.executable}" "$@"')

    assert find_python(tmp_path, PYTHON=str(tmp_path / "mine")) == str(tmp_path / "mine")
    assert find_python(tmp_path, PYTHON=str(tmp_path / "gone")) == str(tmp_path / "python3.14")


# --- Addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "https", "expected"),
    [
        ("127.0.0.1", 8000, False, "http://127.0.0.1:8000"),
        ("quiz.school.example", 80, False, "http://quiz.school.example"),
        ("quiz.school.example", 443, True, "https://quiz.school.example"),
        ("::1", 8000, False, "http://[::1]:8000"),
        ("[fd00::1]", 443, True, "https://[fd00::1]"),
    ],
)
def test_url_is_as_a_browser_shows_it(host: str, port: int, https: bool, expected: str) -> None:
    assert url(host, port, https=https) == expected


@pytest.mark.parametrize(
    ("host", "names"), [("127.0.0.1", []), ("localhost", []), ("::1", []), ("10.1.2.3", ["10.1.2.3"])]
)
def test_host_names_are_those_that_others_may_use(host: str, names: list[str]) -> None:
    assert host_names(host) == names


def test_problem_with_binding_names_the_reason() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        problem = problem_with_binding("127.0.0.1", port)
        assert problem is not None
        assert problem.strerror == "Address already in use"
    assert problem_with_binding("127.0.0.1", port) is None


STATIC_STORAGE = "quizsite.static_files.StaticFilesStorage"

# --- Static files -------------------------------------------------------------------------------------------------


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Path:
    """The folder of the only static file of a site with this data folder, a.css. All files of the site take seconds."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a{}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT, settings.DATA_DIR = tmp_path / "static", tmp_path
    settings.STORAGES = site_settings.STORAGES | {"staticfiles": {"BACKEND": STATIC_STORAGE}}
    return source


def test_static_files_are_collected_only_when_one_changed(settings: Any, source: Path) -> None:
    collected = settings.STATIC_ROOT
    assert collect_if_changed() is True
    assert collect_if_changed() is False
    (source / "a.css").write_text("a{color:red}")
    assert collect_if_changed() is True
    assert collect_if_changed() is False
    # A page that is still open requests the earlier file.
    assert sorted(path.read_text() for path in collected.glob("a.*.css")) == ["a{color:red}", "a{}"]
    assert not (collected / "a.css").exists()


def test_private_file_on_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_disk(descriptor: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fill_disk)
    with pytest.raises(OSError, match="No space left") as problem:
        write_private(tmp_path / "secret_key", b"key")
    assert problem.value.filename == str(tmp_path / "secret_key")


def test_static_files_are_collected_again_if_they_are_gone_or_cut_off(
    settings: Any, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "a.woff2").write_bytes(b"a font")
    save = FileSystemStorage._save  # type: ignore[attr-defined]

    def fill_disk(self: FileSystemStorage, name: str, content: Any) -> Any:
        # The next collection writes all other files again.
        if not re.fullmatch(r"a\.\w{12}\.woff2", name):
            return save(self, name, content)
        Path(self.path(name)).write_bytes(b"a f")
        raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", fill_disk)
        with pytest.raises(OSError, match="No space left") as problem:
            collect_if_changed()
    assert problem.value.filename == str(settings.STATIC_ROOT)

    assert collect_if_changed() is True
    [font] = settings.STATIC_ROOT.glob("a.*.woff2")
    assert font.read_bytes() == b"a font"

    shutil.rmtree(settings.STATIC_ROOT)

    assert collect_if_changed() is True


@pytest.mark.usefixtures("source")
def test_no_file_about_the_static_files_is_served(settings: Any, collected_static: Path) -> None:
    settings.STATIC_ROOT.mkdir()
    for name in (".sources", "staticfiles.json"):
        (settings.STATIC_ROOT / name).write_text("left by version 0.2")

    collect_if_changed()

    hashed = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+(\.gz|\.br)?$|-OFL\.[0-9a-f]{12}\.txt$")
    for served in (settings.STATIC_ROOT, collected_static / "static"):
        names = [path.name for path in served.rglob("*") if path.is_file()]
        assert names
        assert [name for name in names if not hashed.search(name)] == []
        assert (served.parent / "staticfiles.json").exists()


def test_scripts_of_packages_are_collected_only_if_a_page_names_them(collected_static: Path) -> None:
    """A first start compressed 1.4 MB of scripts that no browser asks for."""
    static = collected_static / "static"
    folders = ("django_htmx", "admin/js/vendor/jquery", "admin/js/vendor/xregexp")
    scripts = {
        re.sub(r"\.[0-9a-f]{12}", "", path.name) for folder in folders for path in (static / folder).rglob("*.js")
    }

    assert scripts == {"django-htmx.js", "htmx-2.min.js", "jquery.min.js", "xregexp.min.js"}


def test_module_imports_name_hashed_files_that_exist(collected_static: Path) -> None:
    outbox = collected_static / "static" / "outbox"
    [page] = outbox.glob("page.*.js")
    imports = re.findall(r'from "\./(.+?)"', page.read_text())
    assert [re.sub(r"\.[0-9a-f]{12}\.js$", "", name) for name in imports] == [
        "announcements",
        "questions",
        "sender",
        "store",
    ]
    assert [name for name in imports if not (outbox / name).exists()] == []


# --- Serve --------------------------------------------------------------------------------------------------------


class Run:
    """A running `manage.py serve`, and what it has printed so far."""

    def __init__(self, data: Path, port: int, **variables: str) -> None:
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*MANAGE, "serve", "--workers", "1"],
            env=environment(data, port, variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_it_answers(self) -> None:
        """Return when a page comes back; raises AssertionError when it never does."""
        # A first start takes 8 s of processor time, which other work can stretch to 40 s.
        for _ in range(1800):
            assert self.process.poll() is None, self.process.communicate()[0]
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                select.select([], [], [], 0.05)
            else:
                return
        raise AssertionError("the site never answered")

    def get(self, path: str, *, host: str = "localhost") -> tuple[int, str]:
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host})
        with urlopen(request, timeout=10) as response:  # noqa: S310  this machine
            return response.status, response.read().decode()

    def stop(self) -> tuple[int, list[str]]:
        """End it as a service manager does; returns the exit code, and the lines it printed."""
        self.process.terminate()
        return self.ended()

    def press_control_c(self) -> tuple[int, list[str]]:
        """End it as a terminal does, which signals every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self) -> tuple[int, list[str]]:
        """The same, of one that ends by itself. Well before STOP_SECONDS: else a worker hung and was killed."""
        printed, _ = self.process.communicate(timeout=10)
        return self.process.returncode, printed.splitlines()


# What starts with the fixture below is the same on each engine.
SQLITE = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="starts sites on SQLite, whatever database the others use"
)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """`serve()` starts the site on one and the same new data folder each time; what still runs is ended."""
    runs: list[Run] = []

    def start(**variables: str) -> Run:
        # These tests are about the one machine, whatever database the others use.
        runs.append(Run(tmp_path, free_port(), **{"DATABASE_URL": "", **variables}))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.stop()


@SQLITE
@pytest.mark.sockets
def test_serve_prepares_a_site_and_is_quick_and_quiet_the_second_time(
    serve: Callable[..., Run], tmp_path: Path
) -> None:
    first = serve()
    first.wait_until_it_answers()
    ready = first.get("/readyz")
    landing = first.get("/")
    code, lines = first.stop()

    address = f"http://127.0.0.1:{first.port}"
    assert lines[:4] == [
        "Preparing the database ...",
        "Collected the static files.",
        f"Footnote is at {address} (stop it with Ctrl-C)",
        "Open this link to create the first teacher account (works once):",
    ]
    assert lines[4].startswith(f"  {address}/invitation/")
    assert lines[5:] == [
        "Only a browser on this machine opens it. For others, start with HOST=0.0.0.0.",
        "Footnote has stopped.",
    ]
    assert (code, ready[0], landing[0]) == (0, 200, 200)
    assert (tmp_path / "footnote.sqlite3").stat().st_mode & 0o777 == 0o600
    # docs/privacy.md has each file; it shortens the names of SQLite's own.
    declared = {name for names, _, _ in FILES for name in names.split(", ")}
    made = {path.name for path in tmp_path.iterdir() if not path.name.startswith("footnote.sqlite3")}
    assert made - declared == set()

    second = serve()
    second.wait_until_it_answers()
    for name in (".sources", "staticfiles.json"):
        with pytest.raises(HTTPError, match="404"):
            second.get(f"/static/{name}")
    # A worker of Granian's that meets Ctrl-C twice, from the terminal and from its parent, may hang.
    assert {os.getpgid(pid) for pid in family(second.process.pid)[1:]} != {second.process.pid}
    code, lines = second.press_control_c()

    assert lines[0] == f"Footnote is at http://127.0.0.1:{second.port} (stop it with Ctrl-C)"
    assert code == 0


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_serve_makes_the_cache_table_that_a_stopped_start_has_not_made(
    serve: Callable[..., Run], tmp_path: Path
) -> None:
    with closing(library.sqlite.connect(tmp_path / "footnote.sqlite3")) as site:
        site.execute("DROP TABLE cache_entries")

    run = serve()
    run.wait_until_it_answers()
    run.stop()

    with closing(library.sqlite.connect(tmp_path / "footnote.sqlite3")) as site:
        assert site.execute("SELECT count(*) FROM cache_entries").fetchall() == [(0,)]


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_serve_answers_to_the_machines_own_names_for_phones_in_the_room(serve: Callable[..., Run]) -> None:
    run = serve(HOST="0.0.0.0", FOOTNOTE_HOSTS="quiz.school.example")  # noqa: S104  phones are the point
    run.wait_until_it_answers()

    for host in ("quiz.school.example", socket.gethostname(), "127.0.0.1"):
        assert run.get("/livez", host=host) == (200, "ok\n")
    with pytest.raises(OSError, match="400"):
        run.get("/", host="elsewhere.example")
    # The check of HAProxy, as docs/scaling.md has it: without a Host.
    with socket.create_connection(("127.0.0.1", run.port), timeout=10) as check:
        check.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
        assert check.makefile("rb").readline() == b"HTTP/1.0 200 OK\r\n"
    # Others can open the link too.
    _, lines = run.stop()
    said = [line.split("/")[0].strip() for line in lines if "invitation" in line or "this machine" in line]
    assert said == ["http:"]


def test_serve_answers_to_the_ipv6_address_that_it_listens_on(settings: Settings) -> None:
    # The fixture restores only a setting that it has set.
    settings.ALLOWED_HOSTS = ["localhost", "quiz.school.example"]
    Command().allow_hosts(host_names("fd00::1"))

    assert settings.ALLOWED_HOSTS == ["localhost", "quiz.school.example", "[fd00::1]"]


@pytest.mark.parametrize("hosts", [".school.example,quiz.school.example", "*, quiz.school.example"])
def test_address_of_the_site_is_a_name(hosts: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HTTPS = True
    monkeypatch.setenv("FOOTNOTE_HOSTS", hosts)

    assert site_address() == "https://quiz.school.example"


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_serve_behind_a_proxy_names_the_settings_that_it_lacks(serve: Callable[..., Run]) -> None:
    # As a container: the machine's own names are not those of the proxy.
    run = serve(HOST="0.0.0.0", FOOTNOTE_HTTPS="1")  # noqa: S104  as the image sets it
    run.wait_until_it_answers()
    # A health check from the machine itself needs no TLS.
    assert run.get("/livez") == (200, "ok\n")
    _, lines = run.stop()

    assert [line[:23] for line in lines if line.startswith("Footnote is at ")] == ["Footnote is at https://"]
    assert lines[-3:] == [
        "FOOTNOTE_HTTPS is on and FOOTNOTE_TRUSTED_PROXIES is 0: behind a proxy, each page redirects to itself. "
        "Set it to the number of your proxies.",
        "FOOTNOTE_HOSTS is not set, so the site accepts only this machine's own names. Set it to the name of the site.",
        "Footnote has stopped.",
    ]


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_second_serve_on_a_data_folder_is_refused_until_the_first_ends(
    serve: Callable[..., Run], tmp_path: Path
) -> None:
    first = serve()
    first.wait_until_it_answers()
    # On another port and on the same one.
    refused = [serve().ended(), Run(tmp_path, first.port).ended()]
    first.stop()
    third = serve()
    third.wait_until_it_answers()

    sentence = (
        f"CommandError: Another `manage.py serve` runs on {tmp_path}. Stop it first, or set FOOTNOTE_DATA to another."
    )
    assert refused == [(1, [sentence])] * 2


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_serve_listens_on_the_address_of_a_host_name(serve: Callable[..., Run]) -> None:
    run = serve(HOST="localhost")
    run.wait_until_it_answers()
    assert run.get("/livez") == (200, "ok\n")
    _, lines = run.stop()

    assert f"Footnote is at http://localhost:{run.port} (stop it with Ctrl-C)" in lines


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"HOST": "10.1.2.3", "PORT": "80"}, "http://10.1.2.3"),
    ],
)
def test_sign_in_link_opens_the_running_site_without_an_option(
    variables: dict[str, str], address: str, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    out = StringIO()

    # Another shell than that of the server has its own environment, so the address that `serve` printed comes first.
    call_command("sign_in_link", teacher.email, stdout=out)
    Command(stdout=StringIO()).print_address()
    for name in variables:
        monkeypatch.delenv(name)
    call_command("sign_in_link", teacher.email, stdout=out)

    first, second = out.getvalue().splitlines()
    assert first.startswith(f"{address}/enter/")
    assert second.startswith(f"{address}/enter/")


@pytest.mark.parametrize(
    ("variables", "code", "sentence"),
    [
        ({"PORT": "eighty"}, 78, "Footnote cannot start: PORT must be a whole number from 1 to 65535, not 'eighty'."),
        ({"PORT": "70000"}, 78, "Footnote cannot start: PORT must be a whole number from 1 to 65535, not '70000'."),
        (
            # No name server is asked for it: whether one is there would change the status.
            {"HOST": "no..host"},
            78,
            "Footnote cannot start: HOST must be an address or a name of this machine, not 'no..host'.",
        ),
        (
            {"HOST": "192.0.2.1"},
            78,
            "CommandError: Can’t use 192.0.2.1:{port}: Cannot assign requested address. "
            "Set HOST or PORT to another value.",
        ),
    ],
)
def test_serve_says_in_one_line_why_it_cannot(
    serve: Callable[..., Run], tmp_path: Path, variables: dict[str, str], code: int, sentence: str
) -> None:
    run = serve(**variables)

    assert run.ended() == (code, [sentence.format(port=run.port)])
    assert not (tmp_path / "footnote.sqlite3").exists()


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_serve_starts_no_empty_site_over_one_whose_database_is_gone(serve: Callable[..., Run], tmp_path: Path) -> None:
    database = tmp_path / "footnote.sqlite3"
    run = serve()
    run.wait_until_it_answers()
    run.stop()
    database.unlink()

    code, lines = serve().ended()

    assert (code, len(lines)) == (78, 1)
    assert lines[0].startswith(f"Footnote cannot start: The database {database} is gone, and this site had one.")
    assert not database.exists()


@SQLITE
@pytest.mark.usefixtures("site_data")
def test_serve_refuses_the_database_of_a_newer_version(serve: Callable[..., Run], tmp_path: Path) -> None:
    with closing(library.sqlite.connect(str(tmp_path / "footnote.sqlite3"))) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('quizzes', '0999_of_the_future', '2030-01-01')"
        )
        database.commit()

    assert serve().ended() == (
        1,
        [
            "CommandError: A newer version has migrated this database: it has quizzes.0999_of_the_future, which "
            f"Footnote {__version__} does not know. Install the version that ran last, or restore the backup from "
            "before the upgrade."
        ],
    )


@pytest.mark.django_db
def test_running_version_stays_ready_after_a_newer_one_has_migrated(client: Client) -> None:
    MigrationRecorder(connection).record_applied("quizzes", "0999_of_the_future")
    # A package's own business: Django's apps are not of this project.
    MigrationRecorder(connection).record_applied("sessions", "0999_of_the_future")

    assert unknown_migrations(MigrationExecutor(connection)) == ["quizzes.0999_of_the_future"]
    assert checks(client) == (200, GREEN)


def test_command_of_a_python_without_django_names_the_right_one() -> None:
    # Without the packages of .venv.
    ended = subprocess.run([sys.executable, "-S", *MANAGE[1:], "backup"], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "This Python does not have Django. In a clone, write `.venv/bin/python manage.py` and the command. `make run` "
        "makes .venv.\n"
    )


# The start of a site whose preparation takes a minute.
SLOW_START = """
import sys, time, django
django.setup()
from quizsite.__main__ import main
from quizsite.management.commands.serve import Command

def prepare_site(command, *, init):
    print("preparing", flush=True)
    time.sleep(60)

Command.prepare_site = prepare_site
sys.argv = ["manage.py", "serve"]
main()
"""


@pytest.mark.sockets
def test_preparation_ends_with_the_start_that_was_stopped(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_START],
        env=environment(tmp_path, free_port(), {"DATABASE_URL": ""}),
        cwd=site_settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    ) as start:
        assert start.stdout is not None
        assert start.stdout.readline() == "preparing\n"
        start.terminate()

        # At its end, no process has the pipe.
        assert start.communicate(timeout=10)[0] == ""


def test_serve_says_in_one_line_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run = Run(tmp_path, other.getsockname()[1])
        code, lines = run.ended()

    assert (code, lines) == (
        1,
        [f"CommandError: Can’t use 127.0.0.1:{run.port}: Address already in use. Set HOST or PORT to another value."],
    )


@SQLITE
@pytest.mark.sockets
def test_serve_says_in_one_line_that_the_database_server_is_away(serve: Callable[..., Run]) -> None:
    code, lines = serve(DATABASE_URL=f"postgres://footnote@127.0.0.1:{free_port()}/footnote").ended()

    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("The database server refuses or does not answer. Check DATABASE_URL and the server: ")


@pytest.mark.sockets
def test_serve_says_that_a_setting_is_misspelled(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("quizsite.site_lock._held", {})
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("FOOTNOTE_HOST", "quiz.school.example")
    said = StringIO()

    # So that it ends before it serves.
    with exclusive(tmp_path), pytest.raises(CommandError, match="A restore or a move to PostgreSQL is running"):
        call_command("serve", stderr=said)

    assert said.getvalue() == (
        "The environment sets FOOTNOTE_HOST. Footnote has no such setting. Did you mean FOOTNOTE_HOSTS?\n"
    )


@pytest.mark.sockets
def test_serve_refuses_to_serve_without_periodic_jobs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    # Root, as which tests may run, opens the file of another user.
    (tmp_path / "housekeeping.lock").mkdir()
    held: dict[str, int] = {}
    monkeypatch.setattr("quizsite.site_lock._held", held)
    monkeypatch.setattr("quizsite.management.commands.serve.get_context", None)
    monkeypatch.setenv("PORT", str(free_port()))

    with pytest.raises(IsADirectoryError, match=r"housekeeping\.lock"):
        call_command("serve")

    for descriptor in held.values():
        os.close(descriptor)


def test_serve_says_that_errors_show_data(settings: Settings) -> None:
    said = StringIO()
    settings.DEBUG = True

    Command(stderr=said).warn_about_settings()

    assert said.getvalue() == (
        "FOOTNOTE_DEBUG is on: an error shows everyone the code and the data of the request. "
        "Turn it off where students are.\n"
    )


def test_serve_says_that_the_file_of_authorities_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said, bundle = StringIO(), tmp_path / "school.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))

    Command(stderr=said).warn_about_settings()
    bundle.write_text("not a certificate")
    Command(stderr=said).warn_about_settings()
    bundle.write_bytes(Path(loopback_certificate().path).read_bytes())
    Command(stderr=said).warn_about_settings()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    Command(stderr=said).warn_about_settings()

    hint = "No learning platform and no provider of school accounts can be reached."
    assert said.getvalue() == (
        f"REQUESTS_CA_BUNDLE names {bundle}, which is not there. {hint}\n"
        f"REQUESTS_CA_BUNDLE names {bundle}, which is not a PEM file of certificates. {hint}\n"
    )


def test_serve_names_what_a_restore_has_kept(settings: Settings, tmp_path: Path) -> None:
    said = StringIO()
    settings.DATA_DIR = tmp_path
    Command(stderr=said).warn_about_earlier_sites()
    assert said.getvalue() == ""
    (tmp_path / "before-restore-20261101T080000000000Z").mkdir()

    Command(stderr=said).warn_about_earlier_sites()

    # An installed site has no folder docs.
    assert said.getvalue() == (
        "`manage.py restore` has kept what it replaced, which can hold personal data: "
        "before-restore-20261101T080000000000Z. Delete it when you no longer need it.\n"
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server")
@pytest.mark.django_db
def test_serve_names_the_database_that_a_restore_has_kept(settings: Settings, tmp_path: Path) -> None:
    name, moment = str(connection.settings_dict["NAME"]), datetime(2026, 11, 1, 8, tzinfo=UTC)
    kept, others = kept_name(name, moment), (f"{name}_before_", f"{name}_before_20261101T08000", f"{name}_restore")
    said = StringIO()
    settings.DATA_DIR = tmp_path
    with psycopg.connect(**parameters(connection) | {"dbname": "postgres"}, autocommit=True) as server:
        names = [sql.Identifier(each) for each in (kept, *others)]
        for each in names:
            server.execute(sql.SQL("CREATE DATABASE {}").format(each))
        try:
            Command(stderr=said).warn_about_earlier_sites()
        finally:
            for each in names:
                server.execute(sql.SQL("DROP DATABASE {}").format(each))

    assert kept.endswith("_before_20261101080000")
    assert said.getvalue() == (
        f"`manage.py restore` has kept what it replaced, which can hold personal data: {kept}. Delete it when you no "
        "longer need it.\n"
    )


@pytest.mark.parametrize("workers", ["0", "-1"])
def test_serve_refuses_to_serve_without_workers(workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "192.0.2.1")

    with pytest.raises(CommandError, match=r"^--workers must be 1 or more\.$"):
        call_command("serve", "--workers", workers)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="connections to SQLite are held to it one by one")
@pytest.mark.django_db(transaction=True)
def test_serve_refuses_a_database_server_that_could_lose_an_answer_and_says_what_it_needs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        try:
            with pytest.raises(CommandError) as refusal:
                Command().prepare_site(init=False)
        finally:
            cursor.execute("SET synchronous_commit TO on")
    assert str(refusal.value) == (
        "This database server has synchronous_commit=off. Footnote needs fsync=on synchronous_commit=on "
        "statement_timeout=10s lock_timeout=5s. Set fsync in postgresql.conf. Behind PgBouncer, give the others to the "
        "role, such as by ALTER ROLE user SET lock_timeout = '5s'."
    )


def test_server_gets_one_thread_on_sqlite_and_four_on_postgresql() -> None:
    server = new_server("127.0.0.1", 8000, workers=3)

    assert (server.workers, server.interface, server.log_access) == (3, "rsgi", False)
    assert THREADS[connection.vendor] == {"sqlite": 1, "postgresql": 4}[connection.vendor]


def test_worker_takes_as_many_connections_as_it_has_descriptors_for(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.setrlimit", lambda kind, pair: limits.append(pair))

    def connections(soft: int, hard: int) -> int:
        monkeypatch.setattr("resource.getrlimit", lambda kind: (soft, hard))
        return connections_per_worker()

    assert (connections(1024, 524_288), limits) == (4096, [(4352, 524_288)])
    assert (connections(1024, 2048), limits[1:]) == (1792, [(2048, 2048)])
    assert (connections(20_000, 20_000), limits[2:]) == (4096, [])
    assert (connections(RLIM_INFINITY, RLIM_INFINITY), limits[2:]) == (4096, [])
    assert (connections(1024, RLIM_INFINITY), limits[2:]) == (4096, [(4352, RLIM_INFINITY)])


@SQLITE
@pytest.mark.sockets
@pytest.mark.usefixtures("site_data")
def test_housekeeping_is_taken_over_when_the_process_that_does_it_is_killed(
    serve: Callable[..., Run], tmp_path: Path
) -> None:
    run = serve()
    run.wait_until_it_answers()
    first = keeper_of(tmp_path / "housekeeping.lock")
    assert first in family(run.process.pid)

    os.kill(first, signal.SIGKILL)

    assert keeper_of(tmp_path / "housekeeping.lock", but=first) in family(run.process.pid)


def keeper_of(lock: Path, *, but: int = 0) -> int:
    """The process that holds the lock, as soon as there is one other than `but`. Source: proc(5), /proc/locks."""
    for _ in range(600):
        if lock.exists():
            inode = str(lock.stat().st_ino)
            for line in Path("/proc/locks").read_text().splitlines():
                fields = line.split()
                if "->" not in fields and fields[5].rpartition(":")[2] == inode and int(fields[4]) != but:
                    return int(fields[4])
        select.select([], [], [], 0.05)
    raise AssertionError("no process runs the periodic jobs")


# --- Health -------------------------------------------------------------------------------------------------------


def checks(client: Client) -> tuple[int, dict[str, str]]:
    """Status of /readyz, and per check the first word of its line."""
    response = client.get("/readyz")
    lines = [line.split() for line in response.content.decode().splitlines()]
    return response.status_code, {words[1]: words[0] for words in lines}


GREEN = dict.fromkeys(
    ("files", "read", "write", "migrations", "durability", "disk", "clock", "jobs", "key", "integrity", "backup"), "ok"
)


def test_livez_answers_without_the_database(client: Client) -> None:
    response = client.get("/livez")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert client.post("/livez").status_code == 405


@pytest.mark.django_db
def test_readyz_is_green_and_leaves_no_row(client: Client) -> None:
    assert checks(client) == (200, GREEN)
    assert Session.objects.count() == 0
    assert client.head("/readyz").status_code == 200
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_readyz_names_engine_and_settings(client: Client) -> None:
    [line] = [line for line in client.get("/readyz").content.decode().splitlines() if " durability " in line]

    version = ".".join(map(str, connection.get_database_version()))
    assert (
        line
        == {
            "sqlite": f"ok durability sqlite {version} journal_mode=wal synchronous=2 secure_delete=1 foreign_keys=1",
            "postgresql": f"ok durability postgresql {version} fsync=on synchronous_commit=on statement_timeout=10s "
            "lock_timeout=5s",
        }[connection.vendor]
    )


@pytest.mark.django_db
def test_readyz_is_red_while_a_migration_is_pending(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="sessions", name="0001_initial").delete()

    assert checks(client) == (503, GREEN | {"migrations": "FAIL"})
    assert (
        b"FAIL migrations 1 pending: start the site again, or run `manage.py migrate`\n"
        in client.get("/readyz").content
    )


@pytest.mark.django_db
def test_readyz_is_red_when_nothing_can_be_written_and_tells_no_detail(client: Client) -> None:
    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("could not write to /secret/place for user ana")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert b"FAIL write OperationalError\n" in response.content
    assert b"ana" not in response.content


@pytest.mark.django_db(transaction=True)
def test_readyz_is_red_when_a_saved_answer_could_be_lost(client: Client) -> None:
    weaken, mend = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit TO off", "SET synchronous_commit TO on"),
    }[connection.vendor]
    seen = {"sqlite": b"synchronous=1", "postgresql": b"synchronous_commit=off"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(weaken)
        try:
            response = client.get("/readyz")
        finally:
            cursor.execute(mend)

    assert response.status_code == 503
    assert b"FAIL durability " + seen + b"\n" in response.content


MB = 1024 * 1024


@pytest.mark.parametrize(("free", "total"), [(200 * MB, 4000 * MB), (51_200 * MB, 1_024_000 * MB)])
def test_disk_with_room_is_green(free: int, total: int) -> None:
    assert disk_verdict(free=free, total=total) == f"{free // MB} MB free"


@pytest.mark.parametrize(("free", "total"), [(200 * MB - 1, 1000 * MB), (200 * MB - 1, 10_240 * MB), (0, 1)])
def test_disk_below_200_mb_is_red(free: int, total: int) -> None:
    with pytest.raises(CheckFailed, match=f"^{free // MB} MB free, at least 200 MB are needed$"):
        disk_verdict(free=free, total=total)


@pytest.mark.parametrize(
    ("free", "total", "wanted"),
    [(200 * MB, 10_240 * MB, 512), (511 * MB, 10_240 * MB, 512), (2047 * MB, 1_024_000 * MB, 2048)],
)
def test_disk_below_5_percent_or_2_gb_is_a_warning(free: int, total: int, wanted: int) -> None:
    with pytest.raises(CheckWarning, match=f"^{free // MB} MB free, {wanted} MB should be$"):
        disk_verdict(free=free, total=total)
