"""The SQLite backend: a safe library, every commit on disk, and writers that wait their turn."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.color import no_style
from django.db import IntegrityError, OperationalError, transaction
from django.db import connection as site
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.test.utils import CaptureQueriesContext

from quizsite.sqlite import library
from quizsite.sqlite.base import DatabaseWrapper, verify
from quizsite.sqlite.copy import copy_database, quick_check
from quizsite.sqlite.prepare import network_file_system, prepare_database
from quizsite.sqlite.write_queue import TurnTimeout, Writer
from quizsite.startup_errors import exit_status

OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
}


def handler(path: Path, **options: Any) -> Any:
    """A ConnectionHandler for one database file, which opens a connection a thread, as the site does."""
    database = {"ENGINE": "quizsite.sqlite", "NAME": path, "OPTIONS": {**OPTIONS, **options}}
    return ConnectionHandler({"default": database})


@pytest.fixture(autouse=True)
def _own_connections(django_db_blocker: Any) -> Iterator[None]:
    """These tests open databases of their own, which the `db` fixture knows nothing of."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database file with one table of one row."""
    path = tmp_path / "site.sqlite3"
    prepare_database(path)
    connection = library.sqlite.connect(str(path))
    connection.execute("CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)")
    connection.execute("INSERT INTO counter VALUES (1, 0)")
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def connection(path: Path) -> Iterator[DatabaseWrapper]:
    wrapper = handler(path)["default"]
    yield wrapper
    wrapper.close()


@pytest.fixture
def rival(path: Path) -> Iterator[Writer]:
    """Another writer, who does not wait."""
    writer = Writer(str(path), timeout=0)
    yield writer
    writer.close()


def test_statements_of_a_save_stay_prepared_among_those_of_many_pages(connection: DatabaseWrapper) -> None:
    compiled: list[int] = []

    def note(action: int, *_: object) -> int:
        compiled.append(action)
        return 0

    def run(*numbers: int) -> None:
        for number in numbers:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT value + {number} FROM counter").fetchall()  # noqa: S608  a number

    connection.ensure_connection()
    # SQLite asks it when it compiles a statement, and not when it runs a prepared one.
    connection.connection.set_authorizer(note)
    pages, save = range(500), (1001, 1002, 1003)
    run(*pages, *pages, *save)
    assert compiled
    compiled.clear()

    run(*save, *save)

    assert compiled == []


