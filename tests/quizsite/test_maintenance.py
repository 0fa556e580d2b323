"""Scheduled backups, the backup before an upgrade, and the check of the whole database beside the site."""

import json
import logging
import os
import shutil
import threading
from datetime import datetime, timedelta
from errno import EACCES
from fcntl import LOCK_EX, flock
from io import BytesIO, StringIO, TextIOWrapper
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from quizsite.backups.create import is_backup_due, make_backup, make_scheduled_backup
from quizsite.backups.failures import forget_failures, next_try, record_failure
from quizsite.backups.manifest import BackupError
from quizsite.backups.postgresql import run
from quizsite.built_in_sets import load_if_changed
from quizsite.health import DISK_LEAST_BYTES
from quizsite.maintenance import (
    _run_forever,
    back_up_if_due,
    check_database,
    update_scores,
    update_scores_of_another_version,
)
from quizsite.management.commands.serve import Command, changes_content_or_scores
from quizsite.models import SiteState
from quizsite.startup_errors import exit_status
from quizzes.content.editions import publish_edition
from quizzes.models import Attempt, Edition
from quizzes.people.erasure import erase_student
from quizzes.people.erasure_ledger import read_ledger
from tests.factories import make_answered_attempt, make_assignment, make_student

# A backup reads the database through another connection, which sees committed rows only.
pytestmark = pytest.mark.django_db(transaction=True)
SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's own file")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """An empty folder for backups."""
    settings.BACKUP_DIR = tmp_path / "backups"
    # Its lock of the periodic jobs is shared by the workers of the tests.
    settings.DATA_DIR = tmp_path
    return tmp_path / "backups"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("footnote-*"))


def test_backup_is_made_when_one_is_due(folder: Path, settings: Any, now: datetime) -> None:
    made = back_up_if_due(now=now)

    assert made is not None
    assert [made.name] == names(folder) == [f"footnote-{now:%Y%m%dT%H%M%SZ}"]
    assert back_up_if_due(now=now + HOUR - timedelta(seconds=1)) is None
    assert back_up_if_due(now=now + HOUR) is not None
    settings.BACKUP_MINUTES = 0
    assert back_up_if_due(now=now + 9 * HOUR) is None
    assert len(names(folder)) == 2


def test_backup_is_due_when_the_last_one_is_in_the_future(now: datetime) -> None:
    SiteState.objects.record(SiteState.BACKUP, "footnote-1", now=now + timedelta(minutes=10))

    assert is_backup_due(now=now)
    # The clocks of two web machines differ a little.
    assert not is_backup_due(now=now + timedelta(minutes=10, seconds=-5))


