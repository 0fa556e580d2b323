"""/readyz on injected faults: each is red by its own line, and the line tells nothing about anyone."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from quizsite.backups.failures import record_failure
from quizsite.health import (
    CLOCK_TOLERANCE,
    IN_THE_FUTURE,
    CheckFailed,
    CheckWarning,
    backup,
    backup_verdict,
    clock_verdict,
    files,
    jobs,
    jobs_verdict,
)
from quizsite.models import SiteState
from quizsite.periodic_jobs import open_lock
from quizsite.secret_key import record_secret_key

SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's own file")


def red(client: Client) -> dict[str, str]:
    """What /readyz says of each check that failed; the page is 503 exactly when there is one."""
    response = client.get("/readyz")
    lines = [line.split(maxsplit=2) for line in response.content.decode().splitlines()]
    failed = {words[1]: words[2] for words in lines if words[0] == "FAIL"}
    assert response.status_code == (503 if failed else 200)
    return failed


@contextmanager
def raising(error: Exception, *, on: str = "") -> Iterator[None]:
    """Queries that begin with `on` raise this."""

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(on):
            raise error
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.django_db
def test_nothing_is_red_on_a_sound_site(client: Client) -> None:
    assert red(client) == {}


@pytest.mark.django_db
def test_full_disk_is_red(client: Client) -> None:
    with raising(OperationalError("database or disk is full: /srv/school/footnote"), on="INSERT"):
        assert red(client) == {"write": "OperationalError"}


@pytest.mark.django_db
def test_disk_that_has_room_for_saves_takes_no_machine_out_of_a_proxy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(free: int) -> tuple[int, list[str]]:
        usage = SimpleNamespace(free=free, total=40 * 1024**3)
        monkeypatch.setattr("quizsite.health.shutil.disk_usage", lambda folder: usage)
        response = client.get("/readyz")
        lines = response.content.decode().splitlines()
        return response.status_code, [line for line in lines if not line.startswith("ok ")]

    assert at(1500 * 1024**2) == (200, ["WARN disk 1500 MB free, 2048 MB should be"])
    assert at(199 * 1024**2) == (503, ["FAIL disk 199 MB free, at least 200 MB are needed"])


@pytest.mark.django_db
def test_missing_migration_is_red(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="quizzes").order_by("-pk")[:1].get().delete()
    assert red(client) == {"migrations": "1 pending: start the site again, or run `manage.py migrate`"}


@pytest.mark.django_db(transaction=True)
def test_database_that_may_only_be_read_is_red(client: Client) -> None:
    lock, unlock = {
        "sqlite": ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
        "postgresql": ("SET default_transaction_read_only TO on", "SET default_transaction_read_only TO off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(lock)
        try:
            failed = red(client)
        finally:
            cursor.execute(unlock)
    assert list(failed) == ["write"]
    assert failed["write"] in {"OperationalError", "InternalError"}


@SQLITE
@pytest.mark.django_db(transaction=True)
def test_missing_file_of_the_database_is_red(client: Client) -> None:
    path = Path(connection.settings_dict["NAME"])
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        failed = red(client)
    finally:
        aside.rename(path)
    # A later check may find the empty file that SQLite has created since.
    assert failed["files"] == "the database's file is missing: stop the site, and put it back or restore a backup"


@SQLITE
@pytest.mark.django_db(transaction=True)
def test_file_of_the_database_that_was_replaced_is_red(client: Client) -> None:
    path = Path(connection.settings_dict["NAME"])
    aside = path.with_suffix(".aside")
    assert red(client) == {}
    path.rename(aside)
    shutil.copy(aside, path)
    try:
        failed = red(client)
    finally:
        aside.rename(path)
    assert failed == {"files": "the database's file was replaced: start the site again"}
    assert red(client) == {}


@pytest.mark.django_db
def test_missing_data_folder_is_red(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    assert red(client) == {
        "files": "the data folder is missing: stop the site, and put it back or restore a backup",
        "disk": "FileNotFoundError",
    }


def test_data_folder_without_permission_is_red(settings: Any) -> None:
    # Not pytest's own folder, which nobody else may even enter.
    settings.DATA_DIR = Path(tempfile.mkdtemp(prefix="footnote-tests-"))
    settings.DATA_DIR.chmod(0o500)
    # The superuser may write everywhere, so where tests run as one the check is made as nobody.
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(CheckFailed, match=r"^the data folder cannot be written$"):
            files()
    finally:
        os.seteuid(me)
        settings.DATA_DIR.rmdir()


@pytest.mark.django_db(transaction=True)
def test_engine_that_could_lose_an_answer_is_red(client: Client) -> None:
    weaken, mend, line = {
        "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL", "synchronous=0"),
        "postgresql": (
            "SET synchronous_commit TO off",
            "SET synchronous_commit TO on",
            "synchronous_commit=off",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(weaken)
        try:
            assert red(client) == {"durability": line}
        finally:
            cursor.execute(mend)


@pytest.mark.django_db
def test_connection_that_is_refused_for_its_version_is_red(client: Client) -> None:
    with raising(ImproperlyConfigured("a library that can damage the database"), on="SELECT 1"):
        assert red(client) == {"read": "ImproperlyConfigured"}


@pytest.mark.django_db
def test_database_that_is_down_is_red_and_tells_no_host(client: Client) -> None:
    with raising(OperationalError("connection to 10.0.0.5 as ana failed")):
        failed = red(client)
    assert (
        failed.pop("read")
        == {
            "sqlite": "the database does not answer: check the disk of the data folder",
            "postgresql": "the database does not answer: check that its server runs, and its address and user in "
            "DATABASE_URL",
        }[connection.vendor]
    )
    assert {"write", "migrations", "durability"} <= set(failed)
    assert set(failed.values()) == {"OperationalError"}


@pytest.mark.parametrize("seconds", [-6, 6, 3600])
def test_clock_that_differs_from_the_databases_is_red(seconds: int) -> None:
    with pytest.raises(CheckFailed, match=re.escape(f"{seconds:+.1f} s from the database's clock")):
        clock_verdict(timedelta(seconds=seconds))


@pytest.mark.parametrize("difference", [timedelta(0), CLOCK_TOLERANCE, -CLOCK_TOLERANCE])
def test_clock_within_the_tolerance_is_green(difference: timedelta) -> None:
    assert clock_verdict(difference).endswith(" s from the database's clock")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no clock of its own")
@pytest.mark.django_db
def test_clock_of_the_database_server_is_asked(client: Client, clock: Any) -> None:
    assert list(red(client)) == ["clock"]


TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "sees_details"),
    [
        ("", {}, True),
        ("", {"REMOTE_ADDR": "::1"}, True),
        # Strangers.
        ("", {"REMOTE_ADDR": "203.0.113.5"}, False),
        ("", {"REMOTE_ADDR": ""}, False),
        ("", {"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer "}, False),
        # A proxy on this machine connects from loopback.
        ("", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ("", {"HTTP_X_FORWARDED_PROTO": "https"}, False),
        ("", {"HTTP_FORWARDED": "for=127.0.0.1"}, False),
        ("", {"HTTP_X_REAL_IP": "127.0.0.1"}, False),
        ("", {"HTTP_VIA": "1.1 proxy"}, False),
        # The token.
        (TOKEN, {"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, True),
        (TOKEN, {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, True),
        (TOKEN, {"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": f"Bearer {TOKEN[:-1]}"}, False),
        (TOKEN, {"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer é"}, False),
    ],
)
def test_readyz_shows_details_to_the_operator_only(
    token: str, headers: dict[str, str], sees_details: bool, settings: Any, client: Client
) -> None:
    settings.HEALTH_TOKEN = token

    sound = client.get("/readyz", **headers)
    with raising(OperationalError("away"), on="INSERT"):
        broken = client.get("/readyz", **headers)

    assert (sound.status_code, broken.status_code) == (200, 503)
    if sees_details:
        assert connection.vendor in sound.content.decode()
        assert b"FAIL write OperationalError" in broken.content
    else:
        assert (sound.content, broken.content) == (b"ok\n", b"fail\n")


# --- Periodic jobs ------------------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)
# What follows the age of the last backup where BACKUP_MINUTES is 0.
OFF = ". This machine makes no automatic backups: FOOTNOTE_BACKUP_MINUTES is 0"


@pytest.mark.parametrize(("age", "says"), [(None, "never ran"), (3 * MINUTE, "ran 180 s ago")])
def test_jobs_that_did_not_run_for_2_minutes_are_red(age: timedelta | None, says: str, settings: Any) -> None:
    settings.PERIODIC_JOBS_TOLERANCE = 2 * MINUTE

    with pytest.raises(CheckFailed, match=f"^{says}: see the log. With another web server, cron runs"):
        jobs_verdict(age, uptime=3 * MINUTE)
    # A process that has started a moment ago has had no time to run them.
    assert jobs_verdict(age, uptime=MINUTE) == says


@pytest.mark.django_db
def test_jobs_that_cron_ran_are_green(settings: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings.BACKUP_MINUTES = 0
    settings.DATA_DIR = tmp_path
    with open_lock() as lock:
        flock(lock, LOCK_EX)
        # As while the run of the minute before waits for a learning platform. Cron would mail an error.
        call_command("run_periodic_jobs")
    assert capsys.readouterr().out == "Another process runs the periodic jobs.\n"
    settings.PERIODIC_JOBS_TOLERANCE = timedelta(seconds=-1)
    with pytest.raises(CheckFailed, match="^never ran"):
        jobs()
    settings.PERIODIC_JOBS_TOLERANCE = MINUTE

    call_command("run_periodic_jobs")

    assert capsys.readouterr().out == "The periodic jobs ran.\n"
    assert SiteState.objects.get(name="periodic_jobs").at <= timezone.now()
    assert jobs_verdict(timezone.now() - SiteState.objects.get(name="periodic_jobs").at, uptime=3 * MINUTE)
    assert jobs().startswith("ran ")
    # Without `serve`, nothing else would notice an update that grades differently.
    assert SiteState.objects.filter(name=SiteState.GRADING).exists()


# --- Key, file and backup -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_secret_key_of_another_database_is_red(client: Client, settings: Any) -> None:
    record_secret_key(now=timezone.now())
    assert red(client) == {}

    old, settings.SECRET_KEY = (
        settings.SECRET_KEY,
        "another secret key, longer than fifty characters, for this test alone",
    )
    assert red(client) == {"key": "the database belongs to another secret key"}
    settings.SECRET_KEY_FALLBACKS = [old]
    assert red(client) == {}


@SQLITE
@pytest.mark.django_db
def test_database_that_the_check_found_damaged_is_red(client: Client) -> None:
    SiteState.objects.record(SiteState.DATABASE_CHECK, "Page 7: never used", now=timezone.now())

    assert red(client) == {"integrity": "the database is damaged: stop the site and run `manage.py restore BACKUP`"}


@pytest.mark.django_db
def test_age_of_the_last_backup_is_a_detail_and_never_red(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quizsite.health._STARTED", time.monotonic())
    assert b"ok backup none yet\n" in client.get("/readyz").content
    SiteState.objects.record(SiteState.BACKUP, "footnote-1", now=timezone.now() - timedelta(days=9))

    assert b"ok backup made 12960 min ago\n" in client.get("/readyz").content
    assert red(client) == {}
    monkeypatch.setattr("quizsite.health._STARTED", time.monotonic() - 3600)
    assert b"WARN backup made 12960 min ago, and the next is late: see the log\n" in client.get("/readyz").content
    assert "backup" not in red(client)


@pytest.mark.django_db
def test_backup_folder_that_cannot_be_written_is_a_warning(settings: Any) -> None:
    SiteState.objects.record(SiteState.BACKUP, "footnote-20261125T210000Z", now=timezone.now())
    settings.BACKUP_DIR = Path("/dev/null/backups")

    with pytest.raises(CheckWarning) as warned:
        backup()

    assert str(warned.value) == (
        "made 0 min ago, and the folder of the backups cannot be written: correct FOOTNOTE_BACKUPS"
    )
    settings.BACKUP_MINUTES = 0
    assert backup() == f"made 0 min ago{OFF}"


@pytest.mark.django_db
def test_backup_that_failed_is_said_before_it_is_late(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    SiteState.objects.record(SiteState.BACKUP, "footnote-1", now=timezone.now() - 70 * MINUTE)
    record_failure(now=timezone.now())

    assert (
        b"ok backup made 70 min ago. The last try failed, and the next is in 10 min: see the log\n"
        in client.get("/readyz").content
    )


@pytest.mark.parametrize(
    ("age", "uptime", "minutes", "wait", "says"),
    [
        (119 * MINUTE, timedelta(days=1), 60, None, "made 119 min ago"),
        # Off for a summer, or made on another machine, or never.
        (timedelta(days=80), MINUTE, 60, None, "made 115200 min ago"),
        (timedelta(days=80), timedelta(days=1), 0, None, f"made 115200 min ago{OFF}"),
        (None, timedelta(days=1), 0, None, f"none yet{OFF}"),
        # The setting was changed after a try that failed.
        (None, timedelta(days=1), 0, 40 * MINUTE, f"none yet{OFF}"),
    ],
)
def test_age_of_a_backup_is_said(
    settings: Any, age: timedelta | None, uptime: timedelta, minutes: int, wait: timedelta | None, says: str
) -> None:
    settings.BACKUP_MINUTES = minutes

    assert backup_verdict(age, uptime=uptime, wait=wait) == says


@pytest.mark.parametrize(
    ("age", "wait", "says"),
    [
        (121 * MINUTE, None, "made 121 min ago, and the next is late: see the log"),
        (None, None, "none yet, and the next is late: see the log"),
        (None, 40 * MINUTE, "none yet. The last try failed, and the next is in 40 min: see the log"),
    ],
)
def test_late_backup_is_a_warning(settings: Any, age: timedelta | None, wait: timedelta | None, says: str) -> None:
    settings.BACKUP_MINUTES = 60

    with pytest.raises(CheckWarning, match=f"^{says}$"):
        backup_verdict(age, uptime=timedelta(days=1), wait=wait)


@pytest.mark.django_db
def test_times_in_the_future_have_no_negative_age(client: Client, settings: Any) -> None:
    for ahead, says in ((timedelta(seconds=3), "0 min ago"), (timedelta(days=365), IN_THE_FUTURE)):
        for name in (SiteState.BACKUP, SiteState.DATABASE_CHECK):
            SiteState.objects.record(name, "ok", now=timezone.now() + ahead)

        lines = client.get("/readyz").content.decode().splitlines()

        assert f"ok backup made {says}" in lines
        assert (f"ok integrity checked {says}" in lines) == (connection.vendor == "sqlite")
    assert jobs_verdict(timedelta(seconds=-3), uptime=9 * MINUTE) == "ran 0 s ago"
    assert jobs_verdict(timedelta(days=-365), uptime=9 * MINUTE) == f"ran {IN_THE_FUTURE}"