def begin(connection: BaseDatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def may_write(rival: Writer) -> bool:
    """Whether the turn is free, by taking it and giving it back."""
    try:
        rival.take_turn()
    except TurnTimeout:
        return False
    rival.end_turn()
    return True


def value(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counter WHERE id = 1")
        return cursor.fetchone()[0]


def add_one(connection: BaseDatabaseWrapper) -> None:
    """Read, then write what was read: lost updates and deferred transactions would both show."""
    begin(connection)
    try:
        seen = value(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE counter SET value = %s WHERE id = 1", [seen + 1])
        connection.commit()
    finally:
        connection.set_autocommit(True)


# --- The library --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 46, 1), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_safe_knows_each_branch(version: tuple[int, int, int], safe: bool) -> None:
    assert library.wal_is_safe(version) is safe


def fake(*version: int) -> ModuleType:
    module = ModuleType("fake")
    module.sqlite_version_info = version  # type: ignore[attr-defined]
    return module


def test_choose_prefers_a_safe_library() -> None:
    safe, unsafe, standard = fake(3, 53, 4), fake(3, 50, 4), fake(3, 46, 1)

    assert library.choose(safe, standard) is safe
    assert library.choose(unsafe, standard) is standard
    assert library.choose(None, standard) is standard


def test_backend_runs_on_the_chosen_library(connection: DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        [version] = cursor.fetchone()

    assert version == library.sqlite.sqlite_version
    assert connection.get_database_version() == library.sqlite.sqlite_version_info
    assert sys.modules["sqlite3"] is library.sqlite


def test_backend_knows_the_limits_of_a_query(connection: DatabaseWrapper) -> None:
    assert connection.features.max_query_params >= 32_766


def test_backend_reports_queries_with_parameters(connection: DatabaseWrapper) -> None:
    with CaptureQueriesContext(connection) as queries, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counter WHERE id = %s", [1])

    assert queries[0]["sql"] == "SELECT value FROM counter WHERE id = 1"


# --- Durability ---------------------------------------------------------------------------------------------------


def test_connection_has_the_settings_that_the_promise_needs(connection: DatabaseWrapper) -> None:
    seen = {}
    for name in ("synchronous", "journal_mode", "secure_delete", "foreign_keys"):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {name}")
            [seen[name]] = cursor.fetchone()

    assert seen == {"synchronous": 2, "journal_mode": library.JOURNAL_MODE, "secure_delete": 1, "foreign_keys": 1}


def test_connection_refuses_to_run_without_full_synchronization(path: Path) -> None:
    lax = handler(path, init_command="PRAGMA synchronous=NORMAL")["default"]

    with pytest.raises(ImproperlyConfigured, match="synchronous=FULL"):
        lax.ensure_connection()


@pytest.mark.parametrize("mode", [None, "DEFERRED", "EXCLUSIVE"])
def test_connection_refuses_to_start_transactions_otherwise(mode: str | None, path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="IMMEDIATE"):
        handler(path, transaction_mode=mode)["default"].ensure_connection()


def test_verify_refuses_a_write_ahead_log_on_an_unsafe_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "JOURNAL_MODE", "wal")
    prepare_database(tmp_path / "wal.sqlite3")

    with closing(library.sqlite.connect(str(tmp_path / "wal.sqlite3"))) as raw:
        monkeypatch.setattr(library, "WAL_IS_SAFE", True)
        verify(raw)
        monkeypatch.setattr(library, "WAL_IS_SAFE", False)
        with pytest.raises(ImproperlyConfigured, match="write-ahead log"):
            verify(raw)


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_prepare_database_sets_the_journal_mode_for_good(
    tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site.sqlite3"
    monkeypatch.setattr(library, "JOURNAL_MODE", "wal")
    prepare_database(path)

    monkeypatch.setattr(library, "JOURNAL_MODE", mode)
    prepare_database(path)

    raw = library.sqlite.connect(str(path))
    [seen] = raw.execute("PRAGMA journal_mode").fetchone()
    raw.close()
    assert seen == mode
    assert path.stat().st_mode & 0o777 == 0o600


def test_prepare_database_makes_each_file_writable_that_was_read_only(path: Path) -> None:
    path.chmod(0o444)
    raw = library.sqlite.connect(str(path))
    raw.execute("SELECT 1 FROM sqlite_master").fetchall()
    files = [path, *(path.with_name(path.name + name) for name in ("-wal", "-shm"))]
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o444"] * 3

    prepare_database(path)

    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3
    raw.close()


def test_connection_makes_no_file_over_one_that_is_gone(path: Path, connection: DatabaseWrapper) -> None:
    path.unlink()

    with pytest.raises(OperationalError, match="unable to open"):
        connection.ensure_connection()

    assert not path.exists()


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_prepare_database_may_be_called_again_before_there_is_a_table(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.sqlite3"
    monkeypatch.setattr(library, "JOURNAL_MODE", mode)
    for _ in range(2):
        prepare_database(path)
    with closing(library.sqlite.connect(str(path))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


def test_copy_beside_writers_is_of_one_moment_and_has_every_row_committed_before_it(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    prepare_database(path)
    with closing(library.sqlite.connect(str(path))) as connection:
        connection.execute("CREATE TABLE saved (writer INTEGER, number INTEGER, padding BLOB)")
        # Several steps of the copy, with writes between them.
        connection.executemany("INSERT INTO saved VALUES (0, ?, ?)", [(n, b"x" * 3000) for n in range(12_000)])
        connection.commit()
    stop, committed = threading.Event(), [0, 0, 0]

    def write(writer: int) -> None:
        with closing(library.sqlite.connect(str(path), timeout=60, isolation_level=None)) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO saved VALUES (?, ?, NULL)", [writer, committed[writer] + 1])
                committed[writer] += 1

    threads = [threading.Thread(target=write, args=[writer]) for writer in (1, 2)]
    for thread in threads:
        thread.start()
    while min(committed[1:]) < 3:
        assert all(thread.is_alive() for thread in threads)
    before = list(committed)
    copy_database(path, tmp_path / "copy.sqlite3")
    after = list(committed)
    stop.set()
    for thread in threads:
        thread.join()

    assert after > before
    assert sorted(name.name for name in tmp_path.glob("copy*")) == ["copy.sqlite3"]
    with closing(library.sqlite.connect(str(tmp_path / "copy.sqlite3"))) as copy:
        for writer in (1, 2):
            numbers = [number for (number,) in copy.execute("SELECT number FROM saved WHERE writer = ?", [writer])]
            assert numbers == list(range(1, len(numbers) + 1))
            assert len(numbers) >= before[writer]


MOUNTS = r"""21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
34 21 0:30 / /srv/school rw - nfs4 files:/school rw,vers=4.2
35 34 8:2 / /srv/school/local rw shared:2 master:1 - xfs /dev/sdb1 rw
36 21 0:31 / /mnt/the\040share rw - cifs //files/share rw
37 21 0:32 / /mnt/twice rw - nfs files:/twice rw
38 37 8:3 / /mnt/twice rw - btrfs /dev/sdc1 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/footnote/data", None),
        ("/srv/school/data", "nfs4"),
        ("/srv/schools/data", None),
        ("/srv/school/local/data", None),
        ("/mnt/the share/data", "cifs"),
        ("/mnt/twice/data", None),
    ],
)
def test_network_file_system_is_that_of_the_nearest_mount(
    path: str, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr("quizsite.sqlite.prepare.MOUNTS", mounts)
    # Not every system tells its mounts.
    assert network_file_system(Path(path)) is None
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(path)) == kind


def test_prepare_database_refuses_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What this very machine says of itself is understood.
    assert network_file_system(tmp_path) is None
    data, mounts = tmp_path / "data", tmp_path / "mountinfo"
    data.mkdir()
    mounts.write_text(f"34 21 0:30 / {data.resolve()} rw - nfs4 files:/school rw\n")
    monkeypatch.setattr("quizsite.sqlite.prepare.MOUNTS", mounts)

    with pytest.raises(ImproperlyConfigured, match=r"network file system \(nfs4\).*FOOTNOTE_DATA.*DATABASE_URL"):
        prepare_database(data / "site.sqlite3")

    assert list(data.iterdir()) == []


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 100)


def forget_what_it_is(path: Path) -> None:
    path.write_bytes(b"no database file" + path.read_bytes()[16:])


def spoil_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)


@pytest.mark.parametrize("damage", [cut, forget_what_it_is, spoil_a_page])
def test_prepare_database_refuses_a_damaged_one_with_the_command_that_restores_it(
    damage: Callable[[Path], None], path: Path
) -> None:
    damage(path)
    damaged = path.read_bytes()

    with pytest.raises(ImproperlyConfigured, match=r"is damaged\. Run `manage.py restore BACKUP`, which keeps"):
        prepare_database(path)

    assert path.read_bytes() == damaged


def test_prepare_database_reads_a_bounded_part_and_the_check_beside_it_reads_all(path: Path) -> None:
    with closing(library.sqlite.connect(str(path))) as connection:
        connection.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, content BLOB)")
        connection.executemany("INSERT INTO large (content) VALUES (?)", [[b"x" * 3000]] * 500)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        last_page = path.stat().st_size // 4096 - 10
    assert quick_check(path) == "ok"
    content = bytearray(path.read_bytes())
    content[last_page * 4096 : (last_page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)

    prepare_database(path)

    assert quick_check(path) != "ok"


def test_prepare_database_refuses_one_that_it_may_only_read(path: Path) -> None:
    # Not pytest's own folder, which nobody else may even enter.
    with tempfile.TemporaryDirectory(prefix="footnote-tests-") as folder:
        Path(folder).chmod(0o755)
        moved = Path(shutil.move(path, folder))
        moved.chmod(0o444)
        # The superuser may write everywhere, so where tests run as one the check is made as nobody.
        me = os.geteuid()
        if me == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(
                ImproperlyConfigured, match=r"cannot be used: .*Make its file and its folder writable for this user\.$"
            ):
                prepare_database(moved)
        finally:
            os.seteuid(me)


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (library.sqlite.OperationalError("database or disk is full"), 10**9),
        (library.sqlite.OperationalError("disk I/O error"), 4096),
        (OSError(28, "No space left on device"), 10**9),
    ],
)
def test_prepare_database_names_a_full_disk(
    error: Exception, free: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> str:
        raise error

    monkeypatch.setattr("quizsite.sqlite.prepare.first_look", fail)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))

    with pytest.raises(ImproperlyConfigured) as refused:
        prepare_database(path)

    assert str(refused.value) == f"The disk of the database {path} is full ({error}). Free some space, and start again."
    # Not that of a wrong setting, with which systemd would leave the site down.
    assert exit_status(refused.value) == 1


def test_connection_that_may_only_read_is_opened_again_after_its_first_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite opens a file for reading where it cannot open it for writing: without permission, as here, or without a
    # free file descriptor.
    monkeypatch.setattr(library, "JOURNAL_MODE", "delete")
    prepare_database(path)
    with tempfile.TemporaryDirectory(prefix="footnote-tests-") as folder:
        Path(folder).chmod(0o777)
        moved = Path(shutil.move(path, folder))
        for name in (".line", ".turn"):
            moved.with_name(moved.name + name).touch()
            moved.with_name(moved.name + name).chmod(0o666)
        moved.chmod(0o444)
        wrapper = handler(moved)["default"]
        # As in quizsite/settings.py.
        wrapper.settings_dict["CONN_MAX_AGE"] = None
        me = os.geteuid()
        if me == 0:
            os.seteuid(65534)
        try:
            wrapper.ensure_connection()
        finally:
            os.seteuid(me)
        moved.chmod(0o644)

        begin(wrapper)
        with pytest.raises(OperationalError, match="readonly"), wrapper.cursor() as cursor:
            cursor.execute("UPDATE counter SET value = 1 WHERE id = 1")
        # As an atomic block ends, and then a request.
        wrapper.rollback()
        wrapper.set_autocommit(True)
        wrapper.close_if_unusable_or_obsolete()
        add_one(wrapper)

        assert value(wrapper) == 1
        wrapper.close()


@pytest.mark.parametrize("name", [".line", ".turn"])
def test_connection_without_its_queue_is_an_error_of_the_database(name: str, path: Path) -> None:
    queue = path.with_name(path.name + name)
    queue.unlink(missing_ok=True)
    queue.mkdir()
    wrapper = handler(path)["default"]

    with pytest.raises(OperationalError, match="queue of writers cannot be opened"):
        wrapper.ensure_connection()
    queue.rmdir()

    assert value(wrapper) == 0
    wrapper.close()


def test_flush_passes_triggers_by_and_leaves_them_in_force(connection: DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER kept BEFORE DELETE ON counter BEGIN SELECT RAISE(ABORT, '100% kept'); END")

    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), ["counter"]))

    with connection.cursor() as cursor:
        assert cursor.execute("SELECT * FROM counter").fetchall() == []
        cursor.execute("INSERT INTO counter VALUES (1, 0)")
        with pytest.raises(IntegrityError, match="100% kept"):
            cursor.execute("DELETE FROM counter")


def test_deleted_text_leaves_no_bytes(connection: DatabaseWrapper, path: Path) -> None:
    canary = "Quillfeather Brambleworth"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE names (name TEXT)")
        cursor.executemany("INSERT INTO names VALUES (%s)", [[f"{canary} {number}"] for number in range(100)])
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert canary.encode() in path.read_bytes()

        cursor.execute("DELETE FROM names")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert canary.encode() not in path.read_bytes()


# --- Turns --------------------------------------------------------------------------------------------------------


def test_writer_waits_no_longer_than_its_limit(path: Path, rival: Writer) -> None:
    holder = Writer(str(path), timeout=0)
    holder.take_turn()

    with pytest.raises(TurnTimeout):
        rival.take_turn()
    holder.end_turn()
    rival.take_turn()
    rival.end_turn()
    holder.close()


def test_writer_that_leaves_gives_its_turn_back(path: Path, rival: Writer) -> None:
    holder = Writer(str(path), timeout=0)
    holder.take_turn()
    assert not may_write(rival)

    holder.close()

    assert may_write(rival)


def test_writer_gets_the_turn_as_soon_as_it_is_free(path: Path, rival: Writer) -> None:
    waiting = Writer(str(path), timeout=30)
    rival.take_turn()
    thread = threading.Thread(target=waiting.take_turn)
    thread.start()

    rival.end_turn()
    thread.join(timeout=30)

    assert not thread.is_alive()
    assert not may_write(rival)
    waiting.close()


def test_transaction_holds_the_turn_until_it_commits(connection: DatabaseWrapper, rival: Writer) -> None:
    connection.ensure_connection()
    assert may_write(rival)

    begin(connection)
    assert not may_write(rival)
    connection.commit()

    assert may_write(rival)


def test_transaction_holds_the_turn_until_it_rolls_back(connection: DatabaseWrapper, rival: Writer) -> None:
    begin(connection)
    assert not may_write(rival)
    connection.rollback()

    assert may_write(rival)


def test_transaction_gives_the_turn_back_with_its_connection(connection: DatabaseWrapper, rival: Writer) -> None:
    begin(connection)
    assert not may_write(rival)
    connection.close()

    assert may_write(rival)


def test_transaction_that_cannot_start_gives_the_turn_back(path: Path, rival: Writer) -> None:
    hasty = handler(path, timeout=0)["default"]
    hasty.ensure_connection()
    stranger = library.sqlite.connect(str(path), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="locked"):
        begin(hasty)

    assert may_write(rival)
    stranger.close()
    hasty.close()


def test_transaction_says_locked_when_its_turn_does_not_come(path: Path, rival: Writer) -> None:
    hasty = handler(path, timeout=0)["default"]
    hasty.ensure_connection()
    rival.take_turn()

    with pytest.raises(OperationalError, match="database is locked"):
        begin(hasty)
    rival.end_turn()
    begin(hasty)
    hasty.rollback()
    hasty.close()


def test_reading_takes_no_turn(connection: DatabaseWrapper, rival: Writer) -> None:
    rival.take_turn()

    assert value(connection) == 0


@pytest.mark.skipif(site.vendor != "sqlite", reason="the queue is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_atomic_blocks_of_the_site_wait_in_the_queue() -> None:
    writer = Writer(str(site.settings_dict["NAME"]), timeout=0)
    with transaction.atomic():
        assert not may_write(writer)
        with transaction.atomic():
            assert not may_write(writer)
        assert not may_write(writer)
    assert may_write(writer)
    with pytest.raises(IntegrityError), transaction.atomic():
        raise IntegrityError
    assert may_write(writer)
    writer.close()


def test_memory_database_has_no_queue() -> None:
    memory = handler(Path(), timeout=1)
    memory.settings["default"]["NAME"] = "file:queue?mode=memory&cache=shared"
    wrapper = memory["default"]
    wrapper.ensure_connection()

    assert wrapper.writer is None
    wrapper.connection.close()


# --- Many at once -------------------------------------------------------------------------------------------------


def test_threads_that_write_at_once_lose_nothing(path: Path) -> None:
    connections = handler(path)
    barrier = threading.Barrier(8)
    errors: list[Exception] = []

    def write() -> None:
        connection = connections["default"]
        barrier.wait()
        try:
            for _ in range(25):
                add_one(connection)
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    check = connections["default"]
    assert value(check) == 200
    check.close()


WRITE_FROM_A_PROCESS = """
import sys
from contextlib import closing
from pathlib import Path
import django
django.setup()
from tests.quizsite.test_sqlite_backend import add_one, handler
connection = handler(Path(sys.argv[1]))["default"]
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    add_one(connection)
connection.close()
"""


def test_processes_that_write_at_once_lose_nothing(path: Path, connection: DatabaseWrapper) -> None:
    command = [sys.executable, "-c", WRITE_FROM_A_PROCESS, str(path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]

    assert errors == [""] * 4
    assert value(connection) == 400