def test_backups_go_on_after_the_clock_was_set_back_and_scores_are_updated_once(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    class EndOfTest(Exception):
        pass

    clock = [now + timedelta(days=400)]
    tries: list[datetime] = []

    sleeps = count(1)

    def sleep(_seconds: float) -> None:
        """Take no time. The clock is set back in the second sleep, and the fourth ends the test."""
        match next(sleeps):
            case 2:
                clock[0] = now
            case 4:
                raise EndOfTest

    monkeypatch.setattr("quizsite.maintenance.time.sleep", sleep)
    monkeypatch.setattr("quizsite.maintenance.timezone.now", lambda: clock[0])
    monkeypatch.setattr("quizsite.maintenance.back_up_if_due", lambda *, now: tries.append(now))
    outcomes: list[Exception | None] = [OperationalError("the database is down"), None]

    def update(*, now: datetime) -> None:
        if (error := outcomes.pop(0)) is not None:
            raise error

    monkeypatch.setattr("quizsite.maintenance.update_scores", update)
    monkeypatch.setattr("quizsite.maintenance.RETRY_SECONDS", 0)
    record_failure(now=now)

    with pytest.raises(EndOfTest):
        _run_forever()

    # A start does not wait.
    assert next_try(now=now) is None
    assert tries == [now + timedelta(days=400), now, now]
    assert outcomes == []


def full(*arguments: Any) -> None:
    raise OSError(28, "No space left on device")


def test_backup_that_failed_waits_twice_as_long_each_time(
    folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("quizsite.backups.create.sync", full)
        for minutes in (0, 10, 30, 70, 130, 190):
            with pytest.raises(BackupError):
                back_up_if_due(now=now + minutes * MINUTE)
            assert back_up_if_due(now=now + minutes * MINUTE + 9.9 * MINUTE) is None
    assert caplog.messages == [
        f"The scheduled backup is tried again in {minutes} minutes, or now by `manage.py backup`."
        for minutes in (10, 20, 40, 60, 60, 60)
    ]

    assert back_up_if_due(now=now + 249 * MINUTE) is None
    assert back_up_if_due(now=now + 250 * MINUTE) is not None
    assert not (folder.parent / "backup.failed").exists()


def test_backup_on_a_full_disk_waits_too(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the failures can be made, and nothing can be written into it."""

    def write(path: Path, _text: str) -> None:
        path.touch()
        full()

    monkeypatch.setattr("quizsite.backups.create.sync", full)
    monkeypatch.setattr(Path, "write_text", write)
    for again in (now, now + 10 * MINUTE, now + 30 * MINUTE):
        assert next_try(now=again) is None
        with pytest.raises(BackupError):
            back_up_if_due(now=again)
        assert next_try(now=again) == again + 10 * MINUTE


def test_backup_that_failed_while_the_clock_was_ahead_does_not_wait(now: datetime) -> None:
    record_failure(now=now + 9 * HOUR)

    assert is_backup_due(now=now)


def test_scheduled_backups_are_rotated_and_others_are_left_alone(
    folder: Path, settings: Any, now: datetime, tmp_path: Path
) -> None:
    settings.BACKUPS_HOURLY, settings.BACKUPS_DAILY = 2, 0
    folder.mkdir()
    (folder / "notes.txt").write_text("kept")
    elsewhere = make_backup(tmp_path / "elsewhere", now=now - 9 * HOUR)

    made = [back_up_if_due(now=now + number * HOUR) for number in range(4)]

    assert names(folder) == [path.name for path in made[2:] if path]
    assert (folder / "notes.txt").exists()
    assert elsewhere.exists()


def test_old_backup_that_cannot_be_deleted_stops_no_other(
    folder: Path, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BACKUPS_HOURLY = settings.BACKUPS_DAILY = 1
    old = [make_backup(folder, now=now - timedelta(days=days)).name for days in (3, 2)]
    delete = shutil.rmtree

    def refuse(path: Path, *options: Any) -> None:
        if path.name == old[0]:
            raise PermissionError(13, "Permission denied")
        delete(path, *options)

    monkeypatch.setattr("quizsite.backups.create.shutil.rmtree", refuse)

    made = back_up_if_due(now=now)

    assert made is not None
    assert names(folder) == sorted([old[0], made.name])
    assert back_up_if_due(now=now + timedelta(minutes=10)) is None
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage() == (
        f"The old backup {folder / old[0]} cannot be deleted: Permission denied. Delete it by hand."
    )


def test_backup_that_was_killed_is_no_backup_and_is_deleted_by_the_next(folder: Path, now: datetime) -> None:
    left = folder / "footnote-20260101T000000Z.unfinished"
    left.mkdir(parents=True)
    (left / "footnote.sqlite3").write_text("half")
    other = folder / "film.unfinished"
    other.touch()

    make_backup(folder, now=now)
    make_backup(folder, now=now)

    assert other.exists()
    assert names(folder) == [f"footnote-{now:%Y%m%dT%H%M%SZ}", f"footnote-{now:%Y%m%dT%H%M%SZ}-2"]


def test_pg_dump_on_a_full_disk_names_the_next_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "17" / "bin" / "pg_dump"
    program.parent.mkdir(parents=True)
    monkeypatch.setattr("quizsite.backups.postgresql.FOLDERS", tmp_path)
    program.touch(mode=0o700)
    for said, error in (
        ("No space left on device", "No space left on device. Free some space, and try again."),
        ("Permission denied", "Permission denied."),
    ):
        program.write_text(f"#!/bin/sh\necho 'pg_dump: error: could not write to output file: {said}' >&2; exit 1\n")

        with pytest.raises(BackupError) as refused:
            run("pg_dump", {})

        assert str(refused.value) == f"pg_dump stopped: could not write to output file: {error}"


def test_backup_counts_though_a_full_database_takes_no_record_of_it(
    folder: Path, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("quizsite.backups.create.SiteState.objects.record", refuse)
    out, err = StringIO(), StringIO()

    call_command("backup", stdout=out, stderr=err)

    [name] = names(folder)
    assert out.getvalue() == f"Backup made: {folder / name}\n"
    said = f"The backup {folder / name} is made, but the site could not record it: The disk of the database "
    assert err.getvalue().startswith(said)
    # The schedule waits, or it would make one each minute.
    with pytest.raises(BackupError, match=r"is made, but the site could not record it: The disk of the database "):
        back_up_if_due(now=now)
    assert back_up_if_due(now=now) is None
    assert len(names(folder)) == 2


def test_backup_that_fails_says_why_and_leaves_nothing(
    folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quizsite.backups.create.sync", full)

    with pytest.raises(
        BackupError,
        match=r"^The backup in .*backups \(FOOTNOTE_BACKUPS\) stopped: No space left on device\. Free some space, and "
        r"try again\.$",
    ):
        make_backup(folder, now=now)
    assert names(folder) == []
    monkeypatch.setattr("quizsite.backups.create.sync", lambda path: path.with_name("gone").stat())
    with pytest.raises(BackupError, match=r"stopped: No such file or directory \(.*/gone\)\.$"):
        make_backup(folder, now=now)
    monkeypatch.setattr("quizsite.backups.create.sync", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", stdout=StringIO())
    with pytest.raises(CommandError, match="No space left"):
        call_command("run_periodic_jobs", stdout=StringIO())
    forget_failures()
    # A backup may take longer than the minute until cron's next run.
    with (folder / ".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        call_command("run_periodic_jobs", stdout=StringIO())
        with pytest.raises(CommandError, match="^Another backup in .* is running.$"):
            call_command("backup", stdout=StringIO())


def test_backup_of_the_command_stays_beside_a_later_one(folder: Path, now: datetime) -> None:
    call_command("backup", stdout=StringIO())
    [by_hand] = names(folder)

    make_scheduled_backup(now=now)

    assert by_hand.endswith("-by-hand")
    assert by_hand in names(folder)


def test_backup_refuses_an_empty_folder() -> None:
    """As of a variable of the shell that is not set: the backup with its key would go into the current folder."""
    with pytest.raises(CommandError, match="argument folder: it is empty"):
        call_command("backup", "")


def test_backup_refuses_a_file(tmp_path: Path, settings: Any) -> None:
    """It said only “File exists”, which the setting still says, with what to do."""
    (tmp_path / "notes.txt").touch()
    with pytest.raises(CommandError, match=r"argument folder: .*notes\.txt is a file, not a folder"):
        call_command("backup", str(tmp_path / "notes.txt"))
    settings.BACKUP_DIR = tmp_path / "notes.txt"
    with pytest.raises(
        CommandError, match=r"\(FOOTNOTE_BACKUPS\) stopped: File exists \(.*notes\.txt\)\. Use another folder\.$"
    ):
        call_command("backup")


def test_backup_leaves_space_for_answers_on_the_disk_of_the_site(
    folder: Path, now: datetime, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    first = make_backup(folder, now=now)
    # On PostgreSQL, the size of the last backup is the estimate for the next.
    is_file = connection.vendor == "sqlite"
    size = (Path(connection.settings_dict["NAME"]) if is_file else first / "footnote.dump").stat().st_size
    monkeypatch.setattr("quizsite.backups.create.shutil.disk_usage", lambda _: SimpleNamespace(free=size + 200_000_000))

    with pytest.raises(BackupError) as refusal:
        make_backup(folder, now=now)

    assert str(refusal.value) == (
        f"{folder} has {size + 200_000_000:,} bytes free, and the backup needs {size + DISK_LEAST_BYTES:,}. Free some "
        "space, or use a folder on another disk (FOOTNOTE_BACKUPS)."
    )
    # On another disk, a backup may take all of it.
    monkeypatch.setattr("quizsite.backups.create.is_on_disk_of_site", lambda _: False)
    assert make_backup(folder, now=now).is_dir()


def test_serve_says_that_no_backup_can_be_made_and_goes_on(folder: Path, settings: Any) -> None:
    err = StringIO()
    Command(stderr=err).check_backup_folder()
    assert (err.getvalue(), list(folder.iterdir())) == ("", [])
    folder.rmdir()
    folder.write_text("a file")

    Command(stderr=err).check_backup_folder()

    assert err.getvalue() == (
        f"The folder of the backups {folder} cannot be written: File exists. The site starts, and makes no backups "
        "until you correct FOOTNOTE_BACKUPS.\n"
    )
    settings.BACKUP_MINUTES = 0
    Command(stderr=err).check_backup_folder()
    assert err.getvalue().count("\n") == 1


def test_serve_makes_a_backup_before_it_migrates(folder: Path, settings: Any) -> None:
    MigrationRecorder.Migration.objects.filter(app="quizsite").delete()
    written = BytesIO()
    out = TextIOWrapper(written)

    Command(stdout=out).back_up_before_upgrade()

    [name] = names(folder)
    assert name.endswith("-before-migration")
    # It is there before the migration, which may fail.
    assert written.getvalue().decode() == f"Backup made before the upgrade: {folder / name}\n"
    manifest = json.loads((folder / name / "manifest.json").read_text())
    assert "quizzes.0001_initial" in manifest["migrations"]
    assert "quizsite.0001_site_state" not in manifest["migrations"]
    settings.BACKUP_MINUTES = 0
    Command(stdout=out).back_up_before_upgrade()
    assert names(folder) == [name]
    MigrationRecorder(connection).record_applied("quizsite", "0001_site_state")


def test_backup_has_no_line_of_an_erasure_that_fails(
    folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore beside it would erase a student who was kept."""
    student, asked = make_student(), threading.Event()
    backup = threading.Thread(target=make_backup, args=[folder], kwargs={"now": now})

    def note(file: Any, operation: int) -> None:
        if operation == LOCK_EX and threading.current_thread() is backup:
            asked.set()
        flock(file, operation)

    def fail(execute: Any, query: str, *rest: Any) -> Any:
        if not query.startswith('INSERT INTO "quizzes_auditevent"'):
            return execute(query, *rest)
        backup.start()
        while backup.is_alive() and not asked.wait(0.01):
            pass
        raise OperationalError

    monkeypatch.setattr("quizzes.people.erasure_ledger.fcntl.flock", note)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        erase_student(student, by=None, now=now)

    backup.join()
    [name] = names(folder)
    assert read_ledger(folder / name / "erasures.jsonl") == []


def test_upgrade_that_cannot_make_its_backup_names_the_setting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: Any, **options: Any) -> NoReturn:
        raise PermissionError(EACCES, os.strerror(EACCES), str(folder))

    monkeypatch.setattr(Path, "mkdir", denied)

    with pytest.raises(CommandError) as refused:
        Command().back_up_before_upgrade()

    assert str(refused.value) == (
        f"The site is not upgraded without a backup: The backup in {folder} (FOOTNOTE_BACKUPS) stopped: Permission "
        f"denied ({folder}). Run this as the user of the site, and let that user read and write there."
    )
    assert exit_status(refused.value) == 78


@pytest.mark.parametrize("name", [SiteState.QUESTION_SETS, SiteState.GRADING])
def test_start_changes_sets_or_scores_of_another_version_only_on_a_site_with_answers(name: str, now: datetime) -> None:
    load_if_changed(now=now)
    update_scores(now=now)
    SiteState.objects.record(name, "of another version", now=now)
    earlier = Edition.objects.latest("pk")
    document = earlier.document | {"title": "Of an earlier version"}
    publish_edition(earlier.question_set, document, now=now)
    assert not changes_content_or_scores()

    make_answered_attempt()

    assert changes_content_or_scores()
    # It only looked.
    assert Edition.objects.filter(question_set=earlier.question_set).count() == 2
    load_if_changed(now=now)
    update_scores(now=now)
    assert not changes_content_or_scores()
    # As of `make demo`, which no version has served.
    SiteState.objects.all().delete()
    assert not changes_content_or_scores()


def test_start_of_other_code_with_the_same_sets_makes_no_backup(now: datetime) -> None:
    """A developer of a site with answers got a backup with each start."""
    load_if_changed(now=now)
    update_scores(now=now)
    make_answered_attempt()

    SiteState.objects.record(SiteState.QUESTION_SETS, "of other code", now=now)

    assert not changes_content_or_scores()
    assert load_if_changed(now=now)


@SQLITE
def test_check_of_the_database_records_and_logs_what_it_found(
    now: datetime, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    assert check_database(now=now) == "ok"
    assert SiteState.objects.get(name="database_check").value == "ok"

    monkeypatch.setattr("quizsite.maintenance.quick_check", lambda path: "Page 7: never used")
    assert check_database(now=now + HOUR) == "Page 7: never used"

    row = SiteState.objects.get(name="database_check")
    assert (row.value, row.at) == ("Page 7: never used", now + HOUR)
    assert [record.getMessage() for record in caplog.records] == [
        "The check of the whole database found nothing.",
        "The database is damaged (Page 7: never used). Stop the site and run `manage.py restore BACKUP`.",
    ]


def test_scores_are_computed_again_once_for_each_change_of_grading(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, now: datetime
) -> None:
    caplog.set_level(logging.INFO)
    quiz = make_assignment(created_at=now)
    student = make_student(classroom=quiz.classroom, created_at=now)
    make_answered_attempt(assignment=quiz, student=student, started_at=now)
    words = tmp_path / "quizzes" / "content" / "words.txt"
    words.parent.mkdir(parents=True)
    words.write_text("bear")
    monkeypatch.setattr("quizsite.maintenance.CODE", tmp_path)
    # Without a record, a wrong score may be damage.
    Attempt.objects.update(score=0)
    assert update_scores_of_another_version(now=now) == 0
    assert not SiteState.objects.filter(name=SiteState.GRADING).exists()
    assert update_scores(now=now) == 1
    caplog.clear()
    # As if the version before had graded it otherwise.
    Attempt.objects.update(score=0)
    assert update_scores(now=now) == 0
    # A word that it did not have.
    words.write_text("bear bread")

    assert update_scores_of_another_version(now=now) == 1
    assert caplog.messages == ["This version grades some answers differently. Scores changed: 1."]
    assert update_scores(now=now) == 0
